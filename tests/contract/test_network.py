"""The neutral description: JSON there and back, blocks that cover every layer, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings

from crosscheck import models
from crosscheck.contract.blocks import Block, Step, plan
from crosscheck.contract.network import Input, Layer, Model
from crosscheck.errors import SpecError
from crosscheck.models.writer import Graph
from tests.random_networks import every_op, networks


def leaves(block: Block) -> Iterator[Layer]:
    for step in block.steps:
        if isinstance(step.node, Block):
            yield from leaves(step.node)
        else:
            yield step.node


def judge_plan(block: Block, known: set[str]) -> None:
    """Every step reads only what stands in ``known`` or was made before it, and hands on all that its block promises."""
    made = set(known)
    for step in block.steps:
        if not set(step.inputs) <= made:
            raise AssertionError(f"{block.path}.{step.name} reads {sorted(set(step.inputs) - made)}, which nobody made before")
        if isinstance(step.node, Block):
            assert (step.node.inputs, step.node.outputs) == (step.inputs, step.outputs)
            judge_plan(step.node, set(step.inputs))
        else:
            assert (step.node.inputs, (step.node.id,)) == (step.inputs, step.outputs)
        made |= set(step.outputs)
    if not set(block.outputs) <= made:
        raise AssertionError(f"block {block.path!r} promises {sorted(set(block.outputs) - made)}, which no step makes")


@cache
def all_models() -> list[Model]:
    return [models.build(name, batch=2) for name in models.variants()] + [every_op()]


@pytest.mark.parametrize("model", all_models(), ids=lambda m: m.name)
def test_json_text_and_back_is_the_same_network(model: Model) -> None:
    text = json.dumps(model.to_json())
    assert Model.from_json(text) == model
    assert Model.from_json(json.loads(text)) == model


@pytest.mark.parametrize("model", all_models(), ids=lambda m: m.name)
def test_the_plan_has_every_layer_once_and_in_order(model: Model) -> None:
    block = plan(model)
    assert [x.id for x in leaves(block)] == [x.id for x in model.layers]
    assert block.outputs == model.outputs
    judge_plan(block, {i.name for i in model.inputs})


@settings(max_examples=60, deadline=None)
@given(networks())
def test_random_networks_survive_json_and_plan(model: Model) -> None:
    assert Model.from_json(json.dumps(model.to_json())) == model
    block = plan(model)
    assert [x.id for x in leaves(block)] == [x.id for x in model.layers]
    judge_plan(block, {"input"})


def nested(block: Block, path: str) -> Block:
    found = next(s.node for s in block.steps if isinstance(s.node, Block) and path.startswith(s.node.path))
    return found if found.path == path else nested(found, path)


def test_chains_are_blocks_where_each_step_eats_what_the_last_one_made() -> None:
    block = plan(models.build("vgg11"))
    assert block.is_chain
    assert nested(block, "features").is_chain
    block = plan(models.build("resnet18"))
    assert nested(block, "layer1").is_chain
    assert not nested(block, "layer1.0").is_chain, "the sum reads the block's input as well"
    assert nested(block, "layer2.0.downsample").is_chain
    assert (nested(block, "layer1.0").kind, nested(block, "layer1").kind, block.kind) == ("BasicBlock", "Sequential", "ResNet")


def test_a_block_whose_inner_value_is_read_outside_is_no_chain_and_hands_it_out() -> None:
    g = Graph("net", (1, 2, 4, 4))
    inner = g.add("box.first", "relu")
    g.add("box.second", "tanh")
    g.add("sum", "add", inner, "box.second")
    box = nested(plan(g.build()), "box")
    assert box.outputs == ("box.first", "box.second")
    assert not box.is_chain


def test_a_container_that_is_left_and_entered_again_has_no_plan() -> None:
    g = Graph("net", (1, 2, 4, 4))
    for name in ("box.first", "between", "box.second"):
        g.add(name, "relu")
    with pytest.raises(SpecError, match=r"net: the layers of container 'box' do not follow one another \('box.second'"):
        plan(g.build())
    g = Graph("net", (1, 2, 4, 4))
    g.add("box", "relu")
    g.add("box.inner", "relu")
    with pytest.raises(SpecError, match="container 'box'"):
        plan(g.build())


def relu(id: str, *inputs: str, call_of: str | None = None) -> Layer:
    return Layer(id, "relu", {}, inputs, ((1, 2),) * len(inputs), ((1, 2),), call_of)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"layers": (relu("a", "in"), relu("a", "in"))}, "layer id 'a' is used twice"),
        ({"layers": (relu("in", "in"),)}, "layer id 'in' is used twice"),
        ({"layers": (relu("a", "b"), relu("b", "in"))}, "layer 'a' reads 'b', which no earlier layer makes"),
        ({"layers": (relu("a", "a"),)}, "layer 'a' reads 'a'"),
        ({"layers": (relu("a", "in", call_of="b"), relu("b", "in"))}, "layer 'a' calls 'b' again"),
        ({"layers": (relu("a", "in", call_of="in"),)}, "layer 'a' calls 'in' again"),
        ({"outputs": ("z",)}, "output 'z' is made by no layer"),
        ({"outputs": ()}, "no outputs"),
        ({"inputs": (Input("in", (1, 2)), Input("in", (1, 2)))}, "two inputs share a name"),
    ],
)
def test_a_description_that_contradicts_itself_is_refused(changed: dict[str, Any], message: str) -> None:
    sound: dict[str, Any] = {"inputs": (Input("in", (1, 2)),), "layers": (relu("a", "in"),), "outputs": ("a",)}
    head: dict[str, Any] = {"name": "net", "family": "test", "variant": "", "source": ""}
    assert Model(**head, **sound).by_id["a"].y == (1, 2)
    with pytest.raises(SpecError, match=f"net: .*{message}"):
        Model(**head, **sound | changed)


def test_several_inputs_keep_their_shapes_apart() -> None:
    two = Model("net", "test", "", "", (Input("a", (2, 3)), Input("b", (2, 5))), (relu("x", "a"), relu("y", "b")), ("x", "y"))
    assert (two.input_text, two.batch) == ("2x3+2x5", 2)
    assert plan(two).inputs == ("a", "b")
    assert [type(s) for s in plan(two).steps] == [Step, Step]
    assert Model.from_json(json.dumps(two.to_json())) == two
