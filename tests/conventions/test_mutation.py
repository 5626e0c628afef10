"""A wrong weight shows: change one, and residuals appear at that tool, that op and those layers, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest

from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention, Weight
from crosscheck.counting.engine import tally
from crosscheck.errors import CrosscheckError
from crosscheck.known import gaps
from crosscheck.known.gaps import Gap
from crosscheck.ops.primitives import COMPUTE, PARAMS
from crosscheck.report.pages import compare as page
from crosscheck.studies.compare import frames
from crosscheck.studies.compare import verdict as verdicts
from tests.helpers import made_up, row, same, tallies, truthful
from tests.random_networks import every_op

NET = every_op((2, 4, 7, 6))
COUNTED = tally(NET)
MAC = convention.load("mac")
BUSY = made_up(
    "busy",
    {
        "compute": {
            "conv": {"mac": 2, "bias_add": 1, "grouped_mac": -2},
            "linear": {"mac": 2},
            "maxpool": {"window_elements": 1},
        },
        "params": {"conv": {"weight": 1, "bias": 1}, "batchnorm": {"norm_scale": 1, "running_stats": 1}},
    },
)
ROWS = [*truthful(COUNTED, "busy_tool", BUSY), *truthful(COUNTED, "mac_tool", MAC)]


KNOWN = {"busy": BUSY, "mac": MAC}


def mutated(c: Convention, metric: str, op: str, primitive: str) -> Convention:
    """The convention with one weight raised by 1, be it 0 before or the op ignored."""
    table = c.table(metric)
    old = {w.primitive: w for w in table.weighed.get(op, ())}
    new = old | {primitive: Weight(op, primitive, (old[primitive].weight if primitive in old else 0) + 1, "mutant", "mutant")}
    weighed = MappingProxyType({**table.weighed, op: tuple(new.values())})
    ignored = MappingProxyType({k: v for k, v in table.ignored.items() if k != op})
    return replace(c, metrics=MappingProxyType({**c.metrics, metric: replace(table, weighed=weighed, ignored=ignored)}))


def mutations(metric: str) -> list[tuple[str, str]]:
    """Every (op, primitive) of the network that may be weighed for a metric."""
    kind = COMPUTE if metric == "compute" else PARAMS
    return [(op, p) for op, counts in sorted(COUNTED.totals.items()) for p in sorted(counts) if p in kind]


def judged(by: Convention) -> pd.DataFrame:
    return frames.measurements(ROWS, tallies([NET]), KNOWN | {"busy": by})


def odd_cells(frame: pd.DataFrame) -> dict[tuple[str, str, str], int]:
    """Residuals that are not 0, by (tool, metric, layer)."""
    odd = frame[frame["residual"].fillna(0) != 0]
    return {(r["tool"], r["metric"], r["layer"]): int(r["residual"]) for r in odd.to_dict("records")}


def test_the_truth_has_no_residual() -> None:
    frame = judged(BUSY)
    assert odd_cells(frame) == {}
    assert frame["residual"].notna().all()
    assert verdicts.judge(frame, KNOWN).exit_code == verdicts.COMPLETE


@pytest.mark.parametrize(("metric", "least"), [("compute", 90), ("params", 10)])
def test_every_wrong_weight_shows_at_its_layers_and_the_total_and_nowhere_else(metric: str, least: int) -> None:
    assert len(mutations(metric)) >= least
    for op, primitive in mutations(metric):
        hit = {x.id: -counts[primitive] for x, counts in COUNTED.layers if x.op == op and counts.get(primitive)}
        wanted = {("busy_tool", metric, layer): value for layer, value in hit.items()}
        wanted["busy_tool", metric, TOTAL] = sum(hit.values())
        frame = judged(mutated(BUSY, metric, op, primitive))
        same(odd_cells(frame), wanted, f"residuals after {metric} {op} {primitive} + 1")


TORCHSUMMARY = convention.load("torchsummary_151")


@pytest.mark.parametrize("metric", ["memory_input", "memory_activations", "memory_params"])
def test_a_wrong_weight_of_memory_shows_in_that_size_and_in_the_sum(metric: str) -> None:
    rows = truthful(COUNTED, "old", TORCHSUMMARY)
    table, tried = TORCHSUMMARY.table(metric), 0
    for op, counts in COUNTED.seen_by(table).items():
        for w in table.weighed.get(op, ()):
            changed = mutated(TORCHSUMMARY, metric, op, w.primitive)
            whole = TORCHSUMMARY.table("memory")
            parts = tuple(changed.metrics[p.metric] for p in whole.parts)
            by = replace(changed, metrics=MappingProxyType({**changed.metrics, "memory": replace(whole, parts=parts)}))
            frame = frames.measurements(rows, tallies([NET]), {TORCHSUMMARY.id: by})
            odd = {(m, v) for (_, m, layer), v in odd_cells(frame).items() if layer == TOTAL}
            off = counts.get(w.primitive, 0)
            assert odd == ({(metric, -off), ("memory", -off)} if off else set()), (op, w.primitive)
            tried += bool(off)
    assert tried >= 1


def test_residuals_fail_the_run_and_are_listed() -> None:
    frame = judged(mutated(BUSY, "compute", "maxpool", "window_elements"))
    listed, closed = frames.unexplained(frame, [])
    assert {(r.tool, r.metric, r.layer) for r in listed} == set(odd_cells(frame))
    assert closed == []
    verdict = verdicts.judge(frame, KNOWN)
    assert verdict.exit_code == verdicts.DIFFERS
    count = COUNTED.totals["maxpool"]["window_elements"]
    lines = page.notes(verdict)
    total = next(line for line in lines if TOTAL in line)
    assert total.startswith(f"residual −{count:,} busy units: every-op × busy_tool × (total) × compute (measured ")
    assert len(lines) == len(odd_cells(frame))


def gap(layer: str, tool: str = "busy_tool", metric: str = "compute") -> Gap:
    return Gap("every-op", tool, metric, layer, "nobody knows why")


def test_a_known_gap_hides_its_own_cells_alone() -> None:
    frame = judged(mutated(BUSY, "compute", "maxpool", "window_elements"))
    listed, closed = frames.unexplained(frame, [gap("pool.max"), gap(TOTAL)])
    assert (len(listed), closed) == (0, [])
    listed, _ = frames.unexplained(frame, [gap("pool.max")])
    assert [u.layer for u in listed] == [TOTAL]
    for other in (gap("*", tool="mac_tool"), gap("*", metric="params"), gap("pool.avg")):
        assert len(frames.unexplained(frame, [other])[0]) == 2


def test_a_gap_that_closes_fails_the_run_until_its_row_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = judged(BUSY)
    stale, elsewhere = gap("pool.*"), Gap("another-model", "*", "*", "*", "not in this run")
    listed, closed = frames.unexplained(frame, [stale, elsewhere])
    assert (len(listed), closed) == (0, [stale])
    monkeypatch.setattr(gaps, "load", lambda: (stale, elsewhere))
    verdict = verdicts.judge(frame, KNOWN)
    assert verdict.exit_code == verdicts.DIFFERS
    (line,) = page.notes(verdict)
    assert line.startswith("known gap has closed, remove its row from crosscheck/known/gaps.toml: ")
    assert '"layer": "pool.*"' in line


def test_a_gap_whose_cell_gave_no_answer_has_not_closed() -> None:
    lost = [row(NET, "busy_tool", value=None, convention="busy", unit="", status="error", message="crash")]
    frame = frames.measurements(lost, tallies([NET]), {"busy": BUSY})
    listed, closed = frames.unexplained(frame, [gap("*")])
    assert (len(listed), closed) == (0, [])


def test_a_gap_over_several_cells_stays_open_while_one_of_them_is() -> None:
    frame = judged(mutated(BUSY, "compute", "maxpool", "window_elements"))
    listed, closed = frames.unexplained(frame, [gap("*")])
    assert (len(listed), closed) == (0, [])


def test_gaps_are_read_and_must_give_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "known_gaps.toml"
    fields = 'model = "m"\ntool = "t"\nmetric = "compute"\nlayer = "*"\n'
    file.write_text(f'[[gap]]\n{fields}reason = "rounding"\n')
    assert gaps.load(file) == (Gap("m", "t", "compute", "*", "rounding"),)
    for text, message in [
        (f'[[gap]]\n{fields}reason = " "\n', "a gap without a reason"),
        (f"[[gap]]\n{fields}", "missing or unknown field.*reason"),
        (f'[[gap]]\n{fields}reason = "r"\ncolour = "red"\n', "missing or unknown field.*colour"),
        ("[[gap]\n", "not valid TOML"),
    ]:
        file.write_text(text)
        with pytest.raises(CrosscheckError, match=f"known_gaps.toml: .*{message}"):
            gaps.load(file)
