"""Reports: CSV files that obey their laws, Markdown with units, and the same bytes every time."""

from __future__ import annotations

import io
import json
import math
import re
from typing import Any

import pandas as pd

from crosscheck import models
from crosscheck.contract.metrics import METRICS
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED, Measurement
from crosscheck.conventions import read as convention
from crosscheck.counting.engine import tally
from crosscheck.report import render
from crosscheck.report.document import Chart, Document, Number, Part, Section
from crosscheck.report.pages import compare
from crosscheck.report.pages.network import METRIC_TITLES
from crosscheck.studies.compare import frames, view
from crosscheck.studies.compare.view import Report
from tests.helpers import made_up, row, tallies, truthful
from tests.random_networks import every_op

NETS = [models.build("lenet5"), every_op()]
CONVENTIONS = {
    "mac": convention.load("mac"),
    "beta": made_up(
        "beta",
        {"compute": {"conv": {"mac": 2, "bias_add": 1}, "linear": {"mac": 2}, "tanh": {"out_elements": 7}}},
        quirks={"tanh": "a tanh costs seven"},
    ),
}


def rows() -> list[Measurement]:
    """Two tools that are right on two networks, and one that fails on one of them."""
    found = [r for net in NETS for name, c in CONVENTIONS.items() for r in truthful(tally(net), f"tool_{name}", c)]
    return [*found, row(NETS[0], "tool_lost", value=None, status="error", message="it | broke")]


def report(measured: list[Measurement] | None = None, **run: Any) -> Report:
    counted = tallies(NETS)
    frame = frames.measurements(rows() if measured is None else measured, counted, CONVENTIONS)
    return view.build(frame, counted, CONVENTIONS, run)


def render_all(r: Report) -> dict[str, str]:
    """Contents of every report file by path."""
    return render.files(compare.full(r))


def read(files: dict[str, str], name: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(files[name]))


FILES = render_all(report(platform="here"))


def test_there_is_a_page_per_network_and_a_file_per_format() -> None:
    assert set(FILES) == {
        "measurements.csv",
        "discrepancies.csv",
        "summary.md",
        "run.json",
        "models/lenet5.md",
        "models/every-op.md",
    }
    assert all(text.endswith("\n") for text in FILES.values())


def test_csv_columns_are_those_of_the_frames() -> None:
    assert list(read(FILES, "measurements.csv").columns) == frames.MEASUREMENT_COLUMNS
    assert list(read(FILES, "discrepancies.csv").columns) == frames.DISCREPANCY_COLUMNS


def test_layers_add_up_to_totals_in_the_file() -> None:
    cells = read(FILES, "measurements.csv")
    assert len(cells) == len(rows())
    whole = cells["layer"] == TOTAL
    key = ["model", "input", "tool", "metric"]
    for column in ("value", "predicted"):
        totals = cells[whole & (cells["status"] == "ok")].set_index(key)[column]
        layers = cells[~whole].groupby(key)[column].sum()
        assert len(totals) == 6
        pd.testing.assert_series_equal(layers.sort_index(), totals.sort_index(), check_dtype=False)
    assert (cells.loc[cells["status"] != "error", "residual"] == 0).all()


def test_terms_add_up_to_differences_in_the_file() -> None:
    terms = read(FILES, "discrepancies.csv")
    key = ["model", "input", "metric", "tool_a", "tool_b"]
    assert sorted(set(terms[key].itertuples(index=False, name=None))) == [
        (net.name, net.input_text, "compute", "tool_mac", "tool_beta") for net in sorted(NETS, key=lambda n: n.name)
    ], "parameters are given by one tool alone"
    for _, group in terms.groupby(key):
        assert group["term"].sum() == group["difference"].iloc[0] == group["value_a"].iloc[0] - group["value_b"].iloc[0]
        assert set(group["residual"]) == {0}
        assert (group["term"] == (group["weight_a"] - group["weight_b"]) * group["count"]).all()
        assert "a tanh costs seven" in set(group["quirk"])


def test_numbers_in_the_files_are_whole() -> None:
    for name, whole in (("measurements.csv", 3), ("discrepancies.csv", 8)):
        columns = frames.INTEGERS & set(read(FILES, name).columns)
        assert len(columns) >= whole
        for column in columns:
            cells = pd.read_csv(io.StringIO(FILES[name]), dtype="string")[column].dropna()
            assert cells.str.fullmatch(r"-?\d+").all(), (name, column)


def test_the_same_run_gives_the_same_bytes_but_for_the_platform() -> None:
    again = render_all(report(platform="elsewhere"))
    assert [name for name in FILES if FILES[name] != again[name]] == ["run.json"]
    assert json.loads(again["run.json"]) == {"platform": "elsewhere"}


def tables(text: str) -> list[list[list[str]]]:
    """Cells of every Markdown table, without the line under the head. Raises where rows differ in length."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif found[-1]:
            found.append([])
    made = [t[:1] + t[2:] for t in found if t]
    for t in made:
        if len({len(cells) for cells in t}) != 1:
            raise AssertionError(f"rows of different lengths in the table of {t[0]}")
    return made


def of_family(text: str, network: str) -> tuple[list[list[str]], list[list[str]]]:
    """The tables of exact numbers that have a column for the network: compute and parameters."""
    found = [t for t in tables(text) if t[0][:2] == ["tool", "unit"] and any(f"[{network}]" in h for h in t[0])]
    compute, params = found
    return compute, params


def test_every_number_of_the_summary_has_its_unit_and_input() -> None:
    compute, params = of_family(FILES["summary.md"], "lenet5")
    assert compute[0] == ["tool", "unit", "[lenet5](models/lenet5.md) 1x1x32x32", "residual"]
    assert [cells[:2] for cells in compute[1:]] == [["engine", "MACs"], ["MACs 1.0", "MAC"], ["Beta 1.0", "beta units"]]
    assert [cells[:2] for cells in params[1:]] == [["MACs 1.0", "parameters"]]


def test_the_ratios_are_numbers_over_macs_lowest_first() -> None:
    (ratios,) = (t for t in tables(FILES["summary.md"]) if t[0][0] == "tool" and t[0][1] != "unit" and "[lenet5]" in t[0][1])
    assert [cells[0] for cells in ratios[1:]] == ["MACs 1.0", "Beta 1.0"]
    assert ratios[1][1] == "1.0000"
    compute, _ = of_family(FILES["summary.md"], "lenet5")
    assert ratios[2][1] == f"{int(compute[-1][2].replace(',', '')) / 416_520:.4f}"


def chart_of(document: Document) -> Chart:
    """The chart of a document, which stands at its top or in a section."""

    def within(parts: tuple[Part, ...]) -> list[Chart]:
        inner = [c for p in parts if isinstance(p, Section) for c in within(p.parts)]
        return [p for p in parts if isinstance(p, Chart)] + inner

    (found,) = within(document.parts)
    return found


def test_the_chart_has_a_bar_a_tool_as_long_as_the_median_of_the_row_below_it() -> None:
    (ratios,) = (t for t in tables(FILES["summary.md"]) if t[0][0] == "tool" and t[0][1] != "unit" and "[lenet5]" in t[0][1])
    chart = chart_of(compare.full(report())[0])
    assert [b.label for b in chart.bars] == [cells[0] for cells in ratios[1:]]
    for bar, cells in zip(chart.bars, ratios[1:], strict=True):
        halves = [float(cell) for cell in cells[1:]]
        assert isinstance(bar.says, Number)
        assert bar.says.value == bar.value
        assert math.isclose(bar.value, sum(halves) / 2, abs_tol=1e-4), "of two networks, the median is the mean"


def test_the_summary_has_the_exact_numbers_and_a_residual_of_0() -> None:
    compute, _ = of_family(FILES["summary.md"], "lenet5")
    tanh = 6 * 28 * 28 + 16 * 10 * 10 + 120 + 84
    biases = 6 * 28 * 28 + 16 * 10 * 10
    assert [cells[2] for cells in compute[1:]] == ["416,520", "416,520", f"{2 * 416_520 + biases + 7 * tanh:,}"]
    assert [cells[3] for cells in compute[1:]] == ["–", "**0**", "**0**"]


def test_a_residual_is_shown_where_it_is() -> None:
    wrong = [row(NETS[0], "tool_off", value=416_523), row(NETS[0], "tool_off", UNATTRIBUTED, 3)]
    files = render_all(report([*rows(), *wrong]))
    compute, _ = of_family(files["summary.md"], "lenet5")
    assert compute[-1][-1] == "**6**", "3 in the total and 3 outside of every layer"
    assert [cells[-1] for cells in compute[2:-1]] == ["**0**", "**0**"]
    assert "416,523 MAC = " in files["models/lenet5.md"]
    assert re.search(r"416,523 MAC = .*; residual 3$", files["models/lenet5.md"], re.MULTILINE)
    assert "beta units: +468,377; residual −3**" in files["models/lenet5.md"], "the next step takes it back"


def test_tools_that_say_the_same_share_a_line_and_a_column() -> None:
    twin = [r for r in truthful(tally(NETS[0]), "tool_twin", CONVENTIONS["mac"]) if r.metric == "compute"]
    page = render_all(report([*rows(), *twin]))["models/lenet5.md"]
    compute = next(t for t in tables(page) if "MACs =" in t[0])
    assert compute[0][-2:] == ["Beta<br>beta units", "MACs = MACs<br>MAC"]
    assert "- **MACs = MACs**, compute: 416,520 MAC = " in page


def test_a_cell_without_an_answer_is_listed_with_its_reason() -> None:
    (problem,) = next(t for t in tables(FILES["summary.md"]) if t[0][-1] == "why")[1:]
    assert problem == ["lenet5", "fake", "tool_lost", "compute", "error", r"it \| broke"]
    assert "tool_lost" not in FILES["models/lenet5.md"]


def test_a_quirk_that_mattered_is_named_with_its_source() -> None:
    lines = next(t for t in tables(FILES["summary.md"]) if "source" in t[0])[1:]
    assert [cells[:3] for cells in lines] == [["tool_beta", "tanh", "a tanh costs seven"]]
    assert lines[0][-1] == "beta.py:1"


def test_a_page_explains_each_number_as_a_sum_with_its_unit() -> None:
    page = FILES["models/lenet5.md"]
    assert "416,520 MACs, 61,706 learnable parameters." in page
    sums = re.findall(r"^- \*\*(.+?)\*\*, .+?: ([\d,]+) (.+?) = (.+); residual (\S+)$", page, re.MULTILINE)
    assert [(s[0], s[2], s[4]) for s in sums] == [
        ("MACs", "MAC", "0"),
        ("Beta", "beta units", "0"),
        ("MACs", "parameters", "0"),
    ]
    for _, value, _, terms, _ in sums:
        products = re.findall(r"([+−]?) ?(?:(\d+) × )?([\d,]+) ", terms)
        total = sum((-1 if sign == "−" else 1) * int(w or 1) * int(n.replace(",", "")) for sign, w, n in products)
        assert total == int(value.replace(",", "")), terms


def test_a_page_has_every_layer_with_its_arithmetic_and_every_tool() -> None:
    page = FILES["models/lenet5.md"]
    compute = next(t for t in tables(page) if "MACs =" in t[0])
    assert compute[0][-2:] == ["Beta<br>beta units", "MACs<br>MAC"]
    assert [cells[0] for cells in compute[1:]] == [x.id for x in NETS[0].layers]
    assert compute[1][:3] == ["features.c1", "conv", "1×6×28×28"]
    assert compute[1][4:] == ["117,600", f"{2 * 117_600 + 4_704:,}", "117,600"]
    products = {c[0]: (math.prod(map(int, c[3].split("·"))), int(c[4].replace(",", ""))) for c in compute[1:] if c[3] != "–"}
    assert set(products) == {x.id for x in NETS[0].layers if x.op in ("conv", "linear")}
    assert all(arithmetic == macs for arithmetic, macs in products.values()), products


def test_a_page_leads_from_one_tool_to_the_next_by_terms_that_add_up() -> None:
    way = FILES["models/lenet5.md"].split("## From one tool to the next")[1].split("\n## ")[0]
    pattern = r"^\*\*.+?: MACs ([\d,]+) MAC → Beta ([\d,]+) beta units: ([+\d,]+); residual 0\*\*"
    ((below, above, difference),) = re.findall(pattern, way, re.MULTILINE)
    terms = [int(n.replace(",", "").replace("−", "-")) for n in re.findall(r"^- ([+−][\d,]+): ", way, re.MULTILINE)]
    assert len(terms) == 4
    assert sum(terms) == int(difference.replace(",", "")) == int(above.replace(",", "")) - int(below.replace(",", ""))


def test_every_metric_that_rows_may_have_has_a_title() -> None:
    assert set(METRIC_TITLES) == set(METRICS)
