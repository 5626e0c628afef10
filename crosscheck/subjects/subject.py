"""What a subject is: a network that can be counted, where it comes from, and what has to be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crosscheck.contract.network import Model
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.errors import UsageError

if TYPE_CHECKING:
    from crosscheck.conventions.table import Convention
    from crosscheck.exports.recipe import Lowered
    from crosscheck.importers.imported import Imported
    from crosscheck.subjects.own import Network


class Kind(StrEnum):
    """Where a subject comes from; the value is what readers call it."""

    DESCRIBED = "described network"
    ONNX = "ONNX file"
    CAFFE = "Caffe network"
    ZOO = "zoo network"
    EXPORT = "export"
    OWN = "network of your own"

    @property
    def article(self) -> str:
        """``an ONNX file``."""
        return f"a{'n' * (self.value[0] in 'eO')} {self.value}"


KINDS = (
    "one described here (resnet50; crosscheck list models), a zoo's (torchvision:resnet18; crosscheck list zoo), "
    "an ONNX file (model.onnx), a Caffe file (deploy.prototxt), an export of a described one (resnet50@onnx:torch) "
    "or your own in Python (nets.py:make_net, pkg.mod:make)"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A subject by name, before anything of it is read or built; ``target`` is a path, a name, or what an export is made of."""

    text: str
    kind: Kind
    target: str
    export: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """How a subject is to be set up; what is None or empty is left to the subject.

    ``inputs`` are shapes: one CxHxW for a described network, ``name=NxCxHxW`` for an input of a file, ``ids=1x128:int64`` for one
    of a user's network. ``phase`` and ``stages``
    are of Caffe files.
    """

    batch: int | None = None
    inputs: tuple[str, ...] = ()
    classes: int | None = None
    phase: str = "TEST"
    stages: tuple[str, ...] = ()

    def refuse(self, ref: Reference, *names: str) -> None:
        """Raise UsageError for an option of these, ``batch``, ``input`` or ``classes``, that a subject has no use for."""
        given = {"batch": self.batch, "input": self.inputs, "classes": self.classes}
        odd = next((n for n in names if given[n]), None)
        if odd:
            raise UsageError(f"--{odd} is for described networks, and {ref.text!r}, {ref.kind.article}, has its own")


@dataclass(frozen=True)
class Subject:
    """A network that can be counted.

    ``model`` is what is counted, ``built`` the network as it is, with what only moves elements; ``notes`` say what is to be known
    of it, and ``partial`` that not all of it could be read or run; ``open`` says what its totals are without. ``path`` is a
    file's and ``imported`` what its importer made of it, ``lowered`` how an export came to be, ``own`` how a worker gets a user's
    network.
    """

    ref: Reference
    model: Model
    built: Model
    notes: tuple[str, ...] = ()
    partial: bool = False
    path: Path | None = None
    lowered: Lowered | None = None
    imported: Imported | None = field(default=None, compare=False)
    own: Network | None = None
    open: str = ""

    def __hash__(self) -> int:
        """Of its name and input alone: layers are mappings; two subjects are equal where all of them is."""
        return hash((self.ref, self.model.input_text))

    @cached_property
    def counted(self) -> Tally:
        """Its primitives, counted once."""
        return engine.tally(self.model)

    def seen_by(self, c: Convention) -> Tally:
        """Its primitives as a convention meets them: of a file, those of the modules that it may have been made of."""
        if self.imported is None:
            return self.counted
        return self._walked(c.walks) if c.reads_files else self.as_modules

    @cached_property
    def _walks(self) -> dict[str, Tally]:
        return {"": self.counted}

    def _walked(self, how: str) -> Tally:
        if how not in self._walks and self.imported is not None:
            self._walks[how] = engine.tally(self.imported.walked(how))
        return self._walks[how]

    @cached_property
    def as_modules(self) -> Tally:
        """The primitives of a file read as modules. Raises ValueError for what is no file."""
        if self.imported is None:
            raise ValueError(f"{self.name} was not imported")
        return engine.tally(self.imported.modules.model)

    @property
    def name(self) -> str:
        """How the user named it."""
        return self.ref.text

    @property
    def kind(self) -> Kind:
        """Where it comes from."""
        return self.ref.kind
