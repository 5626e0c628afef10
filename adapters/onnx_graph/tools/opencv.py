"""OpenCV's deep-learning module: FLOPs of every layer that it makes of a file's nodes."""

from __future__ import annotations

from collections.abc import Iterator

import cv2

from adapters.onnx_graph.build import Native
from adapters.worker import Unsupported
from crosscheck.rows import TOTAL, Reading
from crosscheck.spec import Model

TOOL = "opencv"
TITLE = "cv2.dnn.readNetFromONNX(file).getFLOPS(shape)"
PACKAGE = "opencv-python-headless|opencv-python"
CONVENTION = "opencv"
METRICS = ("compute",)

_UNIT = "FLOPS"


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The total, and the layers that OpenCV names after a node; those that it adds for itself are left unattributed.

    Raises Unsupported where OpenCV cannot read the file.
    """
    try:
        net = cv2.dnn.readNetFromONNX(native.path)
    except cv2.error as error:
        raise Unsupported(f"OpenCV cannot read the file: {' '.join(str(error.err).split())}") from None
    shapes = [list(i.shape) for i in model.inputs]
    ids = {name: net.getLayerId(name) for name in net.getLayerNames()}
    for node in native.graph.node:
        layer = native.layer(node)
        known = [f"onnx_node!{node.name}"] if node.name else [f"onnx_node_output_0!{node.output[0]}"]
        found = [ids[name] for name in known if name in ids]
        if layer is not None and found:
            yield Reading(layer, "compute", int(net.getFLOPS(found[0], shapes)), _UNIT)
    yield Reading(TOTAL, "compute", int(net.getFLOPS(shapes)), _UNIT)
