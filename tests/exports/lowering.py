"""Lowered networks looked at."""

from __future__ import annotations

from crosscheck.contract.network import Model, Shape
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import UsageError
from crosscheck.exports.recipe import Lowered, lower, recipe, recipes
from crosscheck.ops import described as ops
from crosscheck.ops.described import OPS
from tests.helpers import same

MAC = convention.load("mac")
EXPORTS = sorted(recipes())
CHANNELS_LAST = ("tf", "tf-plain")


def wired(model: Model) -> None:
    """Raise where a node reads another shape than what it reads from gives, or gives another one than its op says."""
    shapes: dict[str, Shape] = {i.name: i.shape for i in model.inputs}
    for x in model.layers:
        same(dict(zip(x.inputs, x.in_shapes, strict=True)), {v: shapes[v] for v in x.inputs}, f"what {x.id} reads")
        shapes |= dict(zip(x.values, x.out_shapes, strict=True))
        if x.op in OPS:
            attrs = {k: v for k, v in x.attrs.items() if k in OPS[x.op].attrs}
            assert ops.complete(x.op, attrs, x.in_shapes[:1] if x.op == "flatten" else x.in_shapes)[1] == x.y, x.id


def total(lowered: Lowered, metric: str) -> tuple[int, int]:
    return engine.total(lowered.described, MAC, metric), engine.total(lowered.counted, MAC, metric)


def attempt(model: Model, export: str) -> tuple[Lowered | None, str]:
    """The lowered network, or why there is none."""
    try:
        return lower(model, recipe(export)), ""
    except UsageError as reason:
        return None, str(reason)
