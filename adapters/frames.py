"""Calls of a network as they are seen, each in the frame that it ran in, so that it is known whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import ROOT, Shape, show_shape

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


@dataclass(frozen=True)
class Ran:
    """One call of the module at ``path``: the ``began``-th to begin, ``again`` where it was called before.

    ``twins`` are further paths that lead to the module, ``args`` the positional arguments, ``inputs`` the shapes of all tensors
    that came in, ``made`` what came out, ``kwargs`` the keyword arguments.
    """

    path: str
    began: int
    again: bool
    twins: tuple[str, ...]
    args: tuple[Any, ...]
    inputs: Sequence[Shape]
    made: Any
    kwargs: Mapping[str, Any]


def twins(net: Any) -> dict[Any, tuple[str, ...]]:
    """The further paths of every module that several lead to; those through one parent are one."""
    paths: dict[Any, list[str]] = {}

    def walk(module: Any, path: str) -> None:
        paths.setdefault(module, []).append(path)
        for name, child in module.named_children():
            walk(child, f"{path}.{name}" if path else name)

    walk(net, "")
    return {module: tuple(found[1:]) for module, found in paths.items() if len(found) > 1}


def listed(found: Sequence[Shape]) -> str:
    """Shapes in a message."""
    return " and ".join(show_shape(s) or "a number" for s in found) or "no tensor"


def told(path: str, name: str, own: Iterable[tuple[str, Shape]], given: Sequence[Shape]) -> str:
    """A module by path and class, with the shapes of its own parameters and of what it was given."""
    held = ", ".join(f"{n} {show_shape(shape)}" for n, shape in own)
    return f"{path or ROOT} ({name}{f' with {held}' if held else ''}), given {listed(given)}"
