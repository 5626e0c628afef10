"""Where the numbers of an account come from: an earlier run, a run now, or the convention alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from pathlib import Path

from crosscheck.contract.rows import Measurement
from crosscheck.counting import engine
from crosscheck.errors import CrosscheckError, UsageError
from crosscheck.explain import wording
from crosscheck.explain.account import Count, Source
from crosscheck.explain.number import MEASURED, STORED, Known
from crosscheck.exports import recipe
from crosscheck.measuring import catalog, earlier, exports, runner
from crosscheck.measuring.exports import Found
from crosscheck.measuring.plan import Plan
from crosscheck.output import scratch
from crosscheck.studies.explain.counts import Asked
from crosscheck.subjects import observed, own, zoo
from crosscheck.subjects.subject import Kind, Subject

MOST_ODD = 4  # differences that are shown of a graph that is not as its recipe says


def best_source(
    asked: Asked, metric: str, layer: str, plain: bool, folders: Iterable[Path], damaged: MutableMapping[str, str] | None = None
) -> Source:
    """Stored where an earlier run has it, else measured now; what no tool here can run on a subject is only predicted.

    ``plain`` is False where the network is not the one that reports hold (other number of classes). ``damaged`` gets the report
    files that cannot be read, and why. Raises CrosscheckError where a tool cannot be run.
    """
    places = tuple(folders)
    known: dict[tuple[str, str], Known] = {}
    missing: list[Count] = []
    files: dict[tuple[str, str], Found] = {}
    for c in asked.counts:
        kind = asked.subject(c).kind
        if c.lowered:
            known[_key(c)] = _counted(c, metric, files, plain)
        elif c.described or not _runs(c.tool, asked.subject(c)):
            continue
        elif kind is Kind.DESCRIBED and plain and (found := _earlier(c, metric, layer, places, damaged)):
            known[_key(c)] = found
        else:
            missing.append(c)
    for c, row in _measure(asked, missing, metric, layer):
        known[_key(c)] = Known(row.value or 0, MEASURED, f"measured now with {row.tool} {row.tool_version}")
    return lambda c: None if c.described else known.get(_key(c))


def _key(c: Count) -> tuple[str, str]:
    return c.name, c.model.input_text


def _runs(tool: str, subject: Subject) -> bool:
    """Whether a tool can be run on a subject, if it is installed; one of described networks it refuses by name."""
    known = catalog.tools()
    if tool not in known:
        return False
    info = catalog.framework(known[tool].framework)
    if subject.kind is Kind.ONNX:
        return info.reads == "onnx"
    home = subject.own.framework if subject.own else zoo.get(subject.name).framework if subject.kind is Kind.ZOO else ""
    return subject.kind is Kind.DESCRIBED or home == info.id


def _earlier(c: Count, metric: str, layer: str, places: Sequence[Path], damaged: MutableMapping[str, str] | None) -> Known | None:
    found = earlier.look_up(c.model.name, c.model.input_text, c.tool, metric, layer, places, damaged)
    if found is None:
        return None
    return Known(found.value, STORED, f"measured earlier with {c.tool} {found.version}, from {found.file}")


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
    detail = f"{found.detail}: {recipe.nodes(counted):,} nodes, {told}"
    detail += "".join(f"; {note}" for note in found.imported.notes) + (f"; known fault: {found.fault}" if found.fault else "")
    return Known(engine.total(counted, c.convention, metric), MEASURED, detail)


def _measure(asked: Asked, missing: Sequence[Count], metric: str, layer: str) -> Iterator[tuple[Count, Measurement]]:
    """Run the tools that are missing on their networks; the wanted cell of each."""
    plans = [_plan(c, asked.subject(c)) for c in missing]
    with scratch() as temp:
        for c, plan in zip(missing, plans, strict=True):
            (outcome,) = runner.run([plan], logs=Path(temp))
            rows = [r for r in outcome.rows if r.metric == metric]
            bad = next((r for r in rows if r.status not in ("ok", "absent")), None)
            if bad is not None:
                raise CrosscheckError(f"{c.tool} on {c.model.name}: {bad.status}: {bad.message}")
            row = next((r for r in rows if r.layer == layer), None)
            if row is None:
                raise UsageError(f"{c.tool} gives totals only. Hint: leave out --layer, or ask with --predicted")
            yield c, row


def _plan(c: Count, subject: Subject) -> Plan:
    """What is to be run for a count. Raises UsageError for a tool that counts files alone, or is not installed."""
    tool = catalog.tool(c.tool)
    info = catalog.framework(tool.framework)
    if info.reads and subject.kind is not Kind.ONNX:
        raise UsageError(f"{c.tool} counts files. Hint: crosscheck explain FILE.{info.reads} {c.tool}, or ask with --predicted")
    if not info.installed or not tool.version:
        what = info.title if not info.installed else tool.package
        raise UsageError(
            f"{what} is not installed and no report holds {c.name} on {c.model.name} {c.model.input_text}. "
            f"Hint: {info.hint_for(tool)}, or ask with --predicted"
        )
    if subject.kind is Kind.ZOO:
        (plan,) = observed.plans(info, [zoo.get(subject.name)], [tool], observe=False)
        return plan
    if subject.own is not None:
        (plan,) = own.plans(info, [subject.own], [tool], observe=False)
        return plan
    files = (str(subject.path.resolve()),) if subject.path else ()
    return Plan(info, (c.model,), (tool,), overlay=tool.overlay, files=files, zero_ok=bool(files))
