// One network: a skyline of its layers, nested blocks, and every layer with what tools say of it.

view("network", {
  title: "Networks",
  group: "The report",
  needs: (core) => core.outlines.length > 0,
  async render(params) {
    const outlines = page.core.outlines;
    const o = outlines.find((x) => x.name === params.n) ?? outlines.find((x) => x.name === "resnet50") ?? outlines[0];
    const layers = (await table("layers"))
      .where({ network: o.name })
      .map((x) => ({ ...x, macs: BigInt(x.macs), params: BigInt(x.params) }));
    const by = params.by === "params" ? "params" : "macs";
    const word = by === "macs" ? "MACs" : "parameters";
    await engine();
    return [
      heading(o.name, `${o.says}. Source: ${o.source}.`),
      h(
        "div",
        { class: "stats" },
        [
          [o.macs, "MACs (one multiply-add each)"],
          [o.params, "learnable parameters"],
          [layers.length, "layers"],
        ].map(([n, text]) => h("div", {}, h("b", {}, exact(n)), h("span", {}, text))),
        h("div", {}, h("b", {}, o.input), h("span", {}, "input, N×C×H×W")),
      ),
      h(
        "div",
        { class: "row" },
        choice(
          "Network",
          outlines.map((x) => [x.name, x.name]),
          o.name,
          (v) => turn({ n: v }),
        ),
        choice(
          "Bars show",
          [
            ["macs", "MACs"],
            ["params", "parameters"],
          ],
          by,
          (v) => turn({ by: v }),
        ),
        h("a", { href: address("explorer", { n: o.name }) }, "Open in the explorer"),
      ),
      skyline(layers, by, word),
      h("h2", {}, "As nested blocks"),
      blocks(layers, by, word),
      h("h2", {}, "Every layer, and what tools say of it"),
      await layerGrid(o, layers, params),
    ];
  },
});

function skyline(layers, by, word) {
  const held = layers.filter((x) => x[by] > 0n);
  if (!held.length) return null;
  const most = held.reduce((a, x) => (x[by] > a ? x[by] : a), 1n);
  const step = Math.min(80, 1000 / held.length),
    gap = step > 4 ? 1.5 : step > 2 ? 0.6 : 0;
  const bars = held.map((x, k) => {
    const tall = Math.max(1, (Number(x[by]) / Number(most)) * 150);
    return s(
      "rect",
      {
        x: k * step,
        y: 158 - tall,
        width: Math.max(0.5, step - gap),
        height: tall,
        class: x.op === "conv" ? null : "alt",
      },
      s("title", {}, `${x.id} (${x.op}): ${exact(x[by])} ${word}`),
    );
  });
  return h(
    "figure",
    {},
    h(
      "figcaption",
      { class: "note" },
      `${held.length} layers that have ${word}, in order; the tallest is ${exact(most)} ${word}. Convolutions dark, others light.`,
    ),
    s(
      "svg",
      {
        class: "skyline",
        viewBox: "0 0 1000 160",
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": `${word} of ${held.length} layers in order`,
      },
      s("line", { x1: 0, x2: 1000, y1: 158.5, y2: 158.5, class: "axis" }),
      bars,
    ),
  );
}

/** Layers by the containers that their ids name, each with its share of the whole. */
function blocks(layers, by, word) {
  const root = { name: "", kids: new Map(), leaves: [], sum: 0n, count: 0 };
  for (const x of layers) {
    let at = root;
    const parts = x.id.split(".");
    for (const p of parts.slice(0, -1)) {
      if (!at.kids.has(p)) at.kids.set(p, { name: p, kids: new Map(), order: [], sum: 0n, count: 0 });
      (at.order ??= []).includes(at.kids.get(p)) || at.order.push(at.kids.get(p));
      at = at.kids.get(p);
    }
    (at.order ??= []).push({ leaf: x, name: parts.at(-1) });
  }
  const total = (node) => {
    for (const k of node.order ?? []) {
      if (k.leaf) {
        node.sum += k.leaf[by];
        node.count++;
      } else {
        total(k);
        node.sum += k.sum;
        node.count += k.count;
      }
    }
  };
  total(root);
  const share = (v) =>
    h(
      "div",
      { class: "bar-track", "aria-hidden": "true" },
      h("i", {
        class: v > 0n ? "bar-fill" : "bar-fill none",
        style: { left: 0, width: `${root.sum ? (100 * Number(v)) / Number(root.sum) : 0}%` },
      }),
    );
  const amount = (v) => h("span", { class: "num" }, exact(v), " ", h("span", { class: "unit" }, percent(v, root.sum)));
  const draw = (node, depth) =>
    (node.order ?? []).map((k) =>
      k.leaf
        ? h(
            "div",
            { class: "leaf" },
            h("span", {}, k.name, " ", h("span", { class: "unit" }, `${k.leaf.op} → ${k.leaf.output}`)),
            share(k.leaf[by]),
            amount(k.leaf[by]),
          )
        : h(
            "details",
            { open: depth < 1 && node.order.length < 8 && k.count < 12 },
            h(
              "summary",
              {},
              h("span", {}, h("b", {}, k.name), " ", h("span", { class: "unit" }, `${k.count} layers`)),
              share(k.sum),
              amount(k.sum),
            ),
            h("div", { class: "in" }, draw(k, depth + 1)),
          ),
    );
  return h("div", { class: "blocks", "aria-label": `Blocks by ${word}`, role: "group" }, draw(root, 0));
}

/** Layers with the values of tools in one metric; those that say the same of every layer share a column. */
async function layerGrid(o, layers, params) {
  const measured = (await table("measurements"))?.where({ model: o.name }).filter((c) => c.layer !== TOTAL) ?? [];
  const metrics = [...new Set(measured.map((c) => c.metric))];
  const m = metrics.includes(params.m) ? params.m : (metrics[0] ?? "compute");
  const by = new Map();
  for (const c of measured)
    if (c.metric === m) (by.get(c.tool) ?? by.set(c.tool, new Map()).get(c.tool)).set(c.layer, c);
  const ids = layers.map((x) => x.id),
    extra = [...new Set([...by.values()].flatMap((v) => [...v.keys()]))].filter((id) => !ids.includes(id));
  const places = [
    ...extra.filter((id) => id !== "(unattributed)"),
    ...ids,
    ...extra.filter((id) => id === "(unattributed)"),
  ];
  const groups = new Map();
  for (const [tool, values] of by) {
    const said = places.map((p) => values.get(p)?.value ?? "").join("|");
    (groups.get(said) ?? groups.set(said, []).get(said)).push(tool);
  }
  const columns = [...groups.values()].map((tools) => ({
    name: tools.map((t) => titleOf(t)).join(" = "),
    unit: [...new Set(tools.map((t) => [...by.get(t).values()][0].unit))].join(" / "),
    values: by.get(tools[0]),
  }));
  const own = new Map(layers.map((x) => [x.id, x]));
  const fields = [
    "layer",
    "op",
    "input",
    "output",
    "MACs =",
    "MACs",
    "parameters",
    ...columns.map((c) => `${c.name} (${c.unit})`),
  ];
  const rows = places.map((p) => {
    const x = own.get(p);
    return [
      p,
      x?.op ?? "container",
      x?.input ?? "",
      x?.output ?? "",
      x?.formula ?? "",
      x ? String(x.macs) : "",
      x ? String(x.params) : "",
      ...columns.map((c) => c.values.get(p)?.value ?? ""),
    ];
  });
  return [
    h(
      "div",
      { class: "row" },
      choice("Tools’ values of", metricChoices(metrics), m, (v) => turn({ m: v })),
    ),
    grid(Table.of(`${o.name} layers`, fields, rows), { filters: ["op"], name: `layers of ${o.name}` }),
  ];
}
