"""A direct question about output sizes: the formula with its numbers, every framework's output, and why some are otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosscheck.contract.rows import Question
from crosscheck.ops import geometry
from crosscheck.report.document import Document, Form, Lines, Paragraph, Part, Section, Table, Text, Tone, table
from crosscheck.report.pages.windows import ASTERISK, FORMULA, answer, findings, size, title
from crosscheck.studies.windows import questions, rules
from crosscheck.studies.windows.study import OTHER_SIZE, OTHER_VALUES, Finding


def brief(found: Sequence[Finding]) -> Document:
    """The answer; the same document serves every format."""
    notes: list[Part] = []
    if any(f.effect in (OTHER_SIZE, OTHER_VALUES) for f in found):
        notes.append(Paragraph(ASTERISK))
    notes += _reasons(found)
    if any(f.shape for f in found) and not found[0].question.cells:
        notes.append(
            Paragraph(f"Inputs or windows above {questions.VALUES_UP_TO:,} elements: sizes alone are compared, not values.")
        )
    return Document("sizes", "", (*_formula(found), _outputs(found), *notes), (findings(found),))


def working(q: Question) -> tuple[str, ...]:
    """The formula with its numbers and what it gives, one line an axis."""
    kernel, stride, dilation = rules.per_axis(q.kernel), rules.stride_of(q), rules.per_axis(q.dilation)
    pads = rules.pads_of(q, stride, dilation)
    lines = []
    for axis, n, k, s, d, pad in zip("HW", q.size, kernel, stride, dilation, pads, strict=True):
        window = f"{k}" if d == 1 else f"({d} · ({k} − 1) + 1)"
        signs = "⌈⌉" if q.ceil else "⌊⌋"
        told = f"{signs[0]}({n} + {pad[0]} + {pad[1]} − {window}) / {s}{signs[1]} + 1"
        lines.append(f"{axis}: {told} = {_count(q, n, k, s, d, pad)}")
    return tuple(lines)


def _count(q: Question, length: int, kernel: int, stride: int, dilation: int, pad: tuple[int, int]) -> str:
    """How many windows there are along one axis, and whether a last one was dropped."""
    span = length + sum(pad) - (kernel - 1) * dilation - 1
    if span < 0:
        return "none"
    out = geometry.window_out(length, kernel, stride, pad, dilation, q.ceil)
    rounded = -(-span // stride) + 1 if q.ceil else out
    return f"{out}" if out == rounded else f"{rounded}, less 1 past the input"


def _formula(found: Sequence[Finding]) -> Iterator[Part]:
    """The formula with its numbers, once for all ops that it is the same for."""
    lines = {op: working(f.question) for op, f in _firsts(found).items()}
    for steps in dict.fromkeys(lines.values()):
        yield Section(", ".join(op for op in lines if lines[op] == steps), (Lines(steps),))


def _firsts(found: Sequence[Finding]) -> dict[str, Finding]:
    ops = dict.fromkeys(f.question.op for f in found)
    return {op: next(f for f in found if f.question.op == op) for op in ops}


def _outputs(found: Sequence[Finding]) -> Table:
    firsts = _firsts(found)
    rows = [(FORMULA, *(size(f.formula) for f in firsts.values()))]
    names = dict.fromkeys(f.framework for f in found)
    rows += [(title(name), *(answer(f) for f in found if f.framework == name)) for name in names]
    return table(["rule", *firsts], rows)


def _reasons(found: Sequence[Finding]) -> Iterator[Part]:
    """Why a framework does otherwise, once for all ops that it does so in."""
    order = [f.framework for f in found]
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for f in sorted(found, key=lambda f: order.index(f.framework)):
        for rule in f.reasons:
            reasons.setdefault((f.framework, rule.reason, rule.source), []).append(f.question.op)
    for (name, why, source), where in reasons.items():
        head = Text(title(name), Form.strong)
        yield Paragraph((head, Text(f", {', '.join(where)}: {why} "), Text(f"({source})", tone=Tone.dim)))
