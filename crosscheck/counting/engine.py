"""The engine: counts × weights. ``tally`` counts a network once; ``predict`` weighs the counts as one convention does."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from crosscheck.contract.network import CONTAINER, ROOT, Layer, Model
from crosscheck.conventions.table import Convention, Ignored, MetricTable, Sight
from crosscheck.counting.containers import Counted, Counts, Extra, contain, pseudo_layer
from crosscheck.counting.longest_path import longest
from crosscheck.ops import described as ops

if TYPE_CHECKING:
    from crosscheck.contract.rows import Prediction
    from crosscheck.counting.calls import Called

SEEN = ("layer", "container")
PATH = ("path_layers", 1)
Sums = Mapping[str, Mapping[str, int]]  # op -> primitive -> count


@dataclass(frozen=True)
class Tally:
    """Primitive counts of a network: per layer and container, and summed per op for what a tool may see apart.

    ``boxes`` are the counts of the containers that have any, by index (see ``Nest``). ``groups`` are keyed by what kind a layer
    is (see ``Layer.kind``) and how deep it is nested, 0 in a bare network. ``called`` are the calls below the layers of a network
    that was captured.
    """

    model: Model
    layers: tuple[Counted, ...]
    boxes: Mapping[int, Counts]
    groups: Mapping[tuple[str, int], Sums]
    first: Mapping[str, str]  # op -> id of the first layer that has it, for error messages
    called: Called | None = None

    @cached_property
    def containers(self) -> tuple[Counted, ...]:
        """Containers with their counts, as layers; they are made where somebody asks for them."""
        return tuple((pseudo_layer(self.model, box), counts) for box, counts in self.boxes.items())

    @cached_property
    def by_id(self) -> dict[str, Counted]:
        """Layers and containers with their counts, by id."""
        return {layer.id: (layer, counts) for layer, counts in self.nodes}

    @cached_property
    def nodes(self) -> tuple[Counted, ...]:
        """Layers, then containers; of a captured network all that ran a call."""
        listed = (*self.layers, *self.containers)
        known = {layer.id for layer, _ in listed}
        homes = () if self.called is None else (h for h in self.called.homes if h not in known)
        return (*listed, *((Layer(h, CONTAINER, {}, (), (), ((),)), {}) for h in homes))

    @cached_property
    def totals(self) -> Sums:
        """The sums over all layers, containers left out."""
        sums: dict[str, dict[str, int]] = {}
        for (kind, _), group in self.groups.items():
            for op, counts in group.items() if kind != CONTAINER else ():
                _add(sums.setdefault(op, {}), counts)
        return sums

    def sum(self, primitive: str) -> int:
        """One primitive over the whole network."""
        return sum(counts.get(primitive, 0) for counts in self.totals.values())

    def place(self, table: MetricTable, layer: Layer) -> str:
        """Where a tool charges a layer or container of this network: layer, container or ignored."""
        return table.place(*_group(self.model, layer))

    def overlooked(self, table: MetricTable) -> Ignored | None:
        """Why a tool sees nothing of this network, where it is bare and the tool overlooks that."""
        return table.bare if self.model.bare else None

    @cached_property
    def _seen(self) -> dict[tuple[Sight, tuple[str, ...]], Sums]:
        return {}

    def seen_by(self, table: MetricTable, places: Iterable[str] = SEEN) -> Sums:
        """The sums over what a tool charges in any of these places; tables of one sight share them."""
        key = (table.sight, tuple(places))
        found = self._seen.get(key)
        return self._merged(table, key) if found is None else found

    def _merged(self, table: MetricTable, key: tuple[Sight, tuple[str, ...]]) -> Sums:
        merged: dict[str, dict[str, int]] = {}
        for sums in (sums for group, sums in self.groups.items() if table.place(*group) in key[1]):
            for op, counts in sums.items():
                _add(merged.setdefault(op, {}), counts)
        return self._seen.setdefault(key, merged)


def _group(model: Model, layer: Layer) -> tuple[str, int]:
    return layer.kind, 0 if model.bare else layer.depth


def _add(sums: dict[str, int], counts: Mapping[str, int], times: int = 1) -> None:
    before = sums.get
    for primitive, value in counts.items():
        sums[primitive] = before(primitive, 0) + times * value


@contextmanager
def no_collection() -> Iterator[None]:
    """Pause the cyclic collector: counting makes no cycles, and each full collection would walk the whole network again.

    What was made meanwhile is old when it starts again, so that it is not walked at once either.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


@no_collection()
def tally(model: Model) -> Tally:
    """Count every primitive of every layer and container once; those of one kind share their counts."""
    times = Counter(model.alike)
    known: dict[int, Counts] = {k: ops.counts(model.layers[k]) for k in times}
    contained = contain(model, known, times)
    extra: dict[int, Extra] = dict.fromkeys(longest(model), (PATH,))
    for k, more in contained.extra.items():
        extra[k] = (*extra.get(k, ()), *more)
    called = _called(model) if model.calls else None
    for name, mac in called.beyond_ops(model) if called else ():
        extra[model.at[name]] = (("mac", mac), *extra.get(model.at[name], ()))
    kinds, first = _kinds(model, known, extra)
    groups: dict[tuple[str, int], dict[str, dict[str, int]]] = {}
    named: dict[str, str] = {}
    for kind, n in Counter(kinds).items():
        layer = model.layers[first.get(kind, kind)]
        named.setdefault(layer.op, layer.id)
        _add(groups.setdefault(_group(model, layer), {}).setdefault(layer.op, {}), known[kind], n)
    for depth, counts, n in contained.kinds:
        named.setdefault(CONTAINER, model.nest.paths[next(iter(contained.counts))] or ROOT)
        _add(groups.setdefault((CONTAINER, 0 if model.bare else depth), {}).setdefault(CONTAINER, {}), counts, n)
    layers = tuple(zip(model.layers, map(known.__getitem__, kinds), strict=True))
    return Tally(model, layers, contained.counts, groups, named, called)


def _called(model: Model) -> Called:
    from crosscheck.counting.calls import call_tally  # half of what the engine imports, for captured networks alone

    return call_tally(model)


def _kinds(model: Model, known: dict[int, Counts], extra: Mapping[int, Extra]) -> tuple[list[int], dict[int, int]]:
    """Of each layer the kind whose counts it has, and for those that have something beside what like layers have, their first.

    The counts of these are added to ``known``; they are numbered on from the layers.
    """
    kinds = list(model.alike)
    first: dict[int, int] = {}
    found: dict[Extra, dict[int, int]] = {}
    for k in sorted(extra):
        more, plain = extra[k], kinds[k]
        with_it = found.setdefault(more, {})
        kind = with_it.get(plain)
        if kind is None:
            kind = with_it[plain] = len(kinds) + len(first)
            known[kind] = {**known[plain], **dict(more)}
            first[kind] = k
        kinds[k] = kind
    return kinds, first


def total(counted: Tally, convention: Convention, metric: str) -> int:
    """What the convention says the whole network costs, in its own unit. Raises ConventionError for an unknown op."""
    value = 0
    for table in convention.table(metric).tables:
        if counted.called and table.calls:
            value += sum(w.weight * n for w, n in counted.called.charges(table, table.calls, None, SEEN))
            continue
        charged = table.charged
        for op, counts in counted.seen_by(table).items():
            if op not in charged:
                table.weights(op, convention.id, counted.first[op])
            for primitive, weight in charged[op]:
                if primitive in counts:
                    value += weight * counts[primitive]
    return value


def layer_value(counted: Tally, table: MetricTable, convention: str, layer: Layer, counts: Mapping[str, int]) -> int:
    """What the convention charges for one layer or container, in its own unit."""
    return sum(charges(counted, table, convention, layer, counts).values())


def charges(counted: Tally, table: MetricTable, convention: str, layer: Layer, counts: Mapping[str, int]) -> dict[str, int]:
    """The same by the place that the charge goes to: ``layer``, or ``container`` for what only the total has."""
    found = dict.fromkeys(SEEN, 0)
    for part in table.tables:
        if counted.called and part.calls:
            for place in SEEN:
                charged = counted.called.charges(part, part.calls, layer.id, (place,))
                found[place] += sum(w.weight * n for w, n in charged)
            continue
        place = counted.place(part, layer)
        if place in found:
            weights = part.weights(layer.op, convention, layer.id)
            found[place] += sum(w.weight * counts.get(w.primitive, 0) for w in weights)
    return found


def predict(counted: Tally, convention: Convention) -> list[Prediction]:
    """What the convention says a tool prints: a row per metric and layer, and the totals. Raises ConventionError.

    A container has a row where it is charged for itself. What a tool counts without telling the layer is ``(unattributed)``.
    """
    from crosscheck.contract.rows import TOTAL, UNATTRIBUTED, Prediction  # what workers write, too: totals need none of it

    rows: list[Prediction] = []
    name, shape = counted.model.name, counted.model.input_text
    for metric, table in convention.metrics.items():
        sum_ = loose = 0
        for layer, counts in counted.nodes:
            charged = charges(counted, table, convention.id, layer, counts)
            value = charged["layer"]
            sum_ += value + charged["container"]
            loose += charged["container"]
            if value or layer.op != CONTAINER:
                rows.append(Prediction(name, shape, convention.id, layer.id, layer.op, metric, value, table.unit))
        if loose:
            rows.append(Prediction(name, shape, convention.id, UNATTRIBUTED, "(model)", metric, loose, table.unit))
        rows.append(Prediction(name, shape, convention.id, TOTAL, "(model)", metric, sum_, table.unit))
    return rows
