"""The README's table is what the committed reports say, and every command that it shows exists."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from crosscheck.cli.commands import app
from crosscheck.report import charts
from crosscheck.studies.figures import record
from tests import readme_pictures
from tests.readme_table import END, ROOT, START, block

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_is_the_report() -> None:
    assert TEXT.split(START)[1].split(END)[0].strip() == block()


def test_the_pictures_are_what_the_reports_say() -> None:
    """Drawn anew they have the same texts and marks; where letters are measured otherwise, they may stand elsewhere."""
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    for name, chart in readme_pictures.drawings().items():
        drawn = charts.svg(chart, background="white")
        kept = (readme_pictures.FOLDER / name).read_text(encoding="utf-8")
        assert f"](pictures/{name})" in TEXT
        assert re.findall(r'aria-label="([^"]*)"', drawn) == re.findall(r'aria-label="([^"]*)"', kept), name
        assert re.findall(r">([^<>]+)</text>", drawn) == re.findall(r">([^<>]+)</text>", kept), name


def test_every_command_shown_exists() -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    shells = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    shown = set(re.findall(r"^crosscheck ([a-z]+)", "".join(shells), re.MULTILINE))
    assert shown
    assert shown <= commands


def test_the_number_of_figures_is_that_of_the_built_in_set() -> None:
    assert f"{len(record.builtin()):,} published figures" in TEXT


def test_every_lesson_is_listed_in_its_order() -> None:
    listed = re.findall(r"^\d+\. \[.*\]\(lessons/(.*)\)", TEXT, re.MULTILINE)
    assert listed == sorted(p.name for p in (ROOT / "lessons").iterdir())
