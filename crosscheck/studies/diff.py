"""The sides of a comparison: a described network by name, an ONNX file by path, or a network of a zoo, seen as it runs."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from crosscheck import models
from crosscheck.contract.network import Model, Shape
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.importers.onnx import load as onnx
from crosscheck.studies.zoo import survey
from crosscheck.subjects import zoo


def resolve(
    names: Sequence[str], *, batch: int = 1, input_shape: Shape | None = None, classes: int | None = None
) -> tuple[list[Model], list[str]]:
    """The networks and what is to be said of them. Options hold for described networks alone.

    Raises UnknownNameError, ShapeError and FileError, and UsageError for a zoo network that cannot be built here and for options
    that a side has no use for.
    """
    if batch != 1 or input_shape or classes:
        fixed = next((name for name in names if name.endswith(".onnx") or name not in models.variants()), None)
        if fixed is not None:
            raise UsageError(f"--batch, --input and --classes are for described networks, and {fixed!r} has its own")
    found: dict[str, Model] = {}
    notes: list[str] = []
    wanted = [zoo.get(name) for name in dict.fromkeys(names) if ":" in name and name not in models.variants()]
    for name in dict.fromkeys(n for n in names if n not in {w.id for w in wanted}):
        if name.endswith(".onnx"):
            file = onnx.load(Path(name))
            found[name] = file.model
            notes += file.notes
        elif name not in models.variants():
            raise UnknownNameError("network", name, [*models.variants(), *zoo.networks()])
        else:
            found[name] = models.build(name, batch=batch, input_shape=input_shape, classes=classes)
    if wanted:
        with tempfile.TemporaryDirectory(prefix="crosscheck-") as logs:
            seen = survey.run(wanted, logs=Path(logs), tools=False)
        for entry in seen.entries:
            if entry.seen is None:
                raise UsageError(f"{entry.network.id}: {entry.status}: {entry.message}")
            found[entry.network.id] = entry.seen
            notes += [f"{entry.network.id}: {entry.message}"] if entry.message else []
    return [found[name] for name in names], notes
