"""Attention as one node: its products counted by naive loops over heads, queries and keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import pytest

from crosscheck.counting.engine import tally
from crosscheck.errors import FileError
from tests.importers.onnx.files import graph, model, node, read, value

Dims = tuple[int, ...]


def attention(q: Dims, k: Dims, v: Dims, reads: str = "q k v", **attrs: Any) -> onnx.ModelProto:
    g = graph([node("Attention", reads, "y", **attrs)], None)
    g.input.extend(value(name, dims) for name, dims in (("q", q), ("k", k), ("v", v)))
    return model(g, opset=23)


def products(batch: int, heads: int, queries: int, keys: int, size: int, values: int) -> int:
    """One by one: a product for each number of a query and key, and for each number of a value that a weight multiplies."""
    return sum(size + values for _ in range(batch) for _ in range(heads) for _ in range(queries) for _ in range(keys))


CASES: list[tuple[Dims, Dims, Dims, dict[str, Any], tuple[int, ...], Dims]] = [
    ((2, 5, 9, 4), (2, 5, 9, 4), (2, 5, 9, 4), {}, (2, 5, 9, 9, 4, 4), (2, 5, 9, 4)),
    ((2, 6, 5, 4), (2, 2, 7, 4), (2, 2, 7, 3), {}, (2, 6, 5, 7, 4, 3), (2, 6, 5, 3)),
    ((2, 5, 24), (2, 7, 8), (2, 7, 6), {"q_num_heads": 6, "kv_num_heads": 2}, (2, 6, 5, 7, 4, 3), (2, 5, 18)),
    ((1, 3, 4, 8), (1, 3, 4, 8), (1, 3, 4, 8), {"is_causal": 1}, (1, 3, 4, 4, 8, 8), (1, 3, 4, 8)),
]


@pytest.mark.parametrize(("q", "k", "v", "attrs", "by_hand", "out"), CASES)
def test_every_query_of_every_head_meets_every_key(
    q: Dims, k: Dims, v: Dims, attrs: dict[str, Any], by_hand: tuple[int, ...], out: Dims, tmp_path: Path
) -> None:
    found = read(attention(q, k, v, **attrs), tmp_path)
    assert not found.partial
    assert tally(found.model).sum("mac") == products(*by_hand)
    assert found.model.layers[0].y == out


def test_a_mask_saves_nothing_and_a_cache_adds_its_positions(tmp_path: Path) -> None:
    plain = attention((2, 3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 5))
    masked = attention((2, 3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 5), "q k v m")
    masked.graph.input.append(value("m", (4, 4)))
    cached = attention((2, 3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 5), "q k v _ pk pv")
    cached.graph.input.extend(value(name, (2, 3, 6, 5)) for name in ("pk", "pv"))
    macs = [tally(read(m, tmp_path).model).sum("mac") for m in (plain, masked, cached)]
    assert macs == [products(2, 3, 4, 4, 5, 5)] * 2 + [products(2, 3, 4, 4 + 6, 5, 5)]


@pytest.mark.parametrize("kv", [(2, 4, 7, 4), (2, 2, 7, 3), (1, 2, 7, 4)])
def test_heads_that_do_not_fit_are_refused(kv: Dims, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="do not fit"):
        read(attention((2, 6, 5, 4), kv, kv), tmp_path)


@pytest.mark.parametrize(
    ("op", "attrs", "heads"), [("MultiHeadAttention", {}, 6), ("GroupQueryAttention", {"kv_num_heads": 2}, 2)]
)
def test_attention_of_onnx_runtime_is_counted_alike(op: str, attrs: dict[str, Any], heads: int, tmp_path: Path) -> None:
    m = attention((2, 5, 24), (2, 5, 4 * heads), (2, 5, 4 * heads))
    m.graph.node[0].CopyFrom(node(op, "q k v", "y", domain="com.microsoft", num_heads=6, **attrs))
    found = read(m, tmp_path)
    assert tally(found.model).sum("mac") == products(2, 6, 5, 5, 4, 4)
    assert found.model.layers[0].y == (2, 5, 24)
