"""Print the table that a tool prints for a user: ``python -P print_table.py TOOL NETWORK BATCH [int32]``.

With ``int32`` NumPy gives integers of 32 bits, as it does on Windows before its version 2.
"""

from __future__ import annotations

import sys
from functools import partial
from types import SimpleNamespace
from typing import Any

from adapters.pytorch import build
from crosscheck import models


def main(tool: str, network: str, batch: int, int32: bool) -> None:
    """Build the network in PyTorch and let the tool print."""
    model = models.build(network, batch=batch)
    net, sizes = build.build(model).net, [i.shape[1:] for i in model.inputs]
    if tool == "torchsummary_151":
        from torchsummary import torchsummary

        if int32:
            numpy: Any = torchsummary.np
            vars(torchsummary)["np"] = SimpleNamespace(prod=partial(numpy.prod, dtype=numpy.int32))
        torchsummary.summary(net, sizes, batch_size=batch, device="cpu")
    else:
        from torchsummary import summary

        summary(net, sizes, verbose=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:] == ["int32"])
