"""A cell of a tool: what it says of a network, as a row for every layer and metric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from adapters.cells.bench import Bench, Built
from adapters.limits import one_process
from adapters.room import Tool, Unsupported, reason, version_of
from crosscheck.contract.job import Cell
from crosscheck.contract.network import CONTAINER, Model
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED, Measurement, Reading

WHOLE = "(model)"  # the op of rows that are of no layer


def rows(bench: Bench, cell: Cell) -> Iterator[Measurement]:
    """Every layer and metric; one row a metric with the reason where the tool or the network fails."""
    tool, built = bench.room.tool(cell.name), bench.built(cell.index)
    common = {
        "run": bench.job.run,
        "model": built.model.name,
        "framework": bench.framework,
        "tool": cell.name,
        "tool_version": version_of(tool.PACKAGE),
        "convention": tool.CONVENTION,
        "input": built.model.input_text,
    }
    found, status, message = _measured(tool, bench, built, common)
    yield from found
    for metric in tool.METRICS if status != "ok" else ():
        yield Measurement(**common, layer=TOTAL, op=WHOLE, metric=metric, value=None, unit="", status=status, message=message)


def _measured(tool: Tool, bench: Bench, built: Built, common: dict[str, str]) -> tuple[list[Measurement], str, str]:
    """The rows of what the tool said, or a status and the reason why there are none."""
    if built.status != "ok":
        return [], built.status, built.message
    try:
        with getattr(bench.builder, "kept", nullcontext)(built.native), one_process():
            readings = list(tool.measure(bench.builder.fresh(built.native), built.model))
        _judge(tool, built.model, readings, bench.job.zero_ok or bool(built.model.calls))
        return list(_complete(tool, built.model, readings, common)), "ok", ""
    except Unsupported as why:
        return [], "unsupported", str(why)
    except (Exception, SystemExit) as error:  # any tool's error becomes a row
        return [], "error", reason(error)


def _judge(tool: Tool, model: Model, readings: Sequence[Reading], zero_ok: bool) -> None:
    """Refuse what no tool may say: unknown layers, repeated rows, no total, a total of 0 for a network that multiplies."""
    known = {TOTAL, *model.by_id, *model.blocks}
    keys = [(r.layer, r.metric) for r in readings]
    odd = [layer for layer, _ in keys if layer not in known]
    if odd:
        raise ValueError(f"a row for layer {odd[0]!r}, which the network does not have")
    if len(set(keys)) != len(keys):
        raise ValueError(f"two rows for {next(k for k in keys if keys.count(k) > 1)}")
    works = any(layer.op in ("conv", "linear") and not layer.functional for layer in model.layers)
    for metric in tool.METRICS:
        total = next((r.value for r in readings if (r.layer, r.metric) == (TOTAL, metric)), None)
        if total is None:
            raise ValueError(f"no total for {metric}")
        if total == 0 and works and metric == "compute" and not zero_ok:
            raise ValueError("a total of 0 for a network that multiplies: the tool saw no shapes, or no operation that it knows")


def _complete(tool: Tool, model: Model, readings: Sequence[Reading], common: dict[str, str]) -> Iterator[Measurement]:
    """Every layer × metric in the network's order: what the tool said, ``absent`` where nothing, the rest of its total.

    Containers have a row where the tool said something of them. ``PER_LAYER`` is False, or names the metrics that have layers.
    """
    said = {(r.layer, r.metric): r for r in readings}
    containers = dict.fromkeys(r.layer for r in readings if r.layer in model.blocks and r.layer not in model.by_id)
    listed = getattr(tool, "PER_LAYER", True)
    for metric in tool.METRICS:
        per_layer = metric in listed if isinstance(listed, tuple) else listed
        total = said[TOTAL, metric]
        rest = total.value or 0
        rows = [(layer.id, layer.op) for layer in model.layers]
        rows += [(path, CONTAINER) for path in containers if (path, metric) in said]
        for name, op in rows if per_layer else ():
            r = said.get((name, metric))
            rest -= (r.value or 0) if r else 0
            yield Measurement(
                **common,
                layer=name,
                op=op,
                metric=metric,
                value=r.value if r else None,
                unit=total.unit,
                status="ok" if r and r.value is not None else "absent",
                message=r.message if r else "",
            )
        if rest and per_layer:
            yield Measurement(**common, layer=UNATTRIBUTED, op=WHOLE, metric=metric, value=rest, unit=total.unit, status="ok")
        yield Measurement(
            **common,
            layer=TOTAL,
            op=WHOLE,
            metric=metric,
            value=total.value,
            unit=total.unit,
            status="ok",
            message=total.message,
        )
