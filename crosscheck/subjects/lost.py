"""What a file no longer shows of the network that it was made of, and what a tool that looks at modules would say if it were so.

Each possibility is another reading of the same file: a batch norm behind every convolution that has a bias, activations and
poolings as functions. Where it makes a difference to a number, the difference is told; which of them is true no file tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from crosscheck.contract.network import CONTAINER, Layer, Model
from crosscheck.contract.origin import DESCRIBED
from crosscheck.contract.traits import Trait, having
from crosscheck.conventions.table import Convention, MetricTable
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.explain import wording
from crosscheck.importers import nodes
from crosscheck.importers.imported import SHOWN, Imported
from crosscheck.ops import described as ops
from crosscheck.ops.files import FILE_OPS
from crosscheck.subjects.subject import Subject

FOLDING = ("conv", "conv_transpose")  # what exporters fold a batch norm into
OPTIONAL = frozenset((*having(Trait.ACTIVATION), *having(Trait.POOLING), "softmax", "dropout"))  # a module or a function
AS_READ = "read from a file, not from the network that it was made of"


@dataclass(frozen=True)
class Possibility:
    """Another reading: ``says`` tells what it takes to be so."""

    says: str
    counted: Tally


def caveat(subject: Subject, c: Convention, metric: str) -> str:
    """What a number of a tool that looks at modules leaves open, where it was read from a file; empty elsewhere."""
    if subject.imported is None or not c.framework:
        return ""
    if c.reads_files:
        return _untold(subject.imported, c, metric)
    return "; ".join((AS_READ, *_doubts(subject, c, metric)))


def _untold(imported: Imported, c: Convention, metric: str) -> str:
    lost = nodes.untold(imported.facts) if c.walks == "told" and metric == "compute" else frozenset()
    few = ", ".join(sorted(lost)[:SHOWN]) + (f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else "")
    why = "whose sizes ONNX's own inference of shapes, by which this tool goes, does not find"
    return f"nothing for {few}, {why}" if lost else ""


def _doubts(subject: Subject, c: Convention, metric: str) -> Iterator[str]:
    model, table = subject.as_modules.model, c.table(metric)
    here = engine.total(subject.as_modules, c, metric)
    for p in _possibilities(subject):
        there = engine.total(p.counted, c, metric) if _knows(c, metric, p.counted) else None
        if there is not None and there != here:
            yield f"{p.says} it would be {wording.count(there)}"
    if again := sum(x.call_of is not None for x in model.layers):
        many = "1 node shares its" if again == 1 else f"{again} nodes share their"
        yield f"{many} weights with earlier ones: taken for further calls of the same modules"
    if loose := Counter(x.origin.native for x in model.layers if _loose(x)):
        yield f"taken for functions, not for parts of modules: {', '.join(f'{n} {kind}' for kind, n in loose.items())}"
    if _goes_by_containers(table):
        yield "containers, which this number depends on, are lost"


def _loose(layer: Layer) -> bool:
    """A function, or part of a module that is spelled out."""
    return layer.op in FILE_OPS and layer.functional


def _knows(c: Convention, metric: str, counted: Tally) -> bool:
    return all(c.table(metric).knows(op) for op in counted.first)


def _goes_by_containers(table: MetricTable) -> bool:
    """True where containers are charged for what modules in them make or hold, or cut short what is seen."""
    charged = [w.primitive for t in table.tables for w in t.weighed.get(CONTAINER, ())]
    return any("container" in p or "hooked" in p for p in charged) or any(t.depth is not None for t in table.tables)


@cache
def _possibilities(subject: Subject) -> tuple[Possibility, ...]:
    model = subject.as_modules.model
    found = []
    folded = _unnormed(model)
    if folded:
        many = f"{len(folded)} {'convolutions have' if len(folded) > 1 else 'convolution has'} a bias and no batch norm"
        found.append(Possibility(f"{many}: if one was folded in, in each,", engine.tally(_unfolded(model, folded))))
    optional = [x.id for x in model.layers if x.op in OPTIONAL and not x.functional and not x.origin.held]
    if optional:
        loose = tuple(replace(x, functional=x.functional or x.id in set(optional)) for x in model.layers)
        says = f"with its {len(optional)} activations and poolings done by functions, not modules,"
        found.append(Possibility(says, engine.tally(replace(model, layers=loose))))
    return tuple(found)


def _unnormed(model: Model) -> list[Layer]:
    """Convolutions that have a bias, and that no batch norm reads."""
    normed = {v for x in model.layers if x.op == "batchnorm" for v in x.inputs}
    return [x for x in model.layers if x.op in FOLDING and x.attrs["bias"] and not x.functional and x.id not in normed]


def _unfolded(model: Model, folded: list[Layer]) -> Model:
    """The same with a batch norm behind each of these, and no bias in it."""
    behind: Mapping[str, str] = {x.id: f"{x.id}+norm" for x in folded}
    layers = []
    for x in (replace(x, inputs=tuple(behind.get(v, v) for v in x.inputs)) for x in model.layers):
        if x.id not in behind:
            layers.append(x)
            continue
        attrs, y = ops.complete("batchnorm", {}, [x.y])
        again = behind.get(x.call_of) if x.call_of else None
        layers.append(replace(x, attrs={**x.attrs, "bias": False}))
        layers.append(Layer(behind[x.id], "batchnorm", attrs, (x.id,), (x.y,), (y,), again, origin=DESCRIBED))
    return replace(model, layers=tuple(layers), outputs=tuple(behind.get(v, v) for v in model.outputs))
