"""Calls of a captured network, counted: what a tool that looks at one level sees of it, in place of the layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from crosscheck.contract.call import FAILED, TWINS, Call, Level
from crosscheck.contract.network import CONTAINER, ROOT, Layer, Model
from crosscheck.conventions.table import CallRules, MetricTable, Weight
from crosscheck.counting.modules import beside
from crosscheck.errors import ConventionError
from crosscheck.ops import calls
from crosscheck.ops.primitives import PRIMITIVES

AVERAGED, BEYOND = "averaged_rest", "beyond_"
OTHER = "other"  # the op of a layer that nobody described: its native name and its kernels tell of it


@dataclass(frozen=True, slots=True)
class Group:
    """Calls that are alike to every tool: of one name, below layers of one op, kind and depth."""

    level: str
    label: str
    op: str
    kind: str
    depth: int
    paths: int = 1  # that lead to the module


@dataclass(frozen=True)
class Called:
    """The calls of a network, summed by group, and those of each home apart."""

    groups: Mapping[Group, Mapping[str, int]]
    homes: Mapping[str, tuple[tuple[Group, Mapping[str, int]], ...]]
    unseen: Mapping[str, str] = field(default_factory=dict)  # level -> why its calls could not be seen
    samples: int = 1  # the batch as a hook on the network sees it

    @cached_property
    def mac(self) -> dict[str, int]:
        """MACs of the kernels or nodes below each home, on the path that runs every module where there are two."""
        levels = ("hooked",) if any(g.level == "hooked" for g in self.groups) else ("kernel", "node", "body")
        found = {home: sum(c.get("mac", 0) for g, c in rows if g.level in levels) for home, rows in self.homes.items()}
        return {home: n for home, n in found.items() if n}

    def beyond_ops(self, model: Model) -> Iterator[tuple[str, int]]:
        """MACs of the kernels below layers that nobody described, by their ids."""
        yield from ((layer.id, self.mac[layer.id]) for layer in model.layers if layer.op == OTHER and layer.id in self.mac)

    def lacking(self, rules: CallRules) -> str:
        """Why calls of a level that the tool looks at could not be seen; empty where all were."""
        return "; ".join(f"{level}: {self.unseen[level]}" for level in rules.levels if level in self.unseen)

    def rows(self, home: str | None) -> Iterator[tuple[Group, Mapping[str, int]]]:
        """Of one home, or of the whole network where it is None."""
        yield from self.groups.items() if home is None else self.homes.get(home, ())

    def charges(
        self, table: MetricTable, rules: CallRules, home: str | None, places: tuple[str, ...]
    ) -> Iterator[tuple[Weight, int]]:
        """Every weight, its op the one of the layer that ran the call, with the count that it weighs.

        Raises ConventionError where calls that the tool looks at could not be seen, because that is not 0.
        """
        if reason := self.lacking(rules):
            raise ConventionError(f"this network cannot be counted by its calls: {reason}. Hint: try a tool that looks elsewhere")
        for group, counts in self.rows(home):
            if group.level in rules.levels and table.place(group.kind, group.depth) in places:
                times = group.paths**rules.paths
                for w in rules.weights(group.label):
                    if n := counts.get(w.primitive, 0):
                        yield w._replace(op=group.op), n * times
        if (
            home in (None, ROOT)
            and CONTAINER in places
            and (rest := next((w for w in rules.rest if w.primitive == AVERAGED), None))
        ):
            yield rest._replace(op=CONTAINER), self._averaged(table, rules)

    def _averaged(self, table: MetricTable, rules: CallRules) -> int:
        """What averages over the batch lose where each call's is cut, of a tool that divides the sum of all of them."""
        whole = cut = 0
        for group, counts in self.groups.items():
            if group.level in rules.levels and table.place(group.kind, group.depth) in ("layer", CONTAINER):
                times = group.paths**rules.paths
                for w in rules.weights(group.label):
                    if w.primitive.startswith(BEYOND) and (n := counts.get(w.primitive.removeprefix(BEYOND), 0)):
                        whole -= w.weight * n * times
                        cut -= w.weight * (n - counts.get(w.primitive, 0)) * times
        return whole // max(1, self.samples) - cut


def call_tally(model: Model) -> Called:
    """Count every call once, and add up those that are alike; a level that was not stored has the calls of its twin."""
    stored = {call.level for call in model.calls}
    twins = {base: [level for level, of in TWINS.items() if of == base and level not in stored] for base in TWINS.values()}
    groups: dict[Group, dict[str, int]] = {}
    homes: dict[str, list[tuple[Group, dict[str, int]]]] = {}
    extra, samples = beside(model), _samples(model)
    for k, call in enumerate(model.calls):
        if call.name == FAILED:
            continue
        group, counts = _group(model, call), {p: n * call.times for p, n in calls.counts(call).items()}
        if call.level is Level.MODULE and samples > 1:
            counts |= {f"{BEYOND}{p}": n - n // samples for p, n in counts.items() if f"{BEYOND}{p}" in PRIMITIVES}
        counts |= extra.get(k, {})
        for seen in (group, *(replace(group, level=t, label=f"{t}:{call.name}") for t in twins.get(call.level, ()))):
            homes.setdefault(call.home, []).append((seen, counts))
            sums = groups.setdefault(seen, {})
            for primitive, n in counts.items():
                sums[primitive] = sums.get(primitive, 0) + n
    lost = [call for call in model.calls if call.name == FAILED]
    unseen = {level.value: str(c.attrs["reason"]) for c in lost for level in (c.level, *twins.get(c.level, ()))}
    return Called(groups, {home: tuple(rows) for home, rows in homes.items()}, unseen, samples)


def _samples(model: Model) -> int:
    """The batch as a hook on the network sees it, whose module ends last: the length of the first positional argument, else 1.

    That of a list is how many it holds.
    """
    last = next((call for call in reversed(model.calls) if call.level is Level.MODULE), None)
    given = () if last is None else last.attrs.get("given", ())
    if not given:  # tensors of floats
        return model.batch
    kind, *parts = given[1] if len(given) > 1 else ("other",)
    if kind == "tensor":
        return int(parts[1]) if len(parts) > 1 else 1
    return len(parts) if kind in ("tuple", "dict") else 1


def _group(model: Model, call: Call) -> Group:
    layer, paths = model.by_id.get(call.home), 1 + len(call.attrs.get("twins", ()))
    if layer is None:
        depth = 0 if call.home == ROOT else call.home.count(".") + 1
        return Group(call.level, call.label, CONTAINER, CONTAINER, depth, paths)
    return Group(call.level, call.label, title(layer), layer.kind, 0 if model.bare else layer.depth, paths)


def title(layer: Layer) -> str:
    """What readers know a layer's op as: its native name where nobody described it."""
    return layer.origin.native or layer.op if layer.op == OTHER else layer.op
