"""What every framework really built is what was described; harms done to one framework are named where they were done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.counting.engine import tally
from crosscheck.diff import Amounts, compare
from crosscheck.importers.onnx import load as onnx
from crosscheck.measuring import catalog
from crosscheck.studies import architecture
from crosscheck.studies.architecture import DESCRIBED, DIFFERS, SAME, WRITTEN
from tests.frameworks.exports import FOLDED, NETS, Written
from tests.frameworks.networks import networks
from tests.frameworks.sabotage import HARMS, harmed, launch, mixed
from tests.frameworks.served import Served
from tests.frameworks.test_verify import branches, head

FRAMEWORKS = [name for name, info in catalog.frameworks().items() if not info.reads]
SMALL = {"alexnet": (3, 99, 131), "vgg11-bn": (3, 64, 96), "resnet18-a": (3, 64, 64), "resnet18-c": (3, 96, 64)}
SMALL |= {"resnet50": (3, 64, 64), "resnet50-v1": (3, 64, 64), "resnet50-keras": (3, 64, 64), "alexnet-paper": (3, 99, 131)}
WHOLE = ("paddle", "torch-script-plain", "torch-script", "tf")  # exports that leave layers in one piece and layouts as they are
pytestmark = pytest.mark.framework


def wanted() -> list[Model]:
    own = [models.build("lenet", batch=2), models.build("lenet5"), *(models.build(n, input_shape=s) for n, s in SMALL.items())]
    return [*own, mixed("mixed", padding=1), branches(), head()]


def test_every_framework_built_what_is_described_and_the_same_as_the_others(tmp_path: Path) -> None:
    nets = wanted()
    built = architecture.run(nets, logs=tmp_path, timeout=120)
    odd = {(c.model, c.here, c.there): [d.says for d in c.differences] for c in built.checks if c.verdict not in (SAME, WRITTEN)}
    assert odd == {}
    assert len(built.checks) == len(nets) * (len(FRAMEWORKS) + 3)
    assert all(
        c.verdict == SAME for c in built.checks if {c.here, c.there} == {"pytorch", DESCRIBED} and c.model.startswith("res")
    )
    for net in nets:
        counted = tally(net)
        params = sum(counted.sum(p) for p in ("weight", "bias", "norm_scale", "norm_shift"))
        seen = {(c.total.params, c.total.stats) for c in built.checks if (c.model, c.here) == (net.name, DESCRIBED)}
        assert seen == {(params, counted.sum("running_stats"))}, net.name
    assert built.exit_code == 0


# What a harm is called, in words that its sentence has; harms of weights change no architecture.
NAMED = {
    "epsilon": "epsilon 1e-05 here, epsilon 0.001 there",
    "stride": "stride 2 on the 3×3 convolution here, on the 1×1 there",
    "bias": "has a bias here (8 parameters), none there",
    "padding": "padding 0+1 here, padding 1+0 there",
    "pool": "average pooling 3×3, stride 2, padding 1 here, max pooling 3×3, stride 2, padding 1 there",
}


@pytest.fixture(scope="module")
def harms(tmp_path_factory: pytest.TempPathFactory) -> architecture.Built:
    """Every harm done to every framework, each on a network of its own, and one network that is left alone."""
    nets = [mixed("mixed"), *(harmed(framework, harm) for framework in FRAMEWORKS for harm in NAMED)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))  # the saboteur is found among the tests
        return architecture.run(nets, logs=tmp_path_factory.mktemp("spoilt"), timeout=120, launch=launch)


@pytest.mark.xdist_group("harms-seen")
@pytest.mark.parametrize("spoilt", FRAMEWORKS)
def test_a_harm_done_to_one_framework_is_named_there(harms: architecture.Built, spoilt: str) -> None:
    assert set(NAMED) == {name for name, harm in HARMS.items() if isinstance(harm, dict)}
    names = {harm: harmed(spoilt, harm).name for harm in NAMED}
    differ = [c for c in harms.checks if c.verdict == DIFFERS and c.model in names.values()]
    odd = {(c.model, c.there): c for c in differ if c.here == DESCRIBED}
    assert set(odd) == {(name, spoilt) for name in names.values()}
    for harm, name in names.items():
        told = [d.says for d in odd[name, spoilt].differences if d.cause != "spelling"]
        assert len([t for t in told if "consequence" not in t]) == 1, told
        assert NAMED[harm] in told[0], told
    pairs = {(c.model, c.here, c.there) for c in differ if c.here != DESCRIBED}
    both = {(c.here, c.there) for c in harms.checks if c.here != DESCRIBED and spoilt in (c.here, c.there)}
    assert pairs == {(name, *pair) for name in names.values() for pair in both}
    assert harms.exit_code == 1


@pytest.mark.xdist_group("harms-seen")
def test_what_is_left_alone_beside_harms_is_the_same(harms: architecture.Built) -> None:
    told = [c.verdict for c in harms.checks if c.model == "mixed"]
    assert len(told) == len(FRAMEWORKS) + 3
    assert DIFFERS not in told


def test_random_networks_are_seen_as_they_are_described(served: Served) -> None:
    keras = served.info.id == "tensorflow_keras"

    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(networks(keras=keras), min_size=1, max_size=4))
    def law(nets: list[Any]) -> None:
        for net, seen in zip(nets, served.observe(nets), strict=True):
            found = compare(net, seen)
            assert [d.says for d in found.structural] == []
            assert found.residual == Amounts()

    law()


def test_exported_files_hold_the_described_architecture(framework: str, written: Written) -> None:
    """By structure alone; batch normalisations that an exporter folds are told as such."""
    told = {}
    for (name, export), row in written.items():
        if name in ("lenet", "resnet18") and export in WHOLE:
            found = compare(NETS[name], onnx.load(Path(row.path)).model)
            assert found.residual == Amounts()
            told[name, export] = [d.says for d in found.structural]
    folded = [
        "every convolution (20) has no bias here, one there (4,800 parameters)",
        "after every convolution (20): batch normalisation here, nothing there",
    ]
    exports = [e for e in catalog.framework(framework).exports if e in WHOLE]
    assert told == {("lenet", e): [] for e in exports} | {("resnet18", e): folded if e in FOLDED else [] for e in exports}
