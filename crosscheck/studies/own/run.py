"""Put a user's network to every tool of its framework, and explain what they say from what was seen of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Measurement, Observed
from crosscheck.conventions.editions import pick
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.errors import ConventionError, UnknownNameError
from crosscheck.explain.number import MEASURED, Known, prediction
from crosscheck.measuring import catalog, runner
from crosscheck.measuring.plan import Launch, Outcome, Plan, Watch, launch_adapter, quiet, versions
from crosscheck.studies.own import layers
from crosscheck.studies.own.again import AGAIN, settled
from crosscheck.studies.own.found import WORKER, Found, Line
from crosscheck.subjects import conventions as words
from crosscheck.subjects import observed, own
from crosscheck.subjects.own import Network


def run(
    network: Network,
    *,
    logs: Path,
    tools: Sequence[str] | None = None,
    timeout: float = 600.0,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
) -> Found:
    """Watch and count the network in workers, by these tools of its framework; None means all.

    Raises UsageError where nothing was seen of it, and UnknownNameError for a tool of another framework.
    """

    def look(tools: Sequence[str] | None, logs: Path, watch: Watch = quiet) -> Found:
        logs.mkdir(parents=True, exist_ok=True)
        outcomes = runner.run(planned(network, tools), logs=logs, timeout=timeout, launch=launch, watch=watch)
        return found(network, outcomes, WORKER)

    return settled(look(tools, logs, watch), lambda odd: look(odd, logs / AGAIN))


def planned(network: Network, tools: Sequence[str] | None) -> list[Plan]:
    """What has to run. Raises UnknownNameError for a tool that the framework does not have."""
    info = catalog.framework(network.framework)
    known = {t.id: t for t in info.tools}
    odd = next((name for name in tools or () if name not in known), None)
    if odd:
        raise UnknownNameError(f"tool of {info.title}", odd, known)
    return own.plans(info, [network], [t for t in info.tools if tools is None or t.id in tools])


def found(network: Network, outcomes: Iterable[Outcome], path: str) -> Found:
    """All that is to be said of a network, from what came back. Raises UsageError where nothing was seen of it."""
    outcomes = list(outcomes)
    return told(network.name, own.answer(network, outcomes), outcomes, path)


def told(name: str, seen: Observed, outcomes: Sequence[Outcome], path: str) -> Found:
    """The same of a network that was seen, or described, as ``seen`` says."""
    model = Model.from_json(seen.network or {})
    counted = engine.tally(observed.without_moves(model))
    rows = [r for outcome in outcomes for r in outcome.rows if r.model == name]
    settings = {t.id: t.setting for t in catalog.tools().values()}
    lines = tuple(_line(r, counted, (path, settings.get(r.tool, "")), whole=not seen.message) for r in rows if r.layer == TOTAL)
    listed = layers.rows(engine.tally(model), rows)
    unknown = layers.unknown(model, listed)
    return Found(
        name,
        seen.framework,
        model.input_text,
        model,
        counted,
        sum(x.macs for x in listed),
        layers.parameters(counted),
        lines,
        listed,
        unknown,
        versions(outcomes) | {r.tool: r.tool_version for r in rows if r.tool_version},
        seen.message,
        _lost(seen, model, [u.native for u in unknown]),
    )


def _lost(seen: Observed, model: Model, unknown: Sequence[str]) -> str:
    """What is missing of the network's own numbers."""
    after = f"what comes after {len(model.layers)} layers, where it fails" if seen.message else ""
    return "; ".join(x for x in (after, f"what {', '.join(unknown)} may multiply" if unknown else "") if x)


def _line(row: Measurement, counted: Tally, where: tuple[str, str], *, whole: bool) -> Line:
    """One number beside its prediction, or why there is none."""
    if row.status == "skipped" or not whole:
        return Line(row, None, "" if row.message else "it does not run to its end", *where)
    c = pick(row.convention, row.tool_version)
    if gap := words.gap(counted.model, c.table(row.metric)):
        return Line(row, None, f"its convention says nothing about {gap}", *where)
    try:
        number = prediction(counted, c, row.metric)
    except ConventionError as error:
        return Line(row, None, str(error), *where)
    known = None if row.value is None else Known(row.value, MEASURED, f"{row.tool} {row.tool_version}")
    return Line(row, number.measured(known), "", *where)
