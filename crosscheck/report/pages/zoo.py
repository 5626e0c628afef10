"""How a survey of zoos looks: tables in a terminal, ``zoo.md`` and ``zoo.csv``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from crosscheck.diff import SPELLING, Difference
from crosscheck.explain.number import Number
from crosscheck.explain.wording import amounts, count, signed, sum_text, unexplained
from crosscheck.report.pages import diff as differing
from crosscheck.report.pages.compare import table
from crosscheck.report.pages.legacy import console, show_table
from crosscheck.studies.zoo.survey import Entry, Said, Survey

NONE = "no description of ours to set against"
METRICS = {"params_trainable": "trainable", "params_nontrainable": "not trainable"}
FEW = 3  # networks whose numbers a terminal shows one by one
INTRO = """\
The frameworks' own networks, built with random weights (nothing is downloaded), run once and watched: every layer and function
with its settings and shapes as the native objects have them. The frameworks' own tools then counted them. Each number is
predicted from what was seen of the network and from the tool's convention; the residual is measured minus predicted. Where we
describe the same network, that description is set beside it: layer by layer in words, and number by number under the same
convention."""
COLUMNS = ["tools", "metric", "prints", "unit", "which is", "residual", "less ours", "which is that"]


def relation(e: Entry) -> str:
    """How a zoo network stands to our description, in a few words."""
    if e.seen is None:
        return e.status
    if e.comparison is None:
        return NONE
    ours, n = e.network.model, len(e.comparison.structural)
    if not e.comparison.differences:
        return f"{ours}: identical"
    if e.comparison.same:
        return f"{ours}: the same, written otherwise"
    return f"{ours}: differs in {n} {'way' if n == 1 else 'ways'}"


def rows(survey: Survey) -> list[dict[str, Any]]:
    """One row a network, tool and metric; one row for a network without any number."""
    found = []
    for e in survey.entries:
        head = {"network": e.network.id, "framework": e.network.framework, "maker": e.network.maker}
        tail = {
            "macs": e.macs if e.seen else None,
            "parameters": e.params if e.seen else None,
            "our_description": e.network.model,
        }
        tail["relation"] = relation(e)
        numbers: Sequence[Said | None] = e.numbers or (None,)
        found += [head | _cells(e, n) | tail for n in numbers]
    return found


def _cells(e: Entry, n: Said | None) -> dict[str, Any]:
    r, number, gap = (n.row, n.number, n.less_ours) if n else (None, None, None)
    return {
        "tool": r.tool if r else "",
        "tool_version": r.tool_version if r else "",
        "metric": r.metric if r else "",
        "value": r.value if r else None,
        "unit": r.unit if r else "",
        "predicted": number.predicted if number else None,
        "residual": number.residual if number else None,
        "which_is": sum_text(number.terms) if number else "",
        "ours": n.ours if n else None,
        "difference_from_ours": gap.value if gap else None,
        "difference_is": _gap_text(gap) if gap else "",
        "status": r.status if r else e.status,
        "message": (r.message if r else "") or e.message,
    }


def _gap_text(gap: Number) -> str:
    return amounts(gap.terms) or "nothing"


def show(survey: Survey) -> None:
    """The networks in a terminal; up to FEW of them with every number and every difference."""
    listed = [
        {
            "network": e.network.id,
            "parameters": e.params if e.seen else None,
            "MACs": e.macs if e.seen else None,
            "our description": relation(e),
            "numbers": len(e.numbers) if e.seen else None,
            "off": sum(n.residual != 0 for n in e.numbers) if e.seen else None,
        }
        for e in survey.entries
    ]
    show_table("Zoo networks; off: numbers that are not the predicted ones", listed)
    for e in survey.entries if len(survey.entries) <= FEW else ():
        _one(e)


def _one(e: Entry) -> None:
    out = console()
    title = f"{e.network.id}: {e.network.maker}"
    grid = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("tool", "metric"):
        grid.add_column(name, no_wrap=True)
    grid.add_column("prints", justify="right", no_wrap=True)
    grid.add_column("which is", overflow="fold")
    grid.add_column("residual", justify="right", no_wrap=True)
    for n in e.numbers:
        r, gap = n.row, n.less_ours
        said = sum_text(n.number.terms) if n.number else r.message or r.status
        said += f"\nless ours {signed(gap.value)}: {_gap_text(gap)}" if gap and gap.value else ""
        cells = [count(v) if v is not None else "–" for v in (r.value, n.residual)]
        grid.add_row(r.tool, METRICS.get(r.metric, r.metric), cells[0], escape(said), cells[1])
    if e.numbers:
        out.print(grid)
    if e.comparison is not None:
        out.print(f"here {escape(e.network.model)} (ours), there {escape(e.network.id)}", highlight=False, style="bold")
        for d in e.comparison.differences or ():
            out.print(f"  {'~' if d.cause == SPELLING else '≠'} {escape(d.says)}", highlight=False)
        if not e.comparison.differences:
            out.print(f"  {differing.verdict(e.comparison)}", highlight=False)


def describe(survey: Survey) -> list[str]:
    """What is not explained, failed, was skipped or cannot be expressed, one line a cause."""
    lines = []
    for e in survey.entries:
        if e.comparison is not None and e.comparison.residual:
            lines.append(f"differences of {e.network.id} from {e.network.model} do not add up: {e.comparison.residual} is left")
        for n in e.numbers:
            if n.number and n.number.residual:
                where = f"{e.network.id} × {n.row.tool} × {n.row.metric}"
                lines.append(unexplained(where, n.number.value, n.number.predicted, n.row.unit))
            elif n.row.status not in ("ok", "absent") and n.row.message != e.message:
                lines.append(f"{n.row.status}: {e.network.id} × {n.row.tool} × {n.row.metric}: {n.row.message}")
    reasons: dict[tuple[str, str], list[str]] = {}
    for e in survey.entries:
        if e.message:
            reasons.setdefault((e.status, e.message), []).append(e.network.id)
    return lines + [f"{status}: {', '.join(names)}: {message}" for (status, message), names in reasons.items()]


def files(survey: Survey) -> dict[str, str]:
    """``zoo.md`` and ``zoo.csv`` by name."""
    text, data = io.StringIO(), rows(survey)
    writer = csv.DictWriter(text, list(data[0]) if data else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(data)
    return {"zoo.md": "\n\n".join(_markdown(survey)) + "\n", "zoo.csv": text.getvalue()}


def _markdown(survey: Survey) -> Iterator[str]:
    built = [e for e in survey.entries if e.seen is not None]
    numbers = [n for e in built for n in e.numbers]
    off = sum(n.residual != 0 for n in numbers)
    yield "# Networks that frameworks bring themselves"
    yield INTRO
    many = f"{len(built)} network{'s' * (len(built) != 1)}, {len(numbers)} number{'s' * (len(numbers) != 1)}"
    yield f"{many} from their tools, {off} of them not the predicted ones."
    yield "## At a glance"
    yield (
        "Learnable parameters and MACs (one multiply-add is one MAC) of one image, from what was seen; `off` counts numbers "
        "whose residual is not 0."
    )
    glance = [
        [
            f"`{e.network.id}`",
            e.seen.input_text if e.seen else "",
            f"{e.params:,}" if e.seen else "–",
            f"{e.macs:,}" if e.seen else "–",
            relation(e),
            len(e.numbers),
            sum(n.residual != 0 for n in e.numbers) if e.seen else "–",
        ]
        for e in survey.entries
    ]
    yield table(["network", "input", "parameters", "MACs", "our description", "numbers", "off"], glance, "llrrlrr")
    yield "## What the tools say"
    yield (
        "*Less ours* is the predicted number less what the same convention says of our description, and what makes it up. "
        "Versions are at the end."
    )
    for e in built:
        yield f"### `{e.network.id}`"
        yield _narrow(table(COLUMNS, _lines(e), "llrllrrl"))
    yield "## Against our descriptions"
    yield "*Here* is our description, *there* the zoo's network; amounts are there minus here and add up with residual 0."
    alike = [e for e in built if e.comparison is not None and not e.comparison.differences]
    if alike:
        yield "Identical, layer by layer: " + ", ".join(f"`{e.network.id}` ({e.network.model})" for e in alike) + "."
    for e in built:
        if e.comparison is not None and e.comparison.differences:
            yield f"`{e.network.id}` and {e.network.model}: {differing.verdict(e.comparison)}"
            yield "\n".join(_told(d) for d in e.comparison.differences)
    yield from _rest(survey)


def _told(d: Difference) -> str:
    amounts = [f"{v:+,} {name}" for v, name in zip(differing.amounts(d.amounts), differing.COLUMNS, strict=True) if v]
    return f"- {'written otherwise: ' if d.cause == SPELLING else ''}{d.says}" + (f" ({', '.join(amounts)})" if amounts else "")


def _lines(e: Entry) -> list[list[Any]]:
    """One line for all tools that print the same number for the same reason."""
    lines: dict[tuple[Any, ...], list[str]] = {}
    for n in e.numbers:
        r, gap = n.row, n.less_ours
        which = r.message or r.status if r.value is None else sum_text(n.number.terms) if n.number else "not predicted"
        rest = (
            METRICS.get(r.metric, r.metric),
            "–" if r.value is None else count(r.value),
            "parameters" if r.metric.startswith("params") else r.unit,
            which,
            "–" if n.residual is None else count(n.residual),
            "–" if gap is None else signed(gap.value),
            _gap_text(gap) if gap and gap.value else "",
        )
        lines.setdefault(rest, []).append(r.tool)
    return [[", ".join(tools), *rest] for rest, tools in lines.items()]


def _narrow(text: str) -> str:
    """A table without the spaces that would make all its lines as long as the longest."""
    return re.sub(r"-{4,}", "---", re.sub(r" {2,}", " ", text))


def _rest(survey: Survey) -> Iterator[str]:
    """What there is no description of, what cannot be expressed, what was skipped, and the versions."""
    alone = [e for e in survey.entries if e.seen is not None and e.comparison is None]
    if alone:
        yield "## Without a description"
        yield f"Explained from what was seen alone, {NONE}: " + ", ".join(f"`{e.network.id}`" for e in alone) + "."
    moved = [(e, op, n) for e in survey.entries for op, n in e.moves.items()]
    if moved:
        yield "## Left out of predictions"
        yield "These move elements and compute nothing; no tool here has a rule for them."
        yield table(["network", "op", "times"], [[f"`{e.network.id}`", op, n] for e, op, n in moved], "llr")
    lost = [[f"`{e.network.id}`", e.status, e.message] for e in survey.entries if e.message]
    if lost:
        yield "## Skipped, failed, or not to be expressed"
        yield table(["network", "status", "why"], lost, "lll")
    yield "## Versions"
    yield "\n".join(f"- `{name}` {version}" for name, version in survey.versions.items())
