"""Networks of zoos seen as they run: built with random weights by their frameworks' workers, and what came back of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crosscheck.contract.job import Recipe
from crosscheck.contract.network import Layer, Model
from crosscheck.contract.rows import Observed
from crosscheck.errors import UsageError
from crosscheck.measuring import catalog, runner
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo
from crosscheck.measuring.plan import Launch, Plan, launch_adapter
from crosscheck.output import scratch
from crosscheck.subjects import own
from crosscheck.subjects.subject import Reference, Subject
from crosscheck.subjects.zoo import Network

MOVES = ("reshape", "transpose")  # no tool here has a rule for them; they move elements and compute nothing

UNKNOWN = ("unknown", "other")  # what nobody described; of a captured network its kernels tell what it does


def missing(n: Network) -> str:
    """What to do where the package of a network is not installed; empty where it is."""
    for p in n.packages:
        if not p.version:
            how = f"make overlays, or pip install {p.name}" if p.overlay else f"pip install {p.name}"
            return f"{p.name} is not installed. Install it with: {how}"
    return ""


def plans(info: FrameworkInfo, wanted: Sequence[Network], tools: Sequence[ToolInfo], *, observe: bool = True) -> list[Plan]:
    """Plans for networks of one framework's zoos: one for each overlay that they come from and that a tool needs.

    The one without a tool's overlay also watches the networks, where ``observe`` asks for it; it alone captures calls.
    """
    return [
        Plan(
            info,
            tuple(n.blank() for n in mine),
            tuple(t for t in tools if t.overlay == overlay),
            overlay=overlay,
            libraries=libraries,
            observe=observe and not overlay,
            zero_ok=bool(overlay),  # a total of 0 is judged by calls, and those are captured where the network is watched
            zoo=tuple(Recipe(n.maker, dict(n.options), n.call == "images", not overlay) for n in mine),
        )
        for libraries, mine in _by_libraries(wanted)
        for overlay in dict.fromkeys([*([""] if observe else []), *(t.overlay for t in tools)])
    ]


def _by_libraries(wanted: Sequence[Network]) -> Iterator[tuple[tuple[str, ...], list[Network]]]:
    for libraries in dict.fromkeys(n.libraries for n in wanted):
        yield libraries, [n for n in wanted if n.libraries == libraries]


def observe(
    wanted: Sequence[Network],
    *,
    known: Mapping[str, FrameworkInfo] | None = None,
    launch: Launch = launch_adapter,
    timeout: float = 600.0,
) -> dict[str, Model]:
    """The networks as they are seen to run, by id. Raises UsageError for one that cannot be built here."""
    frameworks = catalog.frameworks() if known is None else known
    for n in wanted:
        if frameworks[n.framework].installed and (why := missing(n)):
            raise UsageError(f"{n.id}: {why}")
    todo = [p for info in frameworks.values() for p in plans(info, [n for n in wanted if n.framework == info.id], ())]
    with scratch() as logs:
        outcomes = runner.run(todo, logs=Path(logs), launch=launch, timeout=timeout)
    found = {o.model: o for outcome in outcomes for o in outcome.networks}
    seen: dict[str, Model] = {}
    for n in wanted:
        o = found.get(n.id)
        if o is None or o.network is None:
            raise UsageError(f"{n.id}: {f'{o.status}: {o.message}' if o else 'nothing came back'}")
        seen[n.id] = Model.from_json(o.network)
    return seen


def unknown(model: Model) -> Counter[str]:
    """What the vocabulary has no op for, by native name, and how often the network has it."""
    return Counter(x.origin.native for x in model.layers if x.op in UNKNOWN)


def lacking(model: Model) -> str:
    """The same in words; empty where everything is known."""
    names = ", ".join(f"{n} ({k})" for n, k in unknown(model).items())
    return f"the vocabulary has no op for {names}" if names else ""


def subject(ref: Reference, seen: Observed, network: own.Network) -> Subject:
    """A user's network as it was seen. Raises ValueError where nothing was."""
    if seen.network is None:
        raise ValueError(f"{ref.text}: {seen.status}: {seen.message}")
    model = Model.from_json(seen.network)
    short = f"what comes after {len(model.layers)} layers, where it fails" if seen.message else ""
    notes = (f"{ref.text} fails as it runs: {seen.message}",) if seen.message else ()
    return Subject(ref, without_moves(model), model, notes, bool(notes), own=network, open=short)


def without_moves(model: Model) -> Model:
    """The network without ops that only move elements, their readers reading what they read."""
    source: dict[str, str] = {}
    kept: list[Layer] = []
    for layer in model.layers:
        reads = tuple(source.get(v, v) for v in layer.inputs)
        if layer.op in MOVES:
            source[layer.id] = reads[0]
        else:
            kept.append(replace(layer, inputs=reads))
    return replace(model, layers=tuple(kept), outputs=tuple(source.get(v, v) for v in model.outputs))
