"""Known faults of exporters: files that do not compute what the network does, each with its reason, strict in both directions."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path

from crosscheck.errors import CrosscheckError

FILE = Path(__file__).parent / "known_faults.toml"


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
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("fault", [])
    except tomllib.TOMLDecodeError as error:
        raise CrosscheckError(f"{path.name}: not valid TOML: {error}") from None
    try:
        found = tuple(Fault(**row) for row in rows)
    except TypeError as error:
        raise CrosscheckError(f"{path.name}: a fault has a missing or unknown field: {error}") from None
    if any(not f.reason.strip() for f in found):
        raise CrosscheckError(f"{path.name}: a fault without a reason")
    return found
