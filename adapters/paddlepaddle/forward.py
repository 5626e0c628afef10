"""One forward pass of the network on its seeded inputs."""

from __future__ import annotations

import paddle

from adapters.paddlepaddle.build import Native
from adapters.weights import Array, input_array
from crosscheck.contract.network import Model


def output(native: Native, model: Model) -> Array:
    """The network's first output, (N, C, *spatial) or (N, F)."""
    with paddle.no_grad():
        made = native.net(*(paddle.to_tensor(input_array(model, k)) for k in range(len(model.inputs))))
    array: Array = (made[0] if isinstance(made, tuple) else made).numpy()
    return array
