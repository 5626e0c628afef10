"""Random small networks of the whole vocabulary, as the code that a user would write: ``network(random, names)`` draws one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from tests.frameworks.random_ops import OPS, Op

HEADER = (
    "from __future__ import annotations\n\nimport math\n\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
)
MEMBER = re.compile(r"<([^<>]+)>")
MOST = 1200  # elements of a sample
Shape = tuple[int, ...]
FORMS: dict[int, tuple[Shape, ...]] = {
    1: ((8,), (12,)),
    2: ((4, 8), (8, 4), (8, 12)),
    3: ((4, 6, 6), (8, 4, 5), (8, 6, 4)),
    4: ((4, 4, 4, 5), (4, 4, 5, 4)),
}
"""Sizes of a sample that operations begin with, by rank."""


@dataclass(frozen=True)
class Code:
    """A network: its code, which has a class ``Net``, the sample that it takes, and the names of the operations in it."""

    text: str
    sample: Shape
    dtype: str
    ops: tuple[str, ...]


@dataclass
class Class:
    """A module under construction; ``shape`` is that of the value ``x`` at this point, without the batch."""

    name: str
    shape: Shape
    held: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def expression(self, text: str) -> str:
        """The text with every ``<module or parameter>`` as a member of this class."""

        def member(found: re.Match[str]) -> str:
            self.held.append(f"self.m{len(self.held)} = {found[1]}")
            return f"self.m{len(self.held) - 1}"

        return MEMBER.sub(member, text)

    def add(self, text: str, shape: Shape) -> None:
        """A line that makes the next ``x``."""
        self.lines.append(f"x = {self.expression(text)}")
        self.shape = shape

    def text(self) -> str:
        """The class as code."""
        held = "\n".join(f"        {line}" for line in self.held)
        lines = "\n".join(f"        {line}" for line in self.lines)
        made = f"    def __init__(self):\n        super().__init__()\n{held}\n"
        return f"class {self.name}(nn.Module):\n{made}\n    def forward(self, x):\n{lines}\n        return x\n"


def network(random: Any, wanted: Sequence[str]) -> Code:
    """A network in which all the ``wanted`` operations are, in nested modules, branches and modules that are called twice."""
    return _Writer(random).network([OPS[name] for name in wanted])


class _Writer:
    def __init__(self, random: Any) -> None:
        self.random = random
        self.classes: list[Class] = []

    def network(self, ops: Sequence[Op]) -> Code:
        rank = ops[0].rank or self.random.choice([1, 2, 3, 4])
        sample, dtype = self._form(ops[0], rank), "float32"
        net = Class("Net", sample)
        if ops[0].name == "embedding_of_words":
            sample, dtype = (5,), "int64"
            net.add("<nn.Embedding(10, 8)>(x)", (5, 8))
        self._fill(net, ops, 2)
        self.classes.append(net)
        text = HEADER + "".join(f"\n\n{c.text()}" for c in self.classes)
        return Code(text, sample, dtype, tuple(op.name for op in ops))

    def _form(self, op: Op, rank: int) -> Shape:
        fits = [s for s in FORMS[rank] if op.takes(s)]
        chosen: Shape = fits[self.random.randrange(len(fits))]
        return chosen

    def _fill(self, into: Class, ops: Sequence[Op], depth: int) -> None:
        """Operations in order, some of them in modules of their own."""
        rest = list(ops)
        while rest:
            few = rest[: self.random.randint(1, 3)] if depth and self.random.random() < 0.5 else []
            if few:
                self._nested(into, few, depth - 1)
            for op in () if few else rest[:1]:
                self._apply(into, op)
            del rest[: len(few) or 1]

    def _nested(self, into: Class, ops: Sequence[Op], depth: int) -> None:
        inner = Class(f"Part{len(self.classes)}", into.shape)
        self.classes.append(inner)
        self._fill(inner, ops, depth)
        self.classes.remove(inner)  # behind those that it holds
        self.classes.append(inner)
        kept = inner.shape == into.shape
        how = self.random.choice(
            ["plain", "twice", "residual", "chain", "list"] if kept else ["plain", "joined", "chain", "list"]
        )
        maker = {"chain": f"nn.Sequential(nn.Identity(), {inner.name}())", "list": f"nn.ModuleList([{inner.name}()])"}
        part = into.expression(f"<{maker.get(how, f'{inner.name}()')}>")
        text = {
            "twice": f"{part}({part}(x))",
            "residual": f"x + {part}(x)",
            "joined": f"torch.cat([{part}(x).flatten(1), x.flatten(1)], 1)",
            "list": f"{part}[0](x)",
        }
        shape = (prod(inner.shape) + prod(into.shape),) if how == "joined" else inner.shape
        into.add(text.get(how, f"{part}(x)"), shape)

    def _apply(self, into: Class, op: Op) -> None:
        if prod(into.shape) > MOST or (op.rank and len(into.shape) != op.rank) or not op.takes(into.shape):
            self._form_into(into, self._form(op, op.rank or len(into.shape)))
        into.add(op.expression(into.shape), op.makes(into.shape))

    def _form_into(self, into: Class, shape: Shape) -> None:
        """Lines that make ``x`` of another shape, in one of several ways."""
        text, there = self.random.choice([*_ways(into.shape, shape), None, None]) or ("", shape)
        if text:
            into.add(text, there)
        if into.shape != shape:
            size = prod(shape)
            into.add(f"<nn.Linear({prod(into.shape)}, {size})>(x.flatten(1)).reshape(-1, {', '.join(map(str, shape))})", shape)


def _ways(now: Shape, shape: Shape) -> Iterator[tuple[str, Shape]]:
    if len(now) == 3 and len(shape) == 2:
        yield "x.flatten(2).mT", (now[1] * now[2], now[0])
    if len(now) in (3, 4) and len(shape) == 1:
        yield f"x.mean({tuple(range(2, len(now) + 1))})", now[:1]
    if len(now) == 2 and len(shape) == 1:
        yield "x[:, 0]", now[1:]
    if len(now) == len(shape) + 1 and len(shape) > 1:
        yield "x.amax(2)", now[:1] + now[2:]
    if len(now) == len(shape) - 1:
        yield f"x.unsqueeze(1).repeat(1, {shape[0]}, {', '.join('1' for _ in now)})", (shape[0], *now)
