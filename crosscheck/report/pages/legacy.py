"""What people see in a terminal: tables of at most 100 columns and progress that stays quiet in a pipe."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from tabulate import tabulate

from crosscheck.contract.network import CONTAINER, Model, show_shape
from crosscheck.contract.rows import METRICS
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.ops import described as ops

WIDTH = 100
MANY = 4  # columns of numbers that a table of layers can hold with everything about them


def console() -> Console:
    """Standard output, 100 columns where it is no terminal or a wider one."""
    plain = Console()
    return plain if plain.is_terminal and plain.width <= WIDTH else Console(width=WIDTH)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def show_table(title: str, rows: Sequence[dict[str, Any]], footer: dict[str, Any] | None = None) -> None:
    """Rows of one shape as a table; integers get thousands separators and stand right."""
    table = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        show_footer=footer is not None,
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for name in rows[0] if rows else ():
        numeric = all(isinstance(r[name], int) or r[name] is None for r in rows)
        table.add_column(
            name.replace(" (", "\n(") if numeric else name,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=numeric,
            footer=_cell(footer.get(name, "")) if footer else "",
        )
    for r in rows:
        table.add_row(*(escape(_cell(v)) for v in r.values()))
    console().print(table)


def show_lines(rows: Sequence[dict[str, Any]], group: str, columns: Sequence[str]) -> None:
    """One line a row under a heading for each value of ``group``; the last column is cut where it does not fit."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    left = WIDTH
    for name in columns:
        width = max(len(name), *(len(_cell(r[name])) for r in rows))
        width = left if name == columns[-1] else width
        justify: Literal["right", "left"] = "right" if all(isinstance(r[name], int) for r in rows) else "left"
        table.add_column(name, justify=justify, no_wrap=True, width=width, overflow="ellipsis")
        left -= width + 2
    for heading in dict.fromkeys(r[group] for r in rows):
        table.add_row()
        table.add_row(f"[bold]{escape(str(heading))}[/bold]")
        for r in rows:
            if r[group] == heading:
                table.add_row(*(escape(_cell(r[name])) for name in columns))
    console().print(table)


def show_entries(rows: Sequence[dict[str, Any]], columns: Sequence[str], below: Sequence[str]) -> None:
    """A line a row, and under it, indented and wrapped, what is too long for a column."""
    widths = {name: max(len(name), *(len(_cell(r[name])) for r in rows)) for name in columns}
    screen = console()

    def line(cells: dict[str, Any]) -> str:
        return "  ".join(f"{_cell(v):{'>' if isinstance(v, int) else '<'}{widths[k]}}" for k, v in cells.items()).rstrip()

    numeric = {name for name in columns if isinstance(rows[0][name], int)}
    heads = (f"{name:{'>' if name in numeric else '<'}{widths[name]}}" for name in columns)
    screen.print("  ".join(heads), style="dim", highlight=False)
    for r in rows:
        screen.print(escape(line({name: r[name] for name in columns})), style="bold", highlight=False)
        for name in below:
            screen.print(Padding(escape(str(r[name])), (0, 0, 0, 4)), style="dim" if name != below[0] else "", highlight=False)


def show_rows(rows: Sequence[dict[str, Any]], output: str, title: str = "") -> None:
    """Rows as a table, JSON or CSV on standard output."""
    if output == "json":
        sys.stdout.write(json.dumps(list(rows), indent=2, ensure_ascii=False) + "\n")
    elif output == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        sys.stdout.write(text.getvalue())
    else:
        show_table(title, rows)


def _columns(ids: Sequence[str], metrics: Sequence[str]) -> list[tuple[Convention, str]]:
    """Every convention with each of its metrics, or those asked for. Raises UnknownNameError and UsageError."""
    odd = [m for m in metrics if m not in METRICS]
    if odd:
        raise UnknownNameError("metric", odd[0], METRICS)
    loaded = [convention.load(name) for name in ids]
    for c, metric in ((c, m) for c in loaded for m in metrics):
        if metric not in c.metrics:
            raise UsageError(f"convention {c.id!r} gives no {metric}. Hint: it gives {', '.join(c.metrics)}")
    return [(c, metric) for c in loaded for metric in (dict.fromkeys(metrics) or c.metrics)]


def in_words(value: int, unit: str) -> str:
    """Bytes as both kinds of MB, each by its size; nothing for other units."""
    return f"{value / 2**20:,.2f} MB of 2^20 B, {value / 1e6:,.2f} MB of 1e6 B" if unit == "B" else ""


def show_count(model: Model, ids: Sequence[str], layers: bool, output: str, metrics: Sequence[str] = ()) -> None:
    """What the engine counts under each convention, in total or per layer; all metrics that it has, or those asked for.

    Raises UnknownNameError and UsageError.
    """
    columns = _columns(ids, metrics)
    counted = engine.tally(model)
    if not layers:
        rows: list[dict[str, Any]] = [
            {
                "model": model.name,
                "input": model.input_text,
                "convention": c.id,
                "metric": metric,
                "value": engine.total(counted, c, metric),
                "unit": c.table(metric).unit,
            }
            for c, metric in columns
        ]
        words = [in_words(r["value"], r["unit"]) for r in rows]
        if output == "table" and any(words):  # the network stands in the title, which leaves room for the words
            rows = [
                {k: v for k, v in r.items() if k not in ("model", "input")} | {"which is": w}
                for r, w in zip(rows, words, strict=True)
            ]
            show_table(f"{model.name}, input {model.input_text}: {model.variant}", rows)
            return
        show_rows(rows, output, f"{model.name}: {model.variant}")
        return
    columns = [(c, m) for c, m in columns if m != "layers"]  # each row is one
    rows = []
    for layer, counts in (*counted.containers, *counted.layers):
        row: dict[str, Any] = {"layer": layer.id, "op": layer.op, "output": show_shape(layer.y)}
        row["MACs ="] = ops.formula(layer, "mac") if layer.op != CONTAINER else ""
        values = {
            f"{c.id} {metric} ({c.table(metric).unit})": engine.layer_value(counted, c.table(metric), c.id, layer, counts)
            for c, metric in columns
        }
        if layer.op != CONTAINER or any(values.values()):
            rows.append(row | values)
    sums = {f"{c.id} {metric} ({c.table(metric).unit})": engine.total(counted, c, metric) for c, metric in columns}
    if output != "table":
        show_rows([*rows, {"layer": "(total)", "op": "", "output": "", "MACs =": "", **sums}], output)
        return
    _show_layers(model, columns, rows, sums)


def _show_layers(
    model: Model, columns: Sequence[tuple[Convention, str]], rows: list[dict[str, Any]], sums: dict[str, int]
) -> None:
    """A table of layers no wider than the terminal; what is 0 everywhere, and what has no room, is told below it."""
    keys = dict(zip(sums, columns, strict=True))
    alone = len({c.id for c, _ in columns}) == 1
    empty = [k for k in keys if len(keys) > MANY and not any(r[k] for r in rows)]
    kept = [k for k in keys if k not in empty]
    facts = ["op", "output"] + (["MACs ="] if any(m == "compute" and not c.table(m).parts for c, m in columns) else [])
    below = False  # whether units stand below the table

    def head(key: str) -> str:
        c, m = keys[key]
        return "\n".join([*([] if alone else [c.id]), m, *([] if below else [f"({c.table(m).unit})"])])

    def width() -> int:
        cells = [[n, *(str(r[n]) for r in rows)] for n in ("layer", *facts)]
        cells += [[*head(k).split("\n"), _cell(sums[k])] for k in kept]
        return sum(max(map(len, column)) + 3 for column in cells)

    crowded: list[str] = []
    while width() > WIDTH and (facts or not below or len(kept) > 1):
        parts = [k for k in kept if keys[k][1].startswith("memory_") and len(kept) > 1]
        if parts:
            kept.remove(parts[-1])
            crowded.insert(0, parts[-1])
        elif facts:
            crowded.insert(0, facts.pop())
        elif not below:
            below = True
        else:
            crowded.insert(0, kept.pop())
    shown = [{n: r[n] for n in ("layer", *facts)} | {head(k): r[k] for k in kept} for r in rows]
    who = f", {columns[0][0].id}" if alone else ""
    total = {"layer": "(total)"} | {head(k): sums[k] for k in kept}
    show_table(f"{model.name}, input {model.input_text}{who}: {model.variant}", shown, total)
    for what, names in (("units", kept * below), ("0 in every layer", empty), ("no room here, but in --format csv", crowded)):
        if names:
            told = [k if k not in keys else keys[k][1] if alone else f"{keys[k][0].id} {keys[k][1]}" for k in names]
            if what == "units":
                told = [f"{t} in {keys[k][0].table(keys[k][1]).unit}" for t, k in zip(told, names, strict=True)]
            console().print(f"{what}: {', '.join(told)}", style="dim", highlight=False)


def markdown_table(headers: Sequence[str], rows: Iterable[Sequence[Any]], align: str = "") -> str:
    """A Markdown table; ``align`` has l, c or r per column, right where it is too short."""
    how = [{"l": "left", "c": "center"}.get(c, "right") for c in align.ljust(len(headers), "r")]
    clean = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return tabulate(clean, headers=list(headers), tablefmt="pipe", colalign=how, disable_numparse=True) if clean else ""
