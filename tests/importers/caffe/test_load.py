"""Caffe networks as a whole: phases, splits, shared parameters, old syntax, data layers, and what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck.errors import FileError, UsageError
from tests.importers.caffe.files import IMAGE, TRAIN_VAL, inputs, layer, read, totals


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
    assert found.model.outputs == ("y",)
    assert totals(found)["caffe memory"] == 4 * 4 * 504


def test_a_sum_in_place_is_told_from_one_that_is_not(tmp_path: Path) -> None:
    made = IMAGE + layer("ReLU", "data", "a") + layer("ReLU", "data", "b")
    for top in ("a", "c"):
        found = read(made + layer("Eltwise", "a b", top, name="sum"), tmp_path)
        assert found.model.by_id["sum"].attrs["inplace"] == (top == "a")


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
    net = IMAGE + layer("Mystery", "data", "odd", "mystery_param { order: 0 }") + layer("TanH", "odd", "y")
    found = read(net, tmp_path)
    assert found.partial
    assert found.notes == (
        "not counted: 1 Mystery, no bound is known: odd (2x4x9x7 → an unknown shape)",
        "not counted: 1 TanH, no bound is known: y (nothing → an unknown shape)",
    )
    stated = read(net, tmp_path, {"odd": (2, 9, 7, 4)})
    assert stated.notes == ("not counted: 1 Mystery, at most 254,016 MACs: odd (2x4x9x7 → 2x9x7x4)",)
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
