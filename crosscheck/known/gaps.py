"""Known gaps: residuals that nobody could explain yet, each with its reason, strict in both directions."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from crosscheck.known import rows

FILE = Path(__file__).parent / "gaps.toml"


@dataclass(frozen=True, slots=True)
class Gap:
    """One unexplained residual; ``model``, ``tool``, ``metric`` and ``layer`` are shell patterns."""

    model: str
    tool: str
    metric: str
    layer: str
    reason: str

    def covers(self, model: str, tool: str, metric: str, layer: str) -> bool:
        """True where the cell is this gap's."""
        pairs = ((model, self.model), (tool, self.tool), (metric, self.metric), (layer, self.layer))
        return all(fnmatch.fnmatchcase(value, pattern) for value, pattern in pairs)


def load(path: Path = FILE) -> tuple[Gap, ...]:
    """The gaps of a TOML file. Raises CrosscheckError where a row lacks a field or gives no reason."""
    return rows.load(Gap, "gap", path)
