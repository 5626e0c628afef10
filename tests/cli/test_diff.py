"""The command ``diff``: what two networks differ in, in every format."""

from __future__ import annotations

import json
from typing import Any


def test_diff_tells_where_two_networks_differ_in_every_format(crosscheck: Any) -> None:
    code, out, err = crosscheck("diff", "resnet50", "resnet50-v1")
    assert (code, err) == (1, "")
    assert "stride 2 on the 3×3" in out
    assert "residual 0" in out
    assert max(map(len, out.splitlines())) <= 100
    code, out, _ = crosscheck("diff", "resnet50", "resnet50-v1", "-f", "json")
    data = json.loads(out)
    assert data["residual"] == {"macs": 0, "parameters": 0, "running_statistics": 0}
    assert sum(d["macs"] for d in data["differences"]) == data["difference"]["macs"] == -231_211_008
    code, out, _ = crosscheck("diff", "resnet50", "resnet50-v1", "-f", "markdown")
    assert "−231,211,008" in out


def test_diff_of_a_network_with_itself_says_so_and_ends_with_0(crosscheck: Any) -> None:
    code, out, _ = crosscheck("diff", "vgg16", "vgg16", "--input", "3x64x64")
    assert code == 0
    assert "Identical architectures" in out
    _, out, _ = crosscheck("diff", "vgg16", "vgg16", "-f", "json")
    assert json.loads(out)["identical"] is True
