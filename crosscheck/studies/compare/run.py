"""The main job: build the networks, run the workers, confront measured with predicted, judge the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosscheck import __version__, models
from crosscheck.contract.network import Model, Shape
from crosscheck.contract.rows import Measurement
from crosscheck.conventions import read as convention
from crosscheck.counting.engine import tally
from crosscheck.known.crashes import Crash
from crosscheck.measuring import catalog, crashes, runner
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.plan import Launch, Outcome, Plan, Watch, launch_adapter, quiet
from crosscheck.measuring.request import Request, editions, plans, request_names
from crosscheck.studies.compare import frames, verdict, view
from crosscheck.studies.compare.verdict import Verdict
from crosscheck.studies.compare.view import Report


def request(
    names: Sequence[str],
    *,
    batch: int = 1,
    input_shape: Shape | None = None,
    classes: int | None = None,
    frameworks: Sequence[str] = (),
    tools: Sequence[str] = (),
) -> Request:
    """Check every name and shape before any work is done. Raises UnknownNameError, UsageError and ShapeError."""
    wanted_frameworks, wanted_tools = request_names(frameworks, tools)
    wanted = dict.fromkeys(names or models.DEFAULT_SET)
    built = tuple(models.build(n, batch=batch, input_shape=input_shape, classes=classes) for n in wanted)
    return Request(built, wanted_frameworks, wanted_tools)


def run(
    req: Request,
    *,
    logs: Path,
    timeout: float = 600.0,
    known: Mapping[str, FrameworkInfo] | None = None,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
    excused: Sequence[Crash] | None = None,
) -> tuple[Report, Verdict]:
    """Measure, confront and judge; what the workers print goes into the folder ``logs``.

    ``excused`` are the known crashes, those that are listed unless given.
    """
    frameworks = catalog.frameworks() if known is None else known
    work = plans(req, frameworks)
    slowest_first = sorted(work, key=lambda p: (bool(p.overlay), -len(p.tools)))
    outcomes = {o.name: o for o in runner.run(slowest_first, logs=logs, timeout=timeout, launch=launch, watch=watch)}
    rows, closed = crashes.judged(editions(row for plan in work for row in outcomes[plan.name].rows), excused)
    tallies = {(m.name, m.input_text): tally(m) for m in req.models}
    conventions = {name: convention.load(name) for name in sorted({r.convention for r in rows})}
    frame = frames.measurements(_ordered(rows, req.models, work), tallies, conventions)
    report = view.build(frame, tallies, conventions, _facts(outcomes, rows))
    return report, verdict.judge(frame, conventions, closed)


def _ordered(rows: Sequence[Any], wanted: Sequence[Model], work: Sequence[Plan]) -> list[Any]:
    """By model, framework and tool, whatever order the workers ended in; layers keep their order."""
    place = {(m.name, m.input_text): k for k, m in enumerate(wanted)}
    tools = sorted((t.framework, t.id) for plan in work for t in plan.tools)
    rank = {pair: k for k, pair in enumerate(tools)}
    return sorted(rows, key=lambda r: (place[r.model, r.input], rank[r.framework, r.tool]))


def _facts(outcomes: Mapping[str, Outcome], rows: Sequence[Measurement]) -> dict[str, Any]:
    """Versions, platform and exit codes, every key in its place in the alphabet."""
    return {
        "crosscheck": __version__,
        "frameworks": {
            o.name: {
                "exit_codes": o.exit_codes,
                "log": f"logs/{Path(o.log).name}",
                "platform": o.info.platform if o.info else "",
                "versions": dict(sorted(o.info.versions.items())) if o.info else {},
            }
            for o in sorted(outcomes.values(), key=lambda o: o.name)
        },
        "tools": dict(sorted((r.tool, r.tool_version) for r in rows if r.tool_version)),
    }
