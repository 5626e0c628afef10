"""Bytes of a table that somebody saved, as text: UTF-8, UTF-16 or UTF-32 with a mark, UTF-16 without, GBK, Windows-1252."""

from __future__ import annotations

import codecs
import re

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ASIAN = ((0x3000, 0x303F), (0x4E00, 0x9FFF), (0xFF00, 0xFFEF), (0x2000, 0x206F), (0x00B0, 0x00B7), (0x00D7, 0x00D7))
NUL_SHARE = 4  # a text of two bytes a character has at least this part of them empty


def text(data: bytes) -> str:
    """The text. Raises UnicodeDecodeError, which tells where it is no UTF-8, for what is none of these."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return data.decode(name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = _of_two(data) or _chinese(data) or _western(data)
        if found is None:
            raise error from None
        return found


def _decoded(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _of_two(data: bytes) -> str | None:
    """UTF-16 without a mark: of ASCII text every second byte is empty."""
    empty = data.count(0)
    if empty * NUL_SHARE < len(data):
        return None
    return _decoded(data, "utf-16-be" if data[::2].count(0) * 2 > empty else "utf-16-le")


def _chinese(data: bytes) -> str | None:
    """GBK, where all that is not ASCII is Chinese or its punctuation and stands in pairs of bytes, as accents do not."""
    runs = re.findall(rb"[\x80-\xff]+", data)
    lone = sum(len(run) % 2 for run in runs)
    found = None if lone * 2 >= len(runs) else _decoded(data, "gb18030")
    odd = {ord(c) for c in found or "" if not c.isascii()}
    return found if all(any(a <= c <= b for a, b in ASIAN) for c in odd) else None


def _western(data: bytes) -> str | None:
    return None if 0 in data else _decoded(data, "cp1252")
