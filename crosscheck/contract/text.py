"""Text that comes from outside: a file, a tool, a command line. What cannot be printed is written as an escape, at the border."""

from __future__ import annotations


def printable(text: str) -> str:
    """Text on one line in which every character can be seen: line ends are spaces, what cannot be printed is an escape."""
    flat = " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
    return _escaped(flat)


def clean(text: str, most: int = 200) -> str:
    """A name that can be printed: what is no printable character is written as an escape, what is too long is cut."""
    safe = _escaped(text[: most + 1])
    return safe if len(safe) <= most else safe[: most - 1] + "…"


def _escaped(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
