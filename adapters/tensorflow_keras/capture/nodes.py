"""Nodes of a graph, and those of the functions that nodes call: loops, branches, what is compiled apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import tensorflow as tf

from adapters.tensorflow_keras.capture.graph import shape
from crosscheck.contract.call import Call, Level

NUMBERS = ("strides", "ksize", "dilations")
WORDS = ("data_format", "padding", "equation")
FLAGS = ("adj_x", "adj_y", "transpose_a", "transpose_b")
LOOPS, BRANCHES = ("While", "StatelessWhile"), ("If", "StatelessIf", "Case", "StatelessCase")
CALLS = ("PartitionedCall", "StatefulPartitionedCall")
SEQUENCE = "TensorListFromTensor"  # what a loop over steps reads from
UNTOLD = "a loop or branch that does not tell how often it runs"


def nodes(graph: Any, homes: Mapping[str, str]) -> list[Call]:
    """Every node of a graph and of its functions, alike ones as one of ``times``; ``homes`` tell whose each is."""
    found: Counter[tuple[Any, ...]] = Counter()
    needed = _needed(graph)
    for op in graph.get_operations():
        home = homes[op.name]
        found[_key(Level.NODE, op, home, unread=op.name not in needed)] += 1
        for inner, times in _bodies(graph, op, 1) if op.name in needed else ():
            found[(*inner, home)] += times
    return [Call(level, name, home, ins, outs, dict(attrs), n) for (level, name, ins, outs, attrs, home), n in found.items()]


def _needed(graph: Any) -> set[str]:
    """Names of the nodes that an output depends on, or something that is done in any case."""
    waiting = [t.op for t in graph.outputs] + list(graph.control_outputs)
    found: set[str] = set()
    while waiting:
        op = waiting.pop()
        if op.name not in found:
            found.add(op.name)
            waiting += [t.op for t in op.inputs] + list(op.control_inputs)
    return found


def _key(level: Level, op: Any, *home: str, unread: bool = False) -> tuple[Any, ...]:
    attrs = (*_attrs(op), *((("unread", True),) if unread else ()))
    return (level, op.type, tuple(map(shape, op.inputs)), tuple(map(shape, op.outputs)), attrs, *home)


def _bodies(graph: Any, op: Any, times: int) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Nodes of the function that a node calls, and of those below, with how often each runs."""
    if op.type in BRANCHES:
        yield _said(UNTOLD), times
    if op.type in LOOPS and not (turns := _turns(op)):
        yield _said(UNTOLD), times
    elif op.type in (*LOOPS, *CALLS):
        times *= turns if op.type in LOOPS else 1
        body = graph._get_function(op.get_attr("body" if op.type in LOOPS else "f").name).graph
        for inner in body.get_operations():
            yield _key(Level.BODY, inner), times
            yield from _bodies(body, inner, times)


def _said(what: str) -> tuple[Any, ...]:
    return (Level.BODY, what, (), (), ())


def _turns(op: Any) -> int:
    """How often a loop runs: the number of steps in the sequences that it reads, else its limit; 0 where neither is known."""
    steps = [shape(t.op.inputs[0])[0] for t in op.inputs if t.op.type == SEQUENCE]
    limit = tf.get_static_value(op.inputs[1])
    return max(steps) if steps else int(limit) if limit is not None and 0 < limit < 2**31 - 1 else 0


def _attrs(op: Any) -> tuple[tuple[str, Any], ...]:
    """What costs depend on beside shapes: windows, the order of axes, which side is turned."""
    defined = op.node_def.attr
    found: dict[str, Any] = {name: tuple(defined[name].list.i) for name in NUMBERS if name in defined}
    found |= {name: defined[name].s.decode() for name in WORDS if name in defined}
    return tuple((found | {name: True for name in FLAGS if name in defined and defined[name].b}).items())
