"""Figures that users bring, in the words that people use."""

from __future__ import annotations

from crosscheck.studies.figures import record, trial
from crosscheck.studies.figures.verdict import EXACT, EXPLAINED, OUT, ROUNDS, UNDECIDED
from tests.studies.figures.verdicts import HEAD, judged


def test_a_user_brings_figures_in_the_words_that_people_use() -> None:
    rows = judged(
        "ResNet-50,,224,GFLOPs,4.09,G,blog\n"
        "resnet50,v1,224x224,FLOPs,7.72G,,paper\n"
        "vgg16,,,params,138.36M,,blog\n"
        "resnet50,,,params,25.6,M,blog\n"
        "resnet18,,64,MACs,148.56,MMACs,blog\n"
        "resnet50,,256x256,FLOPs,5.34,GFLOPs,blog\n"
    )
    assert [v.kind for v in rows] == [ROUNDS] * 6
    assert [v.label.network if v.label else "" for v in rows[:2]] == ["resnet50", "resnet50-v1"]
    assert rows[1].fit
    assert rows[1].fit.candidate.factor == 2


def test_a_users_figure_is_explained_by_what_it_does_not_say() -> None:
    rows = judged('resnet50,,,FLOPs,4.11,G,blog\nresnet50,,,params,"25,610,152",,blog\nresnet50,,224,FLOPs,8211108352,,blog\n')
    assert [v.kind for v in rows] == [UNDECIDED, EXPLAINED, EXPLAINED]
    assert "counted as fvcore does" in rows[0].says
    assert all(v.fit and [a.kind for a in v.fit.assumed] == ["tool"] for v in rows[1:])


def test_a_figure_that_much_could_be_behind_is_not_explained_but_told_what_is_likeliest() -> None:
    (v,) = judged("resnet50,,,FLOPs,3.8,G,blog\n")
    assert v.kind == UNDECIDED
    assert v.decoys
    assert "likeliest: 3,857,973,248; the variant resnet50-v1" in v.says


def test_units_stand_in_their_column_or_in_the_metric_or_are_missed() -> None:
    rows = judged("vgg16,,,GFLOPs,30.9,,x\nvgg16,,,FLOPs(G),30.9,,x\nvgg16,,,params (M),138.36,,x\nvgg16,,,FLOPs,30.9,,x\n")
    assert [v.kind for v in rows] == [ROUNDS, ROUNDS, ROUNDS, EXPLAINED]
    assert rows[3].fit
    assert [a.kind for a in rows[3].fit.assumed] == ["unit"]
    (parts,) = judged("vgg16,,,neurons,30.9,,x\n")
    assert (parts.kind, "its unit is missing" in parts.says) == (OUT, True)


def test_macs_are_macs_and_flops_may_be_either() -> None:
    once, either, twice = judged("vgg16,,,MACs,15.47,G,x\nvgg16,,,FLOPs,30.94,G,x\nvgg16,,,MACs,30.94,G,x\n")
    assert [once.kind, either.kind, twice.kind] == [ROUNDS, ROUNDS, UNDECIDED]
    assert "doubled: multiplications and additions counted apart" in twice.says


def test_a_convention_that_the_user_names_is_held_to() -> None:
    head = HEAD.strip() + ",convention\n"
    right, wrong = trial.judge(
        record.parse(head + "resnet50,,,FLOPs,4111512576,,x,fvcore\nresnet50,,,FLOPs,4.13,G,x,fvcore\n", "mine.csv")
    )
    assert right.kind == EXACT
    assert wrong.kind == UNDECIDED


def test_what_is_not_known_is_out_of_scope_and_never_guessed() -> None:
    rows = judged("resnet51,,,FLOPs,4.1,G,x\nyolov5s,,,FLOPs,16.5,G,x\nresnet50,,,top-1,76.1,,x\nresnet50,,,FLOPs,--,,x\n")
    assert [v.kind for v in rows] == [OUT] * 4
    assert "Nearest: " in rows[0].says
    assert "resnet50" in rows[0].says
    assert "metric 'top-1' is not known" in rows[2].says
