"""Every block of every lesson runs and prints what stands below it; one that does not is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil.example import SybilFailure

from tests.lessons import lesson

LANGUAGES = {"python", "pycon", "console", "text"}
WIDTH = 104  # characters of code in the page's column
PARTS = ("By hand", "A real tool", "Exercise", "In the explorer", "Where to look next")


@pytest.mark.parametrize("path", lesson.paths(), ids=lambda p: p.stem)
def test_a_lesson_runs_from_top_to_bottom(path: Path) -> None:
    assert lesson.run(path) >= 4


@pytest.mark.parametrize("path", lesson.paths(), ids=lambda p: p.stem)
def test_a_lesson_has_all_parts_in_their_order(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    heads = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert [h for h in heads if h in PARTS] == list(PARTS)
    assert text.startswith("# ")
    assert "**" in text.split("\n## ")[0], "the claim, in bold, stands before the first part"
    assert text.count("<details>") == text.count("</details>") >= 1
    assert text.split("## Exercise")[1].split("\n## ")[0].count("```") >= 2, "an answer that is worked out"
    assert "index.html#/" in text.split("## In the explorer")[1].split("\n## ")[0]


@pytest.mark.parametrize("path", lesson.paths(), ids=lambda p: p.stem)
def test_what_a_block_prints_stands_below_it(path: Path) -> None:
    """Only at the prompt and in a console is output compared, so nothing else may print."""
    for block in lesson.read(path):
        assert block.language in LANGUAGES, f"{path.name}:{block.line}: a block of {block.language!r}"
        assert block.prompted or "print(" not in block.text, f"{path.name}:{block.line}: write it with >>>, and what it prints"
        assert block.language != "pycon" or block.prompted, f"{path.name}:{block.line}: pycon begins with >>>"
        wide = [line for line in block.text.split("\n") if len(line) > WIDTH and not line.startswith("$")]
        assert not wide, f"{path.name}:{block.line}: wider than the column: {wide[0]}"
        assert block.language != "console" or block.text.startswith("$ "), f"{path.name}:{block.line}: console begins with $"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```pycon\n>>> 6 * 7\n43\n```", "line 2.*Got:\n    42"),
        ("x\n\n```python\nassert 6 * 7 == 43\n```", None),
        ("```console\n$ crosscheck --version\ncrosscheck 0.0.0\n```", r"-crosscheck 0\.0\.0\n\+crosscheck"),
        ("```console\n$ crosscheck count lenett\n```", r"\+crosscheck: .*lenet"),
        ("```console\n$ crosscheck count lenet -c mac -m compute | grep mac\nmac 1\n```", r"-mac 1\n\+.*mac"),
        ("<details>\n\n```pycon\n>>> 1\n2\n```\n\n</details>", "line 4.*Got:\n    1"),
    ],
)
def test_what_is_wrong_fails_with_its_line(tmp_path: Path, text: str, says: str | None) -> None:
    path = tmp_path / "x.md"
    path.write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(SybilFailure if says else AssertionError, match=f"(?s){says or ''}"):
        lesson.run(path)


def test_a_block_that_needs_a_framework_waits_for_it(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("```python\nx = 1\n```\n\n<!-- needs: torch -->\n```python\nassert x == 2\n```\n", encoding="utf-8")
    assert lesson.run(path) == 1
    with pytest.raises(AssertionError):
        lesson.run(path, "torch")
