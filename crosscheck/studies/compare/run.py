"""The main job: build the networks, run the workers, confront measured with predicted, write the reports, judge the run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from crosscheck import __version__, models
from crosscheck import output as write
from crosscheck.contract.network import Model, Shape
from crosscheck.contract.rows import Measurement
from crosscheck.conventions import read as convention
from crosscheck.conventions.editions import holds
from crosscheck.counting.engine import tally
from crosscheck.explain.wording import unexplained
from crosscheck.known import gaps
from crosscheck.known.crashes import Crash
from crosscheck.measuring import catalog, crashes, runner
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.plan import Launch, Outcome, Plan, Watch, launch_adapter, quiet
from crosscheck.measuring.request import Request, editions, plans, request_names
from crosscheck.report.pages.legacy_all import render_all
from crosscheck.studies.compare import frames, view

COMPLETE, DIFFERS, PARTIAL, INTERRUPTED = 0, 1, 3, 130
EXIT_CODES = """0  every cell was measured and explained, residual 0, or is a crash that a tool is known for
1  a residual that nothing explains, a known gap or crash that has closed, or a cell that failed
2  the request cannot be met (unknown name, bad input, folder not writable)
3  partial: something was skipped or unsupported; all that ran is explained
130  interrupted; no report was touched"""


@dataclass(frozen=True)
class Verdict:
    """How a run ended: what is unexplained, what failed, what was skipped, which known gaps and crashes have closed.

    ``crashed`` are cells of tools that die of a network, as they are known to.
    """

    unexplained: pd.DataFrame
    failed: pd.DataFrame
    skipped: pd.DataFrame
    closed: tuple[gaps.Gap | Crash, ...]
    crashed: pd.DataFrame

    @property
    def exit_code(self) -> int:
        """See EXIT_CODES."""
        if len(self.unexplained) or len(self.failed) or self.closed:
            return DIFFERS
        return PARTIAL if len(self.skipped) else COMPLETE


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
    out: Path,
    *,
    timeout: float = 600.0,
    known: Mapping[str, FrameworkInfo] | None = None,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
    excused: Sequence[Crash] | None = None,
) -> tuple[view.Report, Verdict]:
    """Measure, confront, write the reports under ``out`` and judge; ``excused`` are the known crashes.

    They are those that are listed, unless given. Raises OutputError before any work where it cannot write.
    """
    frameworks = catalog.frameworks() if known is None else known
    logs = out / "logs"
    for folder in (out, logs, out / "models"):
        write.ensure_writable(folder)
    work = plans(req, frameworks)
    slowest_first = sorted(work, key=lambda p: (bool(p.overlay), -len(p.tools)))
    outcomes = {o.name: o for o in runner.run(slowest_first, logs=logs, timeout=timeout, launch=launch, watch=watch)}
    rows, closed = crashes.judged(editions(row for plan in work for row in outcomes[plan.name].rows), excused)
    tallies = {(m.name, m.input_text): tally(m) for m in req.models}
    conventions = {name: convention.load(name) for name in sorted({r.convention for r in rows})}
    frame = frames.measurements(_ordered(rows, req.models, work), tallies, conventions)
    report = view.build(frame, tallies, conventions, _facts(outcomes, rows))
    write.write(out, render_all(report))
    return report, _judge(frame, closed)


def _ordered(rows: Sequence[Any], wanted: Sequence[Model], work: Sequence[Plan]) -> list[Any]:
    """By model, framework and tool, whatever order the workers ended in; layers keep their order."""
    place = {(m.name, m.input_text): k for k, m in enumerate(wanted)}
    tools = sorted((t.framework, t.id) for plan in work for t in plan.tools)
    rank = {pair: k for k, pair in enumerate(tools)}
    return sorted(rows, key=lambda r: (place[r.model, r.input], rank[r.framework, r.tool]))


def outside(frame: pd.DataFrame) -> list[str]:
    """Tools whose version no convention was read from, one line each: their numbers may differ for a new reason."""
    known = frame[["tool", "tool_version", "convention"]].drop_duplicates().itertuples(index=False)
    loaded = [(str(r.tool), str(r.tool_version), convention.load(str(r.convention))) for r in known if r.tool_version]
    return [
        f"note: {tool} ran in version {version}; its convention was read from {c.package} {c.versions}"
        for tool, version, c in loaded
        if not holds(c, version)
    ]


def _facts(outcomes: Mapping[str, Outcome], rows: Sequence[Measurement]) -> dict[str, Any]:
    return {
        "crosscheck": __version__,
        "tools": {r.tool: r.tool_version for r in rows if r.tool_version},
        "frameworks": {
            o.name: {
                "versions": dict(o.info.versions) if o.info else {},
                "platform": o.info.platform if o.info else "",
                "exit_codes": o.exit_codes,
                "log": f"logs/{Path(o.log).name}",
            }
            for o in sorted(outcomes.values(), key=lambda o: o.name)
        },
    }


def _judge(frame: pd.DataFrame, over: Sequence[Crash] = ()) -> Verdict:
    odd, closed = frames.unexplained(frame, gaps.load())
    failed = frame[frame["status"] == "error"]
    skipped = frame[frame["status"].isin(["skipped", "unsupported"])]
    return Verdict(odd, failed, skipped, (*closed, *over), frame[frame["status"] == "crashed"])


def describe(verdict: Verdict) -> list[str]:
    """What went wrong, one line a cell, the worst first."""
    lines = [
        unexplained(
            f"{r['model']} × {r['tool']} × {r['layer']} × {r['metric']}", _said(r["value"]), int(r["predicted"]), r["unit"]
        )
        for r in verdict.unexplained.to_dict("records")
    ]
    lines += [
        g.closed
        if isinstance(g, Crash)
        else f"known gap has closed, remove its row from crosscheck/known/gaps.toml: {json.dumps(vars_of(g))}"
        for g in verdict.closed
    ]
    for frame in (verdict.failed, verdict.crashed, verdict.skipped):
        cells: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
        for r in frame.itertuples(index=False):
            tools, names = cells.setdefault((str(r.status), str(r.message)), ({}, {}))
            tools[str(r.tool)] = names[str(r.model)] = None
        lines += [f"{status}: {', '.join(t)} on {', '.join(n)}: {message}" for (status, message), (t, n) in cells.items()]
    return lines


def _place(row: Mapping[Any, Any]) -> str:
    return " × ".join(str(row[k]) for k in ("model", "tool", "layer", "metric"))


def _said(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def vars_of(gap: gaps.Gap) -> dict[str, str]:
    """A gap's fields."""
    return {"model": gap.model, "tool": gap.tool, "metric": gap.metric, "layer": gap.layer}
