"""onnx-opcounter: multiply-accumulates of all nodes together, and elements of all initializers."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator
from typing import Any

import onnx
import onnx_opcounter

from adapters.onnx_graph.build import Native
from adapters.room import Unsupported
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "onnx_opcounter"
TITLE = "onnx_opcounter.calculate_macs(onnx.load(file)), calculate_params(…)"
PACKAGE = "onnx-opcounter"
CONVENTION = "onnx_opcounter"
METRICS = ("compute", "params")
PER_LAYER = False


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The two totals; it prints what it does not know, and may write a file where it is run.

    Raises Unsupported where it lacks a shape, an attribute or an element type.
    """
    del model
    proto = onnx.load(native.path)
    native.fix(proto.graph)
    with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        params = onnx_opcounter.calculate_params(proto)
        try:
            macs = onnx_opcounter.calculate_macs(proto)
        except (ValueError, TypeError, LookupError, RuntimeError) as error:
            raise Unsupported(f"onnx-opcounter fails for want of a shape, an attribute or a type: {error!r}") from None
    yield Reading(TOTAL, "compute", _whole(macs), "MACs")
    yield Reading(TOTAL, "params", _whole(params), "params")


def _whole(value: Any) -> int:
    """A number that numpy may have turned into a float. Raises ValueError where it may be rounded."""
    if value != int(value) or value >= 2**53:
        raise ValueError(f"onnx-opcounter's sum {value!r} is not an exact whole number")
    return int(value)
