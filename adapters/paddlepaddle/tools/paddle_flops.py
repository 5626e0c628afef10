"""``paddle.flops`` on the network itself (dygraph): its total, and its own table of sublayers."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

import paddle

from adapters.paddlepaddle.build import Native
from adapters.paddlepaddle.restore import restored
from adapters.room import Unsupported
from crosscheck.contract.network import Model, Shape
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "paddle_flops"
TITLE = "paddle.flops(net, input_size)"
PACKAGE = "paddlepaddle"
CONVENTION = "paddle_flops"
METRICS = ("compute", "params")

_FLOPS, _PARAMS = "Flops", "Params"


def measure(native: Native, model: Model) -> Iterable[Reading]:
    """Run it with its table printed; its figures are whole numbers, unrounded.

    Raises Unsupported for what is not called with one tensor of floats, which is all that the tool makes.
    """
    shape, printed = _input(native, model), io.StringIO()
    with restored(native.net), _meter(native) as marks, contextlib.redirect_stdout(printed):
        total = paddle.flops(native.net, list(shape), print_detail=True)
    text = printed.getvalue()
    found = re.search(r"Total Params: (\d+)", text)
    if found is None:
        raise ValueError("paddle.flops printed no 'Total Params'")
    yield Reading(TOTAL, "compute", int(total), _FLOPS)
    yield Reading(TOTAL, "params", int(found[1]), _PARAMS)
    called = [layer for layer in native.net.sublayers() if layer in marks]
    for layer, (name, params, flops) in zip(called, _table(text), strict=True):
        if layer.full_name() != name:
            raise ValueError(f"paddle.flops printed {name!r} in the place of {layer.full_name()!r}")
        yield from _readings(native, layer, params, [*marks[layer], flops])


def _input(native: Native, model: Model) -> Shape:
    if len(model.inputs) != 1:
        raise Unsupported(f"paddle.flops makes one input for a network, not {len(model.inputs)}")
    x, *more = native.inputs or (None,)
    if native.kwargs or more or not (x is None or isinstance(x, paddle.Tensor)):
        raise Unsupported("paddle.flops calls a network with one tensor, and with nothing by keyword")
    if x is not None and x.dtype != paddle.float32:
        raise Unsupported(f"paddle.flops makes inputs of floats by itself, not of {x.dtype}")
    return model.inputs[0].shape


def _table(text: str) -> Iterator[tuple[str, int, int]]:
    """Full name, params and flops of every row that the tool prints."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] != "Layer Name":
            yield cells[0], int(cells[-2]), int(cells[-1])


def _readings(native: Native, layer: Any, params: int, marks: list[int]) -> Iterator[Reading]:
    """One row of the table under neutral ids; a sublayer called several times has one row, with the sum of its calls.

    A container without sublayers has a row as well, which holds parameters but no call that the tool has a rule for.
    """
    ids = native.calls.get(layer, ())
    if ids:
        yield Reading(ids[0], "params", params, _PARAMS)
        for call, start, end in zip(ids, marks[:-1], marks[1:], strict=True):
            yield Reading(call, "compute", end - start, _FLOPS)
    elif params and layer in native.blocks:
        yield Reading(native.blocks[layer], "params", params, _PARAMS)
        yield Reading(native.blocks[layer], "compute", marks[-1], _FLOPS)


@contextlib.contextmanager
def _meter(native: Native) -> Iterator[dict[Any, list[int]]]:
    """For layers without sublayers, what each call finds in the tool's own running sum ``total_ops``."""
    marks: dict[Any, list[int]] = {}

    def note(layer: Any, _: Any) -> None:
        marks.setdefault(layer, []).append(int(layer.total_ops))

    leaves = [layer for layer in native.net.sublayers() if not any(True for _ in layer.children())]
    hooks = [layer.register_forward_pre_hook(note) for layer in leaves]
    try:
        yield marks
    finally:
        for hook in hooks:
            hook.remove()
