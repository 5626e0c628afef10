"""What ONNX's own inference of shapes finds: it follows numbers that say a shape through few ops, and stops at all others.

Source: the functions PartialDataPropagationFunction in onnx/defs of ONNX 1.17, and InferShapes with data_prop.
"""

from __future__ import annotations

from collections.abc import Iterable

from crosscheck.contract.network import Shape
from crosscheck.importers.onnx.node import Call, Known, Made

FOLLOWED = {"Add", "Cast", "Concat", "Gather", "Mul", "Shape", "Size", "Slice", "Squeeze", "Sub", "Unsqueeze"}
NUMBERS = {  # inputs whose numbers, not whose shapes, say the shape of the output
    "Reshape": (1,), "Expand": (1,), "Tile": (1,), "Slice": (1, 2, 3, 4), "Resize": (1, 2, 3), "Upsample": (1,), "Pad": (1,),
    "ConstantOfShape": (0,), "Range": (0, 1, 2), "TopK": (1,), "OneHot": (1,), "Unsqueeze": (1,), "Squeeze": (1,), "Split": (1,),
    "CenterCropPad": (1,),
}  # fmt: skip


def followed(call: Call, made: Made, outs: Iterable[tuple[str, Shape | None]]) -> tuple[bool, bool]:
    """Whether a size of the outputs stays open to it, and whether it knows the numbers of the first output."""
    node = call.node
    at = NUMBERS.get(node.op, ()) if node.domain == "" else ()
    read = [v for k, v in enumerate(call.inputs) if v is not None and k not in at]
    said = [v for k, v in enumerate(call.inputs) if v is not None and k in at]
    is_open = any(not v.spoken for v in said) or (any(v.open for v in read) and not _closes(call, made, said))
    known = all(v.spoken and not v.open for v in (*read, *said)) and not any(s is None for _, s in outs)
    return is_open, known and node.domain == "" and node.op in FOLLOWED


def _closes(call: Call, made: Made, said: list[Known]) -> bool:
    """True for what has one shape whatever comes in: a reshape to sizes that are all given, one number of all."""
    if call.node.op == "Shape":
        return True
    sizes = said[0].nums if call.node.op == "Reshape" and said else None
    return (sizes is not None and min(sizes, default=0) > 0) or (made.shapes[:1] == [()] and not said)
