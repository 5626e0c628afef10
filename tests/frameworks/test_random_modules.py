"""Random graphs of the whole vocabulary, written as users write them, under every PyTorch tool: each number is predicted.

``CROSSCHECK_RANDOM_NETWORKS=300 pytest tests/frameworks/test_random_modules.py`` draws so many instead of a few.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crosscheck.contract.own import Blank, Own
from crosscheck.contract.rows import Measurement
from crosscheck.measuring import runner
from crosscheck.studies.own import run as study
from crosscheck.studies.own.found import WORKER, Found
from crosscheck.subjects import own
from tests.frameworks.random_code import Code, network
from tests.frameworks.random_ops import OPS

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("random")]
COUNT = int(os.environ.get("CROSSCHECK_RANDOM_NETWORKS", "24"))
HAND = -(-len(OPS) // 24)  # operations a network, so that the few reach all
BATCHES = (1, 2)
NO_SIZE = "AttributeError: '* object has no attribute 'size'"
STATES = ("lstm", "lstm_both_ways", "lstm_length_first", "lstm_projected")
ALONE = ("multihead_alone", "encoder_layer", "encoder_layer_norm_first", "decoder_layer")
WEIGHTS = ("weight_norm_linear", "normed_weights", "spectral_norm_linear")
DEATHS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("torchsummary_151", NO_SIZE, (*STATES, *ALONE)),  # torchsummary.py:23: a part of the output is no tensor
    ("fvcore", "IndexError: list index out of range", ("matmul_vector",)),  # jit_handles.py:225: a vector has no second axis
    ("torchprofile", "AssertionError: ", ("baddbmm", "dot_attention_grouped")),  # handlers.py:36,172: sizes are not broadcast
    ("torchinfo_009", "RuntimeError: *; IndexError: tuple index out of range", WEIGHTS),  # layer_info.py:58: no input
)
"""How tools die of some operations by their own fault: the tool, its message, and the operations."""


def hands(count: int) -> list[list[str]]:
    """The operations of each network: all of them are dealt out, time after time in another order."""
    random, deck = Random(0), list[str]()
    while len(deck) < count * HAND:
        deck += random.sample(list(OPS), len(OPS))
    return [deck[k * HAND : (k + 1) * HAND] for k in range(count)]


def drawn(count: int) -> list[Code]:
    """So many networks, the same ones each time."""
    wanted, found = hands(count), list[Code]()

    once = settings(
        max_examples=count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    @once
    @given(st.randoms(use_true_random=True))
    def draw(random: Any) -> None:
        found.append(network(random, wanted[len(found) % count]))

    draw()
    return found


def networks(codes: Sequence[Code], folder: Path) -> Iterator[own.Network]:
    """Each network with each batch, as a command names it: the file of its code."""
    for k, code in enumerate(codes):
        path = folder / f"net{k}.py"
        path.write_text(code.text)
        for batch in BATCHES:
            given = Blank((batch, *code.sample), code.dtype)
            yield own.network(f"net{k}, batch {batch}", "pytorch", Own(f"{path}:Net", (str(folder),), "", (given,)))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Code, Found]]:
    """What every tool says of every network, each tool started once."""
    folder = tmp_path_factory.mktemp("random")
    codes = drawn(COUNT)
    wanted = [*networks(codes, folder)]
    (info,) = [i for i in own.able() if i.id == "pytorch"]
    outcomes = runner.run(own.plans(info, wanted, info.tools), logs=folder, timeout=300)
    return [(codes[k // len(BATCHES)], study.found(n, outcomes, WORKER)) for k, n in enumerate(wanted)]


def test_every_number_is_predicted_or_the_tool_dies_in_a_known_way(found: list[tuple[Code, Found]]) -> None:
    odd = [(code, f, lines) for code, f in found if (lines := [*_odd(code, f)])]
    told = {f"{f.name}: {', '.join(code.ops)}": lines for code, f, lines in odd}
    assert told == {}, odd[0][0].text


def _odd(code: Code, f: Found) -> Iterator[str]:
    """What is not as it should be of one network."""
    if f.failed or f.lost:
        yield f"not seen whole: {f.failed} {f.lost}"
    for n in f.lines:
        row = n.row
        if row.status == "error" and not _known(code, row):
            yield f"{row.tool} × {row.metric}: {row.message}"
        if row.value is not None and n.residual != 0:
            yield f"{row.tool} × {row.metric}: {row.value} is {n.predicted} predicted {n.why}"


def _known(code: Code, row: Measurement) -> bool:
    deaths = (d for d in DEATHS if d[0] == row.tool and set(d[2]) & set(code.ops))
    return any(fnmatchcase(row.message, message) for _, message, _ in deaths)


def test_every_operation_is_reached_and_every_tool_speaks(found: list[tuple[Code, Found]]) -> None:
    assert {name for code, _ in found for name in code.ops} == set(OPS)
    assert len(found) >= COUNT * len(BATCHES)
    said = {t: sum(n.row.value is not None for _, f in found for n in f.lines if n.row.tool == t) for t in found[0][1].tools}
    assert min(said.values()) > len(found) // 2, said
