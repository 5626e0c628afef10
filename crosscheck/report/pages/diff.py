"""How a comparison of two networks looks: in a terminal of 100 columns, as Markdown, as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from crosscheck.contract.network import Model
from crosscheck.diff import SPELLING, Amounts, Comparison
from crosscheck.report.pages.compare import table
from crosscheck.report.pages.legacy import console

COLUMNS = ("MACs", "parameters", "running statistics")


def verdict(c: Comparison) -> str:
    """The answer in one sentence."""
    n = c.paired
    if not c.differences:
        return f"Identical architectures: the same {n} layers with the same settings and shapes."
    if c.same:
        return f"The same architecture, written otherwise: the same {n} layers with the same settings and shapes."
    ways = len(c.structural)
    return f"They differ in {ways} {'way' if ways == 1 else 'ways'}; {n} layers are paired."


def amounts(a: Amounts) -> tuple[int, int, int]:
    """In the order of COLUMNS."""
    return a.macs, a.params, a.stats


def show(c: Comparison, output: str) -> None:
    """Print a comparison on standard output."""
    if output == "json":
        sys.stdout.write(json.dumps(plain(c), indent=2, ensure_ascii=False) + "\n")
    elif output == "markdown":
        sys.stdout.write("\n".join(_markdown(c)) + "\n")
    else:
        _terminal(c)


def _head(side: str, m: Model, total: Amounts) -> str:
    return f"{side}: {m.name}, input {m.input_text}, {total.macs:,} MACs, {total.params:,} parameters"


def _terminal(c: Comparison) -> None:
    out = console()
    for side, model, total in zip(("here ", "there"), (c.here, c.there), c.totals, strict=True):
        out.print(f"[bold]{escape(_head(side, model, total))}[/bold]", highlight=False)
    out.print(verdict(c), highlight=False)
    shown = [k for k, _ in enumerate(COLUMNS) if any(amounts(d.amounts)[k] for d in c.differences) or amounts(c.difference)[k]]
    for cause in dict.fromkeys(d.cause == SPELLING for d in c.differences):
        rows = [d for d in c.differences if (d.cause == SPELLING) == cause]
        keep = [k for k in shown if not cause or any(amounts(d.amounts)[k] for d in rows)]
        grid = Table(
            title="Written otherwise, and the same" if cause else "From here to there",
            title_justify="left",
            title_style="bold",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            show_footer=not cause and bool(keep),
        )
        for k in keep:
            grid.add_column(COLUMNS[k], justify="right", no_wrap=True, footer=f"{amounts(c.difference)[k]:+,}")
        grid.add_column("what", overflow="fold", footer=f"total; residual {_residual(c)}")
        for d in rows:
            grid.add_row(*(_signed(amounts(d.amounts)[k]) for k in keep), escape(d.says))
        out.print(grid)


def _signed(value: int) -> str:
    return f"{value:+,}" if value else "0"


def _residual(c: Comparison) -> str:
    left = amounts(c.residual)
    return "0" if not any(left) else ", ".join(f"{v:+,} {name}" for v, name in zip(left, COLUMNS, strict=True) if v)


def _markdown(c: Comparison) -> Iterator[str]:
    for side, model, total in zip(("here", "there"), (c.here, c.there), c.totals, strict=True):
        yield f"- **{_head(side, model, total)}**"
    yield f"\n{verdict(c)}\n"
    rows: list[list[Any]] = [[*(_signed(v) for v in amounts(d.amounts)), d.cause, d.says] for d in c.differences]
    if rows:
        rows.append([*(f"**{_signed(v)}**" for v in amounts(c.difference)), "**total**", f"residual {_residual(c)}"])
    yield table([*COLUMNS, "cause", "what"], rows, "rrrll")


def plain(c: Comparison) -> dict[str, Any]:
    """A comparison as plain data; amounts are there minus here."""
    return {
        "here": _side(c.here, c.totals[0]),
        "there": _side(c.there, c.totals[1]),
        "identical": not c.differences,
        "same_architecture": c.same,
        "paired_layers": c.paired,
        "differences": [
            {"cause": d.cause, "says": d.says, "here": list(d.here), "there": list(d.there)} | _amounts(d.amounts)
            for d in c.differences
        ],
        "difference": _amounts(c.difference),
        "residual": _amounts(c.residual),
    }


def _side(model: Model, total: Amounts) -> dict[str, Any]:
    return {"network": model.name, "input": model.input_text} | _amounts(total)


def _amounts(a: Amounts) -> dict[str, int]:
    return {"macs": a.macs, "parameters": a.params, "running_statistics": a.stats}
