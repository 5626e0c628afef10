"""No worker outlives who started it, nothing outlives a worker, and none fills a disk."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crosscheck.contract.processes import GUARD, MARK
from crosscheck.measuring import process, runner
from tests.measuring.test_runner import plan

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found as Linux has them")
FAMILY = """
import os, subprocess, sys, time
from adapters import limits
limits.end_with_parent()
sleep = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]
near, far = subprocess.Popen(sleep), subprocess.Popen(sleep, start_new_session=True)
print(os.getpid(), near.pid, far.pid, flush=True)
time.sleep(600)
"""


def gone(pid: int) -> bool:
    """True once a process has ended; one that nobody has waited for yet has."""
    for _ in range(500):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def pids(log: Path) -> list[int]:
    for _ in range(1000):
        if (words := log.read_text().split()) and log.read_text().endswith("\n"):
            return [int(w) for w in words]
        time.sleep(0.02)
    raise AssertionError("it never said who it is")


def test_a_worker_and_what_it_started_end_with_who_started_it(tmp_path: Path) -> None:
    """The one who started it is killed, which closes its end of the pipe: so it is closed here."""
    watched, held = os.pipe()
    with (tmp_path / "log").open("w") as log:
        started = subprocess.Popen(
            [sys.executable, "-c", FAMILY],
            stdout=log,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), GUARD: str(watched), MARK: f"test-{os.getpid()}"},
            pass_fds=(watched,),
        )
    os.close(watched)
    family = pids(tmp_path / "log")
    assert all(Path(f"/proc/{pid}").exists() for pid in family)
    os.close(held)
    assert all(map(gone, family))
    started.wait()


def test_what_a_worker_started_ends_with_it_also_outside_of_its_group(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        worker = process.start([sys.executable, "-c", FAMILY], log, {**os.environ, "PYTHONPATH": str(ROOT)})
    family = pids(tmp_path / "log")
    assert worker.end() == -9
    assert worker.end() == -9, "once more is once"
    assert all(map(gone, family))


TALKER = "import sys; open(sys.argv[1]) ; [sys.stdout.write('x' * 65536) for _ in iter(int, 1)]"
WRITER = r"""
import json, sys
job = json.load(open(sys.argv[1]))
out = open(job["rows"], "a")
cell = job["cells"][0]
out.write(json.dumps({"event": "start", "cell": cell}) + "\n")
while True:
    out.write("x" * 65536)
"""


def test_rows_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MOST_ROWS", 4 << 20)
    (outcome,) = runner.run([plan("a")], logs=tmp_path, timeout=20, launch=lambda _: [sys.executable, "-I", "-S", "-c", WRITER])
    (row,) = outcome.rows
    assert row.status == "error"
    assert row.message.startswith("it wrote more than 4 MiB of rows, so it was ended")


def test_of_a_log_without_end_the_end_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MOST_LOG", 1 << 20)
    (outcome,) = runner.run([plan("a")], logs=tmp_path, timeout=1, launch=lambda _: [sys.executable, "-I", "-S", "-c", TALKER])
    (row,) = outcome.rows
    assert row.message.startswith("no answer within 1 s, so it was ended")
    assert b"1 MiB of what it printed are left out here" in Path(outcome.log).read_bytes()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "Traceback (most recent call last):\n  File\nImportError: libfoo.so.1: cannot open\n",
            "ImportError: libfoo.so.1: cannot open",
        ),
        ("fatal: no display\nbye\n", "fatal: no display"),
        ("\x1b[31modd\x1b[0m\n", "\\x1b[31modd\\x1b[0m"),
    ],
)
def test_the_last_error_of_a_log_is_shown(said: str, shown: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("ValueError: of the worker before\n" + said)
    assert process.how(1, log, 33) == f"the worker ended with exit code 1: {shown}"
    log.write_text("# a heading\n")
    assert process.how(1, log, 0) == "the worker ended with exit code 1"
