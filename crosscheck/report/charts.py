"""Charts as data, made with Altair: shown in a notebook as they are, saved as SVG for slides. The page draws its own.

Altair is an extra, and so is what turns a chart into SVG; without them, one message says what to install.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crosscheck.errors import UsageError
from crosscheck.report.document import Kind, Number
from crosscheck.report.render.numbers import written

Row = Mapping[str, Any]
INK, SOFT, LINE, ACCENT, DOWN = "#1a1f27", "#646e7b", "#e2e4e8", "#1f5fbf", "#8a6d3b"
PADDING = {"left": 28, "top": 8, "right": 40, "bottom": 8}  # who draws may not know the widths of letters
WIDTH, STEP, MOST = 560, 22, 2.6  # pixels of a chart and of a row, and where the scale of ratios ends
HINT = "Hint: pip install -c constraints.txt -e '.[charts]'"


def ratios(rows: Iterable[tuple[str, str, float]]) -> Any:
    """A dot a network on a line a tool: rows of tool, network and compute over MACs. 1 counts a multiply-add once, 2 twice."""
    alt = _altair()
    told: list[dict[str, Any]] = [
        {"tool": tool, "network": network, "ratio": min(r, MOST), "exact": r} for tool, network, r in rows
    ]
    order = sorted({d["tool"] for d in told}, key=lambda t: (_middle([d["exact"] for d in told if d["tool"] == t]), t))
    axis = alt.Axis(values=[0, 1, 2], title="compute over MACs: 1 counts a multiply-add once, 2 twice")
    return _plain(
        alt.Chart(alt.Data(values=told), width=WIDTH, height=alt.Step(STEP))
        .mark_circle(size=64, color=ACCENT, opacity=0.6)
        .encode(
            x=alt.X("ratio:Q", axis=axis, scale=alt.Scale(domain=[0, MOST])),
            y=alt.Y("tool:N", sort=order, title=None),
            tooltip=[alt.Tooltip("tool:N"), alt.Tooltip("network:N"), alt.Tooltip("exact:Q", format=".4f")],
        )
    )


def values(rows: Iterable[tuple[str, int, str]], title: str) -> Any:
    """A bar a tool, the least first: rows of tool, number and unit; the number stands at its end to the last digit."""
    told = [{"who": who, "value": n, "says": f"{_exact(n)} {unit}"} for who, n, unit in sorted(rows, key=lambda r: r[1])]
    return _bars(told, title)


def layers(rows: Iterable[tuple[str, str, int]], title: str) -> Any:
    """A bar a layer in the order that they run: rows of id, op and number."""
    alt = _altair()
    told = [{"at": k, "id": name, "op": op, "value": n, "says": _exact(n)} for k, (name, op, n) in enumerate(rows)]
    return _plain(
        alt.Chart(alt.Data(values=told), width=WIDTH, height=140, title=title)
        .mark_bar(color=ACCENT)
        .encode(
            x=alt.X("at:O", axis=None, sort=None),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(format="~s", tickCount=4)),
            tooltip=[alt.Tooltip("id:N"), alt.Tooltip("op:N"), alt.Tooltip("says:N", title="exactly")],
        )
    )


def fall(start: tuple[str, int] | None, steps: Sequence[tuple[str, int]], end: tuple[str, int], title: str) -> Any:
    """A number as a sum, or the way from one to another: each step begins where the one before it ends."""
    alt = _altair()
    at = start[1] if start else 0
    told: list[dict[str, Any]] = [_step(*start, 0, "total")] if start else []
    for name, amount in steps:
        told.append(_step(name, amount, at, "less" if amount < 0 else "more"))
        at += amount
    told.append(_step(*end, 0, "total"))
    ends = [d["to"] for d in told]
    low = min(ends) if start and min(ends) > max(ends) / 2 else 0
    domain = [max(0, low - (max(ends) - low) * 0.1), max(ends)]
    order = [d["name"] for d in told]
    colour = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=["total", "more", "less"], range=[INK, ACCENT, DOWN]))
    base = alt.Chart(alt.Data(values=told), width=WIDTH, height=alt.Step(STEP), title=title)
    y = alt.Y("name:N", sort=order, title=None)
    x = alt.X("from:Q", title=None, axis=alt.Axis(format="~s", tickCount=5), scale=alt.Scale(domain=domain, clamp=True))
    bars = base.mark_bar().encode(x=x, x2="to:Q", y=y, color=colour, tooltip=[alt.Tooltip("name:N"), alt.Tooltip("says:N")])
    return _plain(bars + base.mark_text(align="left", dx=5, color=SOFT, clip=False).encode(x="right:Q", y=y, text="says:N"))


def svg(chart: Any, background: str = "transparent") -> str:
    """A chart as SVG. Raises UsageError where what draws it is not installed."""
    try:
        import vl_convert
    except ImportError:
        raise UsageError(f"nothing here turns a chart into SVG. {HINT}") from None
    return str(vl_convert.vegalite_to_svg({**chart.to_dict(), "background": background})) + "\n"


def _altair() -> Any:
    try:
        import altair
    except ImportError:
        raise UsageError(f"charts need Altair. {HINT}") from None
    return altair


def _bars(told: Sequence[Row], title: str) -> Any:
    alt = _altair()
    base = alt.Chart(alt.Data(values=list(told)), width=WIDTH, height=alt.Step(STEP), title=title).encode(
        x=alt.X("value:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
        y=alt.Y("who:N", sort=[d["who"] for d in told], title=None),
    )
    text = base.mark_text(align="left", dx=5, color=SOFT).encode(text="says:N")
    return _plain(base.mark_bar(color=ACCENT, height=12).encode(tooltip=[alt.Tooltip("who:N"), alt.Tooltip("says:N")]) + text)


def _step(name: str, amount: int, at: int, kind: str) -> dict[str, Any]:
    says = _exact(amount) if kind == "total" else written(Number(amount, kind=Kind.signed))
    return {"name": name, "from": at, "to": at + amount, "right": max(at, at + amount), "kind": kind, "says": says}


def _exact(n: int) -> str:
    return written(Number(n))


def _middle(found: Sequence[float]) -> float:
    return sorted(found)[len(found) // 2]


def _plain(chart: Any) -> Any:
    """Calm: few lines, small type, no frame."""
    return (
        chart.configure(font="sans-serif", padding=PADDING)
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=SOFT, gridColor=LINE, domainColor=LINE, tickColor=LINE, labelLimit=240)
        .configure_axisY(grid=False, ticks=False, domain=False)
        .configure_title(anchor="start", color=INK, fontWeight=600)
    )
