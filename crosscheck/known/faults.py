"""Known faults of exporters: files that do not compute what the network does, each with its reason, strict in both directions."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from crosscheck.known import rows

FILE = Path(__file__).parent / "faults.toml"


@dataclass(frozen=True, slots=True)
class Fault:
    """One export that is known to be wrong or refused; ``model`` and ``export`` are shell patterns."""

    model: str
    export: str
    reason: str

    def covers(self, model: str, export: str) -> bool:
        """True where the export is this fault's; a framework's own output never is."""
        return bool(export) and fnmatch.fnmatchcase(model, self.model) and fnmatch.fnmatchcase(export, self.export)


def load(path: Path = FILE) -> tuple[Fault, ...]:
    """The faults of a TOML file. Raises CrosscheckError where a row lacks a field or gives no reason."""
    return rows.load(Fault, "fault", path)
