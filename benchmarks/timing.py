"""What benchmarks share: sides in alternation, the best of several rounds, and ratios between them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process(command: Sequence[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory in MB of one process. Ends with what it said where it fails."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)[:90]} failed: {said.decode(errors='replace')[-500:]}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def best(sides: Mapping[str, Callable[[], tuple[float, ...]]], rounds: int) -> dict[str, tuple[float, ...]]:
    """The least of every figure of each side; the sides take turns, so that all meet the same machine."""
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, run in sides.items():
            found[name].append(run())
    return {name: tuple(map(min, zip(*figures, strict=True))) for name, figures in found.items()}
