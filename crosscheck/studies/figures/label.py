"""What a figure's label says in our terms: network, input, place, metric, convention, and how its number is written.

The rows that come with crosscheck say it in columns of their own. In a user's row, names and words are looked up in tables; what
is in no table is out of scope, with the nearest names, and never guessed.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import prod

from crosscheck import models
from crosscheck.contract.network import Shape
from crosscheck.contract.rows import METRICS
from crosscheck.conventions import read as convention
from crosscheck.errors import FileError, UnknownNameError, UsageError
from crosscheck.studies.figures.printed import SCALES, parse
from crosscheck.studies.figures.record import Figure

LONGEST = 60  # characters of a figure
FILE, SHAPE = "file", "shape"  # a file's size and an output's shape are no metrics of the engine
ONES = (
    *(
        "",
        "raw",
        "count",
        "1",
        "params",
        "params (exact)",
        "parameters",
        "weights",
        "connections",
        "neurons",
        "values",
        "elements",
    ),
    *(
        "flops",
        "macs",
        "mac",
        "mult-adds",
        "ops",
        "layers",
        "b",
        "bytes",
        "byte",
        "shape",
        "activations",
        "acts",
        "multiply-adds",
    ),
)
UNITS: dict[str, int] = dict.fromkeys(ONES, 1) | {"b (1e9)": 10**9, "million": 10**6, "billion": 10**9, "thousand": 10**3}
UNITS |= {f"1e{n}": 10**n for n in (3, 6, 9, 12)}
for _letter, _scale in SCALES.items():
    if _letter and _letter != "b":
        UNITS |= {_letter: _scale, f"{_letter}b": _scale, f"{_letter}ib": 2 ** (10 * (len(str(_scale)) // 3))}
        for _word in ("flops", "flop", "macs", "mac", "params", "ops", "mult-adds", "acts"):
            UNITS[f"{_letter}{_word}"] = UNITS[f"{_letter} {_word}"] = _scale

_IN_METRIC = re.compile(r"\b(?:infer_)?([kmgt])(?:flops?|macs?|params|acts)\b|\(([kmgt]|[kmg]i?b)\)", re.IGNORECASE)
_WORDS = (  # the first pattern that a metric's words match; sizes of memory before parameters, whose word they contain
    (r"forward|backward|activation mem", "memory_activations"),
    (r"input size", "memory_input"),
    (r"params? size|parameter size", "memory_params"),
    (r"total size|memory", "memory"),
    (r"file|checkpoint|weights? size|^size$", FILE),
    (r"non-?trainable", "params_nontrainable"),
    (r"trainable", "params_trainable"),
    (r"param|weights", "params"),
    (r"flop|mac\b|macs|gmac|mult|compute|\bops\b|_ops", "compute"),
    (r"\bm?acts?\b|activation", "activations"),
    (r"neuron", "neurons"),
    (r"connection", "connections"),
    (r"depth|layers", "depth"),
)


@dataclass(frozen=True, slots=True)
class Label:
    """What is claimed to have been counted: by convention ``by`` where the label says so, in all of (N, C, H, W) ``shape``.

    ``open_unit`` is True where the word for operations leaves open whether a multiply-add is one or two of them.
    """

    network: str
    shape: Shape
    classes: int | None
    place: str
    metric: str
    by: str
    stated_input: bool = True
    open_unit: bool = True


@dataclass(frozen=True, slots=True)
class Number:
    """How a figure is written: its value in units of ``scale``, the unit of its last digit, and the zeros that end it.

    ``binary`` is None where the printed unit has a decimal and a binary meaning and the label does not say which;
    ``round_zeros`` is False where the zeros that end it are known to be digits.
    """

    value: Fraction
    ulp: Fraction
    scale: int
    text: str
    binary: bool | None = None
    round_zeros: bool = True

    @property
    def base(self) -> Fraction:
        """The figure in ones."""
        return self.value * self.scale

    @property
    def rough(self) -> Fraction:
        """The unit of the last digit that is not zero, of a whole number that ends in zeros."""
        ulp = self.ulp
        while self.round_zeros and self.value and self.value % (ulp * 10) == 0 and ulp >= 1:
            ulp *= 10
        return ulp

    @property
    def digits(self) -> str:
        """The digits that are claimed, without point and leading zeros."""
        return str(int(self.value / self.ulp))

    def prints(self, exact: Fraction, scale: int | None = None, *, cut: bool = False, ulp: Fraction | None = None) -> bool:
        """True where ``exact`` is printed as this figure in units of ``scale``, rounded or cut off at ``ulp``."""
        s = self.scale if scale is None else scale
        v, u = self.value * s, (self.ulp if ulp is None else ulp) * s
        return v <= exact < v + u if cut else abs(exact - v) * 2 <= u


def number(figure: Figure) -> Number | None:
    """How the figure is written; None for ``--``, which says that there is nothing. Raises FileError with line and column."""
    text = figure.value
    if text in ("", "--", "-", "–", "n/a"):
        return None
    scale = unit_of(figure)
    if len(text) > LONGEST:
        raise FileError(f"{figure.at}: column 'value': longer than {LONGEST} characters. Hint: one figure a row")
    if re.fullmatch(r"[0-9]+(\*[0-9]+)+", text):
        return Number(Fraction(prod(map(int, text.split("*")))), Fraction(1), scale, text, True, round_zeros=False)
    try:
        value, ulp, suffix, _ = parse(text)
    except UsageError:
        raise FileError(
            f"{figure.at}: column 'value': {text!r} is no figure. Hint: write it like 4.11, 25.56M, 61,100,840 or 7.6×10^9"
        ) from None
    scale *= SCALES[suffix]
    if figure.precision:
        ulp = Fraction(_whole(figure, "precision")) / scale
    binary = None if re.fullmatch(r"[kmgt]b\b.*", figure.unit.lower()) and not figure.scale else True
    return Number(value, ulp, scale, text, binary, round_zeros=not figure.precision)


def unit_of(figure: Figure) -> int:
    """What one of the figure's unit is, in ones. Raises FileError with line and column."""
    if figure.scale:
        return _whole(figure, "scale")
    unit = figure.unit.strip().lower()
    if not unit and (told := _IN_METRIC.search(figure.metric)):
        unit = next(g for g in told.groups() if g).lower()
    if unit not in UNITS:
        near = difflib.get_close_matches(unit, UNITS, n=3, cutoff=0.8) or ["G", "M", "K", "GFLOPs", "GMACs", "MB", "MiB", "count"]
        raise FileError(f"{figure.at}: column 'unit': {figure.unit!r} is not known. Hint: {' or '.join(near)}, or leave it empty")
    return UNITS[unit]


def shape_of(text: str) -> Shape | None:
    """``1x3x224x224`` as (N, C, H, W); None where it is no such thing."""
    parts = text.split("x")
    return tuple(map(int, parts)) if text and all(re.fullmatch(r"[0-9]{1,6}", p) and int(p) for p in parts) else None


def label(figure: Figure) -> Label | str:
    """What the label says; else why it cannot be told, in one sentence. Raises FileError for a reading that is malformed."""
    metric = figure.counts or _metric(figure)
    if not metric:
        known = "params, FLOPs, MACs, activations, neurons, connections, memory, file size"
        return f"metric {figure.metric!r} is not known. Known words: {known}"
    network = figure.network or _network(figure)
    if not network and metric != SHAPE:
        return f"network {figure.model!r} is not known{_near(figure.model)}"
    if metric not in (*METRICS, FILE, SHAPE):
        raise FileError(f"{figure.at}: column 'counts': {metric!r} is no metric. Hint: {', '.join(METRICS)}")
    if network and network not in models.variants():
        raise FileError(f"{figure.at}: column 'network': {UnknownNameError('model', network, models.variants())}")
    by = _by(figure)
    own = models.get(network).input if network else ()
    shape = shape_of(figure.shape) or _input(figure.input, own)
    if figure.shape and (shape is None or len(shape) != 4):
        raise FileError(f"{figure.at}: column 'shape': {figure.shape!r} is not NxCxHxW. Hint: write it like 1x3x224x224")
    classes = _whole(figure, "classes") if figure.classes else None
    stated = bool(shape) and not figure.input.startswith("unstated")
    open_unit = not re.search(r"macs?\b|mult", f"{figure.metric} {figure.unit}".lower())
    return Label(network, shape or (1, *own), classes, figure.place, metric, by, stated, open_unit)


def _whole(figure: Figure, column: str) -> int:
    """A column that is a whole number from 1."""
    text = str(getattr(figure, column))
    if not re.fullmatch(r"[1-9][0-9]{0,14}", text):
        raise FileError(f"{figure.at}: column {column!r}: {text[:LONGEST]!r} is no whole number from 1")
    return int(text)


def _by(figure: Figure) -> str:
    name = figure.convention
    if not name or figure.counts == FILE or name in convention.ids():
        return name
    raise FileError(f"{figure.at}: column 'convention': {UnknownNameError('convention', name, convention.ids())}")


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


def _metric(figure: Figure) -> str:
    words = f"{figure.metric} {figure.unit}".lower()
    for text in (figure.metric.lower(), words):
        for pattern, metric in _WORDS:
            if re.search(pattern, text):
                return metric
    return ""


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def _keys() -> dict[str, str]:
    return {_key(name): name for name in models.variants()}


def _network(figure: Figure) -> str:
    """The network that model and variant name together, or the model alone; nothing is guessed."""
    keys = _keys()
    both = _key(f"{figure.model}{figure.variant}")
    return keys.get(both) or keys.get(_key(figure.model)) or ""


def _near(name: str) -> str:
    near = [_keys()[k] for k in difflib.get_close_matches(_key(name), _keys(), n=3, cutoff=0.6)]
    return f". Nearest: {', '.join(near)}" if near else ""
