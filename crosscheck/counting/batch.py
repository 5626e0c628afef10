"""Counts of a batch, worked out from those of one sample."""

from __future__ import annotations

from collections.abc import Mapping

from crosscheck.contract.network import CONTAINER
from crosscheck.counting.engine import Sums
from crosscheck.ops.primitives import BEYOND, PARAMS

# what a batch does not change; all else is proportional to it
FIXED = frozenset(PARAMS) | {
    *("path_layers", "inputs", "slide_elements", "scan_positions", "channels", "plain_channels"),
    *("container_weights", "container_out_products"),
}
Groups = Mapping[tuple[str, int], Sums]


def at_batch(groups: Groups, n: int) -> Groups:
    """Sums over one sample as sums over ``n`` of them."""
    return {key: {op: grown(key[0], counts, n) for op, counts in group.items()} for key, group in groups.items()}


def grown(kind: str, counts: Mapping[str, int], n: int) -> Mapping[str, int]:
    """Counts of one sample of a layer, a functional call or a container as counts of ``n`` of them."""
    if n == 1:
        return counts
    found = {p: v if p in FIXED else n * v for p, v in counts.items()}
    if kind != "functional":  # a module's first sample is not beyond it
        known = ("input_elements", "held_out_elements") if kind == CONTAINER else BEYOND
        found |= {f"beyond_{p}": (n - 1) * counts[p] for p in known if p in counts}
    return found
