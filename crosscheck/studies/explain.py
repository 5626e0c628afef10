"""Where the numbers of an account come from: an earlier run, a run now, or the convention alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from crosscheck import models
from crosscheck.contract.network import Model, Shape
from crosscheck.contract.rows import Measurement
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import CrosscheckError, UnknownNameError, UsageError
from crosscheck.explain import account
from crosscheck.explain.account import MEASURED, STORED, Known, Source, Subject
from crosscheck.exports import recipe as lowerings
from crosscheck.measuring import catalog, runner
from crosscheck.measuring import earlier as stored
from crosscheck.measuring import exports as exported
from crosscheck.measuring.exports import Found
from crosscheck.measuring.plan import Plan

MOST_ODD = 4  # differences that are shown of a graph that is not as its recipe says


def subjects(
    model: str, tools: Sequence[str], *, batch: int = 1, input_shape: Shape | None = None, classes: int | None = None
) -> list[Subject]:
    """Read ``torchinfo``, ``onnx:torch`` or ``onnx:torch:onnx_tool``, all also with a network before: ``resnet50-v1:torchinfo``.

    Raises UnknownNameError, UsageError and ShapeError.
    """
    built: dict[str, Model] = {}
    found: list[Subject] = []
    for name in tools:
        other, export, tool = _parts(name)
        on = other or model
        if on not in built:
            built[on] = models.build(on, batch=batch, input_shape=input_shape, classes=classes)
        known = catalog.tools()
        counted_as = known[tool].convention if tool in known else tool
        if counted_as not in convention.ids():
            raise UnknownNameError("tool", tool, {*known, *convention.ids()})
        if not export:
            found.append(Subject(name, built[on], tool, convention.of_described(counted_as)))
            continue
        counts = convention.load(counted_as)
        if not counts.reads_onnx:
            able = [c for c in convention.ids() if convention.load(c).reads_onnx]
            whose = f"networks of {counts.framework}" if counts.framework else "described networks"
            raise UsageError(f"{tool} counts {whose}, no ONNX files. Hint: {', '.join(able)} count those")
        lowered = lowerings.lower(built[on], lowerings.recipe(export))
        if not found and len(tools) > 1:  # the way to an export starts at what it was made of
            found.append(Subject(f"{other}:{tool}" if other else tool, built[on], tool, counts, described=True))
        found.append(Subject(name, built[on], f"{exported.PREFIX}:{export}", counts, lowered))
    return found


def _parts(name: str) -> tuple[str, str, str]:
    """Network, export and tool or convention of a subject's name; network and export are empty where it names none."""
    words = name.split(":")
    if exported.PREFIX not in words:
        other, _, tool = name.rpartition(":")
        return other, "", tool
    at = words.index(exported.PREFIX)
    rest = words[at + 1 :]
    if not 1 <= len(rest) <= 2 or not all(rest):
        names = ", ".join(exported.exports())
        raise UsageError(f"{name!r} names no export. Hint: write it like onnx:torch or onnx:torch:onnx_tool; there are {names}")
    return ":".join(words[:at]), rest[0], rest[1] if len(rest) == 2 else "mac"


def predicted_source() -> Source:
    """Conventions alone; nothing is run or read."""
    return account.predicted


def best_source(wanted: Sequence[Subject], metric: str, layer: str, plain: bool, folders: Iterable[Path]) -> Source:
    """Stored where an earlier run has it, else measured now; the engine's own conventions have nothing to measure.

    ``plain`` is False where the network is not the one that reports hold (other number of classes). Raises CrosscheckError
    where a tool cannot be run.
    """
    places = tuple(folders)
    known: dict[tuple[str, str], Known] = {}
    missing: list[Subject] = []
    files: dict[tuple[str, str], Found] = {}
    for s in wanted:
        if s.lowered:
            known[s.name, s.model.input_text] = _counted(s, metric, files, plain)
            continue
        if s.described or s.tool not in catalog.tools():
            known[s.name, s.model.input_text] = account.predicted(s, metric, layer)
            continue
        found = stored.look_up(s.model.name, s.model.input_text, s.tool, metric, layer, places) if plain else None
        if found:
            says = f"measured earlier with {s.tool} {found.version}, from {found.file}"
            known[s.name, s.model.input_text] = Known(found.value, STORED, says)
        else:
            missing.append(s)
    for name, row in _measure(missing, metric, layer).items():
        known[name, row.input] = Known(row.value or 0, MEASURED, f"measured now with {row.tool} {row.tool_version}")
    return lambda s, _metric, _layer: known[s.name, s.model.input_text]


def _counted(s: Subject, metric: str, files: dict[tuple[str, str], Found], plain: bool) -> Known:
    """What the export really holds; each file is written and read once."""
    assert s.lowered is not None  # noqa: S101 - the caller asks for exports alone
    export = s.lowered.recipe.export
    key = (s.model.name, export)
    if key not in files:
        files[key] = exported.find(s.model, export, cache=exported.CACHE if plain else None)
    found = files[key]
    counted = engine.tally(found.imported.model)
    odd = s.lowered.residual(counted)
    shown = ", ".join(f"{n:+,} {primitive} of {op}" for (op, primitive), n in list(odd.items())[:MOST_ODD])
    more = f" and {len(odd) - MOST_ODD} more" if len(odd) > MOST_ODD else ""
    told = f"not as the recipe says: {shown}{more}" if odd else "node by node as the recipe says"
    detail = f"{found.detail}: {lowerings.nodes(counted):,} nodes, {told}"
    detail += "".join(f"; {note}" for note in found.imported.notes) + (f"; known fault: {found.fault}" if found.fault else "")
    return Known(engine.total(counted, s.convention, metric), MEASURED, detail)


def _measure(missing: Sequence[Subject], metric: str, layer: str) -> dict[str, Measurement]:
    """Run the tools that are missing on their networks; the wanted cell of each by the subject's name."""
    plans: list[Plan] = []
    for s in missing:
        tool = catalog.tool(s.tool)
        info = catalog.framework(tool.framework)
        if info.reads:
            raise UsageError(f"{s.tool} counts files. Hint: crosscheck {info.reads} FILE --measure, or ask with --predicted")
        if not info.installed or not tool.version:
            what = info.title if not info.installed else tool.package
            raise UsageError(
                f"{what} is not installed and no report holds {s.name} on {s.model.name} {s.model.input_text}. "
                f"Hint: {info.hint_for(tool)}, or ask with --predicted"
            )
        plans.append(Plan(info, (s.model,), (tool,), overlay=tool.overlay))
    found: dict[str, Measurement] = {}
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as temp:
        for s, plan in zip(missing, plans, strict=True):
            (outcome,) = runner.run([plan], logs=Path(temp))
            rows = [r for r in outcome.rows if r.metric == metric]
            bad = next((r for r in rows if r.status not in ("ok", "absent")), None)
            if bad is not None:
                raise CrosscheckError(f"{s.tool} on {s.model.name}: {bad.status}: {bad.message}")
            row = next((r for r in rows if r.layer == layer), None)
            if row is None:
                raise UsageError(f"{s.tool} gives totals only. Hint: leave out --layer, or ask with --predicted")
            found[s.name] = row
    return found
