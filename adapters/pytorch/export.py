"""The network as an ONNX file by ``torch.onnx.export``: the default exporter (``torch.export``) and the TorchScript one.

Both fold by default: the default exporter runs onnxscript's optimizer, the TorchScript one folds constants and batch norms. The
plain settings switch that off and leave batch norms as they are. The default exporter writes weights to a file of their own
beside the graph, ``<path>.data``.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch

from adapters.pytorch.build import Native
from crosscheck.contract.network import Model

SETTINGS: dict[str, dict[str, Any]] = {
    "torch": {"dynamo": True},
    "torch-plain": {"dynamo": True, "optimize": False},
    "torch-script": {"dynamo": False},
    "torch-script-plain": {"dynamo": False, "do_constant_folding": False},
}


def export(id: str, native: Native, model: Model, path: Path) -> None:
    """Write the network to ``path`` with static shapes; raises what the exporter raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(native.net, native.inputs, path, verbose=False, **SETTINGS[id])
