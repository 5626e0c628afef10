"""One long-lived worker process per framework, and the list of what is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crosscheck.measuring import catalog
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
def served(framework: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    info = catalog.framework(framework)
    if not info.installed:
        pytest.fail(f"{info.title} is not installed: {info.install_hint}; `make test-fast` runs what needs no framework")
    folder: Path = tmp_path_factory.mktemp(framework)
    worker = Served(info, folder)
    yield worker
    worker.close()
