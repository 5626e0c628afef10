"""``paddle.summary``: its totals, and the table that it prints and sums."""

from __future__ import annotations

import contextlib
import inspect
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import paddle

from adapters.paddlepaddle.build import Native
from adapters.paddlepaddle.restore import restored
from adapters.room import Unsupported
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
    given, printed = _given(native, model), io.StringIO()
    with restored(native.net), _ledger(native) as ledger, _megabytes() as sizes, contextlib.redirect_stdout(printed):
        info = paddle.summary(native.net, **given)
    rest = re.search(r"Non-trainable params: ([\d,]+)", printed.getvalue())
    if rest is None or (ledger.owners and not ledger.rows):
        raise ValueError("paddle.summary printed no 'Non-trainable params', or keeps its table elsewhere in this version")
    totals = (info["total_params"], info["trainable_params"], rest[1].replace(",", ""))
    for metric, value in zip(PER_LAYER, totals, strict=True):
        yield Reading(TOTAL, metric, int(value), _UNIT)
    yield from _bytes(sizes, printed.getvalue())
    for key, row in ledger.rows.items():
        layer = ledger.owners[key]
        ids = native.calls.get(layer, ()) or (native.blocks.get(layer, ""),) * bool(layer._parameters)
        params, trainable = int(row["nb_params"]), int(row["trainable_params"])
        for metric, value in zip(PER_LAYER, (params, trainable, params - trainable), strict=True) if ids else ():
            yield Reading(ids[0], metric, value, _UNIT)


def _given(native: Native, model: Model) -> dict[str, Any]:
    """What the tool makes inputs of: shapes, for several of other types these too; else one argument as it is.

    Raises Unsupported for what is not called so.
    """
    shapes, args = [i.shape for i in model.inputs], native.inputs
    if native.kwargs:
        raise Unsupported("paddle.summary calls a network by position, not by keyword")
    if len(args) == 1 and not (isinstance(args[0], paddle.Tensor) and args[0].dtype == paddle.float32):
        if not (isinstance(args[0], paddle.Tensor) or _is_plain(args[0])):
            raise Unsupported("paddle.summary takes a tensor, or a list, a tuple or a dictionary of some")
        return {"input": args[0]}
    if not all(isinstance(x, paddle.Tensor) for x in args):
        raise Unsupported("paddle.summary calls a network with tensors alone")
    types = [str(x.dtype).rpartition(".")[2] for x in args]
    dtypes = {"dtypes": types} if set(types) - {"float32"} else {}
    return {"input_size": shapes[0] if len(shapes) == 1 else shapes, **dtypes}


def _is_plain(value: Any) -> bool:
    parts = value.values() if type(value) is dict else value if type(value) in (list, tuple) else ()
    return len(parts) > 0 and all(isinstance(part, paddle.Tensor) for part in parts)


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


@dataclass
class Ledger:
    """The tool's table, and by the keys of its rows the layers that were called last under them."""

    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    owners: dict[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def _ledger(native: Native) -> Iterator[Ledger]:
    """The tool's table as it fills: its own hooks on the layers carry it, so the first call of the network finds it there."""
    ledger, layers = Ledger(), native.net.sublayers(include_self=True)
    tables: list[Mapping[str, Mapping[str, Any]]] = []

    def find(_: Any, __: Any) -> None:
        hooks = (hook for layer in layers for hook in layer._forward_post_hooks.values())
        own = (inspect.getclosurevars(hook).nonlocals.get("summary") for hook in hooks if inspect.isfunction(hook))
        tables.extend(table for table in own if table is not None)

    def note(layer: Any, _: Any, __: Any) -> None:
        ledger.owners[_key(layer)] = layer

    handles = [native.net.register_forward_pre_hook(find)]
    handles += [layer.register_forward_post_hook(note) for layer in layers if _is_listed(native.net, layer)]
    try:
        yield ledger
    finally:
        for handle in handles:
            handle.remove()
        ledger.rows = tables[0] if tables else {}


def _is_listed(net: Any, layer: Any) -> bool:
    """Whether the tool has a row for a layer: not for a plain sequence, nor for a network with sublayers itself."""
    plain = isinstance(layer, paddle.nn.Sequential | paddle.nn.LayerList) or (layer is net and len(net.sublayers()) > 0)
    return not plain or bool(getattr(layer, "could_use_cudnn", False))
