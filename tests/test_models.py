"""The model families against published figures, and laws that hold between variants."""

from __future__ import annotations

import re

import pytest

from crosscheck import models
from crosscheck.engine import Tally, tally
from crosscheck.errors import ShapeError, UnknownNameError, UsageError
from crosscheck.primitives import COMPUTE, PARAMS
from tests import kinds
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
    "resnext50-32x4d": 25_028_904,
    "resnext101-32x8d": 88_791_336,
    "resnext101-64x4d": 83_455_272,
    "wide-resnet50-2": 68_883_240,
    "wide-resnet101-2": 126_886_696,
    "resnext101-32x4d": 44_177_704,  # pycls, dev/model_zoo, X-101-32x4d
    "alexnet-paddle": 61_100_840,  # as torchvision's: only what has no parameters differs
    "alexnet-caffenet": 60_965_224,  # Caffe's bvlc_reference_caffenet
    "vgg11-paddleclas": 132_860_584,  # vgg11 less a bias for each output channel of a convolution, and so on
    "vgg13-paddleclas": 133_044_904,
    "vgg16-paddleclas": 138_353_320,
    "vgg19-paddleclas": 143_661_736,
    "vgg16-mnist": 26_557_642,  # its convolutions are vgg16's first ten with one input channel
    "mnist-cnn": 21_840,  # torchinfo, tests/test_output/single_input.out
    "single-conv": 76,  # paddle.flops on Conv2D(2, 4, 3, padding=1)
    "single-linear": 12,
    "se-resnet50": 28_088_024,  # osmr/imgclsmob, lists of models, from here on
    "se-resnet101": 49_326_872,
    "se-resnet152": 66_821_848,
    "wrn-28-10": 36_479_194,
    "wrn-22-8": 17_158_106,  # logs of an implementation in Keras
}
# millions of parameters that a paper or a model zoo prints, with all the digits printed
PRINTED_MILLIONS = {
    "resnet20-cifar": "0.27",  # He et al. 2015, table 6
    "resnet32-cifar": "0.46",
    "resnet44-cifar": "0.66",
    "resnet56-cifar": "0.85",
    "resnet110-cifar": "1.7",
    "wrn-16-8": "11.0",  # Zagoruyko and Komodakis 2016, tables 4 and 5
    "wrn-22-8": "17.2",
    "wrn-28-10": "36.5",
    "wrn-40-4": "8.9",
    "resnet18-d": "11.71",  # timm, results/model_metadata-in1k.csv, param_count
    "resnet34-d": "21.82",
    "resnet50-vd": "25.58",
    "resnet101-vd": "44.57",
    "resnet152-vd": "60.21",
    "resnet50-vc": "25.58",  # mmpretrain, configs/resnet/metafile.yml, from here on
    "resnet101-vc": "44.57",
    "resnet152-vc": "60.21",
    "resnet18-cifar": "11.17",
    "resnet34-cifar": "21.28",
    "resnet50-cifar": "23.52",
    "resnet152-cifar": "58.16",
    "resnext152-32x4d": "59.95",
    "se-resnet50": "28.09",
    "se-resnet101": "49.33",
    "se-resnext50-32x4d": "27.56",  # timm
    "se-resnext101-32x4d": "48.96",
}
# the same with the running statistics, which these print as parameters
PRINTED_MILLIONS_WITH_STATISTICS = {
    "resnet18-paddleclas": "11.70",  # PaddleClas, docs, ResNet series and ResNeXt
    "resnet18-vd": "11.72",
    "resnet34-vd": "21.84",
    "resnet50-vc": "25.63",
    "resnet50-vd": "25.63",
    "resnet101-vd": "44.67",
    "resnet152-vd": "60.36",
    "resnext50-32x4d": "25.10",
    "resnext50-64x4d": "45.29",
    "resnext101-32x4d": "44.32",
    "resnext101-64x4d": "83.66",
}
KERAS_PARAMETERS = {  # keras.io/api/applications: all weights, running statistics among them
    "resnet50-keras": 25_636_712,
    "resnet101-keras": 44_707_176,
    "resnet152-keras": 60_419_944,
    "resnet50-v2-keras": 25_613_800,
    "resnet101-v2-keras": 44_675_560,
    "resnet152-v2-keras": 60_380_648,
}
# Gluon's model zoo, all parameters of resnet50_v2 and so on, running statistics among them
GLUON_V2_PARAMETERS = {"resnet50-v2": 25_595_060, "resnet101-v2": 44_639_412, "resnet152-v2": 60_329_140}
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
    "resnext50-32x4d": 4.230,
    "resnext101-32x8d": 16.414,
    "resnext101-64x4d": 15.460,
    "wide-resnet50-2": 11.398,
    "wide-resnet101-2": 22.753,
}
# He et al. 2015, table 1, "FLOPs" (multiply-adds), two digits, of the paper's own v1 networks
PAPER_GIGA_MACS = {"resnet18": 1.8, "resnet34": 3.6, "resnet50-v1": 3.8, "resnet101-v1": 7.6, "resnet152-v1": 11.3}
# Hu et al. 2017, arXiv:1709.01507, table 2: "GFLOPs" of v1 networks without and with squeeze-and-excitation
SQUEEZED_GIGA_MACS = {"resnet50-v1": 3.86, "se-resnet50-v1": 3.87, "resnet101-v1": 7.58, "se-resnet101-v1": 7.60}
SQUEEZED_GIGA_MACS |= {"resnet152-v1": 11.30, "se-resnet152-v1": 11.32, "resnext50-32x4d": 4.24, "se-resnext50-32x4d": 4.25}
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


def _printed(value: int, text: str) -> bool:
    """True where ``text``, in millions, is the value rounded to the digits that it has."""
    return f"{value / 1e6:.{len(text.partition('.')[2])}f}" == text


def test_parameters_print_as_papers_and_model_zoos_print_them() -> None:
    odd = {n: learned(counted(n)) for n, text in PRINTED_MILLIONS.items() if not _printed(learned(counted(n)), text)}
    assert not odd
    for name, text in PRINTED_MILLIONS_WITH_STATISTICS.items():
        assert _printed(learned(counted(name)) + counted(name).sum("running_stats"), text), name


def test_all_weights_are_those_that_keras_and_gluon_publish() -> None:
    keras = {name: learned(counted(name)) + counted(name).sum("running_stats") for name in KERAS_PARAMETERS}
    same(keras, KERAS_PARAMETERS, "weights")
    # Gluon normalises the three input channels first, and the first block's input once more after the stem has done so
    extra = 4 * 3 + 4 * 64
    gluon = {name: learned(counted(name)) + counted(name).sum("running_stats") + extra for name in GLUON_V2_PARAMETERS}
    same(gluon, GLUON_V2_PARAMETERS, "weights")


NAMED_DEPTHS = [
    (name, int(depth.group(1)))
    for name in models.variants()
    if (depth := re.match(r"(?:wide-|se-)?(?:vgg|resnet|resnext|wrn-)(\d+)", name)) and name != "vgg16-mnist"
]


def _spine(name: str) -> int:
    """Layers with a weight matrix, projections and squeezing left out: what the name of a network counts."""
    return sum(1 for x, c in counted(name).layers if "weight" in c and not re.search(r"\.(downsample|se_module)\b", x.id))


@pytest.mark.parametrize(("name", "depth"), NAMED_DEPTHS)
def test_the_depth_in_the_name_is_the_number_of_weighted_layers(name: str, depth: int) -> None:
    stem = 2 if any(name.endswith(tail) for tail in ("-vc", "-vd", "-d")) else 0  # three convolutions in place of one
    wide = 3 - 1 if name.startswith("wrn-") else 0  # 6n + 4 counts convolutions: three projections, and no classifier
    assert _spine(name) + wide - stem == depth


def test_deep_stems_and_average_pooling_change_what_they_say() -> None:
    for depth in (50, 101, 152):
        plain, c, d = (counted(f"resnet{depth}{tail}") for tail in ("", "-vc", "-vd"))
        assert learned(c) - learned(plain) == 27 * 32 + 9 * 32 * 32 + 9 * 32 * 64 + 4 * 32 - 49 * 3 * 64
        assert [x.id for x, _ in d.layers if x.op == "avgpool"] == [f"layer{k}.0.downsample.0" for k in (2, 3, 4)]
        assert (learned(d), d.sum("mac")) == (learned(c), c.sum("mac")), "a mean is no MAC, and the projection makes as much"
    for depth in (18, 34):
        clas, timm = counted(f"resnet{depth}-vd"), counted(f"resnet{depth}-d")
        assert learned(clas) - learned(timm) == 64 * 64 + 2 * 64
        assert clas.sum("mac") - timm.sum("mac") == 64 * 64 * 56 * 56
        assert learned(counted(f"resnet{depth}-paddleclas")) - learned(counted(f"resnet{depth}")) == 64 * 64 + 2 * 64


def test_groups_and_widths_move_work_as_they_say() -> None:
    for name, groups in (("resnext50-32x4d", 32), ("resnext101-64x4d", 64), ("resnext152-32x4d", 32)):
        t = counted(name)
        shares = {c["mac"] // c["weight"] // x.y[2] // x.y[3] for x, c in t.layers if x.id.endswith("conv2")}
        assert shares == {1}
        assert {x.attrs["groups"] for x, _ in t.layers if x.id.endswith("conv2")} == {groups}
        dense = sum(c["mac"] + c["ungrouped_mac"] for x, c in t.layers if x.id.endswith("conv2"))
        assert dense == groups * sum(c["mac"] for x, c in t.layers if x.id.endswith("conv2"))
    for depth in (50, 101):
        wide, plain = counted(f"wide-resnet{depth}-2"), counted(f"resnet{depth}")
        for (x, a), (_, b) in zip(wide.layers, plain.layers, strict=True):
            inner = {"conv1": 2, "conv2": 4, "conv3": 2}.get(x.id.rpartition(".")[2], 1) if x.id.startswith("layer") else 1
            assert a.get("mac", 0) == inner * b.get("mac", 0), x.id
    ladder = [counted(n) for n in ("resnext101-32x4d", "resnext101-64x4d", "resnext101-32x8d")]
    assert [t.sum("mac") for t in ladder] == sorted(t.sum("mac") for t in ladder)


@pytest.mark.parametrize(
    ("name", "plain"),
    [(f"se-resnet{d}{v}", f"resnet{d}{v}") for d in (50, 101, 152) for v in ("", "-v1")]
    + [(f"se-resnext{d}-32x4d", f"resnext{d}-32x4d") for d in (50, 101)],
)
def test_squeeze_and_excitation_adds_two_small_layers_a_block(name: str, plain: str) -> None:
    squeezed, without = counted(name), counted(plain)
    scaled = [x for x, _ in squeezed.layers if x.op == "scale"]
    assert len(scaled) == sum(1 for x, _ in without.layers if x.op == "add")
    assert learned(squeezed) - learned(without) == sum(2 * x.y[1] ** 2 // 16 + x.y[1] // 16 + x.y[1] for x in scaled)
    assert squeezed.sum("mac") - without.sum("mac") == sum(2 * x.y[1] ** 2 // 16 for x in scaled)
    added = [x.id for x, _ in squeezed.layers if x.id not in without.model.by_id]
    assert all(".se_module." in i for i in added)


def test_squeeze_and_excitation_costs_as_little_as_its_paper_says() -> None:
    for name, giga in SQUEEZED_GIGA_MACS.items():
        assert counted(name).sum("mac") / 1e9 == pytest.approx(giga, abs=0.04), name
    for name in (n for n in SQUEEZED_GIGA_MACS if n.startswith("se-")):
        ours = counted(name).sum("mac") - counted(name[3:]).sum("mac")
        paper = SQUEEZED_GIGA_MACS[name] - SQUEEZED_GIGA_MACS[name[3:]]
        assert ours / 1e9 == pytest.approx(paper, abs=0.02), name


def test_the_small_networks_have_the_sizes_of_their_papers() -> None:
    for depth, n in ((20, 3), (32, 5), (44, 7), (56, 9), (110, 18)):
        t = counted(f"resnet{depth}-cifar")
        assert [x.y[1:] for x, _ in t.layers if x.id.endswith(f".{n - 1}.add")] == [(16, 32, 32), (32, 16, 16), (64, 8, 8)]
        assert not any("weight" in c for x, c in t.layers if ".downsample" in x.id), "option A has no parameters"
    for depth, factor in ((16, 8), (22, 8), (28, 10), (40, 4)):
        t = counted(f"wrn-{depth}-{factor}")
        ends = [x.y[1:] for x, _ in t.layers if x.id.endswith(f".{(depth - 4) // 6 - 1}.add")]
        assert ends == [(16 * factor, 32, 32), (32 * factor, 16, 16), (64 * factor, 8, 8)]
    for depth in (18, 34, 50, 101, 152):
        small, large = counted(f"resnet{depth}-cifar"), counted(f"resnet{depth}", classes=10)
        assert learned(large) - learned(small) == (49 - 9) * 3 * 64, "only the stem differs"
        assert small.model.by_id["layer1.0.conv1"].x[2:] == (32, 32)


@pytest.mark.parametrize("depth", [50, 101, 152])
def test_activation_first_normalises_what_comes_in(depth: int) -> None:
    first, last = counted(f"resnet{depth}-v2"), counted(f"resnet{depth}")
    same({x.id: c["mac"] for x, c in first.layers if "mac" in c and ".downsample" not in x.id},
         {x.id: c["mac"] for x, c in last.layers if "mac" in c and ".downsample" not in x.id}, "MACs")  # fmt: skip
    keras = counted(f"resnet{depth}-v2-keras").model
    assert [x.id for x in keras.layers if x.op == "maxpool" and x.attrs["kernel"] == (1, 1)] == [
        f"layer{k + 1}.{n - 1}.downsample" for k, n in enumerate({50: (3, 4, 6), 101: (3, 4, 23), 152: (3, 8, 36)}[depth])
    ], "the last block of each stage but the fourth subsamples its shortcut"


def test_what_others_call_alexnet() -> None:
    paper, ungrouped, caffe = (counted(f"alexnet-{n}") for n in ("paper", "ungrouped", "caffenet"))
    assert learned(ungrouped) == 62_378_344
    assert ungrouped.sum("mac") - paper.sum("mac") == paper.sum("ungrouped_mac")
    assert (learned(caffe), caffe.sum("mac")) == (learned(paper), paper.sum("mac"))
    sizes = [[x.x[2:] for x, _ in t.layers if x.op == "lrn"] for t in (paper, caffe)]
    assert sizes == [[(55, 55), (27, 27)], [(27, 27), (13, 13)]], "Caffe's normalises what is pooled already"
    torchvision, paddle = counted("alexnet"), counted("alexnet-paddle")
    busy = [[(x.op, x.y, c["mac"]) for x, c in t.layers if "mac" in c] for t in (torchvision, paddle)]
    assert busy[0] == busy[1]


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
            modules = sum(c.get(base, 0) for x, c in one.layers if not x.functional)  # what a module does for the first sample
            assert three.sum(primitive) == three.sum(base) - modules, primitive
            continue
        factor = 1 if primitive in fixed else 3
        assert three.sum(primitive) == factor * one.sum(primitive), primitive


@pytest.mark.parametrize("name", list(models.variants()))
def test_classes_change_the_last_layer_alone(name: str) -> None:
    usual, seven = counted(name), counted(name, classes=7)
    changed = [x.id for (x, a), (_, b) in zip(usual.layers, seven.layers, strict=True) if a != b]
    last = [x for x, _ in usual.layers if x.op in ("conv", "linear", "rbf")][-1]
    assert changed == [last.id]
    assert last.op == {"single-conv": "conv", "lenet5-1998": "rbf"}.get(name, "linear")
    classes = last.y[1]
    per_class = 0 if last.op == "rbf" else usual.by_id[last.id][1]["weight"] // classes + 1
    assert learned(usual) - learned(seven) == (classes - 7) * per_class
    assert seven.model.by_id[seven.model.outputs[0]].y[:2] == (1, 7)


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


def _sorts(name: str) -> set[tuple[object, ...]]:
    """What layers a network has: op, place, attributes and kinds of containers, without how many of anything."""
    model, amounts = models.build(name), {"out_channels", "in_channels", "channels", "in_features", "out_features", "features"}
    found: set[tuple[object, ...]] = set()
    for x in model.layers:
        attrs = {k: v for k, v in x.attrs.items() if k not in amounts}
        attrs["groups"] = x.attrs.get("groups", 1) > 1
        path = x.id.split(".")[:-1]
        homes = tuple(model.kind_of(".".join(path[: k + 1])) for k in range(len(path)))
        place = re.sub(r"(?<=layer)\d+|(?<=\.)\d+", "#", x.id)
        found.add((x.op, place, homes, x.functional, x.call_of is None, str(sorted(attrs.items()))))
    return found


@pytest.mark.parametrize("name", kinds.deeper())
def test_a_deeper_network_has_no_layer_that_the_shallowest_of_its_kind_has_not(name: str) -> None:
    shallow = kinds.representatives()[kinds.kind(models.get(name))]
    assert shallow in kinds.shown()
    assert _sorts(name) <= _sorts(shallow), f"{name} and {shallow}"


def test_kinds_tell_apart_what_is_built_in_another_way() -> None:
    names = ("resnet18", "resnet18-a", "resnet50", "resnet50-v1", "resnet50-vd", "resnext50-32x4d", "wide-resnet50-2", "vgg11-bn")
    assert len({kinds.kind(models.get(n)) for n in names}) == len(names)
    assert kinds.kind(models.get("resnet152")) == kinds.kind(models.get("resnet50"))
    assert sorted([*kinds.shown(), *kinds.deeper()]) == sorted(models.variants())


def test_variants_of_one_network_share_its_root() -> None:
    roots: dict[str, set[str]] = {}
    for name, variant in models.variants().items():
        roots.setdefault(variant.root, set()).add(name)
    assert {"resnet50", "resnet50-v1", "resnet50-vd", "resnet50-v2-keras", "resnet50-cifar"} <= roots["resnet50"]
    assert roots["se-resnet50"] == {"se-resnet50", "se-resnet50-v1"}
    assert roots["wide-resnet50"] == {"wide-resnet50-2"}
    assert roots["wrn-28-10"] == {"wrn-28-10"}
    assert {root for root, names in roots.items() if len({models.get(n).family for n in names}) > 1} == set()
    assert all(name.startswith(root) for root, names in roots.items() for name in names)


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
