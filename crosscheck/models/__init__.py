"""The model families: one file each, one row a variant. ``build("resnet50", batch=2)`` makes a Model.

A family's file has ``VARIANTS`` (name -> Variant) and ``build(variant, shape, classes)``. Files are the registry.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crosscheck.contract.network import Model, Shape
from crosscheck.errors import SpecError, UnknownNameError, UsageError
from crosscheck.models.variant import Variant

Builder = Callable[[Variant, Shape, int], Model]

MOST = 2**31 - 1  # images of a batch, and classes
DEFAULT_SET = (
    "lenet",
    "lenet5",
    "alexnet",
    "alexnet-paper",
    "vgg16",
    "vgg16-cifar",
    "vgg19",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet50-v1",
    "resnet152",
)


@dataclass(frozen=True)
class _Registry:
    variants: Mapping[str, Variant] = field(default_factory=dict)
    builders: Mapping[str, Builder] = field(default_factory=dict)


@cache
def _registry() -> _Registry:
    variants: dict[str, Variant] = {}
    builders: dict[str, Builder] = {}
    for path in sorted((Path(__file__).parent / "families").glob("[a-z]*.py")):
        module: Any = importlib.import_module(f"{__name__}.families.{path.stem}")
        for variant in module.VARIANTS:
            if variant.name in variants:
                raise SpecError(f"models/families/{path.name}: variant {variant.name!r} exists already")
            variants[variant.name] = variant
            builders[variant.name] = module.build
    return _Registry(MappingProxyType(variants), MappingProxyType(builders))


def variants() -> Mapping[str, Variant]:
    """Every known variant by name, in the order of the files and their tables."""
    return _registry().variants


def get(name: str) -> Variant:
    """The variant called ``name``; raises UnknownNameError with the nearest names."""
    known = variants()
    if name not in known:
        raise UnknownNameError("model", name, known)
    return known[name]


def parse_input(text: str) -> Shape:
    """``3x224x224`` as (C, H, W). Raises UsageError."""
    parts = re.split(r"[x×,]", text.strip())
    if len(parts) != 3 or not all(re.fullmatch(r"[0-9]{1,6}", p) and int(p) > 0 for p in parts):
        raise UsageError(f"input {text!r} is not channels x height x width. Hint: write it like 3x224x224, without the batch")
    return tuple(int(p) for p in parts)


def judge(what: str, number: int) -> None:
    """Raises UsageError for a number of images or classes that no network can have."""
    if number < 1:
        raise UsageError(f"{what} {number} is below 1. Hint: --{what} takes a whole number from 1")
    if number > MOST:
        raise UsageError(f"{what} is above {MOST:,}, the most that an axis may have")


def build(name: str, *, batch: int = 1, input_shape: Shape | None = None, classes: int | None = None) -> Model:
    """The network ``name`` for inputs of (N, C, H, W). Raises UnknownNameError, UsageError and ShapeError."""
    variant = get(name)
    judge("batch", batch)
    if classes is not None:
        judge("classes", classes)
    shape = (batch, *(input_shape or variant.input))
    return _registry().builders[name](variant, shape, classes or variant.classes)
