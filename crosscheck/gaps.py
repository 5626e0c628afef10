"""Known gaps: residuals that nobody could explain yet, each with its reason, strict in both directions."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path

from crosscheck.errors import CrosscheckError

FILE = Path(__file__).parent / "known_gaps.toml"


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
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("gap", [])
    except tomllib.TOMLDecodeError as error:
        raise CrosscheckError(f"{path.name}: not valid TOML: {error}") from None
    try:
        gaps = tuple(Gap(**row) for row in rows)
    except TypeError as error:
        raise CrosscheckError(f"{path.name}: a gap has a missing or unknown field: {error}") from None
    if any(not g.reason.strip() for g in gaps):
        raise CrosscheckError(f"{path.name}: a gap without a reason")
    return gaps
