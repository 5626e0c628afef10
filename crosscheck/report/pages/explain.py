"""How accounts and answers look: in a terminal of 100 columns, as Markdown, as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from crosscheck.contract.rows import TOTAL
from crosscheck.explain import wording
from crosscheck.explain.account import Account, Answer, Step
from crosscheck.explain.number import Number
from crosscheck.explain.terms import Term
from crosscheck.report.pages.legacy import console, in_words, show_rows
from crosscheck.studies.figures import identify
from crosscheck.studies.figures.identify import Hypothesis, words


def share(term: Line, whole: int) -> str:
    """A term's part of a number or difference in percent; small parts keep two significant digits."""
    if not whole or not term.value:
        return "–"
    percent = 100 * term.value / whole
    return f"{percent:.1f} %" if abs(percent) >= 0.1 else f"{percent:.2g} %"


def headline(a: Answer, layer: str) -> str:
    """Who says what of which network, under which convention, for which input."""
    place = "" if layer == TOTAL else f", layer {layer}"
    c, n = a.count, a.number
    words = in_words(n.value, n.unit)
    size = wording.size(n) + (f" ({words})" if words else "")
    return f"{c.title} on {c.model.name}{place}, input {c.model.input_text}: {size}"


def show_account(a: Account, output: str) -> None:
    """Print an account on standard output."""
    if output == "json":
        sys.stdout.write(json.dumps(_json(a), indent=2, ensure_ascii=False) + "\n")
    elif output == "markdown":
        sys.stdout.write("\n".join(_markdown(a)) + "\n")
    else:
        _terminal(a)


def _terminal(a: Account) -> None:
    out = console()
    for answer in a.answers:
        out.print(f"[bold]{escape(headline(answer, a.layer))}[/bold]", highlight=False)
        out.print(f"  {escape(answer.number.detail)}", style="dim", highlight=False)
        if len(a.answers) == 1:
            out.print(f"  {escape(wording.equation(answer.number))}", highlight=False)
            _terms(answer.number, "part")
    for step in a.steps:
        out.print()
        out.print(f"[bold]{escape(step_line(step))}[/bold]", highlight=False)
        if step.number.terms or step.number.residual:
            _terms(step.number, "share")
        else:
            out.print(f"  {wording.NOTHING}\n", style="dim")
    if a.ledger:
        _ledger(a)


def step_line(step: Step) -> str:
    """``torchinfo 4,089,238,376 mult-adds → FlopCounterMode 8,178,368,512 FLOPs: +4,089,130,136; residual 0``."""
    before, after = (f"{_who(a)} {wording.size(a.number)}" for a in (step.before, step.after))
    return wording.step_text(before, after, step.number)


def _who(a: Answer) -> str:
    return f"{a.count.title} ({a.count.model.name})" if a.count.elsewhere else a.count.title


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation: a term, or all that one rewrite of an exporter comes to."""

    value: int
    cause: str
    says: str
    source: str
    quirk: str = ""


def lines(terms: Sequence[Term]) -> list[Line]:
    """Terms as lines; those of one rewrite are one, with its parts, at the place of the first."""
    found: list[Line] = []
    for rewrite, own in groupby(terms, key=lambda t: t.rewrite):
        parts = list(own)
        if not rewrite:
            found += [Line(t.value, t.cause, t.says, t.source, t.quirk) for t in parts]
            continue
        says = f"{rewrite}: {wording.amounts(parts)}"
        source = "; ".join(dict.fromkeys(s for t in parts for s in t.source.split("; ")))
        quirk = "; ".join(dict.fromkeys(t.quirk for t in parts if t.quirk))
        found.append(Line(sum(t.value for t in parts), parts[0].cause, says, source, quirk))
    return found


def _terms(n: Number, last: str) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    table.add_column("amount", justify="right", no_wrap=True, footer=wording.signed(n.residual))
    table.add_column(last, justify="right", no_wrap=True, footer="")
    table.add_column("cause", no_wrap=True, footer="residual")
    table.add_column(
        "what it is, who counts it, where it is written", overflow="fold", footer="nothing is left" if not n.residual else ""
    )
    for t in lines(n.terms):
        says = t.says + (f"\n! {t.quirk}" if t.quirk else "")
        table.add_row(wording.signed(t.value), share(t, n.value), t.cause, f"{escape(says)}\n[dim]{escape(t.source)}[/dim]")
    console().print(table)


def _ledger(a: Account) -> None:
    table = Table(
        title="Parameter ledger", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True
    )
    table.add_column("elements", overflow="fold", footer="total")
    for k, answer in enumerate(a.answers):
        total = f"{sum(e.counted[k] for e in a.ledger):,}"
        table.add_column(_who(answer), justify="right", overflow="fold", footer=total)
    for entry in a.ledger:
        table.add_row(entry.what, *(f"{v:,}" for v in entry.counted))
    console().print(table)


def _markdown(a: Account) -> Iterator[str]:
    for answer in a.answers:
        yield f"**{headline(answer, a.layer)}** ({answer.number.detail})\n"
        if len(a.answers) == 1:
            yield f"`{wording.equation(answer.number)}`\n"
            yield from _markdown_terms(answer.number)
    for step in a.steps:
        yield f"\n**{step_line(step)}**\n"
        yield from _markdown_terms(step.number) if step.number.terms or step.number.residual else [wording.NOTHING]
    if a.ledger:
        yield "\n| elements | " + " | ".join(map(_who, a.answers)) + " |"
        yield "|:--|" + "--:|" * len(a.answers)
        for e in a.ledger:
            yield f"| {e.what} | " + " | ".join(f"{v:,}" for v in e.counted) + " |"
        yield "| **total** | " + " | ".join(f"**{sum(e.counted[k] for e in a.ledger):,}**" for k in range(len(a.answers))) + " |"


def _markdown_terms(n: Number) -> Iterator[str]:
    yield "| amount | share | cause | what it is, who counts it | source |"
    yield "|--:|--:|:--|:--|:--|"
    for t in lines(n.terms):
        says = (t.says + (f" **{t.quirk}**" if t.quirk else "")).replace("|", "\\|")
        yield f"| {wording.signed(t.value)} | {share(t, n.value)} | {t.cause} | {says} | {t.source} |"
    yield f"| **{wording.signed(n.residual)}** | | residual | | |"


def _json(a: Account) -> dict[str, Any]:
    return {
        "metric": a.metric,
        "layer": a.layer,
        "numbers": [_answer(x) for x in a.answers],
        "steps": [_step(s) for s in a.steps],
        "ledger": [{"what": e.what, "counted": list(e.counted)} for e in a.ledger],
    }


def _answer(a: Answer) -> dict[str, Any]:
    c, n = a.count, a.number
    return {
        "subject": c.name,
        "model": c.model.name,
        "input": c.model.input_text,
        "tool": c.tool,
        "convention": c.convention.id,
        "value": n.value,
        "unit": n.unit,
        "origin": n.origin,
        "detail": n.detail,
        "terms": [_term(t) for t in n.terms],
        "residual": n.residual,
    }


def _step(s: Step) -> dict[str, Any]:
    n = s.number
    return {
        "from": s.before.count.name,
        "to": s.after.count.name,
        "difference": n.value,
        "terms": [_term(t) | {"share": t.value / n.value if n.value else None} for t in n.terms],
        "residual": n.residual,
    }


def _term(t: Term) -> dict[str, Any]:
    return {
        "value": t.value,
        "cause": t.cause,
        "op": t.op,
        "primitive": t.primitive,
        "weight": t.weight_a,
        "weight_before": t.weight_b,
        "count": t.count,
        "says": t.says,
        "quirk": t.quirk,
        "source": t.source,
        "rewrite": t.rewrite,
    }


def show_answer(answer: identify.Answer, most: int, output: str) -> None:
    """What a printed figure may be, best first; where nothing fits, what comes nearest."""
    rows = [_hypothesis(h) for h in (answer.fits or answer.nearest)[:most]]
    if output == "json":
        head = {"figure": answer.printed.text, "fits": len(answer.fits), "tried": answer.tried}
        sys.stdout.write(
            json.dumps(head | {"hypotheses" if answer.fits else "nearest": rows}, indent=2, ensure_ascii=False) + "\n"
        )
        return
    if output == "csv":
        show_rows([{**r, "assumptions": "; ".join(r["assumptions"])} for r in rows], "csv")
        return
    out = console()
    tried = f"{answer.tried:,} hypotheses tried"
    if answer.fits:
        shown = f", the first {most} shown" if len(answer.fits) > most else ""
        out.print(f"[bold]{escape(answer.printed.text)}[/bold]: {len(answer.fits)} fit ({tried}{shown})", highlight=False)
    else:
        out.print(f"[bold]{escape(answer.printed.text)}[/bold]: nothing fits ({tried}); nearest are", highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("exact number", justify="right", no_wrap=True)
    table.add_column("counted by, on network and input", overflow="fold")
    table.add_column("assumes", overflow="fold")
    for h in (answer.fits or answer.nearest)[:most]:
        assumed = "\n".join(f"· {a.says}" for a in h.assumptions) or "nothing"
        table.add_row(f"{_exact(h):,}", escape(words(h)), escape(assumed))
    out.print(table)


def _exact(h: Hypothesis) -> int | float:
    number = h.exact * h.factor
    return int(number) if number.denominator == 1 else float(number)


def _hypothesis(h: Hypothesis) -> dict[str, Any]:
    return {
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
