"""Tools patch, hook and leave buffers behind; neither their order nor repetition may change a number."""

from __future__ import annotations

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Measurement
from crosscheck.models.writer import Graph
from tests.frameworks.served import Served


def _mixed() -> Model:
    g = Graph("mixed", (2, 4, 9, 7))
    g.add("stem.conv", "conv", out_channels=6, kernel=3, padding=1)
    g.add("stem.bn", "batchnorm")
    came = g.add("stem.relu", "relu")
    g.add("body.conv", "conv", out_channels=6, kernel=3, padding=1, groups=2)
    g.add("body.add", "add", g.last, came)
    g.add("body.pool", "maxpool", kernel=2)
    g.add("body.act", "gelu")
    g.add("pool", "adaptive_avgpool", output_size=1)
    g.add("flatten", "flatten")
    g.add("fc", "linear", out_features=5)
    return g.build()


def _numbers(rows: list[Measurement]) -> dict[tuple[str, str, str, str], tuple[int | None, str]]:
    return {(r.model, r.tool, r.layer, r.metric): (r.value, r.status) for r in rows}


def test_order_and_repetition_change_nothing(served: Served) -> None:
    nets = [_mixed(), models.build("lenet", batch=2)]
    tools = [t.id for t in served.info.tools if not t.overlay]
    alone: dict[tuple[str, str, str, str], tuple[int | None, str]] = {}
    for tool in tools:
        alone |= _numbers(served.run(nets, [tool]).rows)
    assert {(model, tool) for model, tool, _, _ in alone} == {(net.name, tool) for net in nets for tool in tools}
    orders = [tools, tools[::-1], [t for t in tools for _ in range(2)], tools[1::2] + tools[::2]]
    for order in orders:
        for net in nets:
            for tool in order:  # one cell a job, so that a tool may come twice
                got = _numbers(served.run([net], [tool]).rows)
                own = {k: v for k, v in alone.items() if k[:2] == (net.name, tool)}
                assert got == own, f"{tool} in the order {order}"
        together = _numbers(served.run(nets, list(dict.fromkeys(order))).rows)
        assert together == alone, order
