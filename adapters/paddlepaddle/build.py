"""A neutral description becomes a Paddle network: nested layers named by the neutral ids, the same weights everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import prod
from typing import Any

import paddle
from paddle import nn

from adapters.paddlepaddle.layers import OPS, judge_repeat
from adapters.paddlepaddle.pools import before
from adapters.room import Unsupported
from adapters.weights import Weights, arrays, input_array
from adapters.weights import level as level_arrays
from crosscheck.contract.blocks import Block, plan
from crosscheck.contract.network import ROOT, Layer, Model, Shape
from crosscheck.contract.rows import TOTAL

Shapes = dict[str, Shape]
Call = Callable[..., Any]


class Container(nn.Layer):
    """A layer that holds others and runs its steps in order: what comes in, the call and what goes out, all by value name."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[Call, tuple[str, ...], tuple[str, ...]]] = []
        self.reads: tuple[str, ...] = ()
        self.gives: tuple[str, ...] = ()

    def forward(self, *values: Any) -> Any:
        """Outputs of the container; one alone comes without a tuple."""
        known = dict(zip(self.reads, values, strict=True))
        for call, inputs, outputs in self.steps:
            made = call(*(known[name] for name in inputs))
            known.update(zip(outputs, made if isinstance(made, tuple) else (made,), strict=True))
        given = tuple(known[name] for name in self.gives)
        return given[0] if len(given) == 1 else given


@dataclass(frozen=True)
class Native:
    """A Paddle network and where the neutral layers are in it.

    ``calls`` has the ids of a sublayer's calls in order. By the id of a functional layer ``parameters`` has what its container
    holds for it. While somebody watches, functional calls write output shapes into the tables in ``watch``, because no hook sees
    them. ``blocks`` has the ids of containers. Of a network that was not built from a description, ``seen`` is what was observed,
    ``inputs`` and ``kwargs`` are what it is called with, and ``failed`` tells why it was not seen to its end.
    """

    net: Any
    calls: Mapping[Any, tuple[str, ...]]
    parameters: Mapping[str, tuple[Any, ...]]
    blocks: Mapping[Any, str]
    watch: list[Shapes]
    seen: Model | None = None
    inputs: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    failed: str = ""


@dataclass
class _Site:
    """What a network is built with and what is known of it while it grows."""

    model: Model
    weights: Weights
    made: dict[str, Call] = field(default_factory=dict)
    calls: dict[Any, list[str]] = field(default_factory=dict)
    parameters: dict[str, list[Any]] = field(default_factory=dict)
    blocks: dict[Any, str] = field(default_factory=dict)
    watch: list[Shapes] = field(default_factory=list)


def build(model: Model) -> Native:
    """The network in evaluation mode. Raises Unsupported naming the layer that Paddle cannot express."""
    return _built(_Site(model, arrays))


def level(model: Model) -> Native:
    """The same, each weight of one number throughout."""
    return _built(_Site(model, level_arrays))


def _built(site: _Site) -> Native:
    model = site.model
    net = _bare(site, model.layers) if model.bare else _block(site, plan(model))
    if isinstance(net, Container):
        net.reads = tuple(i.name for i in model.inputs)
    net.eval()
    calls = {sublayer: tuple(ids) for sublayer, ids in site.calls.items()}
    return Native(net, calls, {k: tuple(v) for k, v in site.parameters.items()}, site.blocks, site.watch)


def fresh(native: Native) -> Native:
    """The same network: the tools here leave parameters alone and put all else back as they found it."""
    return native


def facts(native: Native, model: Model) -> Iterator[dict[str, Any]]:
    """Output shapes seen in a run and elements that Paddle's own enumeration of parameters gives, per layer id and in total."""
    shapes = _run(native, model)
    owners = {ids[0]: sublayer for sublayer, ids in native.calls.items()}
    for layer in model.layers:
        owner = owners.get(layer.id)
        params = owner.parameters() if owner is not None else native.parameters.get(layer.id, ())
        yield {"layer": layer.id, "shape": shapes[layer.id], **_elements(params)}
    yield {"layer": TOTAL, "shape": shapes[TOTAL], **_elements(native.net.parameters())}


def _elements(parameters: Iterable[Any]) -> dict[str, int]:
    """Elements that train, and those that do not: Paddle keeps running statistics as parameters without a gradient."""
    sizes = [(p.stop_gradient, prod(p.shape)) for p in parameters]
    return {"params": sum(n for still, n in sizes if not still), "stats": sum(n for still, n in sizes if still)}


def _run(native: Native, model: Model) -> Shapes:
    """One forward pass; hooks see the calls of sublayers, ``watch`` the functional ones."""
    shapes: Shapes = {}
    waiting = {sublayer: iter(ids) for sublayer, ids in native.calls.items()}

    def seen(sublayer: Any, _: Any, output: Any) -> None:
        shapes[next(waiting[sublayer])] = tuple(output.shape)

    hooks = [sublayer.register_forward_post_hook(seen) for sublayer in native.calls]
    native.watch.append(shapes)
    try:
        with paddle.no_grad():
            output = native.net(*(paddle.to_tensor(input_array(model, k)) for k in range(len(model.inputs))))
    finally:
        native.watch.clear()
        for hook in hooks:
            hook.remove()
    first = output[0] if isinstance(output, tuple) else output
    return shapes | {TOTAL: tuple(first.shape)}


@cache
def _kind(name: str, holds: bool = False) -> type[Container]:
    """A container class that goes by the name its users know.

    Where the description names none, it is an ``nn.Sequential`` that does more than a chain, so that tools that pass over these
    pass over it; not so where it ``holds`` parameters of functional calls, which no ``nn.Sequential`` does.
    """
    plain = name == "Sequential"
    return type("Block" if plain else name, (Container, nn.Sequential) if plain and not holds else (Container,), {})


def _holds(site: _Site, block: Block) -> bool:
    """Whether a functional call right in the block brings parameters."""
    nodes = (step.node for step in block.steps)
    return any(isinstance(x, Layer) and x.functional and not x.call_of and len(site.weights(site.model, x)) > 0 for x in nodes)


def _bare(site: _Site, layers: tuple[Layer, ...]) -> Any:
    """The one ``paddle.nn`` layer that is the whole network."""
    call, sublayer = _call(site, Container(), "", layers[0])
    if len(layers) != 1 or call is not sublayer:
        raise Unsupported(f"layer {layers[0].id!r}: a bare network must be one layer of Paddle's own")
    return sublayer


def _block(site: _Site, block: Block) -> Any:
    """A container and all that it holds: ``nn.Sequential`` where sublayers of its own just follow one another."""
    container = _kind(block.kind, _holds(site, block))()
    container.reads, container.gives = block.inputs, block.outputs
    for step in block.steps:
        node = step.node
        if isinstance(node, Block):
            call = sublayer = _block(site, node)
            inputs = step.inputs
        else:
            call, sublayer = _call(site, container, step.name, node)
            inputs = node.inputs
        if sublayer is not None:
            container.add_sublayer(step.name, sublayer)
        container.steps.append((call, inputs, step.outputs))
    members = [call for call, _, _ in container.steps]
    made: Any = container
    if block.kind == "Sequential" and block.is_chain and members == list(container.children()):
        made = nn.Sequential(*((step.name, call) for step, call in zip(block.steps, members, strict=True)))
    site.blocks[made] = block.path or ROOT
    return made


def _call(site: _Site, container: Container, name: str, layer: Layer) -> tuple[Call, Any]:
    """What one layer calls, and the sublayer that it brings into the container.

    That is none for a layer that calls another one's sublayer again, and for a function, whose parameters the container holds.
    """
    first = layer
    while first.call_of:
        first = site.model.by_id[first.call_of]

    def hold(part: str, value: Any) -> Any:
        parameter = container.create_parameter(list(value.shape), default_initializer=nn.initializer.Constant(0.0))
        parameter.set_value(value)
        container.add_parameter(f"{name}_{part}", parameter)
        site.parameters.setdefault(layer.id, []).append(parameter)
        return parameter

    if layer.op not in OPS:
        raise Unsupported(f"layer {layer.id!r}: the Paddle adapter has no op {layer.op!r}")
    if first is layer:
        site.made[layer.id] = OPS[layer.op](layer, site.weights(site.model, layer), hold)
    else:
        judge_repeat(first, layer)
    made, pad = site.made[first.id], before(layer)
    call = made if pad is None else lambda value: made(pad(value))
    if not isinstance(made, nn.Layer):
        return _watched(call, layer.id, site.watch), None
    site.calls.setdefault(made, []).append(layer.id)
    return call, made if first is layer else None


def _watched(call: Call, id: str, watch: list[Shapes]) -> Call:
    """A functional call that notes its output shape wherever somebody watches."""

    def noted(*values: Any) -> Any:
        output = call(*values)
        for shapes in watch:
            shapes[id] = tuple(output.shape)
        return output

    return noted
