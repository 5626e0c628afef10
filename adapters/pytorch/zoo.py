"""Networks that torchvision and timm bring, with random weights: nothing is downloaded."""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import Any

import torch

from adapters.pytorch import detection
from adapters.pytorch.build import Native
from adapters.pytorch.observe import watch
from adapters.weights import input_array
from crosscheck.contract.job import Recipe
from crosscheck.contract.network import ROOT, Model

_BARE = {"weights": None, "weights_backbone": None, "pretrained": False}  # what makers would take trained weights by
_SEEING = ("extension", "ops.roi_align")  # modules of torchvision that ask whether there are operators


def build(model: Model, recipe: Recipe) -> Native:
    """What ``recipe.maker`` (``torchvision.models.resnet50``) makes; ``model`` gives name and inputs.

    Weights are the same in every process: what a network for detection runs depends on what it finds.
    """
    module, _, name = recipe.maker.rpartition(".")
    maker = getattr(_module(module), name)
    asked = inspect.signature(maker).parameters
    bare = {weights: nothing for weights, nothing in _BARE.items() if weights in asked}
    torch.manual_seed(0)
    net = maker(**bare, **recipe.options).eval()
    given = [torch.from_numpy(input_array(model, k)) for k in range(len(model.inputs))]
    inputs = (given,) if recipe.listed else tuple(given)
    seen = watch(net, inputs, model, captured=recipe.captured).whole()
    blocks = {path: path or ROOT for path in seen.model.containers if (path or ROOT) in seen.model.blocks}
    return Native(seen.before, inputs, seen.calls, {}, blocks, seen.model, by_numbers=seen.by_numbers)


def _module(name: str) -> Any:
    """The module; where torchvision was built for another build of torch, with operators for detection of our own.

    Its binary then does not load, and importing it, or what imports it, fails at the first of these operators.
    """
    try:
        return importlib.import_module(name)
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    for loaded in [n for n in sys.modules if n.split(".")[0] in ("torchvision", name.split(".", maxsplit=1)[0])]:
        del sys.modules[loaded]
    detection.define()
    made = importlib.import_module(name)
    for part in _SEEING:
        vars(sys.modules[f"torchvision.{part}"])["_has_ops"] = detection.defined
    return made
