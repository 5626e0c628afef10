"""What the README shows of a network of one's own is what the command prints."""

from __future__ import annotations

import pytest

from tests import readme_own
from tests.readme_table import ROOT

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("own")]


def test_the_answer_is_what_the_command_prints() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme_own.block(text) == text, "python -m tests.readme_own writes it"
