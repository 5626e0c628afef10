"""Every view, light and dark: no request, no complaint, no barrier, not wider than the window, and its address is all of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.report.site.conftest import Open, Opened
from tests.report.site.views import VIEWS

pytestmark = pytest.mark.browser
RULES = {"light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "dark": ["color-contrast"]}


def barriers(shown: Opened, theme: str) -> list[str]:
    """What axe finds, a line a rule with the first element that breaks it; in the dark, colours alone can differ."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed").Axe()
    found = axe.run(shown.tab, options={"runOnly": RULES[theme]}).response["violations"]
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}" for v in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_asks_for_nothing_complains_of_nothing_and_has_no_barrier(open_page: Open, view: str, theme: Any) -> None:
    shown = open_page(VIEWS[view], color_scheme=theme)
    assert shown.tab.get_attribute("html", "data-theme") == theme
    assert "cannot be drawn" not in shown.text()
    assert shown.tab.locator("#view h1").count() == 1
    assert [url for url in shown.asked if not url.startswith(shown.file.as_uri())] == []
    assert shown.said == []
    assert barriers(shown, theme) == []


@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
def test_no_view_is_wider_than_the_window(open_page: Open, width: int) -> None:
    shown = open_page(width=width, height=800)
    for view, address in VIEWS.items():
        shown.go(address)
        wide = shown.tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{view} is {wide} pixels wide in a window of {width}"


def test_an_address_is_all_of_a_view(open_page: Open) -> None:
    """Reloaded, gone back to, and in a fresh browser, twenty views look as they did."""
    first = open_page(VIEWS["overview"])
    for address in VIEWS.values():
        first.go(address)
        seen = first.text()
        fresh = open_page(address)
        assert fresh.text() == seen, address
        fresh.tab.reload()
        fresh.drawn()
        assert fresh.text() == seen, address
        fresh.turn("#/versions" if "versions" not in address else "#/tools")
        fresh.tab.go_back()
        fresh.drawn()
        fresh.tab.wait_for_timeout(400)
        assert fresh.text() == seen, address
        fresh.tab.close()
    assert len(VIEWS) >= 20
