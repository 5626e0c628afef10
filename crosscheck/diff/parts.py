"""What a comparison is made of: sides, groups of alike differences, and what each difference costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from crosscheck.contract.network import Layer
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.diff.canonical import Canonical, Unit

INPUT, ATTRIBUTE, LAYERS, WIRING, CONSEQUENCE, SPELLING = "input", "attribute", "layers", "wiring", "consequence", "spelling"
CAUSES = {
    INPUT: "another input",
    ATTRIBUTE: "the same layer with another setting",
    LAYERS: "layers that one side has alone",
    WIRING: "a layer that reads from elsewhere",
    CONSEQUENCE: "the same layer on other shapes, because of what is told above",
    SPELLING: "the same function written otherwise; tools may count it otherwise",
}
HABITS = ("bias", "eps", "affine")  # settings that a network has throughout: told once, not per layer
Blank = (False, None)


@dataclass(frozen=True, slots=True)
class Amounts:
    """MACs, learnable parameters and running statistics; exact integers."""

    macs: int = 0
    params: int = 0
    stats: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.macs + other.macs, self.params + other.params, self.stats + other.stats)

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(self.macs - other.macs, self.params - other.params, self.stats - other.stats)

    def __bool__(self) -> bool:
        return self != Amounts()


NOTHING = Amounts()


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which two networks differ. ``amounts`` is what it adds from here to there; ids name the layers on each side."""

    cause: str
    says: str
    here: tuple[str, ...]
    there: tuple[str, ...]
    amounts: Amounts = NOTHING


@dataclass
class Side:
    """One network: canonical form, and what its layers cost under the engine's own convention."""

    form: Canonical

    @cached_property
    def by_id(self) -> dict[str, Unit]:
        """Units by id."""
        return {u.id: u for u in self.form.units}

    @cached_property
    def tally(self) -> Tally:
        """Its primitive counts."""
        return engine.tally(self.form.model)

    @cached_property
    def costs(self) -> Mapping[str, Amounts]:
        """What each layer costs, by id."""
        mac = convention.load("mac")
        return {
            layer.id: Amounts(
                engine.layer_value(self.tally, mac.table("compute"), mac.id, layer, counts),
                engine.layer_value(self.tally, mac.table("params"), mac.id, layer, counts),
                counts.get("running_stats", 0),
            )
            for layer, counts in self.tally.layers
        }

    @cached_property
    def biases(self) -> Mapping[str, int]:
        """Elements of each layer's bias, by id."""
        return {layer.id: counts.get("bias", 0) for layer, counts in self.tally.layers}

    @cached_property
    def total(self) -> Amounts:
        """What the whole network costs, by the engine's own sums."""
        mac = convention.load("mac")
        return Amounts(
            engine.total(self.tally, mac, "compute"), engine.total(self.tally, mac, "params"), self.tally.sum("running_stats")
        )

    def cost(self, units: Sequence[Unit | Layer]) -> Amounts:
        """What some layers cost together."""
        return sum((self.costs[u.id] for u in units), NOTHING)

    def has(self, op: str) -> int:
        """How many units of an op there are."""
        return sum(u.op == op for u in self.form.units)


@dataclass
class Group:
    """Places where two networks differ in one and the same way."""

    cause: str
    rank: int
    here: list[Unit] = field(default_factory=list)
    there: list[Unit] = field(default_factory=list)
    before: list[Unit] = field(default_factory=list)
    after: list[Unit] = field(default_factory=list)
    runs: list[tuple[tuple[Unit, ...], tuple[Unit, ...]]] = field(default_factory=list)
    amounts: Amounts = NOTHING


def changed(u: Unit, v: Unit) -> dict[str, tuple[Any, Any]]:
    """Attributes in which two units of one op differ; padding only where it is declared otherwise and read otherwise."""
    names = dict.fromkeys([*u.attrs, *v.attrs])
    pairs = {name: (u.attrs.get(name), v.attrs.get(name)) for name in names}
    if u.declared and u.declared == v.declared:
        pairs.pop("padding", None)
    if u.layer.op == v.layer.op == "adaptive_avgpool":  # its windows follow from the input
        pairs = {"output_size": (u.layer.attrs["output_size"], v.layer.attrs["output_size"])}
    return {name: (p, q) for name, (p, q) in pairs.items() if not equal(p, q)}


def equal(p: Any, q: Any) -> bool:
    """Whether two values say the same; floats to five digits, as some went through single precision."""
    if isinstance(p, float) and isinstance(q, float | int):
        return abs(p - q) <= 1e-5 * max(abs(p), abs(q))
    return bool(p == q) or (p in Blank and q in Blank)
