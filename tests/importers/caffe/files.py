"""Small Caffe networks for tests: written, read and counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.importers.caffe.load import load
from crosscheck.importers.imported import Imported

CAFFE, MAC = convention.load("caffe"), convention.load("mac")


def inputs(**shapes: str) -> str:
    """Input layers: ``data="1 3 8 8"``."""
    return "".join(
        f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ {dims(shape)} }} }} }}\n'
        for name, shape in shapes.items()
    )


def dims(shape: str) -> str:
    return " ".join(f"dim: {d}" for d in shape.split())


def layer(kind: str, bottom: str, top: str, more: str = "", name: str = "") -> str:
    """A layer; several bottoms or tops are separated by spaces, a layer is called like its first top."""
    name = name or (top.split() or [kind.lower()])[0]
    reads = " ".join(f'bottom: "{b}"' for b in bottom.split())
    makes = " ".join(f'top: "{t}"' for t in top.split())
    return f'layer {{ name: "{name}" type: "{kind}" {reads} {makes} {more} }}\n'


def read(text: str, folder: Path, given: dict[str, Any] | None = None, **how: Any) -> Imported:
    path = folder / "net.prototxt"
    path.write_text(text, encoding="utf-8")
    return load(path, given, **how)


def totals(found: Imported) -> dict[str, int]:
    """MACs, learnable parameters, and Caffe's layers, parameters and memory."""
    counted = engine.tally(found.model)
    own = {f"caffe {m}": engine.total(counted, CAFFE, m) for m in CAFFE.metrics}
    return {m: engine.total(counted, MAC, m) for m in MAC.metrics} | own


HEAD = inputs(data="1 3 8 8")
IMAGE = inputs(data="2 4 9 7")
TRAIN_VAL = """
name: "both"
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { crop_size: 8 force_color: true } data_param { source: "a" batch_size: 16 } }
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { crop_size: 8 force_color: true } data_param { source: "b" batch_size: 4 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 10 } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy" include { phase: TEST } }
layer { name: "debug" type: "Silence" bottom: "ip" include { phase: TRAIN stage: "debug" } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" exclude { phase: TEST stage: "deploy" } }
"""
