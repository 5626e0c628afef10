"""What operators and nodes of graphs do, by name: one that nobody looked at is unknown, and told, never taken for free."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from crosscheck import toml
from crosscheck.ops.calls import node
from crosscheck.ops.calls.kernel import KERNELS

PRODUCT, UNKNOWN = "product", "unknown"
MOVING = frozenset(("movement", "creation"))  # families that hand elements on, or fill tensors with what follows from nothing


def _read(path: Path) -> Mapping[str, str]:
    table = toml.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType({name: family for family, names in table.items() for name in names.split()})


FAMILIES: Final = _read(Path(__file__).with_suffix(".toml"))
OF_PHI: Final = _read(Path(__file__).with_name("phi.toml"))
OF_NODES: Final = _read(Path(__file__).with_name("nodes.toml"))


def family(name: str) -> str:
    """``product``, ``elementwise``, ``reduction``, ``movement``, ``creation``, or ``unknown`` for one that nobody looked at."""
    if name in KERNELS or name in node.PRODUCTS:
        return PRODUCT
    if name in OF_NODES:
        return OF_NODES[name]
    plain = name if name.startswith("__") else name.rstrip("_")
    return FAMILIES.get(plain.removesuffix("_copy"), FAMILIES.get(plain, OF_PHI.get(plain, UNKNOWN)))
