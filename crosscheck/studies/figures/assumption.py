"""What a hypothesis needs and the label does not say: the kinds of assumptions, and what each is worth.

Each is worth one, unlikely ones more; the hypothesis that assumes least ranks first.
"""

from __future__ import annotations

from dataclasses import dataclass

TOOL, VARIANT, INPUT, CUT, FACTOR, BATCH, OTHER = "tool", "variant", "input", "cut", "factor", "batch", "other"
EDITION, PART, ROUGH, SCALE, WRAP, CLASSES, AGAINST = "edition", "part", "rough", "scale", "wrap", "classes", "against"
UNIT = "unit"
WORTHS = dict.fromkeys((TOOL, VARIANT, INPUT, FACTOR, CUT, EDITION, PART, ROUGH, SCALE, WRAP, UNIT), 1)
WORTHS |= dict.fromkeys((BATCH, CLASSES, AGAINST), 2) | {OTHER: 3}
LIKELY = (EDITION, UNIT, PART, VARIANT, INPUT, FACTOR, TOOL, WRAP, SCALE, ROUGH, CUT, CLASSES, BATCH, AGAINST, OTHER)
MAX_WORTH = 3


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that a hypothesis needs and the label does not state; ``worth`` ordinary assumptions."""

    kind: str
    says: str
    worth: int


def assume(kind: str, says: str, worth: int = 0) -> Assumption:
    """An assumption with what it is worth, its kind's worth if left out."""
    return Assumption(kind, says, worth or WORTHS[kind])


def worth(assumed: tuple[Assumption, ...]) -> int:
    """What assumptions are worth together."""
    return sum(a.worth for a in assumed)
