"""Whose network it is, what is missing, and what cannot be asked; nothing of a framework is imported to find out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crosscheck import capture, compare
from crosscheck.errors import UsageError
from crosscheck.measuring import catalog
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.session import ask
from crosscheck.subjects import own


def live(module: str) -> Any:
    """An object whose class is defined in a module, as far as its class says."""
    return type("Net", (), {"__module__": f"{module}.somewhere"})()


def test_a_network_is_of_the_framework_that_its_class_is_of() -> None:
    for info in own.able():
        assert ask.home(live(info.module)) == info
    for info in catalog.frameworks().values():
        if info not in own.able() and not info.reads:
            with pytest.raises(UsageError, match=r"are not taken yet\. Hint: export it to ONNX"):
                ask.home(live(info.module))
    with pytest.raises(UsageError, match=r"list is no network of .* Hint: give a network itself, or nets\.py:make_net"):
        compare([1, 2], (1, 3))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No framework is installed."""
    monkeypatch.setattr(FrameworkInfo, "installed", property(lambda _: False))


def test_a_framework_that_is_not_installed_is_named_with_the_command(
    bare: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = own.able()[0]
    says = f"{info.title} is not installed. Install it with: {info.install_hint}"
    with pytest.raises(UsageError) as refused:
        compare(live(info.module), (1, 3))
    assert str(refused.value) == says
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").touch()
    with pytest.raises(UsageError) as refused:
        capture("nets.py:make", (1, 3))
    assert str(refused.value) == f"nets.py:make: {says}"


def test_any_other_network_is_captured_by_its_name() -> None:
    assert capture("lenet").input_text == "1x1x28x28"
    assert capture("lenet", (2, 1, 32, 32)).input_text == "2x1x32x32"
    with pytest.raises(UsageError, match="has one input"):
        capture("lenet", ((1, 1, 28, 28), (1, 1)))
    with pytest.raises(UsageError, match="is called with shapes"):
        capture("lenet", (1.5, (1, 2)))
    with pytest.raises(UsageError, match="no tool here runs 'lenet-deploy', a Caffe network"):
        compare("lenet-deploy")
