"""Caffe's three figures of the networks that come along, against what Caffe printed, and against the same networks in Python."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosscheck import models
from crosscheck.contract.network import numel
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.explain import terms as explain
from crosscheck.importers.caffe.load import bundled, load
from tests.helpers import same
from tests.importers.caffe.files import inputs, layer, read, totals
from tests.importers.caffe.googlenet import googlenet
from tests.importers.caffe.logs import LOGS, Log
from tests.importers.caffe.resnet import resnet50

CAFFE, MAC = convention.load("caffe"), convention.load("mac")


def tally(name: str, phase: str = "TEST", batch: int | None = None) -> Tally:
    found = load(bundled()[name], phase=phase, batch=batch)
    assert (found.notes, found.partial) == ((), False)
    return engine.tally(found.model)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.network}-{log.phase}")
def test_memory_is_what_caffe_printed_to_the_byte_behind_every_layer(log: Log, tmp_path: Path) -> None:
    if log.network == "googlenet":
        counted = engine.tally(read(googlenet(108, classes=495), tmp_path, phase=log.phase).model)
    else:
        counted = tally(log.network, log.phase, log.batch)
    table = convention.load(log.convention).table("memory")
    sizes = [engine.layer_value(counted, table, log.convention, layer, counts) for layer, counts in counted.layers]
    behind = dict(zip((layer.id for layer, _ in counted.layers), accumulate(sizes), strict=True))
    same({name: behind.get(name) for name in log.printed}, log.printed, log.source)
    if "loss" in log.printed or "prob" in log.printed:
        assert list(behind)[-1] in log.printed, "the sum behind the last layer is the whole"


def test_before_it_was_a_layer_the_input_took_no_memory() -> None:
    """The same deploy file: one layer and one input more in Caffe 1.0 than in rc3; nothing changes where data layers are."""
    old = convention.load("caffe_rc3")
    for name in bundled():
        counted = tally(name)
        given = counted.totals.get("input", {}).get("out_elements", 0)
        more = {m: engine.total(counted, CAFFE, m) - engine.total(counted, old, m) for m in CAFFE.metrics}
        assert more == ({"layers": 1, "params": 0, "memory": 4 * given} if "deploy" in name else dict.fromkeys(more, 0))
        for metric, value in more.items():
            terms = explain.difference(counted, CAFFE, counted, old, metric)
            assert [(t.op, t.value) for t in terms] == ([("input", value)] if value else [])


# layers, parameters, bytes; the sums are written out below, by hand
FIGURES = {
    ("alexnet-train_val", "TRAIN"): (24, 60_965_224, 2_129_727_492),
    ("alexnet-train_val", "TEST"): (27, 60_965_224, 416_362_808),
    ("alexnet-deploy", "TEST"): (24, 60_965_224, 83_232_440),
    ("vgg19-train_val", "TRAIN"): (46, 143_667_240, 32_164_520_964),
    ("vgg19-train_val", "TEST"): (49, 143_667_240, 6_282_533_408),
    ("vgg19-deploy", "TEST"): (46, 143_667_240, 1_256_466_560),
    ("vgg16-deploy", "TEST"): (40, 138_357_544, 1_152_100_480),
    ("lenet-train_test", "TRAIN"): (9, 431_080, 5_169_924),
    ("lenet-train_test", "TEST"): (12, 431_080, 8_086_808),
}


@pytest.mark.parametrize(("name", "phase"), FIGURES, ids=lambda v: str(v))
def test_the_three_figures(name: str, phase: str) -> None:
    counted = tally(name, phase)
    assert tuple(engine.total(counted, CAFFE, metric) for metric in ("layers", "params", "memory")) == FIGURES[name, phase]
    for metric in CAFFE.metrics:
        terms = explain.number(counted, CAFFE, metric)
        assert sum(t.value for t in terms) == engine.total(counted, CAFFE, metric), "the terms leave nothing over"


def vgg_elements(repeats: tuple[int, ...]) -> int:
    """Elements that one image makes: each convolution and its activation, each pooling, then the classifier."""
    sizes, channels = (224, 112, 56, 28, 14), (64, 128, 256, 512, 512)
    total = 3 * 224 * 224
    for n, c, r in zip(sizes, channels, repeats, strict=True):
        total += 2 * r * c * n * n + c * (n // 2) ** 2
    return total + 2 * 3 * 4096 + 1000  # fc6 and fc7 with activation and dropout, fc8


ALEXNET_ELEMENTS = (
    3 * 227 * 227
    + 3 * 96 * 55 * 55  # conv1, relu1, norm1
    + 96 * 27 * 27
    + 3 * 256 * 27 * 27  # conv2, relu2, norm2
    + 256 * 13 * 13
    + 4 * 384 * 13 * 13  # conv3, relu3, conv4, relu4
    + 2 * 256 * 13 * 13
    + 256 * 6 * 6
    + 2 * 3 * 4096  # fc6 and fc7, each with activation and dropout
    + 1000
)


@pytest.mark.parametrize(
    ("name", "elements"),
    [("alexnet", ALEXNET_ELEMENTS), ("vgg16", vgg_elements((2, 2, 3, 3, 3))), ("vgg19", vgg_elements((2, 2, 4, 4, 4)))],
)
def test_memory_by_hand(name: str, elements: int) -> None:
    """In training a label per image and one loss; in tests two copies of labels and predictions more, and one accuracy."""
    of = {phase: engine.total(tally(f"{name}-train_val", phase), CAFFE, "memory") for phase in ("TRAIN", "TEST")}
    assert of["TRAIN"] == 4 * (256 * (elements + 1) + 1)
    assert of["TEST"] == 4 * (50 * (elements + 1 + 2 * (1 + 1000)) + 2)
    assert engine.total(tally(f"{name}-deploy"), CAFFE, "memory") == 4 * 10 * (elements + 1000)


TWINS = {"alexnet-deploy": "alexnet-paper", "vgg16-deploy": "vgg16", "vgg19-deploy": "vgg19"}


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("batch", [1, 10])
def test_macs_and_parameters_are_those_of_the_same_network_in_python(name: str, batch: int) -> None:
    ours, theirs = tally(name, batch=batch), engine.tally(models.build(TWINS[name], batch=batch))
    for metric in ("compute", "params"):
        assert engine.total(ours, MAC, metric) == engine.total(theirs, MAC, metric)
    for primitive in ("mac", "weight", "bias", "bias_add", "window_elements"):
        mine = {op: counts.get(primitive, 0) for op, counts in ours.totals.items() if op in ("conv", "linear", "maxpool", "lrn")}
        same(mine, {op: theirs.totals[op].get(primitive, 0) for op in mine}, primitive)


def test_a_resnet_has_the_same_macs_and_its_statistics_as_parameters(tmp_path: Path) -> None:
    """Pooling without padding, rounded up, gives the 56 positions of the padded one; a normalisation holds one number more."""
    found = read(resnet50(2), tmp_path)
    assert (found.notes, found.partial) == ((), False)
    ours, theirs = engine.tally(found.model), engine.tally(models.build("resnet50-v1", batch=2))
    for metric in ("compute", "params"):
        assert engine.total(ours, MAC, metric) == engine.total(theirs, MAC, metric)
    assert found.model.by_id["pool1"].y == theirs.model.by_id["maxpool"].y
    assert found.model.by_id["pool1"].attrs["padding"] != theirs.model.by_id["maxpool"].attrs["padding"]
    learned = engine.total(ours, MAC, "params")
    assert engine.total(ours, CAFFE, "params") == learned + theirs.sum("running_stats") + 53
    convs, blocks = 53, 16
    splits = blocks  # what goes into a block is read twice
    relus = 1 + 3 * blocks
    assert engine.total(ours, CAFFE, "layers") == 1 + 3 * convs + relus + blocks + splits + len(("pool1", "pool5", "fc", "prob"))


def test_the_order_of_pooling_and_normalisation_is_all_that_caffenet_changes() -> None:
    first, second = tally("alexnet-deploy"), tally("caffenet-deploy")
    for metric in ("compute", "params"):
        assert engine.total(first, MAC, metric) == engine.total(second, MAC, metric)
    differ = {op for op in first.totals if first.totals[op].get("out_elements") != second.totals[op].get("out_elements")}
    assert differ == {"lrn"}
    saved = 96 * (55 * 55 - 27 * 27) + 256 * (27 * 27 - 13 * 13)
    assert first.sum("out_elements") - second.sum("out_elements") == 10 * saved


def test_in_every_network_memory_is_four_bytes_for_each_element_that_a_layer_hands_on() -> None:
    for name in bundled():
        for phase in ("TRAIN", "TEST"):
            counted = tally(name, phase)
            elements = sum(numel(shape) for layer, _ in counted.layers for shape in layer.out_shapes)
            assert engine.total(counted, CAFFE, "memory") == 4 * elements
            assert engine.total(counted, CAFFE, "layers") == len(counted.layers)


# --- laws -----------------------------------------------------------------------------------------------------------------


def mutated(op: str, primitive: str) -> Convention:
    """Caffe's convention with one weight of memory raised by 1."""
    table = CAFFE.table("memory")
    rows = tuple(w._replace(weight=w.weight + (w.primitive == primitive)) for w in table.weighed[op])
    changed = replace(table, weighed=MappingProxyType({**table.weighed, op: rows}))
    return replace(CAFFE, metrics=MappingProxyType({**CAFFE.metrics, "memory": changed}))


@pytest.mark.parametrize("op", ["input", "conv", "relu", "lrn", "maxpool", "linear", "dropout", "softmax"])
def test_a_wrong_weight_shows_at_the_layers_of_its_op_and_nowhere_else(op: str) -> None:
    log = next(log for log in LOGS if len(log.printed) > 20)
    counted, table = tally(log.network, log.phase), mutated(op, "out_elements").table("memory")
    printed = [b - a for a, b in pairwise((0, *log.printed.values()))]
    wrong = {
        layer.id
        for (layer, counts), size in zip(counted.layers, printed, strict=True)
        if engine.layer_value(counted, table, "caffe", layer, counts) != size
    }
    assert wrong == {layer.id for layer, _ in counted.layers if layer.op == op} != set()


@st.composite
def nets(draw: st.DrawFn) -> list[tuple[str, list[int], bool]]:
    """Layers over blobs of one size: kind, the blobs that are read, and whether the output is a loss too; blob 0 is the input."""
    found: list[tuple[str, list[int], bool]] = []
    for k in range(draw(st.integers(1, 12))):
        reads = draw(st.lists(st.integers(0, k), min_size=1, max_size=4))
        found.append(("TanH" if len(reads) == 1 else "Eltwise", reads, draw(st.sampled_from([False, False, True]))))
    return found


@given(net=nets(), batch=st.integers(1, 3))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_splits_are_one_for_each_blob_with_several_readers(
    net: list[tuple[str, list[int], bool]], batch: int, tmp_path: Path
) -> None:
    text = inputs(b0=f"{batch} 5")
    for k, (kind, reads, loss) in enumerate(net, 1):
        text += layer(kind, " ".join(f"b{r}" for r in reads), f"b{k}", "loss_weight: 0.5" if loss else "")
    readers = [sum(reads.count(k) for _, reads, _ in net) for k in range(len(net) + 1)]
    for k, (_, _, loss) in enumerate(net, 1):
        readers[k] += loss
    split = [n for n in readers if n > 1]
    found = totals(read(text, tmp_path))
    assert found["caffe layers"] == 1 + len(net) + len(split)
    assert found["caffe memory"] == 4 * 5 * batch * (1 + len(net) + sum(split))
