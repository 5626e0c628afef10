// Views that are tables above all: figures on trial, zoos, graphs, all data.

const REFUTED = ["misprint", "undecided", "unexplained", "unreadable"];
const VERDICT_SAYS = {
  exact: "to the unit what the label says",
  "rounds to": "what the label says, at the printed precision",
  explained: "another convention, variant, input or scale than the label says",
  undecided: "something yields it, and nothing beside it confirms that",
  misprint: "its siblings obey one convention, and it does but for one slip of the pen",
  unexplained: "nothing that was tried yields it",
  "out of scope": "cannot be described yet",
  unreadable: "a cell that is malformed",
};

view("figures", {
  title: "Figures on trial",
  group: "The report",
  needs: (core) => core.tables.includes("figures"),
  async render(params) {
    const t = await table("figures");
    const verdicts = t.column("verdict"),
      counts = new Map(verdicts.texts.map((v) => [v, 0]));
    for (const k of verdicts.at) counts.set(verdicts.texts[k], counts.get(verdicts.texts[k]) + 1);
    const order = [...REFUTED, ...Object.keys(VERDICT_SAYS).filter((v) => !REFUTED.includes(v))].filter((v) =>
      counts.has(v),
    );
    const bad = t.where({ verdict: "misprint" });
    const sorted = Table.of(
      "figures",
      t.fields,
      order.flatMap((v) => t.where({ verdict: v }).map((x) => t.fields.map((f) => x[f]))),
    );
    const stat = (v) =>
      h(
        "div",
        {},
        h("b", { class: REFUTED.includes(v) ? "off" : null }, exact(counts.get(v))),
        h("span", {}, h("a", { href: address("figures", { "f.verdict": v }) }, v), `: ${VERDICT_SAYS[v] ?? ""}`),
      );
    return [
      heading(
        "Figures on trial",
        `${exact(t.length)} figures that papers, READMEs and courses print. Each is held against every convention, variant, input and unit that could yield it.`,
      ),
      h("div", { class: "stats even" }, order.map(stat)),
      params["f.verdict"] || params["f.source"] || !bad.length
        ? null
        : [
            h("h2", {}, "Refuted: one slip of the pen"),
            h(
              "div",
              { class: "cards" },
              bad.map((x) =>
                h(
                  "section",
                  { class: "card" },
                  h(
                    "h3",
                    {},
                    h("span", { class: "num" }, x.printed),
                    " ",
                    h("span", { class: "unit" }, x.unit),
                    x.correct ? [" should be ", h("span", { class: "num" }, x.correct)] : null,
                  ),
                  h("p", { class: "note" }, `${x.source}: ${x.model} ${x.variant}, ${x.place} ${x.metric}`),
                  h("p", {}, x.reason),
                ),
              ),
            ),
          ],
      h("h2", {}, "All of them, refuted ones first"),
      grid(sorted, {
        filters: ["verdict", "source", "metric"],
        name: "figures",
        hidden: ["path", "commit", "row", "counts", "tried", "fit", "decoys_of_40"],
        labels: { exact: "exact value", convention: "convention" },
      }),
    ];
  },
});

view("zoos", {
  title: "Zoos",
  group: "The report",
  needs: (core) => core.tables.some((n) => n.startsWith("zoo")),
  async render(params) {
    const names = page.core.tables.filter((n) => n.startsWith("zoo"));
    const name = names.includes(params.of) ? params.of : names[0];
    const t = await table(name);
    const networks = new Set(t.column("network").texts),
      residual = t.column("residual"),
      status = t.column("status");
    let zero = 0,
      off = 0,
      without = 0;
    for (let r = 0; r < t.length; r++) {
      const text = residual.texts[residual.at[r]];
      if (text === "0") zero++;
      else if (text) off++;
      else without++;
    }
    const stat = (n, text, bad) => h("div", {}, h("b", { class: bad ? "off" : null }, exact(n)), h("span", {}, text));
    return [
      heading(
        "Networks of the zoos",
        "The networks that frameworks bring themselves, under every tool: predicted from their calls, confronted with what the tool prints.",
      ),
      h(
        "div",
        { class: "row" },
        choice(
          "Zoo",
          names.map((n) => [n, n === "zoo" ? "the selection of make compare" : n]),
          name,
          (v) => go("zoos", { of: v }),
        ),
      ),
      h(
        "div",
        { class: "stats" },
        stat(networks.size, "networks"),
        stat(t.length, "cells"),
        stat(zero, "residual 0"),
        stat(off, "with a residual", off),
        stat(without, status ? "without a number or a prediction" : ""),
      ),
      grid(t, {
        filters: ["tool", "metric", "status", "framework"].filter((f) => t.fields.includes(f)),
        name: `zoo ${name}`,
        hidden: ["versions", "maker", "message", "difference_is"],
      }),
    ];
  },
});

view("graphs", {
  title: "Graphs",
  group: "The report",
  needs: (core) => core.tables.includes("graphs"),
  async render(params) {
    const t = await table("graphs");
    const models = t.column("model").texts,
      n = models.includes(params.n) ? params.n : models.includes("resnet50") ? "resnet50" : models[0];
    const rows = t.where({ model: n }),
      exports = [...new Set(rows.map((r) => r.export))];
    const size = (x, what) =>
      rows.find((r) => r.export === x && r.part === "size" && r.primitive === what)?.count ?? "";
    const own = size("", "nodes"),
      e = exports.find((x) => x && x === params.export) ?? exports.find((x) => x === "torch") ?? exports.find(Boolean);
    const kinds = ["nodes", "parameters", "elements", "MACs"].filter((k) => exports.some((x) => size(x, k) !== ""));
    const steps = new Map();
    for (const r of rows)
      if (r.export === e && r.rewrite) (steps.get(r.rewrite) ?? steps.set(r.rewrite, []).get(r.rewrite)).push(r);
    const change = (r) =>
      `${Number(r.count) > 0 ? "+" : ""}${exact(r.count)} ${r.primitive || "nodes"}${r.op ? ` (${r.op})` : ""}`;
    return [
      heading(
        "What exporters made of the networks",
        "Every exporter rewrites what it is given. A recipe says how, step by step, and each exported file is read and held against it, node by node.",
      ),
      h(
        "div",
        { class: "row" },
        choice(
          "Network",
          models.map((x) => [x, x]),
          n,
          (v) => turn({ n: v }),
        ),
        choice(
          "Exporter and setting",
          exports.filter(Boolean).map((x) => [x, x]),
          e,
          (v) => turn({ export: v }),
        ),
      ),
      plainTable(
        `Sizes of ${n}`,
        [["graph"], ["verdict"], ...kinds.map((k) => [k, true])],
        exports.map((x) => [
          x || "as described",
          rows.find((r) => r.export === x)?.verdict ?? "",
          ...kinds.map((k) => exact(size(x, k))),
        ]),
      ),
      h("h2", {}, `What ${e} rewrites in ${n}`),
      h("p", { class: "note" }, `From ${exact(own)} calls as described to ${exact(size(e, "nodes"))} nodes.`),
      steps.size
        ? h(
            "div",
            { class: "cards" },
            [...steps].map(([what, list]) =>
              h(
                "section",
                { class: "card" },
                h("h3", {}, what),
                h(
                  "ul",
                  {},
                  list.slice(0, 12).map((r) => h("li", {}, change(r))),
                ),
                list.length > 12 ? h("p", { class: "note" }, `and ${list.length - 12} more, under Data`) : null,
              ),
            ),
          )
        : h("p", {}, "Nothing: it keeps the graph as it is described."),
    ];
  },
});

const PICKED = [
  "model",
  "network",
  "case",
  "tool",
  "tool_a",
  "tool_b",
  "metric",
  "op",
  "status",
  "verdict",
  "framework",
  "export",
  "source",
];
const DATA_SAYS = {
  measurements: "every cell: each layer of each network under each tool",
  discrepancies: "every pair of tools, with the terms that add up to their difference",
  figures: "published figures and their verdicts",
  graphs: "what exporters did",
  doctor: "each operation alone",
  pooling: "output sizes against real layers",
  zoo: "networks of zoos",
  verify: "every path computes the same function",
  architecture: "what each framework built",
};

view("data", {
  title: "Data",
  group: "Behind it",
  needs: (core) => core.tables.length > 0,
  async render(params) {
    const names = page.core.tables,
      name = names.includes(params.file) ? params.file : names.includes("measurements") ? "measurements" : names[0];
    const t = await table(name);
    const few = PICKED.filter((f) => t.column(f) && t.column(f).texts.length > 1).slice(0, 5);
    return [
      heading(
        "All data",
        `${name}.csv: ${DATA_SAYS[name] ?? "as the report holds it"}. Enter or a click shows a row whole.`,
      ),
      h(
        "div",
        { class: "row" },
        choice(
          "Table",
          names.map((n) => [n, `${n}.csv`]),
          name,
          (v) => go("data", { file: v }),
        ),
      ),
      grid(t, { filters: few, name }),
    ];
  },
});
