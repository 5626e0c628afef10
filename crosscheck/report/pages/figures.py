"""How a trial of figures looks: in a terminal, as Markdown, as rows, and ``figures.md`` and ``figures.csv``."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from rich import box
from rich.markup import escape
from rich.table import Table
from tabulate import tabulate

from crosscheck.report.pages.figures_words import labels, printed, reason, row, sections, summary, title, what, wrong
from crosscheck.report.pages.legacy import console
from crosscheck.studies.figures.findings import Cell, Finding
from crosscheck.studies.figures.verdict import EXACT, EXPLAINED, MISPRINT, OUT, ROUNDS, UNEXPLAINED, UNREADABLE, VERDICTS, Verdict

COLOURS = {
    EXACT: "green",
    ROUNDS: "green",
    EXPLAINED: "cyan",
    MISPRINT: "bold red",
    UNEXPLAINED: "yellow",
    OUT: "dim",
    UNREADABLE: "red",
}
MOST, LONG = 12, 200  # examples of one kind, and figures one by one, in a terminal
_BAR = "The bar is the printed precision; what the label says is tried first, and the fewest assumptions win."


def put(verdicts: Sequence[Verdict], findings: Sequence[Finding], output: str, *, each: bool = False) -> None:
    """Print the trial on standard output as ``table``, ``json``, ``csv`` or ``markdown``; ``each`` lists every figure."""
    if output == "table" and each:
        show_each(verdicts)
    elif output == "table":
        show(verdicts, findings)
    elif output == "json":
        sys.stdout.write(json.dumps([row(v) for v in verdicts], indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(as_csv(verdicts) if output == "csv" else markdown(verdicts, findings))


def show(verdicts: Sequence[Verdict], findings: Sequence[Finding]) -> None:
    """The trial in a terminal: the summary, then what is worth a look."""
    out = console()
    head, rows = summary(verdicts)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True, title="Published figures on trial", title_justify="left")
    for k, name in enumerate(head):
        table.add_column(name, justify="right" if k else "left", overflow="fold", footer=rows[-1][k], style=COLOURS.get(name, ""))
    for r in rows[:-1]:
        table.add_row(*map(escape, r))
    out.print(table)
    for name, _, columns, lines in sections(verdicts):
        if lines:
            more = f", the first {MOST} shown; --verdict or --format csv has all" if len(lines) > MOST else ""
            many = wrong(verdicts) if name == "Refuted" else str(len(lines))
            out.print(f"[bold]{name}[/bold] ({many}{more})", highlight=False)
            out.print(_entries([dict(zip(columns, line, strict=True)) for line in lines[:MOST]]))
            out.print()
    for f in findings:
        out.print(f"[bold]{escape(f.title)}[/bold]", highlight=False)
        out.print(escape(f.says), style="dim", highlight=False)
        grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for k, name in enumerate(f.head):
            numeric = all(isinstance(r[k], int) for r in f.rows)
            grid.add_column(name, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
        for cells in f.rows:
            grid.add_row(*(escape(cell(c)) for c in cells))
        out.print(grid)


def show_each(verdicts: Sequence[Verdict]) -> None:
    """Every figure with its verdict and its reason, and how many there are of each verdict."""
    out = console()
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("verdict", no_wrap=True)
    grid.add_column("printed", overflow="fold", max_width=22)
    grid.add_column("of", overflow="fold", max_width=24)
    grid.add_column("because", overflow="fold")
    grid.add_column("fit of tried", justify="right", max_width=8)
    for v in verdicts[:LONG]:
        fit = f"{v.fits:,} of {v.tried:,}" if v.tried else ""
        grid.add_row(f"[{COLOURS[v.kind]}]{v.kind}[/]", escape(printed(v)), escape(what(v)), escape(reason(v)), fit)
    out.print(grid)
    counts = Counter(v.kind for v in verdicts)
    told = ", ".join(f"{counts[k]:,} {k}" for k in VERDICTS if counts[k])
    more = f"; the first {LONG} are shown, --format csv has all" if len(verdicts) > LONG else ""
    out.print(f"{len(verdicts):,} figure{'s' * (len(verdicts) != 1)}{': ' + told if told else ''}{more}", highlight=False)


def _entries(lines: Sequence[dict[str, str]]) -> Table:
    """One figure a row: printed and right on the left, then of what, why and where."""
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold", max_width=30, style="bold")
    grid.add_column(overflow="fold")
    for line in lines:
        cells = dict(line)
        first = cells.pop("printed") + (f"\n→ {right}" if (right := cells.pop("right", "")) else "")
        of, where = cells.pop("of", ""), cells.pop("where", "")
        told = [escape(text) for name, text in cells.items() if text and name != "figures"]
        grid.add_row(escape(first), "\n".join([*([escape(of)] if of else []), *told, f"[dim]{escape(where)}[/dim]"]))
    return grid


def cell(c: Cell) -> str:
    """A cell of a finding as text."""
    return f"{c:,}" if isinstance(c, int) else str(c)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numeric: Sequence[bool] = ()) -> str:
    aligned = ["right" if k < len(numeric) and numeric[k] else "left" for k, _ in enumerate(head)]
    clean = [[c.replace("<", "&lt;").replace("|", "\\|").replace("\n", " ") for c in r] for r in rows]
    return tabulate(clean, headers=list(head), tablefmt="pipe", colalign=aligned, disable_numparse=True)


def markdown(verdicts: Sequence[Verdict], findings: Sequence[Finding]) -> str:
    """The trial as Markdown: refuted figures first, then the summary, then everything else but what is simply right."""
    head, rows = summary(verdicts)
    named = list(sections(verdicts))
    parts = [
        "# Published figures on trial",
        f"{len(verdicts):,} figures of {len({title(v) for v in verdicts})} sources; wrong are {wrong(verdicts)}. {_BAR}",
    ]
    for name, says, columns, lines in named[:1]:
        parts += [f"## {name}", says, _table(columns, lines)] if lines else [f"## {name}", "None."]
    parts += ["## Summary", _table(head, rows, [False, *[True] * (len(head) - 1)])]
    met = {v.kind for v in verdicts}
    parts.append("\n".join(f"- **{k}**: {says}" for k, says in VERDICTS.items() if k != UNREADABLE or k in met))
    for name, says, columns, lines in named[1:]:
        parts += [f"## {name}", says, _table(columns, lines)] if lines else []
    for f in findings:
        numeric = [all(isinstance(r[k], int) for r in f.rows) for k, _ in enumerate(f.head)]
        parts += [f"## {f.title}", f.says, _table(f.head, [[cell(c) for c in r] for r in f.rows], numeric)]
    meaning = _table(("source", "metric", "counted by", "that alone yields"), labels(verdicts))
    parts += [
        "## What the labels mean",
        "The convention behind each source's figures, and how many it yields without assumptions.",
        meaning,
    ]
    return "\n\n".join(parts) + "\n"


def as_csv(verdicts: Iterable[Verdict]) -> str:
    """Every verdict, one row each."""
    rows = [row(v) for v in verdicts]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["verdict"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def files(verdicts: Sequence[Verdict], findings: Sequence[Finding]) -> dict[str, str]:
    """``figures.md`` and ``figures.csv`` by name."""
    return {"figures.md": markdown(verdicts, findings), "figures.csv": as_csv(verdicts)}
