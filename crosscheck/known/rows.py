"""Lists of known exceptions in TOML: every row has all its fields and a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeVar

from crosscheck import toml
from crosscheck.errors import CrosscheckError


class Reasoned(Protocol):
    """A row that says why it is there."""

    @property
    def reason(self) -> str:
        """Why the exception is known and let pass."""


Row = TypeVar("Row", bound=Reasoned)


def load(kind: type[Row], entry: str, path: Path) -> tuple[Row, ...]:
    """The ``[[entry]]`` rows of a TOML file. Raises CrosscheckError where one lacks a field or gives no reason."""
    try:
        rows = toml.loads(path.read_text(encoding="utf-8")).get(entry, [])
    except toml.TOMLDecodeError as error:
        raise CrosscheckError(f"{path.name}: not valid TOML: {error}") from None
    try:
        found = tuple(kind(**row) for row in rows)
    except TypeError as error:
        raise CrosscheckError(f"{path.name}: a {entry} has a missing or unknown field: {error}") from None
    if any(not r.reason.strip() for r in found):
        raise CrosscheckError(f"{path.name}: a {entry} without a reason")
    return found
