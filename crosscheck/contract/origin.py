"""Where a call was read and how it was written there: what no description says and no operation depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    """Stored integers or one single number: ``key`` is equal for equal ones that an exporter may keep once, empty for others.

    ``single`` is one number without an axis.
    """

    elements: int
    key: str = ""
    single: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call was read and how it was written there; the defaults are those of a call as networks are described.

    Of any origin: ``file`` is the kind of file (``onnx``, ``caffe``), ``native`` what the file or framework calls the call,
    ``output`` the name of its first output there, which alone makes no difference. ``stored`` are the elements of each
    parameter primitive that are held for it and for no call before it, None where shapes tell.

    Of a node: ``number`` is the one number that it reads from storage, ``numbers`` all of them where a recipe makes the node,
    ``operands`` how many tensors it joins, stored ones included, ``first`` the elements of the one written first,
    ``unused`` the elements that nothing reads. ``unshaped`` where the shape of an output is not known; ``bound``, ``bodies`` and
    ``why`` tell of an unknown call the factors of an upper bound of its MACs, what is inside, and why it is unknown.

    Of a rewrite: ``after_product`` is a bias added to the output of a fully connected layer, ``bias_apart`` a layer whose bias an
    op of its own adds, ``folded`` one that took in a normalisation, ``shared`` one whose module is called several times.
    """

    file: str = ""
    native: str = ""
    output: str = field(default="", compare=False)
    stored: Mapping[str, int] | None = field(default=None, hash=False)
    number: float | None = None
    numbers: tuple[Number, ...] = ()
    operands: int = 2
    first: int = 0
    unused: int = 0
    unshaped: bool = False
    bound: tuple[int, ...] | None = None
    bodies: str = ""
    why: str = ""
    after_product: bool = False
    bias_apart: bool = False
    folded: bool = False
    shared: bool = False

    @property
    def held(self) -> Mapping[str, int]:
        """What is stored for it; nothing where shapes tell."""
        return self.stored or {}

    @property
    def node(self) -> str:
        """The type of its node in an ONNX file; empty elsewhere."""
        return self.native if self.file == "onnx" else ""

    def to_json(self) -> dict[str, Any]:
        """Plain data: the fields that are not as described; ``Origin.from_json`` reads it back unchanged."""
        if self is DESCRIBED:
            return {}
        given = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        if self.numbers:
            given["numbers"] = [[n.elements, n.key, n.single] for n in self.numbers]
        return given | ({"stored": dict(self.stored)} if self.stored is not None else {})

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Origin:
        """Read what ``to_json`` wrote. Raises TypeError for a field that there is not."""
        if not data:
            return DESCRIBED
        bound = {"bound": tuple(data["bound"])} if data.get("bound") is not None else {}
        return Origin(**{**data, **bound, "numbers": tuple(Number(*n) for n in data.get("numbers", ()))})


DESCRIBED = Origin()
