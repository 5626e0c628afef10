"""What figures say together."""

from __future__ import annotations

from crosscheck.studies.figures import findings
from crosscheck.studies.figures.verdict import ROUNDS
from tests.studies.figures.verdicts import of, verdicts


def test_the_two_tables_of_paddleclas_are_two_conventions() -> None:
    old, new = of("PaddleClas", "8.190"), of("PaddleClas", "4.11")
    assert old.kind == new.kind == ROUNDS
    assert old.fit
    assert new.fit
    assert old.fit.candidate.number == 8_190_846_464
    assert new.fit.candidate.number == 4_111_514_624
    found = findings.paddleclas(verdicts())
    assert len(found.rows) == 20
    assert ("ResNet50", "8.190", "4.11", "1.99", "25.560", "25.61", -54_119) in found.rows


def test_findings_are_computed_and_say_what_they_must() -> None:
    found = {f.title: f for f in findings.all_of(verdicts())}
    formula = next(f for t, f in found.items() if t.startswith("VGG note"))
    for _, printed, defined, missing, _ in formula.rows:
        assert int(defined) - int(printed) == int(missing) > 0
    rules = next(f for t, f in found.items() if t.startswith("Formulas")).rows
    assert {r[3] for r in rules if r[1] == "BatchNorm2D parameters = 4·C"} == {"119 of 119", "0 of 119"}
    shortcuts = next(f for t, f in found.items() if "shortcut" in t).rows
    assert [r[3] for r in shortcuts] == [11_515_688, 11_689_512, 12_043_816, 21_623_848, 21_797_672, 22_716_840]
    many = next(f for t, f in found.items() if t.startswith("One network")).rows
    assert len({r[1] for r in many}) >= 10
    assert [r[1] for r in many] == sorted(int(str(r[1])) for r in many)
