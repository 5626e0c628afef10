"""A convention of the user's own is named by the path of its file, wherever one is named; the file is data and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import ConventionError, FileError, UnknownNameError
from crosscheck.models import build
from crosscheck.studies import count
from crosscheck.studies.figures import identify
from crosscheck.subjects import tools
from crosscheck.subjects.resolve import resolve
from tests.helpers import convention_text


def written(folder: Path, text: str) -> str:
    path = folder / "found.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_counts_as_what_it_says(tmp_path: Path) -> None:
    path = written(tmp_path, convention_text("mac", {"compute": {"conv": {"mac": 2}}}))
    (total,) = count.count(resolve("lenet"), [tools.convention(path)]).totals
    known = engine.tally(build("lenet"))
    assert (total.convention, total.value) == (path, 2 * known.totals["conv"]["mac"]), "not the id that it gives itself"


def test_a_figure_is_identified_by_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, convention_text("found", {"compute": {"conv": {"mac": 2, "in_elements": -1}}}))
    conv = engine.tally(build("lenet")).totals["conv"]
    answer = identify.identify("lenet", f"{2 * conv['mac'] - conv['in_elements']:,}", "compute", by=path)
    assert [h.conventions for h in answer.fits if not h.assumptions] == [(path,)]


def test_a_file_may_extend_what_is_known_and_nothing_else(tmp_path: Path) -> None:
    head = 'id = "found"\ntitle = "Found"\nextends = "{}"\n[compute]\nlabel = "twice"\n'
    assert convention.load(written(tmp_path, head.format("mac"))).extends == "mac"
    with pytest.raises(ConventionError, match="unknown convention"):
        convention.parse(head.format("./other.toml"), "found.toml")


@pytest.mark.parametrize("name", ["nowhere.toml", "folder.toml", "large.toml", "latin.toml"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "large.toml").write_text("#" * (convention.MAX_BYTES + 1))
    (tmp_path / "latin.toml").write_bytes(b'id = "\xe9"')
    with pytest.raises(FileError, match=name):
        convention.load(str(tmp_path / name))


def test_a_name_without_the_ending_is_looked_up(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError):
        convention.load(str(tmp_path / "found"))
