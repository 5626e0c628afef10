"""The same network in every framework and every export; and a harm done to one framework is caught, whichever it is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crosscheck.contract.network import Model
from crosscheck.measuring import catalog
from crosscheck.measuring.plan import launch_adapter
from crosscheck.models.writer import Graph
from crosscheck.studies.verify import run as verify
from crosscheck.studies.verify.run import AGREES, DIFFERS, FAILED
from tests.frameworks.sabotage import HARMS, mixed

FRAMEWORKS = [name for name, info in catalog.frameworks().items() if not info.reads]
EXPORTS = [e for info in catalog.frameworks().values() for e in info.exports]
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


def prove(folder: Path, models: list[Model], exports: Sequence[str], spoilt: str = "") -> verify.Proof:
    def launch(framework: str) -> list[str]:
        if framework != spoilt:
            return launch_adapter(framework)
        return [sys.executable, "-P", "-m", "tests.frameworks.sabotage", framework]

    jobs = [verify.Job(m, tuple(exports)) for m in models]
    return verify.run(jobs, logs=folder / "logs", cache=folder / "cache", launch=launch, timeout=120, excused=())


def test_one_function_in_every_framework_and_every_export(tmp_path: Path) -> None:
    nets = [mixed("mixed", padding=1), branches(), head()]
    proof = prove(tmp_path, nets, EXPORTS)
    assert {(c.model, c.framework, c.export) for c in proof.checks if c.verdict != AGREES} == set(), proof.checks
    assert len(proof.checks) == len(nets) * (len(FRAMEWORKS) + len(EXPORTS))
    assert {e.export: e.status for e in proof.exports} == dict.fromkeys(EXPORTS, "ok")
    assert max((c.error or 0) / c.tolerance for c in proof.checks) < 0.5


@pytest.mark.parametrize("spoilt", FRAMEWORKS)
def test_a_harm_done_to_one_framework_is_caught_there(tmp_path: Path, spoilt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))  # the saboteur is found among the tests
    fast = [e for e in ("torch-script", "paddle", "tf-plain") if e in catalog.framework(spoilt).exports]
    nets = [mixed("mixed"), *(mixed(f"mixed-{harm}") for harm in HARMS)]
    proof = prove(tmp_path, nets, fast, spoilt=spoilt)
    odd = {(c.model, c.framework) for c in proof.checks if c.verdict != AGREES and not c.export}
    assert odd == {(f"mixed-{harm}", spoilt) for harm in HARMS}
    own = [c for c in proof.checks if (c.model, c.framework) in odd and not c.export]
    assert all(c.verdict == DIFFERS and (c.error or 0) > 10 * c.tolerance for c in own), own
    spread = {c.model for c in proof.checks if c.export and c.verdict == DIFFERS}
    assert spread >= {f"mixed-{harm}" for harm in HARMS}
    assert proof.exit_code == 1


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
    proof = prove(tmp_path, [net for net, *_ in FAULTS.values()], ["paddle", "tf", "tf-plain", "torch-script"])
    odd = {(c.model, c.export): c for c in proof.checks if c.verdict != AGREES}
    wanted = {(name, export): rest for name, (_, exports, *rest) in FAULTS.items() for export in exports}
    assert set(odd) == set(wanted), odd
    for key, (verdict, message) in wanted.items():
        assert odd[key].verdict == verdict, odd[key]
        assert message in odd[key].message, odd[key]
    assert {e.status for e in proof.exports} == {"ok"}, "all of these files were written without a word"
