"""Rules for calls: exact names go first, patterns in order, what no rule names is the rest; what nobody would read is refused."""

from __future__ import annotations

import pytest

from crosscheck.conventions.read import parse
from crosscheck.errors import ConventionError

HEAD = """
id = "t"
title = "T"
tool = "t"
framework = "pytorch"
package = "t"
versions = ">=1"
says = "It counts."
[compute]
unit = "FLOPs"
label = "flops"
[compute.calls]
levels = ["module"]
weights = { in_elements = 1 }
source = "t.py:1"
says = "any other"
"""
RULE = """
[[compute.call]]
names = ["{}"]
weights = {{ out_elements = {} }}
source = "t.py:2"
says = "a rule"
"""


def test_exact_names_go_before_patterns_and_patterns_in_their_order() -> None:
    text = HEAD + RULE.format("module:*Conv*", 2) + RULE.format("module:nn.Conv2d", 3) + RULE.format("module:*", 4)
    rules = parse(text, "t").table("compute").calls
    assert rules is not None
    assert [rules.weights(f"module:{n}")[0].weight for n in ("nn.Conv2d", "timm.StdConv2d", "nn.ReLU")] == [3, 2, 4]


def test_what_no_rule_names_is_the_rest() -> None:
    rules = parse(HEAD + RULE.format("module:nn.Conv2d", 3), "t").table("compute").calls
    assert rules is not None
    assert [w.primitive for w in rules.weights("module:nn.ReLU")] == ["in_elements"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace('"module"', '"modules"'), "levels"),
        (HEAD + RULE.format("kernel:mm", 1), "not of a level"),
        (HEAD.replace('"module"', '"kernel"') + RULE.format("kernel:nm", 1), "no call that is counted"),
        (HEAD + RULE.format("module:a", 1) + RULE.format("module:a", 2), "two rules"),
        (HEAD + RULE.format("module:a", 1).replace("says", "sayz"), "unknown entry"),
        (HEAD[: HEAD.index("[compute.calls]")] + RULE.format("module:a", 1), "without"),
        (HEAD.replace("in_elements", "elements"), "no primitive"),
    ],
)
def test_what_nobody_would_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConventionError, match=message):
        parse(text, "t")
