"""The law: on any network, every tool × layer × metric has residual 0, and the native network is the described one."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.frameworks.networks import networks
from tests.frameworks.served import Served, contract_failures, residual_failures


def test_random_networks(served: Served) -> None:
    keras = served.info.id == "tensorflow_keras"

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(networks(keras=keras), min_size=1, max_size=3))
    def law(models: list) -> None:  # type: ignore[type-arg]
        for model in models:
            answer = served.run([model], contract=True)
            assert contract_failures(answer.facts, [model]) == []
            assert residual_failures(answer.rows, [model]) == []
            assert {r.tool for r in answer.rows if r.value} == {t.id for t in served.info.tools}

    law()
