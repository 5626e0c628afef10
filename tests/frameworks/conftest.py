"""What tests share in a session: one long-lived worker process per framework, and its exports."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from crosscheck.measuring import catalog
from tests.frameworks.exports import Written, write
from tests.frameworks.served import Served

FRAMEWORKS = sorted(name for name, info in catalog.frameworks().items() if not info.reads)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "framework" in metafunc.fixturenames:
        marks = {name: [pytest.mark.framework, pytest.mark.xdist_group(name)] for name in FRAMEWORKS}
        metafunc.parametrize("framework", [pytest.param(n, marks=marks[n]) for n in FRAMEWORKS], scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two processes share the work: a framework's batch-of-two tests have a group, and so a worker, of their own."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        if callspec is not None and "batch_of_two" in item.name:
            item.add_marker(pytest.mark.xdist_group(f"{callspec.params['framework']}-2"), append=False)


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Served]]:
    """Gives a framework's workers; those of the one before end, as several take much memory."""
    kept: dict[str, Served] = {}

    def serve(name: str) -> Served:
        info = catalog.framework(name)
        if not info.installed:
            pytest.fail(f"{info.title} is not installed: {info.install_hint}; `make test-fast` runs what needs no framework")
        while kept and name not in kept:
            kept.popitem()[1].close()
        return kept.setdefault(name, Served(info, tmp_path_factory.mktemp(name)))

    yield serve
    for worker in kept.values():
        worker.close()


@pytest.fixture
def served(framework: str, serving: Callable[[str], Served]) -> Served:
    return serving(framework)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Written]]:
    """Gives the exports of a framework, which writes them once a session; they take much room, and go at its end."""
    folder = tmp_path_factory.mktemp("exports")
    yield cache(lambda framework: write(framework, folder / framework))
    shutil.rmtree(folder)


@pytest.fixture
def written(framework: str, exported: Callable[[str], Written]) -> Written:
    return exported(framework)
