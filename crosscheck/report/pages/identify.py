"""What a printed figure may be, in a terminal, as JSON, as CSV."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from crosscheck.report.pages.figures_words import reason
from crosscheck.report.pages.legacy import console, show_rows
from crosscheck.studies.figures import identify
from crosscheck.studies.figures.identify import Hypothesis, words


def show_answer(answer: identify.Answer, most: int, output: str) -> None:
    """What a printed figure may be, best first; where nothing fits, what comes nearest, and a mark on each row."""
    rows = [_hypothesis(h, fits=bool(answer.fits)) for h in (answer.fits or answer.nearest)[:most]]
    if output == "json":
        verdict = {"verdict": answer.verdict.kind, "reason": reason(answer.verdict)}
        head = {"figure": answer.text, "fits": len(answer.fits), "tried": answer.tried} | verdict
        sys.stdout.write(
            json.dumps(head | {"hypotheses" if answer.fits else "nearest": rows}, indent=2, ensure_ascii=False) + "\n"
        )
        return
    if output == "csv":
        cells = [{**r, "assumptions": "; ".join(r["assumptions"])} for r in rows]
        show_rows(cells or [{"fits": "no"}])
        return
    out = console()
    tried = f"{answer.tried:,} hypotheses tried"
    if answer.fits:
        shown = f", the first {most} shown" if len(answer.fits) > most else ""
        out.print(f"[bold]{escape(answer.text)}[/bold]: {len(answer.fits)} fit ({tried}{shown})", highlight=False)
    else:
        out.print(f"[bold]{escape(answer.text)}[/bold]: nothing fits ({tried}); nearest are", highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("exact number", justify="right", no_wrap=True)
    table.add_column("counted by, on network and input", overflow="fold")
    table.add_column("assumes", overflow="fold")
    for h in (answer.fits or answer.nearest)[:most]:
        assumed = "\n".join(f"· {a.says}" for a in h.assumptions) or "nothing"
        table.add_row(f"{_exact(h):,}", escape(words(h)), escape(assumed))
    out.print(table)
    out.print(f"As a figure of a table: {answer.verdict.kind}. {escape(reason(answer.verdict))}", style="dim", highlight=False)


def _exact(h: Hypothesis) -> int | float:
    number = h.exact * h.factor
    return int(number) if number.denominator == 1 else float(number)


def _hypothesis(h: Hypothesis, *, fits: bool) -> dict[str, Any]:
    return {
        "fits": "yes" if fits else "no",
        "exact": _exact(h),
        "metric": h.metric,
        "conventions": ", ".join(h.conventions),
        "model": h.variant,
        "input": h.input,
        "factor": str(h.factor),
        "scale": h.scale,
        "cut_off": h.cut,
        "assumptions": [a.says for a in h.assumptions],
        "cost": h.cost,
    }
