"""Tools' conventions are found again from the totals of the default networks alone, and hold for networks that were held out."""

from __future__ import annotations

import pytest

from crosscheck import models
from crosscheck.conventions import read as convention
from crosscheck.measuring import catalog
from crosscheck.studies.infer import fit as fitting
from crosscheck.studies.infer.column import sums
from crosscheck.studies.infer.fit import Fit, Table
from tests.studies.infer.tables import counted, lines, table, total

SLOW = {
    ("calflops", "compute"),
    ("ptflops_pytorch", "compute"),
    ("paddle_flops", "compute"),
    ("tf_profiler", "compute"),
}  # ten weights and more: seconds
TOOLS = [t for t in catalog.tools().values() if not catalog.framework(t.framework).reads]
CASES = [(t.convention, m) for t in TOOLS for m in ("compute", "params") if m in t.metrics and (t.convention, m) not in SLOW]
HELD_OUT = ("resnet101", "vgg11", "vgg13", "resnet20-cifar", "resnet56-cifar", "resnet34-a", "wide-resnet50")
KNOWN = {name for n in models.DEFAULT_SET for name in sums(counted(n))}


def told(name: str) -> bool:
    """Whether the default networks tell of all that a held-out network has: in them a convolution has a bias or is normalised."""
    counts = sums(counted(name))
    apart = counts.get(("conv", "bias_add"), 0) + counts.get(("batchnorm", "in_elements"), 0)
    return counts.keys() <= KNOWN and counts.get(("conv", "out_elements"), 0) == apart


def value(found: Table, fit: Fit, name: str) -> int:
    """What the weights give on another network, counted by the names that the columns have."""
    counts = sums(counted(name))
    charges = [pair for term in found.terms(fit) for pair in term.charges]
    return sum(w * counts.get((m.op, m.primitive), 0) for w, m in charges)


def same(found: Table, fit: Fit, name: str) -> bool:
    """Whether what the rows cannot tell apart is the same on another network too."""
    counts = sums(counted(name))
    used = [c for c, w in zip(found.columns, fit.weights, strict=True) if w]
    return all(len({counts.get(m.name, 0) / m.ratio for m in c.members}) == 1 for c in used)


def test_nearly_all_tools_are_tried() -> None:
    assert len(TOOLS) == 17
    assert len({t.convention for t in TOOLS} - {by for by, _ in SLOW}) >= 12
    assert [n for n in HELD_OUT if n in models.variants() and told(n)], "networks are held out"


@pytest.mark.parametrize(("by", "metric"), CASES)
def test_a_tool_is_found_again(by: str, metric: str) -> None:
    found = table(lines(by, metric=metric), metric)
    fit, proved = fitting.cheapest(found)
    assert fit
    assert proved
    assert not fit.left
    own = {(w.op, w.primitive) for t in convention.load(by).table(metric).tables for ws in t.weighed.values() for w in ws}
    assert sum(map(bool, fit.weights)) <= len(own & KNOWN), "not more weights than the tool has"
    reached = [n for n in HELD_OUT if n in models.variants() and told(n) and same(found, fit, n)]
    assert len(reached) >= 2
    assert {n: value(found, fit, n) for n in reached} == {n: total(n, by, metric) for n in reached}
