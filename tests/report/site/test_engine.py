"""The page computes what the engine computes: every convention, network and metric, beyond 2^53 too, and every difference."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from crosscheck import models
from crosscheck.conventions import read as conventions
from crosscheck.counting.engine import tally, total
from crosscheck.errors import ConventionError
from crosscheck.report.site.contents import contents
from crosscheck.studies.site.site import Site
from tests.helpers import floor, same
from tests.report.site.conftest import REPORTS
from tests.report.site.modules import COUNTING, run

pytestmark = pytest.mark.browser
VALUES = """
const e = new Engine(data.explorer), found = {};
for (const [network, input, batch] of data.asked) {
  const t = e.tally(network, input, BigInt(batch));
  for (const r of e.rules.values()) for (const m of Object.keys(r.metrics)) {
    const v = e.value(t, r, m);
    found[[network, t.input, batch, r.id, m].join(" ")] = v === null ? null : String(v);
  }
}
return found;
"""
STEPS = """
const e = new Engine(data.explorer);
return data.asked.map(([network, input, batch, a, b, metric]) => {
  const t = e.tally(network, input, BigInt(batch));
  const [x, y] = [a, b].map((id) => e.side(t, e.rules.get(id), metric));
  return difference(x, y).map((t) => [t.cause, t.op, t.primitive, t.wa, t.wb, t.count, t.value].map(String));
});
"""
ALIKE = """
const e = new Engine(data.explorer), odd = [], mute = {};
let told = 0, longest = "";
const told_of = {};
for (const metric of new Set(e.toggles.map((t) => t.metric)))
  for (const r of e.rules.values()) {
    if (!r.metrics[metric]) continue;
    const chosen = choicesOf(e, r.id, metric);
    if (!chosen) { (mute[metric] ??= []).push(r.id); continue; }
    for (const n of e.networks.keys()) {
      const t = e.tally(n, "", 3n), value = e.value(t, r, metric);
      if (value === null) continue;
      told++;
      told_of[metric] = (told_of[metric] ?? 0) + 1;
      if (sideValue(chosenSide(e, t, chosen, "")) !== value) odd.push([n, r.id, metric]);
    }
    for (const other of e.rules.keys()) {
      const theirs = choicesOf(e, other, metric);
      if (!theirs) continue;
      const mixed = Object.fromEntries(Object.entries(chosen).map(([id, o], k) => [id, k % 2 ? o : theirs[id]]));
      const way = addressed(e, mixed, other, metric), back = choicesFrom(e, way, metric);
      if (Object.keys(chosen).some((id) => back[id] !== mixed[id])) odd.push([other, r.id, way.t]);
      const text = `m=${metric}&like=${way.like}&t=${way.t}`;
      if (text.length > longest.length) longest = text;
    }
  }
return { odd, mute, told, told_of, longest };
"""


@pytest.fixture(scope="module")
def explorer(whole_site: Site) -> Any:
    return dict(contents(whole_site))["explorer"]


def test_every_convention_says_the_same_of_every_network_here_and_there(browser: Any, whole_site: Site, explorer: Any) -> None:
    """Each network at its own size and at its last one, alone and in a batch; some in a batch whose numbers are beyond 2^53."""
    asked: list[tuple[str, str, int]] = []
    for k, c in enumerate(whole_site.explorer.counts):
        sizes = ["x".join(map(str, s.input)) for s in c.sizes]
        asked += [(c.name, sizes[0], 1), (c.name, sizes[-1], 3), *([(c.name, sizes[0], 10**8)] if k % 9 == 0 else [])]
    got: dict[str, Any] = run(browser, COUNTING, VALUES, {"explorer": explorer, "asked": asked})
    wanted: dict[str, str | None] = {}
    for name, size, batch in asked:
        counted = tally(models.build(name, batch=batch, input_shape=tuple(map(int, size.split("x")))))
        for rules in whole_site.explorer.rules:
            for metric in rules.metrics:
                try:
                    value = str(total(counted, conventions.load(rules.id), metric))
                except ConventionError:
                    value = None
                wanted[f"{name} {size} {batch} {rules.id} {metric}"] = value
    same(got, wanted, "values")
    numbers = [int(v) for v in wanted.values() if v is not None]
    floor({"compared": len(numbers), "beyond": sum(n > 2**53 for n in numbers)}, compared=12_000, beyond=200)


def test_every_difference_of_the_report_has_the_same_terms(browser: Any, explorer: Any) -> None:
    pairs: dict[tuple[str, ...], list[list[str]]] = {}
    with (REPORTS / "measurements.csv").open(encoding="utf-8", newline="") as file:
        by = {(r["model"], r["tool"]): r["convention"] for r in csv.DictReader(file)}
    with (REPORTS / "discrepancies.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            batch, image = r["input"].split("x", 1)
            tools = (by[r["model"], r["tool_a"]], by[r["model"], r["tool_b"]])
            rows = pairs.setdefault((r["model"], image, batch, *tools, r["metric"]), [])
            if r["cause"] != "none":
                rows.append([r[k] for k in ("cause", "op", "primitive", "weight_a", "weight_b", "count", "term")])
    got = run(browser, COUNTING, STEPS, {"explorer": explorer, "asked": [list(key) for key in pairs]})
    same({key: sorted(terms) for key, terms in zip(pairs, got, strict=True)}, {k: sorted(v) for k, v in pairs.items()}, "terms")
    floor({"pairs": len(pairs), "terms": sum(map(len, got))}, pairs=2_000, terms=5_000)


def test_toggles_set_as_a_convention_are_that_convention(browser: Any, explorer: Any) -> None:
    """And an address has room for every mixture of two."""
    found = run(browser, COUNTING, ALIKE, {"explorer": explorer})
    assert found["odd"] == []
    assert found["mute"] == {}
    assert len(f"#/explorer?n=resnet152-v2-keras&i=3x448x448&b=999999999&{found['longest']}") <= 200
    floor(found, told=3_000)
    floor(found["told_of"], memory=500, memory_activations=500, memory_params=500, activations=100, params_trainable=300)
