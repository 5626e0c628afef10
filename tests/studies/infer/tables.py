"""Tables of figures made from conventions, as a user would bring them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from crosscheck import models
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.studies.figures.record import Figure, parse
from crosscheck.studies.infer import study
from crosscheck.studies.infer.fit import Reading, Table
from crosscheck.studies.infer.group import groups
from crosscheck.studies.infer.study import Finding

HEAD = "model,metric,value,unit,source\n"
RESNETS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")


@cache
def counted(name: str) -> engine.Tally:
    return engine.tally(models.build(name))


def total(name: str, by: str, metric: str = "compute") -> int:
    return engine.total(counted(name), convention.load(by), metric)


def exactly(value: int) -> str:
    return f'"{value:,}"'


def billions(digits: int) -> Callable[[int], str]:
    return lambda value: f"{value / 1e9:.{digits}f}G"


def lines(
    by: str, names: Sequence[str] = models.DEFAULT_SET, metric: str = "compute", written: Callable[[int], str] = exactly
) -> str:
    return "".join(f"{n},{metric},{written(total(n, by, metric))},,blog\n" for n in names)


def figures(text: str) -> list[Figure]:
    return list(parse(HEAD + text, "table.csv"))


def finding(text: str) -> Finding:
    (found,) = study.infer(figures(text)).findings
    return found


def table(text: str, metric: str) -> Table:
    ((group,), skipped) = groups(figures(text))
    assert not skipped
    return Table(group.rows, Reading(metric, 1))


def weights(found: Finding, number: int = 0) -> dict[tuple[str, str], int]:
    return {(m.op, m.primitive): w for term in found.fits[number] for w, m in term.charges}
