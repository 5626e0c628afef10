"""A described network as the calls of modules and the parameters that PyTorch would show of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import CONTAINER, ROOT, Layer, Model, Shape
from crosscheck.counting import engine

NAMES = {
    "conv": "nn.Conv2d",
    "linear": "nn.Linear",
    "batchnorm": "nn.BatchNorm2d",
    "layernorm": "nn.LayerNorm",
    "relu": "nn.ReLU",
    "maxpool": "nn.MaxPool2d",
    "avgpool": "nn.AvgPool2d",
    "adaptive_avgpool": "nn.AdaptiveAvgPool2d",
    "dropout": "nn.Dropout",
    "tanh": "nn.Tanh",
    "softmax": "nn.Softmax",
}
Params = tuple[tuple[str, Shape, str, bool], ...]


def captured(model: Model) -> Model:
    """The network with calls of the modules of its layers and containers, and its parameters; of networks without repeats."""
    order = {path: k for k, path in enumerate(_paths(model))}
    calls = [module(x, order) for x in model.layers if x.op in NAMES and not x.functional]
    calls += [_container(model, layer, order) for layer, _ in engine.tally(model).containers]
    parameters = [
        Call(Level.PARAMETER, "parameter", x.id, (shape,), (), {"kind": kind, "trainable": True, "names": (f"{x.id}.{name}",)})
        for x in model.layers
        for name, shape, kind, _ in _params(x)
    ]
    return replace(model, calls=(*calls, *parameters))


def _paths(model: Model) -> Iterator[str]:
    """Paths of modules in the order in which their calls begin."""
    seen = {ROOT}
    yield ROOT
    for layer in model.layers:
        for k in range(1, len(layer.path) + 1):
            path = ".".join(layer.path[:k])
            if path not in seen:
                seen.add(path)
                yield path


def module(layer: Layer, order: dict[str, int]) -> Call:
    """The call of a layer's module."""
    a = layer.attrs
    settings: dict[str, Any] = {"affine": bool(_params(layer)), "dim": -1}
    if layer.op == "conv":
        settings |= {"kernel_size": a["kernel"], "groups": a["groups"]}
        settings |= {"in_channels": layer.x[1], "out_channels": layer.y[1]}
    attrs = {"path": layer.id, "began": order[layer.id], "leaf": True, "params": _params(layer), "settings": settings}
    return Call(Level.MODULE, NAMES[layer.op], layer.id, layer.in_shapes[:1], layer.out_shapes, attrs)


def _params(layer: Layer) -> Params:
    a, x = layer.attrs, layer.x
    if layer.op == "conv":
        weight: Params = (("weight", (layer.y[1], x[1] // a["groups"], *a["kernel"]), "weight", True),)
        return (*weight, ("bias", layer.y[1:2], "bias", True)) if a["bias"] else weight
    if layer.op == "linear":
        weight = (("weight", (layer.y[-1], x[-1]), "weight", True),)
        return (*weight, ("bias", layer.y[-1:], "bias", True)) if a["bias"] else weight
    if layer.op == "batchnorm" and a["affine"]:
        return (("weight", x[1:2], "norm_scale", True), ("bias", x[1:2], "norm_shift", True))
    return ()


def _container(model: Model, layer: Layer, order: dict[str, int]) -> Call:
    root = layer.id == ROOT
    attrs = {"path": "" if root else layer.id, "began": order[layer.id]}
    if layer.op == CONTAINER and not root and model.kind_of(layer.id) == "Sequential":
        attrs |= {"chain": True}
    inputs = tuple(i.shape for i in model.inputs) if root else layer.in_shapes
    return Call(Level.MODULE, "mine.Block", layer.id, inputs, layer.out_shapes, attrs)
