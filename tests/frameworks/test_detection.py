"""Operators for detection where torchvision's binary does not load: what they compute, point by point."""

from __future__ import annotations

import fnmatch
import json
import math
import os
import subprocess
import sys

import pytest

pytest.importorskip("torch")

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from adapters.pytorch.detection import nms, roi_align
from crosscheck.known import left_out
from crosscheck.measuring.catalog import overlay_folder
from crosscheck.subjects import zoo

pytestmark = pytest.mark.framework
SEEDS = st.integers(0, 2**31)


def boxes(count: int, seed: int, size: float) -> tuple[Tensor, torch.Generator]:
    generator = torch.Generator().manual_seed(seed)
    corner = torch.rand(count, 2, generator=generator) * size
    return torch.cat([corner, corner + 0.1 + torch.rand(count, 2, generator=generator) * size], 1), generator


def overlap(a: list[float], b: list[float]) -> float:
    both = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return both / (sum((x[2] - x[0]) * (x[3] - x[1]) for x in (a, b)) - both)


@given(seed=SEEDS, count=st.integers(0, 12), limit=st.sampled_from([0.2, 0.5, 0.8]))
@settings(max_examples=60, deadline=None)
def test_a_box_is_kept_exactly_where_no_kept_better_one_overlaps_it(seed: int, count: int, limit: float) -> None:
    made, generator = boxes(count, seed, 5)
    scores = torch.rand(count, generator=generator)
    kept = nms(made, scores, limit).tolist()
    assert kept == sorted(kept, key=lambda k: -scores[k].item())
    for k in range(count):
        better = [j for j in kept if scores[j] > scores[k]]
        assert (k in kept) == all(overlap(made[j].tolist(), made[k].tolist()) <= limit for j in better)


def sample(plane: Tensor, y: float, x: float) -> float:
    """One bilinear sample; 0 more than a pixel outside."""
    height, width = plane.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return 0.0
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    total = 0.0
    for row in {math.floor(y), min(math.floor(y) + 1, height - 1)}:
        for column in {math.floor(x), min(math.floor(x) + 1, width - 1)}:
            total += (1 - abs(y - row)) * (1 - abs(x - column)) * plane[row, column].item()
    return total


@given(seed=SEEDS, ratio=st.sampled_from([-1, 1, 2]), aligned=st.booleans(), scale=st.sampled_from([0.5, 1.0]))
@settings(max_examples=30, deadline=None)
def test_a_cell_of_a_region_is_the_mean_of_its_samples(seed: int, ratio: int, aligned: bool, scale: float) -> None:
    regions, generator = boxes(2, seed, 12)
    maps = torch.rand(2, 2, 6, 7, generator=generator)
    found = roi_align(maps, torch.cat([torch.tensor([[1.0], [0.0]]), regions], 1), scale, 2, 3, ratio, aligned)
    for k, image in enumerate((1, 0)):
        x0, y0, x1, y1 = (v * scale - 0.5 * aligned for v in regions[k].tolist())
        high, wide = (n if aligned else max(n, 1.0) for n in (y1 - y0, x1 - x0))
        rows, columns = (ratio if ratio > 0 else max(1, math.ceil(n / cells)) for n, cells in ((high, 2), (wide, 3)))
        ys = [[y0 + high / 2 * (p + (i + 0.5) / rows) for i in range(rows)] for p in range(2)]
        xs = [[x0 + wide / 3 * (q + (j + 0.5) / columns) for j in range(columns)] for q in range(3)]
        for c in range(2):
            for p in range(2):
                for q in range(3):
                    values = [sample(maps[image, c], y, x) for y in ys[p] for x in xs[q]]
                    assert found[k, c, p, q].item() == pytest.approx(sum(values) / len(values), abs=1e-4)


LISTED = """
import json
from adapters.pytorch.zoo import _module
models = _module("torchvision.models")
print(json.dumps(models.list_models()))
"""


@pytest.mark.skipif(not zoo.get("torchvision:resnet18").version, reason="torchvision is not installed")
def test_every_network_of_torchvision_is_in_the_zoo_or_left_out_by_name() -> None:
    """By its public names; in a process of its own, as its operators are defined once."""
    places = zoo.get("torchvision:resnet18").libraries
    path = os.pathsep.join([*(str(overlay_folder(place)) for place in places), *sys.path])
    done = subprocess.run([sys.executable, "-c", LISTED], env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=True)
    names = json.loads(done.stdout)
    kept = [n for n in names if not any(fnmatch.fnmatchcase(f"torchvision:{n}", pattern) for pattern in left_out.networks())]
    assert sorted(kept) == sorted(n.name for n in zoo.networks().values() if n.zoo == "torchvision")
    assert len(kept) < len(names)
