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
