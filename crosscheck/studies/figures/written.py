"""The text of a figure taken apart: its digits however they are grouped, what stands before them, and the unit behind.

Groups are of three digits. What is neither grouped so nor has one decimal point or comma is no number, and nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

LONGEST = 60  # characters of a figure
NOTHING = ("", "--", "-", "–", "—", "n/a", "na", "none")
COMMA = ","
GROUP = 3  # digits
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SUPERSCRIPT = re.compile(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})")
_BEFORE = re.compile(
    r"(?P<bound>[<>≤≥]=?|(?:up to|under|below|less than|over|above|more than)\b)"
    r"|[~≈≃≅∼]|(?:about|approx\.?|circa|ca\.?|c\.)(?=[\s0-9])",
    re.IGNORECASE,
)
_BELOW = re.compile(r"[<≤]|up|under|below|less", re.IGNORECASE)
_AFTER = re.compile(r"(?:\s*(?:\[[0-9a-z]{1,3}\]|[*†‡§]+))+$")  # marks of footnotes
_VALUE = re.compile(
    r"(?P<digits>[0-9](?:[0-9.,_' ]*[0-9])?)(?:(?:e\+?|\s*[×x·*]\s*10\^)(?P<exponent>[0-9]{1,2}))?\s*(?P<unit>[^\W\d_].*)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(?P<low>[0-9].*?)\s*(?:~|–|—|\.\.|\bto\b|-(?=\s*[0-9]))\s*(?P<high>[0-9].*)")
_PRODUCT = re.compile(r"[0-9]+(\*[0-9]+)+")
_EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_HINT = "Hint: write it like 4.11G, 8.19 GFLOPs, 25.56M, 61,100,840 or 7.6×10^9"


@dataclass(frozen=True, slots=True)
class Written:
    """A figure's text taken apart: value, place of its last digit, and the unit behind it as it is written.

    ``whole`` marks a product, whose digits are all meant; ``bound`` is ``<`` or ``>`` of a figure that is only a limit.
    """

    value: Fraction
    ulp: Fraction
    unit: str
    text: str
    whole: bool = False
    bound: str = ""


def parts(text: str, decimal: str = ".") -> tuple[Written, ...]:
    """The numbers that a text prints: one, or the two ends of a range. Raises ValueError for a text that is no figure.

    A unit behind the second end is the first one's too, unless that has its own. ``decimal`` is what stands before decimals where
    a text can be read both ways, 4,109 as four thousand or as four.
    """
    plain, bound = _bare(text)
    ends = _RANGE.fullmatch(plain)
    if not ends:
        return (replace(_written(plain, decimal), bound=bound),)
    low, high = _written(ends["low"], decimal), _written(ends["high"], decimal)
    return (low if low.unit else replace(low, unit=high.unit), high)


def decisive(text: str) -> bool:
    """True where a text can only be read with a comma before its decimals."""
    digits = _digits(text)
    return not _EITHER.fullmatch(digits) and _split(digits, ".") is not None and _point(digits, ".") == COMMA


def ambiguous(text: str) -> bool:
    """True where a comma before the last three digits can part thousands or decimals."""
    digits = _digits(text)
    return COMMA in digits and bool(_EITHER.fullmatch(digits))


def _digits(text: str) -> str:
    match = _VALUE.fullmatch(_bare(text)[0])
    return match["digits"] if match else ""


def _bare(text: str) -> tuple[str, str]:
    """The text without what stands around a number, in plain letters, and whether it is a limit."""
    powers = _SUPERSCRIPT.sub(lambda m: f"10^{m[1].translate(_SUPERSCRIPTS)}", text)
    plain = _AFTER.sub("", unicodedata.normalize("NFKC", powers).strip())
    bound = ""
    while before := _BEFORE.match(plain):
        if before["bound"]:
            bound = "<" if _BELOW.match(before["bound"]) else ">"
        plain = plain[before.end() :].strip()
    if plain.endswith("+") and plain[:1].isdigit():
        return plain[:-1].strip(), ">"
    return plain, bound


def _written(text: str, decimal: str) -> Written:
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters. Hint: one figure at a time")
    if _PRODUCT.fullmatch(text) and not re.search(r"\*10\^", text):
        return Written(Fraction(prod(map(int, text.split("*")))), Fraction(1), "", text, whole=True)
    match = _VALUE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no figure. {_HINT}")
    number = _split(match["digits"], decimal)
    if number is None:
        raise ValueError(f"{text!r} is no figure: its digits are not in groups of three. {_HINT}")
    whole, decimals = number
    power = 10 ** int(match["exponent"] or 0)
    ulp = Fraction(power, 10 ** len(decimals))
    return Written(Fraction(int(whole + decimals)) * ulp, ulp, (match["unit"] or "").strip(), text)


def _point(text: str, decimal: str) -> str:
    """The mark before the decimals, empty where there are none: of two kinds the last, of one kind a mark that stands alone."""
    marks = [c for c in text if c in ".,"]
    if not marks or (len(marks) > 1 and len(set(marks)) == 1) or (_EITHER.fullmatch(text) and marks[0] != decimal):
        return ""
    return marks[-1]


def _split(text: str, decimal: str) -> tuple[str, str] | None:
    """Digits before and after the decimal point or comma; None where they are grouped otherwise than by three."""
    point = _point(text, decimal)
    whole, _, decimals = text.rpartition(point) if point else (text, "", "")
    groups = re.split(r"[.,_' ]", whole)
    alike = len(set(re.findall(r"[.,_' ]", whole)) - {point}) == (len(groups) > 1)
    threes = len(groups[0]) <= GROUP and all(len(g) == GROUP for g in groups[1:])
    sound = groups[0] and (len(groups) == 1 or (alike and threes)) and (decimals.isdigit() or not point)
    return ("".join(groups), decimals) if sound else None
