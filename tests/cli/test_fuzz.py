"""A fuzz target: mutated files through the whole command, in every format; an answer or one line, and never a traceback.

Seeded, so that what fails fails again. ``python -m tests.cli.test_fuzz KIND COUNT SEED`` runs as many as one likes.
"""

from __future__ import annotations

import contextlib
import io
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from crosscheck import cli
from crosscheck.importers.caffe.load import bundled
from crosscheck.report.render import Format
from tests.helpers import floor
from tests.importers.caffe import test_mutations as caffe
from tests.importers.onnx import test_mutations as onnx

SECONDS, MEGABYTES = 5.0, 500  # of CPU and of memory, the most that a file of a few kilobytes may take
TEXTS = sorted(bundled().values(), key=lambda p: p.stat().st_size)[:6]


def onnx_file(random: Random, folder: Path) -> Path:
    path = folder / "net.onnx"
    path.write_bytes(onnx.mutated(random.choice(onnx.SEEDS), onnx.drawn(random)))
    return path


def prototxt(random: Random, folder: Path) -> Path:
    path = folder / "net.prototxt"
    path.write_bytes(caffe.mutated(random.choice(TEXTS).read_bytes(), caffe.drawn(random)))
    return path


KINDS: dict[str, Callable[[Random, Path], Path]] = {"onnx": onnx_file, "caffe": prototxt}


def ended(words: list[str]) -> tuple[object, str]:
    """The exit code of a command and what it said of itself; a traceback in place of both, where there is one."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["crosscheck", *words]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            cli.main()
    except SystemExit as end:
        return end.code, err.getvalue()
    except BaseException:  # noqa: BLE001 - that is what is looked for
        return "traceback", traceback.format_exc()
    finally:
        sys.argv = before
    return "no end", ""


def tried(kind: str, count: int, seed: int, folder: Path) -> Counter[str]:
    """How many of so many mutants were counted, refused, or ended as none may."""
    random, found = Random(seed), Counter[str]()
    for _ in range(count):
        path = KINDS[kind](random, folder)
        more = random.sample(["--layers", "--all"], random.randint(0, 2))
        began = time.process_time()
        code, said = ended([kind, str(path), *more, "--format", random.choice(list(Format))])
        slow = time.process_time() - began > SECONDS
        plain = all(line.isprintable() for line in said.splitlines())
        found["counted" if code in (0, 3) else "refused" if code == 2 and plain else "broken"] += 1
        found["slow"] += slow
        if slow or code not in (0, 2, 3) or not plain:
            (folder / f"bad-{seed}-{found.total()}{path.suffix}").write_bytes(path.read_bytes())
            print(kind, more, code, said[-600:])
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_mutated_file_is_answered_or_refused_by_the_whole_command(kind: str, tmp_path: Path) -> None:
    found = tried(kind, 40, 1, tmp_path)
    assert (found["broken"], found["slow"]) == (0, 0)
    floor(found, counted=1, refused=10)


if __name__ == "__main__":
    place = Path("fuzzed")
    place.mkdir(exist_ok=True)
    print(dict(tried(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), place)))
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB of {MEGABYTES}")
