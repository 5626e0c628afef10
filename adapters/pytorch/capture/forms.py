"""Forms of PyTorch's values: see adapters.forms. A packed sequence is ``("packed", sequences, steps, form of its data)``."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from adapters.forms import Form, form_of
from adapters.pytorch.capture.frames import shape


def form(value: Any) -> Form:
    """The form of a value."""
    return form_of(value, _own)


def _own(value: Any) -> Form | None:
    if isinstance(value, Tensor):
        return ("tensor", value.element_size(), *shape(value))
    if isinstance(value, PackedSequence):
        return ("packed", int(value.batch_sizes.max()), len(value.batch_sizes), form(value.data))
    return None
