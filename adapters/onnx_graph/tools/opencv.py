"""OpenCV's deep-learning module: FLOPs of every layer that it makes of a file's nodes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import onnx

from adapters.onnx_graph.build import Native
from adapters.room import Unsupported
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

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
    shapes = [list(i.shape) for i in model.inputs]
    try:
        yield from _readings(native, shapes)
    except cv2.error as error:
        raise Unsupported(f"OpenCV cannot count the file: {_cause(str(error.err))}") from None


def _readings(native: Native, shapes: list[list[int]]) -> Iterator[Reading]:
    net = _read(native)
    ids = {name: net.getLayerId(name) for name in net.getLayerNames()}
    for node in native.graph.node:
        layer = native.layer(node)
        known = [f"onnx_node!{node.name}"] if node.name else [f"onnx_node_output_0!{node.output[0]}"]
        found = [ids[name] for name in known if name in ids]
        if layer is not None and found:
            yield Reading(layer, "compute", int(net.getFLOPS(found[0], shapes)), _UNIT)
    yield Reading(TOTAL, "compute", int(net.getFLOPS(shapes)), _UNIT)


def _read(native: Native) -> Any:
    """The network; a file whose weights lie beside it is copied into one first, because OpenCV reads nothing beside it."""
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as folder:
        path = native.path
        if native.external:
            path = str(Path(folder) / "whole.onnx")
            onnx.save(onnx.load(native.path), path)
        try:
            return cv2.dnn.readNetFromONNX(path)
        except cv2.error as error:
            raise Unsupported(f"OpenCV cannot read the file: {_cause(str(error.err))}") from None


def _cause(text: str) -> str:
    """The node, and what the innermost part of OpenCV says, without its source path."""
    words = " ".join(text.split()).strip("> ")
    node, found, rest = words.partition(" parse error: ")
    return f"{node}: {rest.split('error: ', 1)[-1]}" if found else words
