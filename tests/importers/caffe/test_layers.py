"""What each layer of Caffe becomes: its op, shapes, MACs and parameters."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from crosscheck.contract.network import Shape, numel
from crosscheck.importers.caffe import forks
from crosscheck.importers.caffe import layers as caffe_layers
from crosscheck.importers.caffe import moves as caffe_moves
from crosscheck.importers.caffe.load import HANDLERS
from crosscheck.importers.caffe.windows import pooled
from crosscheck.ops.described import vocabulary
from tests.helpers import same
from tests.importers.caffe.files import IMAGE, inputs, layer, read, totals

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
    assert rnn.model.layers[-1].origin.bound == (7, 2, 3, 5 + 2 * 3)
    assert totals(rnn)["caffe params"] == 3 * 5 + 3 + 3 * 3 + 3 * 3 + 3
    assert rnn.partial


def test_all_that_a_layer_can_become_is_in_the_vocabulary(tmp_path: Path) -> None:
    words = vocabulary("caffe")
    assert {op for _, _, op, *_ in LAYERS} | {row[4] for row in SEVERAL} <= set(words)
    tried = {row[0] for row in LAYERS} | {row[0] for row in SEVERAL} | {"RNN", "Parameter", "HDF5Output", "Swish", "Clip"}
    losses = {kind for kind in HANDLERS if kind.endswith("Loss")} - set(forks.HANDLERS)
    assert set(HANDLERS) - set(forks.HANDLERS) == set(caffe_layers.HANDLERS) | set(caffe_moves.HANDLERS) == tried | losses


def slid(size: int, kernel: int, stride: int, pad: int, *, padded: bool) -> int:
    """Put one window after the other until the padded end is reached, then drop one that starts behind the input."""
    starts = [-pad]
    while starts[-1] + kernel < size + pad:
        starts.append(starts[-1] + stride)
    if padded and starts[-1] >= size:
        starts.pop()
    return len(starts)


def test_windows_of_a_pooling_are_those_that_one_meets_by_sliding() -> None:
    """Every axis up to 29 with every window up to 8, stride up to 6 and padding that Caffe allows."""
    tried = 0
    for size, kernel, stride in product(range(1, 30), range(1, 9), range(1, 7)):
        for pad, clip in [(0, False), *((p, True) for p in range(kernel))]:
            if size + 2 * pad >= kernel:
                found = pooled(size, kernel, stride, pad, clip=clip)
                assert found == slid(size, kernel, stride, pad, padded=clip), (size, kernel, stride, pad, clip)
                tried += 1
    assert tried == 7_188


def test_caffes_rule_rounds_up_where_others_round_down(tmp_path: Path) -> None:
    """3×3 with stride 2 over 112: 56 positions, where rounding down gives 55."""
    pool = "pooling_param { kernel_size: 3 stride: 2 }"
    found = read(inputs(data="1 64 112 112") + layer("Pooling", "data", "y", pool), tmp_path)
    assert found.model.layers[-1].y == (1, 64, 56, 56)
    assert pooled(112, 3, 2, 0, clip=False, floor=True) == 55
