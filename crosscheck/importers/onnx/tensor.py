"""A stored tensor of an ONNX file: its sizes, its element type, and where its numbers lie; they are read only where they are few.

Field numbers and element types: onnx/onnx.proto of ONNX 1.17, TensorProto.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from math import prod

from crosscheck.importers.onnx.wire import BYTES, FIXED64, Field, Reader

Number = int | float
SMALL = 4096  # integers that are read from a constant
FEW = 64  # floating-point numbers that are read from a constant
MOST_RANK = 64

FLOAT, UINT8, INT8, UINT16, INT16, INT32, INT64, STRING, BOOL, FLOAT16, DOUBLE, UINT32, UINT64 = range(1, 14)
STRUCT = {FLOAT: "f", UINT8: "B", INT8: "b", UINT16: "H", INT16: "h", INT32: "i", INT64: "q", BOOL: "?", FLOAT16: "e"}
STRUCT |= {DOUBLE: "d", UINT32: "I", UINT64: "Q"}
INTEGRAL = {UINT8, INT8, UINT16, INT16, INT32, INT64, BOOL, UINT32, UINT64}


@dataclass(slots=True)
class Tensor:
    """A stored tensor: its name, sizes and element type, and where its numbers lie, in the file or in another one."""

    name: str = ""
    dims: tuple[int, ...] = ()
    dtype: int = 0
    spans: list[Field] = field(default_factory=list)
    external: dict[str, str] = field(default_factory=dict)
    elsewhere: bool = False

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.dims)

    def blank(self, reader: Reader) -> bool:
        """True where it lies in the file and every bit of it is 0."""
        spans = [span for span in self.spans if span[1] == BYTES]
        return bool(spans) and len(spans) == len(self.spans) and not any(reader.data[a:b].strip(b"\0") for _, _, a, b in spans)

    def numbers(self, reader: Reader) -> tuple[Number, ...] | None:
        """Its numbers if they are few and in the file, else None."""
        if self.elsewhere or self.elements > (SMALL if self.dtype in INTEGRAL else FEW):
            return None
        code = STRUCT.get(self.dtype)
        found: list[Number] = []
        for span in self.spans:
            number, wire, start, end = span
            if number == RAW:
                size = struct.calcsize(f"<{code}") if code else 0
                if not size or wire != BYTES or end - start != size * self.elements:
                    return None
                found += struct.unpack(f"<{self.elements}{code}", reader.data[start:end])
            elif number == 4:
                found += reader.floats(span)
            elif number == 10 and wire in (BYTES, FIXED64) and not (end - start) % 8:
                found += struct.unpack(f"<{(end - start) // 8}d", reader.data[start:end])
            elif self.dtype != FLOAT16 and number in (5, 7, 11):
                found += reader.integers(span)
        return tuple(found) if len(found) == self.elements else None


RAW = 9
NUMBERS = (4, 5, 6, 7, RAW, 10, 11)
