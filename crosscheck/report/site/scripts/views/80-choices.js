// What the explorer counts by: one option of each toggle, written short in the address.

/** The toggle of what is seen of what another one charges: parts of a metric have their own, `a.sees` for `a.w`. */
function sightId(id) {
  return `${/^(?:\w\.)?/.exec(id)[0]}sees`;
}

function isSight(toggle) {
  return toggle.id === sightId(toggle.id);
}

/** Whom to count as where nobody is named: plain MACs and parameters, or whoever gives the metric first. */
function plainest(e, metric) {
  return e.rules.get("mac")?.metrics[metric] ? "mac" : [...e.rules.values()].find((r) => r.metrics[metric])?.id;
}

/** The options that a convention has chosen, by toggle; null where toggles cannot say what it does. */
function choicesOf(e, id, metric) {
  const toggles = e.toggles.filter((t) => t.metric === metric);
  const found = toggles.map((t) => [t.id, t.options.find((o) => o.by.includes(id))]);
  return toggles.length && found.every(([, o]) => o) ? Object.fromEntries(found) : null;
}

/** Choices as the address says: those of the convention `like`, but for what `t` changes. What is unknown there is left. */
function choicesFrom(e, { like = "", t = "" }, metric) {
  const base = choicesOf(e, like, metric) ?? choicesOf(e, plainest(e, metric), metric);
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
  const base = choicesOf(e, like, metric) ?? choicesOf(e, plainest(e, metric), metric);
  return Object.entries(chosen)
    .filter(([id, o]) => base[id] !== o)
    .map(([id, o]) => `${id}:${o.code}`)
    .join(",");
}

const ROOM = 60;

/** Choices as an address has them, {like, t}: as changes of the convention `like`, or where that takes too much room, of the nearest. */
function addressed(e, chosen, like, metric) {
  const t = written(e, chosen, like, metric);
  if (t.length <= ROOM) return { like, t };
  const ways = [...e.rules.keys()]
    .filter((id) => choicesOf(e, id, metric))
    .map((id) => ({ like: id, t: written(e, chosen, id, metric) }));
  return ways.reduce((a, b) => (b.t.length < a.t.length ? b : a), { like, t });
}

function sightOf(option) {
  const [functional, depth, deeper] = option.sight;
  return { functional, depth, deeper };
}

/** What is seen of a network by what a toggle's choice charges. */
function seenBy(e, tally, chosen, id) {
  return e.seen(tally, sightOf(chosen[sightId(id)]));
}

/** Choices as a side of a comparison, as a tool's number is one. */
function chosenSide(e, tally, chosen, unit) {
  const charged = new Map();
  for (const [id, o] of Object.entries(chosen))
    for (const [op, primitive, weight] of o.charges)
      if (tally.ops.has(op)) {
        const key = `${op} ${primitive}`;
        if (!charged.has(key)) charged.set(key, []);
        add(
          charged.get(key),
          { weight, source: o.source, says: o.says, quirk: "" },
          seenBy(e, tally, chosen, id).get(key) ?? 0n,
        );
      }
  const seen = seenBy(e, tally, chosen, Object.keys(chosen)[0]);
  return { id: "yours", title: "your toggles", unit, charged, seen, ops: tally.ops, tables: null };
}

/** What an option of a toggle comes to in a network, as text: the charges that it has there, or what it sees of all charges. */
function effect(e, tally, toggle, option) {
  if (!isSight(toggle)) return JSON.stringify(option.charges.filter(([op, p]) => tally.keys.has(`${op} ${p}`)));
  const seen = e.seen(tally, sightOf(option));
  const beside = e.toggles.filter((t) => t.metric === toggle.metric && sightId(t.id) === toggle.id);
  const keys = new Set(beside.flatMap((t) => t.options.flatMap((o) => o.charges.map(([op, p]) => `${op} ${p}`))));
  return [...keys].map((key) => seen.get(key) ?? 0n).join(" ");
}

/** The options of a toggle that differ in a network: of those that do not, the one that is chosen, else the first. */
function distinct(e, tally, toggle, chosen = null) {
  const groups = new Map();
  for (const o of toggle.options) {
    const key = effect(e, tally, toggle, o);
    if (!groups.has(key) || o === chosen) groups.set(key, o);
  }
  return [...groups.values()];
}

/** True where some option of a toggle charges something of this network. */
function charges(tally, toggle) {
  return toggle.options.some((o) => o.charges.some(([op, primitive]) => tally.keys.has(`${op} ${primitive}`)));
}

/** True where its options change this network's number. */
function matters(e, tally, toggle) {
  return distinct(e, tally, toggle).length > 1;
}

/** What each option of each toggle adds beside choices, which say what is seen. */
function contributions(e, tally, toggles, chosen) {
  return toggles.map((t) => {
    const seen = seenBy(e, tally, chosen, t.id);
    return t.options.map((o) =>
      o.charges.reduce((sum, [op, p, w]) => sum + BigInt(w) * (seen.get(`${op} ${p}`) ?? 0n), 0n),
    );
  });
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
  const toggles = e.toggles.filter((t) => t.metric === metric && charges(tally, t));
  const found = new Map();
  for (const id of new Set([first, ...e.rules.keys()])) {
    const chosen = choicesOf(e, id, metric);
    if (!chosen || !e.side(tally, e.rules.get(id), metric)) continue;
    const at = toggles.map((t) => t.options.indexOf(chosen[t.id]));
    const adds = contributions(e, tally, toggles, chosen);
    const key = `${adds.map((a) => a.join(" ")).join(";")} ${at.map((o, j) => adds[j][o]).join(" ")}`;
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
