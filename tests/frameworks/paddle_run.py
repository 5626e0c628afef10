"""Paddle networks captured and put to Paddle's tools, a JSON line each: ``python -m … kinds``, ``law`` or ``program``."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from math import prod
from typing import Any

import paddle
from hypothesis import HealthCheck, given, settings

from adapters.paddlepaddle import build
from adapters.paddlepaddle.build import Native
from adapters.paddlepaddle.capture.values import shape, tensors
from adapters.paddlepaddle.observe import seeded, watch
from adapters.paddlepaddle.own import watched
from adapters.room import Unsupported, reason
from crosscheck import models
from crosscheck.contract.network import Input, Layer, Model
from tests.frameworks.networks import networks
from tests.frameworks.paddle_networks import KINDS

TOOLS = ("paddle_flops", "paddle_summary")
BUILT = ("lenet", "resnet18")
PROGRAMS: tuple[str, ...] = ("functions", "block", "twice", "copies", "attention alone", "layers of attention", "unet")
PROGRAMS += ("volume", "lines", "channels last")


def captured(net: Any, args: Any) -> Native:
    """The network as tools get it."""
    given = tuple(Input(f"input{k}", shape(t)) for k, t in enumerate(tensors(args)))
    blank = Layer("blank", "other", {}, ("input0",), (given[0].shape,), (given[0].shape,))
    native, seen = watched(net.eval(), args, Model("mine", "mine", "", "", given, (blank,), ("blank",)))
    seen.whole()
    return native


def kinds() -> Iterator[dict[str, Any]]:
    """What both tools say of each kind, for one sample and for two."""
    for kind, make in KINDS.items():
        for batch in (1, 2):
            paddle.seed(0)
            native = captured(*make(batch))
            assert native.seen is not None
            said: dict[str, Any] = {}
            for name in TOOLS:
                tool = importlib.import_module(f"adapters.paddlepaddle.tools.{name}")
                try:
                    said[name] = [(r.layer, r.metric, r.value) for r in tool.measure(native, native.seen)]
                except Exception as error:  # noqa: BLE001 - a tool's crash is what it says
                    said[name] = reason(error)
            yield {"kind": kind, "batch": batch, "network": native.seen.to_json(), "said": said}


def law() -> Iterator[dict[str, Any]]:
    """Described networks, and what is captured of them as they are built."""
    found: list[Model] = [models.build(name, batch=2) for name in BUILT]

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(networks(keras=False))
    def draw(model: Model) -> None:
        found.append(model)

    draw()
    for model in found:
        try:
            net = build.build(model).net
        except Unsupported:
            continue
        yield {"described": model.to_json(), "captured": watch(net, seeded(model), model, captured=True).whole().model.to_json()}


def program() -> Iterator[dict[str, Any]]:
    """MACs of some kinds by the operators of the program that Paddle itself compiles, and the network as it was captured."""
    for kind in PROGRAMS:
        paddle.seed(0)
        net, args = KINDS[kind](1)
        native = captured(net, args)
        assert native.seen is not None
        specs = [paddle.static.InputSpec(list(x.shape), str(x.dtype).rpartition(".")[2]) for x in args]
        static = paddle.jit.to_static(net, input_spec=specs, full_graph=True)
        block = static.forward.concrete_program.main_program.global_block()
        macs = sum(_macs(op.name().rpartition(".")[2], op) for op in block.ops)
        yield {"kind": kind, "macs": macs, "network": native.seen.to_json()}


def _macs(name: str, op: Any) -> int:
    """What one operator of a program multiplies: by its output, and by how deep each sum of products is."""
    given = [tuple(v.shape) if v.is_dense_tensor_type() else () for v in op.operands_source() if v.initialized()]
    out = prod(op.results()[0].shape) if op.num_results() and op.results()[0].is_dense_tensor_type() else 0
    if name in ("matmul", "linear"):
        return int(out * (given[0][-2] if name == "matmul" and op.attrs().get("transpose_x") else given[0][-1]))
    if name.endswith(("conv2d", "conv3d")):
        return int(out * prod(given[1][1:]))
    if name.endswith(("conv2d_transpose", "conv3d_transpose")):
        return int(prod(given[0]) * prod(given[1][1:]))
    return 0


if __name__ == "__main__":
    for line in {"kinds": kinds, "law": law, "program": program}[sys.argv[1]]():
        print(json.dumps(line), flush=True)
