"""timm under every tool: a network with attention that a tool knows by its class, and one that keeps what it made."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck.studies.zoo import survey as study
from crosscheck.subjects import observed, zoo

pytestmark = pytest.mark.framework
NETWORKS = [zoo.get(f"timm:{name}") for name in ("test_vit3", "levit_128s")]


@pytest.mark.skipif(bool(observed.missing(NETWORKS[0])), reason="timm is not installed")
def test_every_number_of_small_networks_of_timm_is_explained(tmp_path: Path) -> None:
    found = study.run(NETWORKS, logs=tmp_path, timeout=300)
    for entry in found.entries:
        assert entry.status == "ok", entry.message
        numbers = [n for n in entry.numbers if n.row.value is not None]
        assert {n.residual for n in numbers} == {0}
        assert {n.row.tool for n in entry.silent} <= {"flop_counter"}
        assert len({n.row.tool for n in numbers}) >= 12
        assert all(n.row.status in ("crashed", "unsupported") for n in entry.silent)
    assert found.versions["timm"] == NETWORKS[0].version
