// Who says what of which network: cells of the report, of a user's network, and conventions that no tool ran.

const TOTAL = "(total)",
  OWN = "own";
const METRIC_TITLES = {
  compute: "Compute",
  params: "Parameters",
  params_trainable: "Trainable parameters",
  params_nontrainable: "Non-trainable parameters",
  memory: "Memory",
  memory_input: "Memory of the input",
  memory_activations: "Memory of activations",
  memory_params: "Memory of parameters",
  activations: "Activations",
  neurons: "Neurons",
  depth: "Depth",
  layers: "Layers",
  connections: "Connections",
  mul: "Multiplications",
  add: "Additions",
  compare: "Comparisons",
  divide: "Divisions",
  exp: "Exponentials",
  sqrt: "Square roots",
  power: "Powers",
  erf: "Error functions",
};
const page = { core: null, engine: null, own: null };

/** The engine, once its data is inflated. */
async function engine() {
  page.engine ??= new Engine(await block("explorer"));
  return page.engine;
}

/** All whole-network cells of the report, as records; made once. */
async function cells() {
  if (page.cells) return page.cells;
  const t = await table("measurements");
  if (!t) return (page.cells = []);
  const layer = t.column("layer"),
    total = layer.texts.indexOf(TOTAL);
  page.cells = [];
  for (let r = 0; r < t.length; r++) if (layer.at[r] === total) page.cells.push(t.record(r));
  return page.cells;
}

/** Residuals summed in absolute value over all cells of each tool, metric and network. */
async function residuals() {
  if (page.residuals) return page.residuals;
  const t = await table("measurements");
  page.residuals = new Map();
  const column = t.column("residual"),
    odd = column.texts.map((x) => x !== "0" && x !== "");
  for (let r = 0; r < t.length; r++) {
    if (!odd[column.at[r]]) continue;
    const c = t.record(r),
      key = `${c.tool} ${c.metric} ${c.model}`;
    const v = whole(c.residual) ?? 0n;
    page.residuals.set(key, (page.residuals.get(key) ?? 0n) + (v < 0n ? -v : v));
  }
  return page.residuals;
}

function titleOf(id) {
  return page.engine?.rules.get(id)?.title ?? id;
}

/** A tool with the version that ran, `thop 0.1.1`. */
function named(cell) {
  const title = titleOf(cell.convention);
  return !cell.tool_version || title.endsWith(cell.tool_version) ? title : `${title} ${cell.tool_version}`;
}

/**
 * One side: what a tool says of a network in a metric, as the tool itself said it where it ran, with its terms. Null where it
 * cannot say. `network` may be `own`.
 */
async function sideOf(network, tool, metric, input = "", batch = 1n) {
  if (network === OWN) return ownSide(tool, metric);
  const e = await engine();
  if (!e.networks.has(network)) return null;
  const cell =
    !input &&
    (await cells()).find((c) => c.model === network && c.tool === tool && c.metric === metric && c.status === "ok");
  const rules = e.rules.get(cell ? cell.convention : tool);
  if (!rules) return null;
  const [n, ...image] = cell ? cell.input.split("x") : [batch];
  const tally = e.tally(network, image.join("x") || input, BigInt(n));
  const side = e.side(tally, rules, metric);
  if (!side) return null;
  return {
    ...side,
    label: cell ? named(cell) : rules.title,
    value: cell ? BigInt(cell.value) : sideValue(side),
    measured: Boolean(cell),
    shape: `${tally.batch}x${tally.input}`,
    network,
  };
}

function ownSide(tool, metric) {
  const line = page.own?.tools.find((t) => t.tool === tool && t.metric === metric);
  if (!line || line.predicted === null) return null;
  const charged = new Map();
  for (const t of line.terms ?? []) {
    const key = `${t.op} ${t.primitive}`;
    charged.set(key, [
      ...(charged.get(key) ?? []),
      { weight: BigInt(t.weight), count: BigInt(t.count), source: t.source, says: t.says, quirk: t.quirk },
    ]);
  }
  const value = BigInt(line.value ?? line.predicted);
  return {
    id: tool,
    title: tool,
    label: `${tool} ${line.tool_version}`.trim(),
    unit: line.unit,
    charged,
    seen: null,
    ops: new Set(),
    tables: null,
    value,
    measured: line.value !== null,
    shape: page.own.input,
    network: OWN,
  };
}

/** Networks that there is something to say about, with a heading each kind. */
async function networkChoices() {
  const e = await engine();
  const measured = [...new Set((await cells()).map((c) => c.model))];
  const others = [...e.networks.keys()].filter((n) => !measured.includes(n));
  const groups = {};
  if (page.own) groups["Yours"] = [[OWN, page.own.network]];
  if (measured.length) groups["Measured"] = measured.map((n) => [n, n]);
  if (others.length) groups[measured.length ? "Counted by conventions alone" : "Described"] = others.map((n) => [n, n]);
  return groups;
}

/** Tools that say something of a network in a metric: those that ran, then conventions alone. */
async function toolChoices(network, metric) {
  if (network === OWN)
    return {
      "That ran": page.own.tools
        .filter((t) => t.metric === metric && t.predicted !== null)
        .map((t) => [t.tool, t.tool]),
    };
  const e = await engine();
  const ran = (await cells()).filter((c) => c.model === network && c.metric === metric && c.status === "ok");
  const tally = e.tally(network, "", 1n);
  const rest = [...e.rules.values()].filter((r) => !ran.some((c) => c.tool === r.id) && e.side(tally, r, metric));
  const groups = {};
  if (ran.length) groups["That ran"] = ran.map((c) => [c.tool, named(c)]);
  if (rest.length) groups["By convention alone"] = rest.map((r) => [r.id, r.title]);
  return groups;
}

function metricChoices(names) {
  return names.map((m) => [m, METRIC_TITLES[m] ?? m]);
}
