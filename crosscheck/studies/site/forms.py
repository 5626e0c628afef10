"""Counts of a network as sums of terms that its sizes make, so that they can be had of any image; exact, and checked on images.

A layer counts the elements of planes that it reads and gives, each a whole number of times: how many is solved from counts at as
many image sizes as there are planes. What is no multiple of a plane, of padding and of adaptive pooling, is said by rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crosscheck import models
from crosscheck.contract.network import Model, Shape
from crosscheck.counting.engine import tally
from crosscheck.errors import CrosscheckError
from crosscheck.studies.site import sizes, terms
from crosscheck.studies.site.sizes import Pair, Sizes, Step
from crosscheck.studies.site.solve import Independent, Solver
from crosscheck.studies.site.terms import ONE, UNEVEN, Cut, Key, Sum, Term

CHECKED = 2  # images that a form is checked on beyond those that it is solved from
IMAGES = 40  # pairs of images that are looked at
Flat = Mapping[Key, int]
Sides = tuple[Sequence[int], Sequence[int]]  # all sizes along the height of an image, and along its width


@dataclass(frozen=True, slots=True)
class Form:
    """Counts of one sample in a batch (``base``), and of each further one (``step``), for an image of any height and width.

    ``steps`` are its sizes (see ``Step``), of which pairs in ``equal`` must be so for the network to take the image.
    """

    steps: tuple[Step, ...]
    equal: tuple[Pair, ...]
    base: Mapping[Key, Sum]
    step: Mapping[Key, Sum]
    cuts: tuple[Cut, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """What it has counts of, at some image or other."""
        return tuple(dict.fromkeys((*self.base, *self.step, *(cut.key for cut in self.cuts))))


def fixed(name: str) -> Form:
    """The form of a network for images of its own size alone."""
    model, found = models.build(name), Sizes()
    planes = [found.fixed(x.x[2:]) if "output_size" in x.attrs else None for x in model.layers]
    base, step = ({key: {ONE: n} for key, n in flat.items()} for flat in _flats(name, tuple(models.get(name).input)))
    return Form(tuple(found.steps), (), base, step, tuple(terms.cuts(model, planes)))


def of(name: str) -> Form | None:
    """The form of a network for all images; None where rules do not say its sizes, or its counts are no such sums."""
    model = models.build(name)
    found = sizes.of(model)
    if found is None:
        return None
    said = tuple(terms.said(model, found))
    probes = _probes(name, found)
    if probes is None:
        return None
    base = _solved(probes, [one for one, _ in probes.flats], [(key, one) for key, one, _ in said])
    step = _solved(probes, [more for _, more in probes.flats], [(key, more) for key, _, more in said])
    if base is None or step is None:
        return None
    form = Form(tuple(found.steps), tuple(found.equal), base, step, tuple(terms.cuts(model, found.ins)))
    return form if all(_holds(form, name, shape) for shape in probes.left) else None


def counts(form: Form, height: int, width: int, batch: int = 1) -> dict[Key, int] | None:
    """The counts of a form for an image, those in ``UNEVEN`` left out; None where the network does not take it."""
    sides = _sides(form.steps, form.equal, height, width)
    if sides is None:
        return None
    found: dict[Key, int] = {}
    for times, sums in ((1, form.base), (batch - 1, form.step)):
        for key, sum_ in sums.items():
            found[key] = found.get(key, 0) + times * sum(n * terms.value(term, *sides) for term, n in sum_.items())
    return {key: n for key, n in found.items() if n}


# --- images ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Probes:
    """Values of terms at images that tell them all apart, with counts (see ``_flats``), and images that are left to check on."""

    terms: tuple[Term, ...]
    rows: tuple[Sequence[int], ...]
    flats: tuple[tuple[Flat, Flat], ...]
    left: tuple[Shape, ...]


def _probes(name: str, found: Sizes) -> _Probes | None:
    """None where a network takes other images than its sizes say, or too few to tell its planes apart."""
    planes = [Term("plane", found.same(p)) for p in (*found.ins, *found.outs) if p and not found.constant(p)]
    known = tuple(dict.fromkeys((ONE, *planes)))
    rows: list[Sequence[int]] = []
    chosen: list[Shape] = []
    left: list[Shape] = []
    independent = Independent()
    for shape in _images(models.get(name).input):
        sides = _sides(found.steps, found.equal, *shape[1:])
        if not _agrees(name, shape, found, sides):
            return None
        row = sides and [terms.value(term, *sides) for term in known]
        if row and len(rows) < len(known) and independent.keeps(row):
            rows.append(row)
            chosen.append(shape)
        elif row:
            left.append(shape)
        if len(rows) == len(known) and len(left) >= CHECKED:
            return _Probes(known, tuple(rows), tuple(_flats(name, s) for s in chosen), tuple(left[-CHECKED:]))
    return None


def _images(own: Sequence[int]) -> Iterator[Shape]:
    """Images (C, H, W) of many sizes, some of which are multiples of 32 as some networks want them."""
    channels, side, _ = own
    yield channels, side, side
    for k in range(1, IMAGES):
        yield channels, side + 7 * k * k % 97, side + 11 * k * k % 89 + k
        yield channels, side + 32 * k, side + 32 * (k * k % 7)


def _sides(steps: Sequence[Step], equal: Sequence[Pair] | Mapping[Pair, None], height: int, width: int) -> Sides | None:
    """All sizes along both axes of an image; None where a network with these does not take it."""
    one, other = sizes.values(steps, height), sizes.values(steps, width)
    if one is None or other is None or any(axis[i] != axis[j] for axis in (one, other) for i, j in equal):
        return None
    return one, other


def _agrees(name: str, shape: Shape, found: Sizes, sides: Sides | None) -> bool:
    """Whether a network has the sizes that are said for an image, or where these are None, cannot be built for it."""
    try:
        model = models.build(name, input_shape=shape)
    except CrosscheckError:
        return sides is None
    if sides is None or len(model.layers) != len(found.outs):
        return False
    planes = [(layer.y[2:], pair) for layer, pair in zip(model.layers, found.outs, strict=True) if pair]
    return all(y == (sides[0][i], sides[1][j]) for y, (i, j) in planes)


# --- sums -----------------------------------------------------------------------------------------------------------------


def _flats(name: str, shape: Shape) -> tuple[Flat, Flat]:
    """Counts of one sample, and how many more there are with another."""
    one, two = (_flat(models.build(name, batch=n, input_shape=shape)) for n in (1, 2))
    return one, {key: more for key in (*one, *two) if (more := two.get(key, 0) - one.get(key, 0))}


def _flat(model: Model) -> dict[Key, int]:
    return {
        (kind, depth, op, primitive): n
        for (kind, depth), sums in tally(model).groups.items()
        for op, found in sums.items()
        for primitive, n in found.items()
        if n and primitive not in UNEVEN
    }


def _solved(probes: _Probes, flats: Sequence[Flat], said: Sequence[tuple[Key, Sum]]) -> dict[Key, Sum] | None:
    """Each count as a sum of terms, that of all layers where it is said of each; None where one is no such sum."""
    solver, found = Solver(probes.rows), _added(said)
    columns = {key: tuple(flat.get(key, 0) for flat in flats) for flat in flats for key in flat if key not in found}
    many = {column: solver.multiples(column) for column in columns.values()}
    for key, column in columns.items():
        if (times := many[column]) is None:
            return None
        found[key] = {term: n for term, n in zip(probes.terms, times, strict=True) if n}
    return found


def _added(said: Sequence[tuple[Key, Sum]]) -> dict[Key, Sum]:
    found: dict[Key, Sum] = {}
    for key, sum_ in said:
        before = found.get(key, {})
        found[key] = {term: before.get(term, 0) + sum_.get(term, 0) for term in (*before, *sum_)}
    return found


def _holds(form: Form, name: str, shape: Shape) -> bool:
    _, height, width = shape
    return counts(form, height, width, 3) == _flat(models.build(name, batch=3, input_shape=shape))
