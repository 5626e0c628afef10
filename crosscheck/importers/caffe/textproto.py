"""The text format of protobuf messages: ``name: value``, ``name { … }``, ``name: [a, b]``, comments, escapes; no schema needed.

Source: Protocol Buffers documentation, "Text Format Language Specification". What a field means is judged by whoever reads it.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_BYTES = 1 << 23  # of a file
MOST_DEPTH = 64  # messages inside of one another
MOST_FIELDS = 250_000  # of a whole file
MOST_TOKEN = 1 << 16  # characters of one token
MOST_DIGITS = 40  # characters of a number

_TOKEN = re.compile(
    r"""(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>(?:0[xX][0-9a-fA-F]+|(?>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)[fF]?(?![A-Za-z0-9_.]))
    |(?P<text>"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')
    |(?P<mark>[-{}<>\[\]:;,])
    |(?P<end>\Z))""",
    re.VERBOSE,
)
_SPACE = re.compile(r"(?:[ \t\r\n\f\v]+|#[^\n]*){0,500}")  # not more at once, as each run is remembered until the end
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"} | {c: c for c in "\\'\"?"}
CLOSING = {"{": "}", "<": ">"}


Place = tuple[int, int]  # line and column, from 1


class TextError(ValueError):
    """The text is no such message; says where and why."""


def spot(where: Place) -> str:
    """A place in words."""
    return f"line {where[0]:,}, column {where[1]:,}"


class Scalar(NamedTuple):
    """A value as it is written: ``kind`` is ``number``, ``word`` (an enum, a truth value, inf) or ``text`` (it was quoted)."""

    kind: str
    text: str
    where: Place


@dataclass(slots=True)
class Message:
    """A message: the values of each field in the order in which they are written."""

    where: Place
    fields: dict[str, list[Scalar | Message]] = field(default_factory=dict)


class _Token(NamedTuple):
    """A word, number, text or mark, and where it stands; the kind of the end is empty."""

    kind: str
    text: str
    at: int


class _Parser:
    """A text under way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = array("I", [0])  # of lines
        self.starts.extend(m.end() for m in re.finditer("\n", text))
        self.tokens = self._tokens()
        self.count = 0
        self.now = next(self.tokens)

    def where(self, at: int) -> Place:
        """Line and column of an offset."""
        line = bisect(self.starts, at)
        return line, at - self.starts[line - 1] + 1

    def spot(self, at: int) -> str:
        """The same in words."""
        return spot(self.where(at))

    def error(self, token: _Token, wanted: str) -> TextError:
        found = "the end of the file" if not token.kind else f"{token.text[:40]!r}"
        return TextError(f"{self.spot(token.at)}: {found} where {wanted} should stand")

    def _tokens(self) -> Iterator[_Token]:
        at = 0
        while True:
            at = self._spaced(at)
            match = _TOKEN.match(self.text, at)
            if not match:
                raise self._odd(at)
            kind = str(match.lastgroup)
            start, at = match.span(kind)
            if kind == "end":
                break
            if at - start > (MOST_DIGITS if kind == "number" else MOST_TOKEN):
                raise TextError(f"{self.spot(start)}: a {kind} of {at - start:,} characters is too long")
            yield _Token(kind, self.text[start:at], start)
        while True:
            yield _Token("", "", len(self.text))

    def _spaced(self, at: int) -> int:
        """Where the space and comments that stand here end."""
        while (match := _SPACE.match(self.text, at)) and match.end() > at:
            at = match.end()
        return at

    def _odd(self, at: int) -> TextError:
        """What stands here is no token."""
        what = "a string that does not end on its line" if self.text[at] in "\"'" else repr(self.text[at : at + 12])
        return TextError(f"{self.spot(at)}: {what} is no part of a message")

    def take(self) -> _Token:
        """The next token, which is then behind."""
        token = self.now
        self.now = next(self.tokens)
        return token

    def accept(self, *marks: str) -> bool:
        """Step over one of these marks, if it is next."""
        if self.now.kind == "mark" and self.now.text in marks:
            self.take()
            return True
        return False

    def message(self) -> Message:
        """The whole text. A stack stands in for recursion, so that depth is bounded by a message, not by a crash."""
        top = Message((1, 1))
        stack: list[tuple[Message, str, _Token]] = [(top, "", self.now)]
        while True:
            inside, closing, opened = stack[-1]
            token = self.take()
            if token.kind == "mark" and token.text == closing:
                stack.pop()
                self.accept(";", ",")
                continue
            if not token.kind:
                if closing:
                    raise TextError(f"{self.spot(opened.at)}: {opened.text!r} is never closed; the file ends before")
                return top
            if token.kind != "word":
                raise self.error(token, f"a field or {closing!r}" if closing else "a field")
            child = self._field(inside, token)
            if child is not None:
                if len(stack) > MOST_DEPTH:
                    raise TextError(f"{self.spot(token.at)}: messages lie more than {MOST_DEPTH} deep in one another")
                stack.append(child)

    def _field(self, inside: Message, name: _Token) -> tuple[Message, str, _Token] | None:
        """Read a field's value; a message that opens is returned with the mark that closes it."""
        colon = self.accept(":")
        if self.now.kind == "mark" and self.now.text in CLOSING:
            opened = self.take()
            child = Message(self.where(name.at))
            self._keep(inside, name, child)
            return child, CLOSING[opened.text], opened
        if not colon:
            raise self.error(self.now, f"a colon or a brace after {name.text!r}")
        if self.accept("["):
            self._list(inside, name)
        else:
            self._keep(inside, name, self._scalar())
        self.accept(";", ",")
        return None

    def _list(self, inside: Message, name: _Token) -> None:
        while not self.accept("]"):
            if self.now.kind == "mark" and self.now.text in CLOSING:
                raise TextError(f"{self.spot(self.now.at)}: a list of messages. Hint: repeat the field {name.text!r} instead")
            self._keep(inside, name, self._scalar())
            if not self.accept(",") and not (self.now.kind == "mark" and self.now.text == "]"):
                raise self.error(self.now, "a comma or ']'")

    def _scalar(self) -> Scalar:
        token = self.take()
        where = self.where(token.at)
        sign = "-" if token.kind == "mark" and token.text == "-" else ""
        if sign:
            token = self.take()
        if token.kind == "text" and not sign:
            parts = [unescape(token.text[1:-1], where)]
            while self.now.kind == "text":  # neighbours are one string
                parts.append(unescape(self.take().text[1:-1], where))
            return Scalar("text", "".join(parts), where)
        if token.kind == "number" or (token.kind == "word" and (not sign or token.text.lower() in ("inf", "infinity", "nan"))):
            return Scalar(token.kind, sign + token.text, where)
        raise self.error(token, "a value")

    def _keep(self, inside: Message, name: _Token, value: Scalar | Message) -> None:
        self.count += 1
        if self.count > MOST_FIELDS:
            raise TextError(f"{self.spot(name.at)}: it has more than {MOST_FIELDS:,} fields")
        inside.fields.setdefault(name.text, []).append(value)


def unescape(text: str, where: Place) -> str:
    """A string without its escapes; bytes above 127 stand for UTF-8, what is none stays an escape. Raises TextError."""
    if "\\" not in text:
        return text
    out, at = bytearray(), 0
    for match in _ESCAPE.finditer(text):
        out += text[at : match.start()].encode("utf-8", "backslashreplace")
        at = match.end()
        octal, hexa, short, long, named = match.groups()
        if octal or hexa:
            out.append(int(octal or hexa, 8 if octal else 16) & 0xFF)
        elif short or long:
            code = int(short or long, 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                raise TextError(f"{spot(where)}: {match.group()!r} is no character")
            out += chr(code).encode()
        elif named in _NAMED:
            out += _NAMED[named].encode()
        else:
            raise TextError(f"{spot(where)}: {match.group()!r} is no escape")
    out += text[at:].encode("utf-8", "backslashreplace")
    return out.decode("utf-8", "backslashreplace")


def parse(data: bytes) -> Message:
    """The message that the bytes of a file spell. Raises TextError, with line and column."""
    if len(data) > MOST_BYTES:
        raise TextError(f"it has {len(data):,} bytes, more than {MOST_BYTES:,}")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as reason:
        before = data[: reason.start]
        raise TextError(f"line {before.count(10) + 1}: it is no text: byte {data[reason.start]:#04x} is no UTF-8") from None
    if "\0" in text:
        raise TextError("it is no text: it has zero bytes")
    return _Parser(text).message()
