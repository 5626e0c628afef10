"""How a proof looks: the table in a terminal, ``verify.md`` and ``verify.csv``.

Errors are told as orders of magnitude, and nothing below 1e-5 is told apart: last digits differ from machine to machine.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from crosscheck.report.pages.compare import table
from crosscheck.report.render.terminal import console
from crosscheck.studies.verify.agreement import magnitude
from crosscheck.studies.verify.run import AGREES, DIFFERS, FAILED, KNOWN, SKIPPED, VERDICTS, Check, Proof

SIGNS = {AGREES: "✓", DIFFERS: "≠", FAILED: "✗", SKIPPED: "–", KNOWN: "!"}
COLOURS = {AGREES: "green", DIFFERS: "bold red", FAILED: "bold red", SKIPPED: "dim", KNOWN: "yellow"}

INTRO = """\
Every network was built in every framework with the same seeded weights (layouts transposed, the order of flattened features
respected), run on one seeded input, exported to ONNX by each framework's own exporter, and every file run in onnxruntime. Each
output is set against the element-wise median of the frameworks' own outputs."""
ERROR = """\
The largest absolute difference over the largest magnitude of the reference, told as an order of magnitude; nothing below 1e-5
is told apart. An empty cell was not asked for."""
PATHS = """\
The columns after a framework are its exports, run in onnxruntime: `torch` is torch.onnx.export as it is, `torch-script` its
TorchScript exporter, `paddle` paddle2onnx, `tf` tf2onnx; `-plain` folds as little as the exporter allows."""
TOLERANCE = """\
4 · 2⁻²⁴ · √(Σ n): 2⁻²⁴ is the unit roundoff of float32, n the products or addends that one output element of a layer
accumulates, at least 4, summed over the layers. Libraries sum in different orders; n roundings of random sign leave an error of
about √n · 2⁻²⁴, and the squares of independent errors add up. The factor 4 covers what rounds more often than a plain sum, such
as batch norms folded into rounded weights. Of a batch norm's epsilon, only a difference that moves the output by more than this
is seen."""


def rows(proof: Proof) -> list[dict[str, Any]]:
    """Checks as plain data, in the order of the run."""
    return [
        {
            "model": c.model,
            "input": c.input,
            "framework": c.framework,
            "export": c.export,
            "runs_in": "onnxruntime" if c.export else c.framework,
            "verdict": c.verdict,
            "largest_relative_error": _error(c),
            "tolerance": f"{c.tolerance:.1e}",
            "message": c.message,
        }
        for c in proof.checks
    ]


def _error(c: Check) -> str:
    return "" if c.error is None else magnitude(c.error)


def _networks(proof: Proof) -> list[tuple[str, str]]:
    return list(dict.fromkeys((c.model, c.input) for c in proof.checks))


def _grid(proof: Proof) -> tuple[list[str], list[list[Check | None]]]:
    """Paths, and for each network its check on every path."""
    paths = list(dict.fromkeys((c.framework, c.export) for c in proof.checks))
    by = {(c.model, c.input, c.framework, c.export): c for c in proof.checks}
    heads = [export or framework for framework, export in paths]
    return heads, [[by.get((*network, *path)) for path in paths] for network in _networks(proof)]


def show(proof: Proof) -> None:
    """The grid in a terminal, and every path that does not agree in words."""
    heads, lines = _grid(proof)
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    grid.add_column("network", no_wrap=True)
    for k, _ in enumerate(heads, 1):
        grid.add_column(str(k), justify="center", no_wrap=True)
    grid.add_column("tolerance", no_wrap=True)
    for (model, shape), checks in zip(_networks(proof), lines, strict=True):
        signs = [f"[{COLOURS[c.verdict]}]{SIGNS[c.verdict]}[/]" if c else "" for c in checks]
        allowed = next(c.tolerance for c in checks if c)
        grid.add_row(f"{escape(model)} [dim]{shape}[/]", *signs, f"{allowed:.1e}")
    out = console()
    out.print(grid)
    out.print("  ".join(f"[bold]{k}[/bold] {escape(head)}" for k, head in enumerate(heads, 1)), highlight=False)
    for verdict in dict.fromkeys(c.verdict for c in proof.checks):
        out.print(f"  [{COLOURS[verdict]}]{SIGNS[verdict]}[/]  {VERDICTS[verdict]}", highlight=False)
    worst = max((c for c in proof.checks if c.error is not None), key=lambda c: (c.error or 0) / c.tolerance, default=None)
    if worst is not None:
        told = f"{worst.error:.2e}, tolerance {worst.tolerance:.1e}: {worst.model} × {worst.path}"
        out.print(f"largest error against its tolerance: {told}", highlight=False, soft_wrap=True)


def describe(proof: Proof) -> list[str]:
    """What does not agree and has no excuse, one line a path that differs, one line a path and reason otherwise."""
    cells: dict[tuple[str, str, str], list[str]] = {}
    for c in proof.checks:
        if c.verdict not in (AGREES, KNOWN):
            why = c.message or f"relative error {c.error:.2e}, tolerance {c.tolerance:.1e}"
            cells.setdefault((c.verdict, c.path, why), []).append(f"{c.model} {c.input}")
    closed = "known fault has closed, remove its row from crosscheck/known/faults.toml"
    return [
        *(f"{verdict}: {path} on {', '.join(names)}: {why}" for (verdict, path, why), names in cells.items()),
        *(f"{closed}: {f.model} × {f.export}" for f in proof.closed),
    ]


def files(proof: Proof) -> dict[str, str]:
    """``verify.md`` and ``verify.csv`` by name."""
    text = io.StringIO()
    data = rows(proof)
    writer = csv.DictWriter(text, list(data[0]) if data else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(data)
    return {"verify.md": _markdown(proof), "verify.csv": text.getvalue()}


def _markdown(proof: Proof) -> str:
    heads, lines = _grid(proof)
    body = [
        [model, shape, *(_cell(c) for c in checks), f"{next(c.tolerance for c in checks if c):.1e}"]
        for (model, shape), checks in zip(_networks(proof), lines, strict=True)
    ]
    agree = sum(c.verdict == AGREES for c in proof.checks)
    told = [[c.model, c.input, c.path, c.verdict, c.message or _error(c)] for c in proof.checks if c.verdict != AGREES]
    parts = [
        "# The same network everywhere",
        INTRO,
        f"{len(proof.checks)} paths, {agree} agree.",
        "## Largest relative error",
        ERROR,
        table(["network", "input", *heads, "tolerance"], body, "ll" + "r" * (len(heads) + 1)),
        _words([(SIGNS[v], says) for v, says in VERDICTS.items()]),
        PATHS,
        "## Tolerance",
        TOLERANCE,
        "## Paths that do not agree",
        table(["network", "input", "path", "verdict", "why"], told, "lllll") or "None.",
        "## Versions",
        _words([(name, version) for name, version in proof.versions.items()]),
    ]
    return "\n\n".join(parts) + "\n"


def _cell(c: Check | None) -> str:
    return "" if c is None else f"{SIGNS[c.verdict]} {_error(c)}".strip()


def _words(pairs: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"- `{name}` {says}" for name, says in pairs)
