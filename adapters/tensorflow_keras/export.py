"""The network as an ONNX file by ``tf2onnx.convert.from_keras``, inputs and outputs channels last.

Keras' own ``model.export(format="onnx")`` calls tf2onnx too and gives the same operations. The plain setting runs none of
tf2onnx's optimizers; TensorFlow's constant folding before them, which folds batch norms into weights, has no switch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tensorflow as tf

from adapters.tensorflow_keras.build import Native
from crosscheck.contract.network import Model

SETTINGS: dict[str, dict[str, Any]] = {"tf": {}, "tf-plain": {"optimizers": {}}}


def export(id: str, native: Native, model: Model, path: Path) -> None:
    """Write the network to ``path`` with static shapes; raises what the exporter raises."""
    import tf2onnx

    signature = [tf.TensorSpec(x.shape, tf.float32, name=i.name) for i, x in zip(model.inputs, native.net.inputs, strict=True)]
    tf2onnx.convert.from_keras(native.net, input_signature=signature, output_path=str(path), **SETTINGS[id])
