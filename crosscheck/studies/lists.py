"""What there is, as rows of plain data: models, tools, conventions, frameworks. No framework is imported."""

from __future__ import annotations

from typing import Any

from crosscheck import models as families
from crosscheck.contract.network import show_shape
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import UnknownNameError
from crosscheck.importers.caffe import load as prototxt
from crosscheck.measuring import catalog

Rows = list[dict[str, Any]]


def models(family: str | None = None) -> Rows:
    """Name, family, variant, input (N, C, H, W) with N = 1, learnable parameters, MACs and source of every network.

    ``family`` leaves out all others; raises UnknownNameError with the nearest names.
    """
    known = dict.fromkeys(v.family for v in families.variants().values())
    if family is not None and family not in known:
        raise UnknownNameError("family", family, known)
    yardstick = convention.load("mac")
    rows: Rows = []
    for name, variant in families.variants().items():
        if family not in (None, variant.family):
            continue
        counted = engine.tally(families.build(name))
        rows.append(
            {
                "name": name,
                "family": variant.family,
                "variant": variant.says,
                "input": "1x" + show_shape(variant.input),
                "params": engine.total(counted, yardstick, "params"),
                "MACs": engine.total(counted, yardstick, "compute"),
                "source": variant.source,
            }
        )
    return rows


def networks() -> Rows:
    """Name, input, and what Caffe says in phase TEST of every Caffe network that comes along: layers, parameters, bytes."""
    rows: Rows = []
    caffe = convention.load("caffe")
    for name, path in prototxt.bundled().items():
        counted = engine.tally(prototxt.load(path).model)
        row: dict[str, Any] = {"name": name, "input": counted.model.input_text}
        rows.append(row | {f"{m} ({t.unit})": engine.total(counted, caffe, m) for m, t in caffe.metrics.items()})
    return rows


def tools() -> Rows:
    """Id, framework, installed version, metrics and convention of every tool."""
    return [
        {
            "tool": t.id,
            "framework": t.framework,
            "installed": t.version or "no",
            "metrics": ", ".join(t.metrics),
            "its users call": t.title,
        }
        for t in catalog.tools().values()
    ]


def conventions() -> Rows:
    """Id, tool, version range, metrics, what one MAC costs, unit, package and a sentence of every convention."""
    rows: Rows = []
    for name in convention.ids():
        c = convention.load(name)
        table = c.metrics.get("compute") or next(iter(c.metrics.values()))
        per_mac = next((w.weight for w in table.weighed.get("conv", ()) if w.primitive == "mac"), None)
        row: dict[str, Any] = {
            "convention": name,
            "counts as": f"{c.title}, {c.framework}" if c.tool else c.title if c.framework else "the engine",
            "versions": c.versions,
            "metrics": ", ".join(c.metrics),
            "one MAC is": None if "compute" not in c.metrics else per_mac,
        }
        rows.append(row | {"unit": table.unit, "package": c.package, "says": c.says})
    return rows


def frameworks() -> Rows:
    """Id, installed or not, tools and install command of every framework."""
    return [
        {
            "framework": f.id,
            "title": f.title,
            "installed": catalog.installed_version(f.packages[0]) if f.installed else "no",
            "tools": ", ".join(t.id for t in f.tools),
            "install with": f.install_hint,
        }
        for f in catalog.frameworks().values()
    ]


def zoo() -> Rows:
    """Id, input (C, H, W), our description, whether it is of the default selection, and the installed version of its package."""
    from crosscheck.subjects import zoo as zoos

    return [
        {
            "network": n.id,
            "input": show_shape(n.input),
            "our description": n.model or "none",
            "by default": "yes" if n.default else "no",
            "installed": n.version or "no",
        }
        for n in zoos.networks().values()
    ]
