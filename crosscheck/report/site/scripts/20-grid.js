// A grid's rows: searched, filtered and sorted by the dictionaries of its columns, so that a million rows take no longer than a blink.

class Rows {
  constructor(table) {
    this.table = table;
    this.lower = table.columns.map(() => null);
    this.ranks = table.columns.map(() => null);
  }

  /** Row numbers that have all of `words` somewhere and `picked` texts in their columns, sorted by a column or as they stand. */
  chosen({ words = [], picked = [], sort = -1, down = false }) {
    const { table } = this;
    const tests = picked.map(([k, text]) => ({ at: table.columns[k].at, is: table.columns[k].texts.indexOf(text) }));
    const hits = words.map((w) => this.hits(w));
    let rows = this.all();
    if (tests.length || hits.length) {
      let n = 0;
      const kept = new Int32Array(rows.length);
      for (let r = 0; r < rows.length; r++)
        if (tests.every((t) => t.at[r] === t.is) && hits.every((hit) => hit(r))) kept[n++] = r;
      rows = kept.subarray(0, n);
    }
    return sort < 0 ? rows : this.sorted(rows, sort, down);
  }

  all() {
    const rows = new Int32Array(this.table.length);
    for (let r = 0; r < rows.length; r++) rows[r] = r;
    return rows;
  }

  /** Whether a row has a word in any of its columns. */
  hits(word) {
    const sought = word.toLowerCase();
    const marked = [];
    this.table.columns.forEach((c, k) => {
      this.lower[k] ??= c.texts.map((t) => t.toLowerCase());
      const marks = new Uint8Array(c.texts.length);
      let any = 0;
      this.lower[k].forEach((t, j) => {
        if (t.includes(sought)) any = marks[j] = 1;
      });
      if (any) marked.push([c.at, marks]);
    });
    return (r) => {
      for (const [at, marks] of marked) if (marks[at[r]]) return true;
      return false;
    };
  }

  /** By counting: as many buckets as a column has texts. Rows of the same text keep their order. */
  sorted(rows, k, down) {
    const { at, texts } = this.table.columns[k];
    const rank = (this.ranks[k] ??= ranked(texts));
    const n = texts.length,
      starts = new Int32Array(n + 1);
    const bucket = (r) => (down ? n - 1 - rank[at[r]] : rank[at[r]]);
    for (const r of rows) starts[bucket(r) + 1]++;
    for (let j = 0; j < n; j++) starts[j + 1] += starts[j];
    const sorted = new Int32Array(rows.length);
    for (const r of rows) sorted[starts[bucket(r)]++] = r;
    return sorted;
  }
}

const NUMBER = /^[-+−]?[\d,]*\.?\d+(e[-+]?\d+)?$/i;

function isNumber(text) {
  return NUMBER.test(text);
}

/** The place of each text in order: numbers by size, before words, what is empty last. */
function ranked(texts) {
  const keys = texts.map((t) => {
    const plain = t.replaceAll(",", "").replace("−", "-");
    return t === ""
      ? [2, 0]
      : isNumber(t)
        ? [0, Number(plain), /^[-+]?\d{16,}$/.test(plain) ? BigInt(plain) : null]
        : [1, t.toLowerCase()];
  });
  const order = texts
    .map((_, j) => j)
    .sort((i, j) => {
      const [a, b] = [keys[i], keys[j]];
      if (a[0] !== b[0]) return a[0] - b[0];
      if (a[2] != null && b[2] != null) return a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0;
      return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : i - j;
    });
  const rank = new Int32Array(texts.length);
  order.forEach((j, place) => {
    rank[j] = place;
  });
  return rank;
}

/** True for a column whose texts are numbers, as far as there are any. */
function numericColumn({ texts }) {
  const held = texts.filter((t) => t !== "").slice(0, 200);
  return held.length > 0 && held.every(isNumber);
}
