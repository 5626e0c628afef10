"""Modules of the page run in a browser by themselves, where a test can reach what they have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crosscheck.report.site import page

SCRIPTS = page.HERE / "scripts"
COUNTING = ("11-numbers.js", "12-sizes.js", "13-engine.js", "views/80-choices.js")
TABLES = ("11-numbers.js", "12-data.js", "20-grid.js")


@contextmanager
def loaded(browser: Any, names: tuple[str, ...], body: str, data: Any = None) -> Iterator[Any]:
    """A tab in which ``body``, the end of a function of ``data`` that knows these modules, has run."""
    tab = browser.new_page()
    try:
        tab.evaluate(_whole(names, body), data)
        yield tab
    finally:
        tab.close()


def run(browser: Any, names: tuple[str, ...], body: str, data: Any = None) -> Any:
    """What ``body`` gives in a tab of its own."""
    tab = browser.new_page()
    try:
        return tab.evaluate(_whole(names, body), data)
    finally:
        tab.close()


def _whole(names: tuple[str, ...], body: str) -> str:
    text = "\n".join((SCRIPTS / name).read_text(encoding="utf-8") for name in names)
    return f"async (data) => {{ {text}\n{body} }}"
