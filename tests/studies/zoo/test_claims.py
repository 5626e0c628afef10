"""timm's own table: every figure has a verdict, and none is accused without an exact number that says otherwise."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

from hypothesis import given
from hypothesis import strategies as st

from crosscheck.report import render
from crosscheck.report.document import Document
from crosscheck.report.pages import claims as page
from crosscheck.studies.zoo import claims
from crosscheck.studies.zoo.claims import METRICS, OPEN, REFUTED, ROUNDS, Verdict
from crosscheck.studies.zoo.figure import Figure


def only(verdicts: list[Verdict], model: str, size: int) -> dict[str, Verdict]:
    return {v.metric: v for v in verdicts if (v.model, v.size) == (model, size)}


def ran(model: str, metric: str, value: int, residual: int = 0, size: int = 224, batch: int = 1) -> Figure:
    shape = f"{batch}x3x{size}x{size}"
    return Figure(f"timm:{model}", shape, batch, "fvcore", "1", metric, value, value - residual, residual, "ok", "", "timm 1")


def test_every_figure_has_one_verdict_and_all_parameters_are_held() -> None:
    found = list(claims.verdicts(()))
    assert len(found) == 3 * len(claims.load()) == 3 * 798
    assert all(v.kind != OPEN for v in found if v.metric == "param_count")


def test_the_one_network_whose_parameters_no_merging_explains_is_refuted() -> None:
    wrong = [v for v in claims.verdicts(()) if v.kind == REFUTED and v.metric == "param_count"]
    assert [(v.model, v.printed, v.counted) for v in wrong] == [("ecaresnext50t_32x4d", "15.41", 25_045_686)]
    said = render.text(Document("x", "", tuple(page.sections(wrong))), render.Format.markdown)
    assert "refuted: 9,635,686 too few" in said


def test_a_number_that_is_not_predicted_or_is_of_another_image_accuses_nobody() -> None:
    name = "resnet50"
    for other in (ran(name, "compute", 7, residual=1), ran(name, "compute", 7, size=64), ran(name, "compute", 7, batch=2)):
        assert only(list(claims.verdicts([other])), name, 224)["infer_gmacs"].kind == OPEN


def test_what_fvcore_counts_decides() -> None:
    claim = next(c for c in claims.load() if c.model == "ecaresnext50t_32x4d")
    exact = {"compute": round(claim.gmacs * 10**9) + 4_999_999, "activations": 1}
    figures = [replace(ran(claim.model, m, n), input=f"1x3x{claim.size}x{claim.size}") for m, n in exact.items()]
    found = only(list(claims.verdicts(figures)), claim.model, claim.size)
    assert (found["infer_gmacs"].kind, found["infer_macts"].kind) == (ROUNDS, REFUTED)


@given(number=st.integers(0, 10**12), ones=st.sampled_from([ones for _, ones in METRICS.values()]))
def test_a_number_rounds_to_its_own_two_decimals_and_to_none_further_off(number: int, ones: int) -> None:
    printed = (Decimal(number) / ones).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert claims.rounds(str(printed), number, ones)
    assert not claims.rounds(str(printed + Decimal("0.02")), number, ones)


def test_the_page_counts_every_figure_once_and_says_nothing_where_there_is_no_table() -> None:
    found = list(claims.verdicts(()))
    by = Counter(v.kind for v in found)
    said = render.text(Document("x", "", tuple(page.sections(found))), render.Format.markdown)
    assert str(by[ROUNDS]) in said
    assert list(page.sections(())) == []
