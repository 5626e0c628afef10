"""An export of a network as a file that can be counted: from the cache where it is the installed exporter's, else written now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crosscheck.contract.job import Cell, Kind
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Export
from crosscheck.errors import CrosscheckError, UnknownNameError, UsageError
from crosscheck.exports import recipe as lowerings
from crosscheck.importers.imported import Imported
from crosscheck.importers.onnx import load as onnx
from crosscheck.known import faults
from crosscheck.measuring import catalog, runner
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.plan import Launch, Plan, launch_adapter
from crosscheck.output import scratch

CACHE = Path(".cache/onnx")
PREFIX = "onnx"  # of subjects that are exports: onnx:torch


@dataclass(frozen=True, slots=True)
class Found:
    """What was read from the file, and where that came from in words; ``fault`` says what is known to be wrong with it."""

    imported: Imported
    detail: str
    fault: str = ""


def exports(known: Mapping[str, FrameworkInfo] | None = None) -> dict[str, FrameworkInfo]:
    """Who writes each export setting, by its name."""
    return {e: info for info in (known or catalog.frameworks()).values() for e in info.exports}


def folder(model: Model) -> str:
    """Name of a network's folder in the cache."""
    return f"{model.name}-{model.input_text}"


def find(
    model: Model,
    export: str,
    *,
    cache: Path | None = CACHE,
    launch: Launch = launch_adapter,
    known: Mapping[str, FrameworkInfo] | None = None,
) -> Found:
    """The network as the exporter writes it. ``cache`` is None where files of the network may be of another one.

    Raises UnknownNameError, UsageError where the framework or exporter is not installed, CrosscheckError where the export fails.
    """
    makers = exports(known)
    if export not in makers:
        raise UnknownNameError("export", export, makers)
    info = makers[export]
    fault = next((f.reason for f in faults.load() if f.covers(model.name, export)), "")
    path = cache / folder(model) / f"{export}.onnx" if cache else None
    if path is not None and path.is_file():
        imported = onnx.load(path)
        if _same_version(imported, export):
            return Found(imported, f"counted in {path}", fault)
    if not info.installed:
        raise UsageError(f"{info.title} is not installed. Hint: {info.install_hint}, or ask with --predicted")
    lost = [n for n in info.needs if not catalog.installed_version(n)]
    if lost:
        raise UsageError(
            f"{lost[0]} is not installed, which export {export} needs. Hint: {info.install_hint}, or ask with --predicted"
        )
    with scratch() as temp:
        made = Path(temp) / f"{export}.onnx"
        plan = Plan(info, (model,), (), writes=(Cell(Kind.EXPORT, 0, export, str(made)),))
        (outcome,) = runner.run([plan], logs=Path(temp), launch=launch)
        row = next((f for f in outcome.files if isinstance(f, Export)), None)
        if row is None or row.status != "ok":
            why = f"{row.status}: {row.message}" if row else "nothing came back"
            raise CrosscheckError(f"export {export} of {model.name}: {why}" + (f". Known fault: {fault}" if fault else ""))
        return Found(onnx.load(made), f"counted in the file that {_exporter(export)} wrote now", fault)


def _exporter(export: str) -> str:
    """The package that writes the files, and its installed version."""
    package = lowerings.recipes()[export].package if export in lowerings.recipes() else export
    return f"{package} {catalog.installed_version(package)}".strip()


def _same_version(imported: Imported, export: str) -> bool:
    """True where the file names the installed version of its exporter; paddle2onnx signs nothing, so its files do not count."""
    version = _exporter(export).partition(" ")[2].partition("+")[0]
    return bool(version) and version in imported.model.variant.replace("+", " ").split()
