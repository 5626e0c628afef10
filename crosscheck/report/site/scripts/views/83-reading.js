// A number that somebody has read, and a question for others.

/** Who says a number that somebody has read. */
function hitsOf(state) {
  const { e, tally, metric, network, input, batch } = state;
  const ranges = readings(state.v);
  if (!ranges)
    return !state.v.trim()
      ? []
      : [h("p", { role: "status" }, `“${state.v}” is no number. Write it as 4.1 G, 8.19 GFLOPs, 25.6M or 61,100,840.`)];
  const exactly = sayers(e, tally, metric, ranges);
  const changed = yielding(e, tally, metric, ranges, state.like).filter(
    (x) => !exactly.some((y) => y.value === x.value && y.rules.id === x.like),
  );
  const others = elsewhere(e, { network, input, batch, metric }, ranges);
  const link = (x) =>
    address("explorer", {
      ...where().params,
      like: x.like === "mac" ? "" : x.like,
      t: x.changes.map(([t, o]) => `${t.id}:${o.code}`).join(","),
      v: state.v,
    });
  const says = (x) => [
    h(
      "a",
      { href: link(x) },
      `as ${titleOf(x.like)}, but ${x.changes.map(([t, o]) => `${t.title.toLowerCase()}: ${o.label}`).join("; ")}`,
    ),
    " ",
    h("span", { class: "num unit" }, exact(x.value)),
  ];
  const there = (x) => [
    h(
      "a",
      {
        href: address("explorer", {
          n: x.network,
          i: x.input,
          b: x.batch === 1n ? "" : x.batch,
          m: x.metric === "compute" ? "" : x.metric,
          like: x.by[0].id,
        }),
      },
      `${x.network}, ${x.batch}x${x.input}, ${(METRIC_TITLES[x.metric] ?? x.metric).toLowerCase()}`,
    ),
    ` as ${x.by
      .slice(0, 4)
      .map((r) => r.title)
      .join(", ")}`,
  ];
  const lit = ({ rules, value }) =>
    h(
      "a",
      { class: "lit", href: link({ like: rules.id, changes: [] }), title: `Count as ${rules.title}` },
      h("b", {}, rules.title),
      " ",
      exact(value),
    );
  const many = changed.length ? `; with toggles changed, ${exact(changed.length)} more ways lead there` : "";
  return [
    h(
      "p",
      { role: "status" },
      exactly.length
        ? `${state.v} on ${network} is what ${exactly.length === 1 ? "one convention says" : `${exactly.length} conventions say`}${many}:`
        : changed.length
          ? `No convention says ${state.v} on ${network}, but with toggles changed ${exact(changed.length)} ways lead there:`
          : `No convention yields ${state.v} on ${network}, nor any with two toggles changed.`,
    ),
    h(
      "ul",
      { class: "tools-list" },
      exactly.map((x) => h("li", {}, lit(x))),
    ),
    h(
      "ul",
      { class: "near hits" },
      changed.slice(0, exactly.length ? 3 : 8).map((x) => h("li", {}, says(x))),
    ),
    others.length
      ? h(
          "details",
          { class: "more" },
          h("summary", {}, `Elsewhere: ${others.length} more`),
          h(
            "ul",
            { class: "near" },
            others.map((x) => h("li", {}, there(x))),
          ),
        )
      : "",
  ].flat();
}

const LONGEST = 200;

/** A link with a question, for a class. */
function asking() {
  const out = h("input", { type: "text", readonly: true, size: 60, "aria-label": "Link with the question" }),
    says = h("span", { class: "note", role: "status" });
  const question = h("input", {
    type: "text",
    size: 40,
    value: where().params.ask ?? "",
    placeholder: "4.1 or 8.2 GFLOPs: who is right?",
    oninput: () => make(),
  });
  const make = () => {
    const link = address("explorer", { ...where().params, ask: question.value });
    out.value = location.href.split("#")[0] + link;
    says.textContent =
      link.length > LONGEST
        ? `${link.length} characters: shorter would be better, ${LONGEST} is the most for a line.`
        : "";
  };
  const copy = h(
    "button",
    {
      type: "button",
      onclick: async () => {
        make();
        out.select();
        try {
          await navigator.clipboard.writeText(out.value);
          says.textContent = "Copied.";
        } catch {
          document.execCommand("copy");
        }
      },
    },
    "Copy",
  );
  make();
  return h(
    "div",
    { class: "row" },
    h("label", { class: "field" }, "A question", question),
    h("label", { class: "field" }, "Link to this state", out),
    copy,
    says,
  );
}
