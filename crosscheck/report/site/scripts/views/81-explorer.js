// The explorer: toggle conventions, see the number and who agrees; or start from a number.

view("explorer", {
  title: "Explorer",
  group: "Explore",
  async render(params) {
    const e = await engine();
    const names = [...e.networks.keys()];
    const network = names.includes(params.n) ? params.n : names.includes("resnet50") ? "resnet50" : names[0];
    const [own] = e.sizes(network),
      asked = params.i ? e.inputOf(network, params.i) : own;
    const input = asked && !e.refuses(network, asked) ? asked : own;
    const batch = /^[1-9]\d{0,8}$/.test(params.b ?? "") ? BigInt(params.b) : 1n;
    const metric = e.metrics.includes(params.m) ? params.m : "compute";
    const like = e.rules.get(params.like)?.metrics[metric] ? params.like : plainest(e, metric);
    const tally = e.tally(network, input, batch);
    const state = {
      e,
      network,
      input,
      batch,
      metric,
      like,
      tally,
      chosen: choicesFrom(e, { like, t: params.t }, metric),
      v: params.v ?? "",
    };
    const result = h("div", { class: "big", "aria-live": "polite" }),
      hits = h("div", {});
    const drawResult = () => result.replaceChildren(...resultOf(state, pick).flat(Infinity).filter(Boolean));
    const pick = (id) => turn({ like: id === plainest(e, metric) ? "" : id, t: "", m: metric === "compute" ? "" : metric });
    const countAs = choice("Count as", [], like, pick, likeGroups(e, tally, metric));
    const changed = () => {
      const { like: nearest, t } = addressed(e, state.chosen, state.like, metric);
      state.like = countAs.querySelector("select").value = nearest;
      remember({ like: nearest === plainest(e, metric) ? "" : nearest, t });
      drawResult();
    };
    drawResult();
    if (state.v) hits.replaceChildren(...hitsOf(state));
    const read = h("input", { type: "text", value: state.v, placeholder: "4.1 G, 8.19 GFLOPs, 25.6M …", size: 22 });
    const form = h(
      "form",
      {
        class: "row",
        onsubmit: (ev) => {
          ev.preventDefault();
          state.v = read.value;
          remember({ v: read.value });
          hits.replaceChildren(...hitsOf(state));
        },
      },
      h("label", { class: "field" }, "A number that you have read", read),
      h("button", {}, "Who says so?"),
    );
    return [
      heading("Which convention is it?", "Toggle what counts. The number changes, and the tools that agree with you light up."),
      params.ask ? h("div", { class: "banner", role: "note" }, h("p", {}, h("b", {}, "Question: "), params.ask)) : null,
      h(
        "div",
        { class: "row tight" },
        choice("Network", [], network, (v) => turn({ n: v, i: "" }), await networkGroups(e)),
        inputField(e, network, params.i || own),
        h(
          "label",
          { class: "field" },
          "Images in a batch",
          h("input", {
            type: "number",
            min: 1,
            max: 999999999,
            value: String(batch),
            onchange: (ev) => turn({ b: ev.target.value === "1" ? "" : ev.target.value }),
          }),
        ),
        choice("Metric", metricChoices(e.metrics), metric, (v) =>
          turn({ m: v === "compute" ? "" : v, t: "", like: "" }),
        ),
        countAs,
      ),
      refusal(e, network, params.i, asked),
      form,
      hits,
      h(
        "div",
        { class: "explorer" },
        h(
          "div",
          {},
          state.chosen ? togglesOf(state, changed) : h("p", { class: "note" }, nothingToToggle(e, metric)),
        ),
        result,
      ),
      h("h2", {}, "Ask others"),
      asking(),
      h(
        "p",
        { class: "note" },
        `${
          e.networks.get(network).anywhere
            ? "An image may be of any size that the network takes, and a batch too: counts are sums over the sizes that its layers have then, worked out here in whole numbers."
            : `Counts of this network are here for images of ${own}; a batch may be of any size.`
        } ${network}: ${e.networks.get(network).says}.`,
      ),
    ];
  },
});

/** The input size, to be typed or picked: one side, height x width, or all of C×H×W. */
function inputField(e, network, value) {
  const [own, ...usual] = e.sizes(network);
  const field = h("input", {
    type: "text",
    list: "input-sizes",
    size: 12,
    value,
    onchange: (ev) => {
      const typed = ev.target.value.trim();
      const input = (typed && e.inputOf(network, typed)) || typed;
      turn({ i: input === own ? "" : input });
    },
  });
  const list = h(
    "datalist",
    { id: "input-sizes" },
    [own, ...usual].map((z) => h("option", { value: z })),
  );
  return h("label", { class: "field" }, "Input, C×H×W", field, list);
}

/** What to do where an input is asked for that cannot be counted here; null where it can. */
function refusal(e, network, written, asked) {
  const why = asked ? e.refuses(network, asked) : "";
  if (asked && !why) return null;
  const [own] = e.sizes(network),
    shown = `Shown is ${own}.`;
  const says = !asked
    ? `“${written}” is no input of ${network}. Write one side, height x width, or all, as in ${own}. ${shown}`
    : e.networks.get(network).anywhere
      ? `${network} does not take ${asked}: ${why}. ${shown}`
      : `Here are counts of ${network} for ${own} alone. Others: crosscheck count ${network} --input ${asked}`;
  return h("div", { class: "banner", role: "status" }, h("p", {}, says));
}

async function networkGroups(e) {
  const groups = {};
  for (const n of e.networks.values()) (groups[n.family] ??= []).push([n.name, n.name]);
  return groups;
}

function likeGroups(e, tally, metric) {
  const groups = {};
  for (const r of e.rules.values())
    if (e.side(tally, r, metric)) (groups[r.framework || "the engine’s own"] ??= []).push([r.id, r.title]);
  return groups;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Why a metric has no toggles. */
function nothingToToggle(e, metric) {
  const by = [...e.rules.values()].filter((r) => r.metrics[metric]);
  return by.length > 1
    ? `Nothing to toggle: all ${by.length} that give this metric count it alike.`
    : `Nothing to toggle: ${by[0].title} alone gives this metric.`;
}

function togglesOf(state, changed) {
  const { e, chosen, tally, metric } = state;
  const all = e.toggles.filter((t) => t.metric === metric),
    open = all.filter((t) => matters(e, tally, t)),
    shut = all.filter((t) => !open.includes(t) && !isSight(t));
  const alike = shut.filter((t) => charges(tally, t)),
    idle = shut.filter((t) => !charges(tally, t));
  return h(
    "div",
    { class: "toggles" },
    open.length ? null : h("p", { class: "note" }, "Nothing to toggle: all that give this metric count this network alike."),
    open.map((t) => fieldset(state, t, changed)),
    alike.length
      ? h(
          "p",
          { class: "note" },
          `Alike for all: ${alike.map((t) => `${t.title.toLowerCase()}, ${chosen[t.id].label}`).join("; ")}.`,
        )
      : null,
    idle.length
      ? h("p", { class: "note" }, `No matter in this network: ${idle.map((t) => t.title.toLowerCase()).join(", ")}.`)
      : null,
  );
}

/** One toggle: its options that differ here, and who does as the chosen one does, with a line that says so. */
function fieldset({ e, chosen, tally }, t, changed) {
  const said = h("p", { class: "src" });
  const tell = () => {
    const o = chosen[t.id],
      by = o.by.map((id) => titleOf(id));
    const who = by.length > 4 ? `${by.slice(0, 4).join(", ")} and ${by.length - 4} more` : by.join(", ");
    said.replaceChildren(
      `As ${who}. `,
      o.says ? `${capital(o.says)}. ` : "",
      o.source ? h("span", { class: "mono" }, o.source) : "",
    );
  };
  tell();
  const options = distinct(e, tally, t, chosen[t.id]).map((o) =>
    h(
      "label",
      { title: o.label },
      h("input", {
        type: "radio",
        name: t.id,
        value: o.code,
        checked: chosen[t.id] === o,
        onchange: () => {
          chosen[t.id] = o;
          tell();
          changed();
        },
      }),
      h("span", {}, o.label.length > 44 ? `as ${titleOf(o.by[0])}` : o.label),
    ),
  );
  return h("fieldset", { class: "toggle" }, h("legend", {}, t.title), h("div", { class: "opts" }, options), said);
}
