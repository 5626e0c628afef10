// Lessons, versions, and a network of the user's own.

view("lessons", {
  title: "Lessons",
  group: "Explore",
  needs: (core) => core.lessons.length > 0,
  async render({ read }) {
    const at = page.core.lessons.findIndex((x) => x.name === read);
    if (at >= 0) {
      const lesson = page.core.lessons[at],
        next = page.core.lessons[at + 1];
      const node = document.querySelector(`[data-lesson="${CSS.escape(lesson.name)}"]`).cloneNode(true);
      node.querySelector("h1")?.replaceWith(h("h1", {}, lesson.title));
      return [
        node,
        h(
          "p",
          { class: "no-print" },
          next ? ["Next: ", h("a", { href: address("lessons", { read: next.name }) }, next.title), " · "] : null,
          h("a", { href: address("lessons") }, "All lessons"),
        ),
      ];
    }
    return [
      heading("Lessons", "Each takes ten minutes: one claim, a toy by hand, a real tool, an exercise."),
      h(
        "ol",
        {},
        page.core.lessons.map((x) => h("li", {}, h("a", { href: address("lessons", { read: x.name }) }, x.title))),
      ),
    ];
  },
});

view("versions", {
  title: "Versions",
  group: "Behind it",
  async render() {
    const e = await engine();
    const rows = Object.entries(page.core.versions).map(([tool, version]) => [
      titleOf(tool),
      tool,
      version,
      [e.rules.get(tool)?.package, e.rules.get(tool)?.versions].filter(Boolean).join(" "),
    ]);
    return [
      heading(
        "Versions, and how this was made",
        `Made by crosscheck ${page.core.version}. One file, no request: open it from a disk, send it, print it.`,
      ),
      rows.length
        ? plainTable("Versions of tools", [["tool"], ["id"], ["ran in version"], ["its convention holds for"]], rows)
        : null,
      h("h2", {}, "How it was made"),
      h(
        "p",
        {},
        "Each framework’s own tools counted each network in a process of their own, without sight of any prediction. The engine counted primitives from shapes alone and weighed them by conventions, which are tables with a source line for each weight. What is left of a measured number is the residual.",
      ),
      h(
        "p",
        {},
        "This page computes the same sums again from the same counts and weights, in whole numbers of any size. Its tables are those of the report folder: the same digits.",
      ),
      h(
        "p",
        {},
        "To make it anew: ",
        h("code", {}, "make compare"),
        ", or ",
        h("code", {}, "crosscheck report"),
        " from tables that are there.",
      ),
      page.core.tables.length
        ? h(
            "p",
            {},
            "Tables: ",
            page.core.tables.map((n, k) => [k ? ", " : "", h("a", { href: address("data", { file: n }) }, `${n}.csv`)]),
            ".",
          )
        : null,
    ];
  },
});

view("own", {
  title: "Your network",
  group: "Explore",
  needs: () => Boolean(page.own),
  async render(params) {
    const o = page.own;
    await engine();
    const metrics = [...new Set(o.tools.map((t) => t.metric))],
      m = metrics.includes(params.m) ? params.m : metrics.includes("compute") ? "compute" : metrics[0];
    const size = (t) => (t.value === null ? Infinity : Number(t.value));
    const lines = o.tools.filter((t) => t.metric === m).sort((a, b) => size(a) - size(b));
    const macs = BigInt(o.macs),
      most = lines.reduce((a, t) => (t.value !== null && BigInt(t.value) > a ? BigInt(t.value) : a), 1n);
    const row = (t) => [
      t.terms
        ? h("a", { href: address("cell", { n: OWN, t: t.tool, m }) }, `${t.tool} ${t.tool_version}`)
        : `${t.tool} ${t.tool_version}`,
      t.value === null ? "" : h("div", { class: "bar-wide" }, bar(scale([0n, most]), 0n, BigInt(t.value), "")),
      t.value === null ? "–" : exact(t.value),
      t.unit,
      m === "compute" && t.value !== null ? ratio(t.value, macs) : "",
      t.residual === null ? "–" : h("span", { class: Number(t.residual) ? "off" : "zero" }, exact(t.residual)),
      [t.status, t.message].filter(Boolean).join(": "),
    ];
    const layers = Table.of(
      "layers",
      ["layer", "op", "input", "output", "parameters", "MACs", "status"],
      o.layers.map((x) => [
        x.id,
        ["other", "unknown"].includes(x.op) ? x.native : x.op,
        x.in_shapes,
        x.out_shapes,
        String(x.params),
        String(x.macs),
        x.status,
      ]),
    );
    const stat = (n, text) =>
      n === null || n === undefined ? null : h("div", {}, h("b", {}, exact(n)), h("span", {}, text));
    return [
      heading(
        o.network,
        [o.framework, `input ${o.input}`, o.without && `MACs are at least these: without ${o.without}`]
          .filter(Boolean)
          .join(", "),
        ".",
      ),
      o.failed ? h("p", { class: "banner" }, `It fails as it runs: ${o.failed}`) : null,
      h(
        "div",
        { class: "stats" },
        stat(o.macs, "MACs"),
        stat(o.parameters.all, "parameters"),
        stat(o.parameters.trainable, "trainable"),
        stat(o.parameters.buffers, "in buffers"),
      ),
      h(
        "div",
        { class: "row" },
        choice("Metric", metricChoices(metrics), m, (v) => turn({ m: v })),
        lines.filter((t) => t.terms).length > 1
          ? h("a", { href: address("waterfall", { n: OWN, m }) }, "From one tool’s number to another’s")
          : null,
      ),
      lines.length
        ? plainTable(
            `What tools say, ${METRIC_TITLES[m] ?? m}`,
            [["tool"], [""], ["value", true], ["unit"], ["× MACs", true], ["residual", true], ["status"]],
            lines.map(row),
            { class: "falls" },
          )
        : null,
      o.layers.length
        ? [
            h("h2", {}, "Layers"),
            skyline(
              o.layers.map((x) => ({ ...x, macs: BigInt(x.macs) })),
              "macs",
              "MACs",
            ),
            blocks(
              o.layers.map((x) => ({ id: x.id, op: x.op, output: x.out_shapes, macs: BigInt(x.macs) })),
              "macs",
              "MACs",
            ),
            h("h2", {}, "Every layer"),
            grid(layers, { filters: ["op", "status"], name: "layers" }),
          ]
        : null,
    ];
  },
});

/** A whole number that JSON would round, as its digits. */
function digits(_, value, context) {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && context ? context.source : value;
}

/** Open what somebody drops: the JSON of a result. */
async function openDropped(file) {
  try {
    const record = JSON.parse(await file.text(), digits);
    if (!Array.isArray(record?.tools) || !Array.isArray(record?.layers) || typeof record.network !== "string")
      throw new Error("it has no tools and layers");
    page.own = record;
    go("own", {});
    await draw();
  } catch (error) {
    dialog(
      "This file cannot be opened",
      h("p", {}, `${file.name} is not the JSON of a result: ${error.message}.`),
      h("p", { class: "note" }, "Write one with r.to_json(), or crosscheck compare … --format json."),
    );
  }
}
