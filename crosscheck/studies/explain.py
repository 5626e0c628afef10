"""Where the numbers of an account come from: an earlier run, a run now, or the convention alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from crosscheck import models
from crosscheck.contract.network import Shape
from crosscheck.contract.rows import Measurement
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.errors import CrosscheckError, UnknownNameError, UsageError
from crosscheck.explain import wording
from crosscheck.explain.account import Count, Source
from crosscheck.explain.number import MEASURED, STORED, Known
from crosscheck.exports import recipe as recipes
from crosscheck.measuring import catalog, earlier, exports, runner
from crosscheck.measuring.exports import Found
from crosscheck.measuring.plan import Plan

MOST_ODD = 4  # differences that are shown of a graph that is not as its recipe says


def counts(
    model: str, tools: Sequence[str], *, batch: int = 1, input_shape: Shape | None = None, classes: int | None = None
) -> list[Count]:
    """Read ``torchinfo``, ``onnx:torch`` or ``onnx:torch:onnx_tool``, all also with a network before: ``resnet50-v1:torchinfo``.

    Raises UnknownNameError, UsageError and ShapeError.
    """
    built: dict[str, Tally] = {}
    found: list[Count] = []
    for name in tools:
        other, export, tool = _parts(name)
        on = other or model
        if on not in built:
            built[on] = engine.tally(models.build(on, batch=batch, input_shape=input_shape, classes=classes))
        counted = built[on]
        known = catalog.tools()
        counted_as = known[tool].convention if tool in known else tool
        if counted_as not in convention.ids():
            raise UnknownNameError("tool", tool, {*known, *convention.ids()})
        if not export:
            found.append(Count(name, counted, tool, convention.of_described(counted_as)))
            continue
        by = convention.load(counted_as)
        if not by.reads_onnx:
            able = [c for c in convention.ids() if convention.load(c).reads_onnx]
            whose = f"networks of {by.framework}" if by.framework else "described networks"
            raise UsageError(f"{tool} counts {whose}, no ONNX files. Hint: {', '.join(able)} count those")
        lowered = recipes.lower(counted.model, recipes.recipe(export), counted)
        if not found and len(tools) > 1:  # the way to an export starts at what it was made of
            found.append(Count(f"{other}:{tool}" if other else tool, counted, tool, by, described=True))
        found.append(Count(name, counted, f"{exports.PREFIX}:{export}", by, lowered))
    return found


def _parts(name: str) -> tuple[str, str, str]:
    """Network, export and tool or convention of a subject's name; network and export are empty where it names none."""
    words = name.split(":")
    if exports.PREFIX not in words:
        other, _, tool = name.rpartition(":")
        return other, "", tool
    at = words.index(exports.PREFIX)
    rest = words[at + 1 :]
    if not 1 <= len(rest) <= 2 or not all(rest):
        names = ", ".join(exports.exports())
        raise UsageError(f"{name!r} names no export. Hint: write it like onnx:torch or onnx:torch:onnx_tool; there are {names}")
    return ":".join(words[:at]), rest[0], rest[1] if len(rest) == 2 else "mac"


def best_source(wanted: Sequence[Count], metric: str, layer: str, plain: bool, folders: Iterable[Path]) -> Source:
    """Stored where an earlier run has it, else measured now; the engine's own conventions have nothing to measure.

    ``plain`` is False where the network is not the one that reports hold (other number of classes). Raises CrosscheckError
    where a tool cannot be run.
    """
    places = tuple(folders)
    known: dict[tuple[str, str], Known] = {}
    missing: list[Count] = []
    files: dict[tuple[str, str], Found] = {}
    for c in wanted:
        if c.lowered:
            known[_key(c)] = _counted(c, metric, files, plain)
        elif c.described or c.tool not in catalog.tools():
            continue
        elif plain and (found := earlier.look_up(c.model.name, c.model.input_text, c.tool, metric, layer, places)):
            says = f"measured earlier with {c.tool} {found.version}, from {found.file}"
            known[_key(c)] = Known(found.value, STORED, says)
        else:
            missing.append(c)
    for c, row in _measure(missing, metric, layer):
        known[_key(c)] = Known(row.value or 0, MEASURED, f"measured now with {row.tool} {row.tool_version}")
    return lambda c: None if c.described else known.get(_key(c))


def _key(c: Count) -> tuple[str, str]:
    return c.name, c.model.input_text


def _counted(c: Count, metric: str, files: dict[tuple[str, str], Found], plain: bool) -> Known:
    """What the export really holds; each file is written and read once."""
    assert c.lowered is not None  # noqa: S101 - the caller asks for exports alone
    export = c.lowered.recipe.export
    key = (c.model.name, export)
    if key not in files:
        files[key] = exports.find(c.model, export, cache=exports.CACHE if plain else None)
    found = files[key]
    counted = engine.tally(found.imported.model)
    odd = c.lowered.residual(counted)
    shown = ", ".join(f"{wording.signed(n)} {primitive} ({op})" for (op, primitive), n in list(odd.items())[:MOST_ODD])
    more = f" and {len(odd) - MOST_ODD} more" if len(odd) > MOST_ODD else ""
    told = f"not as the recipe says: {shown}{more}" if odd else "node by node as the recipe says"
    detail = f"{found.detail}: {recipes.nodes(counted):,} nodes, {told}"
    detail += "".join(f"; {note}" for note in found.imported.notes) + (f"; known fault: {found.fault}" if found.fault else "")
    return Known(engine.total(counted, c.convention, metric), MEASURED, detail)


def _measure(missing: Sequence[Count], metric: str, layer: str) -> list[tuple[Count, Measurement]]:
    """Run the tools that are missing on their networks; the wanted cell of each."""
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
    found: list[tuple[Count, Measurement]] = []
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
            found.append((s, row))
    return found
