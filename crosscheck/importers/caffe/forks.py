"""Layers that Caffe 1.0 does not have and well-known forks of it do: of detectors, of mobile and of segmentation networks.

Sources: the LayerSetUp and Reshape methods of the fork "ssd" (Liu et al. 2016, arXiv:1512.02325: normalize_layer.cpp,
permute_layer.cpp, prior_box_layer.cpp, detection_output_layer.cpp, multibox_loss_layer.cpp); the layers DepthwiseConvolution,
ShuffleChannel, Interp, BN and ReLU6 as the papers of MobileNet, ShuffleNet, DeepLab, ENet and MobileNetV2 come with them.
"""

from __future__ import annotations

from math import prod

from crosscheck.importers.caffe.call import Blob, Call, Handler, Made, stated
from crosscheck.importers.caffe.windows import convolution
from crosscheck.importers.imported import MOST_SIZE, MisfitError


def _normalize(n: Call) -> Made:
    """Division by the 2-norm over the channels, or over all of a sample, then a learned factor."""
    n.only()
    x, p = n.x(), n.param("norm_param")
    if len(x) < 2:
        raise MisfitError("its input has no channels")
    rows = x[0] if p.get("across_spatial", True) else x[0] * prod(x[2:])
    return stated("lp_norm", x, blobs=(("norm_scale", () if p.get("channel_shared", True) else (x[1],)),), rows=rows)


def _permute(n: Call) -> Made:
    """The axes in another order; those that are not named follow in their own."""
    n.only()
    x, order = n.x(), n.param("permute_param").all("order")
    if len(set(order)) != len(order) or not all(k < len(x) for k in order):
        raise MisfitError(f"order {order} does not fit {len(x)} axes")
    return stated("transpose", tuple(x[k] for k in (*order, *(k for k in range(len(x)) if k not in order))))


def _prior_box(n: Call) -> Made:
    """Corners and variances of boxes around every position: for each smallest size one a ratio, and one for each largest size."""
    n.only(2)
    x, p = n.x(), n.param("prior_box_param")
    smallest, largest = p.all("min_size"), p.all("max_size")
    if len(x) != 4 or not smallest or len(largest) not in (0, len(smallest)):
        raise MisfitError(f"{len(smallest)} smallest and {len(largest)} largest sizes do not fit an image")
    ratios = {1.0}
    for ratio in p.all("aspect_ratio"):
        if all(abs(ratio - known) >= 1e-6 for known in ratios):
            ratios |= {ratio, 1 / ratio} if p.get("flip", True) and ratio else {ratio}
    boxes = len(ratios) * len(smallest) + len(largest)
    return stated("prior_box", (1, 2, x[2] * x[3] * boxes * 4))


def _detections(n: Call) -> Made:
    """How many boxes are left only a run can tell; Caffe sets up room for one, seven numbers wide."""
    if len(n.bottoms) < 3 or len(n.node.tops) != 1:
        raise MisfitError(f"it reads {len(n.bottoms)} blobs and makes {len(n.node.tops)}")
    return stated("detections", (1, 1, 1, 7))


def _box_loss(n: Call) -> Made:
    if not 2 <= len(n.bottoms) <= 5 or len(n.node.tops) > 1:
        raise MisfitError(f"it reads {len(n.bottoms)} blobs and makes {len(n.node.tops)}")
    n.x()
    return stated("loss", ())


def _depthwise(n: Call) -> Made:
    """A convolution with as many groups as input channels, whatever ``group`` says."""
    n.node.fields.sub("convolution_param").values["group"] = [n.x()[1] if len(n.x()) > 1 else 1]
    return convolution(n)


def _shuffle(n: Call) -> Made:
    n.only()
    return stated("transpose", n.x())


def _interp(n: Call) -> Made:
    """Bilinear: to a height and width, or shrunk and zoomed by whole factors."""
    x, p = n.x(), n.param("interp_param")
    if len(x) != 4 or not 1 <= len(n.bottoms) <= 2 or len(n.node.tops) != 1:
        raise MisfitError(f"its input has {len(x)} axes, it wants 4")
    if len(n.bottoms) == 2:
        return stated("resize", (*x[:2], *n.x(1)[2:]), mode="linear")
    zoom, shrink = p.get("zoom_factor", 1), p.get("shrink_factor", 1)
    cut = p.get("pad_beg", 0) + p.get("pad_end", 0)
    if min(zoom, shrink) < 1 or max(zoom, shrink) > MOST_SIZE:
        raise MisfitError(f"zoom_factor {zoom} and shrink_factor {shrink} must be from 1")
    sizes = [(d + cut - 1) // shrink + 1 for d in x[2:]]
    sizes = [d + (d - 1) * (zoom - 1) for d in sizes]
    given = [p.get("height", 0), p.get("width", 0)]
    return stated("resize", (*x[:2], *(given if all(given) else sizes)), mode="linear")


def _bn(n: Call) -> Made:
    """Scale, shift, running mean and running variance in one layer."""
    x = n.x()
    made = n.network("batchnorm", {}, x)
    size = (x[1],)
    blobs: tuple[Blob, ...] = (("norm_scale", size), ("norm_shift", size), ("running_stats", size), ("running_stats", size))
    made.blobs = blobs
    return made


def _relu6(n: Call) -> Made:
    n.only()
    return stated("clip", n.x(), bounds=(0, 6))


HANDLERS: dict[str, Handler] = {
    "Normalize": _normalize,
    "Permute": _permute,
    "PriorBox": _prior_box,
    "DetectionOutput": _detections,
    "MultiBoxLoss": _box_loss,
    "SmoothL1Loss": _box_loss,
    "DepthwiseConvolution": _depthwise,
    "ConvolutionDepthwise": _depthwise,
    "ShuffleChannel": _shuffle,
    "Interp": _interp,
    "BN": _bn,
    "ReLU6": _relu6,
}
