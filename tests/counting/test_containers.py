"""Containers: what a block holds as a whole, against a walk through the nested blocks that builders use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from crosscheck import models
from crosscheck.contract.blocks import Block, plan
from crosscheck.contract.network import BARE, CONTAINER, ROOT, Layer, Model, numel
from crosscheck.counting.engine import tally
from crosscheck.models.writer import Graph
from crosscheck.ops import described as ops
from tests.helpers import same
from tests.random_networks import every_op, networks

FUNCTIONS = {"flatten", "add", "scale", "concat", "subsample", "zero_pad"}  # frameworks do these without a module


def blocks(block: Block) -> Iterator[Block]:
    yield block
    for step in block.steps:
        if isinstance(step.node, Block):
            yield from blocks(step.node)


def leaves(block: Block, deep: bool = True) -> Iterator[Layer]:
    for step in block.steps:
        if isinstance(step.node, Layer):
            yield step.node
        elif deep:
            yield from leaves(step.node)


def elements(layers: Iterator[Layer], *names: str) -> int:
    return sum(ops.counts(x).get(name, 0) for x in layers for name in names)


def has_modules(block: Block) -> bool:
    """True where the block holds another one, or a layer that is an object of its own."""
    return any(
        isinstance(s.node, Block) or not (s.node.functional or s.node.call_of or s.node.op in FUNCTIONS) for s in block.steps
    )


def sizes(model: Model, block: Block) -> dict[str, int]:
    """What enters the network, and what leaves a container that has a class of its own."""
    if block.path == "":
        (shape,) = (i.shape for i in model.inputs)
        one, whole = numel(shape[1:]), numel(shape)
        return {"inputs": 1, "input_elements": whole, "beyond_input_elements": whole - one}
    if block.kind == "Sequential":
        return {}
    outs = [model.by_id[v].y for v in block.outputs]
    several = -numel(outs[0][1:])
    for other in outs[1:]:
        several *= -numel(other[1:])
    return {"container_out_elements": numel(outs[0])} if len(outs) == 1 else {"container_out_products": several}


def by_walking(model: Model) -> dict[str, dict[str, int]]:
    """The primitives of every container that holds weights, zeros left out."""
    found = {}
    for block in blocks(plan(model)):
        held = elements((x for x in leaves(block, deep=False) if x.functional), "weight", "bias")
        weights = elements(leaves(block), "weight", "norm_scale")
        out = model.by_id[block.outputs[0]].y
        n, c, *_ = out
        if block.path == "" and has_modules(block):
            counts = {"root_held_params": held}
        else:
            counts = {"container_weights": weights, "container_channel_weights": n * c * weights}
            if has_modules(block):
                counts["branch_held_params"] = held
            else:
                counts["leaf_held_params" if block.path else "lone_held_params"] = held
                counts["held_channel_params"] = n * c * held
                if held:
                    counts |= {"held_out_elements": numel(out), "beyond_held_out_elements": numel(out) - numel(out[1:])}
        counts |= sizes(model, block)
        if (block.kind != "Sequential" or held) if block.path else not has_modules(block):
            counts["hooked_out_elements"] = sum(numel(model.by_id[v].y) for v in block.outputs)
        found[block.path or ROOT] = {k: v for k, v in counts.items() if v}
    return {k: v for k, v in found.items() if v}


def judge(model: Model) -> None:
    counted = tally(model)
    found = {x.id: {k: v for k, v in counts.items() if k != "displaced_params"} for x, counts in counted.containers}
    same({k: v for k, v in found.items() if v}, by_walking(model), model.name)
    assert {x.op for x, _ in counted.containers} <= {CONTAINER}
    shallow = {x.id: counts["shallow_held_params"] for x, counts in counted.layers if "shallow_held_params" in counts}
    wanted: dict[str, int] = {}
    for block in blocks(plan(model)):
        if has_modules(block) and len(block.path.split(".") if block.path else []) < 3:
            own = {x.id: elements(iter([x]), "weight", "bias") for x in leaves(block, deep=False) if x.functional}
            wanted |= {k: v for k, v in own.items() if v}
    same(shallow, wanted, "parameters held beside modules in shallow containers")


@settings(max_examples=80, deadline=None)
@given(networks())
def test_containers_hold_what_a_walk_through_the_blocks_finds(model: Model) -> None:
    judge(model)


def test_every_family_and_every_op() -> None:
    for name in models.variants():
        judge(models.build(name, batch=2))
    judge(every_op())


def test_a_layer_adds_its_weights_to_every_container_it_lives_in() -> None:
    g = Graph("net", (2, 3, 8, 8))
    g.add("a.b.conv", "conv", out_channels=4, kernel=3)
    g.add("a.norm", "batchnorm")
    g.add("again", "relu")
    counted = tally(g.build())
    found = {x.id: dict(counts) for x, counts in counted.containers}
    conv, norm = 4 * 3 * 3 * 3, 4
    assert found["a.b"] == {"container_weights": conv, "container_channel_weights": 2 * 4 * conv}
    assert found["a"] == {"container_weights": conv + norm, "container_channel_weights": 2 * 4 * (conv + norm)}
    assert set(found) == {ROOT, "a", "a.b"}
    assert counted.sum("weight") == conv, "a container holds no parameters of its own"


def test_a_network_of_functional_calls_alone_is_held_by_the_root() -> None:
    g = Graph("net", (1, 3, 8, 8))
    g.add("conv", "conv", out_channels=4, kernel=3, functional=True)
    ((root, counts),) = tally(g.build()).containers
    params = 4 * 3 * 3 * 3 + 4
    assert (root.id, root.y) == (ROOT, (1, 4, 6, 6))
    assert (counts["lone_held_params"], counts["held_channel_params"]) == (params, 4 * params)
    g.add("relu", "relu")
    ((root, counts),) = tally(g.build()).containers
    held = {k: v for k, v in counts.items() if "input" not in k}
    assert held == {"root_held_params": params}, "now it stands beside a module"


def test_a_network_that_is_one_layer_has_no_container_with_weights() -> None:
    g = Graph("net", (1, 3, 8, 8))
    g.container("", BARE)
    g.add("conv", "conv", out_channels=4, kernel=3)
    model = g.build()
    assert model.bare
    ((root, counts),) = tally(model).containers
    assert (root.id, set(counts)) == (ROOT, {"inputs", "input_elements"})


def test_parameters_after_a_call_of_a_module_from_elsewhere_are_displaced() -> None:
    same_conv: dict[str, Any] = {"out_channels": 4, "kernel": 3, "padding": 1}
    g = Graph("net", (1, 4, 8, 8))
    g.add("stem", "conv", **same_conv)
    g.add("a.before", "conv", out_channels=4, kernel=1)
    g.add("a.again", "conv", call_of="stem", **same_conv)
    g.add("a.after", "conv", out_channels=4, kernel=5, padding=2)
    g.add("b.conv", "conv", out_channels=4, kernel=1)
    g.add("b.own", "conv", call_of="b.conv", out_channels=4, kernel=1)
    g.add("b.after", "conv", out_channels=4, kernel=1)
    found = {x.id: counts.get("displaced_params", 0) for x, counts in tally(g.build()).containers}
    assert found == {ROOT: 0, "a": 4 * 4 * 5 * 5 + 4, "b": 0}


def test_of_a_module_that_is_called_again_all_outputs_but_the_last_are_written_over() -> None:
    g = Graph("again", (1, 2, 8, 8), family="test", variant="", source="")
    g.add("act", "relu")
    g.add("pool", "maxpool", kernel=2, stride=2)
    first = g.build()
    x = first.layers[0]
    pooled = first.layers[1]
    again = Layer("act2", "relu", x.attrs, ("pool",), pooled.out_shapes, pooled.out_shapes, call_of="act")
    last = Layer("act3", "relu", x.attrs, ("act2",), pooled.out_shapes, pooled.out_shapes, call_of="act")
    counted = tally(replace(first, layers=(x, pooled, again, last), outputs=("act3",)))
    assert {y.id: n["overwritten_out_elements"] for y, n in counted.layers if "overwritten_out_elements" in n} == {
        "act": 2 * 8 * 8,
        "act2": 2 * 4 * 4,
    }
