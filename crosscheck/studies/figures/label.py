"""What a figure's label says in our terms: network, input, place, metric and convention.

The rows that come with crosscheck say it in columns of their own. In a user's row, names and words are looked up in tables; what
is in no table is out of scope, with the nearest names, and never guessed.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crosscheck import models, toml
from crosscheck.contract.metrics import METRICS
from crosscheck.contract.network import Shape, show_shape
from crosscheck.conventions import read as convention
from crosscheck.errors import UnknownNameError
from crosscheck.studies.figures import units
from crosscheck.studies.figures.record import Figure, UnreadableError
from crosscheck.studies.figures.written import LONGEST
from crosscheck.subjects.subject import Subject

NAMES = Path(__file__).with_name("names.toml")
FILE, SHAPE = "file", "shape"  # a file's size and an output's shape are no metrics of the engine
MEMORIES = tuple(m for m in METRICS if m.startswith("memory"))
_WORDS = (  # the first pattern that a metric's words match; sizes of memory before parameters, whose word they contain
    (r"forward|backward|activation mem", "memory_activations"),
    (r"input size", "memory_input"),
    (r"params? size|parameter size", "memory_params"),
    (r"total size|memory", "memory"),
    (r"file|checkpoint|weights? size|^size$", FILE),
    (r"non-?trainable", "params_nontrainable"),
    (r"trainable", "params_trainable"),
    (r"param|weights|参数", "params"),
    (r"flop|mac\b|macs|macc|madd|gmac|mult|compute|\bops\b|_ops|计算量", "compute"),
    (r"\bm?acts?\b|activation", "activations"),
    (r"neuron", "neurons"),
    (r"connection", "connections"),
    (r"depth|layers", "depth"),
)


@dataclass(frozen=True, slots=True)
class Label:
    """What is claimed to have been counted: by convention ``by`` where the label says so, in all of (N, C, H, W) ``shape``.

    ``open_unit`` is True where the word for operations leaves open whether a multiply-add is one or two of them. ``subject`` is
    a network that is there in one form only, of a file, an export or a zoo; None where ``network`` names a described one.
    """

    network: str
    shape: Shape
    classes: int | None
    place: str
    metric: str
    by: str
    stated_input: bool = True
    open_unit: bool = True
    subject: Subject | None = None

    @property
    def input(self) -> str:
        """The input as text, ``1x3x224x224``; several of a subject are joined by ``+``."""
        return self.subject.model.input_text if self.subject else show_shape(self.shape)


def labels(figure: Figure, subject: Subject | None = None) -> tuple[Label, ...] | str:
    """What the label says, once for each metric that it may mean; else why it cannot be told, in one sentence.

    A figure on a ``subject`` is of that one as it is. Raises UnreadableError for a cell that is malformed.
    """
    metrics = (figure.counts,) if figure.counts else metrics_of(figure)
    if not metrics:
        known = "params, FLOPs, MACs, activations, neurons, connections, memory, file size"
        return f"metric {figure.metric!r} is not known. Known words: {known}"
    if not set(metrics) <= {*METRICS, FILE, SHAPE}:
        raise UnreadableError("counts", f"{figure.counts!r} is no metric. Hint: {', '.join(METRICS)}")
    if subject:
        model = subject.model
        own = model.inputs[0].shape
        return tuple(Label(model.name, own, None, "", m, "", False, _open(figure), subject) for m in metrics)
    network = figure.network or network_of(figure)
    if not network and metrics != (SHAPE,):
        return f"network {figure.model!r} is not known{_near(figure.model)}"
    if network and network not in models.variants():
        raise UnreadableError("network", str(UnknownNameError("model", network, models.variants())))
    by = _by(figure)
    own = models.get(network).input if network else ()
    shape = shape_of(figure.shape) or _input(figure.input, own)
    if figure.shape and (shape is None or len(shape) != 4):
        raise UnreadableError("shape", f"{figure.shape!r} is not NxCxHxW. Hint: write it like 1x3x224x224")
    classes = whole(figure, "classes") if figure.classes else None
    stated = bool(shape) and not figure.input.startswith("unstated")
    return tuple(Label(network, shape or (1, *own), classes, figure.place, m, by, stated, _open(figure)) for m in metrics)


def _open(figure: Figure) -> bool:
    """Whether the words leave open what one operation is."""
    return not re.search(r"macs?\b|macc|madd|mult", f"{figure.metric} {figure.unit} {figure.value}".lower())


def metrics_of(figure: Figure) -> tuple[str, ...]:
    """The metrics that a figure's words may mean; where none is named those of its unit, or operations and parameters."""
    words = f"{figure.metric} {figure.unit}".lower()
    for text in (figure.metric.lower(), words):
        for pattern, metric in _WORDS:
            if re.search(pattern, text):
                return (metric,)
    if figure.metric:
        return ()
    found = units.unit(figure.unit) or units.Unit(1)
    return MEMORIES if found.metric == units.BYTES else (found.metric,) if found.metric else ("compute", "params")


def network_of(figure: Figure) -> str:
    """The network that model and variant name together, or the model alone, else nothing; nothing is guessed."""
    return _named(f"{figure.model}{figure.variant}") or _named(figure.model)


@cache
def _named(text: str) -> str:
    """The network of a name as people write it, with or without what stands in brackets behind it."""
    for name in (text, re.sub(r"\s*\([^()]*\)\s*$", "", text)):
        key = _key(name)
        if key in _keys():
            return _keys()[key]
        for pattern, network in _patterns():
            if (found := pattern.fullmatch(key)) and (said := found.expand(network)) in models.variants():
                return said
    return ""


def whole(figure: Figure, column: str) -> int:
    """A column that is a whole number from 1. Raises UnreadableError."""
    text = str(getattr(figure, column))
    if not re.fullmatch(r"[1-9][0-9]{0,14}", text):
        raise UnreadableError(column, f"{text[:LONGEST]!r} is no whole number from 1")
    return int(text)


def shape_of(text: str) -> Shape | None:
    """``1x3x224x224`` as (N, C, H, W); None where it is no such thing."""
    parts = text.split("x")
    return tuple(map(int, parts)) if text and all(re.fullmatch(r"[0-9]{1,6}", p) and int(p) for p in parts) else None


def _by(figure: Figure) -> str:
    name = figure.convention
    if not name or figure.counts == FILE or name in convention.ids() or convention.names_file(name):
        return name
    raise UnreadableError("convention", str(UnknownNameError("convention", name, convention.ids())))


def _input(text: str, own: Shape) -> Shape | None:
    """An input as people write it: ``224``, ``224x224``, ``3x224x224``, ``1x3x224x224``, with or without ``/classes``."""
    sizes = [int(n) for n in re.findall(r"[0-9]+", re.split(r"[/(]", text)[0])] if not text.startswith("unstated") else []
    match len(sizes):
        case 1:
            return (1, own[0], sizes[0], sizes[0])
        case 2:
            return (1, own[0], *sizes)
        case 3:
            return (1, *sizes) if sizes[0] <= sizes[2] else (1, sizes[2], sizes[0], sizes[1])
        case 4:
            return tuple(sizes)
        case _:
            return None


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKC", name).lower().replace("×", "x"))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = toml.loads(NAMES.read_text(encoding="utf-8"))["name"]
    return tuple((re.compile(r["pattern"]), r["network"]) for r in rows)


@cache
def _keys() -> dict[str, str]:
    return {_key(name): name for name in models.variants()}


def _near(name: str) -> str:
    near = [_keys()[k] for k in difflib.get_close_matches(_key(name), _keys(), n=3, cutoff=0.6)]
    return f". Nearest: {', '.join(near)}" if near else ""
