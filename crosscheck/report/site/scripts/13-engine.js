// Counts × weights, as the engine does it: what a convention says of a network, and why two of them differ.

const SEEN = ["layer", "container"];
const TURNED = ["overturned_out_elements", "wrapped_out_elements"];
const LARGE_FROM = 200; // pixels a side, from where a network's own input is a large one
const LARGE = [
  96, 112, 128, 160, 192, 224, 227, 240, 256, 260, 288, 299, 300, 320, 331, 380, 384, 448, 456, 480, 512, 528, 600, 640,
  800, 1024,
];
const SMALL = [28, 32, 40, 48, 56, 64, 96, 112, 128, 160, 192, 224, 256];
const OUTPUTS = new Set(["layer out_elements", "container container_out_elements", "container container_out_products"]);

class Engine {
  constructor(data) {
    this.primitives = data.primitives;
    this.keys = data.keys;
    this.wiring = data.wiring; // ops that no module does
    this.networks = new Map(data.networks.map((n) => [n.name, n]));
    this.rules = new Map(data.rules.map((r) => [r.id, r]));
    this.toggles = data.toggles;
    this.metrics = [...new Set(data.rules.flatMap((r) => Object.keys(r.metrics)))];
  }

  /** The network's own input size, then usual ones that it takes. */
  sizes(network) {
    const { input, anywhere } = this.networks.get(network);
    const [channels, side] = input.split("x");
    const usual = (side < LARGE_FROM ? SMALL : LARGE).map((n) => `${channels}x${n}x${n}`);
    return [input, ...(anywhere ? usual.filter((z) => z !== input && !this.refuses(network, z)) : [])];
  }

  /** An input as somebody wrote it, as `3x260x260`: one side, two, or all three; null where it is none of this network's. */
  inputOf(network, text) {
    const [channels] = this.networks.get(network).input.split("x");
    const written = /^\s*(?:(\d+)\s*[x×,*]\s*)??(\d{1,6})(?:\s*[x×,*]\s*(\d{1,6}))?\s*$/i.exec(text);
    if (!written || (written[1] ?? channels) !== channels) return null;
    const sides = [written[2], written[3] ?? written[2]].map(Number);
    return sides.includes(0) ? null : `${channels}x${sides.join("x")}`;
  }

  /** Why a network does not take an input, or counts are not had here; empty where all is well. */
  refuses(network, input) {
    const n = this.networks.get(network);
    if (input === n.input) return "";
    if (!n.anywhere) return "counts are here for its own size alone";
    return planeOf(n, ...input.split("x").slice(1).map(Number)).refused ?? "";
  }

  /** Counts of a network at an input size, its own unless it takes another, with `batch` samples: [kind, depth, op, primitive, count] rows. */
  tally(network, input, batch = 1n) {
    const n = this.networks.get(network);
    const asked = this.inputOf(network, input || n.input);
    const size = asked && !this.refuses(network, asked) ? asked : n.input;
    const counts = countsOf(n, ...size.split("x").slice(1).map(Number), batch);
    const rows = counts.map(([k, count]) => [...this.keys[k], count]);
    rows.push(...turned(rows, this.wiring));
    return {
      network,
      input: size,
      batch,
      rows: rows.filter((r) => r[4]),
      ops: new Set(rows.map((r) => r[2])),
      keys: new Set(rows.filter((r) => r[4]).map((r) => `${r[2]} ${r[3]}`)),
      seen: new Map(),
    };
  }

  /** The tables of a metric that are added up; null where the convention does not give it. */
  tables(rules, metric) {
    const m = rules.metrics[metric];
    if (!m) return null;
    return m.parts.length ? m.parts.map((p) => rules.metrics[p]) : [m];
  }

  /** What a table sees of a network, by op and primitive. */
  seen(tally, table, places = SEEN) {
    const sight = `${table.functional} ${table.depth} ${table.deeper} ${places}`;
    if (tally.seen.has(sight)) return tally.seen.get(sight);
    const sums = new Map();
    tally.seen.set(sight, sums);
    for (const [kind, depth, op, primitive, n] of tally.rows)
      if (places.includes(place(table, kind, depth)))
        sums.set(`${op} ${primitive}`, (sums.get(`${op} ${primitive}`) ?? 0n) + n);
    return sums;
  }

  /** One tool's number as a side of a comparison: by op and primitive, weights with what they are charged for. Null: unknown op. */
  side(tally, rules, metric) {
    const tables = this.tables(rules, metric);
    if (!tables || tables.some((t) => [...tally.ops].some((op) => !knows(t, op)))) return null;
    const charged = new Map();
    for (const t of tables) {
      const counts = this.seen(tally, t);
      for (const [op, rows] of Object.entries(t.weighed))
        if (tally.ops.has(op))
          for (const w of rows) {
            const key = `${op} ${w.primitive}`;
            if (!charged.has(key)) charged.set(key, []);
            add(charged.get(key), w, counts.get(key) ?? 0n);
          }
    }
    return {
      id: rules.id,
      title: rules.title,
      unit: rules.metrics[metric].unit,
      charged,
      seen: this.seen(tally, tables[0]),
      ops: tally.ops,
      tables,
    };
  }

  /** What a convention says a network costs; null where it does not say. */
  value(tally, rules, metric) {
    const side = this.side(tally, rules, metric);
    return side && sideValue(side);
  }
}

/** What a sum of outputs gains where a sign below 0 is dropped, and where 32 bits hold it: no count per image. */
function turned(rows, wiring) {
  let sum = 0n;
  for (const [kind, , op, primitive, n] of rows)
    if (OUTPUTS.has(`${kind} ${primitive}`) && !wiring.includes(op)) sum += n;
  const size = (v) => (v < 0n ? -v : v);
  const gains = [size(sum) - sum, size(BigInt.asIntN(32, sum)) - sum];
  return TURNED.map((primitive, k) => ["container", 1, "container", primitive, gains[k]]);
}

function place(table, kind, depth) {
  if (
    (kind === "functional" && table.functional !== "layer") ||
    (kind === "container" && table.functional === "container")
  )
    return table.functional;
  return table.depth !== null && depth > table.depth ? table.deeper : "layer";
}

function knows(table, op) {
  return op in table.weighed || op in table.ignored;
}

/** One more charge; those of the same count have their weights added up. */
function add(rows, w, count) {
  const same = rows.find((r) => r.count === count);
  if (!same) return rows.push({ weight: BigInt(w.weight), count, source: w.source, says: w.says, quirk: w.quirk });
  same.weight += BigInt(w.weight);
  for (const k of ["source", "says", "quirk"])
    if (w[k] && !same[k].split("; ").includes(w[k])) same[k] = [same[k], w[k]].filter(Boolean).join("; ");
  return rows.length;
}

function sideValue(side) {
  let value = 0n;
  for (const rows of side.charged.values()) for (const r of rows) value += r.weight * r.count;
  return value;
}

/** Weights of ops that only the other of two networks has: a tool would charge them, and here there is nothing to charge. */
function withForeign(side, other) {
  const charged = new Map(side.charged);
  for (const t of side.tables ?? [])
    for (const [op, rows] of Object.entries(t.weighed))
      if (!side.ops.has(op) && other.ops.has(op))
        for (const w of rows) {
          const key = `${op} ${w.primitive}`;
          charged.set(key, [...(charged.get(key) ?? [])]);
          add(charged.get(key), w, 0n);
        }
  return charged;
}

/**
 * A − B as terms that add up to it, the largest first: weight terms (they charge differently) and graph terms (they saw
 * different things). Without B, A's own number.
 */
function difference(a, b = null) {
  const one = b ? withForeign(a, b) : a.charged,
    two = b ? withForeign(b, a) : new Map();
  const terms = [];
  for (const key of new Set([...one.keys(), ...two.keys()])) {
    const [op, primitive] = key.split(" ");
    const left = one.get(key) ?? [],
      right = two.get(key) ?? [];
    for (let k = 0; k < Math.max(left.length, right.length); k++) {
      const x = left[k],
        y = right[k];
      const countA = x?.count ?? 0n;
      const countB = y ? y.count : b && !k ? (b.seen ? (b.seen.get(key) ?? 0n) : countA) : countA;
      const wa = x?.weight ?? 0n,
        wb = y?.weight ?? 0n;
      const rows = [x, y].filter(Boolean);
      const said = (f) => [...new Set(rows.map((r) => r[f]).filter(Boolean))].join("; ");
      const term = {
        op,
        primitive,
        wa,
        wb,
        source: said("source"),
        quirk: said("quirk"),
        says: x?.says || y?.says || "",
      };
      if ((wa - wb) * countB) terms.push({ ...term, cause: "weight", count: countB, value: (wa - wb) * countB });
      if (wa * (countA - countB))
        terms.push({ ...term, cause: "graph", count: countA - countB, value: wa * (countA - countB) });
    }
  }
  const size = (v) => (v < 0n ? -v : v);
  const order = (p, q) => (p < q ? -1 : p > q ? 1 : 0);
  return terms.sort(
    (p, q) =>
      order(size(q.value), size(p.value)) ||
      order(p.op, q.op) ||
      order(p.primitive, q.primitive) ||
      order(p.cause, q.cause),
  );
}
