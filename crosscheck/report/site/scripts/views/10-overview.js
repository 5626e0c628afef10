// What one sees first: the question, one chart, and the ways on.

view("overview", {
  title: "Overview",
  group: "Explore",
  needs: (core) => core.tables.includes("measurements"),
  async render() {
    const t = await table("measurements"),
      all = await cells();
    await engine();
    const counted = all.filter((c) => c.status === "ok");
    const odd = (await residuals()).size;
    const networks = new Set(all.map((c) => c.model)),
      tools = new Set(all.map((c) => c.tool));
    const example = counted.filter((c) => c.model === "resnet50" && c.metric === "compute");
    const values = new Set(example.map((c) => c.value));
    const stat = (n, text) => h("div", {}, h("b", {}, n), h("span", {}, text));
    return [
      heading(
        "Why two tools count different FLOPs for the same network",
        "Every number here was printed by the tool itself. The engine predicted each one from shapes alone, and names every difference to the last operation.",
      ),
      h(
        "div",
        { class: "stats" },
        stat(exact(networks.size), "networks"),
        stat(exact(tools.size), "tools"),
        stat(exact(t.length), "numbers"),
        stat(exact(odd), odd ? "groups of cells with a residual" : "of them unexplained"),
      ),
      await ratioFigure(all),
      values.size
        ? h(
            "p",
            {},
            `ResNet-50 alone has ${values.size} different “FLOPs”. `,
            h("a", { href: address("explorer", { n: "resnet50" }) }, "See which convention yields which"),
            ", or ",
            h(
              "a",
              { href: address("waterfall", { n: "resnet50", a: "torchinfo", b: "thop", m: "compute" }) },
              "walk from one tool’s number to another’s",
            ),
            ".",
          )
        : null,
      h("h2", {}, "Where to go"),
      h(
        "div",
        { class: "cards" },
        waysOn().map(([id, title, says]) =>
          h(
            "section",
            { class: "card" },
            h("h3", {}, h("a", { href: address(id) }, title)),
            h("p", { class: "note" }, says),
          ),
        ),
      ),
    ];
  },
});

function waysOn() {
  const ways = [
    [
      "explorer",
      "Explorer",
      "Toggle conventions; the number changes, and the tools that agree light up. Or type a number that you have read.",
    ],
    ["matrix", "Matrix", "Tool by network: ratio to MACs, residual, exact numbers. A click tells each cell’s sum."],
    ["waterfall", "Waterfall", "From any number to any other, term by term, with the source line of each."],
    ["network", "Networks", "Layers with shapes, arithmetic and bars, and the network as nested blocks."],
    ["tools", "Tools", "What each tool charges, on one card, and what it does with each operation alone."],
    [
      "figures",
      "Figures on trial",
      "Numbers that papers, READMEs and courses print: exact, rounded, explained or refuted.",
    ],
    ["zoos", "Zoos", "The networks that frameworks bring themselves, under every tool."],
    ["graphs", "Graphs", "What every ONNX exporter did to every network."],
  ];
  return ways.filter(([id]) => VIEWS.get(id)?.needs(page.core));
}

/** Compute over MACs: a dot a network on one line a tool, drawn as SVG in the colours of the page. */
async function ratioFigure(all) {
  const macs = new Map(page.core.outlines.map((o) => [o.name, BigInt(o.macs)]));
  const tools = new Map();
  for (const c of all) {
    if (c.metric !== "compute" || c.status !== "ok" || !macs.get(c.model)) continue;
    const row = tools.get(c.tool) ?? tools.set(c.tool, { cell: c, dots: [] }).get(c.tool);
    row.dots.push({ r: Number(c.value) / Number(macs.get(c.model)), cell: c });
  }
  const middle = (dots) => dots.map((d) => d.r).sort((a, b) => a - b)[Math.floor(dots.length / 2)];
  const rows = [...tools.values()].sort((a, b) => middle(a.dots) - middle(b.dots));
  if (!rows.length) return null;
  const most = 2.6,
    left = 206,
    right = 84,
    width = 900,
    step = 25,
    top = 30;
  const x = (r) => left + (Math.min(r, most) / most) * (width - left - right);
  const high = top + rows.length * step + 8;
  const ticks = [0, 1, 2].map((v) => [
    s("line", { x1: x(v), x2: x(v), y1: top - 8, y2: high, class: v ? "tick" : "axis" }),
    s("text", { x: x(v), y: 14, class: "tick-text", "text-anchor": "middle" }, v ? `${v} per MAC` : "0"),
  ]);
  const lines = rows.map(({ cell, dots }, k) => {
    const y = top + k * step + step / 2;
    const far = Math.max(...dots.map((d) => d.r));
    return s(
      "g",
      {},
      s("text", { x: left - 14, y: y + 4, "text-anchor": "end", class: "who" }, named(cell)),
      s("line", { x1: x(0), x2: x(most), y1: y, y2: y, class: "track" }),
      dots.map((d) =>
        s(
          "circle",
          { cx: x(d.r), cy: y, r: 4.6, class: d.r > most ? "dot far" : "dot" },
          s(
            "title",
            {},
            `${named(cell)} on ${d.cell.model}: ${exact(d.cell.value)} ${d.cell.unit}, ${d.r.toFixed(4)} of its MACs`,
          ),
        ),
      ),
      far > most ? s("text", { x: x(most) + 10, y: y + 4, class: "tick-text" }, `to ${far.toFixed(0)}`) : null,
    );
  });
  const says = `Compute over MACs by tool, a dot for each of ${macs.size} networks: 1 counts a multiply-add once, 2 counts it twice`;
  return h(
    "figure",
    { class: "ratio" },
    h(
      "figcaption",
      {},
      h("b", {}, "Compute over MACs"),
      `: a dot for each of ${macs.size} networks. Near 1 a multiply-add counts once, near 2 twice; what is left are biases, normalisation and pooling.`,
    ),
    h(
      "div",
      { class: "scroll-x", tabindex: 0, role: "region", "aria-label": "Chart of ratios" },
      s("svg", { viewBox: `0 0 ${width} ${high}`, role: "img", "aria-label": says }, ticks, lines),
    ),
  );
}
