"""What is found of a user's network, from rows that come back; and the page that shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import Input, Layer, Model
from crosscheck.contract.origin import Origin
from crosscheck.contract.own import Blank, Own
from crosscheck.contract.rows import TOTAL, Measurement, Observed
from crosscheck.errors import UsageError
from crosscheck.measuring.plan import Outcome
from crosscheck.report import render
from crosscheck.report.pages import own as page
from crosscheck.report.render import Format
from crosscheck.studies.own import run as study
from crosscheck.studies.own.found import WORKER, Found
from crosscheck.subjects import own

S, T = (2, 3), (2, 5)
WEIGHT = {"params": (("weight", (5, 3), "weight", True),), "stats": (("steps", (1,)),)}
CALLS = (
    Call(Level.KERNEL, "addmm", "fc", ((5,), S, (3, 5)), (T,)),
    Call(Level.MODULE, "nn.Linear", "fc", (S,), (T,), WEIGHT),
    Call(Level.KERNEL, "hardtanh", "act", (T,), (T,)),
    Call(Level.KERNEL, "warp_drive", "odd", (T,), (T,)),
    Call(Level.PARAMETER, "parameter", "fc", ((5, 3),), (), {"kind": "weight", "trainable": True, "executed": True}),
    Call(Level.PARAMETER, "parameter", "(root)", ((4,),), (), {"kind": "weight"}),
)


def other(name: str, reads: str) -> Layer:
    return Layer(name, "other", {}, (reads,), (T,), (T,), origin=Origin(native=f"My{name}"))


def seen(*, odd: bool) -> Model:
    linear = Layer("fc", "linear", {"out_features": 5, "bias": False, "in_features": 3}, ("x",), (S,), (T,))
    layers = (linear, other("act", "fc"), *([other("odd", "act")] if odd else []))
    calls = tuple(c for c in CALLS if odd or c.home != "odd")
    return Model("net", "own", "", "", (Input("x", S),), layers, (layers[-1].id,), {"": "Net"}, calls)


def row(tool: str, metric: str = "compute", value: int | None = 60, status: str = "ok", message: str = "") -> Measurement:
    version = {"flop_counter": "2.13.0", "torchinfo_009": "0.0.9"}.get(tool, "1.0")
    return Measurement("r", "net", "pytorch", tool, version, tool, "2x3", TOTAL, "", metric, value, "FLOPs", status, message)


def network() -> own.Network:
    return own.network("net", own.able()[0].id, Own(args=(Blank(S),)))


def found(*rows: Measurement, odd: bool = False, status: str = "ok", message: str = "") -> Found:
    outcome = Outcome("pytorch", networks=[Observed("net", "pytorch", "2x3", seen(odd=odd).to_json(), status, message)])
    for r in rows:
        outcome.add(r)
    return study.found(network(), [outcome], WORKER)


def test_numbers_are_those_of_the_calls() -> None:
    f = found(row("flop_counter"))
    assert (f.macs, f.parameters.all, f.parameters.trainable, f.parameters.unread, f.parameters.buffers) == (30, 19, 15, 4, 1)
    assert [(x.id, x.status, x.macs, x.native) for x in f.layers] == [
        ("fc", "counted", 30, "nn.Linear"),
        ("act", "zero by rule", 0, "Myact"),
        ("(root)", "zero by rule", 0, ""),
    ]
    (line,) = f.lines
    assert (line.predicted, line.residual, f.exit_code) == (60, 0, 0)


def test_a_residual_is_a_failure_and_is_told() -> None:
    f = found(row("flop_counter", value=61))
    assert (f.lines[0].residual, f.exit_code) == (1, 1)
    assert "residual +1 FLOPs: net × flop_counter × compute (measured 61, predicted 60)" in page.brief(f).notes


def test_where_nothing_can_be_predicted_there_is_a_reason_and_no_number() -> None:
    f = found(row("torchinfo_009"))
    if f.lines[0].number is None:
        assert "says nothing about op 'other' (node 'act', Myact)" in f.lines[0].why
        assert f.exit_code == 3
    died = found(row("flop_counter", value=None, status="unsupported", message="no way"))
    assert (died.lines[0].residual, died.lines[0].predicted, died.exit_code) == (None, 60, 3)
    assert "flop_counter: no way" in render.text(page.brief(died), Format.table)


def test_what_nobody_knows_makes_a_total_a_lower_bound() -> None:
    f = found(row("flop_counter"), odd=True)
    assert [(u.native, u.times, u.first, u.kernels) for u in f.unknown] == [("Myodd", 1, "odd", ("warp_drive",))]
    said = render.text(page.brief(f), Format.table)
    assert "≥ 30 without what Myodd may multiply" in said
    assert "a formula for warp_drive would teach it" in " ".join(said.split())
    assert "at least 30 multiply-accumulate" in page.sentence(f)
    assert f.exit_code == 3


def test_a_network_that_fails_shows_what_ran_and_no_tool() -> None:
    f = found(
        row("flop_counter", value=None, status="error", message="it"), status="error", message="act, given 2x5: E\n  a.py:1"
    )
    assert f.exit_code == 1
    said = render.text(page.brief(f), Format.table)
    assert "It fails as it runs: act, given 2x5: E" in said
    assert "\n  a.py:1" in said
    assert "flop_counter" not in said


@pytest.mark.parametrize("how", list(Format))
def test_every_format_has_the_numbers(how: Format) -> None:
    f = found(row("flop_counter", value=1234567), odd=True)
    assert "1234567" in render.text(page.full(f), how).replace(",", "")


def test_nothing_seen_is_said() -> None:
    with pytest.raises(UsageError, match="net: nothing came back"):
        study.found(network(), [], WORKER)
    lost = Outcome("pytorch", networks=[Observed("net", "pytorch", "2x3", None, "skipped", "X is not installed")])
    with pytest.raises(UsageError, match="net: X is not installed"):
        study.found(network(), [lost], WORKER)
    two = [replace(row("flop_counter"), model="another")]
    assert found(*two).lines == ()
