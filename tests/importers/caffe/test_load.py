"""Caffe networks: what each layer becomes, its shapes and parameters, phases, splits, old syntax, and the command."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from crosscheck.cli import app
from crosscheck.contract.network import Shape, numel
from crosscheck.errors import FileError, UsageError
from crosscheck.importers.caffe import layers as caffe_layers
from crosscheck.importers.caffe import moves as caffe_moves
from crosscheck.importers.caffe.layers import pooled
from crosscheck.importers.caffe.load import HANDLERS, bundled, load
from crosscheck.ops.described import vocabulary
from tests.helpers import same
from tests.importers.caffe.files import inputs, layer, read, totals

IMAGE = inputs(data="2 4 9 7")

# kind, settings, op, shape of the top, MACs, learnable parameters, Caffe's learnable parameters
LAYERS: list[tuple[str, str, str, Shape, int, int, int]] = [
    (
        "Convolution",
        "convolution_param { num_output: 6 kernel_size: 3 }",
        "conv",
        (2, 6, 7, 5),
        2 * 6 * 4 * 9 * 35,
        222,
        222,
    ),
    (
        "Convolution",
        "convolution_param { num_output: 6 kernel_h: 3 kernel_w: 1 pad_h: 1 stride_h: 2 stride_w: 1 bias_term: false }",
        "conv",
        (2, 6, 5, 7),
        2 * 6 * 4 * 3 * 35,
        72,
        72,
    ),
    (
        "Convolution",
        "convolution_param { num_output: 4 kernel_size: 3 kernel_size: 2 dilation: 2 group: 2 }",
        "conv",
        (2, 4, 5, 5),
        2 * 4 * 2 * 6 * 25,
        4 * 2 * 6 + 4,
        52,
    ),
    (
        "Deconvolution",
        "convolution_param { num_output: 6 kernel_size: 4 stride: 2 pad: 1 group: 2 }",
        "conv_transpose",
        (2, 6, 18, 14),
        2 * 4 * 3 * 16 * 63,
        4 * 3 * 16 + 6,
        198,
    ),
    ("Pooling", "pooling_param { kernel_size: 3 stride: 2 }", "maxpool", (2, 4, 4, 3), 0, 0, 0),
    ("Pooling", "pooling_param { pool: AVE kernel_size: 2 stride: 2 }", "avgpool", (2, 4, 5, 4), 0, 0, 0),
    (
        "Pooling",
        "pooling_param { pool: AVE kernel_size: 2 stride: 2 round_mode: FLOOR }",
        "avgpool",
        (2, 4, 4, 3),
        0,
        0,
        0,
    ),
    ("Pooling", "pooling_param { pool: MAX kernel_size: 1 stride: 3 }", "max_pool_other", (2, 4, 4, 3), 0, 0, 0),
    ("Pooling", "pooling_param { pool: STOCHASTIC kernel_size: 3 }", "stochastic_pool", (2, 4, 7, 5), 0, 0, 0),
    ("Pooling", "pooling_param { pool: AVE global_pooling: true }", "adaptive_avgpool", (2, 4, 1, 1), 0, 0, 0),
    ("Pooling", "pooling_param { pool: 0 global_pooling: true }", "global_max_pool", (2, 4, 1, 1), 0, 0, 0),
    ("InnerProduct", "inner_product_param { num_output: 5 }", "linear", (2, 5), 2 * 5 * 252, 1265, 1265),
    (
        "InnerProduct",
        "inner_product_param { num_output: 5 axis: -1 transpose: true bias_term: false }",
        "linear",
        (2, 4, 9, 5),
        2 * 4 * 9 * 5 * 7,
        35,
        35,
    ),
    ("InnerProduct", "inner_product_param { num_output: 5 axis: 0 }", "linear", (5,), 5 * 504, 2525, 2525),
    ("BatchNorm", "batch_norm_param { use_global_stats: true }", "batchnorm", (2, 4, 9, 7), 0, 0, 9),
    ("Scale", "scale_param { bias_term: true }", "learned_scale", (2, 4, 9, 7), 0, 8, 8),
    ("Scale", "scale_param { axis: 2 num_axes: -1 }", "learned_scale", (2, 4, 9, 7), 0, 63, 63),
    ("Scale", "scale_param { num_axes: 0 }", "learned_scale", (2, 4, 9, 7), 0, 1, 1),
    ("Bias", "bias_param { axis: 0 num_axes: 2 }", "bias", (2, 4, 9, 7), 0, 8, 8),
    ("LRN", "lrn_param { local_size: 3 }", "lrn", (2, 4, 9, 7), 0, 0, 0),
    ("LRN", "lrn_param { local_size: 3 norm_region: WITHIN_CHANNEL }", "lrn_within", (2, 4, 9, 7), 0, 0, 0),
    ("MVN", "mvn_param { across_channels: true }", "mean_variance_norm", (2, 4, 9, 7), 0, 0, 0),
    ("ReLU", "", "relu", (2, 4, 9, 7), 0, 0, 0),
    ("ReLU", "relu_param { negative_slope: 0.1 }", "leaky_relu", (2, 4, 9, 7), 0, 0, 0),
    ("PReLU", "", "prelu", (2, 4, 9, 7), 0, 4, 4),
    ("PReLU", "prelu_param { channel_shared: true }", "prelu", (2, 4, 9, 7), 0, 1, 1),
    ("ELU", "", "elu", (2, 4, 9, 7), 0, 0, 0),
    ("Sigmoid", "", "sigmoid", (2, 4, 9, 7), 0, 0, 0),
    ("TanH", "", "tanh", (2, 4, 9, 7), 0, 0, 0),
    ("AbsVal", "", "abs", (2, 4, 9, 7), 0, 0, 0),
    ("BNLL", "", "softplus", (2, 4, 9, 7), 0, 0, 0),
    ("Power", "power_param { power: 2 }", "pow", (2, 4, 9, 7), 0, 0, 0),
    ("Exp", "", "exp", (2, 4, 9, 7), 0, 0, 0),
    ("Log", "", "log", (2, 4, 9, 7), 0, 0, 0),
    ("Threshold", "", "greater", (2, 4, 9, 7), 0, 0, 0),
    ("Dropout", "dropout_param { dropout_ratio: 0.5 }", "dropout", (2, 4, 9, 7), 0, 0, 0),
    ("Softmax", "softmax_param { axis: 3 }", "softmax", (2, 4, 9, 7), 0, 0, 0),
    ("Softmax", "", "softmax_axis", (2, 4, 9, 7), 0, 0, 0),
    ("Flatten", "", "flatten", (2, 252), 0, 0, 0),
    ("Flatten", "flatten_param { axis: 1 end_axis: 2 }", "reshape", (2, 36, 7), 0, 0, 0),
    ("Reshape", "reshape_param { shape { dim: 0 dim: -1 dim: 12 } }", "reshape", (2, 21, 12), 0, 0, 0),
    ("Reshape", "reshape_param { shape { dim: 1 dim: 4 } axis: 1 num_axes: 1 }", "reshape", (2, 1, 4, 9, 7), 0, 0, 0),
    ("Reshape", "reshape_param { shape { dim: 0 dim: -1 } }", "flatten", (2, 252), 0, 0, 0),
    ("Tile", "tile_param { axis: 2 tiles: 3 }", "tile", (2, 4, 27, 7), 0, 0, 0),
    ("ArgMax", "argmax_param { axis: 1 top_k: 2 }", "arg_max", (2, 2, 9, 7), 0, 0, 0),
    ("ArgMax", "argmax_param { out_max_val: true }", "arg_max", (2, 2, 1, 1), 0, 0, 0),
    ("Reduction", "reduction_param { operation: MEAN axis: 2 }", "reduce_mean", (2, 4), 0, 0, 0),
    ("Reduction", "", "reduce_sum", (), 0, 0, 0),
    ("Im2col", "convolution_param { kernel_size: 3 }", "im2col", (2, 36, 7, 5), 0, 0, 0),
    ("Embed", "embed_param { num_output: 5 input_dim: 11 }", "gather", (2, 4, 9, 7, 5), 0, 60, 60),
]


@pytest.mark.parametrize(("kind", "more", "op", "shape", "macs", "params", "own"), LAYERS, ids=lambda v: str(v)[:40])
def test_a_layer_becomes_what_it_is(
    kind: str, more: str, op: str, shape: Shape, macs: int, params: int, own: int, tmp_path: Path
) -> None:
    found = read(IMAGE + layer(kind, "data", "y", more), tmp_path)
    data, it = found.model.layers
    assert (data.op, it.op, it.y) == ("input", op, shape)
    elements = 2 * 4 * 9 * 7 + numel(shape)
    wanted = {"compute": macs, "params": params, "caffe layers": 2, "caffe params": own, "caffe memory": 4 * elements}
    same(totals(found), wanted)
    assert (found.notes, found.partial) == ((), False)


SEVERAL: list[tuple[str, str, str, str, str, list[Shape]]] = [
    ("Eltwise", "a b", "y", "", "add", [(2, 4, 6, 6)]),
    ("Eltwise", "a b", "y", "eltwise_param { operation: PROD }", "mul", [(2, 4, 6, 6)]),
    ("Eltwise", "a b", "y", "eltwise_param { operation: MAX }", "max", [(2, 4, 6, 6)]),
    ("Concat", "a b", "y", "", "concat", [(2, 8, 6, 6)]),
    ("Concat", "a b", "y", "concat_param { axis: 0 }", "concat_other", [(4, 4, 6, 6)]),
    ("Concat", "a b", "y", "concat_param { concat_dim: 2 }", "concat", [(2, 4, 12, 6)]),
    ("Slice", "a", "y z", "", "split", [(2, 2, 6, 6), (2, 2, 6, 6)]),
    ("Slice", "a", "y z w", "slice_param { axis: 3 slice_point: 1 slice_point: 5 }", "split", [(2, 4, 6, n) for n in (1, 4, 1)]),
    ("Split", "a", "y z", "", "fan_out", [(2, 4, 6, 6)] * 2),
    ("Pooling", "a", "y mask", "pooling_param { kernel_size: 2 stride: 2 }", "maxpool", [(2, 4, 3, 3)] * 2),
    ("Scale", "a c", "y", "scale_param { axis: 0 bias_term: true }", "learned_scale", [(2, 4, 6, 6)]),
    ("Bias", "a c", "y", "bias_param { axis: 0 }", "add_broadcast", [(2, 4, 6, 6)]),
    ("Crop", "a b", "y", "crop_param { axis: 2 offset: 0 }", "slice", [(2, 4, 6, 6)]),
    ("SoftmaxWithLoss", "p l", "", "", "loss", [()]),
    ("SoftmaxWithLoss", "p l", "y prob", "", "loss", [(), (2, 5)]),
    ("EuclideanLoss", "a b", "y", "", "loss", [()]),
    ("ContrastiveLoss", "p p l", "y", "", "loss", [()]),
    ("Accuracy", "p l", "y each", "", "accuracy", [(), (5,)]),
    ("Silence", "a b", "", "", "silence", [(0,)]),
    ("LSTM", "s m", "y", "recurrent_param { num_output: 3 }", "lstm", [(7, 2, 3)]),
]


@pytest.mark.parametrize(("kind", "bottom", "top", "more", "op", "shapes"), SEVERAL, ids=lambda v: str(v)[:40])
def test_layers_of_several_blobs(
    kind: str, bottom: str, top: str, more: str, op: str, shapes: list[Shape], tmp_path: Path
) -> None:
    every = {"a": "2 4 6 6", "b": "2 4 6 6", "c": "2 4", "p": "2 5", "l": "2", "s": "7 2 5", "m": "7 2"}
    used = {name: every[name] for name in every if name in bottom.split()}
    found = read(inputs(**used) + layer(kind, bottom, top, more), tmp_path)
    it = found.model.layers[-1]
    assert (it.op, list(it.out_shapes)) == (op, shapes)
    handed = sum(numel(s) for x in found.model.layers for s in x.out_shapes)
    assert totals(found)["caffe memory"] == 4 * handed
    assert not found.partial


def test_a_recurrent_network_holds_what_its_unrolled_layers_hold(tmp_path: Path) -> None:
    net = inputs(s="7 2 5", m="7 2") + layer("LSTM", "s m", "y", "recurrent_param { num_output: 3 }")
    counted = totals(read(net, tmp_path))
    assert counted["compute"] == 7 * 2 * 12 * (5 + 3)
    assert counted["params"] == counted["caffe params"] == 12 * 5 + 12 * 3 + 12
    rnn = read(net.replace("LSTM", "RNN"), tmp_path)
    assert rnn.model.layers[-1].attrs["bound"] == (7, 2, 3, 5 + 2 * 3)
    assert totals(rnn)["caffe params"] == 3 * 5 + 3 + 3 * 3 + 3 * 3 + 3
    assert rnn.partial


def test_all_that_a_layer_can_become_is_in_the_vocabulary(tmp_path: Path) -> None:
    words = vocabulary("caffe")
    assert {op for _, _, op, *_ in LAYERS} | {row[4] for row in SEVERAL} <= set(words)
    tried = {row[0] for row in LAYERS} | {row[0] for row in SEVERAL} | {"RNN", "Parameter", "HDF5Output", "Swish", "Clip"}
    losses = {kind for kind in HANDLERS if kind.endswith("Loss")}
    assert set(HANDLERS) == set(caffe_layers.HANDLERS) | set(caffe_moves.HANDLERS) == tried | losses


# --- pooling --------------------------------------------------------------------------------------------------------------


def slid(size: int, kernel: int, stride: int, pad: int, *, padded: bool) -> int:
    """Put one window after the other until the padded end is reached, then drop one that starts behind the input."""
    starts = [-pad]
    while starts[-1] + kernel < size + pad:
        starts.append(starts[-1] + stride)
    if padded and starts[-1] >= size:
        starts.pop()
    return len(starts)


@given(
    size=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    kernel=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    stride=st.integers(1, 6),
    pad=st.tuples(st.integers(0, 7), st.integers(0, 7)),
)
@settings(max_examples=400, deadline=None)
def test_windows_of_a_pooling_are_those_that_one_meets_by_sliding(
    size: tuple[int, int], kernel: tuple[int, int], stride: int, pad: tuple[int, int]
) -> None:
    for n, k, p in zip(size, kernel, pad, strict=True):
        if n + 2 * p >= k > p:
            assert pooled(n, k, stride, p, clip=any(pad)) == slid(n, k, stride, p, padded=any(pad))


def test_caffes_rule_rounds_up_where_others_round_down(tmp_path: Path) -> None:
    """3×3 with stride 2 over 112: 56 positions, where rounding down gives 55."""
    pool = "pooling_param { kernel_size: 3 stride: 2 }"
    found = read(inputs(data="1 64 112 112") + layer("Pooling", "data", "y", pool), tmp_path)
    assert found.model.layers[-1].y == (1, 64, 56, 56)
    assert pooled(112, 3, 2, 0, clip=False, floor=True) == 55


# --- the network as a whole ------------------------------------------------------------------------------------------------

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


def test_each_phase_has_its_layers_and_splits(tmp_path: Path) -> None:
    ids = {p: [x.id for x in read(TRAIN_VAL, tmp_path, phase=p).model.layers] for p in ("TRAIN", "TEST")}
    assert ids["TRAIN"] == ["data", "ip", "loss"]
    assert ids["TEST"] == ["data", "label_data_1_split", "ip", "ip_ip_0_split", "accuracy", "loss"]
    debug = read(TRAIN_VAL, tmp_path, phase="TRAIN", stages=("debug",)).model
    assert [x.id for x in debug.layers] == ["data", "ip", "ip_ip_0_split", "debug", "loss"]
    assert "loss" not in read(TRAIN_VAL, tmp_path, phase="TEST", stages=("deploy",)).model.by_id


def test_memory_counts_data_labels_splits_and_losses(tmp_path: Path) -> None:
    image = 3 * 8 * 8
    assert totals(read(TRAIN_VAL, tmp_path, phase="TRAIN"))["caffe memory"] == 4 * (16 * (image + 1 + 10) + 1)
    assert totals(read(TRAIN_VAL, tmp_path))["caffe memory"] == 4 * (4 * (image + 1 + 2 + 10 + 20) + 2)


def test_batch_and_inputs_replace_what_the_file_says(tmp_path: Path) -> None:
    assert read(TRAIN_VAL, tmp_path, batch=7).model.input_text == "7x3x8x8+7"
    given = read(TRAIN_VAL, tmp_path, {"data": (2, 1, 5, 5)}).model
    assert given.input_text == "2x1x5x5+2"
    assert given.by_id["ip"].attrs["in_features"] == 25
    assert read(IMAGE, tmp_path, {"": (1, 2)}).model.input_text == "1x2"
    with pytest.raises(UsageError, match=r"which input is 1x2\? Hint: write it like a=…"):
        read(inputs(a="1 2", b="3"), tmp_path, {"": (1, 2)})
    with pytest.raises(UsageError, match=r"net.prototxt has no input 'x'. Hint: it has data, label"):
        read(TRAIN_VAL, tmp_path, {"x": (1, 2)})


def test_writing_in_place_is_followed_and_shown(tmp_path: Path) -> None:
    net = IMAGE + layer("ReLU", "data", "data", name="r1") + layer("ReLU", "data", "data", name="r2") + layer("TanH", "data", "y")
    found = read(net, tmp_path)
    assert [x.inputs for x in found.model.layers[1:]] == [("data",), ("r1",), ("r2",)]
    assert [bool(x.attrs.get("inplace")) for x in found.model.layers] == [False, True, True, False]
    assert found.model.outputs == ("y",)
    assert totals(found)["caffe memory"] == 4 * 4 * 504


def test_a_split_is_named_after_the_layer_that_wrote_last(tmp_path: Path) -> None:
    net = IMAGE + layer("TanH", "data", "t") + layer("ReLU", "t", "t", name="r") + layer("Eltwise", "t t", "y")
    found = read(net, tmp_path).model
    assert [x.id for x in found.layers] == ["data", "t", "r", "t_r_0_split", "y"]
    assert found.by_id["y"].inputs == ("t_r_0_split", "t_r_0_split:1")


def test_a_loss_weight_reads_too(tmp_path: Path) -> None:
    ends = layer("Reduction", "data", "l", "loss_weight: 2") + layer("Power", "l", "p")
    found = read(IMAGE + ends, tmp_path).model
    assert [x.id for x in found.layers] == ["data", "l", "l_l_0_split", "p"]
    assert found.by_id["p"].inputs == ("l_l_0_split:1",), "the first copy is the loss"
    assert [x.id for x in read(IMAGE + ends.replace("loss_weight: 2", ""), tmp_path).model.layers] == ["data", "l", "p"]


def test_parameters_of_one_name_are_counted_once(tmp_path: Path) -> None:
    ip = 'param { name: "w" } param { name: "b" } inner_product_param { num_output: 252 axis: 1 }'
    net = IMAGE + layer("InnerProduct", "data", "a", ip) + layer("InnerProduct", "a", "b", ip)
    found = read(net, tmp_path)
    assert totals(found)["params"] == totals(found)["caffe params"] == 252 * 252 + 252
    assert totals(found)["compute"] == 2 * 2 * 252 * 252
    assert found.notes == ("2 parameters are shared by several layers and counted once: w by a, b; b by a, b",)
    with pytest.raises(FileError, match="it shares parameter 'w' of shape 252x252 with 'a', its own is 9x252"):
        read(net[: net.rindex("252")] + net[net.rindex("252") :].replace("252", "9"), tmp_path)


def test_old_syntax_is_the_same_network(tmp_path: Path) -> None:
    new = """
layer { name: "c" type: "Convolution" bottom: "data" top: "c" param { lr_mult: 1 } param { lr_mult: 2 }
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
layer { name: "p" type: "Pooling" bottom: "c" top: "p" pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
layer { name: "f" type: "InnerProduct" bottom: "p" top: "f" inner_product_param { num_output: 5 } }
layer { name: "s" type: "Softmax" bottom: "f" top: "s" }
"""
    v1 = """
layers { name: "c" type: CONVOLUTION bottom: "data" top: "c" blobs_lr: 1 blobs_lr: 2 weight_decay: 1
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
layers { name: "p" type: POOLING bottom: "c" top: "p" pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
layers { name: "f" type: INNER_PRODUCT bottom: "p" top: "f" inner_product_param { num_output: 5 } }
layers { name: "s" type: 20 bottom: "f" top: "s" }
"""
    v0 = """
layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "data" top: "pad" }
layers { layer { name: "c" type: "conv" num_output: 4 kernelsize: 3 blobs_lr: 1. weight_decay: 1. } bottom: "pad" top: "c" }
layers { layer { name: "p" type: "pool" pool: AVE kernelsize: 3 stride: 2 } bottom: "c" top: "p" }
layers { layer { name: "f" type: "innerproduct" num_output: 5 } bottom: "p" top: "f" }
layers { layer { name: "s" type: "softmax" } bottom: "f" top: "s" }
"""
    head = inputs(data="2 3 9 9")
    fields = 'input: "data" input_dim: [2, 3, 9, 9]\n'
    shape = 'input: "data"\ninput_shape { dim: 2 dim: 3 dim: 9 dim: 9 }\n'
    wanted = read(head + new, tmp_path)
    for text in (fields + new, shape + new, fields + v1, shape + v0):
        found = read(text, tmp_path)
        assert totals(found) == totals(wanted)
        assert [(x.op, x.y) for x in found.model.layers] == [(x.op, x.y) for x in wanted.model.layers]
        assert (found.notes, found.partial) == ((), False)


DATA: list[tuple[str, str, str]] = [
    ("Data", "transform_param { crop_size: 8 mean_value: [1, 2, 3] } data_param { batch_size: 5 }", "5x3x8x8+5"),
    ("Data", "transform_param { force_gray: true } data_param { batch_size: 5 crop_size: 9 }", "5x1x9x9+5"),
    ("ImageData", "image_data_param { batch_size: 5 new_height: 7 new_width: 6 }", "5x3x7x6+5"),
    (
        "ImageData",
        "image_data_param { new_height: 7 new_width: 6 is_color: false } transform_param { crop_size: 4 }",
        "1x1x4x4+1",
    ),
    ("WindowData", "window_data_param { batch_size: 5 crop_size: 9 }", "5x3x9x9+5"),
    ("MemoryData", "memory_data_param { batch_size: 5 channels: 2 height: 4 width: 3 }", "5x2x4x3+5"),
    ("DummyData", "dummy_data_param { shape { dim: 5 dim: 4 } shape { dim: 5 } }", "5x4+5"),
    ("DummyData", "dummy_data_param { num: 5 channels: 2 height: [4, 1] width: 3 }", "5x2x4x3+5x2x1x3"),
    ("Input", "input_param { shape { dim: 5 dim: 4 } }", "5x4+5x4"),
]


@pytest.mark.parametrize(("kind", "more", "text"), DATA, ids=lambda v: str(v)[:30])
def test_what_data_layers_hand_over(kind: str, more: str, text: str, tmp_path: Path) -> None:
    found = read(layer(kind, "", "data label", more), tmp_path)
    assert found.model.input_text == text
    assert found.notes == ()
    assert found.model.layers[0].values == ("data", "data:1")


def test_what_no_file_tells_is_asked_for_or_said(tmp_path: Path) -> None:
    hdf5 = layer("HDF5Data", "", "data label", "hdf5_data_param { batch_size: 8 }")
    asked = (
        r"net.prototxt does not tell the shape of data \(of HDF5Data\), label \(of HDF5Data\). "
        r"Hint: --input data=1x3x224x224 --input label=1x3x224x224, with the sizes that you mean"
    )
    with pytest.raises(UsageError, match=asked):
        read(hdf5, tmp_path)
    assert read(hdf5, tmp_path, {"data": (8, 3), "label": (8,)}).model.input_text == "8x3+8"
    lmdb = layer("Data", "", "data label", "transform_param { crop_size: 8 } data_param { batch_size: 5 }")
    (said,) = read(lmdb, tmp_path).notes
    assert said.startswith("taken for granted, as the file does not tell: data of layer 'data' has 3 channels: 5x3x8x8. Hint: ")
    assert read(lmdb, tmp_path, {"data": (5, 4, 8, 8)}).notes == ()


def test_an_unknown_layer_is_named_with_an_upper_bound(tmp_path: Path) -> None:
    net = IMAGE + layer("Permute", "data", "odd", "permute_param { order: 0 }") + layer("TanH", "odd", "y")
    found = read(net, tmp_path)
    assert found.partial
    assert found.notes == (
        "not counted: 1 Permute, no bound is known: odd (2x4x9x7 → an unknown shape)",
        "not counted: 1 TanH, no bound is known: y (nothing → an unknown shape)",
    )
    stated = read(net, tmp_path, {"odd": (2, 9, 7, 4)})
    assert stated.notes == ("not counted: 1 Permute, at most 254,016 MACs: odd (2x4x9x7 → 2x9x7x4)",)
    assert stated.model.layers[-1].y == (2, 9, 7, 4)
    source = layer("Python", "", "data") + layer("TanH", "data", "y")
    assert read(source, tmp_path, {"data": (1, 2)}).model.layers[-1].y == (1, 2)


def test_fields_that_caffe_does_not_have_are_named_and_passed_over(tmp_path: Path) -> None:
    net = IMAGE + layer("Convolution", "data", "y", "convolution_param {\n num_output: 4 kernel_size: 3 grup: 2 }")
    found = read(net, tmp_path)
    assert found.partial
    assert found.notes == (
        "passed over: Caffe 1.0 has no field 'convolution_param.grup' (line 3, column 37; did you mean group?)",
    )


# --- the command ----------------------------------------------------------------------------------------------------------


def ran(*words: Any) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["caffe", *map(str, words)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_the_command_counts_by_name_and_by_file(tmp_path: Path) -> None:
    code, out, err = ran("alexnet-train_val", "--phase", "train", "--format", "csv")
    assert (code, err) == (0, "")
    rows = {(r["convention"], r["metric"]): (int(r["value"]), r["unit"]) for r in csv.DictReader(io.StringIO(out))}
    assert rows["caffe", "memory"] == (2_129_727_492, "B")
    assert rows["caffe", "layers"] == (24, "layers")
    assert rows["mac", "compute"] == (724_406_816 * 256, "MAC")
    path = tmp_path / "mine.prototxt"
    path.write_text(TRAIN_VAL)
    code, out, err = ran(path, "--batch", 1, "--layers", "--format", "csv")
    assert (code, err) == (0, "")
    listed = list(csv.DictReader(io.StringIO(out)))
    assert [r["layer"] for r in listed] == [*(x.id for x in load(path).model.layers), "(total)"]
    assert sum(int(r["caffe memory (B)"]) for r in listed[:-1]) == int(listed[-1]["caffe memory (B)"])


def test_the_command_explains_a_number_term_by_term() -> None:
    code, out, err = ran("vgg19-deploy", "--explain", "memory")
    assert (code, err) == (0, "")
    assert "1,256,466,560" in out
    assert "residual 0" in out
    code, out, _ = ran("vgg19-deploy", "-e", "layers", "-f", "json")
    assert (code, json.loads(out)["numbers"][0]["value"]) == (0, 46)
    with pytest.raises(UsageError, match=r"an explanation is no table of cells\. Hint: --format table or json"):
        ran("vgg19-deploy", "-e", "layers", "-f", "csv")
    with pytest.raises(UsageError, match=r"caffe gives no compute. Hint: it gives layers, params, memory"):
        ran("vgg19-deploy", "--explain", "compute")


def test_unknown_names_are_answered_with_those_that_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"there is no file and no network 'alexnet'. Hint: networks that come along: alexnet-"
    ) as error:
        ran("alexnet")
    assert all(name in str(error.value) for name in bundled())
    with pytest.raises(FileError, match=r"no/such.prototxt: there is no such file"):
        ran("no/such.prototxt")


def test_the_convention_is_for_networks_of_caffe_and_says_so(tmp_path: Path) -> None:
    for words in (["count", "lenet", "-c", "caffe"], ["explain", "lenet", "caffe", "--predicted"]):
        done = CliRunner().invoke(app, words)
        assert isinstance(done.exception, UsageError)
        assert str(done.exception).endswith("Hint: crosscheck caffe FILE.prototxt")
    with pytest.raises(UsageError, match="convention 'onnx_tool' counts onnx files, not caffe"):
        ran("lenet-deploy", "-c", "onnx_tool")
    code, out, err = ran("lenet-deploy", "--all", "--format", "csv")
    assert code == 0
    assert {line.split(",")[2] for line in out.splitlines()[1:]} == {"mac", "caffe", "caffe_rc3"}
    assert re.search(r"left out, as they count other files: onnx_opcounter, onnx_tool, opencv", err)


def test_a_partial_count_ends_with_3(tmp_path: Path) -> None:
    path = tmp_path / "odd.prototxt"
    path.write_text(IMAGE + layer("Permute", "data", "odd"))
    code, _, err = ran(path)
    assert code == 3
    assert err.startswith("crosscheck: not counted: 1 Permute")
