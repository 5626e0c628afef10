"""Output sizes and values of convolutions and poolings: the engine's formula, every framework's rule, and its own layers.

A layer's answer must be what its framework's rule says; where that is not what the engine says, the rule's behaviours are the
reasons. An answer that no rule explains fails the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crosscheck.contract.rows import Answer, Question
from crosscheck.errors import UnknownNameError
from crosscheck.measuring import runner
from crosscheck.measuring.plan import Launch, Plan, Watch, launch_adapter, quiet, versions
from crosscheck.measuring.request import builders
from crosscheck.studies.windows import rules as window_rules
from crosscheck.studies.windows.rules import NO_WINDOW, REFUSALS, Result, Rule, expected, same

AS_FORMULA, OTHER_SIZE, OTHER_VALUES = "as the formula", "another size", "other values"
REFUSED, NO_ARGUMENT, CRASHED, NOT_RUN, UNEXPLAINED = "refused", "no option", "crash", "not run", "unexplained"
EFFECTS = {
    AS_FORMULA: "the same size and values, or both refuse",
    OTHER_SIZE: "more, fewer or empty outputs",
    OTHER_VALUES: "the same size, other values",
    REFUSED: "the layer raises an error",
    NO_ARGUMENT: "the layer has no argument to ask for it",
    CRASHED: "the process dies of it",
    NOT_RUN: "the framework is not installed",
    UNEXPLAINED: "not what the framework's rule says",
}
RULE_ONLY = "caffe"  # answered from its source; nothing here runs it


@dataclass(frozen=True, slots=True)
class Finding:
    """One framework's answer to one question, beside the engine's; ``reasons`` are the behaviours behind a difference."""

    question: Question
    framework: str
    effect: str
    formula: tuple[int, ...] | None
    shape: tuple[int, ...] | None
    reasons: tuple[Rule, ...] = ()
    message: str = ""

    @property
    def answered(self) -> bool:
        """True where there is an output to compare."""
        return self.shape is not None


@dataclass(frozen=True)
class Study:
    """All findings of one run, by question and framework, and the versions that they hold for."""

    findings: tuple[Finding, ...]
    versions: Mapping[str, str]

    @property
    def frameworks(self) -> tuple[str, ...]:
        """Frameworks in the order of the tables."""
        return tuple(dict.fromkeys(f.framework for f in self.findings))

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """Answers that no rule explains."""
        return tuple(f for f in self.findings if f.effect == UNEXPLAINED)

    @property
    def idle(self) -> tuple[Rule, ...]:
        """Rules of frameworks that ran which no question brought out."""
        met = {(r.framework, r.behaviour) for f in self.findings for r in f.reasons}
        ran = {f.framework for f in self.findings if f.effect != NOT_RUN}
        return tuple(r for r in window_rules.rules() if r.framework in ran and (r.framework, r.behaviour) not in met)

    @property
    def exit_code(self) -> int:
        """1 where an answer is not explained, 3 where a framework did not run, else 0."""
        if self.unexplained:
            return 1
        return 3 if any(f.effect == NOT_RUN for f in self.findings) else 0


def study(
    questions: Sequence[Question],
    frameworks: Sequence[str] = (),
    *,
    logs: Path,
    timeout: float = 60.0,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
) -> Study:
    """Ask every framework's own layers and judge what they say. Raises UnknownNameError for frameworks that do not exist."""
    asked = builders(frameworks)
    plans = [Plan(info, (), (), questions=tuple(questions)) for info in asked]
    outcomes = runner.run(plans, logs=logs, timeout=timeout, launch=launch, watch=watch)
    said = {(a.framework, a.question): a for o in outcomes for a in o.answers}
    findings = []
    for q in questions:
        formula = expected(q)
        findings += [judge(q, info.id, said[info.id, q.name], formula) for info in asked]
        findings.append(by_rule(q, RULE_ONLY, formula))
    return Study(tuple(findings), versions(outcomes))


def judge(q: Question, framework: str, answer: Answer, formula: Result) -> Finding:
    """A layer's answer against its framework's rule and the engine's."""
    if answer.status == "skipped":
        return Finding(q, framework, NOT_RUN, formula.shape, None, message=answer.message)
    rules = window_rules.rules_of(framework)
    ruled, measured = expected(q, [r.behaviour for r in rules]), Result(answer.shape, answer.values)
    if measured.shape is None:
        refusals = [r for r in rules if (REFUSALS[r.behaviour](q) if r.behaviour in REFUSALS else r.behaviour == ruled.refused)]
        reasons = tuple(r for r in refusals if (not r.says if answer.status == "unsupported" else r.told_by(answer.message)))[:1]
    else:
        reasons = _causes(q, rules)
    if not same(ruled, measured) or (measured.shape is None and not reasons):
        return Finding(q, framework, UNEXPLAINED, formula.shape, measured.shape, message=_mismatch(ruled, measured, answer))
    if answer.status == "error":
        return Finding(q, framework, CRASHED, formula.shape, None, reasons, answer.message)
    return Finding(q, framework, _effect(formula, measured, reasons), formula.shape, measured.shape, reasons, answer.message)


def by_rule(q: Question, framework: str, formula: Result) -> Finding:
    """What a framework's rule says, without its layers."""
    rules = window_rules.rules_of(framework)
    ruled, reasons = expected(q, [r.behaviour for r in rules]), _causes(q, rules)
    if ruled.refused == NO_WINDOW:
        reasons = tuple(r for r in rules if r.behaviour == NO_WINDOW)
    return Finding(q, framework, _effect(formula, ruled, reasons), formula.shape, ruled.shape, reasons)


def answer(questions: Sequence[Question], frameworks: Sequence[str] = ()) -> tuple[Finding, ...]:
    """What every framework's rule says; no layer is asked. Raises UnknownNameError for frameworks that do not exist."""
    known = [*(i.id for i in builders()), RULE_ONLY]
    for name in frameworks:
        if name not in known:
            raise UnknownNameError("framework", name, known)
    return tuple(by_rule(q, name, expected(q)) for q in questions for name in known if not frameworks or name in frameworks)


def _causes(q: Question, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    names = window_rules.causes(q, [r.behaviour for r in rules])
    return tuple(r for r in rules if r.behaviour in names)


def _effect(formula: Result, found: Result, reasons: Sequence[Rule]) -> str:
    """How far a result is from the engine's."""
    if found.shape is None:
        if formula.shape is None and all(r.behaviour == NO_WINDOW for r in reasons):
            return AS_FORMULA
        return REFUSED if any(r.says for r in reasons) else NO_ARGUMENT
    if same(formula, found):
        return AS_FORMULA
    return OTHER_VALUES if formula.shape == found.shape else OTHER_SIZE


def _mismatch(ruled: Result, measured: Result, answer: Answer) -> str:
    """What was expected of a layer, and what came."""
    wanted = f"refused ({ruled.refused})" if ruled.shape is None else window_rules.written(ruled.shape)
    if measured.shape is None:
        return f"the rule says {wanted}, the layer: {answer.message}"
    came = window_rules.written(measured.shape)
    if ruled.shape == measured.shape:
        off = [k for k, pair in enumerate(zip(ruled.values, measured.values, strict=True)) if not window_rules.close(*pair)]
        return f"the rule and the layer say {came}, but {len(off)} of {len(ruled.values)} values differ, the first at {off[0]}"
    return f"the rule says {wanted}, the layer {came}"
