"""The protobuf wire format, read in place: a field that is not wanted is stepped over and never copied.

Source: Protocol Buffers documentation, "Encoding". A message is a run of fields; each starts with ``number << 3 | wire type``.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar, overload

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MOST_TEXT = 1 << 20  # bytes of a string
MOST_NUMBERS = 1 << 16  # numbers of a list
MOST_ALONE = 1 << 22  # numbers of lists that are not packed, in a whole file
MOST_PARTS = 1_000_000  # messages and strings of a whole file that are kept
MOST_DEPTH = 32  # messages inside of one another

Field = tuple[int, int, int, int]  # number, wire type, then start and end of its bytes; for a varint its value and 0
T = TypeVar("T")


class WireError(ValueError):
    """The bytes are no such message; says what is wrong."""


class Bytes(Protocol):
    """What is read: bytes, or a file mapped into memory."""

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, at: int) -> int: ...

    @overload
    def __getitem__(self, at: slice) -> bytes: ...


class Reader:
    """A file under way: its bytes, and how many parts were kept so far."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self.data: Bytes = data
        self.parts = self.numbers = 0

    def keep(self, count: int = 1) -> None:
        """Count what is kept. Raises WireError where a file has far more parts than any network needs."""
        self.parts += count
        if self.parts > MOST_PARTS:
            raise WireError(f"it has more than {MOST_PARTS:,} parts")

    def varint(self, at: int, end: int) -> tuple[int, int]:
        """An unsigned number of up to 64 bits, and where it ends."""
        value = shift = 0
        while at < end:
            byte = self.data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFFFFFFFFFFFFFF, at
            shift += 7
            if shift > 63:
                raise WireError(f"a number at byte {at:,} does not end")
        raise WireError(f"it ends inside of a number, at byte {end:,}")

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of the message in these bytes. Raises WireError."""
        at = start
        while at < end:
            tag, at = self.varint(at, end)
            number, wire = tag >> 3, tag & 7
            if not number:
                raise WireError(f"there is no field 0, at byte {at:,}")
            if wire == VARINT:
                value, at = self.varint(at, end)
                yield number, wire, value, 0
                continue
            if wire == BYTES:
                size, at = self.varint(at, end)
            elif wire in (FIXED32, FIXED64):
                size = 4 if wire == FIXED32 else 8
            else:
                raise WireError(f"there is no wire type {wire}, at byte {at:,}")
            if size > end - at:
                raise WireError(f"it is cut short: {size:,} bytes should follow byte {at:,}, there are {end - at:,}")
            yield number, wire, at, at + size
            at += size

    def text(self, field: Field) -> str:
        """A string; bytes that are no UTF-8 are written as escapes."""
        _, wire, start, end = field
        if wire != BYTES:
            raise WireError(f"field {field[0]} is no text")
        if end - start > MOST_TEXT:
            raise WireError(f"a name of {end - start:,} bytes is too long")
        self.keep()
        return self.data[start:end].decode("utf-8", "backslashreplace")

    def integers(self, field: Field) -> list[int]:
        """Signed numbers of a repeated field, one alone or packed."""
        number, wire, start, end = field
        if wire == VARINT:
            self.numbers += 1
            if self.numbers > MOST_ALONE:
                raise WireError(f"its lists have more than {MOST_ALONE:,} numbers")
            return [signed(start)]
        if wire != BYTES:
            raise WireError(f"field {number} is no list of integers")
        found = []
        while start < end:
            value, start = self.varint(start, end)
            found.append(signed(value))
            if len(found) > MOST_NUMBERS:
                raise WireError(f"a list has more than {MOST_NUMBERS:,} numbers")
        self.keep(len(found))
        return found

    def floats(self, field: Field) -> list[float]:
        """Numbers of 32 bits, one alone or packed."""
        number, wire, start, end = field
        size = end - start
        if wire not in (BYTES, FIXED32) or size % 4:
            raise WireError(f"field {number} is no list of numbers")
        if size // 4 > MOST_NUMBERS:
            raise WireError(f"a list has more than {MOST_NUMBERS:,} numbers")
        self.keep(size // 4)
        return list(struct.unpack(f"<{size // 4}f", self.data[start:end]))

    def message(self, field: Field, read: Callable[[Reader, int, int, int], T], depth: int) -> T:
        """A message inside of this one, ``depth`` messages deep."""
        number, wire, start, end = field
        if wire != BYTES:
            raise WireError(f"field {number} is no message")
        if depth > MOST_DEPTH:
            raise WireError(f"messages lie more than {MOST_DEPTH} deep in one another")
        self.keep()
        return read(self, start, end, depth)


def integer(field: Field) -> int:
    """A signed number of up to 64 bits."""
    if field[1] != VARINT:
        raise WireError(f"field {field[0]} is no integer")
    return signed(field[2])


def signed(value: int) -> int:
    """64 bits in two's complement."""
    return value - (1 << 64) if value >> 63 else value
