"""A user's network as machines read it: a row a tool and metric, a row a layer, a row for what nobody knows, and all as one."""

from __future__ import annotations

from typing import Any

from crosscheck.contract.network import show_shape
from crosscheck.explain.wording import sum_text
from crosscheck.report.document import Data, Plain, data
from crosscheck.studies.own.found import Found, Layer, Line

TOOL = ("tool", "tool_version", "metric", "value", "unit", "predicted", "residual", "status", "path", "message", "which_is")
TERM = ("op", "primitive", "count", "value", "says", "source", "quirk")
UNKNOWN = ("op", "times", "first", "kernels", "teach")


def tool_data(found: Found) -> Data:
    """What tools say, a row a metric."""
    return data("tools", (dict(zip(TOOL, _line(n), strict=True)) for n in found.lines), TOOL)


def _line(n: Line) -> tuple[Plain, ...]:
    r = n.row
    head = (r.tool, r.tool_version, r.metric, r.value, r.unit, n.predicted, n.residual)
    return (
        *head,
        r.status,
        "; ".join(x for x in (n.path, n.setting) if x),
        r.message or n.why,
        sum_text(n.number.terms) if n.number else "",
    )


def layer_data(found: Found) -> Data:
    """Layers, with what each tool says of their compute."""
    return data("layers", (_layer(x) | {t: x.said.get(t) for t in found.tools} for x in found.layers))


def _layer(x: Layer) -> dict[str, Plain]:
    ins, outs = (", ".join(map(show_shape, shapes)) for shapes in (x.in_shapes, x.out_shapes))
    head: dict[str, Plain] = {"id": x.id, "op": x.op, "native": x.native, "in_shapes": ins, "out_shapes": outs}
    return head | {"params": x.params, "macs": x.macs, "status": x.status}


def unknown_data(found: Found) -> Data:
    """What nobody knows, by its name in the framework."""
    rows = ((u.native, u.times, u.first, ", ".join(u.kernels), u.teach) for u in found.unknown)
    return data("unknown", (dict(zip(UNKNOWN, row, strict=True)) for row in rows), UNKNOWN)


def record(found: Found) -> dict[str, Any]:
    """All of it, nested."""
    p = found.parameters
    return {
        "network": found.name,
        "framework": found.framework,
        "input": found.input,
        "parameters": {"all": p.all, "trainable": p.trainable, "unread": p.unread, "buffers": p.buffers},
        "macs": found.macs,
        "without": found.lost,
        "failed": found.failed,
        "tools": [row | {"terms": _terms(n)} for row, n in zip(_rows(tool_data(found)), found.lines, strict=True)],
        **{d.name: _rows(d) for d in (layer_data(found), unknown_data(found))},
        "versions": dict(found.versions),
    }


def _terms(n: Line) -> list[dict[str, Plain]]:
    """The sum that a number is, a term at a time."""
    return [{name: getattr(t, name) for name in TERM} | {"weight": t.weight_a} for t in (n.number.terms if n.number else ())]


def _rows(d: Data) -> list[dict[str, Plain]]:
    return [dict(zip(d.fields, row, strict=True)) for row in d.rows]
