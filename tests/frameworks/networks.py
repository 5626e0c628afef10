"""Random networks: all ops, odd sizes, branches, nested containers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from crosscheck.contract.network import Model
from crosscheck.errors import ShapeError
from crosscheck.models.writer import Graph

Draw = Any
SPATIAL = (
    *("conv", "conv", "conv", "maxpool", "avgpool", "batchnorm", "groupnorm", "lrn", "relu", "tanh", "sigmoid", "leaky_relu"),
    *("gelu", "silu", "dropout", "branch", "concat", "scale", "shortcut", "twice"),
)


@st.composite
def networks(draw: Draw, keras: bool = False) -> Model:
    """A small network. ``keras`` leaves out what Keras cannot say: dilation with stride, uneven depthwise strides."""
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 6)), draw(st.integers(7, 20)), draw(st.integers(7, 20)))
    g = Graph("random", shape, family="random")
    g.container("", "RandomNet")
    for k in range(draw(st.integers(1, 7))):
        _spatial(draw, g, f"stage{k // 3}.op{k}", keras)
    if draw(st.booleans()):
        g.add("pool", "adaptive_avgpool", output_size=draw(st.sampled_from([1, 2, (1, 2), (2, 3)])))
    g.add("flatten", "flatten")
    for k in range(draw(st.integers(1, 2))):
        g.add(f"head.fc{k}", "linear", out_features=draw(st.integers(1, 9)), bias=draw(st.booleans()))
    return g.build()


def _spatial(draw: Draw, g: Graph, path: str, keras: bool) -> None:
    kind = draw(st.sampled_from(SPATIAL))
    try:
        if kind == "conv":
            g.add(f"{path}.conv", "conv", **_conv(draw, g, keras))
        elif kind in ("maxpool", "avgpool"):
            kernel = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
            # a ceiling with padding or an exclusive mean has no one native form everywhere
            pad = 0 if kind == "avgpool" else draw(st.integers(0, min(kernel) // 2))
            ceil = kind == "maxpool" and not pad and not keras and draw(st.booleans())
            g.add(f"{path}.pool", kind, kernel=kernel, stride=draw(st.integers(1, 3)), padding=pad, ceil_mode=ceil)
        elif kind == "branch":
            _branch(draw, g, path)
        elif kind == "concat":
            start = g.last
            left = g.add(f"{path}.left", "conv", start, out_channels=draw(st.integers(1, 4)), kernel=1)
            right = g.add(f"{path}.right", "relu", start)
            g.add(f"{path}.cat", "concat", left, right)
        elif kind == "scale":
            came = g.last
            g.add(f"{path}.mean", "adaptive_avgpool", output_size=1)
            numbers = g.add(f"{path}.sigmoid", "sigmoid")
            g.add(f"{path}.scale", "scale", came, numbers)
        elif kind == "shortcut":
            g.add(f"{path}.subsample", "subsample", stride=2)
            g.add(f"{path}.pad", "zero_pad", pads=((1, 2), (0, 0), (0, 1)))
        elif kind == "twice":
            same = {"out_channels": g.shape()[1], "kernel": 3, "padding": 1, "bias": draw(st.booleans())}
            g.add(f"{path}.shared", "conv", **same)
            g.add(f"{path}.shared_again", "conv", call_of=f"{path}.shared", **same)
        elif kind == "batchnorm":
            g.add(f"{path}.bn", "batchnorm", affine=draw(st.booleans()))
        elif kind == "groupnorm":
            groups = draw(st.sampled_from([d for d in range(1, g.shape()[1] + 1) if g.shape()[1] % d == 0]))
            g.add(f"{path}.gn", "groupnorm", groups=groups, affine=draw(st.booleans()))
        elif kind == "lrn":
            g.add(f"{path}.lrn", "lrn", size=draw(st.sampled_from([3, 5])))
        else:
            g.add(f"{path}.{kind}", kind)
    except ShapeError:
        g.add(f"{path}.relu", "relu")


def _branch(draw: Draw, g: Graph, path: str) -> None:
    start, channels = g.last, g.shape()[1]
    g.container(path, "Residual")
    g.add(f"{path}.conv1", "conv", out_channels=channels, kernel=3, padding=1, bias=draw(st.booleans()))
    g.add(f"{path}.bn1", "batchnorm")
    g.add(f"{path}.add", "add", g.last, start)
    g.add(f"{path}.relu", "relu")


def _conv(draw: Draw, g: Graph, keras: bool) -> dict[str, Any]:
    channels = g.shape()[1]
    groups = draw(st.sampled_from([d for d in range(1, channels + 1) if channels % d == 0]))
    stride = (draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    dilation = (draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    if keras:
        dilation = (1, 1) if max(stride) > 1 else dilation
        if groups == channels > 1:
            stride, dilation = (stride[0], stride[0]), (1, 1)
    pairs = st.tuples(st.integers(0, 2), st.integers(0, 2))
    return {
        "out_channels": groups * draw(st.integers(1, 3)),
        "kernel": (draw(st.integers(1, 3)), draw(st.integers(1, 4))),
        "stride": stride,
        "padding": draw(st.one_of(st.sampled_from(["same", "valid"]), st.integers(0, 2), st.tuples(pairs, pairs))),
        "dilation": dilation,
        "groups": groups,
        "bias": draw(st.booleans()),
    }
