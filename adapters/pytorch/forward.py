"""One forward pass of the network on its seeded inputs."""

from __future__ import annotations

import torch

from adapters.pytorch.build import Native
from adapters.weights import Array
from crosscheck.contract.network import Model


def output(native: Native, model: Model) -> Array:
    """The network's first output, (N, C, *spatial) or (N, F)."""
    with torch.no_grad():
        made = native.net(*native.inputs)
    array: Array = (made[0] if isinstance(made, tuple) else made).numpy()
    return array
