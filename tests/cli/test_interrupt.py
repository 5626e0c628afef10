"""Ctrl-C and a request to end are heard however the command was started, and leave no worker behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.fakes import FAKES

PROGRAM = """
import functools, sys
from crosscheck.cli import main
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo
from crosscheck.studies.compare import run as job

worker, out = sys.argv[1:]
tool = ToolInfo("slow", "slow", "fake", "pytest", "mac", ("compute",))
rooms = {"fake": FrameworkInfo("fake", "Fake", "json", "extra", ("pytest",), (tool,))}
launch = lambda _: [sys.executable, "-I", "-S", worker, "slow=hang"]
job.run = functools.partial(job.run, known=rooms, launch=launch)
sys.argv = ["crosscheck", "compare", "lenet5", "--out", out]
main()
"""


def hanging(log: Path, process: subprocess.Popen[str]) -> tuple[int, str]:
    """Process id of the worker once it hangs, and what it ignores."""
    for _ in range(3000):
        found = re.search(r"^ignores (.*)\npid (\d+)$", log.read_text() if log.exists() else "", re.MULTILINE)
        if found:
            return int(found[2]), found[1]
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    raise AssertionError("the worker never hung")


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN], ids=["heard", "ignored"])
def test_a_command_that_is_asked_to_end_ends_with_its_workers(
    tmp_path: Path, asked: signal.Signals, before: signal.Handlers
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(FAKES / "worker.py"), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=partial(signal.signal, asked, before),
    )
    worker, ignores = hanging(tmp_path / "logs" / "fake.log", process)
    process.send_signal(asked)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.endswith("crosscheck: interrupted; the reports are as they were\n")
    assert ignores == "[]", "the worker was started deaf"
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_closed_terminal_ends_a_command_unless_nohup_asks_otherwise(tmp_path: Path) -> None:
    def started(before: signal.Handlers) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(FAKES / "worker.py"), str(tmp_path / before.name)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=partial(signal.signal, signal.SIGHUP, before),
        )

    for before in (signal.SIG_DFL, signal.SIG_IGN):
        process = started(before)
        worker, _ = hanging(tmp_path / before.name / "logs" / "fake.log", process)
        process.send_signal(signal.SIGHUP)
        if before is signal.SIG_IGN:
            time.sleep(0.2)
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=30)[1].endswith("crosscheck: interrupted; the reports are as they were\n")
        assert process.returncode == 130
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


@pytest.mark.parametrize("asked", [0.02, 0.1, 0.2, 0.3])
def test_an_interrupt_while_libraries_are_imported_is_no_traceback(asked: float) -> None:
    program = "import sys, crosscheck.cli as c; print(flush=True); sys.argv[1:] = ['identify', 'lenet', '5']; c.main()"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(asked)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
