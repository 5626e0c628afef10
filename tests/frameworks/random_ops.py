"""The vocabulary of random networks: each operation of ``random_ops.toml`` as code, and what it makes of a shape."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

Shape = tuple[int, ...]
AXES = {1: ("e",), 2: ("a", "e"), 3: ("c", "h", "w"), 4: ("c", "d", "h", "w")}
RANKS = {"any": 0, "vector": 1, "sequence": 2, "image": 3, "volume": 4}
NEEDS = {2: "e % 4 == 0 and a > 2", 3: "c % 2 == 0 and h > 2 and w > 2", 4: "c % 2 == 0 and d > 1 and h > 2 and w > 2"}
"""What operations of a rank need beside what each says of itself."""


@dataclass(frozen=True)
class Op:
    """``code`` makes the next value of ``x``; ``<…>`` in it is a module or parameter that the network holds.

    ``rank`` is that of a sample, 0 for any. ``code``, ``out``, the shape that comes out (the same where it is empty), and
    ``needs``, a condition, are told by the sizes of a sample.
    """

    name: str
    rank: int
    code: str
    out: str = ""
    needs: str = ""

    def takes(self, shape: Shape) -> bool:
        """Whether it runs on a sample of this shape."""
        conditions = [c for c in (self.needs, NEEDS.get(self.rank)) if c]
        return all(eval(c, {}, _sizes(shape)) for c in conditions)

    def makes(self, shape: Shape) -> Shape:
        """The shape that comes out."""
        return tuple(eval(self.out, {}, _sizes(shape))) if self.out else shape

    def expression(self, shape: Shape) -> str:
        """The code for a sample of this shape."""
        return self.code.format(**_sizes(shape))


def _sizes(shape: Shape) -> dict[str, Any]:
    named = dict(zip(AXES[len(shape)], shape, strict=True))
    return {**named, "c": shape[0], "e": shape[-1], "s": list(shape), "n": prod(shape)}


def _read() -> Iterator[Op]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    for kind, rows in table.items():
        for name, told in rows.items():
            yield Op(name, RANKS[kind], *([told] if isinstance(told, str) else told))


OPS: Mapping[str, Op] = {op.name: op for op in _read()}
"""Every operation by name."""
