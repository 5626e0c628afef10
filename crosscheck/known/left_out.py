"""What a run of everything leaves out, each with its reason: exports, which one gets by name, and networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from crosscheck.known import rows

FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class _Export:
    model: str
    export: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Network:
    network: str
    reason: str


@cache
def networks(path: Path = FILE) -> Mapping[str, str]:
    """Reasons by shell pattern of networks of zoos. Raises CrosscheckError as ``rows.load`` does."""
    return MappingProxyType({r.network: r.reason for r in rows.load(_Network, "network", path)})


@cache
def exports(path: Path = FILE) -> Mapping[tuple[str, str], str]:
    """Reasons by model and export, in the order of the TOML file. Raises CrosscheckError as ``rows.load`` does."""
    return MappingProxyType({(r.model, r.export): r.reason for r in rows.load(_Export, "export", path)})
