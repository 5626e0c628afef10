"""The page computes what the engine computes: every convention, network and metric, beyond 2^53 too, and every difference."""

from __future__ import annotations

import csv
from collections import Counter
from typing import Any

import pytest

from crosscheck import models
from crosscheck.conventions import read as conventions
from crosscheck.counting.engine import tally, total
from crosscheck.errors import ConventionError, CrosscheckError
from crosscheck.report.site.contents import contents
from crosscheck.studies.site.counts import Counts
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
    """Each network at its own size and at one that nobody listed, alone and in a batch; some where numbers are beyond 2^53."""
    asked: list[tuple[str, str, int]] = []
    for k, c in enumerate(whole_site.explorer.counts):
        own, other = ("x".join(map(str, s)) for s in (c.input, (c.input[0], c.input[1] + 32 * (1 + k % 5), c.input[2] + 64)))
        asked += [(c.name, own, 1), (c.name, other, 3), *([(c.name, own, 10**8)] if k % 9 == 0 else [])]
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


SIZES = """
const e = new Engine(data.explorer);
return data.asked.map(([network, input, batch]) => {
  const why = e.refuses(network, input);
  if (why) return why;
  const sums = {};
  for (const [kind, depth, op, primitive, n] of e.tally(network, input, BigInt(batch)).rows) {
    const key = [kind, depth, op, primitive].join(" ");
    sums[key] = (sums[key] ?? 0n) + n;
  }
  return Object.fromEntries(Object.entries(sums).map(([key, n]) => [key, String(n)]));
});
"""


def images(c: Counts, k: int) -> list[tuple[str, str, int]]:
    """Images of a network that few have: large and small, odd, prime, long ones, and those that are too small."""
    channels, side, _ = c.input
    sides = [
        (side + k, side + 7 * k),
        (side // 2 + k, side),
        (97 + k, 131),
        (600, 33 + k),
        (1, 1),
        (1, 2),
        (2 + k % 40, 9 + k % 31),
    ]
    if c.form.cuts:  # double precision cuts something off for one in six
        sides += [(32 * h, 32 * w) for h in range(1, 5) for w in (12, 13, 21, 24)]
    return [(c.name, f"{channels}x{h}x{w}", 1 + n % 3) for n, (h, w) in enumerate(sides)]


def test_every_count_of_any_image_is_the_engines_and_what_a_network_refuses_is_refused(
    browser: Any, whole_site: Site, explorer: Any
) -> None:
    assert [c.name for c in whole_site.explorer.counts if not c.anywhere] == []
    asked = [image for k, c in enumerate(whole_site.explorer.counts) for image in images(c, k)]
    got = run(browser, COUNTING, SIZES, {"explorer": explorer, "asked": asked})
    seen: Counter[str] = Counter()
    for (name, size, batch), found in zip(asked, got, strict=True):
        try:
            model = models.build(name, batch=batch, input_shape=tuple(map(int, size.split("x"))))
        except CrosscheckError:
            assert isinstance(found, str), (name, size, "is counted here, and cannot be built")
            seen["refused"] += 1
            continue
        wanted = {
            f"{kind} {depth} {op} {primitive}": str(n)
            for (kind, depth), sums in tally(model).groups.items()
            for op, counts in sums.items()
            for primitive, n in counts.items()
            if n
        }
        assert found == wanted, (name, size, batch)
        seen.update(taken=1, counts=len(wanted), cut=sum("float_cut" in key for key in wanted))
    floor(seen, taken=500, refused=60, counts=40_000, cut=20)


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
