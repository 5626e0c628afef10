// The explorer: toggle conventions, see the number and who agrees; or start from a number.

view("explorer", {
  title: "Explorer", group: "Explore",
  async render(params) {
    const e = await engine();
    const names = [...e.networks.keys()];
    const network = names.includes(params.n) ? params.n : names.includes("resnet50") ? "resnet50" : names[0];
    const sizes = e.sizes(network), input = sizes.includes(params.i) ? params.i : sizes[0];
    const batch = /^[1-9]\d{0,8}$/.test(params.b ?? "") ? BigInt(params.b) : 1n;
    const metric = e.metrics.includes(params.m) ? params.m : "compute";
    const like = e.rules.get(params.like)?.metrics[metric] ? params.like : "mac";
    const tally = e.tally(network, input, batch);
    const state = { e, network, input, batch, metric, like, tally, chosen: choicesFrom(e, { like, t: params.t }, metric), v: params.v ?? "" };
    const result = h("div", { class: "big", "aria-live": "polite" }), hits = h("div", {});
    const drawResult = () => result.replaceChildren(...resultOf(state, pick).flat(Infinity).filter(Boolean));
    const pick = (id) => turn({ like: id === "mac" ? "" : id, t: "", m: metric === "compute" ? "" : metric });
    const changed = () => { remember({ t: written(e, state.chosen, like, metric) }); drawResult(); };
    drawResult();
    if (state.v) hits.replaceChildren(...hitsOf(state));
    const read = h("input", { type: "text", value: state.v, placeholder: "4.1 G, 8.19 GFLOPs, 25.6M …", size: 22 });
    const form = h("form", { class: "row", onsubmit: (ev) => { ev.preventDefault(); state.v = read.value; remember({ v: read.value }); hits.replaceChildren(...hitsOf(state)); } },
      h("label", { class: "field" }, "A number that you have read", read), h("button", {}, "Who says so?"));
    return [
      h("h1", {}, "Which convention is it?"),
      h("p", { class: "lead" }, "Toggle what counts. The number changes, and the tools that agree with you light up."),
      params.ask ? h("div", { class: "banner", role: "note" }, h("p", {}, h("b", {}, "Question: "), params.ask)) : null,
      h("div", { class: "row" },
        choice("Network", [], network, (v) => turn({ n: v, i: "" }), await networkGroups(e)),
        choice("Input, C×H×W", sizes.map((z, k) => [z, k ? z : `${z} (its own)`]), input, (v) => turn({ i: v === sizes[0] ? "" : v })),
        h("label", { class: "field" }, "Images in a batch", h("input", { type: "number", min: 1, max: 999999999, value: String(batch), onchange: (ev) => turn({ b: ev.target.value === "1" ? "" : ev.target.value }) })),
        choice("Metric", metricChoices(e.metrics), metric, (v) => turn({ m: v === "compute" ? "" : v, t: "", like: "" })),
        choice("Count as", [], like, pick, likeGroups(e, tally, metric))),
      h("div", { class: "explorer" }, h("div", {}, state.chosen ? togglesOf(state, changed) : h("p", { class: "note" }, "This metric has no toggles: choose whom to count as above.")), result),
      h("h2", {}, "Start from a number"), form, hits,
      h("h2", {}, "Ask others"), asking(),
      h("p", { class: "note" }, `Offered are the input sizes in the list, as counts were made for them; a batch may be of any size, as every count is a fixed part and a part for each further image. ${e.networks.get(network).says}.`),
    ];
  },
});

async function networkGroups(e) {
  const groups = {};
  for (const n of e.networks.values()) (groups[n.family] ??= []).push([n.name, n.name]);
  return groups;
}

function likeGroups(e, tally, metric) {
  const groups = {};
  for (const r of e.rules.values()) if (e.side(tally, r, metric)) (groups[r.framework || "the engine’s own"] ??= []).push([r.id, r.title]);
  return groups;
}

function togglesOf(state, changed) {
  const { e, chosen, tally, metric } = state;
  const all = e.toggles.filter((t) => t.metric === metric), idle = all.filter((t) => !matters(tally, t));
  const one = (t) => {
    const said = h("p", { class: "src" });
    const tell = () => {
      const o = chosen[t.id], by = o.by.map((id) => titleOf(id));
      const who = by.length > 4 ? `${by.slice(0, 4).join(", ")} and ${by.length - 4} more` : by.join(", ");
      said.replaceChildren(`As ${who}. `, o.says ? `${o.says}. ` : "", o.source ? h("span", { class: "mono" }, o.source) : "");
    };
    tell();
    const options = t.options.map((o) => h("label", { title: o.label }, h("input", { type: "radio", name: t.id, value: o.code, checked: chosen[t.id] === o, onchange: () => { chosen[t.id] = o; tell(); changed(); } }), h("span", {}, o.label.length > 44 ? `as ${titleOf(o.by[0])}` : o.label)));
    return h("fieldset", { class: "toggle" }, h("legend", {}, t.title), h("div", { class: "opts" }, options), said);
  };
  return h("div", { class: "toggles" }, all.filter((t) => !idle.includes(t)).map(one), idle.length ? h("p", { class: "note" }, `No matter in this network: ${idle.map((t) => t.title.toLowerCase()).join(", ")}.`) : null);
}

/** The number, its sum, who agrees and who nearly does. */
function resultOf(state, pick) {
  const { e, tally, metric, chosen, like } = state;
  const mine = chosen ? chosenSide(e, tally, chosen, "") : e.side(tally, e.rules.get(like), metric);
  if (!mine) return [h("p", { class: "said" }, `${titleOf(like)} says nothing of this network.`)];
  const value = sideValue(mine), all = [];
  for (const r of e.rules.values()) {
    const side = e.side(tally, r, metric);
    if (side) all.push({ r, side, value: sideValue(side) });
  }
  const agree = all.filter((x) => x.value === value), rest = all.filter((x) => x.value !== value);
  const gap = (x) => (x.value > value ? x.value - value : value - x.value);
  rest.sort((a, b) => (gap(a) < gap(b) ? -1 : gap(a) > gap(b) ? 1 : 0));
  const terms = difference(mine);
  const per = chosen?.mac?.label === "2 per multiply-add" ? "multiplications and additions apart" : "one multiply-add is one";
  return [
    h("div", { class: "value", "data-value": String(value) }, exact(value)),
    h("p", { class: "said" }, `${short(value)}, ${METRIC_TITLES[metric].toLowerCase()}${metric === "compute" ? `; ${per}` : ""}. ${state.network}, ${state.batch}x${tally.input}.`),
    h("p", { class: "sum" }, `= ${sumLine(terms)}`),
    h("h2", { class: "visually-hidden" }, "Tools that agree"),
    h("p", { class: "said", role: "status" }, agree.length ? `${agree.length} of ${all.length} agree exactly:` : `Nobody of ${all.length} agrees exactly.`),
    h("ul", { class: "tools-list" }, agree.map((x) => h("li", {}, h("button", { class: "agrees", title: `Count as ${x.r.title}`, onclick: () => pick(x.r.id) }, x.r.title)))),
    rest.length ? h("h3", {}, "Nearest, and what they miss by") : null,
    h("ul", { class: "near" }, rest.slice(0, 5).map((x) => h("li", {}, h("b", {}, x.r.title), " ", h("span", { class: "num" }, exact(x.value)), ` ${x.side.unit}, `, h("span", { class: "num" }, signed(x.value - value)), h("div", { class: "miss" }, missing(difference(x.side, mine)))))),
    rest.length > 5 ? h("ul", { class: "tools-list" }, rest.slice(5).map((x) => h("li", {}, h("button", { title: `${exact(x.value)}: count as ${x.r.title}`, onclick: () => pick(x.r.id) }, x.r.title)))) : null,
  ];
}

function missing(terms) {
  const told = terms.slice(0, 3).map((t) => `${signed(t.value)} ${t.primitive} (${t.op})`).join(", ");
  return told + (terms.length > 3 ? ` and ${terms.length - 3} more` : "");
}

/** Who says a number that somebody has read. */
function hitsOf(state) {
  const { e, tally, metric, network, input, batch } = state;
  const ranges = readings(state.v);
  if (!ranges) return [h("p", { role: "status" }, `“${state.v}” is no number. Write it as 4.1 G, 8.19 GFLOPs, 25.6M or 61,100,840.`)];
  const { count, best } = yielding(e, tally, metric, ranges), others = elsewhere(e, { network, input, batch, metric }, ranges);
  const link = (x) => address("explorer", { ...where().params, like: x.like === "mac" ? "" : x.like, t: x.changes.map(([t, o]) => `${t.id}:${o.code}`).join(","), v: state.v });
  const says = (x) => [h("a", { href: link(x) }, x.changes.length ? `as ${titleOf(x.like)}, but ${x.changes.map(([t, o]) => `${t.title.toLowerCase()}: ${o.label}`).join("; ")}` : `exactly as ${titleOf(x.like)}`), " ", h("span", { class: "num unit" }, exact(x.value))];
  const there = (x) => [h("a", { href: address("explorer", { n: x.network, i: x.input, b: x.batch === 1n ? "" : x.batch, m: x.metric === "compute" ? "" : x.metric, like: x.by[0].id }) }, `${x.network}, ${x.batch}x${x.input}, ${(METRIC_TITLES[x.metric] ?? x.metric).toLowerCase()}`), ` as ${x.by.slice(0, 4).map((r) => r.title).join(", ")}`];
  return [
    h("p", { role: "status" }, count ? `${count} choices of toggles yield ${state.v} on ${network}:` : `No convention yields ${state.v} on ${network}, nor any with two toggles changed.`),
    h("ul", { class: "near hits" }, best.map((x) => h("li", {}, says(x)))),
    others.length ? [h("h3", {}, "Elsewhere"), h("ul", { class: "near" }, others.map((x) => h("li", {}, there(x))))] : "",
  ].flat();
}

const LONGEST = 200;

/** A link with a question, for a class. */
function asking() {
  const out = h("input", { type: "text", readonly: true, size: 60, "aria-label": "Link with the question" }), says = h("span", { class: "note", role: "status" });
  const question = h("input", { type: "text", size: 40, value: where().params.ask ?? "", placeholder: "4.1 or 8.2 GFLOPs: who is right?", oninput: () => make() });
  const make = () => {
    const link = address("explorer", { ...where().params, ask: question.value });
    out.value = location.href.split("#")[0] + link;
    says.textContent = link.length > LONGEST ? `${link.length} characters: shorter would be better, ${LONGEST} is the most for a line.` : "";
  };
  const copy = h("button", { type: "button", onclick: async () => { make(); out.select(); try { await navigator.clipboard.writeText(out.value); says.textContent = "Copied."; } catch { document.execCommand("copy"); } } }, "Copy");
  make();
  return h("div", { class: "row" }, h("label", { class: "field" }, "A question", question), h("label", { class: "field" }, "Link to this state", out), copy, says);
}
