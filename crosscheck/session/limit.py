"""Requirements on a network: what a number may be, and who is to blame where it is not."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

from crosscheck.errors import RequirementError, UsageError
from crosscheck.explain.wording import count
from crosscheck.studies.own.found import Found, Layer

Limit = str | int | None
BLAMED = 3  # layers that a message names
COMPARISONS: Mapping[str, Callable[[int, Fraction], bool]] = MappingProxyType(
    {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt, "==": operator.eq, "=": operator.eq}
)
SCALES: Mapping[str, int] = MappingProxyType({"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12})
_LIMIT = re.compile(
    r"\s*(<=|>=|==|<|>|=)?\s*([0-9][0-9_,]*(?:\.[0-9]+)?)\s*([kmgbt]?)(?:macs?|params?|parameter)?\s*", re.IGNORECASE
)


def read(limit: str | int) -> tuple[str, Fraction]:
    """``"<= 4.1 G"`` as a comparison and an exact number; a number alone has to be met exactly. Raises UsageError."""
    m = _LIMIT.fullmatch(str(limit))
    if m is None:
        raise UsageError(f'{limit!r} is no limit. Hint: write it like "<= 4.1 G", "< 30M", or the number itself')
    return m[1] or "==", Fraction(re.sub("[_,]", "", m[2])) * SCALES[m[3].lower()]


def check(found: Found, *, macs: Limit, params: Limit) -> None:
    """Raises RequirementError, which names the number, the limit and the layers to blame."""
    if macs is not None:
        _check(found, "MACs", found.macs, macs, lambda x: x.macs)
    if params is not None:
        _check(found, "parameters", found.parameters.all, params, lambda x: x.params)


def _check(found: Found, what: str, value: int, limit: str | int, share: Callable[[Layer], int]) -> None:
    sign, most = read(limit)
    says = f"{found.name} has {count(value)} {what}, required is {sign} {limit if isinstance(limit, int) else _bare(limit)}"
    if not COMPARISONS[sign](value, most):
        top = sorted((x for x in found.layers if share(x)), key=share, reverse=True)[:BLAMED]
        blamed = ", ".join(f"{x.id} {count(share(x))} ({100 * share(x) / value:.0f} %)" for x in top)
        raise RequirementError(says + (f". Most are in {blamed}" if blamed else ""))
    if found.lost and what == "MACs" and sign not in (">", ">="):
        raise RequirementError(f"{says}; but that is without {found.lost}, so nobody knows")


def _bare(limit: str) -> str:
    return limit.strip().lstrip("<>= ")
