"""Every layer worked through with numbers that tick off each operation done to them; what comes out has a price, no value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import product

import numpy as np

from crosscheck.contract.network import Layer
from tests.counting import naive
from tests.counting.naive import cells


class Tick:
    """A number that counts what is done to it; a changed sign is free."""

    def __init__(self, count: Counter[str]) -> None:
        self.count = count

    def _tick(self, kind: str) -> Tick:
        self.count[kind] += 1
        return self

    def __add__(self, other: object) -> Tick:
        return self._tick("add")

    def __sub__(self, other: object) -> Tick:
        return self._tick("add")

    def __mul__(self, other: object) -> Tick:
        return self._tick("mul")

    def __truediv__(self, other: object) -> Tick:
        return self._tick("divide")

    def __rtruediv__(self, other: object) -> Tick:
        return self._tick("divide")

    def __neg__(self) -> Tick:
        return self

    def max(self, other: object) -> Tick:
        return self._tick("compare")

    def exp(self) -> Tick:
        return self._tick("exp")

    def sqrt(self) -> Tick:
        return self._tick("sqrt")

    def power(self, exponent: float) -> Tick:
        return self._tick("power")

    def erf(self) -> Tick:
        return self._tick("erf")


def total(numbers: Iterable[Tick]) -> Tick:
    """The sum; of one number it is that number."""
    return reduce(lambda a, b: a + b, numbers)


def _conv(layer: Layer, x: Tick) -> None:
    wired, placed = naive.wiring(layer), list(naive.windows(layer))
    for _, out, (_, taps) in product(range(layer.x[0]), range(layer.attrs["out_channels"]), placed):
        y = total(x * "w" for c, o in wired if o == out for _ in taps)
        if layer.attrs["bias"]:
            y = y + "b"


def _conv_transpose(layer: Layer, x: Tick) -> None:
    a = layer.attrs
    for _ in range(layer.x[0]):
        y: dict[tuple[int, ...], Tick] = {}
        for (_, out), at, tap in product(naive.wiring(layer), list(cells(layer.x[2:])), list(cells(a["kernel"]))):
            where = (out, *(i * s + t * d for i, t, s, d in zip(at, tap, a["stride"], a["dilation"], strict=True)))
            y[where] = y[where] + x * "w" if where in y else x * "w"
        for _ in cells(naive.shape(layer)[1:]) if a["bias"] else ():
            x + "b"


def _linear(layer: Layer, x: Tick) -> None:
    for _ in cells(naive.shape(layer)):
        y = total(x * "w" for _ in range(layer.x[-1]))
        if layer.attrs["bias"]:
            y = y + "b"


def _slices(layer: Layer) -> Iterator[int]:
    """Elements of every slice that is normalised apart."""
    if layer.op == "groupnorm":
        of = {c: g for g, part in enumerate(np.array_split(np.arange(layer.x[1]), layer.attrs["groups"])) for c in part.tolist()}
        yield from Counter((at[0], of[at[1]]) for at in cells(layer.x)).values()
    else:
        yield from Counter(at[:-1] for at in cells(layer.x)).values()


def _normalise(layer: Layer, x: Tick) -> None:
    for n in _slices(layer):
        mean = total(x for _ in range(n)) / n
        centred = [x - mean for _ in range(n)]
        deviation = (total(c * c for c in centred) / n + "eps").sqrt()
        for c in centred:
            y = c / deviation
            if layer.attrs["affine"]:
                y = y * "gamma" + "beta"


def _softmax(layer: Layer, x: Tick) -> None:
    for n in _slices(layer):
        powers = [x.exp() for _ in range(n)]
        whole = total(powers)
        for p in powers:
            p / whole


def _lrn(layer: Layer, x: Tick) -> None:
    for _ in cells(layer.x):
        x * x
    for _ in cells(layer.x):
        x / (total(x for _ in range(layer.attrs["size"])) * "alpha" + "k").power(layer.attrs["beta"])


def _windows(layer: Layer, x: Tick) -> Iterator[list[Tick]]:
    """The elements of every window, padding included."""
    if layer.op == "adaptive_avgpool":
        for _ in cells(layer.x[:2]):
            for position in cells(layer.attrs["output_size"]):
                sizes = [
                    [j for j in range(m) if j * o < (i + 1) * m and (j + 1) * o > i * m]
                    for i, m, o in zip(position, layer.x[2:], layer.attrs["output_size"], strict=True)
                ]
                yield [x for _ in product(*sizes)]
    else:
        for _, (_, taps) in product(cells(layer.x[:2]), list(naive.windows(layer))):
            yield [x for _ in taps]


def _maxpool(layer: Layer, x: Tick) -> None:
    for window in _windows(layer, x):
        reduce(lambda a, b: a.max(b), window)


def _avgpool(layer: Layer, x: Tick) -> None:
    for window in _windows(layer, x):
        total(window) / len(window)


def _add(layer: Layer, x: Tick) -> None:
    for _ in cells(layer.x):
        total(x for _ in layer.in_shapes)


def _each(formula: Callable[[Tick], object]) -> Callable[[Layer, Tick], None]:
    def work(layer: Layer, x: Tick) -> None:
        for _ in cells(layer.x):
            formula(x)

    return work


def _tanh(x: Tick) -> Tick:
    t = (x * 2).exp()
    return (t - 1) / (t + 1)


def _sigmoid(x: Tick) -> Tick:
    return 1 / ((-x).exp() + 1)


def _table_conv(layer: Layer, x: Tick) -> None:
    a = layer.attrs
    for _, row, _ in product(range(layer.x[0]), a["table"], list(cells(layer.y[2:]))):
        total(x * "w" for _ in row for _ in cells(a["kernel"])) + "b"


def _trainable_pool(layer: Layer, x: Tick) -> None:
    for _ in cells(layer.y):
        total(x for _ in cells(layer.attrs["kernel"])) * "coefficient" + "b"


def _rbf(layer: Layer, x: Tick) -> None:
    for _ in cells(layer.y):
        total(_squared(x) for _ in range(layer.x[1]))


def _squared(x: Tick) -> Tick:
    difference = x - "w"
    return difference * difference


WORK: dict[str, Callable[[Layer, Tick], None]] = {
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "linear": _linear,
    "batchnorm": _each(lambda x: x * "a" + "c"),
    "layernorm": _normalise,
    "groupnorm": _normalise,
    "lrn": _lrn,
    "relu": _each(lambda x: x.max(0)),
    "leaky_relu": _each(lambda x: (x * "slope").max(x)),
    "tanh": _each(_tanh),
    "sigmoid": _each(_sigmoid),
    "silu": _each(lambda x: x * _sigmoid(x)),
    "gelu": _each(lambda x: x * (((x / "root of 2").erf() + 1) * "half")),
    "softmax": _softmax,
    "maxpool": _maxpool,
    "avgpool": _avgpool,
    "adaptive_avgpool": _avgpool,
    "add": _add,
    "scale": _each(lambda x: x * "s"),
    "table_conv": _table_conv,
    "trainable_pool": _trainable_pool,
    "scaled_tanh": _each(lambda x: _tanh(x * "slope") * "amplitude"),
    "rbf": _rbf,
} | dict.fromkeys(["flatten", "dropout", "concat", "subsample", "zero_pad"], lambda layer, x: None)


def counts(layer: Layer) -> dict[str, int]:
    """How often each kind of operation was done, zeros left out."""
    count: Counter[str] = Counter()
    WORK[layer.op](layer, Tick(count))
    return {k: v for k, v in count.items() if v}
