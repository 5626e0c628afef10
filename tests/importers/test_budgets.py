"""The table of budgets says what the code does, and has every budget."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import crosscheck.importers as room

HOME = Path(room.__file__).parent
ROW = re.compile(r"^\| `([\w.]+)\.([A-Z_]+)` \| ([\d,]+) \|", re.MULTILINE)
ROWS = {(module, name): int(number.replace(",", "")) for module, name, number in ROW.findall((HOME / "README.md").read_text())}
OTHERS = {
    ("onnx.fold", "MOST_AXES"),
    ("caffe.load", "MOST_BLOB"),
    ("caffe.textproto", "MOST_DIGITS"),
    ("onnx.walk", "MOST_NUMBERS"),
}


def test_every_row_is_what_the_code_has() -> None:
    for (module, name), number in ROWS.items():
        assert getattr(importlib.import_module(f"crosscheck.importers.{module}"), name) == number, (module, name)


def test_every_budget_has_a_row() -> None:
    """But for those that refuse nothing by themselves: beyond them less is followed, or a note says so."""
    found = {
        (".".join(path.relative_to(HOME).with_suffix("").parts), name)
        for path in HOME.rglob("*.py")
        for name in re.findall(r"^(MOST_\w+)(?:, \w+)? = ", path.read_text(), re.MULTILINE)
    }
    assert found - OTHERS <= ROWS.keys()
    assert len(ROWS) >= 15
