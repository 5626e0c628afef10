"""What the networks that Paddle and Keras ship hold and make: run as a module with a framework's id, it prints JSON.

Per name: the shape of every parameter as Paddle or Keras has it, and (N, C, H, W) of what every convolution makes. No number is
drawn for a weight, as shapes alone are asked for.
"""

from __future__ import annotations

import json
import sys
from typing import Any

Facts = dict[str, dict[str, list[list[int]]]]

PADDLE = {
    "alexnet-paddle": "alexnet",
    "vgg11": "vgg11",
    "vgg16-bn": "vgg16",
    "resnet18": "resnet18",
    "resnet34": "resnet34",
    "resnet50": "resnet50",
    "resnet152": "resnet152",
    "resnext50-32x4d": "resnext50_32x4d",
    "resnext50-64x4d": "resnext50_64x4d",
    "resnext101-32x4d": "resnext101_32x4d",
    "resnext152-32x4d": "resnext152_32x4d",
    "wide-resnet50-2": "wide_resnet50_2",
    "wide-resnet101-2": "wide_resnet101_2",
}
KERAS = {
    "vgg16": "VGG16",
    "resnet50-keras": "ResNet50",
    "resnet101-keras": "ResNet101",
    "resnet152-keras": "ResNet152",
    "resnet50-v2-keras": "ResNet50V2",
    "resnet101-v2-keras": "ResNet101V2",
    "resnet152-v2-keras": "ResNet152V2",
}


def _paddle() -> Facts:
    import paddle
    from paddle.vision import models

    zero = paddle.nn.initializer.Constant(0.0)
    paddle.nn.initializer.set_global_initializer(zero, zero)
    found: Facts = {}
    for ours, theirs in PADDLE.items():
        net = getattr(models, theirs)(**({"batch_norm": True} if ours.endswith("-bn") else {}))
        net.eval()
        made: list[list[int]] = []

        def note(_: Any, __: Any, out: Any, made: list[list[int]] = made) -> None:
            made.append(list(out.shape))

        for layer in net.sublayers():
            if isinstance(layer, paddle.nn.Conv2D):
                layer.register_forward_post_hook(note)
        with paddle.no_grad():
            net(paddle.zeros([1, 3, 224, 224]))
        found[ours] = {"parameters": [list(p.shape) for p in net.parameters()], "convolutions": made}
    return found


def _keras() -> Facts:
    import keras

    keras.initializers.VarianceScaling.__call__ = keras.initializers.Zeros.__call__
    found: Facts = {}
    for ours, theirs in KERAS.items():
        net = getattr(keras.applications, theirs)(weights=None)
        shapes = [x.output.shape for x in net.layers if isinstance(x, keras.layers.Conv2D)]
        found[ours] = {
            "parameters": [list(w.shape) for w in net.weights],
            "convolutions": [[1, c, h, w] for _, h, w, c in shapes],
        }
        keras.backend.clear_session()
    return found


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps({"paddlepaddle": _paddle, "tensorflow_keras": _keras}[sys.argv[1]]()) + "\n")
