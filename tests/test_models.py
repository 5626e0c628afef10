"""The model families against published figures, and laws that hold between variants."""

from __future__ import annotations

import re

import pytest

from crosscheck import models
from crosscheck.engine import Tally, tally
from crosscheck.errors import ShapeError, UnknownNameError, UsageError
from crosscheck.primitives import COMPUTE, PARAMS
from tests.helpers import same

LEARNED = ("weight", "bias", "norm_scale", "norm_shift")

PUBLISHED_PARAMS = {
    "lenet": 61_610,  # paddle.vision.models.LeNet with paddle.summary, PaddlePaddle's documentation
    "lenet5": 61_706,  # LeCun 1998 with the full connection table: 156 + 2,416 + 48,120 + 10,164 + 850
    "lenet5-28": 61_706,
    "alexnet": 61_100_840,  # torchvision.models.alexnet, num_params
    "alexnet-paper": 60_965_224,  # Krizhevsky 2012, "60 million"; bvlc_alexnet
    "vgg11": 132_863_336,  # num_params of torchvision's weight documentation from here on
    "vgg11-bn": 132_868_840,
    "vgg13": 133_047_848,
    "vgg13-bn": 133_053_736,
    "vgg16": 138_357_544,
    "vgg16-bn": 138_365_992,
    "vgg19": 143_667_240,
    "vgg19-bn": 143_678_248,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
}
# "GFLOPS" of torchvision's weight documentation, which counts one multiply-add as one; three decimals, cut or rounded
PUBLISHED_GIGA_MACS = {
    "alexnet": 0.714,
    "vgg11": 7.609,
    "vgg13": 11.308,
    "vgg16": 15.470,
    "vgg19": 19.632,
    "resnet18": 1.814,
    "resnet34": 3.664,
    "resnet50": 4.089,
    "resnet101": 7.801,
    "resnet152": 11.514,
}
# He et al. 2015, table 1, "FLOPs" (multiply-adds), two digits, of the paper's own v1 networks
PAPER_GIGA_MACS = {"resnet18": 1.8, "resnet34": 3.6, "resnet50-v1": 3.8, "resnet101-v1": 7.6, "resnet152-v1": 11.3}
# Sze et al. 2017, arXiv:1703.09039, table II: millions of MACs of AlexNet's convolutions and linear layers
ALEXNET_MEGA_MACS = {"conv1": 105, "conv2": 224, "conv3": 150, "conv4": 112, "conv5": 75, "fc6": 38, "fc7": 17, "fc8": 4}


def counted(name: str, batch: int = 1, classes: int | None = None) -> Tally:
    return tally(models.build(name, batch=batch, classes=classes))


def learned(t: Tally) -> int:
    return sum(t.sum(p) for p in LEARNED)


def test_parameters_are_the_published_ones() -> None:
    same({name: learned(counted(name)) for name in PUBLISHED_PARAMS}, PUBLISHED_PARAMS, "parameters")


def test_macs_are_the_published_ones() -> None:
    for name, giga in PUBLISHED_GIGA_MACS.items():
        assert counted(name).sum("mac") / 1e9 == pytest.approx(giga, abs=0.0011), name
    for name, giga in PAPER_GIGA_MACS.items():
        assert counted(name).sum("mac") / 1e9 == pytest.approx(giga, abs=0.1), name
    assert counted("resnet50").sum("mac") == 4_089_184_256  # fvcore and torchvision, to the last one
    assert counted("vgg16").sum("mac") == 15_470_264_320


def test_alexnet_of_the_paper_has_the_macs_that_others_list_per_layer() -> None:
    t = counted("alexnet-paper")
    mega = {x.id.rsplit(".")[-1]: round(c["mac"] / 1e6) for x, c in t.layers if "mac" in c}
    same(mega, ALEXNET_MEGA_MACS, "millions of MACs")
    assert t.sum("mac") == 724_406_816


def test_classic_lenet_has_the_layer_sizes_of_the_paper() -> None:
    t = counted("lenet5")
    params = {x.id.rsplit(".")[-1]: sum(c.get(p, 0) for p in LEARNED) for x, c in t.layers if "weight" in c}
    same(params, {"c1": 156, "c3": 2_416, "c5": 48_120, "f6": 10_164, "output": 850})
    shapes = {x.id.rsplit(".")[-1]: x.y[1:] for x, _ in t.layers}
    assert (shapes["c1"], shapes["s2"], shapes["c3"], shapes["s4"]) == ((6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5))
    assert t.sum("mac") == 117_600 + 240_000 + 48_000 + 10_080 + 840
    assert counted("lenet5-28").sum("mac") == t.sum("mac"), "28×28 padded by 2 is as much work as 32×32"


@pytest.mark.parametrize("name", list(models.variants()))
def test_a_batch_multiplies_the_work_and_leaves_the_parameters(name: str) -> None:
    one, three = counted(name), counted(name, batch=3)
    fixed = set(PARAMS) | {
        "channels",
        "plain_channels",
        "scan_positions",
        "slide_elements",
        "container_weights",
    }  # however many samples go through
    rounded = {"float_cut", "grid_products"}
    for primitive in (COMPUTE | PARAMS).keys() - rounded:
        if primitive.startswith("beyond_"):
            base = primitive.removeprefix("beyond_")
            assert three.sum(primitive) == three.sum(base) - one.sum(base), primitive
            continue
        factor = 1 if primitive in fixed else 3
        assert three.sum(primitive) == factor * one.sum(primitive), primitive


@pytest.mark.parametrize("name", list(models.variants()))
def test_classes_change_the_last_linear_layer_alone(name: str) -> None:
    usual, seven = counted(name), counted(name, classes=7)
    changed = [x.id for (x, a), (_, b) in zip(usual.layers, seven.layers, strict=True) if a != b]
    last = [x for x, _ in usual.layers if x.op in ("linear", "rbf")][-1]
    assert changed == [last.id]
    features, classes = last.x[-1], last.attrs["out_features"]
    assert learned(usual) - learned(seven) == (classes - 7) * (features + 1 if last.op == "linear" else 0)
    assert seven.model.by_id[seven.model.outputs[0]].y == (1, 7)


@pytest.mark.parametrize("depth", [18, 34])
def test_shortcut_options_differ_by_their_projections(depth: int) -> None:
    b, a, c = (counted(f"resnet{depth}{option}") for option in ("", "-a", "-c"))
    # a 1×1 convolution without bias and a batch norm for each new width: 64→128→256→512
    assert learned(b) - learned(a) == sum(n * 2 * n + 2 * 2 * n for n in (64, 128, 256))
    own = {option: {x.id for x, _ in t.layers if ".downsample." in x.id} for option, t in (("a", a), ("b", b))}
    assert own["a"] == {f"layer{k}.0.downsample.{part}" for k in (2, 3, 4) for part in ("subsample", "pad")}
    assert own["b"] == {f"layer{k}.0.downsample.{part}" for k in (2, 3, 4) for part in "01"}
    blocks = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}[depth]
    new = {64: blocks[0], 128: blocks[1] - 1, 256: blocks[2] - 1, 512: blocks[3] - 1}  # blocks that get a projection in C only
    assert learned(c) - learned(b) == sum(k * (n * n + 2 * n) for n, k in new.items())


@pytest.mark.parametrize("depth", [50, 101, 152])
def test_the_stride_of_a_bottleneck_moves_work_but_no_parameters(depth: int) -> None:
    v1, v15 = counted(f"resnet{depth}-v1"), counted(f"resnet{depth}")
    same({p: v1.sum(p) for p in PARAMS}, {p: v15.sum(p) for p in PARAMS})
    assert v1.sum("mac") < v15.sum("mac")
    heavier = {x.id for (x, a), (_, b) in zip(v1.layers, v15.layers, strict=True) if a.get("mac") != b.get("mac")}
    assert heavier == {f"layer{stage}.0.conv1" for stage in (2, 3, 4)}, "conv2 ends on the smaller size either way"


@pytest.mark.parametrize("depth", [11, 13, 16, 19])
def test_batch_normalisation_adds_two_parameters_a_channel(depth: int) -> None:
    plain, norm = counted(f"vgg{depth}"), counted(f"vgg{depth}-bn")
    channels = sum(x.y[1] for x, _ in plain.layers if x.op == "conv")
    assert learned(norm) - learned(plain) == 2 * channels
    assert norm.sum("mac") == plain.sum("mac")


def test_convolutions_of_the_cifar_variant_are_those_of_vgg16() -> None:
    weights = [[c["weight"] for x, c in counted(n).layers if x.op == "conv"] for n in ("vgg16", "vgg16-cifar")]
    assert weights[0] == weights[1]
    assert counted("vgg16-cifar").model.by_id["flatten"].y == (1, 512)


def test_every_variant_says_what_it_is_and_where_it_comes_from() -> None:
    seen: dict[tuple[str, str], str] = {}
    for name, variant in models.variants().items():
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert variant.says, name
        assert variant.source, name
        twin = seen.setdefault((variant.family, variant.says + variant.source + str(variant.options)), name)
        assert twin == name, f"{twin} and {name} are described alike"
    assert set(models.DEFAULT_SET) <= set(models.variants())


@pytest.mark.parametrize(
    ("name", "shape", "layer"),
    [
        ("lenet5", (1, 8, 8), r"features\.c3"),
        ("alexnet", (3, 16, 16), r"features\.5"),
        ("alexnet-paper", (3, 40, 40), r"features\.pool5"),
        ("vgg16", (3, 16, 16), r"features\.30"),
    ],
)
def test_an_input_that_is_too_small_names_the_layer_where_it_runs_out(name: str, shape: tuple[int, ...], layer: str) -> None:
    with pytest.raises(ShapeError, match=rf"^{name}: layer '{layer}' \(\w+\) does not fit its input 1x\d+"):
        models.build(name, input_shape=shape)


def test_requests_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown model 'resnet5O'. Hint: did you mean .*resnet50"):
        models.build("resnet5O")
    for batch in (0, -1):
        with pytest.raises(UsageError, match=f"batch {batch} is below 1"):
            models.build("lenet", batch=batch)
    with pytest.raises(UsageError, match=r"classes 0 is below 1"):
        models.build("lenet", classes=0)


@pytest.mark.parametrize("text", ["", "224", "224x224", "1x3x224x224", "3x0x224", "3x-1x224", "3x2.5x224", "axbxc", "3xx224"])
def test_an_input_that_is_no_shape_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"not channels x height x width. Hint: write it like 3x224x224"):
        models.parse_input(text)


@pytest.mark.parametrize("text", ["3x224x224", "3×224×224", " 3,224,224 "])
def test_an_input_may_be_written_with_x_the_times_sign_or_commas(text: str) -> None:
    assert models.parse_input(text) == (3, 224, 224)
