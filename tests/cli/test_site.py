"""The commands that write the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crosscheck.studies.site import site


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One small network in the explorer, so that the page is there at once."""
    small = site.explorer(("lenet",), own_size=True)
    monkeypatch.setattr(site, "explorer", lambda *_, **__: small)


def test_a_report_becomes_one_file_beside_its_tables(crosscheck: Any, few: None, tmp_path: Path) -> None:
    head = "model,framework,tool,tool_version,convention,input,layer,op,metric,value,unit,predicted,residual,status,message\n"
    row = "lenet,pytorch,thop,0.1,thop,1x1x28x28,(total),(model),compute,341256,MACs,341256,0,ok,\n"
    (tmp_path / "measurements.csv").write_text(head + row, encoding="utf-8")
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons/01-x.md").write_text("# A *lesson*\n\n<b>as text</b>\n", encoding="utf-8")
    code, out, err = crosscheck("report", "--reports", str(tmp_path), "--lessons", str(tmp_path / "lessons"))
    assert (code, err) == (0, "")
    assert out.startswith(f"{tmp_path / 'index.html'}: ")
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert '<th scope="row">thop</th>' in text
    assert "341,256" in text
    assert "&lt;b&gt;as text" in text


def test_the_explorer_alone_is_one_file(crosscheck: Any, few: None, tmp_path: Path) -> None:
    code, _, _ = crosscheck("explorer", "--out", str(tmp_path / "explorer.html"))
    assert code == 0
    assert 'data-block="explorer"' in (tmp_path / "explorer.html").read_text(encoding="utf-8")


def test_a_folder_without_tables_is_refused(crosscheck: Any, tmp_path: Path) -> None:
    code, _, err = crosscheck("report", "--reports", str(tmp_path))
    assert code == 2
    assert (
        err == f"crosscheck: no tables in {str(tmp_path)!r}. Hint: make compare writes them, or name the folder with --reports\n"
    )
