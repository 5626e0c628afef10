// Conventions on cards, and what tools do with each operation alone.

view("tools", {
  title: "Tools",
  group: "The report",
  async render(params) {
    const e = await engine();
    const ran = new Set((await cells()).map((c) => c.convention));
    const frameworks = [...new Set([...e.rules.values()].map((r) => r.framework || "the engine’s own"))];
    const list = [...e.rules.values()]
      .filter((r) => !params.framework || (r.framework || "the engine’s own") === params.framework)
      .sort((a, b) => ran.has(b.id) - ran.has(a.id));
    const doctor = await table("doctor");
    return [
      heading(
        "What each tool counts",
        "A convention is a table of weights, each with the line of the tool’s source that says so. Here is each on one card.",
      ),
      h(
        "div",
        { class: "row" },
        choice("Framework", [["", "all"], ...frameworks.map((f) => [f, f])], params.framework ?? "", (v) =>
          turn({ framework: v }),
        ),
        doctor ? h("a", { href: address("doctor") }, "The map: every operation alone") : null,
      ),
      h(
        "div",
        { class: "cards" },
        list.map((r) => toolCard(e, r, ran.has(r.id))),
      ),
    ];
  },
});

/** What a convention does, toggle by toggle; what it leaves out is left out. */
function doings(e, rules, metric) {
  return e.toggles
    .filter((t) => t.metric === metric && t.id !== "sees")
    .map((t) => ({ t, o: t.options.find((o) => o.by.includes(rules.id)) }))
    .filter(({ o }) => o && o.code !== "0");
}

function toolCard(e, r, ran) {
  const metrics = Object.entries(r.metrics),
    compute = r.metrics.compute;
  const sees = e.toggles
    .find((t) => t.metric === (compute ? "compute" : "params") && t.id === "sees")
    ?.options.find((o) => o.by.includes(r.id));
  return h(
    "section",
    { class: "card" },
    h("h2", {}, h("a", { href: address("tool", { t: r.id }) }, r.title)),
    h(
      "p",
      { class: "note" },
      [
        r.framework || "the engine’s own",
        r.package && `${r.package} ${r.versions}`,
        ran ? "measured" : "by convention alone",
      ]
        .filter(Boolean)
        .join(" · "),
    ),
    h("p", {}, r.says),
    compute
      ? [
          h(
            "dl",
            { class: "facts small" },
            h("dt", {}, "Prints"),
            h("dd", {}, `${compute.label}, in ${compute.unit}`),
            doings(e, r, "compute").map(({ t, o }) => [h("dt", {}, t.title), h("dd", { title: o.source }, o.label)]),
            sees ? [h("dt", {}, "Sees"), h("dd", {}, sees.label)] : null,
          ),
        ]
      : null,
    h("p", { class: "note" }, `Gives ${metrics.map(([m]) => (METRIC_TITLES[m] ?? m).toLowerCase()).join(", ")}.`),
  );
}

view("tool", {
  title: "A tool’s convention",
  async render({ t, m }) {
    const e = await engine(),
      r = e.rules.get(t);
    if (!r) return heading("No such convention", `Nothing here is called ${t}.`);
    const metric = r.metrics[m] ? m : Object.keys(r.metrics)[0],
      told = r.metrics[metric];
    const tables = e.tables(r, metric);
    const rows = tables.flatMap((x) =>
      Object.entries(x.weighed).flatMap(([op, ws]) =>
        ws.map((w) => [op, String(w.weight), w.primitive, w.says, w.source, w.quirk]),
      ),
    );
    const left = tables.flatMap((x) =>
      Object.entries(x.ignored).map(([op, i]) => [op, "0", "", i.says, i.source, i.quirk]),
    );
    const all = Table.of(
      `convention ${r.id}, ${metric}`,
      ["op", "weight", "primitive", "says", "source", "quirk"],
      [...rows, ...left],
    );
    return [
      heading(r.title, r.says),
      facts([
        ["framework", r.framework || "the engine’s own"],
        ["versions", [r.package, r.versions].filter(Boolean).join(" ")],
        ["prints", `${told.label}, in ${told.unit}`],
        ["adds up", told.parts.join(" + ")],
      ]),
      h(
        "div",
        { class: "row" },
        choice("Metric", metricChoices(Object.keys(r.metrics)), metric, (v) => turn({ m: v })),
        h("a", { href: address("explorer", { m: metric, like: r.id }) }, "Set the explorer’s toggles like this"),
      ),
      h("h2", {}, "Weights, and what is left out on purpose"),
      grid(all, { filters: ["op"], name: `weights of ${r.title}` }),
    ];
  },
});

const ODD_VERDICTS = { right: "v-right", free: "v-free", charged: "v-charged", crashed: "v-crashed" };
const SIGNS = {
  right: "✓",
  free: "·",
  charged: "+",
  crashed: "✕",
  "per image": "1/N",
  zero: "0",
  otherwise: "≠",
  "not run": "–",
};

view("doctor", {
  title: "Operations alone",
  group: "The report",
  needs: (core) => core.tables.includes("doctor"),
  async render(params) {
    const t = await table("doctor");
    await engine();
    const list = [];
    for (let r = 0; r < t.length; r++) list.push(t.record(r));
    const framework = params.framework ?? "";
    const mine = list.filter((x) => !framework || x.framework === framework);
    const tools = [...new Set(mine.map((x) => x.tool))],
      cases = new Map(mine.map((x) => [x.case, x.says]));
    const at = new Map(mine.map((x) => [`${x.case} ${x.tool}`, x]));
    const cell = (c, tool) => {
      const x = at.get(`${c} ${tool}`);
      if (!x) return h("td", {}, h("span", { class: "unit" }, ""));
      const text = SIGNS[x.verdict] ?? x.verdict;
      return h(
        "td",
        { class: ODD_VERDICTS[x.verdict] ?? "v-odd" },
        h(
          "button",
          {
            "aria-label": `${titleOf(x.convention)} on ${x.says}: ${x.verdict}`,
            onclick: () =>
              dialog(
                `${titleOf(x.convention)} ${x.tool_version}: ${x.says}`,
                facts([
                  ["verdict", x.verdict],
                  ["value", x.value && `${exact(x.value)} ${x.unit}`],
                  ["which is", x.rule],
                  ["input", x.input],
                  ["its MACs", exact(x.macs)],
                  ["its biases", exact(x.bias_adds)],
                  ["explained", x.explained],
                ]),
              ),
          },
          text,
        ),
      );
    };
    return [
      heading(
        "What each tool does with each operation alone",
        "Micro-networks of one operation, put to every tool. A click tells the number and its sum.",
      ),
      h(
        "p",
        { class: "chips" },
        [
          ["✓ right: its MACs, or twice them", ""],
          ["· free: nothing", ""],
          ["+ charged: what is no multiply-add", "on"],
          ["1/N per image, not the whole batch", "down"],
          ["0 nothing, though it multiplies", "down"],
          ["≠ otherwise", "down"],
          ["✕ crashed", "bad"],
        ].map(([text, kind]) => h("span", { class: `chip ${kind}` }, text)),
      ),
      h(
        "div",
        { class: "row" },
        choice(
          "Framework",
          [["", "all"], ...[...new Set(list.map((x) => x.framework))].map((f) => [f, f])],
          framework,
          (v) => turn({ framework: v }),
        ),
      ),
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": "Operations by tool, scrollable" },
        h(
          "table",
          { class: "matrix map" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, "operation"),
              tools.map((x) => h("th", { scope: "col" }, titleOf(x))),
            ),
          ),
          h(
            "tbody",
            {},
            [...cases].map(([c, says]) =>
              h(
                "tr",
                {},
                h("th", { scope: "row" }, says),
                tools.map((x) => cell(c, x)),
              ),
            ),
          ),
        ),
      ),
    ];
  },
});
