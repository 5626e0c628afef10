"""The loop that every framework's process runs: what a tool says becomes rows, and so does what goes wrong."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from adapters import worker
from adapters.room import version_of
from crosscheck.contract.job import Cell, Job, Kind, Recipe
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED, Fact, Measurement, Observed, RunInfo, from_dict
from crosscheck.models.writer import Graph
from tests.fakes.room.build import BUILT

ROOM = "tests.fakes.room"


def net(name: str = "net") -> Model:
    g = Graph(name, (1, 1, 4, 4))
    g.add("conv", "conv", out_channels=2, kernel=3)
    g.add("relu", "relu")
    return g.build()


def asks(tool: str, index: int = 0) -> Cell:
    return Cell(Kind.TOOL, index, tool)


def events(folder: Path, names: list[str], cells: list[Cell], **more: Any) -> list[dict[str, Any]]:
    """Run one job in this process and read back what it wrote."""
    rows = folder / "rows.jsonl"
    worker.run_job(ROOM, Job("r1", str(rows), tuple(map(net, names)), tuple(cells), **more))
    return [json.loads(line) for line in rows.read_text().splitlines()]


def measured(folder: Path, name: str, tool: str) -> list[Measurement]:
    found = events(folder, [name], [asks(tool)])
    assert [e["event"] for e in found if e["event"] != "row"] == ["hello", "start", "end", "bye"]
    return [from_dict(Measurement, {k: v for k, v in e.items() if k != "event"}) for e in found if e["event"] == "row"]


def short(rows: list[Measurement]) -> list[tuple[str, str, int | None, str]]:
    return [(r.metric, r.layer, r.value, r.status) for r in rows]


def test_every_layer_gets_a_row_and_the_rest_of_the_total_one_of_its_own(tmp_path: Path) -> None:
    rows = measured(tmp_path, "net", "steady")
    assert short(rows) == [
        ("compute", "conv", 10, "ok"),
        ("compute", "relu", None, "absent"),
        ("compute", UNATTRIBUTED, 5, "ok"),
        ("compute", TOTAL, 15, "ok"),
        ("params", "conv", None, "absent"),
        ("params", "relu", None, "absent"),
        ("params", TOTAL, 0, "ok"),
    ], "no (unattributed) row for params, where nothing is left; a total of 0 params is fine"
    assert {r.unit for r in rows if r.metric == "compute"} == {"ops"}
    assert [r.message for r in rows[:4]] == ["said so", "", "", "in all"]
    assert [r.op for r in rows[:4]] == ["conv", "relu", "(model)", "(model)"]
    first = rows[0]
    assert (first.run, first.model, first.framework, first.tool) == ("r1", "net", "room", "steady")
    assert (first.tool_version, first.convention, first.input) == (metadata.version("pytest"), "mac", "1x1x4x4")


def test_a_tool_without_layers_gives_its_total_alone(tmp_path: Path) -> None:
    assert short(measured(tmp_path, "net", "whole")) == [("compute", TOTAL, 15, "ok")]


def test_a_reading_without_a_value_is_an_absent_row(tmp_path: Path) -> None:
    assert short(measured(tmp_path, "silent_layer", "moody")) == [
        ("compute", "conv", None, "absent"),
        ("compute", "relu", None, "absent"),
        ("compute", UNATTRIBUTED, 3, "ok"),
        ("compute", TOTAL, 3, "ok"),
    ]


@pytest.mark.parametrize(
    ("habit", "status", "message"),
    [
        ("stranger", "error", "ValueError: a row for layer 'elsewhere', which the network does not have"),
        ("twice", "error", "ValueError: two rows for ('conv', 'compute')"),
        ("no_total", "error", "ValueError: no total for compute"),
        ("none_total", "error", "ValueError: no total for compute"),
        ("zero", "error", "ValueError: a total of 0 for a network that multiplies: the tool saw no shapes"),
        ("float", "error", "RowError: float × moody × conv: 1.0 is not an exact integer"),
        ("float_total", "error", "RowError: float_total × moody × "),
        ("raises", "error", "RuntimeError: shape mismatch"),
        ("cannot", "unsupported", "layer 'conv': not here"),
    ],
)
def test_what_no_tool_may_say_is_one_row_with_the_reason(tmp_path: Path, habit: str, status: str, message: str) -> None:
    (only,) = measured(tmp_path, habit, "moody")
    assert (only.layer, only.op, only.value, only.unit, only.status) == (TOTAL, "(model)", None, "", status)
    assert only.message.startswith(message)


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("unsupported", "unsupported", "layer 'conv': no such padding here"),
        ("broken", "error", "MemoryError: no room for it"),
    ],
)
def test_a_network_that_cannot_be_built_is_a_row_for_every_tool_and_metric(
    tmp_path: Path, name: str, status: str, message: str
) -> None:
    found = events(tmp_path, [name, "net"], [asks("steady"), asks("whole"), asks("whole", 1)])
    rows = [(e["tool"], e["metric"], e["status"], e["message"]) for e in found if e["event"] == "row"]
    assert rows == [
        ("steady", "compute", status, message),
        ("steady", "params", status, message),
        ("whole", "compute", status, message),
        ("whole", "compute", "ok", ""),
    ]


def test_a_network_is_built_once_for_all_its_tools_and_every_tool_gets_its_own(tmp_path: Path) -> None:
    BUILT.clear()
    found = events(tmp_path, ["a", "b"], [asks("steady"), asks("steady"), asks("whole"), asks("steady", 1)])
    assert BUILT == ["a", "b"]
    assert {e["status"] for e in found if e["event"] == "row"} == {"ok", "absent"}


def test_a_tool_that_cannot_be_imported_says_why_and_the_next_one_runs(tmp_path: Path) -> None:
    found = events(tmp_path, ["net"], [asks("unfit"), asks("no_such_tool"), asks("whole")])
    kinds = [e["event"] for e in found]
    assert kinds == ["hello", "start", "fail", "end", "start", "fail", "end", "start", "row", "end", "bye"]
    assert found[2]["message"] == "ImportError: no module named 'unfit'"
    assert found[5]["message"].startswith("ModuleNotFoundError: ")


def test_the_contract_asks_the_native_network(tmp_path: Path) -> None:
    found = events(tmp_path, ["net", "factless", "broken"], [Cell(Kind.CONTRACT, k) for k in range(3)])
    facts = [from_dict(Fact, {k: v for k, v in e.items() if k != "event"}) for e in found if e["event"] == "fact"]
    assert facts == [
        Fact("net", "room", "1x1x4x4", "conv", (1, 2, 2, 2), 0, None),
        Fact("net", "room", "1x1x4x4", "relu", (1, 2, 2, 2), 0, None),
    ]
    assert [e["message"] for e in found if e["event"] == "fail"] == ["ValueError: it does not say"]


def test_the_first_line_tells_versions_without_a_build_suffix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = events(tmp_path, ["net"], [])
    info = from_dict(RunInfo, {k: v for k, v in found[0].items() if k != "event"})
    assert info.framework == "room"
    assert info.versions == {
        "pytest": metadata.version("pytest"),
        "no-such-package|hypothesis": metadata.version("hypothesis"),
    }
    monkeypatch.setattr(metadata, "version", lambda _: "2.9.0+cpu")
    assert version_of("torch") == version_of("torch|torch-cpu") == "2.9.0"


def test_jobs_come_by_path_or_one_a_line_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.limits.keep_to_memory", lambda: None)  # this process is not the worker's own
    paths = []
    for k in range(2):
        Job("r", str(tmp_path / f"{k}.jsonl"), (net(),), (asks("whole"),)).write(tmp_path / f"{k}.json")
        paths.append(str(tmp_path / f"{k}.json"))
    monkeypatch.setattr("sys.argv", ["worker", paths[0]])
    worker.main(ROOM)
    assert not (tmp_path / "1.jsonl").exists()
    monkeypatch.setattr("sys.argv", ["worker", "-"])
    monkeypatch.setattr("sys.stdin", [paths[1] + "\n"])
    worker.main(ROOM)
    for k in range(2):
        lines = [json.loads(line) for line in (tmp_path / f"{k}.jsonl").read_text().splitlines()]
        assert [e["event"] for e in lines] == ["hello", "start", "row", "end", "bye"]


def test_a_network_that_is_watched_comes_back_as_it_was_seen(tmp_path: Path) -> None:
    seen = [e for e in events(tmp_path, ["net"], [Cell(Kind.OBSERVE, 0)]) if e["event"] == "network"]
    (row,) = [from_dict(Observed, {k: v for k, v in e.items() if k != "event"}) for e in seen]
    assert (row.model, row.framework, row.input, row.status) == ("net", "room", "1x1x4x4", "ok")
    assert row.network is not None
    assert [x.op for x in Model.from_json(row.network).layers] == ["conv", "relu", "tanh"]


def test_a_network_that_cannot_be_built_or_watched_says_why(tmp_path: Path) -> None:
    found = events(tmp_path, ["unsupported", "broken", "unseen"], [Cell(Kind.OBSERVE, k) for k in range(3)])
    said = [(e["status"], e["message"]) for e in found if e["event"] == "network"]
    assert said == [("unsupported", "layer 'conv': no such padding here"), ("error", "MemoryError: no room for it")]
    assert [e["message"] for e in found if e["event"] == "fail"] == ["ValueError: it does not run"]


def test_what_was_seen_of_a_zoo_network_takes_the_place_of_its_description(tmp_path: Path) -> None:
    zoo = (Recipe("a.zoo", {"channels": 5}),)
    found = events(tmp_path, ["animal"], [Cell(Kind.OBSERVE, 0), asks("steady")], zoo=zoo)
    (seen,) = [Model.from_json(e["network"]) for e in found if e["event"] == "network"]
    assert [(x.id, x.attrs["out_channels"]) for x in seen.layers] == [("conv", 5)]
    assert seen.source == "a.zoo"
    assert [e["layer"] for e in found if e["event"] == "row" and e["metric"] == "compute"] == ["conv", UNATTRIBUTED, TOTAL]
