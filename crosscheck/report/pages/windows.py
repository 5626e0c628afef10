"""How a study of output sizes looks: tables in a terminal, ``pooling.md`` and ``pooling.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from crosscheck.contract.rows import Question
from crosscheck.measuring import catalog
from crosscheck.ops import geometry
from crosscheck.report.pages.compare import table
from crosscheck.report.pages.legacy import console
from crosscheck.studies.windows import questions as window_questions
from crosscheck.studies.windows import rules as window_rules
from crosscheck.studies.windows.questions import Example
from crosscheck.studies.windows.rules import Rule, written
from crosscheck.studies.windows.study import (
    AS_FORMULA,
    EFFECTS,
    NOT_RUN,
    OTHER_SIZE,
    OTHER_VALUES,
    RULE_ONLY,
    UNEXPLAINED,
    Finding,
    Study,
)

FORMULA = "formula"
INTRO = """\
Every question below was put to the real layers of every framework, as its users write them, on a seeded input of negative
integers (a padding zero that took part in a maximum would win). An answer is compared in size and in every value: with the
engine's formula, and with the framework's rule, which is the formula and named behaviours, each read from the source. Caffe is a
rule alone; nothing here runs it."""
ASTERISK = "An asterisk marks a size or values that are not the formula's."
FORMULAS = """\
    numbers  H_out = ⌊(H + top + bottom − dilation · (kernel − 1) − 1) / stride⌋ + 1
    ceil     rounded up, but a last window that starts past the input and its leading padding is dropped
    SAME     H_out = ⌈H / stride⌉, the odd element of padding after
    VALID    no padding"""


def title(framework: str) -> str:
    """A framework as people write it."""
    return RULE_ONLY.title() if framework == RULE_ONLY else catalog.framework(framework).title.split(" / ")[-1]


def size(shape: tuple[int, ...] | None) -> str:
    """An output size, or that there is none."""
    return "none" if shape is None else written(shape)


def _answer(f: Finding) -> str:
    """An answer in a cell: the size, marked where it is another one or has other values."""
    if f.shape is None:
        return "refuses" if f.effect == AS_FORMULA else f.effect
    return size(f.shape) + ("" if f.effect == AS_FORMULA else " *")


def describe(q: Question) -> str:
    """A question in words."""
    words = [q.op, f"{q.input_text}, kernel {written(q.kernel)}"]
    words += [f"stride {written(q.stride)}"] if q.stride is not None else []
    words += [f"padding {written(q.padding)}"] + ([f"dilation {written(q.dilation)}"] if q.dilation != 1 else [])
    words += ["ceil"] * q.ceil
    words += [] if q.include_pad is None else ["padding counts" if q.include_pad else "padding does not count"]
    return words[0] + " " + ", ".join(words[1:])


def examples(found: Study, known: Sequence[Example]) -> tuple[list[str], list[list[str]]]:
    """Layers that people know: what was printed, what the formula says, what every framework gives."""
    by = {(f.question.name, f.framework): f for f in found.findings}
    known = [e for e in known if (e.question.name, found.frameworks[0]) in by]
    printed = any(e.published for e in known)
    lines = []
    for e in known:
        answers = [by[e.question.name, name] for name in found.frameworks]
        cells = [e.label, describe(e.question), *([size(e.published)] if printed else [])]
        lines.append([*cells, size(answers[0].formula), *map(_answer, answers)])
    return ["", "layer", *(["published"] if printed else []), FORMULA, *map(title, found.frameworks)], lines


def agreement(found: Study) -> tuple[list[str], list[list[str]]]:
    """How many answers there are of each kind."""
    kinds = [e for e in EFFECTS if any(f.effect == e for f in found.findings)]
    lines = []
    for name in found.frameworks:
        own = [f.effect for f in found.findings if f.framework == name]
        lines.append([title(name), f"{len(own):,}", *(f"{own.count(kind):,}" for kind in kinds)])
    return ["framework", "asked", *kinds], lines


def differences(found: Study) -> tuple[list[str], list[list[str]]]:
    """Every behaviour that moved an answer: how often, and an example in which nothing else did."""
    lines = []
    for rule, own in _by_rule(found.findings):
        first = next((f for f in own if len(f.reasons) == 1), own[0])
        cells = [title(rule.framework), rule.reason, f"{len(own):,}", describe(first.question)]
        lines.append([*cells, size(first.formula), _answer(first), rule.source])
    return ["framework", "what it does otherwise", "cases", "for example", FORMULA, "gives", "source"], lines


def _by_rule(findings: Iterable[Finding]) -> list[tuple[Rule, list[Finding]]]:
    met: dict[tuple[str, str], list[Finding]] = {}
    for f in findings:
        for rule in f.reasons if f.effect != AS_FORMULA else ():
            met.setdefault((rule.framework, rule.behaviour), []).append(f)
    return [(r, met[r.framework, r.behaviour]) for r in window_rules.rules() if (r.framework, r.behaviour) in met]


def pairs(found: Study) -> tuple[list[str], list[list[str]]]:
    """Every two frameworks: questions that both answer, and how many outputs have the same size."""
    by = {(f.question.name, f.framework): f.shape for f in found.findings}
    names = list(dict.fromkeys(f.question.name for f in found.findings))
    lines = []
    for one, other in combinations(found.frameworks, 2):
        both = [(a, b) for q in names if (a := by[q, one]) is not None and (b := by[q, other]) is not None]
        lines.append([title(one), title(other), f"{len(both):,}", f"{sum(a == b for a, b in both):,}"])
    return ["framework", "framework", "both answer", "same size"], lines


def same_sizes(found: Study) -> tuple[list[str], list[list[str]]]:
    """SAME: how many outputs have ⌈size / stride⌉ rows and columns."""
    lines = []
    for name in found.frameworks:
        for ceil in (False, True):
            own = [f for f in found.findings if f.framework == name and f.question.padding == "SAME" and f.question.ceil == ceil]
            given = [f for f in own if f.shape is not None]
            kept = sum(f.shape == tuple(-(-n // s) for n, s in zip(f.question.size, _stride(f), strict=True)) for f in given)
            if given:
                lines.append([title(name), "ceil" if ceil else "floor", f"{len(given):,}", f"{kept:,}"])
    return ["framework", "mode", "SAME answered", "size ⌈n/s⌉"], lines


def _stride(f: Finding) -> tuple[int, int]:
    return window_rules.stride_of(f.question)


def show(found: Study) -> None:
    """The published examples, the counts and the differences."""
    for name, known in (("A tutorial's examples", window_questions.tutorial()), ("Known networks", window_questions.networks())):
        heads, lines = examples(found, known)
        _show(name, heads[1:], [line[1:] for line in lines])
    _show("Answers", *agreement(found))
    heads, lines = differences(found)
    keep = [0, 1, 2, 4, 5]
    _show("Otherwise than the formula", [heads[k] for k in keep], [[line[k] for k in keep] for line in lines])
    console().print(ASTERISK, highlight=False)


def _show(name: str, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    shown = Table(title=name, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for head in heads:
        shown.add_column(head, overflow="fold")
    for line in lines:
        shown.add_row(*map(escape, line))
    console().print(shown)


def told(findings: Sequence[Finding]) -> list[str]:
    """Answers that no rule explains, one line each."""
    return [f"{UNEXPLAINED}: {title(f.framework)}, {describe(f.question)}: {f.message}" for f in findings]


def files(found: Study) -> dict[str, str]:
    """``pooling.md`` and ``pooling.csv`` by name."""
    return {"pooling.md": _markdown(found), "pooling.csv": _csv(found)}


def _csv(found: Study) -> str:
    """One line a question: what the formula says, what every framework gives, and the behaviours behind it."""
    text = io.StringIO()
    heads = ["op", "input", "kernel", "stride", "padding", "dilation", "ceil", "include_pad", FORMULA]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads + [f"{name}{part}" for name in found.frameworks for part in ("", "_why")])
    rows: dict[str, list[Any]] = {}
    for f in found.findings:
        q = f.question
        asked = [q.op, q.input_text, *map(written, (q.kernel, q.stride, q.padding, q.dilation)), q.ceil, written(q.include_pad)]
        row = rows.setdefault(q.name, [*asked, size(f.formula)])
        row += [_answer(f), " ".join(r.behaviour for r in f.reasons)]
    writer.writerows(rows.values())
    return text.getvalue()


def _markdown(found: Study) -> str:
    asked = len({f.question.name for f in found.findings})
    answered = sum(f.shape is not None and f.framework != RULE_ONLY for f in found.findings)
    counts = f"{answered:,} outputs of real layers compared value by value, {len(found.unexplained):,} unexplained"
    idle = [[title(r.framework), r.behaviour, r.reason] for r in found.idle]
    missing = list(dict.fromkeys(f"{title(f.framework)}: {f.message}" for f in found.findings if f.effect == NOT_RUN))
    parts = [
        "# Output sizes of convolutions and poolings",
        INTRO,
        f"{asked:,} questions, {counts}.",
        FORMULAS,
        "## The tutorial's examples",
        f"Published in {window_questions.TUTORIAL}. {ASTERISK}",
        table(*examples(found, window_questions.tutorial()), "lllllllll") or "Not asked.",
        "## Layers of known networks",
        table(*examples(found, window_questions.networks()), "llllllll") or "Not asked.",
        "## Answers",
        table(*agreement(found), "l"),
        "\n".join(f"- *{kind}*: {says}" for kind, says in EFFECTS.items()),
        "## What each does otherwise",
        table(*differences(found), "llrllll") or "Nothing.",
        "## SAME",
        table(*same_sizes(found), "ll"),
        "## Two by two",
        table(*pairs(found), "ll"),
        "## Unexplained",
        "\n".join(f"- {line}" for line in told(found.unexplained)) or "None.",
        "## Rules that no question brought out",
        table(["framework", "behaviour", "what it does"], idle, "lll") or "None.",
        "## Versions",
        "\n".join([*(f"- `{name}` {version}" for name, version in found.versions.items()), *(f"- {m}" for m in missing)]),
    ]
    return "\n\n".join(parts) + "\n"


def rows(found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as plain data."""
    return [
        {
            "layer": describe(f.question),
            "framework": f.framework,
            "output": size(f.shape),
            FORMULA: size(f.formula),
            "effect": f.effect,
            "why": "; ".join(r.reason for r in f.reasons),
            "source": "; ".join(r.source for r in f.reasons),
        }
        for f in found
    ]


def working(q: Question) -> list[str]:
    """The formula with its numbers and what it gives, one line an axis."""
    kernel, stride, dilation = window_rules.per_axis(q.kernel), window_rules.stride_of(q), window_rules.per_axis(q.dilation)
    pads = window_rules.pads_of(q, stride, dilation)
    lines = []
    for axis, n, k, s, d, pad in zip("HW", q.size, kernel, stride, dilation, pads, strict=True):
        window = f"{k}" if d == 1 else f"({d} · ({k} − 1) + 1)"
        signs = "⌈⌉" if q.ceil else "⌊⌋"
        lines.append(
            f"{axis}: {signs[0]}({n} + {pad[0]} + {pad[1]} − {window}) / {s}{signs[1]} + 1 = {_count(q, n, k, s, d, pad)}"
        )
    return lines


def _count(q: Question, size: int, kernel: int, stride: int, dilation: int, pad: tuple[int, int]) -> str:
    """How many windows there are along one axis, and whether a last one was dropped."""
    span = size + sum(pad) - (kernel - 1) * dilation - 1
    if span < 0:
        return "none"
    out = geometry.window_out(size, kernel, stride, pad, dilation, q.ceil)
    rounded = -(-span // stride) + 1 if q.ceil else out
    return f"{out}" if out == rounded else f"{rounded}, less 1 past the input"


def show_answers(findings: Sequence[Finding]) -> None:
    """A direct question: the formula with its numbers, every framework's output, and the reasons for what is otherwise."""
    out = console()
    ops = list(dict.fromkeys(f.question.op for f in findings))
    firsts = {op: next(f for f in findings if f.question.op == op) for op in ops}
    lines = {op: working(f.question) for op, f in firsts.items()}
    for steps in dict.fromkeys(map(tuple, lines.values())):
        names = ", ".join(op for op in ops if tuple(lines[op]) == steps)
        out.print(f"[bold]{names}[/bold]", *map(escape, steps), sep="\n  ", highlight=False)
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for head in ("rule", *ops):
        shown.add_column(head)
    shown.add_row(FORMULA, *(size(firsts[op].formula) for op in ops))
    for name in dict.fromkeys(f.framework for f in findings):
        shown.add_row(escape(title(name)), *(_answer(f) for f in findings if f.framework == name))
    out.print(shown)
    if any(f.effect in (OTHER_SIZE, OTHER_VALUES) for f in findings):
        out.print(ASTERISK, highlight=False)
    reasons: dict[tuple[str, str], list[str]] = {}
    for f in sorted(findings, key=lambda f: [g.framework for g in findings].index(f.framework)):
        for rule in f.reasons:
            reasons.setdefault((f.framework, f"{rule.reason} [dim]({escape(rule.source)})[/dim]"), []).append(f.question.op)
    for (name, why), where in reasons.items():
        out.print(f"[bold]{escape(title(name))}[/bold], {', '.join(where)}: {why}", highlight=False)
    if any(f.shape for f in findings) and not findings[0].question.cells:
        told = f"Inputs above {window_questions.VALUES_UP_TO:,} elements: sizes alone are compared, not values."
        out.print(told, highlight=False)
