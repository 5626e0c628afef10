"""What a file says of a node beside the layer that it is: stored tensors that it reads, what else it does, what it would be."""

from __future__ import annotations

from dataclasses import dataclass

from crosscheck.contract.network import Layer


@dataclass(frozen=True, slots=True)
class Held:
    """A stored tensor behind an input of a node: the parameter primitive that it is there, its name, its elements.

    ``own`` where the node reads it itself, not what other nodes made of it. ``in_node`` where a Constant node holds it,
    ``unshaped`` for one number without any axis.
    """

    part: str
    tensor: str
    elements: int
    own: bool = True
    in_node: bool = False
    unshaped: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one node: ``held`` in the order of its inputs, ``fused`` ops that it does in the same go.

    ``op`` is what a node of constants alone is, which as a layer is a constant. ``open`` where a size of its output comes of
    numbers that ONNX's own inference of shapes does not follow.
    """

    held: tuple[Held, ...] = ()
    fused: tuple[str, ...] = ()
    op: Layer | None = None
    open: bool = False


NOTHING = Facts()
