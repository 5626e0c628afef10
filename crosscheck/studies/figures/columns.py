"""What a table's columns are: ``model``, ``metric``, ``value`` of a figure a row, or a network a row and a metric a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crosscheck.studies.figures import units

LONG = ("model", "value")
NAMES = {
    "model": "model models network networks net name architecture arch backbone method encoder 模型 网络 模型名称 网络结构",
    "input": "input inputsize inputresolution inputshape resolution imagesize imgsize size cropsize crop 输入 输入尺寸 分辨率",
    "source": "source paper reference",
    "variant": "variant",
    "classes": "classes numclasses",
}
_MEANT = {word: column for column, words in NAMES.items() for word in words.split()}
_METRIC = re.compile(
    r"param|flop|\bmacs?\b|gmac|macc|madd|mult-?add|\bops\b|activation|\bm?acts?\b|memory|file ?size|\bdepth\b|参数|计算量"
)
_BESIDE = re.compile(
    r"time|latency|speed|\bms\b|fps|throughput|samples|\bacc|top-?[15]|error"
    r"|year|batch|/s\b|per sec|url|link|weights?$|ratio|percent|[%↓↑Δ±]"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Our name of each column, empty where it has none here; columns whose head is a metric, each a figure of its row."""

    names: tuple[str, ...]
    metrics: tuple[tuple[int, str], ...] = ()

    def rows(self, cells: Sequence[str]) -> Iterator[dict[str, str]]:
        """The figures of a row, by our names of its columns; empty cells of metrics are none."""
        row = {name: cell.strip() for name, cell in zip(self.names, cells, strict=False) if name}
        if not self.metrics:
            yield row
        for k, head in self.metrics:
            if k < len(cells) and cells[k].strip():
                yield {**row, "metric": head, "value": cells[k].strip()}


def layout(head: Sequence[str], known: Sequence[str]) -> Layout | str:
    """How a table is laid out, by its first line; what it lacks, in a word, where it is no table of figures."""
    plain = [c.strip().lower() for c in head]
    if set(LONG) <= set(plain):
        return Layout(tuple(c if c in known else "" for c in plain))
    names = [_MEANT.get(_key(c), c if c in known else "") for c in plain]
    if "value" in names:
        return "model" if "model" not in names else Layout(_once(names))
    metrics = tuple((k, c.strip()) for k, c in enumerate(head) if not names[k] and is_metric(c))
    if "model" not in names and plain and not names[0] and not is_metric(head[0]) and metrics:
        names[0] = "model"  # the first column, whatever it is called
    if "model" not in names:
        return "model"
    return Layout(_once(names), metrics) if metrics else "value"


def is_metric(head: str) -> bool:
    """True for a column whose head names what is counted, and no share, speed or rank of it."""
    words = head.strip().lower().replace("_", " ")
    if _BESIDE.search(words):
        return False
    return bool(_METRIC.search(words)) or ((found := units.unit(words)) is not None and bool(found.metric))


def _key(head: str) -> str:
    return re.sub(r"[\W_]", "", re.sub(r"\(.*\)", "", head.lower()))


def _once(names: Sequence[str]) -> tuple[str, ...]:
    """Each name at its first column."""
    return tuple(name if name not in names[:k] else "" for k, name in enumerate(names))
