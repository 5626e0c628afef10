"""A column is one witness: what its rows prove together, whom they accuse, and what no table of wrong figures proves."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from crosscheck.report.pages.figure import reason
from crosscheck.studies.figures import exact, record, trial
from crosscheck.studies.figures.verdict import EXACT, EXPLAINED, MISPRINT, ROUNDS, UNDECIDED, UNEXPLAINED, Verdict
from tests.studies.figures.verdicts import verdicts

NETWORKS = ("alexnet", "vgg11", "vgg16", "vgg19", "resnet18", "resnet34", "resnet50", "resnet101", "resnext50-32x4d")


def counted(by: str, metric: str, factor: int = 1, size: int = 224) -> list[tuple[str, int]]:
    """What a convention says of the networks."""
    found = ((n, exact.value(n, (1, 3, size, size), None, "", by, metric)) for n in NETWORKS)
    return [(name, factor * n) for name, n in found if n]


def judged(rows: Iterable[tuple[str, str]], head: str = "FLOPs (G)") -> list[Verdict]:
    text = f"model,{head}\n" + "".join(f"{name},{value}\n" for name, value in rows)
    return trial.judge(record.parse(text, "mine.csv"))


def giga(rows: Iterable[tuple[str, int]], decimals: int = 2) -> list[tuple[str, str]]:
    return [(name, f"{n / 10**9:.{decimals}f}") for name, n in rows]


@pytest.mark.parametrize("by", ["fvcore", "thop", "ptflops_pytorch", "torchinfo", "mmcv", "onnx_opcounter", "paddle_flops"])
def test_a_column_proves_the_practice_that_its_rows_share(by: str) -> None:
    rows = judged(giga(counted(by, "compute"), 3))
    assert {v.kind for v in rows} <= {EXACT, ROUNDS, EXPLAINED}
    for v, (name, n) in zip(rows, counted(by, "compute"), strict=True):
        assert v.fit
        assert abs(v.fit.candidate.number - n) * 2 <= 10**6, f"{v.fit.candidate.by} on {name}, not {by}"


def test_running_statistics_are_named_as_what_is_counted_and_not_a_tool_that_nobody_spoke_of() -> None:
    rows = judged([(name, f"{n / 10**6:.2f}") for name, n in counted("keras_count_params", "params")], "Params (M)")
    (resnet,) = (v for v in rows if v.figure.model == "resnet50")
    assert "learnable parameters: +53,120 running_stats (batchnorm) (so count " in reason(resnet)
    assert "Keras count_params" in reason(resnet)
    assert "rows of its column obey that" in reason(resnet)


def test_a_column_that_was_cut_off_says_so() -> None:
    cut = judged([(name, f"{n // 10**7 / 100:.2f}") for name, n in counted("mac", "compute")])
    odd = [v for v in cut if v.kind not in (EXACT, ROUNDS)]
    assert odd
    assert all(v.fit and [a.kind for a in v.fit.assumed] == ["cut"] for v in odd)


def test_zeros_that_a_column_appends_are_no_digits() -> None:
    rows = judged([(name, f"{n / 10**9:.2f}0") for name, n in counted("mac", "compute")])
    assert {v.kind for v in rows} == {ROUNDS}


def slipped(text: str) -> str:
    return text[:-2] + str((int(text[-2]) + 5) % 10) + text[-1]


def test_one_slip_among_rows_that_obey_is_a_misprint_and_says_how_many_obey() -> None:
    rows = giga(counted("mac", "compute"), 3)
    name, value = rows[6]
    rows[6] = (name, slipped(value))
    (v,) = (v for v in judged(rows) if v.kind not in (EXACT, ROUNDS))
    assert v.kind == MISPRINT
    assert v.correct == value
    assert "8 of 9 rows of its column obey" in v.says


def test_the_same_slip_alone_accuses_nobody() -> None:
    name, value = giga(counted("mac", "compute"), 3)[6]
    (v,) = judged([(name, slipped(value))])
    assert v.kind in (UNDECIDED, UNEXPLAINED)


def test_a_correct_column_is_never_accused() -> None:
    for by in ("fvcore", "torchinfo", "thop", "ptflops_aten", "calflops"):
        for decimals in (1, 2, 3):
            assert MISPRINT not in {v.kind for v in judged(giga(counted(by, "compute"), decimals))}, (by, decimals)


@pytest.mark.parametrize("seed", range(4))
def test_tables_of_wrong_figures_prove_nothing(seed: int) -> None:
    """Each row moved by 1 to 20 units of its last digit."""
    chance = random.Random(seed)
    rows = []
    for name, n in counted("mac", "compute"):
        moved = round(n / 10**7) + chance.choice([-1, 1]) * chance.randint(1, 20)
        rows.append((name, f"{max(moved, 1) / 100:.2f}"))
    assert not [v for v in judged(rows) if v.kind in (EXPLAINED, MISPRINT)]


@pytest.mark.parametrize("seed", range(4))
def test_made_up_tables_prove_nothing(seed: int) -> None:
    chance = random.Random(seed)
    rows = [(name, f"{chance.uniform(0.5, 20):.2f}") for name in NETWORKS]
    assert not [v for v in judged(rows) if v.kind in (EXPLAINED, MISPRINT)]


def test_every_misprint_that_comes_along_is_confirmed_by_its_siblings_or_its_own_parts() -> None:
    accused = [v for v in verdicts() if v.kind == MISPRINT]
    assert accused
    for v in accused:
        assert "rows of its column obey" in v.says or "printed rows" in v.says, v.figure.at


def test_what_one_column_proves_holds_in_the_others_of_its_source() -> None:
    (v,) = (v for v in verdicts() if v.figure.value == "207.29" and v.figure.source == "TylerYep/torchinfo")
    assert v.kind == EXPLAINED
