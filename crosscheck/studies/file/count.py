"""Which conventions can count a network from a file, those with a word on every op that it has, and what they say of it."""

from __future__ import annotations

from collections.abc import Sequence

from crosscheck.contract.network import Model
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import UsageError
from crosscheck.explain.account import Count

FORMATS = ("onnx", "caffe")  # frameworks whose conventions count files of that name


def choose(model: Model, asked: Sequence[str], every: bool) -> tuple[list[str], list[str]]:
    """Ids of the conventions to count by, ``mac`` where none is asked for, and a line on those that ``every`` leaves out.

    Raises UsageError for one that was asked for and knows not all ops, UnknownNameError for one that is not there.
    """
    ops = {layer.op: layer.id for layer in reversed(model.layers)}
    chosen: list[str] = []
    left_out: dict[str, list[str]] = {}
    others: list[str] = []
    for name in dict.fromkeys(convention.ids() if every else asked or ["mac"]):
        c = convention.load(name)
        if c.framework in FORMATS and c.framework != model.family:
            if not every:
                raise UsageError(
                    f"convention {name!r} counts {c.framework} files, not {model.family}. Hint: --all picks those that do"
                )
            others.append(name)
            continue
        lacking = [op for op in ops for t in c.metrics.values() if not t.knows(op)]
        if not lacking:
            chosen.append(name)
            continue
        what = f"op {lacking[0]!r} (node {ops[lacking[0]]!r})"
        if not every:
            hint = f"it counts networks of {c.framework}; --all picks those that count files"
            raise UsageError(f"convention {name!r} says nothing about {what}. Hint: {hint}")
        left_out.setdefault(what, []).append(name)
    lines = [f"left out, as they say nothing about {what}: {', '.join(names)}" for what, names in left_out.items()]
    return chosen, [*lines, *([f"left out, as they count other files: {', '.join(others)}"] if others else [])]


def counts(model: Model, ids: Sequence[str]) -> list[Count]:
    """The network as each of these conventions sees it, to be explained."""
    counted = engine.tally(model)
    return [Count(name, counted, name, convention.load(name)) for name in ids]
