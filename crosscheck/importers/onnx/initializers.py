"""Stored tensors: what counts of them, and whether those that lie in other files are where they may be."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

from crosscheck.importers.imported import sound
from crosscheck.importers.onnx.node import Known, Nums, Stored, few
from crosscheck.importers.onnx.tensor import BOOL, INT64, MOST_RANK, STRING, Tensor
from crosscheck.importers.onnx.wire import Reader


class StoredError(ValueError):
    """A stored tensor that cannot be; says why."""


class Store:
    """The stored tensors of one file, which lies in ``folder``."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self.reader, self.folder = reader, folder
        self._sizes: dict[str, int | None] = {}  # of other files, None where one is not there
        self.absent: Counter[str] = Counter()  # tensors in files that are not there, by file

    def known(self, tensor: Tensor, name: str) -> Known:
        """A stored tensor as a value. Raises StoredError."""
        shape = sound(tensor.dims, f"stored tensor {name!r}", MOST_RANK)
        if tensor.elsewhere:
            self.judge(tensor, name)
        literal = not shape or tensor.dtype in (INT64, BOOL, STRING)
        stored = Stored(name, tensor.elements, literal, unshaped=not shape, blank=partial(tensor.blank, self.reader))
        return Known(shape, "", few(self.numbers(tensor), shape), (stored,))

    def numbers(self, tensor: Tensor) -> Nums | None:
        """The numbers of a tensor, if they are few and in the file."""
        return None if tensor.elsewhere else tensor.numbers(self.reader)

    def judge(self, tensor: Tensor, name: str) -> None:
        """Refuse a tensor in a file that is too short or outside of the model's folder; it is not read, so it may be absent."""
        location = tensor.external.get("location", "")
        what = f"stored tensor {name!r} lies in {location[:200]!r}"
        if not location or Path(location).is_absolute() or "\\" in location or "\0" in location or ":" in location:
            raise StoredError(f"{what}, which is no relative path")
        if ".." in Path(location).parts:
            raise StoredError(f"{what}, which leaves the model's folder")
        if location not in self._sizes:
            self._sizes[location] = self._size(location, what)
        span = [tensor.external.get(key, "0") or "0" for key in ("offset", "length")]
        if not all(part.isascii() and part.isdigit() and len(part) < 20 for part in span):
            raise StoredError(f"{what} at offset {span[0][:30]!r} with length {span[1][:30]!r}, which are no numbers")
        size = self._sizes[location]
        if size is None:
            self.absent[location] += 1
        elif sum(map(int, span)) > size:
            raise StoredError(f"{what}, which is cut short: it has {size:,} bytes")

    def _size(self, location: str, what: str) -> int | None:
        try:
            path = (self.folder / location).resolve(strict=True)
            inside, is_file = path.is_relative_to(self.folder.resolve()), path.is_file()
            size = path.stat().st_size
        except (OSError, RuntimeError, ValueError):
            return None
        if not inside:
            raise StoredError(f"{what}, which leads out of the model's folder")
        if not is_file:
            raise StoredError(f"{what}, which is no file")
        return size
