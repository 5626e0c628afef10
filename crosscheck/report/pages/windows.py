"""Output sizes of convolutions and poolings: every framework's real layers against the formula and against its own rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from crosscheck.contract.rows import Question
from crosscheck.measuring import catalog
from crosscheck.report.document import (
    Bullets,
    Cell,
    Column,
    Data,
    Document,
    Keys,
    Lines,
    Paragraph,
    Part,
    Plain,
    Section,
    Table,
    data,
    table,
)
from crosscheck.report.pages.versions import versions
from crosscheck.studies.windows import questions, rules
from crosscheck.studies.windows.questions import Example
from crosscheck.studies.windows.rules import Rule, written
from crosscheck.studies.windows.study import AS_FORMULA, EFFECTS, NOT_RUN, RULE_ONLY, UNEXPLAINED, Finding, Study

FORMULA = "formula"
INTRO = """\
Every question below was put to the real layers of every framework, as its users write them, on a seeded input of negative
integers (a padding zero that took part in a maximum would win). An answer is compared in size and in every value: with the
engine's formula, and with the framework's rule, which is the formula and named behaviours, each read from the source. Caffe is a
rule alone; nothing here runs it."""
ASTERISK = "An asterisk marks a size or values that are not the formula's."
FORMULAS = (
    "numbers  H_out = ⌊(H + top + bottom − dilation · (kernel − 1) − 1) / stride⌋ + 1",
    "ceil     rounded up, but a last window that starts past the input and its leading padding is dropped",
    "SAME     H_out = ⌈H / stride⌉, the odd element of padding after",
    "VALID    no padding",
)


def brief(found: Study) -> Document:
    """The published examples, the counts and the differences."""
    parts = (
        _examples(found, questions.tutorial(), "A tutorial's examples"),
        _examples(found, questions.networks(), "Known networks"),
        _agreement(found, "Answers"),
        _differences(found, "Otherwise than the formula"),
        Paragraph(ASTERISK),
    )
    return Document("pooling", "", parts, (findings(found.findings),), notes=unexplained(found.unexplained))


def full(found: Study) -> Document:
    """The page: examples, counts, every behaviour otherwise than the formula, frameworks two by two, what nothing explains."""
    asked = len({f.question.name for f in found.findings})
    answered = sum(f.shape is not None and f.framework != RULE_ONLY for f in found.findings)
    counts = f"{answered:,} outputs of real layers compared value by value, {len(found.unexplained):,} unexplained"
    odd = unexplained(found.unexplained)
    idle = [(title(r.framework), r.behaviour, r.reason) for r in found.idle]
    missing = tuple(dict.fromkeys(f"{title(f.framework)}: {f.message}" for f in found.findings if f.effect == NOT_RUN))
    parts: tuple[Part, ...] = (
        Paragraph(INTRO),
        Paragraph(f"{asked:,} questions, {counts}."),
        Lines(FORMULAS),
        Section(
            "The tutorial's examples",
            (Paragraph(f"Published in {questions.TUTORIAL}. {ASTERISK}"), _examples(found, questions.tutorial())),
        ),
        Section("Layers of known networks", (_examples(found, questions.networks()),)),
        Section("Answers", (_agreement(found), Keys(tuple(EFFECTS.items())))),
        Section("What each does otherwise", (_differences(found),)),
        Section("SAME", (_same_sizes(found),)),
        Section("Two by two", (_pairs(found),)),
        Section("Unexplained", (Bullets(odd) if odd else Paragraph("None."),)),
        Section("Rules that no question brought out", (table(["framework", "behaviour", "what it does"], idle),)),
        Section("Versions", (versions(found.versions), *([Bullets(missing)] if missing else []))),
    )
    return Document("pooling", "Output sizes of convolutions and poolings", parts, (_data(found),))


def title(framework: str) -> str:
    """A framework as people write it."""
    return RULE_ONLY.title() if framework == RULE_ONLY else catalog.framework(framework).title.split(" / ")[-1]


def size(shape: tuple[int, ...] | None) -> str:
    """An output size, or that there is none."""
    return "none" if shape is None else written(shape)


def answer(f: Finding) -> str:
    """An answer in a cell: the size, marked where it is another one or has other values."""
    if f.shape is None:
        return "refuses" if f.effect == AS_FORMULA else f.effect
    return size(f.shape) + ("" if f.effect == AS_FORMULA else " *")


def layer(q: Question) -> str:
    """A question in words: ``avgpool 12x6, kernel 3x5, stride 1, padding 1x2``."""
    words = [q.op, f"{q.input_text}, kernel {written(q.kernel)}"]
    words += [f"stride {written(q.stride)}"] if q.stride is not None else []
    words += [f"padding {written(q.padding)}"] + ([f"dilation {written(q.dilation)}"] if q.dilation != 1 else [])
    words += ["ceil"] * q.ceil
    words += [] if q.include_pad is None else ["padding counts" if q.include_pad else "padding does not count"]
    return words[0] + " " + ", ".join(words[1:])


def unexplained(found: Iterable[Finding]) -> tuple[str, ...]:
    """Answers that no rule explains, one line each."""
    return tuple(f"{UNEXPLAINED}: {title(f.framework)}, {layer(f.question)}: {f.message}" for f in found)


def findings(found: Sequence[Finding]) -> Data:
    """Findings as rows, each with the behaviours behind it."""
    return data("findings", (_row(f) for f in found), ("layer", "framework", "output", FORMULA, "effect", "why", "source"))


def _row(f: Finding) -> dict[str, Plain]:
    return {
        "layer": layer(f.question),
        "framework": f.framework,
        "output": size(f.shape),
        FORMULA: size(f.formula),
        "effect": f.effect,
        "why": "; ".join(r.reason for r in f.reasons),
        "source": "; ".join(r.source for r in f.reasons),
    }


def _examples(found: Study, known: Sequence[Example], caption: str = "") -> Table:
    """Layers that people know: what was printed, what the formula says, what every framework gives."""
    by = {(f.question.name, f.framework): f for f in found.findings}
    known = [e for e in known if (e.question.name, found.frameworks[0]) in by]
    printed = any(e.published for e in known)
    rows = []
    for e in known:
        answers = [by[e.question.name, name] for name in found.frameworks]
        cells = [e.label, layer(e.question), *([size(e.published)] if printed else [])]
        rows.append((*cells, size(answers[0].formula), *map(answer, answers)))
    heads: list[Column | Cell] = [
        Column("", spare=1),
        "layer",
        *(["published"] if printed else []),
        FORMULA,
        *map(title, found.frameworks),
    ]
    return table(heads, rows, caption=caption)


def _agreement(found: Study, caption: str = "") -> Table:
    """How many answers there are of each kind."""
    kinds = [e for e in EFFECTS if any(f.effect == e for f in found.findings)]
    rows: list[tuple[Cell, ...]] = []
    for name in found.frameworks:
        own = [f.effect for f in found.findings if f.framework == name]
        rows.append((title(name), len(own), *(own.count(kind) for kind in kinds)))
    return table(["framework", "asked", *kinds], rows, caption=caption)


def _differences(found: Study, caption: str = "") -> Table:
    """Every behaviour that moved an answer: how often, and an example in which nothing else did."""
    rows: list[tuple[Cell, ...]] = []
    for rule, own in _by_rule(found.findings):
        first = next((f for f in own if len(f.reasons) == 1), own[0])
        cells = (title(rule.framework), rule.reason, len(own), layer(first.question))
        rows.append((*cells, size(first.formula), answer(first), rule.source))
    example: list[Column | Cell] = [Column("for example", spare=2), FORMULA, "gives", Column("source", spare=3)]
    return table(["framework", "what it does otherwise", "cases", *example], rows, caption=caption)


def _by_rule(found: Iterable[Finding]) -> list[tuple[Rule, list[Finding]]]:
    met: dict[tuple[str, str], list[Finding]] = {}
    for f in found:
        for rule in f.reasons if f.effect != AS_FORMULA else ():
            met.setdefault((rule.framework, rule.behaviour), []).append(f)
    return [(r, met[r.framework, r.behaviour]) for r in rules.rules() if (r.framework, r.behaviour) in met]


def _pairs(found: Study) -> Table:
    """Every two frameworks: questions that both answer, and how many outputs have the same size."""
    by = {(f.question.name, f.framework): f.shape for f in found.findings}
    names = list(dict.fromkeys(f.question.name for f in found.findings))
    rows: list[tuple[Cell, ...]] = []
    for one, other in combinations(found.frameworks, 2):
        both = [(a, b) for q in names if (a := by[q, one]) is not None and (b := by[q, other]) is not None]
        rows.append((title(one), title(other), len(both), sum(a == b for a, b in both)))
    return table(["framework", "framework", "both answer", "same size"], rows)


def _same_sizes(found: Study) -> Table:
    """SAME: how many outputs have ⌈size / stride⌉ rows and columns."""
    rows: list[tuple[Cell, ...]] = []
    for name in found.frameworks:
        for ceil in (False, True):
            own = [f for f in found.findings if f.framework == name and f.question.padding == "SAME" and f.question.ceil == ceil]
            given = [f for f in own if f.shape is not None]
            kept = sum(f.shape == tuple(-(-n // s) for n, s in zip(f.question.size, _stride(f), strict=True)) for f in given)
            if given:
                rows.append((title(name), "ceil" if ceil else "floor", len(given), kept))
    return table(["framework", "mode", "SAME answered", "size ⌈n/s⌉"], rows)


def _stride(f: Finding) -> tuple[int, int]:
    return rules.stride_of(f.question)


def _data(found: Study) -> Data:
    """One row a question: what the formula says, what every framework gives, and the behaviours behind it."""
    heads = ("op", "input", "kernel", "stride", "padding", "dilation", "ceil", "include_pad", FORMULA)
    rows: dict[str, tuple[Plain, ...]] = {}
    for f in found.findings:
        q = f.question
        settings = [str(written(x)) for x in (q.kernel, q.stride, q.padding, q.dilation)]
        row = rows.get(q.name, (q.op, q.input_text, *settings, q.ceil, written(q.include_pad), size(f.formula)))
        rows[q.name] = (*row, answer(f), " ".join(r.behaviour for r in f.reasons))
    fields = (f"{name}{part}" for name in found.frameworks for part in ("", "_why"))
    return Data("pooling", (*heads, *fields), tuple(rows.values()))
