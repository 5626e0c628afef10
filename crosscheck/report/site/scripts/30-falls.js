// A number as a sum, and the way from one number to another: a table whose bars add up.

/** The scale of a fall: from 0, or from near its least end where all that happens is far from 0. */
function scale(ends) {
  const low = ends.reduce((a, b) => (b < a ? b : a)),
    high = ends.reduce((a, b) => (b > a ? b : a));
  const span = high - low,
    far = low > 0n && span * 3n < high;
  const from = far ? low - span / 12n - 1n : low < 0n ? low : 0n,
    to = far ? high + span / 12n + 1n : high > 0n ? high : 0n;
  const wide = to - from || 1n;
  return { from, to, cut: far, at: (v) => Number(((v - from) * 1_000_000n) / wide) / 10_000 };
}

function bar(axis, a, b, kind) {
  const [x, y] = [axis.at(a), axis.at(b)].sort((p, q) => p - q);
  const left = Math.max(0, x),
    torn = axis.cut && x <= 0 ? " torn" : "",
    fill = h("i", {
      class: `bar-fill ${a === b ? "none" : kind}${torn}`,
      style: { left: `${left}%`, width: `${Math.min(100, y) - left}%` },
    });
  return h("div", { class: "bar-track", "aria-hidden": "true" }, fill);
}

/** `2 × 11,113,984` of a term that stands alone, or `charges 2 instead of 1` of one between two tools. */
function arithmetic(t, between) {
  if (t.cause === "graph" && between) return `${exact(t.wa)} × ${t.count > 0n ? "+" : ""}${exact(t.count)}`;
  const weight = between ? t.wa - t.wb : t.wa;
  return `${exact(weight)} × ${exact(t.count)}`;
}

/** Why a term is there, in words, with the source line that says so. */
function reason(t, between, words) {
  const thing = words[t.primitive] ?? t.primitive;
  const how = !between
    ? t.says
    : t.cause === "graph"
      ? `${t.count > 0n ? "more" : "fewer"} of them are seen`
      : `${exact(t.wa)} instead of ${exact(t.wb)} each`;
  return [h("span", {}, `${thing}: ${how}`), t.quirk && h("small", {}, t.quirk), h("small", {}, t.source)];
}

/**
 * The table of a fall. `start` and `end` are {label, value}, without a start for a lone number; `terms` lead from one to the
 * other, and what they leave is the residual.
 */
function falls({ start, end, terms, unit, words, label }) {
  const between = Boolean(start);
  let at = start?.value ?? 0n;
  const steps = terms.map((t) => ({ t, a: at, b: (at += t.value) }));
  const residual = end.value - at;
  const lone = !between && steps.length < 2;
  const axis = scale([...(between ? [start.value] : lone ? [0n] : []), end.value, ...steps.map((x) => x.b)]);
  const line = (kind, name, amount, track, why = "", sum = "") =>
    h(
      "tr",
      { class: kind },
      h("th", { scope: "row" }, name),
      h("td", { class: "bar-cell" }, track),
      h("td", { class: "r" }, amount, sum && h("div", { class: "unit" }, sum)),
      h("td", { class: "why" }, why),
    );
  const rows = [
    between &&
      line(
        "total",
        start.label,
        [exact(start.value), " ", h("span", { class: "unit" }, start.unit)],
        bar(axis, axis.cut ? axis.from : 0n, start.value, "base"),
      ),
    ...steps.map(({ t, a, b }) =>
      line(
        "",
        [t.primitive.replaceAll("_", " "), " ", h("span", { class: "unit" }, t.op)],
        between ? signed(t.value) : exact(t.value),
        bar(axis, a, b, t.value < 0n ? "down" : ""),
        reason(t, between, words),
        arithmetic(t, between),
      ),
    ),
    residual !== 0n &&
      line(
        "",
        "residual",
        h("span", { class: "off" }, signed(residual)),
        bar(axis, at, end.value, "down"),
        "nothing explains this",
      ),
    line(
      "total",
      end.label,
      [exact(end.value), " ", h("span", { class: "unit" }, end.unit ?? unit)],
      bar(axis, axis.cut ? axis.from : 0n, end.value, "sum"),
    ),
  ];
  const axisNote = axis.cut
    ? `Bars on a scale from ${short(axis.from)} to ${short(axis.to)} ${unit}: cut on the left.`
    : `Bars on a scale from ${short(axis.from)} to ${short(axis.to)} ${unit}.`;
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h(
      "table",
      { class: "falls" },
      h("caption", {}, `${axisNote} Residual ${exact(residual)}.`),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["term", "", between ? "adds" : "amount", "because"].map((t, k) =>
            h("th", { scope: "col", class: k === 2 ? "r" : null }, t || h("span", { class: "visually-hidden" }, "bar")),
          ),
        ),
      ),
      h("tbody", {}, rows),
    ),
  );
}

/** Terms as a sum in one line: `2 × 4,087 mac (conv) + 1,000 bias_add (linear)`. */
function sumLine(terms) {
  if (!terms.length) return "0";
  return terms
    .map((t, k) => {
      const w = t.wa < 0n ? -t.wa : t.wa;
      const sign = t.wa < 0n ? (k ? " − " : MINUS) : k ? " + " : "";
      return `${sign}${w === 1n ? "" : `${exact(w)} × `}${exact(t.count)} ${t.primitive} (${t.op})`;
    })
    .join("");
}
