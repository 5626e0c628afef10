"""Layers of a captured network: what each does, as far as it is known, and what would teach the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from crosscheck.contract import network
from crosscheck.contract.call import Level
from crosscheck.contract.network import CONTAINER, ROOT, Model
from crosscheck.contract.rows import Measurement
from crosscheck.contract.traits import Trait, having
from crosscheck.conventions import read as conventions
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.ops.calls import families
from crosscheck.studies.own.found import COUNTED, MOVES, UNKNOWN, ZERO, Layer, Parameters, Unknown
from crosscheck.subjects import observed
from crosscheck.subjects.partial import below

MOVING = {Trait.SAME_ELEMENTS}
BUFFER = "buffer"  # the name of a parameter that no training changes


def rows(counted: Tally, said: Iterable[Measurement]) -> tuple[Layer, ...]:
    """Every layer, and every container that runs something by itself, with what tools say of its compute."""
    model, mac = counted.model, conventions.load("mac")
    values: dict[str, dict[str, int | None]] = {}
    for r in said:
        if r.metric == "compute":
            values.setdefault(r.layer, {})[r.tool] = r.value
    kernels, native = below(model), classes(model)
    found = []
    for layer, counts in counted.nodes:
        macs, params = (engine.layer_value(counted, mac.table(m), mac.id, layer, counts) for m in ("compute", "params"))
        own = tuple(kernels.get(layer.id, ()))
        if layer.op == CONTAINER and not (own or params):
            continue
        macs = macs or (counted.called.mac.get(layer.id, 0) if counted.called and layer.op == CONTAINER else 0)
        name = layer.origin.native or native.get(layer.id, "")
        status = _status(layer, macs, own)
        found.append(
            Layer(layer.id, layer.op, name, layer.in_shapes, layer.out_shapes, params, macs, status, values.get(layer.id, {}))
        )
    return tuple(found)


def _status(layer: network.Layer, macs: int, kernels: tuple[str, ...]) -> str:
    kinds = {families.family(k) for k in kernels}
    beyond = layer.op in (*observed.UNKNOWN, CONTAINER)
    if beyond and (families.UNKNOWN in kinds or (layer.op == "unknown" and not macs)):
        return UNKNOWN
    if macs:
        return COUNTED
    moves = bool(kinds) and kinds <= families.MOVING if beyond else any(layer.op in having(t) for t in MOVING)
    return MOVES if moves else ZERO


def classes(model: Model) -> dict[str, str]:
    """The class of the module that each layer and container is a call of."""
    return {call.home: call.name for call in reversed(model.calls) if call.level is Level.MODULE}


def unknown(model: Model, layers: Iterable[Layer]) -> tuple[Unknown, ...]:
    """What of the layers nobody knows, by native name."""
    kernels = below(model)
    groups: dict[str, list[Layer]] = {}
    for layer in (x for x in layers if x.status == UNKNOWN):
        groups.setdefault(layer.native or layer.op, []).append(layer)
    return tuple(_unknown(name, group, kernels) for name, group in groups.items())


def _unknown(name: str, group: list[Layer], kernels: Mapping[str, Mapping[str, None]]) -> Unknown:
    odd = dict.fromkeys(k for x in group for k in kernels.get(x.id, ()) if families.family(k) == families.UNKNOWN)
    teach = f"a formula for {', '.join(odd)}" if odd else f"an op for {name}"
    return Unknown(name, len(group), group[0].id, tuple(odd), teach)


def parameters(counted: Tally) -> Parameters:
    """Elements of parameters and buffers, each once."""
    held = [c for c in counted.model.calls if c.level is Level.PARAMETER]
    calls = [c for c in held if c.name != BUFFER]
    if not counted.model.calls:
        return Parameters(engine.total(counted, conventions.load("mac"), "params"))
    sizes = [(network.numel(c.x), c.attrs) for c in calls]
    stats = dict(_stats(counted.model))
    return Parameters(
        sum(n for n, _ in sizes),
        sum(n for n, attrs in sizes if attrs.get("trainable")),
        sum(n for n, attrs in sizes if not attrs.get("executed")),
        sum(stats.values()) + sum(network.numel(c.x) for c in held if c.name == BUFFER),
    )


def _stats(model: Model) -> Iterator[tuple[tuple[str, str], int]]:
    for c in model.calls:
        if c.level is Level.MODULE and not c.attrs.get("again"):
            yield from (((c.home or ROOT, name), network.numel(shape)) for name, shape in c.attrs.get("stats", ()))
