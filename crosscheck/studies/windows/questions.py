"""Which convolutions and poolings every framework is asked about: examples that people know, then a grid."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import product

from crosscheck.contract.rows import Question
from crosscheck.contract.traits import Trait, having
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.ops.geometry import Pair
from crosscheck.studies.windows.rules import per_axis, written

Sizes = int | tuple[int, ...]

SIZES: tuple[Pair, ...] = ((6, 6), (12, 6), (7, 5), (3, 4))
KERNELS: tuple[Sizes, ...] = (1, 2, 3, (3, 5))
STRIDES: tuple[Sizes | None, ...] = (1, 2, (3, 2), None)
PADDINGS: tuple[Sizes | str, ...] = (0, 1, (1, 2), (0, 1, 0, 1), (2, 1, 1, 0), "SAME", "VALID")


OPS = having(Trait.PADDED)
VALUES_UP_TO = 2**14  # input elements, and elements of a window; above, only sizes are worked out
MOST_READS = 2**19  # of input elements by windows; the same
MOST_SIZE = 100_000  # of an axis, as its windows are laid down one by one


TUTORIAL = "a tutorial on pooling in PaddlePaddle (深度学习基础入门篇[8]), all with paddle.nn.AvgPool2D"


@dataclass(frozen=True, slots=True)
class Example:
    """A layer that people know: where it stands, and its output size where somebody published it."""

    label: str
    question: Question
    published: Pair | None = None


def tutorial() -> tuple[Example, ...]:
    """The tutorial's examples, in its order; where it leaves the stride out, so does the question."""
    rows: tuple[tuple[Pair, Sizes, Sizes | None, Sizes | str, Pair], ...] = (
        ((6, 6), 3, 1, 0, (4, 4)),
        ((6, 6), 3, 1, 1, (6, 6)),
        ((12, 6), (3, 5), 1, 0, (10, 2)),
        ((12, 6), (3, 5), 1, (1, 2), (12, 6)),
        ((6, 6), 2, None, "SAME", (3, 3)),
        ((6, 6), 1, None, "SAME", (6, 6)),
        ((6, 6), 2, None, "VALID", (3, 3)),
    )
    made = [(question("avgpool", size, k, stride=s, padding=p), out) for size, k, s, p, out in rows]
    return tuple(Example(f"example {n}", q, out) for n, (q, out) in enumerate(made, 1))


def networks() -> tuple[Example, ...]:
    """Layers of well-known networks, as the framework that they are quoted from writes them."""
    return (
        Example("LeNet, 2x2 pooling", question("maxpool", (28, 28), 2, stride=2)),
        Example("AlexNet, overlapping pooling", question("maxpool", (55, 55), 3, stride=2)),
        Example("ResNet, first pooling", question("maxpool", (112, 112), 3, stride=2, padding=1)),
        Example("ResNet, first pooling, SAME", question("maxpool", (112, 112), 3, stride=2, padding="SAME")),
        Example("GoogLeNet, first pooling", question("maxpool", (112, 112), 3, stride=2, ceil=True)),
        Example("Inception, pooling branch", question("avgpool", (35, 35), 3, stride=1, padding=1)),
        Example("Inception, pooling branch, SAME", question("avgpool", (35, 35), 3, stride=1, padding="SAME")),
        Example("VGG, convolution, SAME", question("conv", (56, 56), 3, padding="SAME")),
        Example("dilated convolution, SAME", question("conv", (28, 28), 3, padding="SAME", dilation=2)),
        Example("strided convolution, SAME", question("conv", (56, 56), 3, stride=2, padding="SAME")),
    )


def question(
    op: str,
    size: Pair,
    kernel: Sizes,
    *,
    stride: Sizes | None = None,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    ceil: bool = False,
    include_pad: bool | None = None,
) -> Question:
    """A question with its seeded input: distinct negative integers, so that a padding zero in a maximum would win."""
    words = [op, written(size), f"k{written(kernel)}", f"s{written(stride)}", f"p{written(padding)}", f"d{written(dilation)}"]
    words += ["ceil"] * ceil + ([] if include_pad is None else ["include" if include_pad else "exclude"])
    cells, taps = _numbers(size, kernel, op == "conv")
    return Question(" ".join(words), op, size, kernel, stride, padding, dilation, ceil, include_pad, cells, taps)


@lru_cache(maxsize=64)  # the grid asks one input many questions
def _numbers(size: Pair, kernel: Sizes, convolved: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The input's cells, and taps where it is ``convolved``; none where there are too many of them."""
    count, area = math.prod(size), math.prod(per_axis(kernel))
    draw = random.Random(f"{size} {kernel}")  # noqa: S311 - numbers to compare, no secret
    few = max(count, area) <= VALUES_UP_TO and count * area <= MOST_READS
    cells = tuple(-n for n in draw.sample(range(1, 2 * VALUES_UP_TO), count)) if few else ()
    return cells, tuple(draw.choices(range(1, 100), k=area)) if convolved and area <= VALUES_UP_TO else ()


@cache
def questions() -> tuple[Question, ...]:
    """The tutorial's, those of known networks and the grid's, each once."""
    return tuple({q.name: q for q in (*(e.question for e in (*tutorial(), *networks())), *_grid())}.values())


def _grid() -> Iterator[Question]:
    """Every size × kernel × stride × padding, under every mode that its op has anywhere."""
    for size, kernel, stride, padding in product(SIZES, KERNELS, STRIDES, PADDINGS):
        ask = partial(question, size=size, kernel=kernel, stride=stride, padding=padding)
        for dilation in (1, 2):
            yield ask("conv", dilation=dilation)
            for ceil in (False, True):
                yield ask("maxpool", dilation=dilation, ceil=ceil)
        for ceil, include in product((False, True), (None, False, True)):
            yield ask("avgpool", ceil=ceil, include_pad=include)
    for size, kernel in product(SIZES, KERNELS):
        yield question("avgpool", size, kernel, dilation=2)


def ask(
    size: str,
    kernel: str,
    *,
    stride: str | None = None,
    padding: str = "0",
    dilation: str = "1",
    ceil: bool = False,
    op: str | None = None,
) -> tuple[Question, ...]:
    """One question per op, from words of the command line. Raises UsageError that says which word and how it is written."""
    if op is not None and op not in OPS:
        raise UnknownNameError("op", op, OPS)
    if ceil and op == "conv":
        raise UsageError("a convolution has no ceil mode in any framework. Hint: leave --ceil out")
    height, width = per_axis(_sizes("--input", size, (1, 2)))
    word = padding.upper() in ("SAME", "VALID")
    pads = padding.upper() if word else _sizes("--padding", padding, (1, 2, 4), least=0)
    made = partial(
        question,
        size=(height, width),
        kernel=_sizes("--kernel", kernel, (1, 2)),
        stride=None if stride is None else _sizes("--stride", stride, (1, 2)),
        padding=pads,
        dilation=_sizes("--dilation", dilation, (1, 2)),
        ceil=ceil,
    )
    return tuple(made(name) for name in OPS if op in (None, name) and not (ceil and name == "conv"))


def _sizes(option: str, text: str, counts: tuple[int, ...], least: int = 1) -> Sizes:
    """``3`` or ``3x5``; ``0x1x0x1`` where four are allowed."""
    parts = text.lower().split("x")
    known = " or ".join({1: "3", 2: "3x5", 4: "0x1x0x1 (top, bottom, left, right)"}[n] for n in counts)
    if len(parts) not in counts or not all(p.isascii() and p.isdigit() and len(p) < 8 and int(p) >= least for p in parts):
        also = ", SAME or VALID" if 4 in counts else ""
        raise UsageError(f"{option} {text[:60]!r} is not a size. Hint: write {known}{also}, every number from {least} up")
    numbers = tuple(map(int, parts))
    if max(numbers) > MOST_SIZE:
        raise UsageError(f"{option} {text!r} is above {MOST_SIZE:,}, the most that is worked out here")
    return numbers[0] if len(numbers) == 1 else numbers
