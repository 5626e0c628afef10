"""Links from a lesson: files that are there, and states of the page that it knows, with the numbers that stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl

from markdown_it import MarkdownIt

from crosscheck import models
from crosscheck.contract.metrics import METRICS
from crosscheck.conventions import read
from crosscheck.conventions.table import Convention, Ignored, MetricTable, Weight
from crosscheck.counting.engine import Tally, tally, total
from crosscheck.ops.described import OPS
from crosscheck.ops.papers import PAPER_OPS
from crosscheck.studies.site import site
from crosscheck.studies.site.toggles import SIGHT, Option, Toggle

ROOT = Path(__file__).parents[2]
VIEW = re.compile(r'^view\("(\w+)"', re.MULTILINE)
LONGEST = 200
# What the address of a view says, with what each value must be one of; `None` for any text.
NETWORK, CONVENTION, METRIC, ANY = "network", "convention", "metric", None
KNOWN: Mapping[str, Mapping[str, str | None]] = {
    "explorer": {"n": NETWORK, "i": ANY, "b": ANY, "m": METRIC, "like": CONVENTION, "t": ANY, "v": ANY, "ask": ANY},
    "waterfall": {"n": NETWORK, "n2": NETWORK, "i": ANY, "k": ANY, "a": CONVENTION, "b": CONVENTION, "m": METRIC},
    "cell": {"n": NETWORK, "t": CONVENTION, "m": METRIC},
    "tool": {"t": CONVENTION, "m": METRIC},
    "network": {"n": NETWORK, "by": ANY, "m": METRIC},
}


@dataclass(frozen=True)
class State:
    """A view of the page and what its address says; ``hash`` as it is written."""

    hash: str
    view: str
    params: Mapping[str, str]


def hrefs(text: str) -> Iterator[tuple[str, int]]:
    """Every link of a lesson, with the line of its paragraph."""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        for child in token.children or []:
            if child.type == "link_open":
                yield str(child.attrGet("href")), (token.map or [0])[0] + 1


def state(href: str) -> State | None:
    """The state of the page that a link leads to; None where it leads elsewhere."""
    file, found, address = href.partition("index.html#/")
    if not found or not file.endswith("reports/"):
        return None
    view, _, query = address.partition("?")
    return State(f"#/{address}", view, dict(parse_qsl(query, strict_parsing=bool(query))))


@cache
def views() -> frozenset[str]:
    """The views that the page has."""
    scripts = (ROOT / "crosscheck/report/site/scripts/views").glob("*.js")
    return frozenset(name for path in scripts for name in VIEW.findall(path.read_text(encoding="utf-8")))


@cache
def toggles() -> tuple[Toggle, ...]:
    """The toggles of the explorer."""
    return site.explorer(own_size=True).toggles


def wrong(s: State) -> str:
    """What of a state the page does not know, in words; empty where it knows all."""
    if s.view not in views():
        return f"the page has no view {s.view!r}"
    if len(s.hash) > LONGEST:
        return f"{len(s.hash)} characters, where {LONGEST} is the most"
    kinds = {NETWORK: models.variants(), CONVENTION: read.ids(), METRIC: METRICS}
    for key, value in s.params.items():
        if (known := KNOWN.get(s.view)) is None:
            continue
        if key not in known:
            return f"{s.view} knows no {key}"
        if (kind := known[key]) is not None and value not in kinds[kind]:
            return f"{value!r} is no {kind}"
    odd = [part for part in _changed(s) if _option(part, _metric(s)) is None]
    return f"no toggle or option {odd[0]!r}" if odd else ""


def _metric(s: State) -> str:
    return s.params.get("m", "compute")


def _changed(s: State) -> list[str]:
    return [part for part in s.params.get("t", "").split(",") if part] if s.view == "explorer" else []


def _option(part: str, metric: str) -> Option | None:
    name, _, code = part.partition(":")
    return next((o for t in toggles() if (t.metric, t.id) == (metric, name) for o in t.options if o.code == code), None)


def shown(s: State) -> list[int]:
    """The numbers that stand in a view, by the Python engine: that of the explorer's toggles, or those of the two tools."""
    metric, n = _metric(s), s.params.get("n", "resnet50")
    shape = tuple(map(int, s.params["i"].split("x"))) if s.params.get("i") else None
    batch = int(s.params.get("b" if s.view == "explorer" else "k", "1"))
    if s.view == "explorer":
        return [explored(tally(models.build(n, batch=batch, input_shape=shape)), metric, s)]
    if s.view in ("waterfall", "cell"):
        asked = [(n, s.params.get("a") or s.params["t"])] + ([(s.params.get("n2", n), s.params["b"])] if "b" in s.params else [])
        return [total(tally(models.build(name, batch=batch, input_shape=shape)), read.load(c), metric) for name, c in asked]
    return []


def explored(counted: Tally, metric: str, s: State) -> int:
    """The explorer's number: the options of the convention that it counts like, but for those that the address changes."""
    like = s.params.get("like", "mac")
    mine = [t for t in toggles() if t.metric == metric]
    if not mine:
        return total(counted, read.load(like), metric)
    chosen = {t.id: next(o for o in t.options if like in o.by) for t in mine}
    for part in _changed(s):
        chosen[part.partition(":")[0]] = _option(part, metric) or chosen["missing"]
    return total(counted, _convention(metric, chosen), metric)


def _convention(metric: str, chosen: Mapping[str, Option]) -> Convention:
    """The chosen options as a convention, so that the engine weighs them."""
    rows: dict[str, list[Weight]] = {}
    for name, o in chosen.items():
        for op, primitive, weight in () if name == SIGHT else o.charges:
            rows.setdefault(op, []).append(Weight(op, primitive, weight, "", ""))
    rest = {op: Ignored(op, "", "") for op in (*OPS, *PAPER_OPS, "container") if op not in rows}
    functional, depth, deeper = chosen[SIGHT].sight or ("layer", None, "layer")
    weighed = {op: tuple(ws) for op, ws in rows.items()}
    table = MetricTable(metric, "", "", functional, weighed, rest, depth, deeper)
    return Convention("toggles", "", "", "", "", "", "", MappingProxyType({metric: table}))
