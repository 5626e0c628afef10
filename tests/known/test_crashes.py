"""The list of known crashes: sound rows, whose tools and networks exist."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from crosscheck import models
from crosscheck.errors import CrosscheckError
from crosscheck.known import crashes
from crosscheck.known.crashes import Crash
from crosscheck.measuring import catalog
from crosscheck.subjects import zoo

CRASH = Crash("tool", "zoo:dense*", "TypeError: * is no list", "tool.py:7", "it is so")


def test_every_row_is_of_a_tool_and_a_network_that_there_are() -> None:
    listed = crashes.load()
    networks = [*zoo.networks(), *models.variants()]
    assert listed
    for crash in listed:
        assert fnmatch.filter(catalog.tools(), crash.tool), crash
        assert fnmatch.filter(networks, crash.network), crash
        assert re.fullmatch(r"[\w/.]+\.py:\d+", crash.source), crash


def test_tool_network_and_the_whole_message_must_fit() -> None:
    assert CRASH.explains("tool", "zoo:densenet", "TypeError: 7 is no list")
    assert not CRASH.explains("tools", "zoo:densenet", "TypeError: 7 is no list")
    assert not CRASH.explains("tool", "zoo:resnet", "TypeError: 7 is no list")
    assert not CRASH.explains("tool", "zoo:densenet", "TypeError: 7 is no list of tensors")


@pytest.mark.parametrize("field", asdict(CRASH))
def test_a_row_that_lacks_a_field_or_a_reason_is_refused(tmp_path: Path, field: str) -> None:
    rows = {k: v for k, v in asdict(CRASH).items() if k != field}
    for more in ({}, {"reason": " "}):
        text = "\n".join(["[[crash]]", *(f'{k} = "{v}"' for k, v in (rows | more).items())])
        (tmp_path / "crashes.toml").write_text(text)
        with pytest.raises(CrosscheckError, match=r"crashes.toml: a crash (has a missing or unknown field|without a reason)"):
            crashes.load(tmp_path / "crashes.toml")
