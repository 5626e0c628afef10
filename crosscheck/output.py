"""Puts report files in place so that an interrupt or a full disk leaves either the old file or the new one, never half of it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from crosscheck.errors import OutputError

try:
    import fcntl
except ImportError:  # a system without it keeps what a killed process has left
    fcntl = None  # type: ignore[assignment]

PREFIX, OWNER = "crosscheck-", ".owner"  # of temporary folders, and the file in each that its process keeps locked
WRITTEN = ".written"  # in a report folder: the files below it that the last run wrote
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


def keep(folder: Path) -> Callable[[], None]:
    """Have the folder for this run alone until what is given back is called, or the process ends. Raises OutputError.

    Where a file system knows no locks, nothing is kept.
    """
    try:
        place = os.open(folder, os.O_RDONLY)
    except OSError:
        return lambda: None
    try:
        if fcntl is not None:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(place)
        raise OutputError(
            f"another run is writing into {str(folder)!r}. Hint: wait for it, or choose another folder with --out"
        ) from None
    except OSError:
        pass
    return lambda: os.close(place)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files under the folder: all of them beside their places first, then each into place. Raises OutputError.

    Of those that lie in folders below it, the ones that an earlier run wrote and this one does not are removed.
    """
    if below := sorted(name for name in files if "/" in name):
        files = {**files, WRITTEN: "".join(f"{name}\n" for name in below)}
        stale = _written(folder).difference(files)
    else:
        stale = set()
    _put(folder, files)
    for name in stale:
        with suppress(OSError):
            (folder / name).unlink()


def _written(folder: Path) -> set[str]:
    """Files below the folder that an earlier run wrote; nothing that leads elsewhere."""
    try:
        names = (folder / WRITTEN).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return set()
    home = folder.resolve()
    return {n for n in names if "/" in n and (folder / n).parent.resolve().is_relative_to(home) and ".." not in Path(n).parts}


def _put(folder: Path, files: Mapping[str, str]) -> None:
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
