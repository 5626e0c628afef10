"""A user's own Keras network in every way to call one: seen, counted by real tools, explained, and untouched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crosscheck import models
from crosscheck.cli.commands import app
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import UsageError
from crosscheck.session import compare
from crosscheck.studies.own.found import Found

keras = pytest.importorskip("keras", exc_type=ImportError)
from adapters.tensorflow_keras import build, watched  # noqa: E402
from tests.frameworks import keras_networks as nets  # noqa: E402
from tests.frameworks import one_worker  # noqa: E402

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("own_keras")]


def state(net: Any) -> Any:
    """What a network holds: its variables by identity and value, its layers and what they know."""
    held = [(id(v), v.path, v.trainable, v.numpy().tobytes()) for v in net.variables]
    return held, [(id(x), x.built, len(vars(x))) for x in net._flatten_layers()], keras.Layer.__call__


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """Every way in one worker, and each network as it was before."""
    folder = tmp_path_factory.mktemp("own")
    networks = []
    for k, (name, (make, x)) in enumerate(nets.WAYS.items()):
        net = make()
        before = state(net)
        networks.append(one_worker.packed(name, net, x, folder / str(k)))
        assert state(net) == before, name
    return one_worker.found(networks, folder)


@pytest.mark.parametrize("way", nets.WAYS)
def test_a_network_is_counted_and_every_tool_predicted(ways: dict[str, Found], way: str) -> None:
    found = ways[way]
    assert (found.failed, found.lost) == ("", "")
    assert found.macs == nets.MACS[way]
    assert {(n.row.tool, n.row.metric): (n.row.status, n.residual, n.why) for n in found.lines} == {
        ("tf_profiler", "compute"): ("ok", 0, ""),
        **{("keras_count_params", f"params{kind}"): ("ok", 0, "") for kind in ("", "_trainable", "_nontrainable")},
    }


def test_what_only_the_profiler_does_has_a_name(ways: dict[str, Found]) -> None:
    turned = next(n for n in ways["turned"].lines if n.row.tool == "tf_profiler")
    assert turned.number is not None
    assert {t.primitive: t.count for t in turned.number.terms if "mac" in t.primitive} == {"mac": 144, "turned_mac": -36}
    first, again = ways["shared"].seen.layers[:2]
    assert again.call_of == first.id
    assert ways["own layer"].parameters.buffers == 7


def test_a_network_that_cannot_leave_is_measured_here_and_stays_as_it_is() -> None:
    net = nets.Plain()
    net(keras.ops.zeros(nets.X))
    object.__setattr__(net, "source", iter([1]))
    object.__setattr__(net, "held", (n for n in range(3)))
    before = state(net)
    r = compare(net, nets.X)
    assert state(net) == before
    assert {path.partition(";")[0] for path in r.tools.path} == {"measured in process"}
    assert (r.macs, set(r.tools.residual)) == (nets.MACS["plain"], {0})


@pytest.mark.parametrize(("name", "size"), [("lenet", 28), ("resnet18", 64), ("resnet50-v2-keras", 64)])
def test_a_described_network_costs_the_same_by_layers_and_by_calls(name: str, size: int) -> None:
    described = models.build(name, input_shape=(1 if name == "lenet" else 3, size, size))
    net = build.build(described).net
    x = keras.ops.zeros([int(n) for n in net.inputs[0].shape])
    seen = watched.watch(net, (x,), {}, described)
    assert seen.error is None
    by_layers, by_calls = engine.tally(described), engine.tally(seen.model)
    for c in (convention.load("tf_profiler"), convention.load("keras_count_params")):
        for metric in c.metrics:
            assert engine.total(by_calls, c, metric) == engine.total(by_layers, c, metric), metric


class Failing(nets.Plain):
    def __init__(self) -> None:
        super().__init__()
        self.fc.build((None, 7))

    def call(self, x: Any) -> Any:
        return self.fc(self.conv(x))


def test_a_call_that_raises_shows_what_ran_until_then() -> None:
    r = compare(Failing(), nets.X)
    assert r.found.seen.layers[0].op == "conv"
    assert " (keras.layers.Dense with kernel 7x5, bias 5), given 2x6x6x4: " in r.found.failed
    assert "test_own_keras.py" in r.found.failed
    assert set(r.tools.status) == {"error"}


@pytest.mark.parametrize(
    ("model", "x", "says"),
    [
        (nets.Plain(), None, "Hint: give its input: x or a shape"),
        (keras.optimizers.SGD(), (1, 3), "no keras.Model and no keras.Layer"),
    ],
)
def test_bad_input_says_what_to_do(model: Any, x: Any, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        compare(model, x, tools=[])
    assert says in str(refused.value)


CODE = """
import keras
from keras import layers

def words():
    given = keras.Input((5,), dtype="int32", name="ids")
    return keras.Model({"ids": given}, layers.Dense(3)(layers.Embedding(11, 6)(given)))

def broken():
    return layers.Dense(no_such_argument=True)
"""


def test_the_command_line_runs_the_code_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").write_text(CODE)
    terminal = CliRunner()
    done = terminal.invoke(app, ["compare", "nets.py:words", "-i", "ids=1x5:int32", "-f", "json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["macs"], told["parameters"]["all"]) == (5 * 6 * 3, 66 + 21)
    failed = terminal.invoke(app, ["count", "nets:broken", "-i", "1x5"])
    assert str(failed.exception).startswith("nets:broken fails: TypeError: ")
