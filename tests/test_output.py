"""Report files are put in place whole or not at all, and nothing is left beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crosscheck import output as write
from crosscheck.errors import OutputError

OLD = {"a.txt": "old a\n", "sub/b.txt": "old b\n", "c.txt": "old c\n"}
NEW = {"a.txt": "new a\n", "sub/b.txt": "new b\n", "c.txt": "new c\n"}


def contents(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): p.read_text()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != write.WRITTEN
    }


def test_files_are_written_and_replaced_with_nothing_left_beside_them(tmp_path: Path) -> None:
    for files in (OLD, NEW):
        write.write(tmp_path, files)
        assert contents(tmp_path) == files
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644


def test_a_write_that_fails_before_all_is_staged_leaves_every_old_file(tmp_path: Path) -> None:
    write.write(tmp_path, OLD)
    with pytest.raises(OutputError, match=r"cannot write into .*Hint: choose another folder with --out"):
        write.write(tmp_path, {**NEW, "a.txt/inside.txt": "a file stands where a folder is needed"})
    assert contents(tmp_path) == OLD


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("good", [0, 1, 2])
def test_a_write_that_stops_midway_leaves_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: int, error: BaseException
) -> None:
    write.write(tmp_path, OLD)
    replace, done = Path.replace, list[Path]()

    def failing(self: Path, target: Path) -> Path:
        if len(done) == good:
            raise error
        done.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt):
        write.write(tmp_path, NEW)
    names = list(NEW)
    assert contents(tmp_path) == {n: (NEW if k < good else OLD)[n] for k, n in enumerate(names)}


def test_a_folder_that_cannot_be_written_is_found_out_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=r"cannot write into .*Hint: choose another folder"):
            write.ensure_writable(folder)
    write.ensure_writable(tmp_path / "new" / "deep")
    assert list((tmp_path / "new" / "deep").iterdir()) == []


HOLD = """
import time
from crosscheck import output
held = output.scratch()
print(held.__enter__(), flush=True)
time.sleep(600)
"""


def test_temporary_folders_of_killed_processes_are_swept_and_others_are_not(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    others = [tmp_path / "crosscheck-theirs", tmp_path / "else"]
    for other in others:
        other.mkdir()
    (tmp_path / "crosscheck-link").symlink_to(tmp_path / "else")
    os.utime(folder, (1, 1))
    write.sweep(tmp_path)
    assert folder.is_dir(), "its process lives"
    process.kill()
    process.wait()
    write.sweep(tmp_path)
    assert not folder.exists()
    assert all(other.is_dir() for other in others)


def test_pages_that_an_earlier_run_wrote_do_not_stay_and_others_do(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/mine.md").write_text("mine")
    outside = tmp_path.parent / "outside.md"
    outside.write_text("not ours")
    write.write(tmp_path, {"summary.md": "1", "models/a.md": "a", "models/b.md": "b"})
    with (tmp_path / write.WRITTEN).open("a") as listed:
        listed.write(f"../{outside.name}\n{outside}\nmodels/../../{outside.name}\n")
    write.write(tmp_path, {"other.md": "2"})
    assert (tmp_path / "models/a.md").exists(), "a report without such pages says nothing of them"
    write.write(tmp_path, {"summary.md": "3", "models/b.md": "b", "models/c.md": "c"})
    assert sorted(p.name for p in (tmp_path / "models").iterdir()) == ["b.md", "c.md", "mine.md"]
    assert outside.exists()


def test_a_folder_is_of_one_run_at_a_time(tmp_path: Path) -> None:
    release = write.keep(tmp_path)
    with pytest.raises(OutputError, match=r"another run is writing into .*Hint: wait for it, or choose another folder"):
        write.keep(tmp_path)
    release()
    write.keep(tmp_path)()
