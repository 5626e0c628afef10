// The state of the page is its address: `#/waterfall?n=resnet50&a=thop&b=fvcore`.

const VIEWS = new Map();
const GROUPS = ["Explore", "The report", "Behind it"];

/**
 * Register a view: `title`, `group`, `needs` (what of the data it shows), and `render(params)`, which gives its content.
 * A view without a group is reached by links alone.
 */
function view(id, about) {
  VIEWS.set(id, { id, needs: () => true, ...about });
}

/** Views of a group in the order of the navigation. */
const ORDER = [
  "own",
  "overview",
  "explorer",
  "waterfall",
  "lessons",
  "matrix",
  "network",
  "tools",
  "doctor",
  "figures",
  "zoos",
  "graphs",
  "data",
  "versions",
];

function address(id, params = {}) {
  const held = Object.entries(params).filter(([, v]) => v !== "" && v !== null && v !== undefined);
  const query = held.map(([k, v]) => `${encodeURIComponent(k)}=${readable(v)}`).join("&");
  return `#/${id}${query ? `?${query}` : ""}`;
}

/** Encoded for an address, but for what may stand there as it is. */
function readable(value) {
  return encodeURIComponent(value).replace(/%(2C|3A|40|2F|20)/gi, (code) =>
    code === "%20" ? "+" : decodeURIComponent(code),
  );
}

function where() {
  const [, path, query] = /^#?\/?([^?]*)\??(.*)$/s.exec(location.hash);
  const params = {};
  for (const pair of query.split("&").filter(Boolean)) {
    const [k, v = ""] = pair.split("=");
    try {
      params[decodeURIComponent(k)] = decodeURIComponent(v.replaceAll("+", " "));
    } catch {
      /* half an escape is none */
    }
  }
  return { id: path, params };
}

/** Go to a view, as a link would. */
function go(id, params) {
  location.hash = address(id, params);
}

/** Change some of what the address says of this view without a step in the history; does not draw again. */
function remember(patch) {
  const { id, params } = where();
  history.replaceState(null, "", address(id, { ...params, ...patch }));
}

/** Change some of it as one step that `back` undoes, and draw again. */
function turn(patch) {
  const { id, params } = where();
  go(id, { ...params, ...patch });
}
