"""When two float32 outputs of one network are the same: the error, the tolerance, and why it is what it is.

The error is the largest absolute difference over the largest magnitude of the reference: an output near 0 is a difference of
larger numbers, so an error relative to itself would say nothing.

The tolerance is ``SAFETY × u × √(Σ n)``, with u = 2⁻²⁴, the unit roundoff of float32, and n the products or addends that one
output element of a layer accumulates, at least 4, summed over the layers. Libraries sum in different orders, in blocks, with or
without fused multiply-add; n roundings of random sign leave an error of about √n · u (Higham and Mary 2019, SIAM J. Sci. Comput.
41(5), A2815), and the errors of different layers are as independent as those within one, so their squares add up. The seeded
weights keep activations of like size from layer to layer, so no error is blown up on its way to the output. SAFETY covers what
rounds more often than a plain sum: batch norms folded into rounded weights, decomposed roots and powers, Winograd convolution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crosscheck.contract.network import Model, numel, show_shape
from crosscheck.counting.engine import tally

Array = NDArray[np.float32]

UNIT_ROUNDOFF = 2.0**-24
SAFETY = 4.0
LEAST = 4.0  # roundings of a layer that accumulates nothing: a division, a root, a power
FLOOR = 1e-5  # errors below it are not told apart: every library and processor has its own
TELLING = 100.0  # an output must vary by this many tolerances, or agreement says nothing


def tolerance(model: Model) -> float:
    """The largest relative error that rounding explains; see the top of this file."""
    roundings = 0.0
    for layer, counts in tally(model).layers:
        out = max(1, numel(layer.y))
        roundings += max(LEAST, counts.get("mac", 0) / out, numel(layer.x) / out)
    return SAFETY * UNIT_ROUNDOFF * math.sqrt(roundings)


def reference(outputs: Sequence[Array]) -> Array:
    """The element-wise median of the outputs with the most common shape: of three frameworks, one that is wrong stands out.

    An output with an infinity or a NaN has no say, unless there is no other.
    """
    shapes = [x.shape for x in outputs]
    shape = max(dict.fromkeys(shapes), key=shapes.count)
    alike = [x.astype(np.float64) for x in outputs if x.shape == shape]
    sound = [x for x in alike if np.isfinite(x).all()]
    middle: Array = np.median(np.stack(sound or alike), axis=0).astype(np.float32)
    return middle


def relative_error(output: Array, wanted: Array) -> float:
    """The largest absolute difference over the largest magnitude of ``wanted``; infinite for what is no number."""
    if output.shape != wanted.shape:
        raise ValueError(f"output is {show_shape(output.shape)}, not {show_shape(wanted.shape)}")
    if not np.isfinite(output).all() or not np.isfinite(wanted).all():
        return math.inf
    scale = float(np.abs(wanted).max())
    most = float(np.abs(output.astype(np.float64) - wanted).max())
    return most / scale if scale else (math.inf if most else 0.0)


def telling(wanted: Array, allowed: float) -> bool:
    """True where the output varies enough from element to element that agreement means something."""
    scale = float(np.abs(wanted).max())
    return (wanted.size == 1 and scale > 0) or float(wanted.max() - wanted.min()) > TELLING * allowed * scale


def magnitude(error: float) -> str:
    """An error as an order of magnitude that another machine prints too: ``< 1e-5``."""
    if not math.isfinite(error):
        return "not a number"
    power = math.floor(math.log10(max(error, FLOOR) * 0.999)) + 1  # 1e-5 itself is of the order below
    return f"< 1e{power}" if power else "< 1"
