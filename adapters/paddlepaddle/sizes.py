"""Convolutions and poolings as a user of Paddle writes them: arguments go to the layer as they stand, refusals come back."""

from __future__ import annotations

from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn

from adapters.room import Unsupported
from crosscheck.contract.rows import Question


def answer(q: Question) -> NDArray[np.float32]:
    """The layer's output (H, W). Raises Unsupported where it has no argument for what is asked, or whatever the layer raises."""
    with paddle.no_grad():
        cells = paddle.to_tensor(np.array(q.cells, np.float32).reshape(1, 1, *q.size))
        output: NDArray[np.float32] = _layer(q)(cells).numpy()[0, 0]
    return output


def _layer(q: Question) -> Any:
    options: dict[str, Any] = {"padding": _plain(q.padding)} | ({} if q.stride is None else {"stride": _plain(q.stride)})
    if q.op == "conv":
        if q.ceil:
            raise Unsupported("Conv2D has no ceil_mode")
        conv = nn.Conv2D(1, 1, _plain(q.kernel), dilation=_plain(q.dilation), bias_attr=False, **options)
        conv.weight.set_value(np.array(q.taps, np.float32).reshape(conv.weight.shape))
        return conv
    if q.dilation != 1:
        raise Unsupported(f"{'Max' if q.op == 'maxpool' else 'Avg'}Pool2D has no dilation")
    options["ceil_mode"] = q.ceil
    if q.op == "maxpool":
        return nn.MaxPool2D(_plain(q.kernel), **options)
    if q.include_pad is not None:
        options["exclusive"] = not q.include_pad
    return nn.AvgPool2D(_plain(q.kernel), **options)


def _plain(value: Any) -> Any:
    """Sizes per axis as a list, as Paddle's users write them."""
    return list(value) if isinstance(value, tuple) else value
