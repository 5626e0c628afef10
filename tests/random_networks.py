"""Random small networks of every op: branches, containers, shared layers, odd sizes, one to three spatial axes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from crosscheck.contract.network import Model, Shape
from crosscheck.errors import ShapeError
from crosscheck.models.writer import Graph
from crosscheck.ops.described import OPS

Draw = Any
PLAIN = (
    "relu",
    "tanh",
    "sigmoid",
    "leaky_relu",
    "gelu",
    "silu",
    "softmax",
    "lrn",
    "dropout",
    "batchnorm",
    "layernorm",
    "groupnorm",
)
BLOCKS = ("conv", "conv", "conv", "up", "pool", "pool", "add", "concat", "scale", "pad", "twice")


@st.composite
def networks(draw: Draw) -> Model:
    """A network of up to six blocks and a classifier, batch 1 to 3."""
    rank = draw(st.sampled_from([1, 2, 2, 3]))
    g = Graph("random", (draw(st.integers(1, 3)), draw(st.integers(1, 4)), *(draw(st.integers(3, 9)) for _ in range(rank))))
    g.container("", "RandomNet")
    for k in range(draw(st.integers(1, 6))):
        path = f"stage{k // 2}.op{k}"
        try:
            _block(draw, g, path, draw(st.sampled_from([*BLOCKS, *PLAIN])))
        except ShapeError:  # does not fit what came before; the shape stays as it was
            g.add(f"{path}.instead", "relu")
    if draw(st.booleans()):
        g.add("gap", "adaptive_avgpool", output_size=draw(st.integers(1, 3)))
    g.add("flatten", "flatten")
    g.add("head.fc", "linear", out_features=draw(st.integers(1, 5)), bias=draw(st.booleans()), functional=draw(st.booleans()))
    return g.build()


def _block(draw: Draw, g: Graph, path: str, kind: str) -> None:
    came, channels = g.last, g.shape()[1]
    bare = draw(st.sampled_from([False, False, True]))  # a call without a module of its own
    if kind == "conv":
        groups = draw(st.sampled_from([d for d in range(1, channels + 1) if channels % d == 0]))
        g.add(
            f"{path}.conv",
            "conv",
            out_channels=groups * draw(st.integers(1, 2)),
            kernel=draw(st.integers(1, 3)),
            stride=draw(st.integers(1, 2)),
            dilation=draw(st.integers(1, 2)),
            padding=draw(st.sampled_from([0, 1, 2, "same"])),
            groups=groups,
            bias=draw(st.booleans()),
            functional=bare,
        )
    elif kind == "up":
        g.add(f"{path}.up", "conv_transpose", out_channels=draw(st.integers(1, 3)), kernel=2, stride=draw(st.integers(1, 2)))
    elif kind == "pool":
        op = draw(st.sampled_from(["maxpool", "avgpool"]))
        pad, ceil = draw(st.integers(0, 1)), draw(st.booleans())
        g.add(f"{path}.pool", op, kernel=draw(st.integers(1, 3)), padding=pad, ceil_mode=ceil, functional=bare)
    elif kind in ("add", "concat"):
        g.container(path, "Branch")
        side = g.add(f"{path}.side", draw(st.sampled_from(["relu", "tanh"])))
        g.add(f"{path}.{kind}", kind, side, came)
    elif kind == "scale":
        g.container(path, "Scale")
        numbers = g.add(f"{path}.mean", "adaptive_avgpool", output_size=1)
        g.add(f"{path}.scale", "scale", came, g.add(f"{path}.sigmoid", "sigmoid", numbers))
    elif kind == "pad":
        g.add(f"{path}.subsample", "subsample", stride=2)
        g.add(f"{path}.pad", "zero_pad", pads=((1, 0), *[(0, 1)] * (len(g.shape()) - 2)))
    elif kind == "twice":
        same: dict[str, Any] = {"out_channels": channels, "kernel": 3, "padding": 1}
        g.add(f"{path}.shared", "conv", **same)
        g.add(f"{path}.again", "conv", call_of=f"{path}.shared", **same)
    elif kind == "groupnorm":
        g.add(f"{path}.groupnorm", kind, groups=draw(st.sampled_from([1, channels])))
    else:
        g.add(f"{path}.{kind}", kind, functional=bare and kind in ("relu", "tanh"))


def every_op(shape: Shape = (2, 4, 9, 8)) -> Model:
    """One small network in which every op appears, with every way to have parameters and none."""
    g = Graph("every-op", shape, family="test", variant="all ops", source="made up")
    g.container("", "EveryOp")
    g.container("block", "Block")
    stem = g.add("stem.conv", "conv", out_channels=4, kernel=3, padding=1)
    g.add("stem.bn", "batchnorm")
    g.add("stem.relu", "relu")
    g.add("stem.lrn", "lrn")
    g.add("norms.group", "groupnorm", groups=2)
    g.add("norms.layer", "layernorm")
    for op in ("sigmoid", "leaky_relu", "gelu", "silu", "softmax"):
        g.add(f"activations.{op}", op)
    g.add("block.functional", "conv", out_channels=4, kernel=1, functional=True)
    g.add("block.grouped", "conv", out_channels=4, kernel=3, padding=1, groups=2, bias=False)
    deep: dict[str, Any] = {"out_channels": 4, "kernel": (1, 3), "padding": ((0, 0), (2, 2)), "dilation": 2, "groups": 4}
    g.add("block.depthwise", "conv", **deep)
    side = g.add("block.tanh", "tanh")
    g.add("block.add", "add", side, stem)
    g.add("block.again", "conv", call_of="block.depthwise", **deep)
    scored = g.add("block.scale", "scale", g.last, g.add("block.mean", "adaptive_avgpool", output_size=1))
    g.add("block.concat", "concat", scored, stem)
    g.add("up", "conv_transpose", out_channels=4, kernel=3, padding=1, groups=2)
    g.add("pool.max", "maxpool", kernel=3, stride=2, padding=1)
    g.add("pool.avg", "avgpool", kernel=2, stride=1, ceil_mode=True)
    g.add("pool.subsample", "subsample", stride=(1, 2))
    g.add("pool.pad", "zero_pad", pads=((0, 1), (1, 0), (0, 0)))
    g.add("pool.adaptive", "adaptive_avgpool", output_size=(2, 1))
    g.add("head.flatten", "flatten")
    g.add("head.dropout", "dropout")
    g.add("head.fc", "linear", out_features=5)
    g.add("head.out", "linear", out_features=3, bias=False)
    model = g.build()
    lacking = set(OPS) - {layer.op for layer in model.layers}
    if lacking:
        raise AssertionError(f"every_op lacks {', '.join(sorted(lacking))}: add a layer of it to tests/random_networks.py")
    return model
