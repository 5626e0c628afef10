// Counts of a network for any image: sizes along both axes, and the terms that they make. Whole numbers throughout.

const REFUSED = -1;

/** How one size is made of earlier ones; below 0 where a window does not fit. */
const RULES = {
  axis: () => REFUSED,
  fixed: (sizes, n) => n,
  window: (sizes, of, shift, stride, before) => {
    const span = sizes[of] + shift;
    if (span < 0) return before >= 0 && -span < stride && sizes[of] > 0 ? 1 : REFUSED;
    if (before < 0) return Math.floor(span / stride) + 1;
    const out = Math.ceil(span / stride) + 1;
    return (out - 1) * stride >= sizes[of] + before ? out - 1 : out;
  },
  met: (sizes, of, kernel, stride, before, dilation, out) => {
    let sum = 0;
    for (let tap = 0; tap < kernel; tap++) {
      const shift = before - tap * dilation;
      const last = Math.min(sizes[out], Math.ceil((sizes[of] + shift) / stride));
      sum += Math.max(0, last - Math.max(0, Math.ceil(shift / stride)));
    }
    return sum;
  },
  spans: (sizes, of, out) => spans(sizes[of], out),
  tiled: (sizes, of, out) => (sizes[of] % out ? 0 : sizes[of]),
  floored: (sizes, of, out) => Math.floor(sizes[of] / out),
  idle: (sizes, of, out) => (sizes[of] === out ? out : 0),
};

/** Elements of all windows of an adaptive pooling along an axis. */
function spans(n, out) {
  let sum = 0;
  for (let k = 0; k < out; k++) sum += Math.ceil(((k + 1) * n) / out) - Math.floor((k * n) / out);
  return sum;
}

/** All sizes along an axis of an image with this side; null where a window does not fit. */
function sizesAlong(network, side) {
  const sizes = [side];
  for (const [rule, ...numbers] of network.steps.slice(1)) {
    const size = RULES[rule](sizes, ...numbers);
    if (size < 0) return null;
    sizes.push(size);
  }
  return sizes;
}

/** Sizes along height and width of an image, or {refused: why} where the network does not take it. */
function planeOf(network, height, width) {
  const sides = [height, width].map((side) => sizesAlong(network, side));
  if (sides.includes(null)) return { refused: "it is too small: a window does not fit" };
  if (sides.some((s) => network.equal.some(([i, j]) => s[i] !== s[j])))
    return { refused: "two of its branches would end in different sizes" };
  return { sides };
}

/** The value of every term of a network for these sizes. */
function termsOf(network, [heights, widths]) {
  return network.terms.map(([rule, i, j, ...out]) => {
    if (rule === "one") return 1n;
    if (rule === "plane") return BigInt(heights[i]) * BigInt(widths[j]);
    return unlike([heights[i], widths[j]], out)[rule] ?? 0n;
  });
}

/** What an adaptive pooling of a plane is where its windows are not all of one length: composed of poolings of two lengths, or cut out. */
function unlike(plane, out) {
  if (plane.every((n, k) => n % out[k] === 0)) return {};
  if (plane.some((n, k) => Math.ceil(n / out[k]) + 1 > n))
    return { slice_elements: plane.reduce((sum, n, k) => sum * BigInt(spans(n, out[k])), 1n) };
  let total = 0n;
  const now = plane.map(BigInt);
  plane.forEach((side, k) => {
    const [n, short] = [BigInt(side), BigInt(Math.ceil(side / out[k]))];
    const beside = now.reduce((a, b) => a * b, 1n) / now[k];
    total += beside * ((n - short + 1n) * short + (n - short) * (short + 1n));
    now[k] = BigInt(out[k]);
  });
  return { scan_elements: total, scan_positions: BigInt(out.reduce((a, b) => a + b, 0)) };
}

/** What double precision cuts off such a pooling of so many samples and channels, in (1 + product of size / output) times outputs. */
function cutOff(batch, channels, plane, out) {
  const elements = (sizes) => sizes.reduce((a, b) => a * BigInt(b), batch * BigInt(channels));
  const ratio = plane.reduce((r, n, k) => r * (n / out[k]), 1);
  return elements(plane) + elements(out) - BigInt(Math.trunc((ratio + 1) * Number(elements(out))));
}

/** Counts for an image and a batch: [key, count] pairs, the key being a place in the engine's list. */
function countsOf(network, height, width, batch) {
  const { sides } = planeOf(network, height, width);
  const terms = termsOf(network, sides);
  const sum = (list) => {
    let total = 0n;
    for (let k = 0; k < list.length; k += 2) total += terms[list[k]] * BigInt(list[k + 1]);
    return total;
  };
  const found = network.at.map((key, j) => {
    const base = sum(network.base[j]);
    return [key, base + (batch - 1n) * (network.step[j] === -1 ? base : sum(network.step[j]))];
  });
  const cuts = network.cuts.map(([key, channels, i, j, ...out]) => [
    key,
    cutOff(batch, channels, [sides[0][i], sides[1][j]], out),
  ]);
  return [...found, ...cuts];
}
