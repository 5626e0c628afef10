"""Masks that PyTorch's pruning keeps beside parameters: tools count the ones in them, so that more than their shapes matters."""

from __future__ import annotations

from torch import Tensor, nn

ORIGINAL, MASK = "_orig", "_mask"


def masks(module: nn.Module) -> dict[str, Tensor]:
    """The masks that a module has for parameters of its own, by the parameter's name: ``weight_orig``."""
    kept = dict(module._buffers.items())  # a scripted module has neither get nor a loop over names
    found = {n: kept.get(n.removesuffix(ORIGINAL) + MASK) for n, _ in module._parameters.items() if n.endswith(ORIGINAL)}
    return {name: mask for name, mask in found.items() if mask is not None}


def unmasked(module: nn.Module) -> dict[str, int]:
    """How many elements each mask lets through; nothing of masks without numbers, on the meta device."""
    return {name: int(mask.sum()) for name, mask in masks(module).items() if not mask.is_meta}
