"""A fit as a convention: the TOML that ``-c ./found.toml`` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator

from crosscheck.contract.network import CONTAINER
from crosscheck.studies.infer.column import BYTES
from crosscheck.studies.infer.fit import Term
from crosscheck.studies.infer.study import Finding

ONES = {"compute": "operations", "params": "parameters"}
Charges = dict[str, dict[str, int]]  # by op and primitive


def toml(found: Finding, number: int = 0) -> str:
    """The convention of one of the fits, with a word on every op that the rows have and on no other."""
    assert found.reading  # noqa: S101 - where there is a fit there is a reading
    charges, metric = _charges(found, found.fits[number]), found.reading.metric
    ops = dict.fromkeys(op for row in found.group.rows for op, _ in row.counts)
    rest = [op for op in (*ops, CONTAINER) if op not in charges]
    lines = [*_head(found), "", f"[{metric}]", f"unit = {_quoted(_unit(found))}", f"label = {_quoted(_label(found))}"]
    for op, weights in charges.items():
        body = ", ".join(f"{primitive} = {weight}" for primitive, weight in weights.items())
        lines += ["", f"[[{metric}.weigh]]", f'ops = ["{op}"]', f"weights = {{ {body} }}", *_source(found)]
        lines.append(f"says = {_quoted(_says(found.fits[number], op))}")
    names = ", ".join(f'"{op}"' for op in dict.fromkeys(rest))
    lines += ["", f"[[{metric}.ignore]]", f"ops = [{names}]", *_source(found), 'says = "the rows are yielded without it"']
    return "\n".join(lines) + "\n"


def names(findings: tuple[Finding, ...]) -> Iterator[tuple[str, Finding, int]]:
    """A file for each fit: found.toml, found-2.toml; where several of one column fit, found-a.toml, found-b.toml."""
    fitted = [f for f in findings if f.fits]
    for k, found in enumerate(fitted):
        place = f"-{k + 1}" if k else ""
        for n in range(len(found.fits)):
            letter = f"-{chr(ord('a') + n)}" if len(found.fits) > 1 else ""
            yield f"found{place}{letter}.toml", found, n


def _charges(found: Finding, fit: tuple[Term, ...]) -> Charges:
    """What is charged for each op; of memory, counts of bytes by counts of numbers."""
    size = BYTES if found.reading and found.reading.metric.startswith("memory") else 1
    charges: Charges = {}
    for weight, m in (pair for term in fit for pair in term.charges):
        charges.setdefault(m.op, {})[m.primitive] = size * weight
    return charges


def _head(found: Finding) -> Iterator[str]:
    says = f"Inferred from {len(found.lines) - len(found.wrong)} of {len(found.lines)} rows; {found.verdict}."
    yield from ('id = "found"', 'title = "Found"', 'tool = ""', 'framework = ""', 'package = ""', 'versions = ""')
    yield from ('scope = "described"', f"says = {_quoted(says)}")


def _source(found: Finding) -> Iterator[str]:
    figures = [row.figure for row in found.group.rows]
    lines = f"{min(f.line for f in figures)}-{max(f.line for f in figures)}"
    yield f"source = {_quoted(f'{figures[0].file}:{lines}, inferred')}"


def _says(fit: tuple[Term, ...], op: str) -> str:
    """What the rows leave open about an op."""
    told = [
        f"{' + '.join(m.primitive for _, m in term.charges)}: "
        + (f"not to be told from {', '.join(f'{m.primitive} of {m.op}' for m in term.others)}" if term.others else "no other")
        for term in fit
        if any(m.op == op for _, m in term.charges)
    ]
    return "; ".join(told)


def _unit(found: Finding) -> str:
    assert found.reading  # noqa: S101 - where there is a fit there is a reading
    metric = found.reading.metric
    ones = "bytes" if metric.startswith("memory") else ONES.get(metric, metric)
    return ones if found.reading.parts == 1 else f"halves of {ones}"


def _label(found: Finding) -> str:
    return found.group.rows[0].figure.metric or "figures"


def _quoted(text: str) -> str:
    """A TOML string; what JSON escapes TOML escapes too, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
