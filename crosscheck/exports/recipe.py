"""What exporters do to a network, as named rewrites ``Model -> Model``: a recipe for every export setting.

``lower(model, "torch")`` gives the network as torch.onnx.export is known to write it, and what each step changed. The recipes
are written from what exporters document and their sources do; real files then confront them, and nothing takes up a remainder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crosscheck import toml
from crosscheck.contract.network import Model
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.errors import CrosscheckError, UnknownNameError, UsageError
from crosscheck.exports.rewrites import REWRITES, TYPES

FILE = Path(__file__).parent / "recipes.toml"
Key = tuple[str, str]  # op and primitive, or NODES and the type of a node
NODES = "(nodes)"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a recipe: a rewrite with its options, what it does in words and where the exporter does it."""

    rewrite: str
    says: str
    source: str
    options: Mapping[str, Any]

    def apply(self, model: Model) -> Model:
        """The rewritten network."""
        return REWRITES[self.rewrite](model, **self.options)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one export setting does, step by step; ``package`` and ``versions`` say of which exporter, ``ops`` of which layers."""

    export: str
    package: str
    versions: str
    ops: tuple[str, ...]
    refuses: Mapping[str, str]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What one step changed: by op and primitive, and by type of node. Nothing that stays is listed."""

    step: Step
    counts: Mapping[Key, int]

    @property
    def nodes(self) -> int:
        """Nodes that came, less those that went."""
        return sum(n for (op, _), n in self.counts.items() if op == NODES)


@dataclass(frozen=True)
class Lowered:
    """A network as an export is known to write it, and how it came to that."""

    recipe: Recipe
    described: Tally
    counted: Tally
    changes: tuple[Change, ...]

    @property
    def model(self) -> Model:
        """The rewritten network."""
        return self.counted.model

    def residual(self, imported: Tally) -> dict[Key, int]:
        """What a file has more of, or less, than the rewritten network, by op and primitive and by type of node."""
        return _less(seen(imported), seen(self.counted))


def seen(counted: Tally) -> dict[Key, int]:
    """Counts by op and primitive, containers left out, and nodes by type."""
    found = {(op, p): n for op, counts in counted.totals.items() for p, n in counts.items() if n}
    kinds = Counter(
        x.origin.native if x.origin.file else TYPES.get(x.op, x.op) for x in counted.model.layers if not x.origin.unused
    )
    return found | {(NODES, kind): n for kind, n in kinds.items()}


def nodes(counted: Tally) -> int:
    """Nodes of a file without those that hold a constant; layers of a description."""
    return sum(n for (op, _), n in seen(counted).items() if op == NODES)


def _less(a: Mapping[Key, int], b: Mapping[Key, int]) -> dict[Key, int]:
    return {k: d for k in dict.fromkeys([*a, *b]) if (d := a.get(k, 0) - b.get(k, 0))}


def lower(model: Model, recipe: Recipe, counted: Tally | None = None) -> Lowered:
    """Apply a recipe; ``counted`` is the network's tally where the caller has it.

    Raises UsageError for a layer that it has no word on, or that the exporter is known to refuse.
    """
    for x in model.layers:
        reason = recipe.refuses.get("grouped conv") if x.op == "conv" and x.attrs["groups"] > 1 else None
        if x.op not in recipe.ops or (x.op == "batchnorm" and not x.attrs["affine"]):
            reason = f"its recipe has no word on {x.op!r}; it knows {', '.join(recipe.ops)}"
        if reason:
            raise UsageError(f"export {recipe.export!r} of {model.name}, layer {x.id!r}: {reason}")
    start = counted or engine.tally(model)
    changes = []
    now, there = start, seen(start)
    for step in recipe.steps:
        rewritten = step.apply(now.model)
        if rewritten is now.model:
            continue
        now = engine.tally(rewritten)
        was, there = there, seen(now)
        if delta := _less(there, was):
            changes.append(Change(step, MappingProxyType(delta)))
    return Lowered(recipe, start, now, tuple(changes))


@cache
def recipes(path: Path = FILE) -> Mapping[str, Recipe]:
    """Every recipe by the name of its export. Raises CrosscheckError where one is malformed."""
    data = toml.loads(path.read_text(encoding="utf-8"))
    found = {}
    for export, d in data.items():
        steps = []
        for entry in d.get("steps", []):
            lacking = [k for k in ("rewrite", "says", "source") if not entry.get(k)]
            if lacking or entry["rewrite"] not in REWRITES:
                problem = f"lacks {lacking[0]}" if lacking else f"names no rewrite: {entry['rewrite']!r}"
                raise CrosscheckError(f"{path.name}: a step of {export} {problem}")
            options = {k: v for k, v in entry.items() if k not in ("rewrite", "says", "source")}
            steps.append(Step(entry["rewrite"], entry["says"], entry["source"], MappingProxyType(options)))
        try:
            found[export] = Recipe(export, d["package"], d["versions"], tuple(d["ops"]), d.get("refuses", {}), tuple(steps))
        except KeyError as lost:
            raise CrosscheckError(f"{path.name}: recipe {export} lacks {lost.args[0]}") from None
    return MappingProxyType(found)


def recipe(export: str) -> Recipe:
    """The recipe of an export setting. Raises UnknownNameError with the nearest names."""
    if export not in recipes():
        raise UnknownNameError("export", export, recipes())
    return recipes()[export]
