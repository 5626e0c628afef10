"""Conventions, read from one TOML table a tool (and a version range of it), or from a file that the user names, and judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from crosscheck import toml
from crosscheck.contract.metrics import METRICS
from crosscheck.conventions.by_op import KEY, expand
from crosscheck.conventions.entries import Entry, need
from crosscheck.conventions.extension import cited, refuse_repeats
from crosscheck.conventions.later import LaterMapping
from crosscheck.conventions.metric import is_sum, metric_table, sum_table
from crosscheck.conventions.table import Convention, MetricTable
from crosscheck.errors import ConventionError, FileError, UnknownNameError

FOLDER = Path(__file__).parent
ENDING, MAX_BYTES = ".toml", 2**20  # of a user's own convention
CAFFE = "caffe"  # the framework of conventions that count networks as Caffe sets them up, and no others
EXTENDS, SOURCES = "extends", "sources"
OWN = ("id", "title")  # what no convention takes over from another
INHERITED = ("tool", "framework", "package", "versions", "says", "scope")


def parse(text: str, where: str) -> Convention:
    """A convention from TOML text, read whole; ``where`` names the file in errors. Raises ConventionError."""
    convention = _convention(_toml(text, where), where)
    for table in convention.metrics.values():
        _ = table.calls
    return convention


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return toml.loads(text)
    except toml.TOMLDecodeError as error:
        raise ConventionError(f"{where}: not valid TOML: {error}") from None


def _convention(told: Entry, where: str) -> Convention:
    parent = _parent(told, where)
    if parent and KEY in told:
        raise ConventionError(f"{where}: {KEY} beside {EXTENDS}. Hint: say what differs under each metric")
    data = expand(told, where)
    head = _head(data, parent, where)
    metrics = _metrics({k: v for k, v in data.items() if k not in (*head, EXTENDS, SOURCES)}, parent, where)
    by_op = parent.by_op if parent else KEY in told
    return Convention(**head, extends=parent.id if parent else "", by_op=by_op, metrics=metrics)


def _head(data: Entry, parent: Convention | None, where: str) -> dict[str, str]:
    """Who counts so: all that is no metric. Raises ConventionError."""
    inherited = {key: getattr(parent, key) for key in INHERITED} if parent else {"scope": ""}
    told = {key: data[key] for key in (*OWN, *INHERITED) if key in data}
    if parent:
        refuse_repeats(told, inherited, where)
    head: dict[str, str] = {key: need({**inherited, **told}, key, str, where) for key in (*OWN, *INHERITED)}
    head |= {key: need({key: "", **data}, key, str, where) for key in ("edition_of", "walks", "beyond")}
    if head["walks"] not in ("", "nodes", "told"):
        raise ConventionError(f"{where}: walks is {head['walks']!r}: 'nodes', 'told', or left out")
    if head["beyond"] not in ("", "products"):
        raise ConventionError(f"{where}: beyond is {head['beyond']!r}: 'products', or left out")
    if head["scope"] not in ("", "described") or (head["scope"] and head["framework"]):
        raise ConventionError(f"{where}: scope is {head['scope']!r}: 'described', for one of the engine's own, or left out")
    return head


def _metrics(told: Entry, parent: Convention | None, where: str) -> Mapping[str, MetricTable]:
    """The table of every metric, those of the parent first, each read when it is asked for. Raises ConventionError."""
    before: Mapping[str, MetricTable] = parent.metrics if parent else {}
    names = dict.fromkeys([*before, *told])
    odd = [name for name in told if name not in METRICS]
    if odd or not names:
        raise ConventionError(f"{where}: " + (f"unknown metric {odd[0]!r}" if odd else "no metric"))
    bad = next((n for n, table in told.items() if not isinstance(table, dict)), None)
    if bad:
        raise ConventionError(f"{where}: {bad} is not a table, written [{bad}]")
    sums = {n for n in names if is_sum(told.get(n, {}), before.get(n))}

    def plain_table(name: str) -> MetricTable:
        return metric_table(name, told[name], where, before.get(name)) if name in told else before[name]

    def table(name: str) -> MetricTable:
        return sum_table(name, told.get(name), plain, where, before.get(name)) if name in sums else plain[name]

    plain = LaterMapping([n for n in names if n not in sums], plain_table)
    return LaterMapping(names, table)


def _parent(told: Entry, where: str) -> Convention | None:
    """The convention that this one extends, cited at its own sources. Raises ConventionError for an unknown one and a circle."""
    if EXTENDS not in told:
        if SOURCES in told:
            raise ConventionError(f"{where}: {SOURCES} without {EXTENDS}. Hint: an entry names its own source")
        return None
    line = [told.get("id"), need(told, EXTENDS, str, where)]
    while line[-1] not in line[:-1]:
        if line[-1] not in ids():
            raise ConventionError(f"{where}: {EXTENDS} leads to {UnknownNameError('convention', line[-1], ids())}")
        after = _read(line[-1]).get(EXTENDS)
        if after is None:
            return cited(load(line[1]), need({SOURCES: {}, **told}, SOURCES, dict, where), where)
        line.append(after)
    raise ConventionError(f"{where}: {EXTENDS} runs in a circle: {' → '.join(map(str, line))}")


def _read(id: str) -> Entry:
    """What the file of a convention says, as it is written. Raises UnknownNameError and ConventionError."""
    if id not in ids():
        raise UnknownNameError("convention", id, ids())
    return _toml((FOLDER / f"{id}.toml").read_text(encoding="utf-8"), f"crosscheck/conventions/{id}.toml")


def names_file(id: str) -> bool:
    """True where a convention is named by the path of its file."""
    return id.endswith(ENDING)


def _text(path: Path) -> str:
    """What a user's file says. Raises FileError."""
    try:
        if not path.is_file():
            raise FileError(f"no file {str(path)!r}. Hint: crosscheck infer TABLE.csv --out FOLDER writes a convention")
        if path.stat().st_size > MAX_BYTES:
            raise FileError(f"{path}: larger than {MAX_BYTES >> 10} KiB, so no convention")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FileError(f"{path}: not UTF-8. Hint: a convention is TOML") from None


@cache
def load(id: str) -> Convention:
    """The convention called ``id``, its tables read when they are asked for; one of the user's own by its path, read whole.

    Raises UnknownNameError, ConventionError and FileError.
    """
    if names_file(id):
        return replace(parse(_text(Path(id)), id), id=id)
    where = f"crosscheck/conventions/{id}.toml"
    convention = _convention(_read(id), where)
    if convention.id != id:
        raise ConventionError(f"{where}: its id is {convention.id!r}, which is not the file's name")
    return convention


@cache
def ids() -> tuple[str, ...]:
    """Ids of all conventions, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
