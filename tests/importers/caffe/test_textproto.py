"""The text format: what is written in any of its ways is read back, with its places."""

from __future__ import annotations

import string
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.importers.caffe.textproto import Message, Scalar, TextError, parse

NAMES = st.text(string.ascii_letters + "_", min_size=1, max_size=8)
SCALARS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.integers(-(2**70), 2**70),
    st.sampled_from(["true", "MAX", "inf"]).map(lambda w: (w,)),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    st.lists(st.tuples(NAMES, SCALARS), max_size=4),
    lambda inner: st.lists(st.tuples(NAMES, st.one_of(SCALARS, inner)), max_size=4),
    max_leaves=20,
)


def written(tree: list[tuple[str, Any]], style: int) -> str:
    """A tree in one of the ways that the format allows."""
    parts = []
    for k, (name, value) in enumerate(tree):
        how = (style + k) % 3
        if isinstance(value, list):
            opened, closed = ("{", "}") if how else ("<", ">")
            parts.append(f"{name}{':' if how == 2 else ' '} {opened}{written(value, style + 1)}{closed}")
            continue
        text = value[0] if isinstance(value, tuple) else str(value)
        if isinstance(value, str):
            quote = "'" if how else '"'
            text = quote + "".join(escaped(c, how, quote) for c in value) + quote
            text = (
                text
                if how < 2 or len(value) < 2
                else f"{quote}{escaped(value[0], 1, quote)}{quote} {quote}" + text[1 + len(escaped(value[0], how, quote)) :]
            )
        parts.append(f"{name}{' ' * how}:{' ' * how}{f'[{text}]' if how == 1 else text}{('', ',', ';')[how]}")
    return (" # a note\n" if style % 2 else "\n").join(["", *parts, ""])


def escaped(char: str, how: int, quote: str) -> str:
    if how == 1 or not char.isprintable() or char in ("\\", quote):
        return "".join(f"\\{byte:03o}" if how else f"\\x{byte:02x}" for byte in char.encode())
    return char


def told(message: Message) -> dict[str, list[Any]]:
    """What was read: per field its values, scalars as their kind and text."""
    return {
        name: [told(v) if isinstance(v, Message) else (v.kind, v.text) for v in values] for name, values in message.fields.items()
    }


def meant(tree: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = {}
    for name, value in tree:
        if isinstance(value, list):
            found: Any = meant(value)
        else:
            kind = "text" if isinstance(value, str) else "word" if isinstance(value, tuple) else "number"
            found = (kind, value[0] if isinstance(value, tuple) else str(value))
        out.setdefault(name, []).append(found)
    return out


@given(tree=TREES, style=st.integers(0, 5))
@settings(max_examples=200, deadline=None)
def test_what_is_written_in_any_of_its_ways_is_read_back(tree: list[tuple[str, Any]], style: int) -> None:
    assert told(parse(written(tree, style).encode())) == meant(tree)


def test_places_are_lines_and_columns() -> None:
    (value,) = parse(b"a {\n  b: 1\n  c: -2.5e3f  # x\n}\n").fields["a"]
    assert isinstance(value, Message)
    assert value.where == (1, 1)
    (number,) = value.fields["c"]
    assert number == Scalar("number", "-2.5e3f", (3, 6))
    with pytest.raises(TextError, match=r"^line 3, column 1: '\]' where a field should stand"):
        parse(b"a: 1\n\n]")


def test_comments_take_little_more_room_than_they_are_long() -> None:
    body = b"#\n" * 200_000 + b'name: "a"'
    tracemalloc.start()
    assert list(parse(body).fields) == ["name"]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10 * len(body)
