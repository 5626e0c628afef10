"""What a page shows, as the blocks of data that its scripts read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from crosscheck.report.site.blocks import coded, exact, whole
from crosscheck.report.site.lessons import title
from crosscheck.studies.site.counts import Counts
from crosscheck.studies.site.layers import LayerRow
from crosscheck.studies.site.site import CELLS, Explorer, Site
from crosscheck.studies.site.terms import Key, Sum, Term
from crosscheck.studies.site.weights import Metric, Rules

SAME = -1  # in place of a further sample's sum that is the first one's once more


def contents(site: Site) -> Iterator[tuple[str, Any]]:
    """Every block by name; tables are read when somebody looks at them, so each is one of its own."""
    yield "core", _core(site)
    yield "explorer", _explorer(site.explorer)
    for t in site.tables:
        yield f"table/{t.name}", coded(t.name, t.fields, t.rows)
    if site.layers:
        names = [f.name for f in fields(LayerRow)]
        yield "table/layers", coded("layers", names, ([str(getattr(row, n)) for n in names] for row in site.layers))


def _core(site: Site) -> dict[str, Any]:
    return {
        "version": site.version,
        "versions": dict(site.versions),
        "tables": [t.name for t in site.tables],
        "outlines": [exact(asdict(o)) for o in site.outlines],
        "lessons": [{"name": x.name, "title": title(x)} for x in site.lessons],
        "own": None if site.own is None else exact(site.own),
    }


def _explorer(e: Explorer) -> dict[str, Any]:
    keys: dict[Key, int] = {}
    networks = [_network(c, keys) for c in e.counts]
    return {
        "primitives": dict(e.primitives),
        "wiring": list(e.wiring),
        "keys": [list(key) for key in keys],
        "networks": networks,
        "rules": [_rules(r) for r in e.rules],
        "toggles": [asdict(t) for t in e.toggles],
    }


def _network(c: Counts, keys: dict[Key, int]) -> dict[str, Any]:
    """A network with its counts as sums of terms, each a list of term and times, one after the other."""
    f = c.form
    terms: dict[Term, int] = {}
    held = dict.fromkeys((*f.base, *f.step))
    base, step = ([_sum(sums.get(key, {}), terms) for key in held] for sums in (f.base, f.step))
    return {
        "name": c.name,
        "family": c.family,
        "says": c.says,
        "source": c.source,
        "input": "x".join(map(str, c.input)),
        "anywhere": c.anywhere,
        "steps": [[s.rule, *s.numbers] for s in f.steps],
        "equal": [list(pair) for pair in f.equal],
        "at": [keys.setdefault(key, len(keys)) for key in held],
        "base": base,
        "step": [SAME if one == more else more for one, more in zip(base, step, strict=True)],
        "cuts": [[keys.setdefault(cut.key, len(keys)), cut.channels, *cut.plane, *cut.out] for cut in f.cuts],
        "terms": [[t.rule, *t.numbers] for t in terms],
    }


def _sum(sum_: Sum, terms: dict[Term, int]) -> list[int | str]:
    return [x for term, n in sum_.items() if n for x in (terms.setdefault(term, len(terms)), whole(n))]


def _rules(r: Rules) -> dict[str, Any]:
    head = {f.name: getattr(r, f.name) for f in fields(Rules) if f.name != "metrics"}
    return head | {"metrics": {name: _metric(m) for name, m in r.metrics.items()}}


def _metric(m: Metric) -> dict[str, Any]:
    head = {f.name: getattr(m, f.name) for f in fields(Metric) if f.name not in ("name", "weighings")}
    weighed: dict[str, list[Mapping[str, Any]]] = {}
    ignored: dict[str, Mapping[str, str]] = {}
    for w in m.weighings:
        said = {"source": w.source, "says": w.says, "quirk": w.quirk}
        if w.primitive:
            weighed.setdefault(w.op, []).append({"primitive": w.primitive, "weight": w.weight, **said})
        else:
            ignored[w.op] = said
    return head | {"weighed": weighed, "ignored": ignored}


def summary(site: Site) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Tool by network, what each prints of compute: what can be read without scripts. Empty where nothing was measured."""
    if site.own is not None:
        return _own(site.own)
    if all(t.name != CELLS for t in site.tables):
        return (), ()
    found = site.computed
    networks = tuple(dict.fromkeys(r["model"] for r in found))
    tools: dict[tuple[str, str], dict[str, str]] = {}
    for r in found:
        tools.setdefault((r["tool"], r["unit"]), {})[r["model"]] = f"{int(r['value']):,}"
    macs = {o.name: f"{o.macs:,}" for o in site.outlines}
    rows = [("engine", "MACs", *(macs.get(n, "–") for n in networks))]
    rows += [(tool, unit, *(values.get(n, "–") for n in networks)) for (tool, unit), values in tools.items()]
    return ("tool", "unit", *networks), rows


def _own(record: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """What each tool prints of one network's compute, beside the engine's MACs."""
    lines = [r for r in record["tools"] if r["metric"] == "compute" and r["value"] is not None]
    rows = [("engine", "MACs", f"{int(record['macs']):,}"), *((r["tool"], r["unit"], f"{int(r['value']):,}") for r in lines)]
    return ("tool", "unit", str(record["network"])), rows
