"""Calls of a network as they are seen, each in the frame that it ran in, so that it is known whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import ROOT, Shape

PLAIN = (bool, int, float, str, type(None))


@dataclass
class Frame:
    """A module or function under way; ``layer`` is the id that its call got, None until it has one, or where it is no layer."""

    path: str
    layer: str | None = None

    @property
    def home(self) -> str:
        """Id of its layer, else the path of the module that it runs in."""
        return self.layer or self.path or ROOT


@dataclass
class Calls:
    """Calls as they are seen, each with the frame that it ran in; a call's home is known when its frame has ended."""

    open: list[Frame] = field(default_factory=lambda: [Frame("")])
    seen: list[tuple[Frame, Call]] = field(default_factory=list)
    read: set[int] = field(default_factory=set)  # identities of tensors that some kernel got

    def add(self, frame: Frame, level: Level, name: str, ins: Sequence[Shape], outs: Sequence[Shape], attrs: Any) -> None:
        """One more call."""
        self.seen.append((frame, Call(level, name, "", tuple(ins), tuple(outs), attrs)))

    def finished(self) -> Iterator[Call]:
        """All calls with their homes; neighbours that are alike are one of ``times``."""
        last: Call | None = None
        for frame, call in self.seen:
            now = replace(call, home=frame.home)
            if last is not None and now == replace(last, times=now.times):
                last = replace(last, times=last.times + 1)
                continue
            if last is not None:
                yield last
            last = now
        if last is not None:
            yield last


def plain_of(value: Any, kind: type) -> Any:
    """A number, text or tuple of such as it is, a type of numbers (of ``kind``) by its name; None for what is no plain data."""
    if isinstance(value, kind):
        return str(value).rpartition(".")[2]
    if isinstance(value, tuple | list):
        return tuple(plain_of(v, kind) for v in value)
    return value if isinstance(value, PLAIN) else None
