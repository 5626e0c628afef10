"""Transformers from configurations under every PyTorch tool: each number that a tool gives is predicted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

pytest.importorskip("torch", exc_type=ImportError)
pytest.importorskip("transformers")

import torch

from adapters.pytorch.build import Native
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.measuring import catalog
from crosscheck.studies.own import layers
from tests.frameworks import captured
from tests.frameworks.transformers_tiny import LENGTH, TINY, WIDTH, WORDS

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("transformers")]
TOOLS = [tool.id for tool in catalog.framework("pytorch").tools if not tool.overlay]
FLOOR = 9  # totals of the tools that take a network however it is called


@cache
def made(name: str, batch: int) -> Native:
    torch.manual_seed(0)
    net, args, kwargs = TINY[name](batch)
    return captured.native(net, *args, **kwargs)


def said(tool: str, built: Native) -> Any:
    """What the tool says, or why it says nothing."""
    try:
        return captured.said(tool, built)
    except Exception as error:  # noqa: BLE001 - whatever a tool raises on a network that it cannot take
        return f"{type(error).__name__}: {error}"


def totals(built: Native) -> Iterator[tuple[str, int, list[tuple[str, int, int]]]]:
    """Tool, how many totals it gives, and those that are not as predicted."""
    for tool in TOOLS:
        found = said(tool, built)
        if not isinstance(found, str):
            yield tool, sum(1 for layer, _ in found if layer == TOTAL), list(captured.residuals(tool, built, found))


@pytest.mark.parametrize("name", TINY)
def test_every_total_is_predicted(name: str) -> None:
    answers = list(totals(made(name, 2)))
    assert {tool: odd for tool, _, odd in answers if odd} == {}
    assert len(answers) >= 6
    assert sum(n for _, n, _ in answers) >= FLOOR


@pytest.mark.parametrize("name", TINY)
def test_what_is_multiplied_is_known_of_every_layer(name: str) -> None:
    seen = made(name, 1).seen
    assert seen is not None
    rows = layers.rows(engine.tally(seen), ())
    assert layers.unknown(seen, rows) == ()


def test_experts_are_stored_all_and_run_as_many_as_are_chosen() -> None:
    seen = made("mixtral", 1).seen
    assert seen is not None
    counted, mac = engine.tally(seen), convention.load("mac")
    width, wide, experts, chosen, blocks = WIDTH, 2 * WIDTH, 4, 2, 2
    attention = 2 * width * width + 2 * width * (width // 2)  # grouped: two heads of keys and values for four of queries
    gate, expert = experts * width, 3 * width * wide
    held = blocks * (attention + gate + experts * expert + 2 * width) + width + 2 * WORDS * width
    run = blocks * LENGTH * (attention + gate + chosen * expert + 2 * LENGTH * width) + LENGTH * WORDS * width
    assert (engine.total(counted, mac, "params"), engine.total(counted, mac, "compute")) == (held, run)
