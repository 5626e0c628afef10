"""Groups of alike differences as sentences; ``here`` is the first network, ``there`` the second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crosscheck.diff import words
from crosscheck.diff.canonical import Unit
from crosscheck.diff.parts import HABITS, Group, Side, changed


def _every(g: Group, op: str, a: Side, b: Side) -> str:
    """``every convolution (53)`` or ``13 of 16 convolutions (ids)``."""
    n, most = len(g.here), max(a.has(op), b.has(op))
    if n == most and n > 1:
        return f"every {words.noun(op)} ({n})"
    where = words.places([u.id for u in g.here], [u.id for u in g.there])
    return f"{words.noun(op)} {where}" if n == 1 else f"{n} of {most} {words.noun(op, most)} ({where})"


def _say_moved(g: Group, key: tuple[Any, ...], _: Side, __: Side) -> str:
    first, second, here, there = key[1:]
    blocks = list(dict.fromkeys(u.id.rpartition(".")[0] or u.id for u in g.here))
    late, early = max(here, there), min(here, there)
    a, b = ("first", "second") if first == second else (words.sizes(first), words.sizes(second))
    sides = (a, b) if here > there else (b, a)
    what = words.attribute("stride", late) + ("" if set(early) == {1} else f" for {words.attribute('stride', early)}")
    where = f"{len(blocks)} blocks ({words.places(blocks)})" if len(blocks) > 1 else blocks[0]
    return f"{where}: {what} on the {sides[0]} convolution here, on the {sides[1]} there"


def _say_habit(g: Group, key: tuple[Any, ...], a: Side, b: Side) -> str:
    _, op, name, (p, q) = key
    told = _every(g, op, a, b)
    if name == "bias":
        n = f"{abs(g.amounts.params):,} parameters"
        verb = "has" if len(g.here) == 1 or told.startswith("every") else "have"
        return f"{told} {verb} a bias here ({n}), none there" if p else f"{told} {verb} no bias here, one there ({n})"
    return f"{told}: {words.attribute(name, p)} here, {words.attribute(name, q)} there"


def _say_op(g: Group, key: tuple[Any, ...], _: Side, __: Side) -> str:
    n, where = len(g.here), words.places([u.id for u in g.here], [u.id for u in g.there])
    one = [words.phrase(u) for u in (g.here[0], g.there[0])] if n == 1 else [words.noun(op, n) for op in key[1:]]
    return f"{where}: {one[0]} here, {one[1]} there" if n == 1 else f"{n} layers ({where}): {one[0]} here, {one[1]} there"


def _say_set(g: Group, key: tuple[Any, ...], _: Side, __: Side) -> str:
    names = [name for name in changed(g.here[0], g.there[0]) if name not in HABITS]
    n, where = len(g.here), words.places([u.id for u in g.here], [u.id for u in g.there])
    told = []
    for units in (g.here, g.there):
        values = {name: [words.declared(u, name) for u in units] for name in names}
        told.append(", ".join(words.between(values[name], name) for name in names))
    head = f"{words.noun(key[1])} {where}" if n == 1 else f"{n} {words.noun(key[1], n)} ({where})"
    return f"{head}: {told[0]} here, {told[1]} there"


def _say_shapes(g: Group, _: tuple[Any, ...], __: Side, ___: Side) -> str:
    n = len(g.here)
    told = [f"{u.id} ({words.shapes(u)} here, {words.shapes(v)} there)" for u, v in zip(g.here, g.there, strict=True)]
    costly = [t for t, u in zip(told, g.here, strict=True) if u.op in ("conv", "linear")] or told
    rest = f" and {n - 2} more" if n > 2 else ""
    return (
        f"as a consequence, {n} {'layer does' if n == 1 else 'layers do'} the same on other shapes: {'; '.join(costly[:2])}{rest}"
    )


def _say_stored(g: Group, _: tuple[Any, ...], __: Side, ___: Side) -> str:
    n, where = len(g.here), words.places([u.id for u in g.here], [u.id for u in g.there])
    return f"{n} {'layer holds' if n == 1 else 'layers hold'} another number of parameters ({where})"


def _say_run(g: Group, key: tuple[Any, ...], a: Side, b: Side) -> str:
    sides = [_side(g, k) for k in (0, 1)]
    if key[2]:
        blocks = list(dict.fromkeys(_block((*run[0], *run[1])[0].id) for run in g.runs))
        where = f"{len(blocks)} blocks ({words.places(blocks)})" if len(blocks) > 1 else blocks[0]
        here, there = (side or "nothing but the value itself" for side in sides)
        return f"on the shortcut of {where}: {here} here, {there} there"
    here, there = (side or "nothing" for side in sides)
    if max(len(run[k]) for run in g.runs for k in (0, 1)) > words.MOST:
        return f"{_where(g, key)}: {_stretch(g.here, a, not g.there)} here, {_stretch(g.there, b, not g.here)} there"
    kinds = {u.kind for u in (*g.here, *g.there)}
    few = len(g.before) == len(g.after) == len(g.runs) <= words.MOST
    if kinds == {"activation"} and few and not (g.here and g.there):
        place = "between " + ", ".join(f"{u.id} and {v.id}" for u, v in zip(g.before, g.after, strict=True))
        return f"no activation {place} here, {there} there" if g.there else f"{here} {place} here, no activation there"
    return f"{_where(g, key, a, b)}: {here} here, {there} there"


def _block(id: str) -> str:
    """The block that a layer of a shortcut is in: two names up where the shortcut is a container, else one."""
    parts = id.split(".")
    return ".".join(parts[:-2] if len(parts) > 3 else parts[:-1]) or id


def _where(g: Group, key: tuple[Any, ...], a: Side | None = None, b: Side | None = None) -> str:
    """After which units stretches come; before which where they do not read what runs before them, as on another branch."""
    word, units = ("after", g.before) if key[3][0] else ("before", g.after)
    if not units:
        return "at the input"
    if len(g.runs) == 1:
        return f"{word} {units[0].id}"
    op, n = units[0].op, len(g.runs)
    if a is not None and b is not None and n == max(a.has(op), b.has(op)):
        return f"{word} every {words.noun(op)} ({n})"
    return f"{word} {n} {words.noun(op, n)} ({words.places([u.id for u in units])})"


def _side(g: Group, k: int) -> str:
    """The units of one side of a group of alike stretches; in full where all stretches agree, else by name."""
    told = []
    for column in zip(*(run[k] for run in g.runs), strict=True):
        full = {words.phrase(u) for u in column}
        kernel = {words.sizes(u.attrs["kernel"]) for u in column if "kernel" in u.attrs}
        plain = f"{words.noun(column[0].op)}{f' {kernel.pop()}' if len(kernel) == 1 else ''}"
        told.append(full.pop() if len(full) == 1 else plain)
    return "; ".join(told)


def _stretch(units: Sequence[Unit], side: Side, alone: bool) -> str:
    """A long stretch: the blocks that it fills, else its first and last layer, and its layers by kind."""
    if not units:
        return "nothing"
    if len(units) <= words.MOST:
        return "; ".join(words.phrase(u) for u in units)
    kinds = side.form.model.containers
    blocks = list(dict.fromkeys(u.id.rpartition(".")[0] for u in units))
    own = [path for path in blocks if path and kinds.get(path, "Sequential") != "Sequential"]
    layers = words.counted(u.op for u in units)
    if own:
        named = {kinds[p].removesuffix("Block") for p in own}
        kind = f"{named.pop()} " if len(named) == 1 else ""
        what = f"{len(own)} {'more ' if alone else ''}{kind}block{'s' * (len(own) > 1)}"
        return f"{what} ({words.places(own)}; {layers})"
    return f"{units[0].id} … {units[-1].id} ({layers})"


def sentence(g: Group, key: tuple[Any, ...], a: Side, b: Side) -> str:
    """What a group tells of the two networks; ``key`` starts with the kind of group that it is."""
    return _SENTENCES[key[0]](g, key, a, b)


_SENTENCES: dict[str, Callable[[Group, tuple[Any, ...], Side, Side], str]] = {
    "moved": _say_moved,
    "habit": _say_habit,
    "op": _say_op,
    "set": _say_set,
    "shapes": _say_shapes,
    "stored": _say_stored,
    "run": _say_run,
}
