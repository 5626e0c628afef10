// From any number to any other.

view("waterfall", {
  title: "Waterfall",
  group: "Explore",
  async render(params) {
    const e = await engine();
    const groups = await networkChoices();
    const first = page.own ? OWN : e.networks.has("resnet50") ? "resnet50" : [...e.networks.keys()][0];
    const n = params.n ?? first,
      n2 = params.n2 || n,
      m = params.m ?? "compute";
    const [tools, tools2] = [await toolChoices(n, m), await toolChoices(n2, m)];
    const ids = (groups_) =>
      Object.values(groups_)
        .flat()
        .map(([id]) => id);
    const a = ids(tools).includes(params.a) ? params.a : ids(tools)[0],
      b = ids(tools2).includes(params.b) ? params.b : ids(tools2).find((id) => n2 !== n || id !== a);
    const batch = /^[1-9]\d{0,8}$/.test(params.k ?? "") ? BigInt(params.k) : 1n;
    const asked = (name) => (name !== OWN && (params.i || batch > 1n) ? params.i || e.sizes(name)[0] : "");
    const from = await sideOf(n, a, m, asked(n), batch),
      to = await sideOf(n2, b, m, asked(n2), batch);
    const metrics = n === OWN ? [...new Set(page.own.tools.map((t) => t.metric))] : e.metrics;
    const keep = { n, n2: params.n2, a, b, m };
    const away = { i: "", k: "" }; // another network has other input sizes
    const form = h(
      "div",
      { class: "row" },
      choice("From", [], a, (v) => turn({ ...keep, a: v }), tools),
      choice("on", [], n, (v) => turn({ ...keep, ...away, n: v, n2: params.n2 ?? "" }), groups),
      h(
        "button",
        {
          onclick: () => turn({ ...keep, n: n2, n2: n2 === n ? "" : n, a: b, b: a }),
          title: "Change direction",
          "aria-label": "Change direction",
        },
        "⇄",
      ),
      choice("To", [], b, (v) => turn({ ...keep, b: v }), tools2),
      choice("on", [], n2, (v) => turn({ ...keep, ...away, n2: v }), groups),
      choice("Metric", metricChoices(metrics), m, (v) => turn({ ...keep, m: v })),
    );
    return [
      heading(
        "From one number to another",
        "Weight terms are charged differently; graph terms are seen by one and not by the other. What they leave is the residual.",
      ),
      form,
      ...(from && to ? way(from, to, m, e) : heading("", "One of the two says nothing in this metric.")),
    ];
  },
});

function way(from, to, m, e) {
  const diff = to.value - from.value,
    terms = difference(to, from);
  const where_ = (x) =>
    from.network !== to.network || from.shape !== to.shape ? `${x.label} on ${x.network}` : x.label;
  const times = from.value ? `, × ${(Number(to.value) / Number(from.value)).toFixed(4)}` : "";
  return [
    h("div", { class: "stats" }, h("div", {}, h("b", {}, signed(diff)), h("span", {}, `${to.unit}${times}`))),
    terms.length || diff ? null : h("p", {}, "Both charge the same here."),
    falls({
      start: { label: where_(from), value: from.value, unit: from.unit },
      end: { label: where_(to), value: to.value, unit: to.unit },
      terms,
      unit: to.unit,
      words: e.primitives,
      label: "Terms of the difference",
    }),
    h(
      "p",
      { class: "note" },
      [from, to].map(
        (x) => `${x.label}: ${x.measured ? "printed by the tool" : "by its convention"}, input ${x.shape}. `,
      ),
    ),
  ];
}
