"""Counts worked out from those of one image are those of a network that is written down and counted as it is asked for."""

from __future__ import annotations

import pytest

from crosscheck import models
from crosscheck.contract.network import Shape
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import ConventionError
from crosscheck.studies.figures import exact, growth

CONVENTIONS = tuple(convention.load(c) for c in convention.ids())
ODD = (  # each grows in a way of its own: no adaptive pooling, SAME padding, groups, gates, paper's layers, one layer
    *("lenet", "lenet5", "alexnet-paper", "vgg16", "vgg16-paddleclas", "resnet18", "resnet18-a", "resnet50-keras"),
    *("resnet50-v2-keras", "resnext50-32x4d", "se-resnet50", "wrn-40-4", "mnist-cnn", "single-conv"),
)


def totals(tally: engine.Tally) -> dict[tuple[str, str], int]:
    """What every convention makes of it, those left out that are worked out from a network's own sums alone."""
    found: dict[tuple[str, str], int] = {}
    for c in CONVENTIONS:
        for metric in c.metrics if not c.id.endswith(exact.WRAPS) else ():
            try:
                found[c.id, metric] = engine.total(tally, c, metric)
            except ConventionError:
                continue
    return found


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("batch", [2, 64])
def test_sums_at_any_batch(name: str, batch: int) -> None:
    channels, *own = models.get(name).input
    for sides in (own, [side + 32 for side in own]):  # where adaptive pooling has something to do, and thop cuts floats
        shape = (batch, channels, *sides)
        worked_out, counted = growth.sums(name, shape), growth.counted(name, shape)
        assert (worked_out is None) == (counted is None)
        if sides == own or counted:
            assert worked_out
            assert counted
            cut = {("thop", "compute")} if sides != own else set()
            assert {k: v for k, v in totals(worked_out).items() if k not in cut} == {
                k: v for k, v in totals(counted).items() if k not in cut
            }
            assert len(totals(counted)) > 20


@pytest.mark.parametrize("size", [32, 256])
@pytest.mark.parametrize("classes", [10, 1001])
def test_sums_at_any_size_and_classes(size: int, classes: int) -> None:
    """A network that does not fit the size does not fit it either way; of those that fit there are enough."""
    met = 0
    for name in ODD:
        shape = (1, models.get(name).input[0], size, size)
        worked_out, counted = growth.sums(name, shape, classes), growth.counted(name, shape, classes)
        assert (worked_out is None) == (counted is None), name
        if worked_out and counted:
            met += 1
            assert totals(worked_out) == totals(counted), name
    assert met > len(ODD) // 2


@pytest.mark.parametrize("shape", [(2, 3, 224, 224), (5, 3, 224, 224)])
def test_parts_at_any_batch(shape: Shape) -> None:
    for name in ("alexnet", "vgg16-bn", "resnet50"):
        known = growth.counted(name, shape)
        assert known
        last = exact.last_layer(name)
        for c in (convention.load(by) for by in ("mac", "torchinfo", "thop", "paddle_flops")):
            table = c.table("compute")
            charged = {x.id: engine.layer_value(known, table, c.id, x, counts) for x, counts in known.layers}
            convolutions = sum(n for k, n in charged.items() if known.by_id[k][0].op == "conv")
            total = engine.total(known, c, "compute")
            for place, n in (
                (exact.CONVOLUTIONS, convolutions),
                (last, charged[last]),
                (f"all but {last}", total - charged[last]),
            ):
                assert exact.value(name, shape, None, place, c.id, "compute") == n, (name, c.id, place)


@pytest.mark.parametrize(("batch", "wraps"), [(64, False), (64, True), (256, True)])
def test_integers_that_overflow_are_those_of_the_network_counted(batch: int, wraps: bool) -> None:
    name = "resnet152" if wraps else "resnet18"
    shape = (batch, 3, 224, 224)
    known = growth.counted(name, shape)
    assert known
    wrapped = convention.load("torchsummary_151_int32")
    for metric in ("memory_activations", "memory"):
        n = engine.total(known, wrapped, metric)
        assert exact.value(name, shape, None, "", wrapped.id, metric) == n
        assert (n != exact.value(name, shape, None, "", "torchsummary_151", metric)) == wraps
