"""Totals that were measured independently of this project, batch 1: each must come out of the real tool."""

from __future__ import annotations

import pytest

from crosscheck import models
from crosscheck.measuring import catalog
from tests.frameworks.served import Served

FIGURES = {
    ("lenet", "torchinfo", "compute"): 347_774,
    ("lenet", "paddle_flops", "compute"): 347_560,
    ("lenet", "flop_counter", "compute"): 682_512,
    ("lenet", "tf_profiler", "compute"): 695_334,
    ("resnet50", "torchinfo", "compute"): 4_089_238_376,
    ("resnet50", "torchinfo", "params"): 25_557_032,
    ("resnet50", "paddle_flops", "compute"): 4_111_514_624,
    ("resnet50", "paddle_flops", "params"): 25_610_152,
    ("resnet50", "flop_counter", "compute"): 8_178_368_512,
    ("alexnet", "torchinfo", "compute"): 714_682_664,
    ("alexnet", "paddle_flops", "compute"): 714_691_904,
    ("vgg19", "torchinfo", "compute"): 19_646_923_752,
    ("vgg19", "paddle_flops", "compute"): 19_646_964_736,
}


@pytest.mark.parametrize("name", sorted({model for model, _, _ in FIGURES}))
def test_known_totals(served: Served, name: str) -> None:
    wanted = {k[1:]: v for k, v in FIGURES.items() if k[0] == name and catalog.tool(k[1]).framework == served.info.id}
    if not wanted:
        return
    rows = served.run([models.build(name)], tools=sorted({tool for tool, _ in wanted})).rows
    got = {(r.tool, r.metric): r.value for r in rows if r.layer == "(total)"}
    assert {k: got.get(k) for k in wanted} == wanted
