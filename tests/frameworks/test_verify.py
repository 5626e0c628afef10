"""The same network in every framework and every export; and a harm done to one framework is caught, whichever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crosscheck.contract.network import Model
from crosscheck.measuring import catalog
from crosscheck.measuring.plan import Launch, launch_adapter
from crosscheck.models.writer import Graph
from crosscheck.studies.verify import run as verify
from crosscheck.studies.verify.run import AGREES, DIFFERS, FAILED
from tests.frameworks.sabotage import HARMS, harmed, launch, mixed

FRAMEWORKS = [name for name, info in catalog.frameworks().items() if not info.reads]
EXPORTS = tuple(e for info in catalog.frameworks().values() for e in info.exports)
FAST = {"pytorch": "torch-script", "paddlepaddle": "paddle", "tensorflow_keras": "tf-plain"}
pytestmark = pytest.mark.framework


def branches() -> Model:
    """Concatenation, a layer called twice, dilation, pooling that rounds up, nothing flattened at the end."""
    g = Graph("branches", (1, 4, 14, 11))
    g.add("stem", "conv", out_channels=6, kernel=(3, 5), padding=(1, 2), bias=True)
    g.add("sigmoid", "sigmoid")
    left = g.add("left", "conv", out_channels=6, kernel=3, padding=2, dilation=2, bias=False)
    g.add("twice", "conv", out_channels=6, kernel=3, padding=1)
    g.add("again", "conv", call_of="twice", out_channels=6, kernel=3, padding=1)
    g.add("tanh", "tanh")
    g.add("concat", "concat", left, g.last)
    g.add("pool", "maxpool", kernel=3, stride=2, ceil_mode=True)
    g.add("silu", "silu")
    g.add("last", "conv", out_channels=5, kernel=2)
    return g.build()


def head() -> Model:
    """What closes a modern network: adaptive pooling, layer norm, dropout, softmax."""
    g = Graph("head", (3, 5, 9, 6))
    g.add("conv", "conv", out_channels=8, kernel=3, stride=(2, 1))
    g.add("relu", "relu")
    g.add("pool", "adaptive_avgpool", output_size=1)
    g.add("flatten", "flatten")
    g.add("norm", "layernorm")
    g.add("drop", "dropout")
    g.add("fc", "linear", out_features=6)
    g.add("softmax", "softmax")
    return g.build()


def prove(folder: Path, jobs: list[verify.Job], launch: Launch = launch_adapter) -> verify.Proof:
    return verify.run(jobs, logs=folder / "logs", cache=folder / "cache", launch=launch, timeout=120, excused=())


def test_one_function_in_every_framework_and_every_export(tmp_path: Path) -> None:
    nets = [mixed("mixed", padding=1), branches(), head()]
    proof = prove(tmp_path, [verify.Job(net, EXPORTS) for net in nets])
    assert {(c.model, c.framework, c.export) for c in proof.checks if c.verdict != AGREES} == set(), proof.checks
    assert len(proof.checks) == len(nets) * (len(FRAMEWORKS) + len(EXPORTS))
    assert {e.export: e.status for e in proof.exports} == dict.fromkeys(EXPORTS, "ok")
    assert max((c.error or 0) / c.tolerance for c in proof.checks) < 0.5


@pytest.fixture(scope="module")
def harms(tmp_path_factory: pytest.TempPathFactory) -> verify.Proof:
    """Every harm done to every framework, each on a network of its own, and one network that is left alone."""
    jobs = [verify.Job(mixed("mixed"), tuple(FAST.values()))]
    jobs += [verify.Job(harmed(framework, harm), (export,)) for framework, export in FAST.items() for harm in HARMS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))  # the saboteur is found among the tests
        return prove(tmp_path_factory.mktemp("spoilt"), jobs, launch)


@pytest.mark.xdist_group("harms")
@pytest.mark.parametrize("spoilt", FRAMEWORKS)
def test_a_harm_done_to_one_framework_is_caught_there(harms: verify.Proof, spoilt: str) -> None:
    names = {harmed(spoilt, harm).name for harm in HARMS}
    told = [c for c in harms.checks if c.model in names]
    assert len(told) == len(names) * (len(FRAMEWORKS) + 1)
    own = [c for c in told if c.verdict != AGREES and not c.export]
    assert {(c.model, c.framework) for c in own} == {(name, spoilt) for name in names}
    assert all(c.verdict == DIFFERS and (c.error or 0) > 10 * c.tolerance for c in own), own
    assert {c.model for c in told if c.export and c.verdict == DIFFERS} == names, "it is in the file too"
    assert harms.exit_code == 1


@pytest.mark.xdist_group("harms")
def test_what_is_left_alone_beside_harms_agrees(harms: verify.Proof) -> None:
    told = [c for c in harms.checks if c.model == "mixed"]
    assert {c.verdict for c in told} == {AGREES}
    assert len(told) == len(FRAMEWORKS) + len(FAST)


def one(name: str, op: str, **attrs: Any) -> Model:
    """A network that owes its fault to one operation."""
    g = Graph(name, (1, 4, 7, 6))
    g.add("conv", "conv", out_channels=6, kernel=3)
    g.add(name, op, **attrs)
    return g.build()


# What exporters get wrong, seen by comparing outputs: network -> (exports, verdict, what the message says).
FAULTS: dict[str, tuple[Model, tuple[str, ...], str, str]] = {
    "padding": (one("padding", "lrn", size=3), ("paddle",), DIFFERS, "leaves the value of a padding unset"),
    "slope": (one("slope", "leaky_relu", slope=0.3), ("paddle",), DIFFERS, ""),
    "epsilon": (one("epsilon", "groupnorm", groups=3, eps=0.1), ("paddle",), DIFFERS, ""),
    "groups": (one("groups", "conv", out_channels=4, kernel=2, groups=2), ("tf", "tf-plain"), FAILED, "StatefulPartitionedCall"),
    "gelu": (one("gelu", "gelu"), ("tf", "tf-plain"), FAILED, "Erfc"),
}


def test_faults_of_exporters_are_found_and_are_still_there(tmp_path: Path) -> None:
    proof = prove(tmp_path, [verify.Job(net, ("paddle", "tf", "tf-plain", "torch-script")) for net, *_ in FAULTS.values()])
    odd = {(c.model, c.export): c for c in proof.checks if c.verdict != AGREES}
    wanted = {(name, export): rest for name, (_, exports, *rest) in FAULTS.items() for export in exports}
    assert set(odd) == set(wanted), odd
    for key, (verdict, message) in wanted.items():
        assert odd[key].verdict == verdict, odd[key]
        assert message in odd[key].message, odd[key]
    assert {e.status for e in proof.exports} == {"ok"}, "all of these files were written without a word"
