// What the explorer counts by: one option of each toggle, written short in the address.

/** The options that a convention has chosen, by toggle; null where toggles cannot say what it does. */
function choicesOf(e, id, metric) {
  const toggles = e.toggles.filter((t) => t.metric === metric);
  const found = toggles.map((t) => [t.id, t.options.find((o) => o.by.includes(id))]);
  return toggles.length && found.every(([, o]) => o) ? Object.fromEntries(found) : null;
}

/** Choices as the address says: those of the convention `like`, but for what `t` changes. What is unknown there is left. */
function choicesFrom(e, { like = "mac", t = "" }, metric) {
  const base = choicesOf(e, like, metric) ?? choicesOf(e, "mac", metric);
  if (!base) return null;
  const chosen = { ...base };
  for (const part of t.split(",").filter(Boolean)) {
    const [id, ...code] = part.split(":");
    const o = e.toggles.find((x) => x.metric === metric && x.id === id)?.options.find((x) => x.code === code.join(":"));
    if (o) chosen[id] = o;
  }
  return chosen;
}

/** The shortest way to write choices: what is changed of the convention `like`. */
function written(e, chosen, like, metric) {
  const base = choicesOf(e, like, metric) ?? choicesOf(e, "mac", metric);
  return Object.entries(chosen)
    .filter(([id, o]) => base[id] !== o)
    .map(([id, o]) => `${id}:${o.code}`)
    .join(",");
}

function sightOf(option) {
  const [functional, depth, deeper] = option.sight;
  return { functional, depth, deeper };
}

/** Choices as a side of a comparison, as a tool's number is one. */
function chosenSide(e, tally, chosen, unit) {
  const seen = e.seen(tally, sightOf(chosen.sees));
  const charged = new Map();
  for (const [id, o] of Object.entries(chosen))
    for (const [op, primitive, weight] of id === "sees" ? [] : o.charges)
      if (tally.ops.has(op)) {
        const key = `${op} ${primitive}`;
        charged.set(key, [
          ...(charged.get(key) ?? []),
          { weight: BigInt(weight), count: seen.get(key) ?? 0n, source: o.source, says: o.says, quirk: "" },
        ]);
      }
  return { id: "yours", title: "your toggles", unit, charged, seen, ops: tally.ops, tables: null };
}

/** True where some option of a toggle changes this network's number. */
function matters(tally, toggle) {
  const held = new Set(tally.rows.map(([, , op, primitive]) => `${op} ${primitive}`));
  const kinds = new Set(tally.rows.map(([kind]) => kind));
  if (toggle.id === "sees")
    return (
      toggle.options.length > 1 &&
      (kinds.has("functional") ||
        tally.rows.some(([, depth]) => toggle.options.some((o) => o.sight[1] !== null && depth > o.sight[1])))
    );
  return toggle.options.some((o) => o.charges.some(([op, primitive]) => held.has(`${op} ${primitive}`)));
}

/** What each option of each toggle adds, for one sight. */
function contributions(e, tally, toggles, sight) {
  const seen = e.seen(tally, sight);
  return toggles.map((t) =>
    t.options.map((o) => o.charges.reduce((sum, [op, p, w]) => sum + BigInt(w) * (seen.get(`${op} ${p}`) ?? 0n), 0n)),
  );
}

/** Conventions whose number is in one of the ranges. */
function sayers(e, tally, metric, ranges) {
  const said = [...e.rules.values()].map((rules) => ({ rules, value: e.value(tally, rules, metric) }));
  return said.filter((x) => x.value !== null && within(ranges, x.value));
}

function within(ranges, value) {
  return ranges.some((r) => value >= r.low && value <= r.high);
}

/** What conventions choose, as places in the toggles that matter, and what each option adds: one for all that choose alike. */
function starts(e, tally, metric, first) {
  const toggles = e.toggles.filter((t) => t.metric === metric && t.id !== "sees" && matters(tally, t));
  const found = new Map();
  for (const id of new Set([first, ...e.rules.keys()])) {
    const chosen = choicesOf(e, id, metric);
    if (!chosen || !e.side(tally, e.rules.get(id), metric)) continue;
    const at = toggles.map((t) => t.options.indexOf(chosen[t.id]));
    const adds = contributions(e, tally, toggles, sightOf(chosen.sees));
    const key = `${chosen.sees.code} ${at.map((o, j) => adds[j][o]).join(" ")}`;
    if (!found.has(key)) found.set(key, { id, at, adds, total: at.reduce((sum, o, j) => sum + adds[j][o], 0n) });
  }
  return { toggles, bases: [...found.values()] };
}

/** Every change of one toggle of a base: {toggle, option, by} by how much it changes the number. */
function changes(toggles, { at, adds }) {
  return toggles.flatMap((toggle, j) =>
    toggle.options.map((option, o) => ({ toggle, option, by: adds[j][o] - adds[j][at[j]] })).filter((c) => c.by !== 0n),
  );
}

/**
 * Which changes of a convention yield a number that it does not yield itself: of one toggle, or of two where few do so with
 * one. Gives {like, changes: [[toggle, option]], value}, those of the convention `first` before others.
 */
function yielding(e, tally, metric, ranges, first, most = 6) {
  const { toggles, bases } = starts(e, tally, metric, first);
  const found = [];
  const keep = (base, list, value) =>
    found.push({ like: base.id, changes: list.map((c) => [c.toggle, c.option]), value });
  for (const base of bases)
    for (const c of changes(toggles, base)) if (within(ranges, base.total + c.by)) keep(base, [c], base.total + c.by);
  if (found.length >= most) return found;
  for (const base of bases) {
    const all = changes(toggles, base);
    all.forEach((c, k) => {
      for (const d of all.slice(k + 1))
        if (c.toggle !== d.toggle && within(ranges, base.total + c.by + d.by))
          keep(base, [c, d], base.total + c.by + d.by);
    });
  }
  return found;
}

/** Conventions that yield a number somewhere else: this network's other metrics and sizes, and other networks at their own size. */
function elsewhere(e, { network, input, batch, metric }, ranges, most = 12) {
  const fits = (v) => v !== null && v > 0n && within(ranges, v);
  const found = [];
  const look = (n, i, b, metrics) => {
    const tally = e.tally(n, i, b);
    for (const m of metrics) {
      const by = [...e.rules.values()].filter((r) => r.metrics[m] && fits(e.value(tally, r, m)));
      if (by.length) found.push({ network: n, input: tally.input, batch: b, metric: m, by });
    }
  };
  look(
    network,
    input,
    batch,
    e.metrics.filter((m) => m !== metric),
  );
  for (const i of e.sizes(network)) if (i !== input) look(network, i, batch, [metric]);
  for (const n of e.networks.keys()) if (n !== network && found.length < most) look(n, "", 1n, [metric]);
  return found.slice(0, most);
}
