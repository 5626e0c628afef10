"""Tests that share a long preparation lie in one group: one process runs them all, so that it is made once."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("kept-together")]


def test_a_group_is_kept_together(request: pytest.FixtureRequest) -> None:
    """pytest-xdist goes by what it adds to the ids of tests; where that is lost, it spreads groups without a word."""
    if not request.config.getoption("loadgroup", default=False):
        pytest.skip("groups are for several processes: -n 2 --dist loadgroup")
    assert request.node.nodeid.endswith("@kept-together"), "every shared preparation is made in each process anew"
