"""Tools leave hooks, buffers and bound methods on the layers they count, above all where they fail: here these go again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def restored(net: Any) -> Iterator[None]:
    """Put the attributes of a network and of its sublayers back as they were, and what is in their tables; tensors stay."""
    saved = []
    for layer in net.sublayers(include_self=True):
        attributes = dict(vars(layer))
        saved.append((layer, attributes, {k: v.copy() for k, v in attributes.items() if isinstance(v, dict | set)}))
    try:
        yield
    finally:
        for layer, attributes, tables in saved:
            vars(layer).clear()
            vars(layer).update(attributes)
            for name, content in tables.items():
                attributes[name].clear()
                attributes[name].update(content)
