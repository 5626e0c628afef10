"""The model families against figures that papers, model zoos and frameworks publish."""

from __future__ import annotations

import pytest

from tests.helpers import same
from tests.kinds import LEARNED, counted, learned

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


def test_squeeze_and_excitation_costs_as_little_as_its_paper_says() -> None:
    for name, giga in SQUEEZED_GIGA_MACS.items():
        assert counted(name).sum("mac") / 1e9 == pytest.approx(giga, abs=0.04), name
    for name in (n for n in SQUEEZED_GIGA_MACS if n.startswith("se-")):
        ours = counted(name).sum("mac") - counted(name[3:]).sum("mac")
        paper = SQUEEZED_GIGA_MACS[name] - SQUEEZED_GIGA_MACS[name[3:]]
        assert ours / 1e9 == pytest.approx(paper, abs=0.02), name


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
