"""Puts report files in place so that an interrupt or a full disk leaves either the old file or the new one, never half of it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from crosscheck.errors import OutputError

try:
    import fcntl
except ImportError:  # a system without it keeps what a killed process has left
    fcntl = None  # type: ignore[assignment]

PREFIX, OWNER = "crosscheck-", ".owner"  # of temporary folders, and the file in each that its process keeps locked
YOUNG = 60.0  # seconds in which a folder may not have its owner yet


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


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder; those that killed processes have left are removed first."""
    sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name, (Path(name) / OWNER).open("w") as owner:
        _lock(owner)
        yield Path(name)


def sweep(place: Path) -> None:
    """Remove temporary folders of ours whose process is gone."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError):
            known = folder.lstat()
            if folder.is_symlink() or known.st_uid != os.getuid() or time.time() - known.st_mtime < YOUNG:
                continue
            with (folder / OWNER).open("r+") as owner:
                if _lock(owner):
                    shutil.rmtree(folder, ignore_errors=True)


def _lock(file: IO[str]) -> bool:
    """True where nobody else holds it; it is held until the file is closed, or the process ends in whatever way."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
