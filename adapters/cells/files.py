"""What cells that make a file share: whatever fails leaves none behind, and an old one never passes for a new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from adapters.cells.bench import Built
from adapters.room import Unsupported, reason


def attempt(built: Built, path: Path, make: Callable[[], str]) -> tuple[str, str]:
    """Status and message of making the file at ``path``; ``make`` gives the flaw that it has, if any."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove(path)
    if built.native is None:
        return built.status, built.message
    try:
        return "ok", make()
    except Unsupported as why:
        remove(path)
        return "unsupported", str(why)
    except Exception as error:  # any exporter's error becomes a row
        remove(path)
        return "error", reason(error)


def parts(path: Path) -> list[Path]:
    """The file and its external data, as far as they are there."""
    return [p for p in (path, path.with_name(path.name + ".data")) if p.is_file()]


def remove(path: Path) -> None:
    """Remove the file and its external data, where there is one."""
    for part in parts(path):
        part.unlink()
