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
  return Object.entries(chosen).filter(([id, o]) => base[id] !== o).map(([id, o]) => `${id}:${o.code}`).join(",");
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
        charged.set(key, [...(charged.get(key) ?? []), { weight: BigInt(weight), count: seen.get(key) ?? 0n, source: o.source, says: o.says, quirk: "" }]);
      }
  return { id: "yours", title: "your toggles", unit, charged, seen, ops: tally.ops, tables: null };
}

/** True where some option of a toggle changes this network's number. */
function matters(tally, toggle) {
  const held = new Set(tally.rows.map(([, , op, primitive]) => `${op} ${primitive}`));
  const kinds = new Set(tally.rows.map(([kind]) => kind));
  if (toggle.id === "sees") return toggle.options.length > 1 && (kinds.has("functional") || tally.rows.some(([, depth]) => toggle.options.some((o) => o.sight[1] !== null && depth > o.sight[1])));
  return toggle.options.some((o) => o.charges.some(([op, primitive]) => held.has(`${op} ${primitive}`)));
}

/** What each option of each toggle adds, for one sight. */
function contributions(e, tally, toggles, sight) {
  const seen = e.seen(tally, sight);
  return toggles.map((t) => t.options.map((o) => o.charges.reduce((sum, [op, p, w]) => sum + BigInt(w) * (seen.get(`${op} ${p}`) ?? 0n), 0n)));
}

/**
 * Which choices yield a number: those of conventions, changed in up to two toggles, the fewest changes first. Gives
 * {like, changes: [[toggle, option]], value}.
 */
function yielding(e, tally, metric, ranges, most = 12) {
  const all = e.toggles.filter((t) => t.metric === metric);
  const toggles = all.filter((t) => t.id !== "sees" && matters(tally, t));
  const fits = (v) => ranges.some((r) => v >= r.low && v <= r.high);
  const found = [], known = new Set(), met = new Set();
  const keep = (like, changes, value, at) => {
    const key = at.join(",");
    if (!known.has(key)) { known.add(key); found.push({ like, changes, value }); }
  };
  const bases = [...e.rules.keys()].map((id) => [id, choicesOf(e, id, metric)]).filter(([id, c]) => c && e.side(tally, e.rules.get(id), metric));
  for (const [id, chosen] of bases) {
    const at = toggles.map((t) => t.options.indexOf(chosen[t.id]));
    const adds = contributions(e, tally, toggles, sightOf(chosen.sees));
    const start = `${chosen.sees.code} ${at.map((o, j) => adds[j][o]).join(" ")}`;
    if (met.has(start)) continue;
    met.add(start);
    const total = at.reduce((sum, o, j) => sum + adds[j][o], 0n);
    const value = (j, o) => adds[j][o] - adds[j][at[j]];
    const with_ = (pairs) => at.map((o, j) => `${chosen.sees.code}${pairs.find(([k]) => k === j)?.[1] ?? o}`);
    if (fits(total)) keep(id, [], total, with_([]));
    for (let j = 0; j < toggles.length; j++)
      for (let o = 0; o < adds[j].length; o++) {
        const one = value(j, o);
        if (!one) continue;
        if (fits(total + one)) keep(id, [[toggles[j], toggles[j].options[o]]], total + one, with_([[j, o]]));
        for (let k = j + 1; k < toggles.length; k++)
          for (let p = 0; p < adds[k].length; p++) {
            const two = value(k, p);
            if (two && fits(total + one + two)) keep(id, [[toggles[j], toggles[j].options[o]], [toggles[k], toggles[k].options[p]]], total + one + two, with_([[j, o], [k, p]]));
          }
      }
  }
  return { count: found.length, best: found.sort((a, b) => a.changes.length - b.changes.length).slice(0, most) };
}

/** Conventions that yield a number somewhere else: this network's other metrics and sizes, and other networks at their own size. */
function elsewhere(e, { network, input, batch, metric }, ranges, most = 12) {
  const fits = (v) => v !== null && v > 0n && ranges.some((r) => v >= r.low && v <= r.high);
  const found = [];
  const look = (n, i, b, metrics) => {
    const tally = e.tally(n, i, b);
    for (const m of metrics) {
      const by = [...e.rules.values()].filter((r) => r.metrics[m] && fits(e.value(tally, r, m)));
      if (by.length) found.push({ network: n, input: tally.input, batch: b, metric: m, by });
    }
  };
  look(network, input, batch, e.metrics.filter((m) => m !== metric));
  for (const i of e.sizes(network)) if (i !== input) look(network, i, batch, [metric]);
  for (const n of e.networks.keys()) if (n !== network && found.length < most) look(n, "", 1n, [metric]);
  return found.slice(0, most);
}
