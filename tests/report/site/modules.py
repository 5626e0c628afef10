"""Modules of the page run in a browser by themselves, where a test can reach what they have."""

from __future__ import annotations

from typing import Any

from crosscheck.report.site import page

SCRIPTS = page.HERE / "scripts"
COUNTING = ("11-numbers.js", "13-engine.js", "views/80-choices.js")
TABLES = ("11-numbers.js", "12-data.js", "20-grid.js")


def run(browser: Any, names: tuple[str, ...], body: str, data: Any = None) -> Any:
    """What ``body``, the end of a function of ``data``, gives where these modules are known."""
    text = "\n".join((SCRIPTS / name).read_text(encoding="utf-8") for name in names)
    tab = browser.new_page()
    try:
        return tab.evaluate(f"async (data) => {{ {text}\n{body} }}", data)
    finally:
        tab.close()
