"""Convolutions and poolings as a user of PyTorch writes them: arguments go to the layer as they stand, refusals come back."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from adapters.room import Unsupported
from crosscheck.contract.rows import Question


def answer(q: Question) -> NDArray[np.float32]:
    """The layer's output (H, W). Raises Unsupported where it has no argument for what is asked, or whatever the layer raises."""
    with torch.inference_mode():
        cells = torch.tensor(q.cells, dtype=torch.float32).reshape(1, 1, *q.size)
        output: NDArray[np.float32] = _layer(q)(cells)[0, 0].numpy()
    return output


def _layer(q: Question) -> nn.Module:
    padding = q.padding.lower() if isinstance(q.padding, str) else q.padding
    options: dict[str, Any] = {"padding": padding} if q.stride is None else {"padding": padding, "stride": q.stride}
    if q.op == "conv":
        if q.ceil:
            raise Unsupported("Conv2d has no ceil_mode")
        conv = nn.Conv2d(1, 1, q.kernel, dilation=q.dilation, bias=False, **options)
        conv.weight.copy_(torch.tensor(q.taps, dtype=torch.float32).reshape(conv.weight.shape))
        return conv
    options["ceil_mode"] = q.ceil
    if q.op == "maxpool":
        return nn.MaxPool2d(q.kernel, dilation=q.dilation, **options)
    if q.dilation != 1:
        raise Unsupported("AvgPool2d has no dilation")
    if q.include_pad is not None:
        options["count_include_pad"] = q.include_pad
    return nn.AvgPool2d(q.kernel, **options)
