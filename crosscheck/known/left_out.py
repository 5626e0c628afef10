"""Exports that a run of everything leaves out, each with its reason; who asks for them by name gets them."""

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


@cache
def exports(path: Path = FILE) -> Mapping[tuple[str, str], str]:
    """Reasons by model and export, in the order of the TOML file. Raises CrosscheckError as ``rows.load`` does."""
    return MappingProxyType({(r.model, r.export): r.reason for r in rows.load(_Export, "export", path)})
