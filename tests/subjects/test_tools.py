"""A tool is as good by the name that it prints as by its id."""

from __future__ import annotations

import pytest

from crosscheck.conventions import read as conventions
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.measuring import catalog
from crosscheck.subjects import tools


def test_every_id_is_a_name_and_so_is_every_title_in_any_case() -> None:
    for name in conventions.ids():
        title = conventions.load(name).title
        assert {tools.convention(n) for n in (name, name.upper(), title, title.lower(), title.upper())} == {name}
    for tool in catalog.tools().values():
        assert {tools.tool(n) for n in (tool.id, tool.title, conventions.load(tool.convention).title.upper())} == {tool.id}
        assert tools.either(tool.title) == (tool.id, tool.convention)


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("paddle.flops", "paddle_flops"),
        ("tf profiler", "tf_profiler"),
        ("FlopCounterMode", "flop_counter"),
        ("torch.utils.flop_counter.FlopCounterMode", "flop_counter"),
        ("thop.profile", "thop"),
        ("onnx-tool", "onnx_tool"),
        ("torchinfo 0.0.9", "torchinfo_009"),
    ],
)
def test_tools_go_by_what_they_print_and_by_what_their_users_call(name: str, tool: str) -> None:
    assert tools.tool(name) == tools.either(name)[0] == tool


def test_a_convention_without_a_tool_is_asked_for_as_one() -> None:
    assert tools.either("mac") == tools.either("MACs") == ("mac", "mac")
    assert tools.either("pycls complexity") == ("pycls", "pycls")
    with pytest.raises(UnknownNameError, match="unknown tool 'pycls complexity'"):
        tools.tool("pycls complexity")


def test_a_name_that_several_go_by_is_refused_by_both_ids() -> None:
    with pytest.raises(UsageError, match=r"'calflops\.calculate_flops' may be calflops or calflops_macs\. Hint: name it by"):
        tools.tool("calflops.calculate_flops")


def test_a_name_that_none_goes_by_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown tool 'paddle.flop'. Hint: did you mean paddle.flops"):
        tools.either("paddle.flop")
