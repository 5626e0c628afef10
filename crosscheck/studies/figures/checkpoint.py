"""Sizes of weight files: elements times their bytes, exactly, and the file's own structure, which depends on who wrote it.

An HDF5 file as Keras writes it has groups and names for every layer and headers for every tensor; a PyTorch file is a pickle of
names and shapes and an archive with headers, in one of several formats. The bounds were measured on files of both kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from crosscheck import models
from crosscheck.studies.figures import growth

HDF5 = (8_000, 400, 1_630)  # bytes of a file, a tensor, a layer: h5py 3 on the layout of Keras 2, within a tenth for names
TORCH = (90, 400)  # bytes a tensor: 94 in old archives to 380 in archives with aligned entries and long keys
COUNTER = 8  # bytes of a batch normalisation's count of batches


@dataclass(frozen=True, slots=True)
class Held:
    """What a weight file holds: bytes of its tensors, how many there are, and bounds of the bytes of all else."""

    what: str
    content: int
    tensors: int
    low: int
    high: int


@cache
def held(network: str, kind: str) -> tuple[Held, ...]:
    """What a file of this kind holds of a network; for PyTorch also with weights in half precision."""
    known = growth.counted(network, (1, *models.get(network).input))
    if known is None:
        return ()
    weights = known.sum("weight") + known.sum("bias")
    norms = known.sum("norm_scale") + known.sum("norm_shift") + known.sum("running_stats")
    layers = [(x, counts) for x, counts in known.layers if x.op not in ("subsample", "zero_pad")]
    normed = sum(x.op == "batchnorm" for x, _ in layers)
    tensors = sum((c.get("weight", 0) > 0) + (c.get("bias", 0) > 0) for _, c in layers) + 4 * normed
    if kind == "keras_h5":
        base, per_tensor, per_layer = HDF5
        extra = base + per_tensor * tensors + per_layer * len(layers)
        return (Held("weights and statistics at 4 bytes", 4 * (weights + norms), tensors, extra * 9 // 10, extra * 11 // 10),)
    low, high = (n * (tensors + normed) for n in TORCH)
    return tuple(
        Held(what, size * weights + 4 * norms + COUNTER * normed, tensors + normed, low, high)
        for what, size in (
            ("weights and statistics at 4 bytes", 4),
            ("weights of convolutions and products in half precision, 2 bytes, all else at 4", 2),
        )
    )
