"""The view of one run, finished and frozen: every cell and term, ratios, residuals, quirks, and each network by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pandas as pd

from crosscheck.studies.compare import frames, network, quirks
from crosscheck.studies.compare.frames import Conventions, Problem, Tallies
from crosscheck.studies.compare.network import Answer, Network
from crosscheck.studies.compare.quirks import Quirk


@dataclass(frozen=True, slots=True)
class Ratio:
    """A tool's compute over the engine's MACs, on each network of the report (None where it has none), and their median."""

    answer: Answer
    values: tuple[float | None, ...]
    median: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many cells a tool gave of a metric, and how many of them are not the predicted ones."""

    tool: str
    metric: str
    cells: int
    off: int


@dataclass(frozen=True)
class Report:
    """One run. ``off`` are absolute residuals summed over all cells of each (tool, metric, model, input).

    ``measurements`` and ``discrepancies`` are tables of exact integers and text, see frames; ``run`` are versions, platforms
    and exit codes.
    """

    measurements: pd.DataFrame
    discrepancies: pd.DataFrame
    answers: tuple[Answer, ...]
    ratios: tuple[Ratio, ...]
    agreements: tuple[Agreement, ...]
    off: Mapping[tuple[str, str, str, str], int]
    quirks: tuple[Quirk, ...]
    problems: tuple[Problem, ...]
    networks: tuple[Network, ...]
    run: Mapping[str, Any]


def build(frame: pd.DataFrame, tallies: Tallies, conventions: Conventions, run: Mapping[str, Any]) -> Report:
    """The report of measured cells ``frame`` (see frames.measurements)."""
    answers = _answers(frame, conventions)
    networks = tuple(network.build(frame, counted, conventions, answers) for counted in tallies.values())
    return Report(
        measurements=frame,
        discrepancies=frames.discrepancies(frame, tallies, conventions),
        answers=answers,
        ratios=_ratios(networks, answers),
        agreements=_agreements(frame),
        off=_off(frame),
        quirks=quirks.find(networks, tallies, conventions),
        problems=frames.problems(frame),
        networks=networks,
        run=run,
    )


def _answers(frame: pd.DataFrame, conventions: Conventions) -> tuple[Answer, ...]:
    found: dict[tuple[str, str], Answer] = {}
    for r in frames.totals(frame).itertuples(index=False):
        tool, metric, c = str(r.tool), str(r.metric), conventions[str(r.convention)]
        found.setdefault(
            (tool, metric),
            Answer(
                tool=tool,
                title=c.title,
                version=str(r.tool_version),
                framework=str(r.framework),
                metric=metric,
                unit=str(r.unit),
                label=c.table(metric).label,
                convention=c.id,
                says=c.says,
            ),
        )
    return tuple(found.values())


def _ratios(networks: Sequence[Network], answers: Sequence[Answer]) -> tuple[Ratio, ...]:
    """The lowest median first."""
    found = []
    for a in answers:
        values = tuple(n.ratio(a.tool) for n in networks) if a.metric == "compute" else ()
        if known := [v for v in values if v is not None]:
            found.append(Ratio(a, values, median(known)))
    return tuple(sorted(found, key=lambda r: r.median))


def _agreements(frame: pd.DataFrame) -> tuple[Agreement, ...]:
    found: dict[tuple[str, str], list[bool]] = {}
    for r in _counted(frame).itertuples(index=False):
        found.setdefault((str(r.tool), str(r.metric)), []).append(bool(r.residual != 0))
    return tuple(Agreement(tool, metric, len(off), sum(off)) for (tool, metric), off in found.items())


def _off(frame: pd.DataFrame) -> dict[tuple[str, str, str, str], int]:
    found: dict[tuple[str, str, str, str], int] = {}
    for r in _counted(frame).itertuples(index=False):
        key = (str(r.tool), str(r.metric), str(r.model), str(r.input))
        found[key] = found.get(key, 0) + abs(int(str(r.residual)))
    return found


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["status"].isin(frames.COUNTED)]
