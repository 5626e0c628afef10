"""A node of an ONNX graph as its handler sees it: attributes, shapes and small numbers of its inputs; and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import lt
from typing import Any

from crosscheck.contract.network import Shape, numel
from crosscheck.contract.origin import DESCRIBED, Origin
from crosscheck.importers.imported import MOST_KERNEL, MisfitError, UnshapedError, one_axis
from crosscheck.importers.onnx.protos import Node
from crosscheck.importers.onnx.tensor import SMALL, Number, Tensor
from crosscheck.ops import described as ops
from crosscheck.ops import geometry

Nums = tuple[Number, ...]
STATE = "state"  # the role of what a recurrence starts from: learned, unless it is zeros


@dataclass(slots=True, eq=False)
class Stored:
    """A tensor that the file holds; ``literal`` where its elements are integers, truth values or one single number.

    ``held`` where a Constant node holds it; ``unshaped`` for one number without any axis; ``blank`` for zeros and nothing else,
    which is asked of states alone.
    """

    name: str
    elements: int
    literal: bool
    held: bool = False
    unshaped: bool = False
    blank: Callable[[], bool] = lambda: False


@dataclass(slots=True, eq=False)
class Known:
    """What is known of a value: its shape, the name it goes by (``id``, ``id:1`` or an input's), its numbers if few.

    ``stored`` are the tensors behind a value that depends on nothing else, None for one that depends on the input. ``spoken``
    where ONNX's own inference of shapes knows its numbers as well, ``open`` where it does not find all its sizes.
    """

    shape: Shape | None
    ref: str = ""
    nums: Nums | None = None
    stored: tuple[Stored, ...] | None = None
    spoken: bool = True
    open: bool = False


@dataclass(slots=True)
class Made:
    """What a node is: op, attributes, output shapes, None where unknown, and numbers of the first output, if few.

    ``roles`` tells for inputs that are constant which parameter they are, ``fused`` what else the node does in the same go.
    """

    op: str
    shapes: Sequence[Shape | None]
    attrs: dict[str, Any] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)
    nums: Nums | None = None
    origin: Origin = DESCRIBED
    fused: tuple[str, ...] = ()


@dataclass(slots=True)
class Call:
    """A node under way; ``opset`` is the version of the operator set that it is written in, ``read`` gives a tensor's numbers."""

    node: Node
    inputs: Sequence[Known | None]
    opset: int
    read: Callable[[Tensor], Nums | None] = lambda _: None

    def has(self, k: int) -> bool:
        """True where the input is given."""
        return k < len(self.inputs) and self.inputs[k] is not None

    def value(self, k: int) -> Known:
        """The input; raises MisfitError where it is left out."""
        found = self.inputs[k] if k < len(self.inputs) else None
        if found is None:
            raise MisfitError(f"input {k} is missing")
        return found

    def shape(self, k: int = 0) -> Shape:
        """The shape of the input; raises UnshapedError where nobody knows it."""
        found = self.value(k).shape
        if found is None:
            raise UnshapedError(f"the shape of {self.node.inputs[k]!r} is not known")
        return found

    def constant(self, k: int) -> bool:
        """True where the input depends on stored tensors alone."""
        return self.value(k).stored is not None

    def nums(self, k: int) -> Nums | None:
        """The numbers of the input, if it is given and they are known."""
        return self.value(k).nums if self.has(k) else None

    def whole(self, k: int) -> tuple[int, ...] | None:
        """The same as integers."""
        nums = self.nums(k)
        return None if nums is None else tuple(int(v) for v in nums)

    def raw(self, name: str, kinds: type | tuple[type, ...], default: Any) -> Any:
        """An attribute; raises MisfitError where it is of another kind."""
        attr = self.node.attrs.get(name)
        if attr is None or attr.value is None:
            return default
        if not isinstance(attr.value, kinds):
            raise MisfitError(f"attribute {name} is of the wrong kind")
        return attr.value

    def number(self, name: str, default: int = 0) -> int:
        """An integer attribute."""
        return int(self.raw(name, int, default))

    def real(self, name: str, default: float) -> float:
        """An attribute that is a number."""
        return float(self.raw(name, (int, float), default))

    def text(self, name: str, default: str = "") -> str:
        """A text attribute."""
        return str(self.raw(name, str, default))

    def items(self, name: str) -> tuple[Any, ...] | None:
        """An attribute that is a list, None where it is left out."""
        found: tuple[Any, ...] | None = self.raw(name, tuple, None)
        return found

    def integers(self, name: str) -> tuple[int, ...] | None:
        """An attribute that is a list of integers."""
        found = self.items(name)
        if found is not None and not all(isinstance(v, int) for v in found):
            raise MisfitError(f"attribute {name} is no list of integers")
        return found

    def tensor(self, name: str) -> Tensor | None:
        """An attribute that is a tensor."""
        found: Tensor | None = self.raw(name, Tensor, None)
        return found

    def axis(self, rank: int, default: int = 0, name: str = "axis") -> int:
        """An axis, counted from the front."""
        return one_axis(self.number(name, default), rank)

    def pads(self, size: Sequence[int], kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Any:
        """(before, after) of each spatial axis, from ``pads`` or ``auto_pad``."""
        auto = self.text("auto_pad", "NOTSET")
        rank = len(size)
        if auto in ("SAME_UPPER", "SAME_LOWER"):
            pairs = geometry.resolve_padding("same", size, kernel, stride, dilation)
            return pairs if auto == "SAME_UPPER" else tuple((b, a) for a, b in pairs)
        given = self.integers("pads") if auto != "VALID" else None
        given = (0,) * (2 * rank) if given is None else given
        if len(given) != 2 * rank:
            raise MisfitError(f"{len(given)} paddings do not fit {rank} spatial axes")
        return tuple(zip(given[:rank], given[rank:], strict=True))

    def window(self, rank: int, kernel: Sequence[int] | None = None) -> tuple[Shape, Shape, Shape]:
        """Kernel, stride and dilation of a convolution or pooling."""
        sizes = self.integers("kernel_shape") or (None if kernel is None else tuple(kernel))
        if sizes is None:
            raise MisfitError("it has no kernel_shape")
        stride = self.integers("strides") or (1,) * rank
        dilation = self.integers("dilations") or (1,) * rank
        if rank < 1 or {len(sizes), len(stride), len(dilation)} != {rank}:
            raise MisfitError(f"kernel {sizes}, strides {stride} and dilations {dilation} do not fit {rank} spatial axes")
        if not all(1 <= v <= MOST_KERNEL for v in (*sizes, *stride, *dilation)):
            raise MisfitError(f"kernel {sizes}, strides {stride} and dilations {dilation} must be from 1 to {MOST_KERNEL}")
        return sizes, stride, dilation

    def network(self, op: str, attrs: dict[str, Any], shapes: Sequence[Shape], **roles: int) -> Made:
        """An op that networks are described with; ``weight=1`` says that input 1 is the weight."""
        full, out = ops.complete(op, attrs, shapes)
        return Made(op, [out], full, {k: name for name, k in roles.items()})


Handler = Callable[[Call], Made]


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The shape of an element-wise op over these shapes, small ones repeated."""
    rank = max(map(len, shapes), default=0)
    out = []
    for axis in range(-rank, 0):
        sizes = {s[axis] for s in shapes if len(s) >= -axis} - {1}
        if len(sizes) > 1:
            raise MisfitError(f"sizes {' and '.join(map(str, sorted(sizes)))} of axis {axis} differ")
        out.append(sizes.pop() if sizes else 1)
    return tuple(out)


def stated(op: str, shape: Shape | None, nums: Nums | None = None, *, origin: Origin = DESCRIBED, **attrs: Any) -> Made:
    """An op that only comes from files, with one output."""
    return Made(op, [shape], {"shape": shape or (), **attrs}, {}, nums, origin)


def few(nums: Nums | None, shape: Shape | None) -> Nums | None:
    """Numbers that are worth keeping: as many as the shape says, not more than SMALL, and none beyond 64 bits."""
    if (
        nums is None
        or shape is None
        or len(nums) != numel(shape)
        or len(nums) > SMALL
        or any(map(lt, repeat(2**63), map(abs, nums)))
    ):
        return None
    return nums
