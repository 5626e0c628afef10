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
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "paddle_flops"
TITLE = "paddle.flops(net, input_size)"
PACKAGE = "paddlepaddle"
CONVENTION = "paddle_flops"
METRICS = ("compute", "params")

_FLOPS, _PARAMS = "Flops", "Params"


def measure(native: Native, model: Model) -> Iterable[Reading]:
    """Run it with its table printed; its figures are whole numbers, unrounded. Raises Unsupported for more than one input."""
    if len(model.inputs) != 1:
        raise Unsupported(f"paddle.flops makes one input for a network, not {len(model.inputs)}")
    printed = io.StringIO()
    with restored(native.net), _meter(native) as before, contextlib.redirect_stdout(printed):
        total = paddle.flops(native.net, list(model.inputs[0].shape), print_detail=True)
    text = printed.getvalue()
    found = re.search(r"Total Params: (\d+)", text)
    if found is None:
        raise ValueError("paddle.flops printed no 'Total Params'")
    yield Reading(TOTAL, "compute", int(total), _FLOPS)
    yield Reading(TOTAL, "params", int(found[1]), _PARAMS)
    for name, params, flops in _table(text):
        yield from _readings(native, name, params, flops, before)


def _table(text: str) -> Iterator[tuple[str, int, int]]:
    """Full name, params and flops of every row that the tool prints."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] != "Layer Name":
            yield cells[0], int(cells[-2]), int(cells[-1])


def _readings(native: Native, name: str, params: int, flops: int, before: dict[str, list[int]]) -> Iterator[Reading]:
    """One row of the table under neutral ids; a sublayer called several times has one row, with the sum of its calls.

    A container without sublayers has a row as well, which holds parameters but no call that the tool has a rule for.
    """
    ids = native.calls.get(name, ())
    if ids:
        yield Reading(ids[0], "params", params, _PARAMS)
        marks = [*before.get(name, [0]), flops]
        for call, start, end in zip(ids, marks, marks[1:], strict=False):
            yield Reading(call, "compute", end - start, _FLOPS)
    elif name in native.blocks:
        yield Reading(native.blocks[name], "params", params, _PARAMS)
        yield Reading(native.blocks[name], "compute", flops, _FLOPS)


@contextlib.contextmanager
def _meter(native: Native) -> Iterator[dict[str, list[int]]]:
    """For sublayers with several calls, by full name: the tool's own running sum ``total_ops`` as each call finds it."""
    before: dict[str, list[int]] = {}

    def note(sublayer: Any, _: Any) -> None:
        before.setdefault(sublayer.full_name(), []).append(int(sublayer.total_ops))

    shared = [native.sublayers[name] for name, ids in native.calls.items() if len(ids) > 1]
    hooks = [sublayer.register_forward_pre_hook(note) for sublayer in shared]
    try:
        yield before
    finally:
        for hook in hooks:
            hook.remove()
