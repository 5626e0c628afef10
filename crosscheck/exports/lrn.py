"""Local response normalisation as exporters spell it: squares, padded channels, a mean over a volume, a power, a quotient.

Sources: torch/nn/functional.py (local_response_norm) and paddle/nn/functional/norm.py (local_response_norm), which every
exporter but TensorFlow's follows op by op; TensorFlow has an op of its own and so has ONNX (LRN).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crosscheck.contract.network import Layer, Shape, numel
from crosscheck.contract.origin import DESCRIBED, Number, Origin
from crosscheck.exports.nodes import Value, node

SINGLES = ("alpha", "beta", "k")


@dataclass
class _Chain:
    """Nodes under way, all named after one layer; ``last`` is what the next one reads."""

    id: str
    last: Value
    made: list[Layer]

    def add(
        self,
        onnx: str,
        op: str,
        y: Shape,
        *also: Value,
        reads: Sequence[Value] | None = None,
        numbers: Sequence[Number] = (),
        origin: Origin = DESCRIBED,
        **attrs: Any,
    ) -> Value:
        """Append a node that reads the last value and ``also``, or just ``reads``."""
        given = (self.last, *also) if reads is None else tuple(reads)
        made = node(f"{self.id}/{onnx}_{len(self.made)}", op, onnx, given, y, numbers=numbers, origin=origin, **attrs)
        self.made.append(made)
        value = (made.id, y)
        if op != "constant":
            self.last = value
        return value

    def fixed(self, onnx: str, *y: int) -> None:
        """A node that depends on constants alone."""
        self.add(onnx, "constant", y, reads=())


def _shapes(layer: Layer) -> tuple[Shape, Shape, Shape]:
    """The input, the same with an axis of one before the channels, and that with the channels padded."""
    x, size = layer.x, layer.attrs["size"]
    return x, (x[0], 1, *x[1:]), (x[0], 1, x[1] + size - 1, *x[2:])


def _pads(layer: Layer) -> tuple[tuple[int, int], ...]:
    size = layer.attrs["size"]
    return ((0, 0), (size // 2, (size - 1) // 2), *[(0, 0)] * (len(layer.x) - 2))


def _mean(c: _Chain, layer: Layer, padded: bool) -> None:
    _, lifted, _ = _shapes(layer)
    kernel = (layer.attrs["size"], *[1] * (len(layer.x) - 2))
    c.add("AveragePool", "avgpool", lifted, kernel=kernel, stride=1, count_include_pad=padded)


def _end(c: _Chain, layer: Layer, start: Value, single: bool, keys: Sequence[str]) -> None:
    """``x / (alpha · mean + k) ** beta``; numbers named in ``keys`` may be kept once."""

    def number(name: str) -> list[Number]:
        return [Number(1, f"{name}={layer.attrs[name]}" if name in keys else "", single=single)]

    x = layer.x
    c.add("Mul", "mul", x, numbers=number("alpha"))
    c.add("Add", "add_broadcast", x, origin=Origin(first=numel(x)), numbers=number("k"))
    c.add("Pow", "pow", x, numbers=number("beta"))
    c.add("Div", "div", x, reads=(start, c.last))


def _start(layer: Layer) -> tuple[_Chain, Value]:
    start = (layer.inputs[0], layer.x)
    c = _Chain(layer.id, start, [])
    c.add("Mul", "mul", layer.x, start)
    return c, start


def torch(layer: Layer, plain: bool) -> list[Layer]:
    """The default exporter of PyTorch; ``plain`` joins shapes in the graph and keeps the view that changes nothing."""
    x, lifted, padded = _shapes(layer)
    c, start = _start(layer)
    if plain:
        c.fixed("Concat", len(lifted))
    c.add("Reshape", "reshape", lifted, numbers=[Number(len(lifted), "" if plain else f"{lifted}")])
    c.add("Pad", "zero_pad", padded, pads=_pads(layer), numbers=[Number(2 * len(lifted), "" if plain else f"{_pads(layer)}")])
    _mean(c, layer, True)
    c.add("Squeeze", "squeeze", x, numbers=[Number(1, "axis 1")])
    if plain:
        c.fixed("Concat", len(x))
        c.add("Reshape", "reshape", x, numbers=[Number(len(x))])
    _end(c, layer, start, True, ("alpha", "k") if plain else SINGLES)
    return c.made


def script(layer: Layer, plain: bool, known: bool) -> list[Layer]:
    """The TorchScript exporter; ``known`` where it knows the shape of the input, as it does not behind a normalisation.

    ``torch.squeeze`` becomes a branch on the size of the axis, which hides all shapes after it from the exporter.
    """
    x, lifted, _ = _shapes(layer)
    c, start = _start(layer)
    square, sizes = c.last, []
    if known and plain:
        _unsqueezed(c, len(lifted))
        c.add(
            "Reshape",
            "reshape",
            lifted,
            numbers=[*_dims(layer, len(x) - 1), Number(1, "one"), Number(1, "rest"), Number(len(lifted))],
        )
    elif known:
        c.add("Reshape", "reshape", lifted, numbers=[Number(len(lifted))])
    else:
        for _ in x:
            c.add("Shape", "shape", (len(x),), reads=[start])
            sizes.append(c.add("Gather", "gather", (), numbers=[Number(1)]))
        parts = _unsqueeze(c, sizes[: len(x) - 1])
        if plain:
            _unsqueezed(c, 2)
        ends = [Number(1, "one"), Number(1, "rest"), Number(2)] if plain else [Number(2)]
        shape = c.add("Concat", "concat_other", (len(lifted),), reads=parts, numbers=ends)
        c.add("Reshape", "reshape", lifted, reads=[square, shape])
    _script_pad(c, layer, plain)
    _mean(c, layer, True)
    lifted_mean = c.last
    c.add("Shape", "shape", (len(lifted),))
    c.add("Gather", "gather", (1,), numbers=[Number(1)])
    c.add("Equal", "equal", (1,), numbers=[Number(1)])
    squeezed = c.add("Squeeze", "squeeze", x, reads=[lifted_mean], numbers=[Number(1)])
    if known:
        if plain:
            _unsqueezed(c, len(x))
        numbers = [*_dims(layer, len(x)), Number(len(x))] if plain else [Number(len(x))]
        c.add("Reshape", "reshape", x, numbers=numbers)
    else:
        shape = c.add("Concat", "concat_other", (len(x),), reads=_unsqueeze(c, sizes))
        c.add("Reshape", "reshape", x, reads=[squeezed, shape])
    _end(c, layer, start, False, ())
    return c.made


def _dims(layer: Layer, count: int) -> list[Number]:
    """Sizes as single numbers: the tracer has one constant for each axis that it reads, used again in the same layer."""
    return [Number(1, f"size {axis} in {layer.id}") for axis in range(count)]


def _unsqueezed(c: _Chain, count: int) -> None:
    for _ in range(count):
        c.fixed("Unsqueeze", 1)
    if count > 2:
        c.fixed("Concat", count)


def _unsqueeze(c: _Chain, sizes: Sequence[Value]) -> list[Value]:
    return [c.add("Unsqueeze", "unsqueeze", (1,), reads=[size], numbers=[Number(1)]) for size in sizes]


def _script_pad(c: _Chain, layer: Layer, plain: bool) -> None:
    """PyTorch lists padding from the last axis on, ONNX from the first: turned round in the graph."""
    _, lifted, padded = _shapes(layer)
    rank = len(lifted)
    given = 2 * (rank - 2)  # numbers that the network's padding has
    if plain:
        c.fixed("Shape", 1)
        c.fixed("Gather", 1)
        c.fixed("Mul")
        c.fixed("Sub", 1)
        c.fixed("Cast", given)
    c.fixed("ConstantOfShape", 2 * rank - given)
    c.fixed("Concat", 2 * rank)
    c.fixed("Reshape", rank, 2)
    c.fixed("Slice", rank, 2)
    c.fixed("Transpose", 2, rank)
    c.fixed("Reshape", 2 * rank)
    c.fixed("Cast", 2 * rank)
    turned = Number(7)  # two numbers of a reshape, four of a slice, one of the last reshape
    numbers = [Number(given, "padding"), Number(3), turned] if plain else [Number(given), Number(1), turned]
    c.add("Pad", "zero_pad", padded, pads=_pads(layer), numbers=numbers)


def paddle(layer: Layer) -> list[Layer]:
    """paddle2onnx; an Identity stands behind each sum, product and quotient, and for each shape that is cast."""
    x, lifted, padded = _shapes(layer)
    c, start = _start(layer)
    c.add("Identity", "identity", x)
    c.add("Unsqueeze", "unsqueeze", lifted)
    c.fixed("Identity", len(lifted))
    c.add("Reshape", "reshape", lifted, numbers=[Number(len(lifted))])
    c.add("Pad", "zero_pad", padded, pads=_pads(layer))
    _mean(c, layer, False)
    c.add("Squeeze", "squeeze", x)
    c.fixed("Identity", len(x))
    c.add("Reshape", "reshape", x, numbers=[Number(len(x))])
    c.add("Identity", "identity", x)
    c.fixed("Identity", 1)
    c.add("Mul", "mul", x, stored={"operand": 1})
    c.add("Add", "add_broadcast", x, origin=Origin(first=numel(x)), numbers=[Number(1)])
    c.add("Identity", "identity", x)
    c.add("Pow", "pow", x, numbers=[Number(1)])
    c.add("Div", "div", x, reads=(start, c.last))
    c.add("Identity", "identity", x)
    return c.made
