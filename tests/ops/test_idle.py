"""What is known of operators that multiply nothing."""

from __future__ import annotations

from crosscheck.ops.calls import idle
from crosscheck.ops.calls.kernel import KERNELS


def test_an_operator_is_counted_or_idle_or_unknown() -> None:
    assert not set(idle.kinds()) & set(KERNELS), "a formula and the word that there is nothing to count"
    assert (idle.kind("addmm"), idle.kind("view"), idle.kind("relu"), idle.kind("relu_")) == ("", "moves", "plain", "plain")
    assert idle.kind("_softmax") == "plain"
    assert idle.kind("roi_align") is None
    assert all(name == name.strip("_") or name.startswith("_") for name in idle.kinds())
