"""What every framework really built: each network watched while it runs, and set against its description and the others'.

Nothing of the description goes into what is seen: ops, settings, shapes and parameters come from native objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Observed
from crosscheck.diff import NOTHING, Amounts, Comparison, Difference, compare
from crosscheck.measuring import runner
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.plan import Launch, Plan, Watch, launch_adapter, quiet, versions
from crosscheck.measuring.request import builders
from crosscheck.subjects.resolve import described

SAME, WRITTEN, DIFFERS, FAILED, SKIPPED = "same", "written otherwise", "differs", "failed", "skipped"
DESCRIBED = "description"
WHY = "architecture builds networks in every framework from their description. Hint: crosscheck diff compares it with another"
VERDICTS = {
    SAME: "the same layers with the same settings, shapes and parameters",
    WRITTEN: "the same, with something written otherwise, such as padding before a convolution",
    DIFFERS: "another architecture; the differences say where",
    FAILED: "there is nothing to compare; the message says why",
    SKIPPED: "not tried: not installed, or the framework cannot express it",
}


@dataclass(frozen=True)
class Check:
    """One network on two sides: a framework's against the description, or against another framework's.

    ``layers`` and ``total`` are what was seen there (``there`` is the framework that is judged).
    """

    model: str
    input: str
    here: str
    there: str
    verdict: str
    layers: int = 0
    total: Amounts = NOTHING
    differences: tuple[Difference, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class Built:
    """All checks, and the versions that ran."""

    checks: tuple[Check, ...]
    versions: Mapping[str, str]

    @property
    def exit_code(self) -> int:
        """1 where something differs or failed, 3 where something was skipped, else 0."""
        said = {c.verdict for c in self.checks}
        return 1 if said & {DIFFERS, FAILED} else 3 if SKIPPED in said else 0


def request(
    names: Sequence[str] = (), *, frameworks: Sequence[str] = (), batch: int = 1, input_shape: tuple[int, ...] | None = None
) -> list[Model]:
    """The networks, the default set without names. Raises UnknownNameError, UsageError and ShapeError."""
    builders(frameworks)
    return [models.build(n, batch=batch, input_shape=input_shape) for n in described(names or models.DEFAULT_SET, WHY)]


def run(
    wanted: Sequence[Model],
    *,
    logs: Path,
    frameworks: Sequence[str] = (),
    timeout: float = 600.0,
    known: Mapping[str, FrameworkInfo] | None = None,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
) -> Built:
    """Build every network in every framework, watch it run, and compare."""
    rooms = builders(frameworks, known)
    logs.mkdir(parents=True, exist_ok=True)
    plans = [Plan(info, tuple(wanted), (), observe=True) for info in rooms]
    outcomes = runner.run(plans, logs=logs, timeout=timeout, launch=launch, watch=watch)
    seen = {(o.model, o.input, o.framework): o for outcome in outcomes for o in outcome.networks}
    checks: list[Check] = []
    for model in wanted:
        found = {info.id: seen.get((model.name, model.input_text, info.id)) for info in rooms}
        native = {name: Model.from_json(o.network) for name, o in found.items() if o is not None and o.network is not None}
        for name, observed in found.items():
            checks.append(
                _judge(model, DESCRIBED, name, model, native[name]) if name in native else _missing(model, name, observed)
            )
        checks += [_judge(model, a, b, native[a], native[b]) for a, b in combinations(native, 2)]
    return Built(tuple(checks), versions(outcomes))


def _judge(model: Model, here: str, there: str, a: Model, b: Model) -> Check:
    found = compare(a, b)
    return Check(
        model.name, model.input_text, here, there, _verdict(found), len(b.layers), found.totals[1], found.differences, _odd(b)
    )


def _verdict(found: Comparison) -> str:
    return SAME if not found.differences else WRITTEN if found.same else DIFFERS


def _odd(seen: Model) -> str:
    """What the vocabulary cannot express of a network that was seen."""
    odd = [f"{x.id} is {x.origin.native}" for x in seen.layers if x.op == "unknown"]
    return f"no op for {len(odd)} calls: {', '.join(odd[:3])}" if odd else ""


def _missing(model: Model, name: str, observed: Observed | None) -> Check:
    status, message = (observed.status, observed.message) if observed is not None else ("error", "nothing came back")
    verdict = FAILED if status == "error" else SKIPPED
    return Check(model.name, model.input_text, DESCRIBED, name, verdict, message=message)
