// Elements from data. Text goes in as text alone, whatever it says; nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (`onclick`) and children: elements, texts, lists of them, or nothing. */
function h(tag, attrs, ...children) {
  return furnished(document.createElement(tag), attrs, children);
}

/** The same for a part of a drawing. */
function s(tag, attrs, ...children) {
  return furnished(document.createElementNS(SVG, tag), attrs, children);
}

function furnished(node, attrs, children) {
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(node.style, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

/** What a view begins with: its title, and what it shows in a sentence or two. */
function heading(title, ...lead) {
  return [h("h1", {}, title), h("p", { class: "lead" }, ...lead)];
}

/** A labelled choice; `options` are [value, text] pairs, and `grouped` maps a heading to more of them. */
function choice(label, options, value, onchange, grouped = {}) {
  const option = ([v, text]) => h("option", { value: v, selected: String(v) === String(value) }, text);
  const groups = Object.entries(grouped).map(([name, list]) => h("optgroup", { label: name }, list.map(option)));
  return h(
    "label",
    { class: "field" },
    label,
    h("select", { onchange: (e) => onchange(e.target.value) }, options.map(option), groups),
  );
}

/** A dialog with a title, which Escape and its button close. */
function dialog(title, ...content) {
  const back = document.activeElement;
  const id = "dialog-title";
  const node = h(
    "dialog",
    { "aria-labelledby": id },
    h(
      "div",
      { class: "bar" },
      h("h2", { id }, title),
      h("button", { class: "quiet", "aria-label": "Close", onclick: () => node.close() }, "✕"),
    ),
    content,
  );
  node.addEventListener("close", () => {
    node.remove();
    back?.focus?.({ preventScroll: true });
  });
  node.addEventListener("click", (e) => {
    if (e.target === node) node.close();
  });
  document.body.append(node);
  node.showModal();
  return node;
}

/** Names, each with what it holds; what holds nothing is left out. */
function facts(pairs) {
  const held = pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return h(
    "dl",
    { class: "facts" },
    held.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

/** Hand a text to the user as a file. */
function offer(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** A table in a box that scrolls sideways; columns are [heading, right or not], rows lists of cells, the first one heads its row. */
function plainTable(label, columns, rows, attrs = {}) {
  const head = columns.map(([text, right]) => h("th", { scope: "col", class: right ? "r" : null }, text));
  const cell = (c, k) => (k ? h("td", { class: columns[k][1] ? "r" : null }, c) : h("th", { scope: "row" }, c));
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h(
      "table",
      attrs,
      h("thead", {}, h("tr", {}, head)),
      h(
        "tbody",
        {},
        rows.map((r) => h("tr", {}, r.map(cell))),
      ),
    ),
  );
}
