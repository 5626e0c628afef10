// Data blocks of the page: base64 of deflated JSON, inflated when somebody asks, once.

const inflating = new Map();

/** The data of a block by name; null where the page has none such. */
function block(name) {
  if (!inflating.has(name)) {
    const node = document.querySelector(`script[data-block="${CSS.escape(name)}"]`);
    inflating.set(name, node ? inflate(node.textContent) : Promise.resolve(null));
  }
  return inflating.get(name);
}

async function inflate(text) {
  const packed = atob(text.trim());
  const bytes = new Uint8Array(packed.length);
  for (let k = 0; k < packed.length; k++) bytes[k] = packed.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** Rows under fields. A column is a dictionary of texts and, for each row, which of them stands there. */
class Table {
  constructor({ name, fields, columns, length }) {
    this.name = name;
    this.fields = fields;
    this.length = length;
    this.columns = columns.map(([texts, at]) => ({ texts, at: at instanceof Int32Array ? at : Int32Array.from(at) }));
  }

  static of(name, fields, rows) {
    const columns = fields.map((_, k) => {
      const known = new Map();
      const at = rows.map((row) => known.get(row[k]) ?? (known.set(row[k], known.size), known.size - 1));
      return [[...known.keys()], at];
    });
    return new Table({ name, fields, columns, length: rows.length });
  }

  column(field) {
    return this.columns[this.fields.indexOf(field)];
  }

  text(row, field) {
    const c = this.column(field);
    return c ? c.texts[c.at[row]] : "";
  }

  record(row) {
    return Object.fromEntries(this.fields.map((f, k) => [f, this.columns[k].texts[this.columns[k].at[row]]]));
  }

  /** Rows whose fields have these texts, as records. */
  where(wanted) {
    const tests = Object.entries(wanted).map(([f, v]) => {
      const c = this.column(f);
      return c && { at: c.at, is: c.texts.indexOf(v) };
    });
    if (tests.some((t) => !t || t.is < 0)) return [];
    const found = [];
    for (let r = 0; r < this.length; r++) if (tests.every((t) => t.at[r] === t.is)) found.push(this.record(r));
    return found;
  }

  csv() {
    const quoted = (t) => (/[",\n\r]/.test(t) ? `"${t.replaceAll('"', '""')}"` : t);
    const lines = [this.fields.map(quoted).join(",")];
    for (let r = 0; r < this.length; r++) lines.push(this.columns.map((c) => quoted(c.texts[c.at[r]])).join(","));
    return lines.join("\n") + "\n";
  }
}

const opened = new Map();

/** A table of the reports by name; null where there is none. */
async function table(name) {
  if (!opened.has(name)) {
    const data = await block(`table/${name}`);
    opened.set(name, data && new Table(data));
  }
  return opened.get(name);
}
