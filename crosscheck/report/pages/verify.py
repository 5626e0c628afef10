"""A proof that one network computes one function everywhere: the grid of paths, and what does not agree.

Errors are told as orders of magnitude, and nothing below 1e-5 is told apart: last digits differ from machine to machine.
"""

from __future__ import annotations

from typing import Any

from crosscheck.report.document import (
    Align,
    Cell,
    Column,
    Data,
    Document,
    Kind,
    Number,
    Paragraph,
    Part,
    Section,
    Table,
    Text,
    Tone,
    Verdicts,
    data,
    prose,
    table,
)
from crosscheck.report.pages import exports
from crosscheck.report.pages.versions import versions
from crosscheck.studies.verify.agreement import magnitude
from crosscheck.studies.verify.run import AGREES, DIFFERS, FAILED, KNOWN, SKIPPED, VERDICTS, Check, Proof

SIGNS = {
    AGREES: Text("✓", tone=Tone.good),
    DIFFERS: Text("≠", tone=Tone.bad),
    FAILED: Text("✗", tone=Tone.bad),
    SKIPPED: Text("–", tone=Tone.dim),
    KNOWN: Text("!", tone=Tone.notable),
}
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
CLOSED = "known fault has closed, remove its row from crosscheck/known/faults.toml"


def brief(proof: Proof) -> Document:
    """The grid, the signs in it, the path that comes nearest to its tolerance, and what was left out."""
    worst = max((c for c in proof.checks if c.error is not None), key=lambda c: (c.error or 0) / c.tolerance, default=None)
    graphs = exports.summary(proof)
    parts: tuple[Part, ...] = (
        _grid(proof, Align.center, _sign),
        _legend(proof),
        *([_worst(worst)] if worst else []),
        *([Paragraph(graphs)] if graphs else []),
        *(Paragraph(line) for line in exports.left_out(proof)),
    )
    return Document("verify", "", parts, (_data(proof),), notes=(*_notes(proof), *exports.notes(proof)))


def full(proof: Proof) -> Document:
    """The page: every error, why the tolerance is what it is, what does not agree, and the versions that ran."""
    agree = sum(c.verdict == AGREES for c in proof.checks)
    odd = [(c.model, c.input, c.path, c.verdict, c.message or _error(c)) for c in proof.checks if c.verdict != AGREES]
    errors = _grid(proof, Align.right, _cell)
    legend = Verdicts(tuple((SIGNS[v], says) for v, says in VERDICTS.items()))
    parts = (
        Paragraph(prose(INTRO)),
        Paragraph(f"{len(proof.checks)} paths, {agree} agree."),
        Section("Largest relative error", (Paragraph(prose(ERROR)), errors, legend, Paragraph(prose(PATHS)))),
        Section("Tolerance", (Paragraph(prose(TOLERANCE)),)),
        Section("Paths that do not agree", (table(["network", "input", "path", "verdict", "why"], odd),)),
        Section("Versions", (versions(proof.versions),)),
    )
    return Document("verify", "The same network everywhere", parts, (_data(proof),))


def _grid(proof: Proof, align: Align, cell: Any) -> Table:
    """A row a network, a column a path, and the network's tolerance."""
    paths = list(dict.fromkeys((c.framework, c.export) for c in proof.checks))
    by = {(c.model, c.input, c.framework, c.export): c for c in proof.checks}
    rows = []
    for model, shape in dict.fromkeys((c.model, c.input) for c in proof.checks):
        checks = [by.get((model, shape, *path)) for path in paths]
        allowed = next(c.tolerance for c in checks if c)
        rows.append((model, shape, *("" if c is None else cell(c) for c in checks), Number(allowed, kind=Kind.power)))
    heads = [Column(export or framework, align) for framework, export in paths]
    return table(["network", "input", *heads, "tolerance"], rows)


def _sign(c: Check) -> Cell:
    return SIGNS[c.verdict]


def _cell(c: Check) -> Cell:
    return (SIGNS[c.verdict], *([Text(f" {_error(c)}")] if c.error is not None else []))


def _error(c: Check) -> str:
    return "" if c.error is None else magnitude(c.error)


def _legend(proof: Proof) -> Verdicts:
    return Verdicts(tuple((SIGNS[v], VERDICTS[v]) for v in dict.fromkeys(c.verdict for c in proof.checks)))


def _worst(c: Check) -> Paragraph:
    says = f"largest error against its tolerance: {c.error:.2e}, tolerance {c.tolerance:.1e}: {c.model} × {c.path}"
    return Paragraph(says)


def _data(proof: Proof) -> Data:
    """A row a check, in the order of the run."""
    fields = ("model", "input", "framework", "export", "runs_in", "verdict", "largest_relative_error", "tolerance", "message")
    rows = [
        (c.model, c.input, c.framework, c.export, _runs_in(c), c.verdict, _error(c), f"{c.tolerance:.1e}", c.message)
        for c in proof.checks
    ]
    return data("verify", (dict(zip(fields, row, strict=True)) for row in rows), fields)


def _runs_in(c: Check) -> str:
    return "onnxruntime" if c.export else c.framework


def _notes(proof: Proof) -> tuple[str, ...]:
    """What does not agree and has no excuse: a line for all networks of a path and reason; and faults that have closed."""
    cells: dict[tuple[str, str, str], list[str]] = {}
    for c in proof.checks:
        if c.verdict not in (AGREES, KNOWN):
            why = c.message or f"relative error {c.error:.2e}, tolerance {c.tolerance:.1e}"
            cells.setdefault((c.verdict, c.path, why), []).append(f"{c.model} {c.input}")
    lines = (f"{verdict}: {path} on {', '.join(names)}: {why}" for (verdict, path, why), names in cells.items())
    return (*lines, *(f"{CLOSED}: {f.model} × {f.export}" for f in proof.closed))
