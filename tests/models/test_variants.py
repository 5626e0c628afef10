"""Laws that hold between variants of a network."""

from __future__ import annotations

import re

import pytest

from crosscheck import models
from crosscheck.ops.primitives import PARAMS
from tests import kinds
from tests.helpers import same
from tests.kinds import counted, learned

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
