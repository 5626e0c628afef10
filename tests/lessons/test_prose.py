"""No figure in a lesson's prose is typed freely."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lessons import lesson, prose

PROVEN = "4,089,184,256 MACs, 8.18 G, 99.9 %\n>>> x = 6 * 4_773  # 0.5"


@pytest.mark.parametrize("path", lesson.paths(), ids=lambda p: p.stem)
def test_every_figure_in_prose_stands_in_a_block_or_is_published(path: Path) -> None:
    proven = "\n".join(block.text for block in lesson.read(path) if block.language in lesson.RUN)
    odd = prose.refused(path.read_text(encoding="utf-8"), proven, f"lessons/{path.name}")
    assert not odd, "\n".join(odd)


@pytest.mark.parametrize(
    "text",
    [
        "It has 4089184256 MACs, or 8.18 G.",
        "ResNet-50, conv1, LeNet-5, VGG-16, v1.5, layer4.0.conv2 and 2³² in 2015",
        "a 3×3 kernel on 224×224 pixels, twice, 12 times, `profile.py:29-32`",
        "of 4,773; thop 0.1.1.post22 and version 2.13; lesson [07](07-x.md); lines 233–240, issue 1266",
        "```text\n4711\n```",
        "it prints 25.56 ([ptflops](https://github.com/sovrasov/flops-counter.pytorch))",
        "it prints 25.56 ([on trial](../reports/figures.md))",
        "| a | b |\n|--|--|\n| [ptflops](https://github.com/sovrasov/flops-counter.pytorch) | 25.56 |",
        "it says 3.8 ([paper](https://arxiv.org/abs/1512.03385))",
        "<!-- needs: torch -->",
    ],
)
def test_what_is_proven_or_no_figure_passes(text: str) -> None:
    assert prose.refused(text, PROVEN, "x.md") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a\n\nb\nof 4,089,184,257 MACs", "4,089,184,257"),
        ("**8.19 G**", "8.19"),
        ("- a list of 13", "13"),
        ("| a |\n|--|\n| 0.5 |", "0.5"),
        ("| a |\n|--|\n| 25.56 |\n| [x](reports/figures.md) |", "25.56"),
        ("inline `4711` and `4711 MB`", "4711"),
        ("it prints 25.56 ([another](https://example.org))", "25.56"),
        ("<details><summary>Answer: 4711</summary>\n\nx\n\n</details>", "4711"),
        ("[4711](x.md)", "4711"),
        ("## Heading 4711", "4711"),
        ("2048 channels", "2048"),
        ("it prints 4711.08", "4711.08"),
        ("it prints 4,711,224", "4,711,224"),
    ],
)
def test_a_figure_typed_freely_is_refused_with_its_line(text: str, number: str) -> None:
    found = prose.refused(text, PROVEN, "x.md")
    assert found
    assert all(f": {number} is typed freely. Hint: let a block" in line for line in found)
    assert found[0].startswith("x.md:")


def test_the_line_is_that_of_the_paragraph() -> None:
    assert prose.refused("a\n\nb 4711\n", "", "x.md")[0].startswith("x.md:3: 4711")
