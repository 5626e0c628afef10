"""Verdicts: what the trial found of a figure, in a word and a reason."""

from __future__ import annotations

from dataclasses import dataclass

from crosscheck.studies.figures.assumption import WRAP
from crosscheck.studies.figures.fits import Fit
from crosscheck.studies.figures.hypotheses import Candidate
from crosscheck.studies.figures.label import Label
from crosscheck.studies.figures.practice import Practice
from crosscheck.studies.figures.printed import Number
from crosscheck.studies.figures.record import Figure

EXACT, ROUNDS, EXPLAINED, UNDECIDED, MISPRINT, UNEXPLAINED, OUT, UNREADABLE = (
    *("exact", "rounds to", "explained", "undecided", "misprint", "unexplained", "out of scope", "unreadable"),
)
VERDICTS = {
    EXACT: "to the unit what the label says",
    ROUNDS: "what the label says, at the printed precision",
    EXPLAINED: "another convention, variant, input, batch, scale or rounding than the label says",
    UNDECIDED: "something yields it, or one slip of the pen does, and nothing beside it confirms that",
    MISPRINT: "its siblings obey one convention, and it does so but for one slip of the pen",
    UNEXPLAINED: "nothing that was tried yields it",
    OUT: "a network or metric that cannot be described yet",
    UNREADABLE: "a row or a cell that is malformed",
}
FAILURES = (UNDECIDED, MISPRINT, UNEXPLAINED, UNREADABLE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the trial found of one figure.

    ``fit`` is the reading that won, ``tried`` and ``fits`` count hypotheses, ``decoys`` of 40 wrong figures beside it would have
    passed as well; ``nearest`` are what the label says and the closest of what one assumption gives. ``says`` is the reason in
    words, ``correct`` the figure as it should have been printed. ``ends`` are the verdicts on both ends of a range, whose own
    verdict is the worse one. ``ways`` are the practices that yield it, with what each assumes and its number, ``ties`` the
    conventions that say the same of all that they were asked. ``practice`` is what its column proves.
    """

    figure: Figure
    label: Label | None
    number: Number | None
    kind: str
    says: str
    fit: Fit | None = None
    tried: int = 0
    fits: int = 0
    decoys: int = 0
    nearest: tuple[Candidate, ...] = ()
    correct: str = ""
    ends: tuple[Verdict, ...] = ()
    ways: tuple[tuple[Practice, int, Candidate], ...] = ()
    ties: tuple[str, ...] = ()
    practice: Practice | None = None

    @property
    def refuted(self) -> bool:
        """True where the printed figure is wrong, by a slip of the pen or by a bug of the tool that printed it."""
        bug = self.fit is not None and any(a.kind == WRAP for a in self.fit.assumed)
        return self.kind == MISPRINT or bug
