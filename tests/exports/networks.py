"""Networks of what every recipe has a word on."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from crosscheck.contract.network import Model
from crosscheck.errors import ShapeError
from crosscheck.models.writer import Graph

Draw = Any


@st.composite
def plain_networks(draw: Draw) -> Model:
    """Networks of what every recipe has a word on: convolutions, batch norms, branches, shared layers, poolings, a classifier."""
    g = Graph("plain", (draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(4, 12)), draw(st.integers(4, 12))))
    kinds = ["conv", "conv", "conv_bn", "conv_bn", "relu", "tanh", "sigmoid", "lrn", "pool", "pad_pool", "add", "concat", "twice"]
    for k in range(draw(st.integers(1, 7))):
        kind, came, channels = draw(st.sampled_from([*kinds, "batchnorm", "avgpool", "dropout"])), g.last, g.shape()[1]
        conv = {"out_channels": draw(st.integers(1, 5)), "kernel": draw(st.integers(1, 3)), "bias": draw(st.booleans())}
        conv |= {"padding": draw(st.integers(0, 2)), "stride": draw(st.integers(1, 2))}
        try:
            if kind in ("conv", "conv_bn"):
                g.add(f"s{k}.conv", "conv", functional=draw(st.booleans()), **conv)
                if kind == "conv_bn":
                    g.add(f"s{k}.bn", "batchnorm")
            elif kind in ("pool", "avgpool"):
                g.add(f"s{k}.pool", "maxpool" if kind == "pool" else "avgpool", kernel=2, stride=draw(st.integers(1, 2)))
            elif kind == "pad_pool":
                g.add(f"s{k}.relu", "relu")
                g.add(f"s{k}.pool", "maxpool", kernel=3, stride=2, padding=1)
            elif kind in ("add", "concat"):
                side = g.add(f"s{k}.side", "relu")
                g.add(f"s{k}.{kind}", kind, side, came)
            elif kind == "twice":
                own: dict[str, Any] = {"out_channels": channels, "kernel": 3, "padding": 1}
                g.add(f"s{k}.one", "conv", **own)
                g.add(f"s{k}.two", "conv", call_of=f"s{k}.one", **own)
            else:
                g.add(f"s{k}.{kind}", kind)
        except ShapeError:
            g.add(f"s{k}.instead", "relu")
    if draw(st.booleans()):
        g.add("gap", "adaptive_avgpool", output_size=1)
    if draw(st.booleans()):
        g.add("flatten", "flatten")
        g.add("drop", "dropout")
        g.add("fc", "linear", out_features=draw(st.integers(1, 5)), bias=draw(st.booleans()))
    return g.build()
