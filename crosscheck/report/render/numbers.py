"""How numbers are written, in every format that people read."""

from __future__ import annotations

from decimal import Decimal

from crosscheck.report.document import NONE, Kind, Number

SMALL = 0.1  # percent; below it two significant digits are kept
MINUS = "−"


def written(n: Number, unit: bool = True) -> str:
    """A number as text, with its unit where it has one and ``unit`` asks for it; a dash where there is none."""
    if n.value is None:
        return NONE
    return _digits(n.value, n.kind) + (f" {n.unit}" if unit and n.unit else "")


def _digits(value: float, kind: Kind) -> str:
    if kind is Kind.bare:
        return str(value)
    if kind is Kind.power:
        return f"{value:.1e}"
    if kind is Kind.percent:
        percent = 100 * value
        text = f"{percent:.1f} %" if abs(percent) >= SMALL or not percent else f"{Decimal(f'{percent:.2g}'):f} %"
    elif kind is Kind.ratio:
        text = f"{value:.4f}"
    elif kind is Kind.decimal:
        text = f"{value:,.2f}"
    else:
        text = f"{value:+,}" if kind is Kind.signed and value else f"{value:,}"
    return text.replace("-", MINUS)
