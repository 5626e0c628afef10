"""``paddle.summary``: its totals, and the table that it prints and sums."""

from __future__ import annotations

import contextlib
import inspect
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import paddle

from adapters.paddlepaddle.build import Native
from adapters.paddlepaddle.restore import restored
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "paddle_summary"
TITLE = "paddle.summary(net, input_size)"
PACKAGE = "paddlepaddle"
CONVENTION = "paddle_summary"
METRICS = (
    "params",
    "params_trainable",
    "params_nontrainable",
    "memory",
    "memory_input",
    "memory_activations",
    "memory_params",
)
PER_LAYER = ("params", "params_trainable", "params_nontrainable")

_UNIT = "params"
_SIZES = ("Input size", "Forward/backward pass size", "Params size", "Estimated Total Size")


def measure(native: Native, model: Model) -> Iterable[Reading]:
    """Run it. Totals are what it returns and prints; a layer's are what it sums, trainable or not.

    The printed table has no column of trainable parameters, but the tool keeps one beside it. What does not train is the rest,
    per layer as in the tool's own last line. Of the containers, which have rows too, those that hold parameters are told.
    """
    shapes = [i.shape for i in model.inputs]
    printed = io.StringIO()
    with restored(native.net), _ledger(native) as rows, _megabytes() as sizes, contextlib.redirect_stdout(printed):
        info = paddle.summary(native.net, shapes[0] if len(shapes) == 1 else shapes)
    rest = re.search(r"Non-trainable params: ([\d,]+)", printed.getvalue())
    if rest is None or not rows:
        raise ValueError("paddle.summary printed no 'Non-trainable params', or keeps its table elsewhere in this version")
    totals = (info["total_params"], info["trainable_params"], rest[1].replace(",", ""))
    for metric, value in zip(PER_LAYER, totals, strict=True):
        yield Reading(TOTAL, metric, int(value), _UNIT)
    yield from _bytes(sizes, printed.getvalue())
    for layer in native.net.sublayers(include_self=True):
        row, name = rows.get(_key(layer)), layer.full_name()
        ids = native.calls.get(name, ()) or (native.blocks[name],) * bool(layer._parameters)
        if row is not None and ids:
            params, trainable = int(row["nb_params"]), int(row["trainable_params"])
            for metric, value in zip(PER_LAYER, (params, trainable, params - trainable), strict=True):
                yield Reading(ids[0], metric, value, _UNIT)


def _key(layer: Any) -> str:
    """What the tool calls a layer in its table: ``Conv2D-1`` for the full name ``conv2d_0``."""
    return f"{type(layer).__name__}-{int(layer.full_name().rsplit('_', 1)[-1]) + 1}"


def _bytes(sizes: list[float], printed: str) -> Iterator[Reading]:
    """Whole bytes of what is printed in MB of 2^20 with two decimals: input, activations, parameters, and their sum."""
    *given, made, held = sizes
    exact = (sum(given), made, held, sum(sizes))
    for label, size in zip(_SIZES, exact, strict=True):
        if f"{label} (MB): {size:0.2f}\n" not in printed:
            raise ValueError(f"paddle.summary printed another {label!r} than {size:0.2f} MB")
    for metric, size in zip(("memory_input", "memory_activations", "memory_params", "memory"), exact, strict=True):
        yield Reading(TOTAL, metric, round(2**20 * size), "B")


@contextlib.contextmanager
def _megabytes() -> Iterator[list[float]]:
    """The sizes of each input, activations and parameters in MB: exact doubles that pass through ``abs`` in the tool's module."""
    found: list[float] = []

    def noting(value: float) -> float:
        found.append(abs(value))
        return found[-1]

    names = vars(inspect.getmodule(paddle.summary))
    names["abs"] = noting
    try:
        yield found
    finally:
        del names["abs"]


@contextlib.contextmanager
def _ledger(native: Native) -> Iterator[Mapping[str, Mapping[str, Any]]]:
    """The tool's table as it fills: its own hooks on the layers carry it, so the first call of the network finds it there."""
    rows: dict[str, Mapping[str, Any]] = {}
    tables: list[Mapping[str, Mapping[str, Any]]] = []

    def find(_: Any, __: Any) -> None:
        hooks = (hook for layer in native.net.sublayers(include_self=True) for hook in layer._forward_post_hooks.values())
        own = (inspect.getclosurevars(hook).nonlocals.get("summary") for hook in hooks if inspect.isfunction(hook))
        tables.extend(table for table in own if table is not None)

    hook = native.net.register_forward_pre_hook(find)
    try:
        yield rows
    finally:
        hook.remove()
        rows.update(tables[0] if tables else {})
