// Tool × network, and the sum behind a cell.

const SHOWS = [
  ["ratio", "Compute over MACs"],
  ["residual", "Residual: measured − predicted, over all layers"],
  ["compute", "Compute, exact"],
  ["params", "Parameters"],
  ["memory", "Memory, bytes"],
  ["activations", "Activations"],
];

view("matrix", {
  title: "Matrix",
  group: "The report",
  needs: (core) => core.tables.includes("measurements"),
  async render(params) {
    const show = SHOWS.some(([k]) => k === params.show) ? params.show : "ratio";
    await engine();
    const all = await cells(),
      odd = await residuals();
    const macs = new Map(page.core.outlines.map((o) => [o.name, o]));
    const metric = show === "ratio" || show === "residual" ? (params.m ?? "compute") : show;
    const mine = all.filter((c) => c.metric === metric);
    const networks = [...new Set(all.map((c) => c.model))];
    const rows = new Map();
    for (const c of mine)
      (rows.get(c.tool) ?? rows.set(c.tool, { head: c, by: new Map() }).get(c.tool)).by.set(c.model, c);
    const ordered = [...rows.values()]
      .filter((r) => [...r.by.values()].some((c) => c.status === "ok"))
      .sort((a, b) => weightOf(a, macs) - weightOf(b, macs));
    const cell = (row, n) => {
      const c = row.by.get(n);
      if (!c || c.status !== "ok")
        return h("td", {}, h("span", { title: c?.message || c?.status || "the tool does not give it" }, "–"));
      const off = odd.get(`${c.tool} ${c.metric} ${c.model}`) ?? 0n;
      const r = Number(c.value) / Number(macs.get(n)?.macs || NaN);
      const text =
        show === "ratio"
          ? Number.isFinite(r)
            ? r.toFixed(4)
            : "–"
          : show === "residual"
            ? exact(off)
            : exact(c.value);
      const heat =
        show === "ratio"
          ? r < 0.98
            ? "heat-low"
            : r < 1.2
              ? ""
              : r < 1.8
                ? "heat-1"
                : r < 2.4
                  ? "heat-2"
                  : "heat-3"
          : "";
      return h(
        "td",
        { class: heat },
        h(
          "a",
          {
            href: address("cell", { n, t: c.tool, m: metric }),
            class: show === "residual" ? (off ? "off" : "zero") : null,
          },
          text,
        ),
      );
    };
    const head = (n) =>
      h(
        "th",
        { scope: "col", class: "r" },
        h("a", { href: address("network", { n }) }, n),
        h("small", {}, (macs.get(n)?.input ?? "").replace(/^1x/, "").replaceAll("x", "×")),
      );
    const unit = (row) => (show === "ratio" ? "" : h("small", {}, row.head.unit));
    return [
      heading(
        "Tool by network",
        "One multiply-add is one MAC; inputs are one image, C×H×W. Every cell was printed by the tool, and a click tells what it adds up.",
      ),
      h(
        "div",
        { class: "row" },
        choice(
          "Show",
          SHOWS.filter(([k]) => ["ratio", "residual"].includes(k) || all.some((c) => c.metric === k)),
          show,
          (v) => turn({ show: v, m: "" }),
        ),
        show === "residual"
          ? choice("Of", metricChoices([...new Set(all.map((c) => c.metric))]), metric, (v) => turn({ m: v }))
          : null,
      ),
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": "Tool by network, scrollable" },
        h(
          "table",
          { class: "matrix" },
          h("caption", {}, captionOf(show, metric)),
          h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "tool"), networks.map(head))),
          h(
            "tbody",
            {},
            ordered.map((row) =>
              h(
                "tr",
                {},
                h(
                  "th",
                  { scope: "row" },
                  h("a", { href: address("tool", { t: row.head.convention }) }, named(row.head)),
                  unit(row),
                ),
                networks.map((n) => cell(row, n)),
              ),
            ),
          ),
        ),
      ),
      h("p", { class: "note" }, "A dash is a cell without a number: the tool does not give it, or could not."),
    ];
  },
});

function weightOf(row, macs) {
  const list = [...row.by.values()]
    .filter((c) => c.status === "ok")
    .map((c) => Number(c.value) / Number(macs.get(c.model)?.macs || 1))
    .sort((a, b) => a - b);
  return list[Math.floor(list.length / 2)] ?? Infinity;
}

function captionOf(show, metric) {
  if (show === "ratio")
    return "A tool’s compute over the engine’s MACs: near 1 it counts a multiply-add once, near 2 twice. Shaded from 1.2 on.";
  if (show === "residual")
    return `${METRIC_TITLES[metric] ?? metric}: measured minus predicted, summed in absolute value over all layers. 0: nothing is unexplained.`;
  return `${METRIC_TITLES[metric] ?? metric}, as the tool printed it, in its own unit.`;
}

view("cell", {
  title: "A cell’s sum",
  async render({ n, t, m = "compute" }) {
    const side = await sideOf(n, t, m);
    if (!side) return heading("Nobody gives this number", `${t} says nothing of ${n} in ${m}.`);
    const e = await engine();
    const others = Object.entries(await toolChoices(n, m)).map(([k, list]) => [k, list.filter(([id]) => id !== t)]);
    return [
      heading(
        `${side.label} on ${side.network === OWN ? page.own.network : n}`,
        `${METRIC_TITLES[m] ?? m}, input ${side.shape}: `,
        h("b", { class: "num" }, exact(side.value)),
        ` ${side.unit}${side.measured ? "" : ", by its convention"}`,
      ),
      h(
        "div",
        { class: "row" },
        choice(
          "Compare with",
          [["", "another tool …"]],
          "",
          (v) => v && go("waterfall", { n, a: t, b: v, m }),
          Object.fromEntries(others),
        ),
        n === OWN ? null : h("a", { href: address("explorer", { n, m, like: side.id }) }, "Open in the explorer"),
      ),
      falls({
        end: { label: side.label, value: side.value },
        terms: difference(side),
        unit: side.unit,
        words: e.primitives,
        label: "The number as a sum",
      }),
    ];
  },
});
