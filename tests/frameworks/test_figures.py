"""Totals that were measured independently of this project, batch 1: each must come out of the real tool."""

from __future__ import annotations

from collections import Counter

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
HELD = {"pytorch": 7, "paddlepaddle": 5, "tensorflow_keras": 1}  # how many of them each framework's tools give


def test_known_totals(served: Served) -> None:
    wanted = {k: v for k, v in FIGURES.items() if catalog.tool(k[1]).framework == served.info.id}
    assert len(wanted) == HELD[served.info.id]
    nets = [models.build(name) for name in dict.fromkeys(model for model, _, _ in wanted)]
    rows = served.run(nets, tools=sorted({tool for _, tool, _ in wanted})).rows
    got = {(r.model, r.tool, r.metric): r.value for r in rows if r.layer == "(total)"}
    assert {k: got.get(k) for k in wanted} == wanted


def test_every_figure_is_tried_in_the_framework_of_its_tool() -> None:
    assert Counter(catalog.tool(tool).framework for _, tool, _ in FIGURES) == HELD
