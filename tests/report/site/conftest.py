"""The page in a real browser: Chromium with the network cut off, as Debian packages it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crosscheck.report.site import page as pages
from crosscheck.studies.site import site as sites
from crosscheck.studies.site.site import Lesson, Site

ROOT = Path(__file__).parents[3]
REPORTS = ROOT / "reports"
LESSON = Lesson(
    "01-macs", "# One multiply-add\n\nIt is *one* MAC. [Try it](#/explorer?n=resnet50).\n\n| a | b |\n|--|--|\n| 1 | 2 |\n"
)
HINT = "Chromium is not installed. Hint: apt-get install chromium, or set CHROMIUM to a browser that is"
NO_DRIVER = "playwright is not installed. Hint: pip install -c constraints.txt -e '.[dev]'"


@dataclass
class Opened:
    """A page that a browser shows, and what it has asked for and complained of."""

    tab: Any
    file: Path
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        """Open an address of the page afresh, and wait until it is drawn."""
        self.tab.goto("about:blank")
        self.tab.goto(f"{self.file.as_uri()}{address}")
        self.drawn()

    def drawn(self) -> None:
        self.tab.wait_for_selector("#view[data-ready]")

    def turn(self, address: str) -> None:
        """Follow an address within the page, and wait until that is drawn."""
        before = self.tab.get_attribute("#view", "data-ready")
        self.tab.evaluate("address => { location.hash = address; }", address)
        self.tab.wait_for_selector(f'#view[data-ready]:not([data-ready="{before}"])')

    def text(self, selector: str = "#view") -> str:
        return str(self.tab.inner_text(selector))


Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def whole_site() -> Site:
    """The page of the committed reports, with all lessons and one more."""
    made = sites.report(REPORTS, ROOT / "lessons")
    lessons = (LESSON, *made.lessons)
    return Site(made.version, made.explorer, made.tables, made.outlines, made.layers, lessons, None, made.versions)


@pytest.fixture(scope="session")
def whole_file(whole_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("site") / "index.html"
    file.write_text(pages.text(whole_site), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason=NO_DRIVER)
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if name and (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(HINT)
    with playwright.sync_playwright() as p:
        started = p.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any, whole_file: Path) -> Iterator[Open]:
    """Open a file at an address, in a fresh profile that reaches no network."""
    contexts = []

    def opened(address: str = "", *, file: Path | None = None, width: int = 1360, height: int = 900, **setup: Any) -> Opened:
        context = browser.new_context(viewport={"width": width, "height": height}, **setup)
        context.set_offline(True)
        contexts.append(context)
        shown = Opened(context.new_page(), file or whole_file)
        shown.tab.on("request", lambda r: shown.asked.append(r.url))
        shown.tab.on("console", lambda m: shown.said.append(m.text))
        shown.tab.on("pageerror", lambda e: shown.said.append(str(e)))
        shown.tab.goto(f"{shown.file.as_uri()}{address}")
        if setup.get("java_script_enabled", True):
            shown.drawn()
        return shown

    yield opened
    for context in contexts:
        context.close()
