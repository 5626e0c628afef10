"""The networks that frameworks bring themselves: built with random weights, watched, counted by their own tools, explained.

A zoo network is described by what was seen of it while it ran; predictions for it come from there, and our own description of
the same network is set beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Measurement, Observed
from crosscheck.conventions import read as convention
from crosscheck.conventions.editions import pick
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.diff import Comparison, compare
from crosscheck.explain import terms
from crosscheck.explain.number import MEASURED, Known, Number, prediction, step
from crosscheck.known.crashes import Crash
from crosscheck.measuring import catalog, crashes, runner
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.plan import Launch, Watch, launch_adapter, quiet, versions
from crosscheck.subjects import observed
from crosscheck.subjects.zoo import Network


@dataclass(frozen=True)
class Said:
    """What a tool said of a zoo network: its number, explained from what was seen of it, and the way to it from our description.

    ``number`` is None where the tool gave none or there is nothing to predict from; ``less_ours``, by the same convention and
    of predictions alone, is None where we have no description of the network.
    """

    row: Measurement
    number: Number | None = None
    less_ours: Number | None = None

    @property
    def residual(self) -> int | None:
        """What the number's terms leave of it; None where it is not explained at all."""
        return None if self.number is None else self.number.residual

    @property
    def ours(self) -> int | None:
        """What the convention says of our description."""
        return None if self.number is None or self.less_ours is None else self.number.predicted - self.less_ours.value

    @property
    def off(self) -> bool:
        """True where the tool did not print what was predicted, nor is known to die of this network."""
        return self.residual != 0 and self.row.status != "crashed"


@dataclass(frozen=True)
class Entry:
    """One zoo network: what was seen, how it differs from our description, what every tool said, and what cannot be expressed."""

    network: Network
    status: str
    message: str
    seen: Model | None = None
    macs: int = 0
    params: int = 0
    comparison: Comparison | None = None
    numbers: tuple[Said, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict)
    moves: Mapping[str, int] = field(default_factory=dict)

    @property
    def silent(self) -> tuple[Said, ...]:
        """Where a tool failed or was not tried: there is a reason and no number."""
        return tuple(n for n in self.numbers if n.row.status not in ("ok", "absent"))

    @property
    def given(self) -> tuple[Said, ...]:
        """All but what tools are known to die of."""
        return tuple(n for n in self.numbers if n.row.status != "crashed")


@dataclass(frozen=True)
class Survey:
    """Every zoo network that was asked for, and the versions that ran."""

    entries: tuple[Entry, ...]
    versions: Mapping[str, str]
    closed: tuple[Crash, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 for a residual, a failure or a known crash that has closed, 3 where something was skipped or cannot be expressed."""
        numbers = [n for e in self.entries for n in e.numbers]
        if any(n.residual or n.row.status == "error" for n in numbers) or any(e.status == "error" for e in self.entries):
            return 1
        if self.closed or any(e.comparison is not None and e.comparison.residual for e in self.entries):
            return 1
        told = all(n.residual == 0 or n.row.status == "crashed" for n in numbers) and all(e.status == "ok" for e in self.entries)
        return 0 if told else 3


def run(
    wanted: Sequence[Network],
    *,
    logs: Path,
    tools: Sequence[str] | None = None,
    timeout: float = 600.0,
    known: Mapping[str, FrameworkInfo] | None = None,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
    excused: Sequence[Crash] | None = None,
    parallel: int = 2,
) -> Survey:
    """Build, watch and count the networks, by these tools of their frameworks; None means all of them.

    ``excused`` are the known crashes, those that are listed unless given; ``parallel`` workers run side by side.
    """
    everything = catalog.frameworks() if known is None else known
    plans, entries = [], dict[tuple[str, str], Entry]()
    for info in everything.values():
        mine = [n for n in wanted if n.framework == info.id]
        entries |= {n.key: Entry(n, "skipped", why) for n in mine if info.installed and (why := observed.missing(n))}
        chosen = [t for t in info.tools if tools is None or t.id in tools]
        plans += observed.plans(info, [n for n in mine if n.key not in entries], chosen)
    logs.mkdir(parents=True, exist_ok=True)
    outcomes = runner.run(plans, logs=logs, timeout=timeout, parallel=parallel, launch=launch, watch=watch) if plans else []
    said = {(o.model, o.input): o for outcome in outcomes for o in outcome.networks}
    rows: dict[tuple[str, str], list[Measurement]] = {}
    told, closed = crashes.judged((r for outcome in outcomes for r in outcome.rows if r.layer == TOTAL), excused)
    for row in told:
        rows.setdefault((row.model, row.input), []).append(row)
    for n in wanted:
        if n.key not in entries:
            entries[n.key] = _entry(n, said.get(n.key), rows.get(n.key, []))
    ran = versions(outcomes) | {r.tool: r.tool_version for found in rows.values() for r in found if r.tool_version}
    ran |= {p.name: p.version for n in wanted if entries[n.key].status != "skipped" for p in n.packages}
    return Survey(tuple(entries[n.key] for n in wanted), dict(sorted(ran.items())), closed)


def _entry(network: Network, answer: Observed | None, rows: Sequence[Measurement]) -> Entry:
    """One network with everything that is known of it."""
    if answer is None or answer.network is None:
        status, message = (answer.status, answer.message) if answer else ("error", "nothing came back")
        return Entry(network, status, message, numbers=tuple(Said(r) for r in rows))
    seen = Model.from_json(answer.network)
    unknown = observed.unknown(seen)
    moves = Counter(x.op for x in seen.layers if x.op in observed.MOVES)
    ours = models.build(network.model, batch=network.batch, input_shape=network.input) if network.model else None
    own, counted = engine.tally(ours) if ours else None, engine.tally(observed.without_moves(seen))
    mac, bare = convention.load("mac"), engine.tally(replace(counted.model, calls=())) if counted.called and not unknown else None
    numbers = tuple(_said(r, counted if _countable(r, counted, bool(unknown)) else None, own, bare) for r in rows)
    lost = unknown and (counted.called is None or any(n.number is None and n.row.value is not None for n in numbers))
    return Entry(
        network,
        "unsupported" if lost else "ok",
        observed.lacking(seen) if lost else "",
        seen,
        engine.total(counted, mac, "compute"),
        engine.total(counted, mac, "params"),
        compare(ours, seen) if ours else None,
        numbers,
        unknown,
        moves,
    )


def _countable(row: Measurement, counted: Tally, unknown: bool) -> bool:
    """True where the tool's number can be predicted: from calls where all that it looks at were seen, else from known ops."""
    tables = pick(row.convention, row.tool_version).metrics[row.metric].tables
    rules = [table.calls for table in tables if counted.called is not None and table.calls is not None]
    if counted.called is not None and any(counted.called.lacking(r) for r in rules):
        return False
    return not unknown or len(rules) == len(tables)


def _said(row: Measurement, counted: Tally | None, own: Tally | None, bare: Tally | None = None) -> Said:
    """A number with its prediction, and less ours: from ``bare`` layers, as ours has, where they tell all that the calls do."""
    if counted is None or row.value is None:
        return Said(row)
    c = pick(row.convention, row.tool_version)
    seen = prediction(counted, c, row.metric)
    layered = seen if bare is None else prediction(bare, c, row.metric)
    if bare is not None and layered.predicted == seen.predicted:
        counted, seen = bare, min(layered, seen, key=lambda number: len(number.terms))
    number = seen.measured(Known(row.value, MEASURED, f"{row.tool} {row.tool_version}"))
    if own is None:
        return Said(row, number)
    return Said(row, number, step(prediction(own, c, row.metric), seen, terms.difference(counted, c, own, c, row.metric)))
