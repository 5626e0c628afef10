"""The doctor: every installed tool on every micro-model, and a verdict on each answer.

A verdict compares the tool's whole number with the engine's primitives, not with the tool's convention; whether the convention
explains the number is told beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crosscheck import __version__
from crosscheck.contract.rows import TOTAL, Measurement
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.errors import ConventionError
from crosscheck.explain.number import prediction
from crosscheck.explain.wording import sum_text
from crosscheck.measuring import catalog, runner
from crosscheck.measuring.plan import Watch, quiet
from crosscheck.measuring.request import Request, editions, plans, request_names
from crosscheck.studies.doctor import cases as micro

RIGHT, PER_IMAGE, OTHERWISE, ZERO = "right", "per image", "otherwise", "zero"
FREE, CHARGED, CRASHED, NOT_RUN = "free", "charged", "crashed", "not run"
VERDICTS = {
    RIGHT: "the multiply-accumulates, once or twice each, with or without the bias",
    PER_IMAGE: "the same for one image: the batch is not multiplied in",
    OTHERWISE: "another number; the rule says which",
    ZERO: "0 for an operation that multiplies: silent, unless the tool warns",
    FREE: "nothing is charged for an operation that does not multiply",
    CHARGED: "something is charged for an operation that does not multiply; the rule says what",
    CRASHED: "the tool failed",
    NOT_RUN: "not installed, or the framework cannot say this network",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One tool's answer to one micro-model. ``explained`` tells whether the tool's convention predicts the number exactly."""

    case: str
    says: str
    framework: str
    tool: str
    tool_version: str
    convention: str
    input: str
    macs: int
    bias_adds: int
    value: int | None
    unit: str
    verdict: str
    explained: bool
    rule: str


@dataclass(frozen=True)
class Examination:
    """All findings of one run, by case and tool, and the versions that they hold for."""

    findings: tuple[Finding, ...]
    versions: dict[str, str]

    @property
    def tools(self) -> tuple[str, ...]:
        """Tools in the order of the table."""
        return tuple(dict.fromkeys(f.tool for f in self.findings))

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """Answers that the tool's convention does not predict."""
        return tuple(f for f in self.findings if f.value is not None and not f.explained)


def examine(
    frameworks: Sequence[str] = (),
    tools: Sequence[str] = (),
    *,
    logs: Path,
    timeout: float = 120.0,
    watch: Watch = quiet,
) -> Examination:
    """Run the grid through every installed tool that gives compute. Raises UnknownNameError for names that do not exist."""
    cases = micro.cases()
    wanted = request_names(frameworks, tools)
    work = plans(Request(tuple(c.model for c in cases), *wanted), catalog.frameworks(), metric="compute", zero_ok=True)
    outcomes = runner.run(work, logs=logs, timeout=timeout, watch=watch)
    rows = {(r.model, r.tool): r for o in outcomes for r in editions(o.rows) if r.layer == TOTAL and r.metric == "compute"}
    order = sorted((t for p in work for t in p.tools), key=lambda t: (t.framework, t.id))
    findings = []
    for case in cases:
        counted = engine.tally(case.model)
        findings += [_finding(case, counted, rows[case.id, t.id]) for t in order]
    versions = {f"{t.framework}/{t.id}": t.version for t in order} | {"crosscheck": __version__}
    return Examination(tuple(findings), versions)


def _finding(case: micro.Case, counted: Tally, row: Measurement) -> Finding:
    macs, biases = counted.sum("mac"), counted.sum("bias_add")
    known = convention.load(row.convention)
    rule, predicted = _rule(counted, known)
    if row.value is None:
        verdict, rule = (CRASHED if row.status == "error" else NOT_RUN), row.message
    else:
        verdict = _verdict(row.value, macs, biases, case.model.batch)
    explained = row.value is not None and row.value == predicted
    if row.value is not None and not explained:
        rule = f"unexplained: the convention says {'nothing' if predicted is None else f'{predicted:,}'}"
    return Finding(
        case.id,
        case.says,
        row.framework,
        row.tool,
        row.tool_version,
        row.convention,
        row.input,
        macs,
        biases,
        row.value,
        row.unit,
        verdict,
        explained,
        rule,
    )


def _verdict(value: int, macs: int, biases: int, batch: int) -> str:
    if not macs:
        return CHARGED if value else FREE
    if not value:
        return ZERO
    right = {macs, 2 * macs, macs + biases, 2 * macs + biases, 2 * (macs + biases)}
    if value in right:
        return RIGHT
    return PER_IMAGE if batch * value in right else OTHERWISE


def _rule(counted: Tally, known: Convention) -> tuple[str, int | None]:
    """What the convention charges here, in words, and its number; None where it does not know the op."""
    table = known.table("compute")
    try:
        found = prediction(counted, known, "compute")
    except ConventionError as error:
        return str(error), None
    words = sum_text(found.terms, by_op=False) if found.terms else "nothing"
    blind = counted.overlooked(table)
    quirks = [t.quirk for t in found.terms if t.quirk] + ([blind.quirk] if blind and blind.quirk else [])
    return words + (f" ({'; '.join(dict.fromkeys(quirks))})" if quirks else ""), found.value
