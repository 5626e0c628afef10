"""Operators as they are called: the functions of ``paddle._C_ops``, wherever Paddle has them, and methods that are some."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import paddle
from paddle import _C_ops, _legacy_C_ops

from adapters.paddlepaddle.capture.values import plain, shapes, tensors
from crosscheck.contract.network import Shape

METHODS = ("getitem", "setitem", "neg", "invert")  # beside those that Paddle writes in C++
SWAPPED = "rmatmul"  # the one whose operands, in the other order, make another product
NAMED: Mapping[str, Mapping[int, str]] = {  # arguments that costs depend on, by position
    "matmul": {2: "transpose_x", 3: "transpose_y"},
    "einsum": {1: "equation"},
}
Wrapper = Callable[[str, Any], Any]


@contextlib.contextmanager
def patched(wrap: Wrapper) -> Iterator[None]:
    """Wrap every operator, wherever a module of Paddle has it by name, and put all back afterwards."""
    places = [*_functions(), *_methods()]
    wrapped: dict[tuple[str, int], Any] = {}
    try:
        for holder, attribute, name, f in places:
            setattr(holder, attribute, wrapped.setdefault((name, id(f)), wrap(name, f)))
        yield
    finally:
        for holder, attribute, _, f in places:
            setattr(holder, attribute, f)


def _functions() -> Iterator[tuple[Any, str, str, Any]]:
    """Where an operator is: what holds it, under which name, its own name, and itself."""
    known = {id(f): name for space in (_legacy_C_ops, _C_ops) for name, f in vars(space).items() if _is_operator(name, f)}
    modules = [m for n, m in sys.modules.items() if n == "paddle" or n.startswith("paddle.")]
    for module in modules:
        held = list(vars(module).items())
        yield from ((module, name, known[id(f)], f) for name, f in held if id(f) in known)


def _is_operator(name: str, f: Any) -> bool:
    return inspect.isbuiltin(f) and not name.startswith("_")


def _methods() -> Iterator[tuple[Any, str, str, Any]]:
    for attribute, f in list(vars(paddle.Tensor).items()):
        name = attribute.strip("_")
        if attribute == f"__{name}__" and (name in METHODS or inspect.ismethoddescriptor(f)):
            yield paddle.Tensor, attribute, name, f


def call(name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[str, list[Shape], dict[str, Any]]:
    """An operator's name, the shapes of tensors that it gets and its other arguments, by name where costs depend on them."""
    if name == SWAPPED:
        name, args = name[1:], tuple(reversed(args))
    given = {NAMED.get(name, {}).get(k, f"arg{k}"): v for k, v in enumerate(args)} | dict(kwargs)
    told = {k: plain(v) for k, v in given.items() if not tensors(v)}
    return name, shapes((args, dict(kwargs))), {k: v for k, v in told.items() if v is not None}
