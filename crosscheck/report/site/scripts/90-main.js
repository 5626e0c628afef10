// The frame: navigation, theme, keys, and drawing what the address says.

const HOME = ["own", "overview", "explorer"];
let drawn = 0;

function home() {
  return HOME.find((id) => VIEWS.get(id).needs(page.core));
}

function sidebar(current) {
  const group = (name) => {
    const mine = [...VIEWS.values()]
      .filter((v) => v.group === name && v.needs(page.core))
      .sort((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id));
    if (!mine.length) return null;
    return h(
      "div",
      {},
      h("p", { class: "kind", id: `kind-${name.replaceAll(" ", "-")}` }, name),
      h(
        "ul",
        { "aria-labelledby": `kind-${name.replaceAll(" ", "-")}` },
        mine.map((v) =>
          h(
            "li",
            {},
            h("a", { class: "view", href: address(v.id), "aria-current": v.id === current ? "page" : null }, v.title),
          ),
        ),
      ),
    );
  };
  return GROUPS.map(group);
}

/** Draw the view that the address names; the newest request wins. */
async function draw() {
  const mine = ++drawn,
    { id, params } = where();
  const asked = VIEWS.get(id),
    known = asked?.needs(page.core) ? asked : VIEWS.get(home());
  const main = document.getElementById("view"),
    focus = keyOf(document.activeElement),
    same = main.dataset.view === known.id;
  let content;
  try {
    content = await known.render(known === asked ? params : {});
  } catch (error) {
    console.error(error);
    content = heading("This view cannot be drawn", String(error.message ?? error));
  }
  if (mine !== drawn) return;
  const parent = { cell: "matrix", tool: "tools", doctor: "doctor" }[known.id] ?? known.id;
  document.getElementById("nav").replaceChildren(...sidebar(parent).filter(Boolean));
  main.replaceChildren(...[content].flat(Infinity).filter(Boolean));
  main.dataset.view = known.id;
  document.title = `${main.querySelector("h1")?.textContent ?? known.title} · crosscheck`;
  if (same)
    [...main.querySelectorAll("a, button, select, input, summary")]
      .find((x) => keyOf(x) === focus)
      ?.focus({ preventScroll: true });
  else {
    scrollTo(0, 0);
    if (mine > 1) main.focus({ preventScroll: true });
  }
  main.dataset.ready = String(mine);
}

/** What tells an element from others before and after a view is drawn again. */
function keyOf(node) {
  if (!node || node === document.body) return null;
  return `${node.tagName} ${node.name ?? ""} ${node.labels?.[0]?.firstChild?.textContent ?? node.textContent}`;
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem("crosscheck-theme", name);
  } catch {
    /* it holds for this page alone */
  }
  tellTheme();
}

function tellTheme() {
  const dark = document.documentElement.dataset.theme === "dark";
  document.getElementById("theme").textContent = dark ? "☀ Light" : "☾ Dark";
}

const KEYS = [
  ["/", "search the table"],
  ["g then a letter", "go to: e explorer, m matrix, w waterfall, n networks, t tools, f figures, d data"],
  ["↑ ↓ PgUp PgDn Home End", "move in a table"],
  ["Enter", "open a row or a cell"],
  ["Esc", "close"],
  ["t", "light or dark"],
  ["?", "these keys"],
];
const LETTERS = {
  e: "explorer",
  m: "matrix",
  w: "waterfall",
  n: "network",
  t: "tools",
  f: "figures",
  d: "data",
  o: "overview",
  z: "zoos",
  l: "lessons",
};
let going = false;

function onKey(ev) {
  if (
    ev.ctrlKey ||
    ev.metaKey ||
    ev.altKey ||
    ev.target.matches("input, select, textarea") ||
    document.querySelector("dialog[open]")
  )
    return;
  if (going) {
    going = false;
    if (LETTERS[ev.key]) {
      ev.preventDefault();
      go(LETTERS[ev.key]);
    }
    return;
  }
  if (ev.key === "g") {
    going = true;
    setTimeout(() => {
      going = false;
    }, 1500);
  } else if (ev.key === "/") {
    const field = document.querySelector("#view [data-search]");
    if (field) {
      ev.preventDefault();
      field.focus();
    }
  } else if (ev.key === "t") setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  else if (ev.key === "?") keysDialog();
}

function keysDialog() {
  dialog("Keys", facts(KEYS.map(([k, says]) => [k, says])));
}

function onDrop(ev) {
  ev.preventDefault();
  document.body.classList.remove("drop");
  const file = ev.dataTransfer?.files[0];
  if (file) openDropped(file);
}

async function main() {
  page.core = await block("core");
  page.own = page.core.own;
  document
    .getElementById("theme")
    .addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  document.getElementById("keys").addEventListener("click", keysDialog);
  const picker = document.getElementById("file");
  document.getElementById("open").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    if (picker.files[0]) openDropped(picker.files[0]);
    picker.value = "";
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (ev) => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("crosscheck-theme");
    } catch {
      /* none is chosen */
    }
    if (!chosen) {
      document.documentElement.dataset.theme = ev.matches ? "dark" : "light";
      tellTheme();
    }
  });
  addEventListener("hashchange", draw);
  addEventListener("keydown", onKey);
  addEventListener("dragover", (ev) => {
    ev.preventDefault();
    document.body.classList.add("drop");
  });
  addEventListener("dragleave", () => document.body.classList.remove("drop"));
  addEventListener("drop", onDrop);
  addEventListener("beforeprint", () => document.querySelectorAll(".grid").forEach((g) => g.printed()));
  addEventListener("afterprint", () => document.querySelectorAll(".grid").forEach((g) => g.screen()));
  tellTheme();
  await draw();
}

main();
