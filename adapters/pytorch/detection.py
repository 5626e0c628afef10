"""torchvision's operators for detection, where its binary was built for another build of torch and does not load.

They compute what torchvision documents, as kernels of the operators' names: networks for detection run whole, and tools see the
same operators as everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

Array = Any
_SIGNATURES = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "roi_align": "(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, "
    "int sampling_ratio, bool aligned) -> Tensor",
}
_kept: list[Any] = []  # an operator lives as long as its library


def define() -> None:
    """Define the operators that torchvision refers to as it is imported, or that its networks run, with kernels for the CPU."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name, signature in _SIGNATURES.items():
        library.define(name + signature)
    library.impl("nms", nms, "CPU")
    library.impl("roi_align", roi_align, "CPU")
    _kept.append(library)


def defined() -> bool:
    """Whether there are operators; a function of its own, which PyTorch scripts where a tool traces a network."""
    return True


def nms(dets: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Indices of the boxes (N, 4) that overlap no better one by more than ``iou_threshold``, best first.

    Source: https://docs.pytorch.org/vision/stable/generated/torchvision.ops.nms.html
    """
    boxes = dets.detach().numpy()
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    left = np.argsort(-scores.detach().numpy(), kind="stable")
    kept = []
    while left.size:
        best, left = left[0], left[1:]
        kept.append(best)
        low, high = np.maximum(boxes[best, :2], boxes[left, :2]), np.minimum(boxes[best, 2:], boxes[left, 2:])
        both = np.prod(np.maximum(high - low, 0), axis=1)
        left = left[both <= iou_threshold * (area[best] + area[left] - both)]
    return torch.tensor(np.array(kept, dtype=np.int64))


def roi_align(
    input: Tensor,
    rois: Tensor,
    spatial_scale: float,
    pooled_height: int,
    pooled_width: int,
    sampling_ratio: int,
    aligned: bool,
) -> Tensor:
    """Regions ``rois`` (K, 5) of ``input`` (N, C, H, W) as (K, C, height, width), each cell a mean of bilinear samples.

    Samples lie on a grid, so a region is the input between a matrix for its rows and one for its columns.
    Source: https://docs.pytorch.org/vision/stable/generated/torchvision.ops.roi_align.html
    """
    maps, regions = input.detach().numpy(), rois.detach().numpy()
    made = np.empty((len(regions), maps.shape[1], pooled_height, pooled_width), maps.dtype)
    for k, (image, *corners) in enumerate(regions):
        x0, y0, x1, y1 = (float(c) * spatial_scale - 0.5 * aligned for c in corners)
        rows = _means(y0, y1, pooled_height, maps.shape[2], sampling_ratio, aligned=aligned)
        columns = _means(x0, x1, pooled_width, maps.shape[3], sampling_ratio, aligned=aligned)
        made[k] = rows @ maps[int(image)] @ columns.T
    return torch.from_numpy(made)


def _means(start: float, end: float, cells: int, size: int, ratio: int, *, aligned: bool) -> Array:
    """How much of each of ``size`` pixels of an axis each of ``cells`` cells is made of, (cells, size)."""
    length = end - start if aligned else max(end - start, 1.0)
    count = ratio if ratio > 0 else max(1, int(np.ceil(length / cells)))
    at = start + (np.arange(cells * count) + 0.5) * length / (cells * count)
    inside = (at >= -1) & (at <= size)
    at = np.clip(at, 0, size - 1)
    low = np.floor(at).astype(int)
    part, taken = at - low, np.zeros((cells * count, size), np.float32)
    sample = np.arange(cells * count)
    np.add.at(taken, (sample, low), (1 - part) * inside)
    np.add.at(taken, (sample, np.minimum(low + 1, size - 1)), part * inside)
    return taken.reshape(cells, count, size).mean(axis=1)
