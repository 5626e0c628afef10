"""A zoo with one network: the one that the recipe names."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crosscheck.contract.job import Recipe
from crosscheck.contract.network import Model
from crosscheck.models.writer import Graph
from tests.fakes.room.build import Native


@dataclass
class Animal(Native):
    seen: Model | None = None


def build(model: Model, recipe: Recipe) -> Animal:
    """One convolution with as many channels as the recipe says."""
    g = Graph(model.name, model.inputs[0].shape)
    g.add("conv", "conv", out_channels=recipe.options["channels"], kernel=1)
    return Animal(model, seen=replace(g.build(), source=recipe.maker))
