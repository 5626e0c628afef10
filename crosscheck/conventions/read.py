"""Conventions, read from one TOML table a tool (and a version range of it), and judged."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType

from crosscheck.contract.rows import METRICS
from crosscheck.conventions.by_op import KEY, expand
from crosscheck.conventions.entries import need
from crosscheck.conventions.metric import metric_table, sum_table
from crosscheck.conventions.table import Convention
from crosscheck.errors import ConventionError, UnknownNameError, UsageError

FOLDER = Path(__file__).parent
CAFFE = "caffe"  # the framework of conventions that count networks as Caffe sets them up, and no others


def parse(text: str, where: str) -> Convention:
    """A convention from TOML text; ``where`` names the file in errors. Raises ConventionError."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConventionError(f"{where}: not valid TOML: {error}") from None
    data = expand(read, where)
    head = {key: need(data, key, str, where) for key in ("id", "title", "tool", "framework", "package", "versions", "says")}
    for key in ("edition_of", "scope"):
        head[key] = need({key: "", **data}, key, str, where)
    if head["scope"] not in ("", "described") or (head["scope"] and head["framework"]):
        raise ConventionError(f"{where}: scope is {head['scope']!r}: 'described', for one of the engine's own, or left out")
    names = [key for key in data if key not in head]
    odd = [name for name in names if name not in METRICS]
    if odd or not names:
        raise ConventionError(f"{where}: " + (f"unknown metric {odd[0]!r}" if odd else "no metric"))
    bad = next((n for n in names if not isinstance(data[n], dict)), None)
    if bad:
        raise ConventionError(f"{where}: {bad} is not a table, written [{bad}]")
    tables = {n: metric_table(n, data[n], where) for n in names if "sum" not in data[n]}
    sums = {n: sum_table(n, data[n], tables, where) for n in names if "sum" in data[n]}
    return Convention(**head, by_op=KEY in read, metrics=MappingProxyType({n: (tables | sums)[n] for n in names}))


@cache
def load(id: str) -> Convention:
    """The convention called ``id``. Raises UnknownNameError and ConventionError."""
    path = FOLDER / f"{id}.toml"
    if id not in ids():
        raise UnknownNameError("convention", id, ids())
    convention = parse(path.read_text(encoding="utf-8"), f"crosscheck/conventions/{path.name}")
    if convention.id != id:
        raise ConventionError(f"crosscheck/conventions/{path.name}: its id is {convention.id!r}, which is not the file's name")
    return convention


def of_described(id: str) -> Convention:
    """The convention called ``id``, for a network that is described here. Raises UsageError for one of Caffe files alone."""
    found = load(id)
    if found.framework == CAFFE:
        raise UsageError(
            f"convention {id!r} counts what Caffe sets up: data, losses and splits too. Hint: crosscheck caffe FILE.prototxt"
        )
    return found


@cache
def ids() -> tuple[str, ...]:
    """Ids of all conventions, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
