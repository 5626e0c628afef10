"""Rows of the tables that layer-by-layer tools print: which layer or container each row is, its shape and its parameters.

torch-summary lists a container before what is inside it, down to a depth, and sums up what lies deeper; torchsummary lists
every module when its call ends, so a container after what is inside it, and no Sequential at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crosscheck.contract.blocks import Block, Step, plan
from crosscheck.contract.network import Layer, Shape
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.counting.containers import WIRING

DEPTH = 3  # how deep torch-summary's table goes unless told otherwise
KINDS = {
    "conv": "Conv2d",
    "linear": "Linear",
    "batchnorm": "BatchNorm2d",
    "relu": "ReLU",
    "maxpool": "MaxPool2d",
    "avgpool": "AvgPool2d",
    "adaptive_avgpool": "AdaptiveAvgPool2d",
    "dropout": "Dropout",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: path of its layer or container, class, depth from 1, output shape (N, …), parameters or None for ``--``."""

    path: str
    kind: str
    depth: int
    shape: Shape
    params: int | None


def rows(counted: engine.Tally, convention: Convention) -> list[Row]:
    """The rows of a tool's table in its order; raises KeyError for a tool whose table is not known."""
    table = convention.table("params")
    params = {layer.id: engine.layer_value(counted, table, convention.id, layer, counts) for layer, counts in counted.layers}
    block = plan(counted.model)
    return list(_TABLES[convention.id](block, 1, params))


def tools() -> tuple[str, ...]:
    """Conventions whose tables are known."""
    return tuple(_TABLES)


def _modules(block: Block) -> Iterator[Step]:
    """The steps that are modules: functions such as the sum of a block make no row."""
    return (s for s in block.steps if isinstance(s.node, Block) or not (s.node.functional or s.node.op in WIRING))


def _inside(block: Block) -> Iterator[Layer]:
    for step in block.steps:
        if isinstance(step.node, Block):
            yield from _inside(step.node)
        else:
            yield step.node


def _shape(block: Block) -> Shape:
    last = block.steps[-1].node
    return _shape(last) if isinstance(last, Block) else last.y


def _layer(layer: Layer, depth: int, params: dict[str, int], none: int | None) -> Row:
    return Row(layer.id, KINDS.get(layer.op, layer.op), depth, layer.y, params[layer.id] or none)


def _torch_summary(block: Block, depth: int, params: dict[str, int]) -> Iterator[Row]:
    for step in _modules(block):
        node = step.node
        if isinstance(node, Layer):
            yield _layer(node, depth, params, None)
            continue
        held = sum(params[x.id] for x in _inside(node)) if depth == DEPTH else None
        yield Row(node.path, node.kind, depth, _shape(node), held)
        if depth < DEPTH:
            yield from _torch_summary(node, depth + 1, params)


def _torchsummary(block: Block, depth: int, params: dict[str, int]) -> Iterator[Row]:
    for step in _modules(block):
        node = step.node
        if isinstance(node, Layer):
            yield _layer(node, depth, params, 0)
            continue
        yield from _torchsummary(node, depth + 1, params)
        if node.kind != "Sequential":
            yield Row(node.path, node.kind, depth, _shape(node), 0)


_TABLES = {"torch_summary_145": _torch_summary, "torchsummary_151": _torchsummary}
