"""What is said of a table: the answer where there is one, and where there is none, why; nothing of made-up numbers."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from crosscheck import models
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.studies.infer import study
from crosscheck.studies.infer.study import FEW, FOUND, SEVERAL
from tests.studies.infer.tables import RESNETS, billions, exactly, figures, finding, lines, total, weights

MACS = {("conv", "mac"): 1, ("linear", "mac"): 1}
FVCORE = MACS | {("batchnorm", "in_elements"): 2, ("adaptive_avgpool", "in_elements"): 1}


def test_exact_totals_of_five_networks_give_one_answer() -> None:
    found = finding(lines("fvcore", RESNETS))
    assert (found.verdict, weights(found), found.complete) == (FOUND, FVCORE, True)
    assert [(line.obeys, line.without) for line in found.lines] == [(True, True)] * 5
    assert found.ties == (("fvcore", ""),)
    assert found.chance
    assert found.chance.power < -30


def test_three_digits_of_five_networks_give_none() -> None:
    found = finding(lines("fvcore", RESNETS, written=billions(2)))
    assert found.verdict == SEVERAL
    assert len(found.fits) > 1, "several that fit are none of them the answer"
    assert [m.primitive for term in found.shared for _, m in term.charges] == ["mac"]
    assert ("fvcore", "") in found.ties


def test_three_digits_of_twelve_networks_give_one_and_name_what_they_cannot_show() -> None:
    found = finding(lines("fvcore", written=billions(2)))
    assert (found.verdict, weights(found)) == (FOUND, {k: w for k, w in FVCORE.items() if k[0] != "adaptive_avgpool"})
    assert ("adaptive_avgpool", "in_elements") in [m.name for m in found.unseen]


def test_conventions_that_the_networks_cannot_tell_apart_are_all_named() -> None:
    found = finding(lines("keras_count_params", metric="params"))
    assert found.verdict == FOUND
    assert {"keras_count_params", "paddle_flops", "paddle_summary"} <= {name for name, _ in found.ties}
    charged = weights(found)
    assert charged["batchnorm", "running_stats"] == charged["batchnorm", "norm_scale"] == charged["batchnorm", "norm_shift"] == 1
    found = finding(lines("mac", RESNETS))
    assert {("mac", ""), ("calflops_macs", ""), ("flop_counter", "halved")} <= set(found.ties)


def test_a_row_that_does_not_obey_is_named_and_the_others_decide() -> None:
    wrong = total("resnet50", "mac") + 9_000_000
    text = lines("mac").replace(exactly(total("resnet50", "mac")), exactly(wrong))
    found = finding(text)
    assert (found.verdict, weights(found)) == (FOUND, MACS)
    assert [line.row.figure.model for line in found.wrong] == ["resnet50"]
    assert found.wrong[0].value == wrong - 9_000_000


def test_a_column_is_rounded_or_cut_as_a_whole() -> None:
    cut = finding(lines("mac", written=lambda value: f"{value // 10_000_000 / 100:.2f}G"))
    assert cut.reading
    assert (weights(cut), cut.reading.cut, cut.verdict) == (MACS, True, FOUND)
    rounded = finding(lines("mac", written=billions(2)))
    assert rounded.reading
    assert (weights(rounded), rounded.reading.cut, rounded.verdict) == (MACS, False, FOUND)


def test_halves_are_weights_too() -> None:
    found = finding(lines("mac", RESNETS, written=lambda value: exactly(value // 2)))
    assert found.reading
    assert (weights(found), found.reading.parts, found.verdict) == (MACS, 2, FOUND)


def off(draw: random.Random, written: Callable[[int], str]) -> Callable[[int], str]:
    """Numbers up to a third beside the right ones, at least by what three digits show."""
    return lambda value: written(round(value * (1 + draw.choice((-1, 1)) * draw.uniform(0.003, 0.3))))


def test_made_up_tables_are_yielded_by_nothing() -> None:
    draw = random.Random(12)
    names = [v.name for v in models.variants().values() if v.family in ("resnet", "vgg", "alexnet")]
    answers = []
    for _ in range(8):
        chosen = draw.sample(names, draw.choice((5, 6, 8, 12)))
        written = off(draw, draw.choice((exactly, billions(2), billions(3))))
        text = lines(draw.choice(("mac", "fvcore", "thop")), chosen, written=written)
        answers.append(finding(text).verdict)
    assert FOUND not in answers


def test_rows_of_one_source_and_column_are_one_group_unless_somebody_says_otherwise() -> None:
    text = lines("mac", RESNETS) + lines("mac", RESNETS, "params") + lines("flop_counter", RESNETS).replace("blog", "paper")
    groups = [f.group for f in study.infer(figures(text)).findings]
    assert [len(g.rows) for g in groups] == [5, 5, 5]
    assert [len(f.group.rows) for f in study.infer(figures(text), ["metric"]).findings] == [10, 5]
    with pytest.raises(UnknownNameError, match="unknown column"):
        study.infer(figures(text), ["colour"])


def test_few_rows_the_same_row_again_and_rows_of_nothing_known_prove_nothing() -> None:
    text = (
        lines("mac", RESNETS[:4]) * 3
        + "mynet,compute,12,,blog\nvgg16,compute,1~2G,,blog\nvgg16,compute,x,,blog\nvgg16,compute,<16G,,blog\n"
    )
    answer = study.infer(figures(text))
    assert [(f.verdict, len(f.group.rows)) for f in answer.findings] == [(FEW, 4)]
    assert [s.figure.model for s in answer.skipped] == ["mynet", "vgg16", "vgg16", "vgg16"]
    for skipped, word in zip(answer.skipped, ("is not known", "a range", "is no figure", "a limit"), strict=True):
        assert word in skipped.says


def test_without_the_solver_one_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    monkeypatch.setitem(__import__("sys").modules, "scipy.optimize", None)
    with pytest.raises(UsageError, match=r"\[infer\]"):
        study.infer(figures(lines("mac", RESNETS)))


def test_a_long_table_is_judged_by_all_its_rows() -> None:
    names = [v.name for v in models.variants().values() if v.family in ("resnet", "vgg", "alexnet")]
    rows = "".join(lines("mac", names, written=billions(3)) for _ in range(1))
    spoilt = rows.replace(f"{total('resnet50', 'mac') / 1e9:.3f}G", "9.999G", 1)
    found = finding(spoilt)
    assert len(found.lines) > 60
    assert weights(found) == MACS
    assert [line.row.figure.model for line in found.wrong] == ["resnet50"]
