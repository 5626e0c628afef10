// Numbers as text and back. Whole numbers are BigInt, so that none is rounded.

const MINUS = "−";

/** Digits in groups of three: `4,089,184,256`; takes a BigInt, a number or digits, and what is none as it is. */
function exact(value) {
  const text = String(value);
  const m = /^-?\d+$/.exec(text);
  if (!m) return text;
  const digits = text.replace("-", "").replace(/\B(?=(\d{3})+$)/g, ",");
  return (text[0] === "-" ? MINUS : "") + digits;
}

function signed(value) {
  return (value > 0n ? "+" : "") + exact(value);
}

const UNITS = [
  [10n ** 12n, " T"],
  [10n ** 9n, " G"],
  [10n ** 6n, " M"],
  [10n ** 3n, " k"],
];

/** A number in three digits: `4.09 G`. */
function short(value) {
  const size = value < 0n ? -value : value;
  const [scale, name] = UNITS.find(([u]) => size >= u) ?? [1n, ""];
  const number = Number((value * 1000n) / scale) / 1000;
  return number.toLocaleString("en", { maximumSignificantDigits: 3 }).replace("-", MINUS) + name;
}

/** Bytes as both kinds of MB. */
function megabytes(value) {
  const [one, other] = [2 ** 20, 1e6].map((mb) => (Number(value) / mb).toFixed(2));
  return `${one} MiB of 2^20 bytes, ${other} MB of 10^6`;
}

function ratio(a, b) {
  return b ? (Number(a) / Number(b)).toFixed(4) : "–";
}

function percent(part, whole) {
  return whole ? `${((100 * Number(part)) / Number(whole)).toFixed(1)} %` : "–";
}

/** A BigInt of a cell of a table; null for an empty one. */
function whole(text) {
  return /^-?\d+$/.test(text) ? BigInt(text) : null;
}

const SCALES = {
  "": 1n,
  k: 10n ** 3n,
  m: 10n ** 6n,
  g: 10n ** 9n,
  b: 10n ** 9n,
  t: 10n ** 12n,
  ki: 2n ** 10n,
  mi: 2n ** 20n,
  gi: 2n ** 30n,
  ti: 2n ** 40n,
};
const PRINTED = /^\s*([0-9][0-9,_ ]*)(?:\.([0-9]+))?\s*(?:x\s*10\^?([0-9]+)|e([0-9]+))?\s*([kmgtb]i?)?[a-z/ -]*$/i;

/**
 * A number as somebody printed it: `4.11 G`, `8.19 GFLOPs`, `25.56M`, `61,100,840`. What it may stand for, as ranges of whole
 * numbers {low, high}: to half a unit of its last digit, and cut off. Null where it is no number.
 */
function readings(text) {
  const m = PRINTED.exec(text);
  if (!m) return null;
  const fraction = m[2] ?? "";
  const digits = BigInt(m[1].replace(/[,_ ]/g, "") + fraction);
  const scale = SCALES[(m[5] ?? "").toLowerCase()];
  if (scale === undefined) return null;
  const times = scale * 10n ** BigInt(m[3] ?? m[4] ?? 0),
    unit = 10n ** BigInt(fraction.length);
  if (times === 1n && !fraction) return [{ low: digits, high: digits }];
  const range = (by) => {
    const low = (2n * digits - 1n) * by,
      high = (2n * digits + 2n) * by - 1n;
    return { low: ceiling(low, 2n * unit), high: high / (2n * unit) };
  };
  const bytes = /[\d\s]([kmgt])b$/i.exec(text.trim()); // an MB may be of 2^20 bytes
  return [range(times), ...(bytes ? [range(SCALES[`${bytes[1].toLowerCase()}i`])] : [])];
}

function ceiling(a, b) {
  return a / b + (a % b > 0n ? 1n : 0n);
}
