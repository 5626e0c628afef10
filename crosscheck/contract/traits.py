"""Traits of ops: one table that says of every op what it is like; each set of op names in the code is a query of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Final


class Trait(Enum):
    """What an op can be like."""

    WEIGHTED = "a layer in the sense of papers: its outputs weigh its inputs by numbers of its own"
    BIASED = "has a weight, and a bias on demand (attribute bias)"
    AFFINE = "has a scale and a shift on demand (attribute affine)"
    PADDED = "moves a window over spatial axes with padding around them (attributes kernel, stride and padding)"
    POOLING = "makes one number of the elements in a window, or of all; one can stand in for another"
    NORMALISATION = "divides by a size that it finds in its input; one can stand in for another"
    ACTIVATION = "a curve through which every element goes; one can stand in for another"
    ELEMENTWISE = "each element that comes out depends on the one in its place alone"
    NONNEGATIVE = "nothing below 0 comes out"
    KEEPS_NONNEGATIVE = "nothing below 0 comes out where nothing below 0 goes in"
    JOINS = "joins several inputs"
    WIRING = "a function in every framework: it makes no module"
    SAME_ELEMENTS = "hands on the elements that it gets, in the same order or another, and computes nothing"
    VIEW = "hands on, in inference, the memory of its input, or a part of it"


T = Trait
_CURVE = (T.ACTIVATION, T.ELEMENTWISE)
_NORM = (T.NORMALISATION, T.AFFINE)
_POOL = (T.POOLING, T.PADDED, T.KEEPS_NONNEGATIVE)
_MOVED = (T.SAME_ELEMENTS, T.KEEPS_NONNEGATIVE)


def _words(text: str) -> list[str]:
    return text.split()


TRAITS: Final[Mapping[str, tuple[Trait, ...]]] = {
    "conv": (T.WEIGHTED, T.BIASED, T.PADDED),
    "conv_transpose": (T.WEIGHTED, T.BIASED),
    "linear": (T.WEIGHTED, T.BIASED),
    "batchnorm": _NORM,
    "layernorm": _NORM,
    "groupnorm": _NORM,
    "lrn": (T.NORMALISATION, T.KEEPS_NONNEGATIVE),
    "relu": (*_CURVE, T.NONNEGATIVE),
    "tanh": _CURVE,
    "sigmoid": (*_CURVE, T.NONNEGATIVE),
    "leaky_relu": _CURVE,
    "gelu": _CURVE,
    "silu": _CURVE,
    "softmax": (T.NONNEGATIVE,),
    "maxpool": _POOL,
    "avgpool": _POOL,
    "adaptive_avgpool": (T.POOLING, T.KEEPS_NONNEGATIVE),
    "flatten": (*_MOVED, T.WIRING, T.VIEW),
    "dropout": (T.ELEMENTWISE, T.KEEPS_NONNEGATIVE, T.VIEW),
    "add": (T.JOINS, T.WIRING, T.KEEPS_NONNEGATIVE),
    "scale": (T.JOINS, T.WIRING, T.KEEPS_NONNEGATIVE),
    "concat": (T.JOINS, T.WIRING, T.KEEPS_NONNEGATIVE),
    "subsample": (T.WIRING, T.KEEPS_NONNEGATIVE, T.VIEW),
    "zero_pad": (T.WIRING, T.KEEPS_NONNEGATIVE),
    # of papers, which no framework has
    "table_conv": (T.WEIGHTED,),
    "trainable_pool": (T.WEIGHTED,),
    "scaled_tanh": (T.ELEMENTWISE,),
    "rbf": (T.WEIGHTED,),
    # of files, and of frameworks beside what networks are described with: those that somebody asks for
    **dict.fromkeys(_words("celu elu selu prelu thresholded_relu clip mish softsign hard_swish gelu_tanh"), _CURVE),
    **dict.fromkeys(_words("hard_sigmoid softplus"), (*_CURVE, T.NONNEGATIVE)),
    **dict.fromkeys(
        _words("max_pool_other avg_pool_other lp_pool stochastic_pool global_max_pool global_lp_pool"),
        (T.POOLING, T.KEEPS_NONNEGATIVE),
    ),
    **dict.fromkeys(_words("layernorm_axes rms_norm mean_variance_norm lp_norm lrn_within"), (T.NORMALISATION,)),
    "reshape": (*_MOVED, T.WIRING),
    "transpose": (*_MOVED, T.WIRING),
    "squeeze": _MOVED,
    "unsqueeze": _MOVED,
    "identity": _MOVED,
    "cast": _MOVED,
}


@cache
def having(trait: Trait) -> tuple[str, ...]:
    """The ops that have a trait, in the order of the table."""
    return tuple(op for op, traits in TRAITS.items() if trait in traits)
