"""A column of a table as one witness: its rows share how they were made, so one practice has to yield them all.

A practice is believed where it is unlikely that as many rows obey it by chance, after all that was tried. What siblings confirm
is then the measure of the rows that do not obey: another variant by the same practice, one slip of the pen, or undecided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb

from crosscheck.studies.figures import fits, hypotheses, misprint, practice
from crosscheck.studies.figures.assumption import CUT, ROUGH, SCALE, Assumption, assume
from crosscheck.studies.figures.claim import Claim
from crosscheck.studies.figures.fits import DECOYS, LONG, Fit
from crosscheck.studies.figures.hypotheses import Candidate
from crosscheck.studies.figures.label import Label
from crosscheck.studies.figures.practice import Practice, Writing
from crosscheck.studies.figures.record import Figure
from crosscheck.studies.figures.verdict import EXACT, EXPLAINED, MISPRINT, ROUNDS, UNDECIDED, UNEXPLAINED, Verdict

FEWEST = 3  # rows that make a witness
CONFIRMED = 5  # rows that must obey, before one that does not is accused
SHARE = Fraction(3, 4)  # of all rows, that must obey before one is accused
LIKELY = Fraction(1, 100)  # a practice that so many columns of wrong figures obey is a coincidence
BESIDE = Fraction(1, 2 * DECOYS)  # how often a wrong figure close by is a certain number
SELDOM = Fraction(1, 1000)  # the same of a long one
MOST_ODDS = 10**9
WRITINGS = 6  # three ways to round, in decimal and binary units


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of a column: its place among all figures, what it claims, and what is found of it alone."""

    at: int
    claims: tuple[Claim, ...]
    alone: Verdict

    @property
    def plain(self) -> bool:
        """True where the label's own reading is what is printed."""
        return self.alone.kind in (EXACT, ROUNDS)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it a figure of its own: of the same network and number there is only one."""
        c = self.claims[0]
        return c.label, c.number.value, c.number.scale


@dataclass(frozen=True, slots=True)
class Account:
    """A practice, how it prints, the rows of a column that obey it, and how likely as many do by chance."""

    practice: Practice
    writing: Writing
    rows: tuple[Row, ...]
    chance: Fraction
    of: int
    ties: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """How many rows obey, and how likely that is."""
        odds = min(int(1 / self.chance), MOST_ODDS)
        return f"{len(self.rows)} of {self.of} rows of its column obey that; as many by chance at most once in {odds:,} tries"

    @property
    def accuses(self) -> bool:
        """True where enough rows obey to call one that does not a misprint."""
        return len(self.rows) >= CONFIRMED and len(self.rows) >= SHARE * self.of


def column(figure: Figure) -> tuple[str, ...]:
    """What figures of one column share: where they are from, what is counted, in which unit, and by whom."""
    return (figure.file, figure.source, figure.metric.lower(), figure.unit.lower(), figure.convention, figure.counts)


def twins(figure: Figure, told: Label) -> tuple[str, ...]:
    """What figures of one source share that count the same, in one column or in twins, one rounded and one to the unit."""
    return (*source(figure), told.metric, figure.convention)


def source(figure: Figure) -> tuple[str, ...]:
    """What all figures of one source share, whatever they count."""
    return (figure.file, figure.source)


def together(rows: Iterable[Row]) -> dict[int, Verdict]:
    """Verdicts on the rows of one column that their siblings change, by their places."""
    distinct: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        distinct.setdefault(row.key, []).append(row)
    first = [same[0] for same in distinct.values()]
    found = _column(first)
    return {
        row.at: replace(v, figure=row.alone.figure) for same in distinct.values() if (v := found.get(same[0].at)) for row in same
    }


def shared(rows: Sequence[tuple[Row, Verdict]]) -> dict[int, Verdict]:
    """Verdicts on rows of one source that obey what another column of it proves: the same practice, of another metric."""
    proved = {replace(v.practice, metric=""): v for _, v in rows if v.practice}
    found = {}
    for row, v in rows:
        ways = [p for p, _, _ in row.alone.ways if v.kind == UNDECIDED and replace(p, metric="") in proved]
        if ways:
            beside = proved[replace(ways[0], metric="")]
            says = f"its column {beside.figure.metric!r} proves that practice"
            found[row.at] = _explained(row, Account(ways[0], Writing(), (row,), Fraction(1), 1), says)
    return found


def _column(rows: Sequence[Row]) -> dict[int, Verdict]:
    if len(rows) < FEWEST or all(r.plain for r in rows):
        return {}
    changed: dict[int, Verdict] = {}
    confirmed = _own([r for r in rows if r.plain], len(rows))
    left = list(rows)
    while best := _best(left):
        changed |= {r.at: _explained(r, best) for r in best.rows if not r.plain}
        left = [r for r in left if r not in best.rows]
        confirmed = max([best, *([confirmed] if confirmed else [])], key=lambda a: len(a.rows))
    if confirmed:
        changed |= {r.at: v for r in left if not r.plain and (v := _outlier(r, confirmed))}
    return changed


def _own(plain: Sequence[Row], of: int) -> Account | None:
    """The label's own reading, where it is what most rows print."""
    if len(plain) < FEWEST:
        return None
    best = plain[0].alone.fit
    made = practice.of(plain[0].claims[0].label, best.candidate) if best else None
    chance = _chance(plain, comb(of, len(plain)))
    return Account(made, Writing(), tuple(plain), chance, of) if made and chance <= LIKELY else None


def _best(rows: Sequence[Row]) -> Account | None:
    """What yields most rows, some of them odd, that is no coincidence; among equals what assumes least."""
    odd = [r for r in rows if not r.plain]
    ways: dict[Practice, int] = {}
    for row in odd:
        for p, worth, _ in row.alone.ways:
            ways[p] = min(worth, ways.get(p, worth))
    found: dict[tuple[Practice, Writing], list[Row]] = {}
    reached = Counter(p for r in odd for p in {q for q, _, _ in r.alone.ways})
    plain = len(rows) - len(odd)
    for p in ways:
        if reached[p] + plain < FEWEST:
            continue
        for row in rows:
            for w in practice.obeyed(row.claims, p):
                found.setdefault((p, w), []).append(row)
    good = {key: obeying for key, obeying in found.items() if len(obeying) >= FEWEST and not all(r.plain for r in obeying)}
    if not good:
        return None
    ranked = sorted(good, key=lambda k: (-len(good[k]), ways[k[0]] + _price(k[1]), -sum(r.plain for r in good[k])))
    p, w = ranked[0]
    tried = WRITINGS if p in _said(rows) else len(ways)
    chance = _chance([r for r in good[p, w] if not r.plain], comb(len(rows), len(good[p, w])) * tried)
    if chance > LIKELY:
        return None
    ties = tuple(dict.fromkeys(q.by for q, v in ranked if v == w and good[q, v] == good[p, w] and replace(q, by=p.by) == p))
    return Account(p, w, tuple(good[p, w]), chance, len(rows), ties)


def _said(rows: Sequence[Row]) -> set[Practice | None]:
    """What the labels themselves say, which only its way of printing can make an assumption."""
    return {practice.of(c.label, own) for r in rows for c in r.claims for own in hypotheses.plain(c.label)}


def _price(w: Writing) -> int:
    return (w.kind != practice.ROUNDED) + w.binary


def _chance(rows: Sequence[Row], tried: int) -> Fraction:
    """How many of as many practices all rows would obey by chance, were they figures close by.

    What the label says itself proves no other practice, so that only odd rows count for one.
    """
    product = Fraction(tried)
    for row in rows:
        n = row.claims[0].number
        width = n.ulp / n.value if n.value else Fraction(1)
        product *= min(Fraction(1), max(width, SELDOM if len(n.digits) >= LONG else BESIDE))
    return product


def _explained(row: Row, a: Account, says: str = "") -> Verdict:
    """The row as its column's practice yields it."""
    for claim in row.claims:
        made = next((c for p, _, c in row.alone.ways if p == a.practice), None) or _candidate(claim, a.practice)
        for w, low, high in practice.writings(claim):
            if w == a.writing and made and low <= made.halves <= high:
                fit = Fit(made, claim.number, claim.number.scale, (*made.assumed, *claim.assumed, *_written(claim, w)))
                told = Verdict(
                    row.alone.figure, claim.label, claim.number, EXPLAINED, says or a.says, fit, row.alone.tried, len(a.ties)
                )
                return replace(told, nearest=hypotheses.plain(claim.label), ties=a.ties, practice=a.practice)
    return row.alone


def _candidate(claim: Claim, p: Practice) -> Candidate | None:
    """What a practice makes of a claim, with what that assumes where it was among all that is tried."""
    n = practice.halves(p, claim.label)
    if n is None:
        return None
    same = [c for c in hypotheses.all_of(claim.label) if c.by == p.by and c.factor == p.factor]
    near = next((c for c in same if c.halves == n and practice.of(claim.label, c) == p), None)
    return near or (Candidate(claim.label, same[0].way, (), n // int(2 * p.factor), n, same[0].worth) if same else None)


def _written(claim: Claim, w: Writing) -> tuple[Assumption, ...]:
    """What printing so assumes."""
    kinds = {
        practice.CUT: assume(CUT, "cut off, not rounded"),
        practice.ROUGH: assume(ROUGH, "the zeros at its end stand for nothing"),
    }
    other = fits.other_scale(claim.number)
    binary = (assume(SCALE, f"in units of {other:,}"),) if w.binary and other else ()
    rough = w.kind != practice.ROUGH or claim.number.rough != claim.number.ulp
    return (*binary, *([kinds[w.kind]] if w.kind in kinds and rough else []))


def _outlier(row: Row, a: Account) -> Verdict | None:
    """A row that does not obey what its siblings confirm: another variant by the same practice, a slip, or nothing certain."""
    v = row.alone
    same = [p for p, _, _ in v.ways if (p.by, p.factor, p.metric) == (a.practice.by, a.practice.factor, a.practice.metric)]
    claim = next((c for c in row.claims if c.label.metric == a.practice.metric and not c.assumed), None)
    n = practice.halves(a.practice, claim.label) if claim else None
    right = hypotheses.candidate(claim.label, a.practice.by, n // 2) if claim and n is not None else None
    slip = misprint.slip(claim.number, [right]) if claim and right and a.accuses else None
    if claim and slip and not same and v.kind != EXPLAINED:
        says = f"{slip.says}; {len(a.rows)} of {a.of} rows of its column obey what it breaks"
        return replace(v, kind=MISPRINT, number=claim.number, says=says, correct=slip.correct, fit=None)
    if v.kind in (UNEXPLAINED, UNDECIDED) and right:
        ours = f"{len(a.rows)} of {a.of} rows of its column obey what makes it {right.exact:,}"
        return replace(v, says="; ".join(x for x in (v.says, ours) if x))
    return None
