"""The network as an ONNX file: ``paddle.jit.save``, then ``paddle2onnx.export``.

Never ``paddle.onnx.export``: it hides exceptions, and its constant folding installs a package at run time; ``optimize_tool=None``
leaves that folding out. There is no plain setting beside the default, because ``enable_optimize=False`` writes the same bytes.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from typing import Any

import paddle
from paddle import nn

from adapters.paddlepaddle import build
from adapters.paddlepaddle.build import Native
from adapters.room import Unsupported, version_of
from crosscheck.contract.network import Model

UNSET_PADDING = ("2.1.0",)  # versions of paddle2onnx that leave the value of a Pad unset: another one in every file
OPSET = 9  # what paddle's own helper asks for; the exporter raises it where the network needs more


class _OneInput(nn.Layer):
    """The network with an argument of its own: ``paddle.jit.save`` does not accept ``*values``."""

    def __init__(self, net: Any) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Any) -> Any:
        """What the network makes of its one input."""
        return self.net(x)


def export(id: str, native: Native, model: Model, path: Path) -> str:
    """Write the network to ``path``; gives the flaw that the file has, if it pads.

    Raises RuntimeError with the exporter's own words where it only logs a failure.
    """
    import paddle2onnx

    if len(model.inputs) != 1:
        raise Unsupported("a network with several inputs: the exported layer takes one")
    paddle.jit.ignore_module([build])  # containers run as they are: the source translation does not know zip(strict=True)
    said = io.StringIO()
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as folder:
        spec = paddle.static.InputSpec(list(model.inputs[0].shape), "float32", model.inputs[0].name)
        paddle.jit.save(_OneInput(native.net), f"{folder}/model", input_spec=[spec])
        pads = "pad3d" in Path(f"{folder}/model.json").read_text(encoding="utf-8")
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                paddle2onnx.export(
                    f"{folder}/model.json", f"{folder}/model.pdiparams", str(path), opset_version=OPSET, optimize_tool=None
                )
        except UnboundLocalError:  # it has swallowed the reason and goes on without a model
            pass
    if not path.is_file():
        lines = [line for line in said.getvalue().splitlines() if "ailed" in line] or said.getvalue().splitlines()[-1:]
        raise RuntimeError(f"paddle2onnx wrote no file: {' '.join(lines) or 'it gives no reason'}")
    version = version_of("paddle2onnx")
    return f"paddle2onnx {version} leaves the value of a padding unset" if pads and version in UNSET_PADDING else ""
