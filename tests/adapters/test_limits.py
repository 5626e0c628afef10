"""What a worker holds a user's code to, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORK = """
import os
from adapters.limits import one_process
with one_process():
    child = os.fork()
print("out", flush=True)
os.waitpid(child, 0)
"""
RAISING_FORK = FORK.replace("os.fork()", "os.fork(); 1 / child")
MEMORY = """
from adapters.limits import keep_to_memory, room
from adapters.room import reason
keep_to_memory()
held = bytearray(2**20)
try:
    bytearray(room() * 2)
except MemoryError as error:
    print(reason(error))
"""
THREAD = """
import threading, time
from adapters.limits import end
threading.Thread(target=lambda: time.sleep(600)).start()
print("done")
end()
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")


def said(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


@pytest.mark.parametrize("program", [FORK, RAISING_FORK], ids=["fork", "fork that raises"])
def test_only_one_process_comes_out_of_what_forks(program: str) -> None:
    assert said(program) == "out\n"


def test_more_memory_than_is_free_is_refused_with_the_limit() -> None:
    assert said(MEMORY).startswith("MemoryError: more than the ")


def test_a_thread_that_never_ends_keeps_no_worker() -> None:
    assert said(THREAD) == "done\n"
