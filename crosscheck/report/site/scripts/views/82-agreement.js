// What the toggles come to, and who comes to the same.

/** Input and batch as an address has them, where they are not the network's own and one. */
function elsewise({ e, network, input, batch }) {
  return { i: input === e.sizes(network)[0] ? "" : input, k: batch === 1n ? "" : batch };
}

/** The number, its sum, who agrees and who nearly does. */
function resultOf(state, pick) {
  const { e, tally, metric, chosen, like } = state;
  const mine = chosen ? chosenSide(e, tally, chosen, "") : e.side(tally, e.rules.get(like), metric);
  if (!mine) return [h("p", { class: "said" }, `${titleOf(like)} says nothing of this network.`)];
  const value = sideValue(mine),
    all = [];
  for (const r of e.rules.values()) {
    const side = e.side(tally, r, metric);
    if (side) all.push({ r, side, value: sideValue(side) });
  }
  const agree = all.filter((x) => x.value === value),
    rest = all.filter((x) => x.value !== value);
  const gap = (x) => (x.value > value ? x.value - value : value - x.value);
  rest.sort((a, b) => (gap(a) < gap(b) ? -1 : gap(a) > gap(b) ? 1 : 0));
  const unit = e.rules.get(like)?.metrics[metric]?.unit;
  const step = (x) =>
    agree.length && chosen
      ? h(
          "a",
          {
            href: address("waterfall", {
              n: state.network,
              ...elsewise(state),
              a: agree[0].r.id,
              b: x.r.id,
              m: metric,
            }),
          },
          "step by step",
        )
      : null;
  const terms = difference(mine);
  const per =
    chosen?.mac?.label === "2 per multiply-add" ? "multiplications and additions apart" : "one multiply-add is one";
  return [
    h("div", { class: "value", "data-value": String(value) }, exact(value)),
    h(
      "p",
      { class: "said" },
      `${unit === "B" ? megabytes(value) : short(value)}, ${METRIC_TITLES[metric].toLowerCase()}${metric === "compute" ? `; ${per}` : ""}. ${state.network}, ${state.batch}x${tally.input}.`,
    ),
    h("p", { class: "sum" }, `= ${sumLine(terms)}`),
    h("h2", { class: "visually-hidden" }, "Tools that agree"),
    h(
      "p",
      { class: "said", role: "status" },
      agree.length ? `${agree.length} of ${all.length} agree exactly:` : `Nobody of ${all.length} agrees exactly.`,
    ),
    h(
      "ul",
      { class: "tools-list" },
      agree.map((x) =>
        h(
          "li",
          {},
          h("button", { class: "agrees", title: `Count as ${x.r.title}`, onclick: () => pick(x.r.id) }, x.r.title),
        ),
      ),
    ),
    rest.length ? h("h3", {}, "Nearest, and what they miss by") : null,
    h(
      "ul",
      { class: "near" },
      rest
        .slice(0, 5)
        .map((x) =>
          h(
            "li",
            {},
            h("b", {}, x.r.title),
            " ",
            h("span", { class: "num" }, exact(x.value)),
            ` ${x.side.unit}, `,
            h("span", { class: "num" }, signed(x.value - value)),
            h("div", { class: "miss" }, missing(difference(x.side, mine)), " ", step(x)),
          ),
        ),
    ),
    rest.length > 5
      ? h(
          "ul",
          { class: "tools-list" },
          rest
            .slice(5)
            .map((x) =>
              h(
                "li",
                {},
                h(
                  "button",
                  { title: `${exact(x.value)}: count as ${x.r.title}`, onclick: () => pick(x.r.id) },
                  x.r.title,
                ),
              ),
            ),
        )
      : null,
  ];
}

function missing(terms) {
  const told = terms
    .slice(0, 3)
    .map((t) => `${signed(t.value)} ${t.primitive} (${t.op})`)
    .join(", ");
  return told + (terms.length > 3 ? ` and ${terms.length - 3} more` : "");
}
