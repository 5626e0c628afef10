"""What a convention is: how one tool weighs each primitive, a table for every metric.

An op is weighed, ignored on purpose, or unknown; unknown is an error that names the op and the file to edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import NamedTuple

from crosscheck.conventions.later import Later
from crosscheck.errors import ConventionError
from crosscheck.ops.described import FILES
from crosscheck.ops.papers import PAPER_OPS

Sight = tuple[str, int | None, str, bool]
FUNCTIONAL = ("layer", "container", "ignored")  # where a tool charges what has no module of its own


class Weight(NamedTuple):  # a tuple, because every command makes some thousand of them
    """One weight: what a convention charges for one unit of ``primitive`` in ``op``, and the source line that says so."""

    op: str
    primitive: str
    weight: int
    source: str
    says: str
    quirk: str = ""


class Ignored(NamedTuple):
    """An op that a convention leaves out on purpose, and the source line that says so."""

    op: str
    source: str
    says: str
    quirk: str = ""


@dataclass(frozen=True)
class CallRules:
    """What a tool does with the calls of a captured network: ``rules`` by name, with ``*`` for any letters, and the rest.

    ``levels`` are those that it looks at. ``rest`` are the weights of a call that no rule names, often none; ``word`` says so.
    ``paths`` is how often a call of a module counts that n paths lead to: n to this power, once where it is 0.
    """

    levels: tuple[str, ...]
    rules: Mapping[str, tuple[Weight, ...]]
    rest: tuple[Weight, ...]
    word: Ignored
    paths: int = 0

    @cached_property
    def _found(self) -> dict[str, tuple[Weight, ...]]:
        return dict(self.rules)

    def weights(self, label: str) -> tuple[Weight, ...]:
        """The weights of the calls of one name, ``kernel:addmm``."""
        if label not in self._found:
            fits = (row for name, row in self.rules.items() if "*" in name and fnmatchcase(label, name))
            self._found[label] = next(fits, self.rest)
        return self._found[label]

    def names(self, label: str) -> bool:
        """True where a rule names the call, so that it is not left to the rest."""
        return label in self.rules or any("*" in name and fnmatchcase(label, name) for name in self.rules)


def _no_calls() -> Later[CallRules | None]:
    return Later(lambda: None)


@dataclass(frozen=True)
class MetricTable:
    """All that a convention says about one metric, in the tool's own ``unit`` and under the tool's own ``label``.

    ``functional`` tells where a call without a module of its own goes: to its ``layer`` like any other, to its ``container``,
    which then has no row of its own (so that only the total has it), or nowhere (``ignored``). ``deeper`` tells the same of
    what is nested deeper than ``depth``, where a tool looks no further. ``parts``, written ``sum = [metric, …]`` in place of all
    that, are the tables of other metrics whose numbers are added up. ``bare``, written ``[compute.bare]`` with ``source``,
    ``says`` and ``quirk``, tells why a tool sees nothing of a network that is one layer without a container; None where it
    sees that layer like any other. ``captured`` are the rules for a network that was captured, read when there is one.
    """

    metric: str
    unit: str
    label: str
    functional: str
    weighed: Mapping[str, tuple[Weight, ...]]
    ignored: Mapping[str, Ignored]
    depth: int | None = None
    deeper: str = "layer"
    bare: Ignored | None = None
    parts: tuple[MetricTable, ...] = ()
    captured: Later[CallRules | None] = field(default_factory=_no_calls)

    @property
    def calls(self) -> CallRules | None:
        """The rules for calls; None where there is none, and layers are all that it goes by. Raises ConventionError."""
        return self.captured.value

    @cached_property
    def sight(self) -> Sight:
        """All that ``place`` depends on: tables of one sight see the same of every network."""
        return self.functional, self.depth, self.deeper, self.bare is not None

    @cached_property
    def tables(self) -> tuple[MetricTable, ...]:
        """The tables that say what is charged: its parts, or itself where it has none."""
        return self.parts or (self,)

    @cached_property
    def charged(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """The primitives of each op with their weights; of ops that are ignored on purpose, none."""
        found: dict[str, tuple[tuple[str, int], ...]] = dict.fromkeys(self.ignored, ())
        return found | {op: tuple((w.primitive, w.weight) for w in weights) for op, weights in self.weighed.items()}

    def knows(self, op: str) -> bool:
        """True where every table has a word on the op."""
        return all(op in t.weighed or op in t.ignored for t in self.tables)

    def place(self, kind: str, depth: int) -> str:
        """Where something goes whose module, if any, is ``depth`` deep, 0 being the whole network: layer, container or ignored.

        ``kind`` is ``layer``, ``functional`` for a call without a module, or ``container``.
        """
        if depth == 0 and self.bare is not None:
            return "ignored"
        if (kind == "functional" and self.functional != "layer") or (kind == self.functional == "container"):
            return self.functional
        return self.deeper if self.depth is not None and depth > self.depth else "layer"

    def weights(self, op: str, convention: str, layer: str = "") -> tuple[Weight, ...]:
        """The weights of one op, none where it is ignored on purpose; raises ConventionError for an unknown op."""
        found = self.weighed.get(op)
        if found is not None:
            return found
        if op in self.ignored:
            return ()
        where = f" (layer {layer!r})" if layer else ""
        if op in PAPER_OPS:
            raise ConventionError(
                f"convention {convention!r} cannot meet op {op!r}{where}: no framework has such a layer. "
                "Hint: count it by one of the engine's own conventions, e.g. mac"
            )
        home = convention if convention.endswith(".toml") else f"crosscheck/conventions/{convention}.toml"
        raise ConventionError(
            f"convention {convention!r} says nothing about op {op!r}{where} for {self.metric}. "
            f"Hint: add it under {self.metric}.weigh or {self.metric}.ignore in {home}"
        )


@dataclass(frozen=True)
class Convention:
    """How one tool counts: a table per metric. ``versions`` is the range of ``package`` that it holds for.

    ``scope`` is ``described`` for one of the engine's own that says nothing about ops that only files have. ``edition_of`` names
    the convention of the same tool's newest versions, where this one is of older ones; ``extends`` the one that this one takes
    over from all that it does not say otherwise. ``walks`` is how a tool meets a file: ``nodes``, each as the op that it is,
    constants too, or ``told``, so and with the sizes alone that ONNX's own inference finds. ``by_op`` is True where the file
    says of each op what it costs under every metric. ``beyond`` is ``products`` where nothing but products of tensors could
    add to its numbers, among layers of a captured network that it has no word on.
    """

    id: str
    title: str
    tool: str
    framework: str
    package: str
    versions: str
    says: str
    metrics: Mapping[str, MetricTable]
    edition_of: str = ""
    extends: str = ""
    scope: str = ""
    by_op: bool = False
    walks: str = ""
    beyond: str = ""

    @property
    def reads_onnx(self) -> bool:
        """True where it has a word on what ONNX files hold: of tools that count them, and of most of the engine's own."""
        return self.framework == "onnx" or not (self.framework or self.scope)

    @property
    def reads_files(self) -> bool:
        """True where it counts what files hold as they hold it: all that do but those that look at a framework's modules."""
        return self.framework in FILES and not self.scope

    def table(self, metric: str) -> MetricTable:
        """The table of one metric; raises ConventionError where the tool does not give it."""
        if metric not in self.metrics:
            raise ConventionError(f"convention {self.id!r} has no {metric}. Hint: it has {', '.join(self.metrics)}")
        return self.metrics[metric]
