"""What a framework's folder owes, and what its files may lean on: ``Unsupported``, ``reason``, ``version_of``.

In ``adapters/<framework>/``, ``__init__.py`` has the constants and ``__main__.py`` starts the worker; every room has ``build.py``
and ``tools/<id>.py``, and ``observe.py``, ``sizes.py``, ``export.py``, ``forward.py``, ``zoo.py`` and ``own.py`` where it can do
what they are for. Constants are literals: they are read without imports (crosscheck.measuring.catalog).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from adapters.limits import memory_told
from crosscheck.contract.job import Recipe
from crosscheck.contract.network import Model
from crosscheck.contract.own import Own
from crosscheck.contract.rows import Question, Reading


class Unsupported(Exception):  # noqa: N818 - a finding, not a fault
    """The framework or the tool has no way to express this network; the message names the layer and the reason."""


class UserError(Exception):
    """Code of the user's own failed; the message is what its reader needs, and where it happened."""


def version_of(package: str) -> str:
    """Installed version of the first of ``a|b`` that is there, without a build's local suffix."""
    *others, last = package.split("|")
    for name in others:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(name).split("+")[0]
    return importlib.metadata.version(last).split("+")[0]


def reason(error: BaseException) -> str:
    """An exception as one line, without colours; the one that it was raised from stands behind it."""
    text = memory_told(" ".join(re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split()), error)
    cause = f"; {reason(error.__cause__)}" if error.__cause__ is not None else ""
    return f"{type(error).__name__}: {text}"[:300] + cause[:200] if cause else f"{type(error).__name__}: {text}"[:500]


class Constants(Protocol):
    """``__init__.py``: the folder's name, the name for people, the module to import, the extra that installs it, its packages.

    It may have more: see crosscheck.measuring.catalog.FrameworkInfo.
    """

    FRAMEWORK: str
    TITLE: str
    MODULE: str
    EXTRA: str
    PACKAGES: tuple[str, ...]


class Builder(Protocol):
    """``build.py``: the native network. A room that reads files gets the file's path beside the model read from it.

    It may have ``kept``, a context around a tool's work on a network, behind which the framework itself is as it was, and
    ``level``, which builds a network for cells that read none of its numbers.
    """

    def build(self, model: Model, *file: str) -> Any:
        """The network with its seeded weights. Raises Unsupported."""

    def fresh(self, native: Any) -> Any:
        """The same network as no tool has touched it yet."""

    def facts(self, native: Any, model: Model) -> Iterable[dict[str, Any]]:
        """``layer``, ``shape``, ``params`` and ``stats`` of every layer, as the native network has them."""


class Tool(Protocol):
    """``tools/<id>.py``: one counting tool; PACKAGE is whose version counts, CONVENTION names the table that predicts it.

    ``PER_LAYER`` may be False, or name the metrics that have layers; ``OVERLAY`` may name the folder of an old edition.
    ``SETTING`` says how a network runs under it and what it watches: ``eval mode, gradients off; hooks on modules``.
    """

    TOOL: str
    TITLE: str
    PACKAGE: str
    CONVENTION: str
    METRICS: tuple[str, ...]

    def measure(self, native: Any, model: Model) -> Iterable[Reading]:
        """What the tool says: a total for every metric, and layers where it lists them. Raises Unsupported."""


class Observer(Protocol):
    """``observe.py``: watches the native network while it runs."""

    def observe(self, native: Any, model: Model) -> Model:
        """A description of what was seen; nothing of ``model`` goes into it but its name and input."""


class Sizes(Protocol):
    """``sizes.py``: the framework's own convolution and pooling."""

    def answer(self, question: Question) -> Any:
        """The output (H, W) of one layer as an array. Raises Unsupported where it has no argument for the question."""


class Exporter(Protocol):
    """``export.py``: writes ONNX files in the settings that ``EXPORTS`` names."""

    def export(self, id: str, native: Any, model: Model, path: Path) -> str | None:
        """Write the file; gives the flaw that it is known to have, if any. Raises Unsupported."""


class Forward(Protocol):
    """``forward.py``: runs the network on the seeded input. A room that reads files gets the layout that the file wants."""

    def output(self, native: Any, model: Model, *layout: str) -> Any:
        """What comes out, as a float32 array in the neutral layout (N, C, H, W)."""


class Zoo(Protocol):
    """``zoo.py``: networks that the framework brings itself."""

    def build(self, model: Model, recipe: Recipe) -> Any:
        """The network with random weights, and as ``seen`` what was seen of it. Raises Unsupported."""


class OwnNetworks(Protocol):
    """``own.py``: networks of a user's, made by the user's code or brought as they are."""

    def build(self, model: Model, own: Own, *held: Any, captured: bool) -> Any:
        """The network with random weights, ``seen`` as zoo networks have it, and ``failed``, why it was not seen to its end.

        ``held`` is the network with its arguments where it is in this process already; the calls below its layers are only asked
        for where it is to be ``captured``. Raises Unsupported and UserError.
        """

    def pack(self, net: Any, args: tuple[Any, ...], kwargs: Any, path: Path) -> None:
        """Put a network, without its weights, and its arguments into a file. Raises what pickling raises."""

    def plain(self, net: Any) -> Any:
        """The network itself, out of what wraps it. Raises TypeError for what is none."""

    def spare(self, net: Any) -> Any:
        """A context with a copy of a network, and all as it was behind it, for work in the process that the network lives in."""


@dataclass(frozen=True)
class Room:
    """The folder of one framework by the name of its package (``adapters.pytorch``); a part is imported when it is needed."""

    package: str

    def _part(self, name: str) -> Any:
        return importlib.import_module(f"{self.package}.{name}" if name else self.package)

    @property
    def constants(self) -> Constants:
        """What ``__init__.py`` says."""
        return cast(Constants, self._part(""))

    @property
    def builder(self) -> Builder:
        """Its ``build.py``."""
        return cast(Builder, self._part("build"))

    def tool(self, id: str) -> Tool:
        """Its ``tools/<id>.py``."""
        return cast(Tool, self._part(f"tools.{id}"))

    @property
    def observer(self) -> Observer:
        """Its ``observe.py``."""
        return cast(Observer, self._part("observe"))

    @property
    def sizes(self) -> Sizes:
        """Its ``sizes.py``."""
        return cast(Sizes, self._part("sizes"))

    @property
    def exporter(self) -> Exporter:
        """Its ``export.py``."""
        return cast(Exporter, self._part("export"))

    @property
    def forward(self) -> Forward:
        """Its ``forward.py``."""
        return cast(Forward, self._part("forward"))

    @property
    def zoo(self) -> Zoo:
        """Its ``zoo.py``."""
        return cast(Zoo, self._part("zoo"))

    @property
    def own(self) -> OwnNetworks:
        """Its ``own.py``."""
        return cast(OwnNetworks, self._part("own"))
