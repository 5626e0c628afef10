"""Mutated ONNX files are networks or refused in one line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from crosscheck.counting import engine
from crosscheck.errors import UsageError
from crosscheck.importers.imported import Imported
from crosscheck.importers.onnx.load import load
from tests.helpers import floor
from tests.importers.onnx import files as of
from tests.importers.onnx.defects import GOOD, calling, varint


def seeds() -> list[bytes]:
    """Small real files: this project's, and every operator's from those that onnx is tested with."""
    folder = Path(onnx.__file__).parent / "backend/test/data/node"
    found = sorted(p for p in folder.glob("*/model.onnx") if p.stat().st_size < 3000)
    big = numpy_helper.from_array(np.ones((3, 3), np.float32), "w")
    pad, numbers = of.spelled_out("x", "y", 1, 2, 0, 3)
    return [
        GOOD,
        of.model(of.graph(pad, [1, 3, 9, 7], numbers)).SerializeToString(),
        calling(3, twice=True),
        of.model(of.graph([of.node("MatMul", "x w", "y")], [2, 3], [big])).SerializeToString(),
    ] + [p.read_bytes() for p in found[:: max(len(found) // 150, 1)]]


SEEDS = seeds()
HOWS = ("set", "flip", "cut", "add", "length")


def drawn(random: Random) -> list[tuple[str, int, bytes]]:
    """Changes at places all over a file; one alone often leaves a network."""
    many = random.choice([1, 1, 1, 2, 12])
    return [(random.choice(HOWS), random.randrange(1 << 20), random.randbytes(random.randint(1, 9))) for _ in range(many)]


def mutated(body: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    out = bytearray(body)
    for what, place, extra in changes:
        at = place % (len(out) + 1)
        if what == "set":
            out[at : at + 1] = extra[:1]
        elif what == "flip" and at < len(out):
            out[at] ^= 1 << extra[0] % 8
        elif what == "cut":
            del out[at : at + len(extra)]
        elif what == "add":
            out[at:at] = extra
        elif what == "length":
            out[at : at + 1] = varint(int.from_bytes(extra, "little"))
    return bytes(out)


def read(path: Path) -> Imported | UsageError:
    """The network, or why there is none."""
    try:
        return load(path)
    except UsageError as error:
        return error


def test_a_mutated_file_is_a_network_or_one_line(tmp_path: Path) -> None:
    path, reached = tmp_path / "net.onnx", Counter[str]()

    @settings(max_examples=800, deadline=2000)
    @given(st.sampled_from(SEEDS), st.randoms(use_true_random=True))
    def law(body: bytes, random: Random) -> None:
        path.write_bytes(mutated(body, drawn(random)))
        found = read(path)
        if isinstance(found, UsageError):
            assert str(found).isprintable()
            assert found.exit_code == 2
        else:
            assert all(n >= 0 for sums in engine.tally(found.model).totals.values() for n in sums.values())
        reached["refused" if isinstance(found, UsageError) else "read"] += 1

    law()
    floor(reached, read=40, refused=400)


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(body)
    with pytest.raises(UsageError):
        load(path)
