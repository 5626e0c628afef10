"""Names of layers and inputs: printable, not too long, no two alike, none that a row of a report has."""

from __future__ import annotations

from crosscheck.contract.network import BARE, ROOT
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED
from crosscheck.contract.text import clean


class Names:
    """The names that are taken."""

    def __init__(self) -> None:
        self._taken = dict.fromkeys((TOTAL, UNATTRIBUTED, ROOT, BARE, "(model)"), 1)

    def take(self, name: str) -> None:
        """Nobody else may have it."""
        self._taken.setdefault(name, 1)

    def unique(self, wanted: str) -> str:
        """A name that no other layer or input has."""
        name = clean(wanted) or "(nameless)"
        if name not in self._taken:
            self._taken[name] = 1
            return name
        while True:
            self._taken[name] += 1
            other = f"{name}#{self._taken[name]}"
            if other not in self._taken:
                self._taken[other] = 1
                return other
