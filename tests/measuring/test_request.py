"""What is asked for becomes one plan a worker."""

from __future__ import annotations

from crosscheck import models
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo
from crosscheck.measuring.request import Request, plans


def test_each_framework_with_a_wanted_tool_has_a_worker_and_each_overlay_one_more() -> None:
    old = ToolInfo("old", "old", "left", "pytest", "mac", ("compute",), overlay="old-1.0")
    new = ToolInfo("new", "new", "left", "pytest", "mac", ("compute",))
    far = ToolInfo("far", "far", "right", "pytest", "mac", ("compute",))
    known = {n: FrameworkInfo(n, n, "json", "x", (), t) for n, t in {"left": (old, new), "right": (far,)}.items()}

    def planned(**wanted: tuple[str, ...]) -> list[tuple[str, list[str]]]:
        return [(p.name, [t.id for t in p.tools]) for p in plans(Request((models.build("lenet5"),), **wanted), known)]

    assert planned() == [("left", ["new"]), ("left+old-1.0", ["old"]), ("right", ["far"])]
    assert planned(frameworks=("right",)) == [("right", ["far"])]
    assert planned(tools=("old", "far")) == [("left+old-1.0", ["old"]), ("right", ["far"])]
    assert planned(frameworks=("left",), tools=("far",)) == []
