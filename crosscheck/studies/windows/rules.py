"""Windows of convolutions and poolings by every framework's rule: which layers are refused, how many windows, what is in them.

The engine's own rule is `geometry.window_out` with padding that never counts. What a framework does otherwise is a named
behaviour, and ``window_rules.toml`` says which framework has which, with the reason and the source.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product
from operator import mul
from pathlib import Path

from crosscheck.contract.rows import Question
from crosscheck.errors import CrosscheckError
from crosscheck.known import rows as reasoned
from crosscheck.ops import geometry
from crosscheck.ops.geometry import Pair

FILE = Path(__file__).parent / "rules.toml"
NO_WINDOW = "no_window"
LOWEST = -3.4028234663852886e38  # the lowest float32


@dataclass(frozen=True, slots=True)
class Rule:
    """One behaviour of one framework; ``says`` has the words of its refusals, parted by ``|``; without any it has no argument."""

    framework: str
    behaviour: str
    reason: str
    source: str
    says: str = ""

    def told_by(self, message: str) -> bool:
        """True where the message is this refusal's."""
        return any(words in message for words in self.says.split("|"))


@dataclass(frozen=True, slots=True)
class Result:
    """What comes out by a rule: the shape (H, W) and the values row by row, or the behaviour that refuses the layer."""

    shape: tuple[int, ...] | None
    values: tuple[float, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Axis:
    """The windows along one axis: their first cells, negative ones being padding; ``end`` is the first cell that never counts."""

    size: int
    kernel: int
    dilation: int
    end: int
    starts: tuple[int, ...]

    @cached_property
    def taps(self) -> list[list[Pair]]:
        """(tap, cell) of every window, real cells alone."""
        read = [[(k, start + k * self.dilation) for k in range(self.kernel)] for start in self.starts]
        return [[(k, cell) for k, cell in window if 0 <= cell < self.size] for window in read]

    def extent(self, start: int) -> int:
        """Cells of one window, padding included."""
        return min(start + self.kernel, self.end) - start

    def inside(self, start: int) -> int:
        """Real cells of one window by its two ends; below zero where it lies in padding alone, and not next to a real cell."""
        return min(start + self.kernel, self.end, self.size) - max(start, 0)


def written(value: object) -> str:
    """A size or padding as the command line takes it: ``3``, ``3x5``, ``0x1x0x1``, ``SAME``; ``default`` where it is left out."""
    return "default" if value is None else "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def per_axis(value: int | tuple[int, ...]) -> Pair:
    """An int for both axes, or one for each."""
    first, second = geometry.per_axis(value, 2, "size")
    return first, second


def stride_of(q: Question, behaviours: Sequence[str] = ()) -> Pair:
    """The stride; left out, it is the window of a pooling, and 1 of a convolution."""
    if q.stride is not None:
        return per_axis(q.stride)
    return (1, 1) if q.op == "conv" or STRIDE_ONE in behaviours else per_axis(q.kernel)


def pads_of(q: Question, stride: Pair, dilation: Pair) -> tuple[Pair, ...]:
    """(before, after) per axis."""
    padding: object = q.padding
    if isinstance(padding, tuple) and len(padding) == 4:
        padding = tuple(zip(padding[::2], padding[1::2], strict=True))
    return geometry.resolve_padding(padding, q.size, per_axis(q.kernel), stride, dilation)


def _pads(q: Question) -> tuple[Pair, ...]:
    return pads_of(q, stride_of(q), per_axis(q.dilation))


def _most(q: Question) -> list[Pair]:
    """The larger padding and the window along each axis."""
    return [(max(pad), k) for pad, k in zip(_pads(q), per_axis(q.kernel), strict=True)]


def _word(q: Question) -> bool:
    return isinstance(q.padding, str)


# Which layers a behaviour refuses.
REFUSALS: Mapping[str, Callable[[Question], bool]] = {
    "no_padding_words": _word,
    "no_padding_words_in_pools": lambda q: q.op != "conv" and _word(q),
    "no_padding_numbers": lambda q: not _word(q),
    "no_padding_per_side": lambda q: isinstance(q.padding, tuple) and len(q.padding) == 4,
    "no_strided_same": lambda q: q.op == "conv" and q.padding == "SAME" and stride_of(q) != (1, 1),
    "no_strided_dilation": lambda q: q.op == "conv" and max(stride_of(q)) > 1 and max(per_axis(q.dilation)) > 1,
    "padding_up_to_half": lambda q: q.op != "conv" and any(2 * pad > k for pad, k in _most(q)),
    "padding_below_kernel": lambda q: q.op != "conv" and any(map(any, _pads(q))) and any(pad >= k for pad, k in _most(q)),
    "no_valid_ceil": lambda q: q.op != "conv" and q.padding == "VALID" and q.ceil,
    "no_ceil": lambda q: q.ceil,
    "no_dilated_pools": lambda q: q.op != "conv" and per_axis(q.dilation) != (1, 1),
    "no_dilated_averages": lambda q: q.op == "avgpool" and per_axis(q.dilation) != (1, 1),
    "no_choice_of_divisor": lambda q: q.op == "avgpool" and q.include_pad is not None and q.padding != "VALID",
    "padding_always_counts": lambda q: q.op == "avgpool" and q.include_pad is False,
}
# What else a behaviour may do; the functions below ask for these by name.
ALWAYS_CEIL, KEEPS_LAST, KEEPS_UNPADDED = "pools_always_round_up", "ceil_keeps_last", "ceil_keeps_last_unpadded"
UNDILATED, COUNTS, LEADING = "same_undilates", "padding_counts_by_default", "divisor_takes_leading_padding"
EMPTY_LOWEST, EMPTY_ENDS = "empty_maximum_is_lowest", "divisor_from_ends"
CEIL_REACHES, TRUNCATES, EMPTY_AVERAGES = "ceil_reaches_over", "sizes_truncate", "averages_may_be_empty"
STRIDE_ONE = "stride_defaults_to_one"
OTHERS = (
    *(ALWAYS_CEIL, KEEPS_LAST, KEEPS_UNPADDED, UNDILATED, COUNTS, LEADING, EMPTY_LOWEST, EMPTY_ENDS),
    *(CEIL_REACHES, TRUNCATES, EMPTY_AVERAGES, STRIDE_ONE),
)


@cache
def rules(path: Path = FILE) -> tuple[Rule, ...]:
    """All rules. Raises CrosscheckError where one has no reason or source, or names a behaviour that nothing does."""
    found = reasoned.load(Rule, "rule", path)
    for rule in found:
        if rule.behaviour not in {*REFUSALS, *OTHERS, NO_WINDOW}:
            raise CrosscheckError(f"{path.name}: unknown behaviour {rule.behaviour!r} of {rule.framework}")
        if not rule.source.strip():
            raise CrosscheckError(f"{path.name}: {rule.framework} {rule.behaviour} without a source")
    return found


def rules_of(framework: str) -> tuple[Rule, ...]:
    """The rules of one framework, in the file's order."""
    return tuple(r for r in rules() if r.framework == framework)


def expected(q: Question, behaviours: Sequence[str] = ()) -> Result:
    """What comes out by the engine's rule, changed by ``behaviours``; the first that refuses the layer is named.

    A question without cells has a shape and no values.
    """
    for name in behaviours:
        if name in REFUSALS and REFUSALS[name](q):
            return Result(None, refused=name)
    try:
        axes = _axes(q, behaviours)
    except ValueError:
        return Result(None, refused=NO_WINDOW)
    shape = tuple(len(a.starts) for a in axes)
    counts = COUNTS in behaviours if q.include_pad is None else q.include_pad
    empty = LOWEST if EMPTY_LOWEST in behaviours else -math.inf
    return Result(shape, _values(q, *axes, counts, EMPTY_ENDS in behaviours, empty) if q.cells else ())


def _axes(q: Question, behaviours: Sequence[str]) -> tuple[Axis, Axis]:
    """Windows along both axes. Raises ValueError where none fits."""
    dilation = (1, 1) if UNDILATED in behaviours and q.op == "conv" and q.padding == "SAME" else per_axis(q.dilation)
    stride, kernel = stride_of(q, behaviours), per_axis(q.kernel)
    pads = pads_of(q, stride, dilation)
    ceil = q.op != "conv" and (q.ceil or ALWAYS_CEIL in behaviours)
    keep = KEEPS_LAST in behaviours or (KEEPS_UNPADDED in behaviours and not any(map(any, pads)))
    first, second = (
        Axis(n, k, d, n + pad[LEADING not in behaviours], _starts(q.op, n, (k - 1) * d + 1, s, pad, ceil, keep, behaviours))
        for n, k, s, pad, d in zip(q.size, kernel, stride, pads, dilation, strict=True)
    )
    return first, second


def _starts(
    op: str, size: int, window: int, stride: int, pad: Pair, ceil: bool, keep: bool, behaviours: Sequence[str]
) -> tuple[int, ...]:
    """First cells of the windows along one axis. Raises ValueError where none fits."""
    span, least = size + sum(pad) - window, 1
    if span < 0 and TRUNCATES in behaviours:
        out, least = int((span + ceil * (stride - 1)) / stride) + 1, 0
    elif span < 0 and EMPTY_AVERAGES in behaviours and op == "avgpool":
        out, least = span // stride + 1, 0
    elif ceil and (keep if span >= 0 else CEIL_REACHES in behaviours):
        out = -(-span // stride) + 1
    else:
        out = geometry.window_out(size, window, stride, pad, ceil=ceil)
    if out < least:
        raise ValueError("no window fits")
    return tuple(k * stride - pad[0] for k in range(out))


@lru_cache(maxsize=64)  # most behaviours change nothing of most questions
def _values(q: Question, rows: Axis, columns: Axis, counts: bool, by_ends: bool, empty: float) -> tuple[float, ...]:
    """Every output: the maximum, the average by the rule's divisor, or the sum of products.

    ``counts`` takes padding into the divisor, ``by_ends`` the product of lengths, ``empty`` is the maximum of nothing.
    """
    found: list[float] = []
    for (y, across), (x, along) in product(
        zip(rows.starts, rows.taps, strict=True), zip(columns.starts, columns.taps, strict=True)
    ):
        cells = [q.cells[i * columns.size + j] for _, i in across for _, j in along]
        if q.op == "conv":
            taps = [q.taps[ky * columns.kernel + kx] for ky, _ in across for kx, _ in along]
            found.append(float(sum(map(mul, taps, cells))))
        elif q.op == "maxpool":
            found.append(float(max(cells, default=empty)))
        else:
            inside = rows.inside(y) * columns.inside(x) if by_ends else len(cells)
            divisor = rows.extent(y) * columns.extent(x) if counts else inside
            found.append(sum(cells) / divisor if divisor else math.nan)
    return tuple(found)


def same(one: Result, other: Result) -> bool:
    """True where both refuse, or shapes are equal and values as close as float32 rounding leaves them."""
    if one.shape is None or other.shape is None:
        return one.shape is other.shape
    return one.shape == other.shape and all(map(close, one.values, other.values))


def close(one: float, other: float) -> bool:
    """Equal within float32 rounding, infinite and undefined values included."""
    return math.isclose(one, other, rel_tol=1e-5) or (math.isnan(one) and math.isnan(other))


def causes(q: Question, behaviours: Sequence[str]) -> tuple[str, ...]:
    """The behaviours that lead from the engine's result to the rule's, found by dropping one after the other."""
    left, found, now = list(behaviours), [], expected(q, behaviours)
    if same(now, expected(q)):
        return ()
    if now.refused in left:
        return (now.refused,)
    for name in behaviours:
        left.remove(name)
        then = expected(q, left)
        if not same(now, then):
            found.append(name)
        now = then
    return tuple(found)
