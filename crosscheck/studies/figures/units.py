"""Units as people print them: how many ones, what is counted in them, and what they leave open.

A unit is a magnitude (``G``, ``billion``, ``1e9``), a word for what is counted (``MACs``, ``params``, ``B``) or both, ``GMAdds``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

MAGNITUDES = {"k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12}
BINARY_SCALES = {10**3: 2**10, 10**6: 2**20, 10**9: 2**30, 10**12: 2**40}
_LONG = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_LONG |= {f"1e{n}": 10**n for n in (3, 6, 9, 12)}
_LONG |= {"十亿": 10**9, "百万": 10**6, "亿": 10**8, "万": 10**4, "千": 10**3}
BYTES = "memory"  # what is counted in bytes: memory of one kind or another, or a file
_WORDS = {
    "compute": (
        *("flop", "flops", "mac", "macs", "macc", "maccs", "madd", "madds", "ops", "operations", "compute"),
        *(f"{a}{dash}{b}" for a in ("mult", "multiply") for b in ("add", "adds") for dash in ("-", "")),
    ),
    "params": ("param", "params", "parameter", "parameters", "weights", "参数", "参数量"),
    "activations": ("act", "acts", "activations"),
    "neurons": ("neurons",),
    "connections": ("connections",),
    "layers": ("layers",),
    "shape": ("shape",),
    "": ("", "raw", "count", "1", "values", "elements"),
    BYTES: ("byte", "bytes"),
}
_METRICS = {word: metric for metric, words in _WORDS.items() for word in words}
EXAMPLES = ("G", "M", "K", "B", "billion", "GFLOPs", "GMACs", "GMAdds", "MFLOPs", "BFLOPs", "MParams", "MB", "MiB", "GB", "count")
_QUALIFIER = re.compile(r"\s*(?:\(.*\)|(?:/|\bper\b)\s*(?:image|img|sample)\b.*)$")  # "MB / image", "params (exact)"


@dataclass(frozen=True, slots=True)
class Unit:
    """``scale`` ones of ``metric``, which is empty where the unit does not tell.

    ``binary`` is None where the unit has a decimal and a binary meaning, else True; ``letter`` is True for a ``B`` alone, which
    is a billion of what is counted and one byte of memory.
    """

    scale: int
    metric: str = ""
    binary: bool | None = True
    letter: bool = False
    magnitude: bool = True

    def ones(self, metric: str) -> int:
        """What one of it is, where ``metric`` is counted: bytes of memory and of files."""
        return 1 if self.letter and (metric.startswith(BYTES) or metric == "file") else self.scale


@cache
def unit(text: str) -> Unit | None:
    """The unit that a text names; None for a text that is none."""
    words = text.strip().lower()
    if words == "b":
        return Unit(10**9, letter=True)
    inner = re.fullmatch(r"(.+?)\s*\(([a-z]+)\)", words)
    return _known(words) or (_known(inner[2] + inner[1]) if inner else None) or _known(_QUALIFIER.sub("", words))


def _known(words: str) -> Unit | None:
    if words in _METRICS:
        return Unit(1, _METRICS[words], magnitude=False)
    for scale, rest in _magnitudes(words):
        if rest in ("b", "byte", "bytes"):
            return Unit(scale, BYTES, None)
        if rest == "ib":
            return Unit(BINARY_SCALES[scale], BYTES)
        if rest in _METRICS and rest not in ("raw", "1"):
            return Unit(scale, _METRICS[rest])
    return None


def _magnitudes(words: str) -> Iterator[tuple[int, str]]:
    """The magnitudes that a unit may begin with, and what is left of it."""
    for long, scale in _LONG.items():
        if words.startswith(long):
            yield scale, words.removeprefix(long).strip(" -")
    if words[:1] in MAGNITUDES:
        yield MAGNITUDES[words[0]], words[1:].strip(" -")


def in_metric(text: str) -> str:
    """The unit that a metric's name holds, as in ``GFLOPs``, ``infer_gmacs`` and ``params (M)``; empty where it holds none."""
    words = [*re.findall(r"\(([^()]+)\)", text), *re.split(r"[^A-Za-z0-9-]+", text)]
    bracketed = text.count("(")
    for k, word in enumerate(map(str, words)):
        found = unit(word) if word else None
        if found and found.magnitude and (found.metric or k < bracketed):
            return word
    return ""


def near(text: str) -> list[str]:
    """Units that come near a text that is none, else those that are usual."""
    close = difflib.get_close_matches(text, EXAMPLES, n=3, cutoff=0.7)
    return close or ["G", "M", "K", "GFLOPs", "GMACs", "MB", "MiB", "count"]
