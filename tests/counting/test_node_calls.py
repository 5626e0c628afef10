"""Networks known by the nodes of their graph: which of them are multiplications, and which the profiler sees."""

from __future__ import annotations

from crosscheck.contract.call import FAILED, Call, Level
from crosscheck.contract.network import Input, Layer, Model
from crosscheck.conventions import read as convention
from crosscheck.counting import engine

PROFILER, PARAMS = convention.load("tf_profiler"), convention.load("keras_count_params")


def network(*calls: Call) -> Model:
    layer = Layer("rnn", "other", {}, ("input",), ((2, 3),), ((2, 4),))
    return Model("mine", "own", "", "", (Input("input", (2, 3)),), (layer,), ("rnn",), {"": "Model"}, calls)


def product(level: Level, times: int = 1, **attrs: object) -> Call:
    return Call(level, "MatMul", "rnn", ((2, 3), (3, 4)), ((2, 4),), attrs, times)


def test_turns_of_a_loop_are_multiplications_that_the_profiler_does_not_see() -> None:
    counted = engine.tally(network(product(Level.NODE, unread=True), product(Level.BODY, 5), product(Level.NODE, 2)))
    assert counted.called is not None
    assert counted.called.mac == {"rnn": 7 * 24}
    assert engine.total(counted, PROFILER, "compute") == 3 * 2 * 24
    assert engine.total(counted, convention.load("mac"), "compute") == 7 * 24


def test_weights_are_counted_once_and_buffers_are_not_trained() -> None:
    held = [
        Call(Level.PARAMETER, name, "rnn", (shape,), (), {"kind": kind, "trainable": trainable})
        for name, shape, kind, trainable in (
            ("parameter", (3, 4), "weight", True),
            ("parameter", (4,), "bias", False),
            ("buffer", (), "running_stats", False),
        )
    ]
    counted = engine.tally(network(*held))
    metrics = ("params", "params_trainable", "params_nontrainable")
    assert [engine.total(counted, PARAMS, m) for m in metrics] == [17, 12, 5]
    assert engine.total(counted, convention.load("mac"), "params") == 16


def test_a_graph_that_could_not_be_made_is_not_0() -> None:
    counted = engine.tally(network(Call(Level.NODE, FAILED, "", attrs={"reason": "it fails"})))
    assert counted.called is not None
    assert "it fails" in counted.called.lacking(PROFILER.table("compute").tables[0].calls)  # type: ignore[arg-type]
