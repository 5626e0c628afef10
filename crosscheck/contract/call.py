"""What a framework runs below the layers of a network, call by call, on each of the levels that tools look at.

A network that was captured has these beside its layers. A tool that looks at one level is predicted from the calls of that
level, so that an operation nobody described is predicted like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Shape = tuple[int, ...]


FAILED = "(failed)"  # the name of a call that stands for all of its level, which could not be seen; ``attrs`` have the reason


class Level(StrEnum):
    """Where a tool looks; the value begins the name of a call in a convention: ``kernel:addmm``."""

    MODULE = "module"
    FUNCTION = "function"
    KERNEL = "kernel"
    HOOKED = "hooked"
    CHILDREN = "children"
    OPERATOR = "operator"
    TRACE = "trace"
    SCOPED = "scoped"
    NODE = "node"
    BODY = "body"
    PARAMETER = "parameter"

    @property
    def says(self) -> str:
        """What calls of the level are."""
        return _SAYS[self]


# Levels whose calls are stored only where they are not those of another.
TWINS: Mapping[Level, Level] = {Level.CHILDREN: Level.KERNEL, Level.SCOPED: Level.TRACE}
_SAYS: Mapping[Level, str] = {
    Level.MODULE: "a call of a module, by its class: what forward hooks see",
    Level.FUNCTION: "a call of a Python function of the framework, nested ones too: what patched functions see",
    Level.KERNEL: "a call of an operator as it is dispatched, after composed ones were taken apart",
    Level.HOOKED: "the same in a run with hooks on modules, where that takes another path than one without",
    Level.CHILDREN: "the same while a hook watches each child of the network itself, and nothing deeper",
    Level.OPERATOR: "an operator as it is recorded while it runs, composed ones and those inside of others too",
    Level.TRACE: "a node of a traced graph, composed operators whole",
    Level.SCOPED: "a node of a graph that is traced while a hook watches every module",
    Level.NODE: "a node of the graph that a call of the network becomes, in no function that another node calls",
    Level.BODY: "a node of such a function, a loop's once for each turn",
    Level.PARAMETER: "a parameter that the network holds, once however often it is used",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the framework ran it, or ``times`` calls that are alike.

    ``name`` is what the framework calls it (``nn.Conv2d``, ``F.relu``, ``addmm``), ``home`` the id of the layer during which it
    ran, or of the container (see ``ROOT``) where it was none. ``inputs`` are the shapes of tensors that came in, in order,
    ``outputs`` of those that came out. ``attrs`` hold what else its cost depends on.
    """

    level: Level
    name: str
    home: str
    inputs: tuple[Shape, ...] = ()
    outputs: tuple[Shape, ...] = ()
    attrs: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1

    @property
    def x(self) -> Shape:
        """Shape of the first tensor that came in; ``()`` where none did."""
        return self.inputs[0] if self.inputs else ()

    @property
    def y(self) -> Shape:
        """Shape of the first tensor that came out; ``()`` where none did."""
        return self.outputs[0] if self.outputs else ()

    @property
    def label(self) -> str:
        """Its name with the level in front, as conventions write it: ``kernel:addmm``."""
        return f"{self.level}:{self.name}"

    def to_json(self) -> list[Any]:
        """Plain data; ``Call.from_json`` reads it back unchanged."""
        shapes = [[list(s) for s in side] for side in (self.inputs, self.outputs)]
        return [self.level.value, self.name, self.home, *shapes, dict(self.attrs), self.times]

    @staticmethod
    def from_json(data: list[Any]) -> Call:
        """Read what ``to_json`` wrote; lists become tuples again."""
        level, name, home, inputs, outputs, attrs, times = data
        return Call(Level(level), name, home, tuples(inputs), tuples(outputs), {k: tuples(v) for k, v in attrs.items()}, times)


def tuples(value: Any) -> Any:
    """Plain data with every list a tuple, those in mappings too."""
    if isinstance(value, Mapping):
        return {k: tuples(v) for k, v in value.items()}
    return tuple(tuples(v) for v in value) if isinstance(value, list | tuple) else value
