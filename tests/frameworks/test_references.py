"""Descriptions against the networks that frameworks ship: every parameter's shape, and what every convolution makes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable

import pytest

from crosscheck import models
from crosscheck.counting.engine import tally
from tests.frameworks import references
from tests.helpers import same

SHIPPED = {"paddlepaddle": references.PADDLE, "tensorflow_keras": references.KERAS}
Sizes = Counter[tuple[int, ...]]


def _described(name: str) -> tuple[Sizes, Sizes]:
    """Shapes of parameters with their sizes in falling order, as layouts differ, and outputs of convolutions."""
    parameters: Sizes = Counter()
    made: Sizes = Counter()
    for layer, counts in tally(models.build(name)).layers:
        a = layer.attrs
        if layer.op == "linear":
            parameters[_sorted((a["out_features"], a["in_features"]))] += 1
        if layer.op == "conv":
            parameters[_sorted((a["out_channels"], a["in_channels"] // a["groups"], *a["kernel"]))] += 1
            made[layer.y] += 1
        if "bias" in counts:
            parameters[(counts["bias"],)] += 1
        if layer.op == "batchnorm":
            parameters[(a["channels"],)] += 4  # scale, shift, running mean and variance
    return parameters, made


def _sorted(shape: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(shape, reverse=True))


@pytest.mark.parametrize(
    "shipping", [pytest.param(f, marks=[pytest.mark.framework, pytest.mark.xdist_group(f)]) for f in SHIPPED]
)
def test_descriptions_are_the_networks_that_frameworks_ship(shipping: str) -> None:
    command = [sys.executable, "-m", "tests.frameworks.references", shipping]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found) == set(SHIPPED[shipping])
    for name, facts in found.items():
        parameters, made = _described(name)
        same(dict(Counter(_sorted(s) for s in facts["parameters"])), dict(parameters), f"{name}: shapes of parameters")
        same(dict(Counter(map(tuple, facts["convolutions"]))), dict(made), f"{name}: what convolutions make")
