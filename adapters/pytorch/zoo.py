"""Networks that packages bring, with random weights: nothing is downloaded."""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import Any

import torch

from adapters.pytorch import configs, detection
from adapters.pytorch.build import Native
from adapters.pytorch.observe import watch
from adapters.weights import input_array
from crosscheck.contract.job import Recipe
from crosscheck.contract.network import Model

_BARE = {"weights": None, "weights_backbone": None, "pretrained": False}  # what makers would take trained weights by
_SEEING = ("extension", "ops.roi_align")  # modules of torchvision that ask whether there are operators


def build(model: Model, recipe: Recipe) -> Native:
    """What ``recipe.maker`` (``torchvision.models.resnet50``) makes; ``model`` gives name and inputs.

    Weights are the same in every process: what a network for detection runs depends on what it finds.
    """
    module, _, name = recipe.maker.rpartition(".")
    torch.manual_seed(0)
    if module == configs.__name__:
        net, inputs = configs.made(name, recipe.options, [i.shape for i in model.inputs])
    else:
        net, inputs = _taken(getattr(_module(module), name), model, recipe)
    seen = watch(net, inputs, model, captured=recipe.captured).whole()
    return Native(seen.before, inputs, seen.calls, {}, seen.blocks, seen.model, by_numbers=seen.by_numbers)


def _taken(maker: Any, model: Model, recipe: Recipe) -> tuple[Any, tuple[Any, ...]]:
    """What a maker of torchvision's or timm's gives, in eval mode, and images."""
    asked = inspect.signature(maker).parameters
    bare = {weights: nothing for weights, nothing in _BARE.items() if weights in asked}
    net = maker(**bare, **recipe.options).eval()
    given = [torch.from_numpy(input_array(model, k)) for k in range(len(model.inputs))]
    return net, (given,) if recipe.listed else tuple(given)


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
