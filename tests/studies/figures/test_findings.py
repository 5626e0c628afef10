"""What figures say together: every claim of a finding's title and sentence holds on its rows, worked out from shapes alone."""

from __future__ import annotations

from functools import cache
from math import prod

import pytest

from crosscheck import models
from crosscheck.contract.network import Layer, Model, numel
from crosscheck.conventions import read as convention
from crosscheck.studies.figures import exact, findings
from crosscheck.studies.figures.findings import Finding
from crosscheck.studies.figures.verdict import ROUNDS
from tests.studies.figures.verdicts import of, verdicts

MB = 2**20


@cache
def found() -> dict[str, Finding]:
    return {f.title: f for f in findings.all_of(verdicts())}


def finding(*words: str) -> Finding:
    """The one finding whose title and sentence hold these words: a text that says something else has no test."""
    (one,) = (f for f in found().values() if words[0] in f.title)
    for word in words[1:]:
        assert word in one.says, f"{one.title}: its sentence no longer says {word!r}"
    return one


def number(cell: object) -> int:
    assert isinstance(cell, int), cell
    return cell


def layers(model: Model, *ops: str) -> list[Layer]:
    return [x for x in model.layers if x.op in ops]


def taps(x: Layer) -> int:
    """Products behind one output of a convolution."""
    return x.in_shapes[0][1] // int(x.attrs["groups"]) * prod(x.attrs["kernel"])


def weights(x: Layer) -> int:
    return x.y[1] * (taps(x) if x.op == "conv" else x.x[1])


def weights_of_twice_grouped(x: Layer) -> int:
    """Weights of a convolution whose channels in a group are divided by the groups once more, as Python 2 divides."""
    groups = int(x.attrs["groups"])
    return x.y[1] * prod(x.attrs["kernel"]) * (x.in_shapes[0][1] // groups // groups)


def biases(x: Layer) -> int:
    return x.y[1] * bool(x.attrs["bias"])


def value(name: str, by: str, metric: str, place: str = "") -> int:
    n = exact.value(name, (1, *models.get(name).input), None, place, by, metric)
    assert n is not None
    return n


def test_every_finding_is_there_and_none_is_without_a_test() -> None:
    tested = (
        "PaddleClas",
        "VGG note",
        "Formulas",
        "overflow",
        "mmpretrain",
        "Activations",
        "half precision",
        "A, B and C",
        "many",
    )
    assert len(found()) == len(tested)
    assert all(sum(word in title for title in found()) == 1 for word in tested)


def test_paddleclas_about_a_factor_of_two() -> None:
    f = finding("two tables of one project, about a factor of two apart")
    assert len(f.rows) == 20
    ratios = {str(row[0]): float(str(row[3])) for row in f.rows}
    assert all(1.85 < r <= 2 for r in ratios.values())
    assert ("ResNet50", "8.190", "4.11", "1.99", "25.560", "25.61", -54_119) in f.rows
    assert {of("PaddleClas", v).kind for v in ("8.190", "4.11")} == {ROUNDS}


PADDLECLAS = (
    *("alexnet-paddle", "resnet18-paddleclas", "resnet34-paddleclas", "resnet50", "resnet101", "resnet152", "resnet50-vc"),
    *("resnet18-vd", "resnet34-vd", "resnet50-vd", "resnet101-vd", "resnet152-vd"),
    *("resnext50-32x4d", "resnext50-64x4d", "resnext101-32x4d", "resnext101-64x4d"),
    *("vgg11-paddleclas", "vgg13-paddleclas", "vgg16-paddleclas", "vgg19-paddleclas"),
)


def test_paddleclas_every_network_of_its_tables_is_looked_at() -> None:
    told = {v.label.network for v in verdicts() if v.figure.source == "PaddlePaddle/PaddleClas" and v.label}
    assert set(PADDLECLAS) == told


@pytest.mark.parametrize("name", PADDLECLAS)
def test_paddleclas_what_each_table_counts(name: str) -> None:
    finding(
        "PaddleClas",
        "a multiply-add of a convolution counts two and of a fully connected layer one, batch norm two an element",
        "pooling its windows, every activation layer minus one an element",
        "grouped convolutions next to nothing",
        "one a multiply-add",
    )
    by_op = {by: findings.by_op(name, by) for by in ("paddle_model_stat_py2", "paddle_flops")}
    older, newer = by_op["paddle_model_stat_py2"], by_op["paddle_flops"]
    model = models.build(name)
    convs, products = layers(model, "conv"), layers(model, "linear")
    dense = [x for x in convs if x.attrs["groups"] == 1]
    mac = sum(taps(x) * numel(x.y) for x in convs)
    assert older["linear"] == newer["linear"] == sum(weights(x) for x in products)
    assert newer["conv"] == mac + sum(numel(x.y) for x in convs if x.attrs["bias"])
    grouped = older["conv"] - 2 * sum(taps(x) * numel(x.y) for x in dense)
    grouped_mac = mac - sum(taps(x) * numel(x.y) for x in dense)
    assert 0 <= grouped <= 2 * grouped_mac // 16, "what is left is of grouped convolutions, and little"
    assert older.get("batchnorm", 0) == 2 * sum(numel(x.y) for x in layers(model, "batchnorm"))
    assert older["relu"] == -sum(numel(x.y) for x in layers(model, "relu") if not x.functional)
    pools = layers(model, "maxpool", "avgpool")
    assert older.get("maxpool", 0) + older.get("avgpool", 0) == sum(numel(x.y) * prod(x.attrs["kernel"]) for x in pools)


@pytest.mark.parametrize("name", PADDLECLAS)
def test_paddleclas_where_parameters_differ(name: str) -> None:
    finding("PaddleClas", "Parameters differ by running statistics, biases and grouped filters.")
    model = models.build(name)
    weighted = layers(model, "conv", "linear")
    statistics = sum(2 * x.y[1] for x in layers(model, "batchnorm"))
    filters = sum(weights(x) - weights_of_twice_grouped(x) for x in layers(model, "conv"))
    ones = len(layers(model, "linear"))  # the bias of a product counts one
    left_out = statistics + sum(map(biases, weighted)) - ones + filters
    assert value(name, "paddle_model_stat_py2", "params") - value(name, "paddle_flops", "params") == -left_out


def test_vgg_formula() -> None:
    f = finding(
        "VGG note: the formula contradicts the definition above it",
        "adds only the bias to the products",
        "By its own definition an output with bias costs 2·Cin·K1·K2",
        "The formula is the multiply-add count with bias, as paddle.flops has it.",
    )
    assert len(f.rows) == 3
    for name, formula, defined, missing, ratio in f.rows:
        convs = layers(models.build(str(name)), "conv")
        assert all(x.attrs["bias"] for x in convs)
        assert (
            formula
            == sum(numel(x.y) * (taps(x) + 1) for x in convs)
            == value(str(name), "paddle_flops", "compute", exact.CONVOLUTIONS)
        )
        assert defined == sum(numel(x.y) * 2 * taps(x) for x in convs)
        assert missing == sum(numel(x.y) * (taps(x) - 1) for x in convs) == number(defined) - number(formula)
        assert ratio == f"{number(defined) / number(formula):.3f}"


def test_formulas_on_every_layer_of_their_kind() -> None:
    f = finding("Formulas on trial", "Each formula on every layer of its kind in", "the first layer where it fails is shown")
    names = f.says.partition(" in ")[2].partition(";")[0].split(", ")
    built = [models.build(name) for name in names]
    many = {op: sum(len(layers(m, op)) for m in built) for op in ("conv", "batchnorm", "linear")}
    for _, text, _, held, odd in f.rows:
        met, _, all_ = str(held).partition(" of ")
        op = "linear" if "Linear" in str(text) else "batchnorm" if "BatchNorm" in str(text) else "conv"
        assert int(all_) == many[op], text
        assert (met != all_) == bool(odd), text
    assert {r[3] for r in f.rows if r[1] == "BatchNorm2D parameters = 4·C"} == {"119 of 119", "0 of 119"}


def test_overflow() -> None:
    f = finding(
        "two sizes come from an integer overflow",
        "Beyond 2^31 the sum turns negative, abs() drops its sign, and 8 bytes times what is left are printed.",
    )
    assert len(f.rows) == 2
    for _, size, printed, right, _, outputs, wrapped in f.rows:
        assert number(outputs) > 2**31
        assert number(wrapped) == number(outputs) - 2**32 < 0
        lost = 8 * (number(outputs) - abs(number(wrapped))) / MB
        assert float(str(right)) - float(str(printed)) == pytest.approx(lost, abs=0.011)
        if "pass" in str(size):
            assert float(str(printed)) == pytest.approx(8 * abs(number(wrapped)) / MB, abs=0.006)


def test_backbones() -> None:
    f = finding(
        "mmpretrain: ResNet-50 has two FLOPs in one project",
        "The metafile's figure was made with mmcv's counter, the one in the documentation with its successor",
        "which counts as fvcore does: no rectifiers, no max pooling",
        "Both leave out the classifying head.",
    )
    who = {str(where): str(by) for where, _, by, _, _ in f.rows}
    assert all(("mmcv" in by) == where.endswith(("metafile.yml", "README.md")) for where, by in who.items())
    assert {by for where, by in who.items() if where.startswith("docs/")} == {convention.load("fvcore").title}
    assert {part for *_, part, _ in f.rows} == {"all but fc"}
    less, more = sorted({number(n) for *_, n in f.rows})
    model = models.build("resnet50")
    assert more - less == sum(numel(x.x) for x in layers(model, "relu", "maxpool"))


def test_activations() -> None:
    f = finding(
        "Activations: two projects, one word",
        "are outputs of convolutions and products; pycls adds the output of max pooling",
    )
    assert f.rows
    for name, fvcore, pycls, difference, pool in f.rows:
        model = models.build(str(name))
        assert fvcore == sum(numel(x.y) for x in layers(model, "conv", "linear"))
        assert number(pycls) - number(fvcore) == difference == pool == sum(numel(x.y) for x in layers(model, "maxpool"))


def test_halves() -> None:
    f = finding(
        "two weight files are in half precision",
        "half as large as their networks",
        "weights of convolutions and products are stored in 2 bytes, those of batch norm and its statistics in 4",
    )
    assert len(f.rows) == 2
    for name, printed, single, half, left in f.rows:
        model = models.build(str(name))
        norms = layers(model, "batchnorm")
        in_two = sum(weights(x) + biases(x) for x in layers(model, "conv", "linear"))
        in_four = sum(4 * x.y[1] for x in norms)
        size, batches = float(str(printed)) * MB, 8 * len(norms)
        assert float(str(half)) == pytest.approx((2 * in_two + 4 * in_four + batches) / MB, abs=0.0006)
        assert float(str(single)) == pytest.approx((4 * (in_two + in_four) + batches) / MB, abs=0.0006)
        assert size / MB == pytest.approx(float(str(single)) / 2, rel=0.01)
        tensors = len(layers(model, "conv", "linear")) + 1 + 5 * len(norms)
        assert 90 * tensors < number(left) < 400 * tensors


def test_shortcuts() -> None:
    f = finding(
        "shortcut options A, B and C, counted", "A pads with zeros, B projects where the shape changes, C projects everywhere."
    )
    assert [r[3] for r in f.rows] == [11_515_688, 11_689_512, 12_043_816, 21_623_848, 21_797_672, 22_716_840]
    for depth, blocks in ((18, 8), (34, 16)):
        a, b, c = (models.build(f"resnet{depth}{option}") for option in ("-a", "", "-c"))
        convs = [len(layers(m, "conv")) for m in (a, b, c)]
        assert len(layers(a, "zero_pad")) == 3
        assert not layers(b, "zero_pad")
        assert convs == [convs[0], convs[0] + 3, convs[0] + blocks]


def test_many_numbers_of_one_network() -> None:
    f = finding("One network, many numbers: resnet50", "operations of resnet50 or resnet50-v1 on one image of 3x224x224")
    numbers = [number(r[1]) for r in f.rows]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) >= 10
    printed = {
        v.figure.value
        for v in verdicts()
        if v.figure.network in ("resnet50", "resnet50-v1") and v.figure.counts == "compute" and v.figure.shape == "1x3x224x224"
    }
    assert printed <= {str(r[0]).split()[0] for r in f.rows}, "everything that is printed"
