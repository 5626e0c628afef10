"""Figures are found again at the precision they are printed with, and nothing is found beyond it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck import models
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import UsageError
from crosscheck.studies.figures import identify, written
from crosscheck.studies.figures.assumption import MAX_WORTH
from crosscheck.studies.figures.verdict import OUT

NAMES = ("lenet", "alexnet", "vgg16", "resnet50", "resnet50-v1")
CASES = [
    (name, c, metric)
    for name in NAMES
    for c in convention.ids()
    if convention.load(c).framework != convention.CAFFE
    for metric in convention.load(c).metrics
    if metric in ("compute", "params")
]


def _exact(name: str, c: str, metric: str) -> int:
    return engine.total(engine.tally(models.build(name)), convention.load(c), metric)


@pytest.mark.parametrize(("name", "c", "metric"), CASES)
def test_an_exact_number_leads_back_to_its_convention(name: str, c: str, metric: str) -> None:
    exact = _exact(name, c, metric)
    answer = identify.identify(name, f"{exact:,}", metric)
    plain = [h for h in answer.fits if c in h.conventions and h.variant == name and h.factor == 1]
    assert plain, f"{exact:,} is not found as {c}"
    assert plain[0].exact == exact
    assert plain[0].cost <= 1


@given(case=st.sampled_from(CASES), decimals=st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_a_rounded_number_leads_back_to_its_convention(case: tuple[str, str, str], decimals: int) -> None:
    name, c, metric = case
    exact = _exact(*case)
    printed = f"{exact / 1e6:.{decimals}f}M"
    answer = identify.identify(name, printed, metric)
    assert any(c in h.conventions and h.exact == exact for h in answer.fits), f"{printed} is not found as {c}"


@given(text=st.from_regex(r"[1-9][0-9]?\.[0-9]{1,3}(G| GFLOPs|M)", fullmatch=True))
@settings(max_examples=25, deadline=None)
def test_every_answer_is_within_the_printed_precision_and_ranked(text: str) -> None:
    answer = identify.identify("resnet18", text)
    (printed,) = written.parts(text)
    value, ulp = printed.value, printed.ulp
    for h in answer.fits:
        shown = h.exact * h.factor / h.scale
        assert (value <= shown < value + ulp) if h.cut else (value - ulp / 2 <= shown <= value + ulp / 2)
    assert [h.cost for h in answer.fits] == sorted(h.cost for h in answer.fits)
    assert all(h.cost <= MAX_WORTH for h in answer.fits)
    assert bool(answer.fits) != bool(answer.nearest)


@pytest.mark.parametrize(
    ("model", "figure", "variant", "conventions", "kinds"),
    [
        ("resnet50", "4.1", "resnet50", "mac", ["unit"]),
        ("resnet50", "4.11G", "resnet50", "paddle_flops", ["tool"]),
        ("resnet50", "25.56M", "resnet50", "mac", []),
        ("resnet50", "25.61M", "resnet50", "paddle_flops", ["tool"]),
        ("resnet50", "3.86 GFLOPs", "resnet50-v1", "mac", ["variant"]),
        ("resnet50", "3.8 GFLOPs", "resnet50-v1", "mac", ["variant", "cut"]),
        ("vgg16", "138,357,544", "vgg16", "mac", []),
        ("resnet50", "25.63M", "resnet50-vd", "paddle_flops", ["variant", "tool"]),  # PaddleClas on ResNet50_vd
        ("resnet18", "1.83G", "resnet18-paddleclas", "mac", ["variant"]),  # PaddleClas on ResNet18
        ("wide-resnet50-2", "11.45G", "wide-resnet50-2", "ptflops_pytorch", ["tool"]),  # the README of ptflops
        ("mnist-cnn", "487.6k", "mnist-cnn", "torchinfo", ["tool"]),  # a test of torchinfo
        ("single-conv", "7,782,400", "single-conv", "paddle_flops", ["tool"]),
    ],
)
def test_figures_that_readers_have(model: str, figure: str, variant: str, conventions: str, kinds: list[str]) -> None:
    fits = identify.identify(model, figure).fits
    best = [h for h in fits if h.cost == fits[0].cost]
    assert (variant, kinds) in [(h.variant, [a.kind for a in h.assumptions]) for h in best if conventions in h.conventions]


def test_batch_and_input_are_found_when_they_matter() -> None:
    mac = convention.load("mac")
    at_256 = engine.total(engine.tally(models.build("resnet50", input_shape=(3, 256, 256))), mac, "compute")
    best = identify.identify("resnet50", f"{at_256}").fits[0]
    assert (best.input, [a.kind for a in best.assumptions]) == ("1x3x256x256", ["input"])
    at_64 = engine.total(engine.tally(models.build("resnet50", batch=64)), mac, "compute")
    assert "64x3x224x224" in {h.input for h in identify.identify("resnet50", f"{at_64}").fits}


def test_nothing_fits_is_said_with_the_nearest_and_the_number_tried() -> None:
    answer = identify.identify("resnet50", "9.17 GFLOPs")
    assert not answer.fits
    at_227 = engine.total(engine.tally(models.build("resnet50", input_shape=(3, 227, 227))), convention.load("mac"), "compute")
    assert Fraction(2 * at_227) in {h.exact * h.factor for h in answer.nearest}
    assert answer.tried > 1000


def test_the_old_table_of_paddleclas_is_what_an_old_counter_of_paddle_prints() -> None:
    best = identify.identify("resnet50", "8.19 GFLOPs").fits[0]
    assert (best.conventions, best.cost) == (("paddle_model_stat", "paddle_model_stat_py2"), 1)
    assert best.exact == 2 * 4_087_136_256 + 2_048_000 + 2 * 11_113_984 - 9_608_704 + 1_806_336 + 100_352


@pytest.mark.parametrize("text", ["", "many", "4.1.1G", "-3G", "G", "4,1x"])
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no figure"):
        identify.identify("resnet50", text)


def test_a_shape_of_nothing_in_particular_is_out_of_scope() -> None:
    answer = identify.identify("resnet50", "3 shape")
    assert (answer.verdict.kind, answer.fits, answer.nearest) == (OUT, (), ())
