"""Puts report files in place so that an interrupt or a full disk leaves either the old file or the new one, never half of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from crosscheck.errors import OutputError


def ensure_writable(folder: Path) -> None:
    """Make the folder and try it, before any work is done. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f"cannot write into {str(folder)!r}: {error.strerror}. Hint: choose another folder with --out"
        ) from None


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files under the folder: all of them beside their places first, then each into place. Raises OutputError."""
    staged: list[tuple[str, Path]] = []
    try:
        for name, text in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temp = tempfile.mkstemp(dir=target.parent, prefix=".new-")
            staged.append((temp, target))
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(temp).chmod(0o644)
        while staged:
            temp, target = staged[0]
            Path(temp).replace(target)
            staged.pop(0)
    except OSError as error:
        raise OutputError(
            f"cannot write into {str(folder)!r}: {error.strerror}. Hint: choose another folder with --out"
        ) from None
    finally:
        for temp, _ in staged:
            Path(temp).unlink(missing_ok=True)


def put(file: Path, text: str) -> None:
    """Write one file. Raises OutputError."""
    write(file.parent, {file.name: text})
