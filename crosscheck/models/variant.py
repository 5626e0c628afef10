"""What every family's table is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crosscheck.contract.network import Shape


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of a family's table: ``says`` tells the variant in words, ``options`` is what the family's builder needs.

    ``of`` names the network that it is a variant of, where that is not what its name has before the first dash.
    """

    name: str
    family: str
    says: str
    input: Shape  # (C, H, W)
    classes: int
    source: str
    options: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""

    @property
    def root(self) -> str:
        """The network that this is a variant of: ``resnet50`` for ``resnet50-v1``."""
        return self.of or self.name.partition("-")[0]
