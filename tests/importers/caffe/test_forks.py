"""Layers of Caffe's forks: shapes by hand, and that what stands behind them is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck.contract.network import Shape
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import FileError
from crosscheck.importers.caffe import forks
from crosscheck.importers.imported import Imported
from tests.importers.caffe.files import IMAGE, inputs, layer, read, totals

CONV = "convolution_param { num_output: 4 kernel_size: 3 pad: 1 }"
# kind, settings, op, shape of the top, MACs, learnable parameters
LAYERS: list[tuple[str, str, str, Shape, int, int]] = [
    ("Normalize", "", "lp_norm", (2, 4, 9, 7), 0, 1),
    ("Normalize", "norm_param { across_spatial: false channel_shared: false }", "lp_norm", (2, 4, 9, 7), 0, 4),
    ("Permute", "permute_param { order: 0 order: 2 order: 3 order: 1 }", "transpose", (2, 9, 7, 4), 0, 0),
    ("Permute", "permute_param { order: 0 order: 3 }", "transpose", (2, 7, 4, 9), 0, 0),
    ("DepthwiseConvolution", CONV, "conv", (2, 4, 9, 7), 2 * 4 * 9 * 63, 40),
    ("ConvolutionDepthwise", CONV, "conv", (2, 4, 9, 7), 2 * 4 * 9 * 63, 40),
    ("ShuffleChannel", "shuffle_channel_param { group: 2 }", "transpose", (2, 4, 9, 7), 0, 0),
    ("Interp", "interp_param { height: 18 width: 20 }", "resize", (2, 4, 18, 20), 0, 0),
    ("Interp", "interp_param { zoom_factor: 2 }", "resize", (2, 4, 17, 13), 0, 0),
    ("Interp", "interp_param { shrink_factor: 2 }", "resize", (2, 4, 5, 4), 0, 0),
    ("BN", "bn_param { eps: 0.001 }", "batchnorm", (2, 4, 9, 7), 0, 8),
    ("ReLU6", "", "clip", (2, 4, 9, 7), 0, 0),
]


@pytest.mark.parametrize(("kind", "more", "op", "y", "macs", "params"), LAYERS)
def test_a_layer_of_a_fork(kind: str, more: str, op: str, y: Shape, macs: int, params: int, tmp_path: Path) -> None:
    found = read(IMAGE + layer(kind, "data", "out", more), tmp_path)
    it = found.model.layers[-1]
    assert (it.op, it.y) == (op, y)
    assert (totals(found)["compute"], totals(found)["params"]) == (macs, params)
    assert not found.partial
    assert found.notes == (f"layers that Caffe 1.0 does not have, taken for those of its well-known forks: 1 {kind}",)


@pytest.mark.parametrize(
    ("more", "boxes"),
    [
        ("min_size: 30", 1),
        ("min_size: 30 max_size: 60", 2),
        ("min_size: 30 max_size: 60 aspect_ratio: 2", 4),
        ("min_size: 30 max_size: 60 aspect_ratio: 2 aspect_ratio: 3", 6),
        ("min_size: 30 aspect_ratio: 2 aspect_ratio: 2 aspect_ratio: 1 flip: false", 2),
        ("min_size: 30 min_size: 40 max_size: 60 max_size: 80 aspect_ratio: 2", 8),
    ],
)
def test_boxes_around_every_position(more: str, boxes: int, tmp_path: Path) -> None:
    text = IMAGE + inputs(image="1 3 30 30") + layer("PriorBox", "data image", "prior", f"prior_box_param {{ {more} }}")
    assert read(text, tmp_path).model.layers[-1].y == (1, 2, 9 * 7 * boxes * 4)


def detector(tmp_path: Path, norm: str = "Normalize") -> Imported:
    """A small SSD with one map, and all that stands behind its norm."""
    head = "convolution_param { num_output: %d kernel_size: 3 pad: 1 }"
    order = "permute_param { order: 0 order: 2 order: 3 order: 1 }"
    text = inputs(data="1 3 12 12") + layer("Convolution", "data", "c", head % 8) + layer(norm, "c", "n")
    for name, channels in (("loc", 16), ("conf", 84)):
        text += layer("Convolution", "n", name, head % channels) + layer("Permute", name, f"{name}p", order)
        text += layer("Flatten", f"{name}p", f"{name}f")
    text += layer("PriorBox", "n data", "prior", "prior_box_param { min_size: 3 max_size: 6 aspect_ratio: 2 }")
    text += layer("Reshape", "conff", "confr", "reshape_param { shape { dim: 0 dim: -1 dim: 21 } }")
    text += layer("Softmax", "confr", "confs", "softmax_param { axis: 2 }") + layer("Flatten", "confs", "conft")
    text += layer("DetectionOutput", "locf conft prior", "out", "detection_output_param { num_classes: 21 keep_top_k: 200 }")
    return read(text, tmp_path)


def test_all_of_a_detector_is_counted(tmp_path: Path) -> None:
    found = detector(tmp_path)
    assert not found.partial
    assert totals(found)["compute"] == 144 * 9 * (3 * 8 + 8 * 16 + 8 * 84)
    last = found.model.by_id["out"]
    assert last.y == (1, 1, 1, 7)
    assert [s[-1] for s in last.in_shapes] == [144 * 16, 144 * 84, 144 * 4 * 4]


def test_a_norm_that_nobody_knows_still_leaves_what_is_behind_it_open(tmp_path: Path) -> None:
    assert detector(tmp_path, "Mystery").partial


@pytest.mark.parametrize("c", ["arithmetic", "thop", "ptflops_pytorch", "fvcore"])
def test_boxes_data_and_copies_are_nobodys_modules(c: str, tmp_path: Path) -> None:
    found = read(
        IMAGE + layer("Convolution", "data", "c", CONV) + layer("ReLU", "c", "r") + layer("Eltwise", "r c", "s"), tmp_path
    )
    assert [x.op for x in found.modules.model.layers] == ["conv", "relu", "add"]
    assert engine.total(engine.tally(found.modules.model), convention.load(c), "mul" if c == "arithmetic" else "compute") > 0


def test_a_batch_norm_and_the_scale_behind_it_are_one_module(tmp_path: Path) -> None:
    scale = layer("Scale", "n", "y", "scale_param { bias_term: true }")
    found = read(IMAGE + layer("BatchNorm", "data", "n") + scale, tmp_path)
    (it,) = found.modules.model.layers
    assert (it.op, it.attrs["affine"]) == ("batchnorm", True)
    assert engine.total(engine.tally(found.modules.model), convention.load("thop"), "params") == 8


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("Permute", "permute_param { order: 4 }"),
        ("Permute", "permute_param { order: 1 order: 1 }"),
        ("Interp", "interp_param { shrink_factor: 0 }"),
    ],
)
def test_settings_that_do_not_fit_are_refused(kind: str, more: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=f"{kind}.* does not fit"):
        read(IMAGE + layer(kind, "data", "out", more), tmp_path)


def test_every_layer_of_forks_is_tried() -> None:
    assert {row[0] for row in LAYERS} | {"PriorBox", "DetectionOutput", "MultiBoxLoss", "SmoothL1Loss"} == set(forks.HANDLERS)
