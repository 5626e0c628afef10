// A grid: a real table of which only the rows in sight exist. Search, filters and order stand in the address.

const ROW = 32,
  SPARE = 12,
  TALLEST = 12_000_000,
  PRINTED_ROWS = 1_000; // some thirty sheets

/**
 * A grid of a table. `labels` head its columns, `hidden` leaves some out, `filters` are fields to choose a text of, `shown`
 * gives a cell another text, `open` another answer to Enter or a click than all fields of the row. `key` is put before what
 * stands in the address, where a view has two grids.
 */
function grid(
  table,
  { labels = {}, hidden = [], filters = [], shown = {}, open = null, key = "", name = table.name } = {},
) {
  const rows = new Rows(table),
    { params } = where();
  const fields = table.fields
    .map((f, k) => ({ f, k, right: numericColumn(table.columns[k]) }))
    .filter(({ f }) => !hidden.includes(f));
  const state = { q: params[`${key}q`] ?? "", s: params[`${key}s`] ?? "", f: {} };
  for (const f of filters) state.f[f] = params[`${key}f.${f}`] ?? "";
  let order = [],
    focus = 0,
    cursor = false;

  const body = h("tbody", {});
  const heads = fields.map(({ f, right }) =>
    h(
      "th",
      { scope: "col", class: right ? "r" : null },
      h("button", { onclick: () => sortBy(f) }, labels[f] ?? f.replaceAll("_", " ")),
    ),
  );
  const full = h("table", { "aria-label": name }, h("thead", {}, h("tr", {}, heads)), body);
  const box = h("div", { class: "grid-box", tabindex: 0, role: "region", "aria-label": `${name}, scrollable` }, full);
  const count = h("span", { role: "status" });
  const search = h("input", {
    type: "search",
    value: state.q,
    placeholder: "Search",
    "aria-label": `Search ${name}`,
    "data-search": true,
    oninput: (e) => {
      state.q = e.target.value;
      apply();
    },
  });
  const picks = filters.map((f) => picker(f));
  const onPaper = h("p", { class: "note on-paper" });
  const foot = h(
    "div",
    { class: "grid-foot" },
    count,
    h(
      "button",
      { class: "quiet no-print", onclick: () => offer(`${table.name.replaceAll("/", "-")}.csv`, table.csv(), "text/csv") },
      "Save as CSV",
    ),
  );
  const node = h(
    "div",
    { class: "grid" },
    h("div", { class: "row" }, h("label", { class: "field" }, "Search", search), picks),
    onPaper,
    box,
    foot,
  );

  function picker(f) {
    const texts = table.column(f)?.texts ?? [];
    const list = [...texts].filter((t) => t !== "").sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    return choice(labels[f] ?? f.replaceAll("_", " "), [["", "all"], ...list.map((t) => [t, t])], state.f[f], (v) => {
      state.f[f] = v;
      apply();
    });
  }

  function sortBy(f) {
    state.s = state.s === f ? `-${f}` : state.s === `-${f}` ? "" : f;
    apply();
  }

  function apply(first = false) {
    const down = state.s.startsWith("-"),
      sort = table.fields.indexOf(state.s.replace(/^-/, ""));
    const picked = filters.filter((f) => state.f[f]).map((f) => [table.fields.indexOf(f), state.f[f]]);
    order = rows.chosen({ words: state.q.split(/\s+/).filter(Boolean), picked, sort, down });
    fields.forEach(({ k }, j) =>
      heads[j].setAttribute("aria-sort", k !== sort ? "none" : down ? "descending" : "ascending"),
    );
    count.textContent = `${exact(order.length)} of ${exact(table.length)} rows`;
    full.setAttribute("aria-rowcount", String(order.length + 1));
    focus = 0;
    if (!first) {
      box.scrollTop = 0;
      remember({
        [`${key}q`]: state.q,
        [`${key}s`]: state.s,
        ...Object.fromEntries(filters.map((f) => [`${key}f.${f}`, state.f[f]])),
      });
    }
    draw();
  }

  function height() {
    return Math.min(order.length * ROW, TALLEST);
  }

  function draw(most = 0) {
    const inSight = most || Math.ceil((box.clientHeight || 700) / ROW) + 2 * SPARE;
    const reach = Math.max(1, height() - (box.clientHeight || 700));
    const share = Math.min(1, box.scrollTop / reach);
    const top =
      order.length * ROW <= TALLEST
        ? Math.floor(box.scrollTop / ROW)
        : Math.floor(share * Math.max(0, order.length - inSight + 2 * SPARE));
    const from = Math.max(0, Math.min(top - SPARE, order.length - inSight)),
      to = Math.min(order.length, from + inSight);
    const above = order.length * ROW <= TALLEST ? from * ROW : Math.max(0, box.scrollTop - SPARE * ROW);
    const lines = [];
    for (let j = from; j < to; j++) lines.push(line(j));
    const pad = (size) =>
      size > 0 && !most
        ? h(
            "tr",
            { class: "pad", "aria-hidden": "true" },
            h("td", { colspan: fields.length, style: { height: `${size}px` } }),
          )
        : null;
    body.replaceChildren(...[pad(above), ...lines, pad(height() - above - (to - from) * ROW)].filter(Boolean));
    if (cursor) body.querySelector(`[data-row="${focus}"]`)?.focus({ preventScroll: true });
  }

  function line(j) {
    const cells = fields.map(({ f, k, right }) => {
      const text = table.columns[k].texts[table.columns[k].at[order[j]]];
      return h(
        "td",
        { class: right ? "r" : null },
        shown[f]
          ? shown[f](text)
          : right && whole(text) !== null
            ? exact(text)
            : text.length > 300
              ? `${text.slice(0, 300)}…`
              : text,
      );
    });
    return h("tr", { "data-row": j, "aria-rowindex": j + 2, tabindex: j === focus ? 0 : -1 }, cells);
  }

  function move(to) {
    focus = Math.max(0, Math.min(order.length - 1, to));
    const y =
      order.length * ROW <= TALLEST
        ? focus * ROW
        : (focus / Math.max(1, order.length - 1)) * (height() - box.clientHeight);
    cursor = true;
    if (y < box.scrollTop || y > box.scrollTop + box.clientHeight - 3 * ROW)
      box.scrollTop = Math.max(0, y - box.clientHeight / 2);
    draw();
  }

  const sight = () => Math.max(1, Math.floor(box.clientHeight / ROW) - 2);
  const steps = {
    ArrowDown: () => focus + 1,
    ArrowUp: () => focus - 1,
    PageDown: () => focus + sight(),
    PageUp: () => focus - sight(),
    Home: () => 0,
    End: () => order.length - 1,
  };
  box.addEventListener("keydown", (e) => {
    if (e.target.closest("th")) return;
    if (e.key === "Enter" && e.target.closest("tr")) {
      e.preventDefault(); // else the same key would close what it opens
      show(Number(e.target.closest("tr").dataset.row));
    } else if (steps[e.key] && !e.ctrlKey && !e.metaKey) {
      e.preventDefault();
      move(e.target === box && !cursor ? focus : steps[e.key]());
    }
  });
  box.addEventListener("focusout", (e) => {
    if (!box.contains(e.relatedTarget) && e.relatedTarget) cursor = false;
  });
  box.addEventListener("click", (e) => {
    const tr = e.target.closest("tr[data-row]");
    if (tr && !getSelection().toString()) {
      focus = Number(tr.dataset.row);
      show(focus);
    }
  });
  let asked = 0;
  box.addEventListener(
    "scroll",
    () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        draw();
      });
    },
    { passive: true },
  );
  /** What a sheet lacks of the page: what was looked for, and how to come by the rows that are not printed. */
  function told() {
    const asked = [state.q && `with “${state.q}”`, ...filters.map((f) => state.f[f] && `${f} ${state.f[f]}`)];
    const which = asked.filter(Boolean).join(", ");
    const rest = order.length > PRINTED_ROWS ? `The first ${exact(PRINTED_ROWS)} of ` : "";
    const file = page.core?.tables.includes(table.name) ? `, or ${table.name}.csv in the folder of the reports` : "";
    const all = rest ? ` All of them: “Save as CSV” below this table on the page${file}.` : "";
    return `${rest}${exact(order.length)} rows${which ? ` (${which})` : ""}.${all}`;
  }

  node.printed = () => {
    onPaper.textContent = told();
    draw(PRINTED_ROWS);
  };
  node.screen = () => draw();
  node.rows = rows;

  function show(j) {
    const record = table.record(order[j]);
    if (open) return open(record);
    return dialog(
      name,
      facts(
        Object.entries(record).map(([f, v]) => [
          labels[f] ?? f.replaceAll("_", " "),
          whole(v) !== null && f !== "row" ? exact(v) : v,
        ]),
      ),
    );
  }

  apply(true);
  requestAnimationFrame(() => draw());
  return node;
}
