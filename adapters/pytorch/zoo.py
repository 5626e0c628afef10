"""Networks that torchvision brings, with random weights: nothing is downloaded."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import torch

from adapters.pytorch.build import Native
from adapters.pytorch.observe import watch
from adapters.weights import input_array
from crosscheck.contract.job import Recipe
from crosscheck.contract.network import ROOT, Model

_DETECTION = ("nms", "qnms")  # what torchvision refers to when it is imported, whether its binary loaded or not


def build(model: Model, recipe: Recipe) -> Native:
    """What ``recipe.maker`` (``torchvision.models.resnet50``) makes; ``model`` gives name and inputs."""
    module, _, name = recipe.maker.rpartition(".")
    net = getattr(_module(module), name)(weights=None, **recipe.options).eval()
    inputs = tuple(torch.from_numpy(input_array(model, k)) for k in range(len(model.inputs)))
    seen = watch(net, inputs, model, captured=True).whole()
    blocks = {path: path or ROOT for path in seen.model.containers}
    return Native(net, inputs, seen.calls, {}, blocks, seen.model)


def _module(name: str) -> Any:
    """The module; where torchvision was built for another build of torch, without its operators for detection.

    Its binary then does not load, and importing it fails at an operator that no network for classification needs.
    """
    try:
        return importlib.import_module(name)
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    for loaded in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
        del sys.modules[loaded]
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in _DETECTION:
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _kept.append(library)  # an operator lives as long as its library
    return importlib.import_module(name)


_kept: list[Any] = []
