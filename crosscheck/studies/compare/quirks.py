"""Where tools contradict their documentation or their users' expectation, and what that did to the numbers of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crosscheck.conventions.table import Weight
from crosscheck.counting.engine import Tally
from crosscheck.studies.compare.frames import Conventions, Tallies
from crosscheck.studies.compare.network import Network, Sum


@dataclass(frozen=True, slots=True)
class Quirk:
    """One of a tool's quirks, the networks that it mattered on, and by how much at most.

    ``effect`` is what it adds to or takes from the tool's number; ``left_out`` is how many units of the primitive it charges
    nothing for.
    """

    tool: str
    op: str
    primitive: str
    says: str
    source: str
    networks: tuple[str, ...] = ()
    effect: int = 0
    left_out: int = 0

    def on(self, network: str, weight: int, count: int) -> Quirk:
        """The same after it was met on one more network."""
        return replace(
            self,
            networks=tuple(dict.fromkeys([*self.networks, network])),
            effect=max(self.effect, weight * count, key=abs),
            left_out=max(self.left_out, 0 if weight else count),
        )


def find(networks: Sequence[Network], tallies: Tallies, conventions: Conventions) -> tuple[Quirk, ...]:
    """Every quirk that a number of the run has, in the order of networks and tools."""
    found: dict[tuple[str, str], Quirk] = {}
    for n in networks:
        for s in n.sums:
            tool = s.answer.tool
            for op, w, count in _met(s, tallies[n.name, n.input], conventions):
                quirk = found.get((tool, w.quirk)) or Quirk(tool, op, w.primitive, w.quirk, w.source)
                found[tool, w.quirk] = quirk.on(n.name, w.weight, count)
    return tuple(found.values())


def _met(s: Sum, counted: Tally, conventions: Conventions) -> Iterator[tuple[str, Weight, int]]:
    """Weights with a quirk that a sum has something of: the op, the weight, how many."""
    for table in conventions[s.answer.convention].table(s.answer.metric).tables:
        for op, counts in counted.seen_by(table).items():
            for w in table.weighed.get(op, ()):
                if w.quirk and counts.get(w.primitive):
                    yield op, w, counts[w.primitive]
