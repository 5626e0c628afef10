"""Data as a page holds it: columns with a dictionary of their texts, as JSON, deflated, in base64. Same data, same text."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

EXACT = 2**53  # from here on, a number of JSON is rounded where it is read


def packed(data: Any) -> str:
    """Plain data as text of the characters of base64 alone, which no markup can be made of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def coded(name: str, fields: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, Any]:
    """A table, column by column: the texts of each in the order that they appear, and for each row which of them it has."""
    columns: list[tuple[dict[str, int], list[int]]] = [({}, []) for _ in fields]
    length = 0
    for row in rows:
        length += 1
        for (texts, at), cell in zip(columns, row, strict=True):
            at.append(texts.setdefault(cell, len(texts)))
    return {"name": name, "fields": list(fields), "length": length, "columns": [[list(texts), at] for texts, at in columns]}


def whole(n: int) -> int | str:
    """A whole number that is read as it is: in digits where JSON would round it."""
    return n if abs(n) < EXACT else str(n)


def exact(data: Any) -> Any:
    """The same nested data with every whole number as it is read."""
    if isinstance(data, Mapping):
        return {key: exact(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [exact(value) for value in data]
    return whole(data) if isinstance(data, int) and not isinstance(data, bool) else data
