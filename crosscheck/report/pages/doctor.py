"""How an examination looks: the table in a terminal, ``doctor.md`` and ``doctor.csv``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from rich import box
from rich.markup import escape
from rich.table import Table

from crosscheck.conventions import read as convention
from crosscheck.report.pages import compare as markdown
from crosscheck.report.pages.legacy import console
from crosscheck.studies.doctor.examine import (
    CHARGED,
    CRASHED,
    FREE,
    NOT_RUN,
    OTHERWISE,
    PER_IMAGE,
    RIGHT,
    VERDICTS,
    ZERO,
    Examination,
    Finding,
)

SIGNS = {RIGHT: "✓", PER_IMAGE: "✓₁", OTHERWISE: "≠", ZERO: "0", FREE: "·", CHARGED: "+", CRASHED: "✗", NOT_RUN: "–"}
COLOURS = {
    RIGHT: "green",
    PER_IMAGE: "green",
    OTHERWISE: "yellow",
    ZERO: "bold red",
    FREE: "dim",
    CHARGED: "cyan",
    CRASHED: "bold red",
    NOT_RUN: "dim",
}


def rows(found: Examination) -> list[dict[str, Any]]:
    """Findings as plain data."""
    return [asdict(f) for f in found.findings]


def sign(f: Finding) -> str:
    """A verdict in one or two characters; ``?`` where the convention does not explain the number."""
    return SIGNS[f.verdict] + ("?" if f.value is not None and not f.explained else "")


def show(found: Examination) -> None:
    """The grid in a terminal: tools are numbered, because their names do not fit side by side."""
    out = console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("micro-model", no_wrap=True)
    for k, _ in enumerate(found.tools, 1):
        table.add_column(str(k), justify="center", no_wrap=True)
    for case in dict.fromkeys(f.case for f in found.findings):
        cells = [f for f in found.findings if f.case == case]
        table.add_row(case, *(f"[{COLOURS[f.verdict]}]{sign(f)}[/]" for f in cells))
    out.print(table)
    out.print("  ".join(f"[bold]{k}[/bold] {escape(t)}" for k, t in enumerate(found.tools, 1)), highlight=False)
    for verdict, says in VERDICTS.items():
        out.print(f"  [{COLOURS[verdict]}]{SIGNS[verdict]}[/]  {says}", highlight=False)
    for f in found.findings:
        if f.verdict in (ZERO, CRASHED):
            out.print(f"[bold red]{f.verdict}[/] {f.tool} on {f.case} ({f.says}): {escape(f.rule)}", highlight=False)


def files(found: Examination) -> dict[str, str]:
    """``doctor.md`` and ``doctor.csv`` by name."""
    env = jinja2.Environment(  # noqa: S701 - the output is Markdown
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    first = {t: next(f for f in found.findings if f.tool == t) for t in found.tools}
    names = {t: f"{convention.load(f.convention).title} {f.tool_version}".strip() for t, f in first.items()}
    cases = dict.fromkeys((f.case, f.says) for f in found.findings)
    grid = [[case, says, *(sign(f) for f in found.findings if f.case == case)] for case, says in cases]
    text = env.get_template("doctor.md.j2").render(
        grid=markdown.table(["micro-model", "what it is", *names.values()], grid, "ll" + "c" * len(names)),
        signs=[(SIGNS[v], says) for v, says in VERDICTS.items()],
        sections=[
            (title, markdown.table(["tool", "micro-model", "prints", "MACs", "rule"], _lines(found, verdict, names), "llrrl"))
            for title, verdict in (
                ("Silent zeros", ZERO),
                ("Failures", CRASHED),
                ("Counted otherwise", OTHERWISE),
                ("Charged though nothing is multiplied and added", CHARGED),
                ("Not run", NOT_RUN),
            )
        ],
    )
    return {
        "doctor.md": text,
        "doctor.csv": pd.DataFrame(rows(found)).astype({"value": "Int64"}).to_csv(index=False, lineterminator="\n"),
    }


def _lines(found: Examination, verdict: str, names: dict[str, str]) -> list[list[str]]:
    cells = sorted((f for f in found.findings if f.verdict == verdict), key=lambda f: found.tools.index(f.tool))
    return [[names[f.tool], f.case, markdown.number(f.value), markdown.number(f.macs or None), f.rule] for f in cells]
