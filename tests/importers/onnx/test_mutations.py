"""Mutated ONNX files are networks or refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from crosscheck.counting import engine
from crosscheck.errors import UsageError
from crosscheck.importers.onnx.load import load
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
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["set", "flip", "cut", "add", "length"]), st.integers(0, 1 << 20), st.binary(min_size=1, max_size=9)
    ),
    min_size=1,
    max_size=12,
)


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


@settings(max_examples=1500, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SEEDS), CHANGES)
def test_a_mutated_file_is_a_network_or_one_line(tmp_path: Path, body: bytes, changes: list[tuple[str, int, bytes]]) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(mutated(body, changes))
    refused = None
    try:
        counted = engine.tally(load(path).model)
    except UsageError as error:
        refused = error
    if refused is not None:
        assert str(refused).isprintable()
        assert refused.exit_code == 2
    else:
        assert all(n >= 0 for sums in counted.totals.values() for n in sums.values())


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(body)
    with pytest.raises(UsageError):
        load(path)
