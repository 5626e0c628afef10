"""Notebooks that are made of lessons are valid, hold every block, and run."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import nbformat
import pytest

from tests.lessons import console, lesson, notebooks

TEXT = """# Title

A claim, as [before](02-x.md#top).

```pycon
>>> for k in range(2):
...     print(k)
0
1
>>> 6 * 7
42
```

```console
$ crosscheck --version
crosscheck 0
$ crosscheck count lenet | head -n 1
x
```

<details><summary>Answer</summary>

Because:

```python
assert 1
```

</details>

```text
as it is
```
"""


def test_blocks_become_cells_and_answers_are_hidden() -> None:
    home, *cells = notebooks.notebook(TEXT).cells
    assert home.source == notebooks.HOME
    assert [(c.cell_type, c.source) for c in cells] == [
        ("markdown", "# Title\n\nA claim, as [before](02-x.ipynb#top)."),
        ("code", "for k in range(2):\n    print(k)\n6 * 7"),
        ("code", "!crosscheck --version\n!crosscheck count lenet | head -n 1"),
        ("markdown", "**Answer**\n\nBecause:"),
        ("code", "assert 1"),
        ("markdown", "```text\nas it is\n```"),
    ]
    assert [c.metadata for c in cells if c.cell_type == "code"] == [{}, {}, notebooks.HIDDEN]


def test_every_lesson_is_a_valid_notebook_with_all_its_blocks(tmp_path: Path) -> None:
    files = notebooks.write(tmp_path / "made/here")
    assert [f.stem for f in files] == [p.stem for p in lesson.paths()]
    for path, file in zip(lesson.paths(), files, strict=True):
        read = nbformat.read(file, as_version=4)
        nbformat.validate(read)
        code = [c.source for c in read.cells if c.cell_type == "code"]
        assert len(code) == 1 + sum(b.language in lesson.RUN for b in lesson.read(path)), path.stem
    before = [f.read_bytes() for f in files]
    assert [f.read_bytes() for f in notebooks.write(tmp_path / "made/here")] == before


@pytest.mark.parametrize("path", lesson.paths(), ids=lambda p: p.stem)
def test_the_python_of_a_notebook_runs(path: Path) -> None:
    """Cells one after the other, as a notebook runs them; commands and what needs a framework left out."""
    cells = [c.source for c in notebooks.notebook(path.read_text(encoding="utf-8")).cells if c.cell_type == "code"][1:]
    ran = [b for b in lesson.read(path) if b.language in lesson.RUN]
    namespace: dict[str, object] = {}
    with console.at(lesson.ROOT), contextlib.redirect_stdout(io.StringIO()):
        for block, source in zip(ran, cells, strict=True):
            if block.language != "console" and not block.needs:
                exec(compile(source, path.name, "exec"), namespace)
