"""Known crashes: networks that a tool dies on by its own fault, each with its message and reason, strict in both directions."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from crosscheck.known import rows

FILE = Path(__file__).parent / "crashes.toml"


@dataclass(frozen=True, slots=True)
class Crash:
    """A tool that dies with ``message`` on networks of the name ``network``; all but ``source`` and reason are shell patterns.

    ``source`` is the line of the tool that raises.
    """

    tool: str
    network: str
    message: str
    source: str
    reason: str

    def covers(self, tool: str, network: str) -> bool:
        """True where the tool is expected to die on the network."""
        return fnmatch.fnmatchcase(tool, self.tool) and fnmatch.fnmatchcase(network, self.network)

    def explains(self, tool: str, network: str, message: str) -> bool:
        """True where this is how the tool died; any other message is a failure of its own."""
        return self.covers(tool, network) and fnmatch.fnmatchcase(message, self.message)

    @property
    def closed(self) -> str:
        """What to say where it does not happen any more."""
        return f"known crash has closed, remove its row from crosscheck/known/crashes.toml: {self.tool} on {self.network}"


def load(path: Path = FILE) -> tuple[Crash, ...]:
    """The crashes of a TOML file. Raises CrosscheckError where a row lacks a field or gives no reason."""
    return rows.load(Crash, "crash", path)
