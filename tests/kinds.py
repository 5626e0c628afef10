"""Variants counted, and their kinds: networks that differ in how often, how wide and by which letter alone are of one kind."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from functools import cache
from typing import Any

from crosscheck import models
from crosscheck.counting.engine import Tally, tally
from crosscheck.models.variant import Variant

LEARNED = ("weight", "bias", "norm_scale", "norm_shift")
AMOUNTS = {"repeats", "channels", "first", "width", "groups", "squeeze", "letter"}


def counted(name: str, batch: int = 1, classes: int | None = None) -> Tally:
    return tally(models.build(name, batch=batch, classes=classes))


def learned(t: Tally) -> int:
    return sum(t.sum(p) for p in LEARNED)


def _trait(name: str, value: Any) -> Any:
    """What of an option makes a kind; of an amount just whether it is the usual one."""
    usual = {"groups": (0, 1), "squeeze": (0,), "width": (64,)}
    return value not in usual[name] if name in usual else None if name in AMOUNTS else value


def kind(variant: Variant) -> tuple[Any, ...]:
    """Family and traits of a variant; single layers and LeNets are kinds of their own."""
    options: dict[str, Any] = {}
    for name, value in variant.options.items():
        options |= asdict(value) if is_dataclass(value) and not isinstance(value, type) else {name: value}
    traits = tuple(sorted((name, str(_trait(name, value))) for name, value in options.items()))
    return (variant.family, traits or variant.name)


@cache
def representatives() -> dict[tuple[Any, ...], str]:
    """Of each kind the variant with the fewest layers."""
    found: dict[tuple[Any, ...], str] = {}
    for name, variant in models.variants().items():
        best = found.setdefault(kind(variant), name)
        if len(models.build(name).layers) < len(models.build(best).layers):
            found[kind(variant)] = name
    return found


def shown() -> list[str]:
    """The default set and one variant of each kind."""
    chosen = {*models.DEFAULT_SET, *representatives().values()}
    return [name for name in models.variants() if name in chosen]


def deeper() -> list[str]:
    """All others."""
    return [name for name in models.variants() if name not in shown()]
