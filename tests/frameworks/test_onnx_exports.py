"""What the exporters of all frameworks write, read without the weights: parameters as onnx counts them, MACs as described."""

from __future__ import annotations

from pathlib import Path

import onnx

from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.importers.imported import Imported
from crosscheck.importers.onnx.load import load
from crosscheck.known import gaps
from crosscheck.measuring import catalog
from tests.frameworks.exports import FOLDED, NETS, Written
from tests.frameworks.test_onnx_tools import residuals, run
from tests.helpers import same
from tests.importers.onnx.files import elements

PARTS = ("weight", "bias", "norm_scale", "norm_shift", "running_stats", "operand", "literals", "unused_elements")
MAC = convention.load("mac")
READ = ("padded", "lenet", "lenet5-28", "resnet18", "bottleneck")  # in the others more is rewritten than batch norms
COUNTED = ("lenet", "bottleneck")


def totals(found: Imported) -> tuple[int, int]:
    counted = engine.tally(found.model)
    return engine.total(counted, MAC, "compute"), engine.total(counted, MAC, "params")


def test_every_export_has_the_macs_of_the_description_and_the_elements_that_onnx_counts(framework: str, written: Written) -> None:
    got, wanted = {}, {}
    for (name, export), row in ((key, row) for key, row in written.items() if key[0] in READ):
        found = load(Path(row.path))
        assert (found.partial, found.notes) == (False, ()), (name, export)
        counted, described = engine.tally(found.model), engine.tally(NETS[name])
        macs, params = totals(found)
        key = f"{name} {export}"
        got[key] = macs, params, sum(counted.sum(p) for p in PARTS)
        learned = engine.total(described, MAC, "params")
        channels = described.totals.get("batchnorm", {}).get("channels", 0)
        wanted[key] = (
            engine.total(described, MAC, "compute"),
            learned - channels if export in FOLDED else learned,
            elements(onnx.load(row.path, load_external_data=False)),
        )
        assert (counted.sum("running_stats") == 0) == (export in FOLDED or not channels), key
    assert len(got) == len(READ) * len(catalog.framework(framework).exports)
    same(got, wanted, "(MACs, parameters, elements)")


def test_the_tools_that_count_files_are_explained_on_every_export_or_refuse_it_by_name(written: Written, tmp_path: Path) -> None:
    paths = [Path(row.path) for (name, _), row in written.items() if name in COUNTED]
    rows, nets = run(paths, tmp_path)
    assert len(nets) == len(paths)
    assert {r.status for r in rows} <= {"ok", "absent", "unsupported"}
    assert all(r.message for r in rows if r.status == "unsupported")
    told = list(residuals(rows, nets))
    odd = [(r, off) for r, off in told if off and not any(g.covers(r.model, r.tool, r.metric, r.layer) for g in gaps.load())]
    assert [f"{r.model} × {r.tool} × {r.layer} × {r.metric}: off by {off}" for r, off in odd] == []
    assert sum(r.layer == TOTAL for r, _ in told) >= 3 * len(paths)
