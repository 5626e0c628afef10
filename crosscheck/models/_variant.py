"""What every family's table is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crosscheck.spec import Shape


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of a family's table: ``says`` tells the variant in words, ``options`` is what the family's builder needs."""

    name: str
    family: str
    says: str
    input: Shape  # (C, H, W)
    classes: int
    source: str
    options: Mapping[str, Any] = field(default_factory=dict)
