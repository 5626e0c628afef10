"""Functions as patched ones see them: calls of ``torch.nn.functional`` and of some of ``torch`` and ``Tensor``, nested ones too.

Tools put wrappers in place of these functions; so does this, on one run with hooks on every module and nothing else.
"""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  (the name that every PyTorch user knows)
from torch import nn

from adapters.frames import Calls, Frame
from adapters.pytorch.capture.frames import hookable, plain, shapes, tensors, unseen
from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import ROOT, Shape

PRODUCTS = ("matmul", "mm", "bmm", "addmm", "mul", "add")
SPACES: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "F": (F, tuple(n for n, f in vars(F).items() if callable(f) and not n.startswith("_") and not inspect.isclass(f))),
    "torch": (torch, (*PRODUCTS, "baddbmm", "einsum")),
    "Tensor": (torch.Tensor, PRODUCTS),
}
APART = ("has_torch_function", "handle_torch_function", "boolean_dispatch", "assert_int_or_pair", "List", "Optional")
_CONV = ("input", "weight", "bias", "stride", "padding")
ARGUMENTS: Mapping[str, tuple[str, ...]] = {  # of functions that tell no signature
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), (*_CONV, "dilation", "groups")),
    **dict.fromkeys(
        ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), (*_CONV, "output_padding", "groups", "dilation")
    ),
    "linear": ("input", "weight", "bias"),
    **dict.fromkeys(("matmul", "mm", "bmm", "mul", "add"), ("input", "other")),
    **dict.fromkeys(("addmm", "baddbmm"), ("input", "mat1", "mat2")),
    "einsum": ("equation", "operands"),
}
Run = tuple[str, tuple[Shape, ...]]  # a module's path, and shapes of what it gave
Layers = Mapping[tuple[str, str], Sequence[str | None]]  # ids of functions' layers by the path of the module and the function


def record(
    net: nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    homes: Mapping[str, Sequence[str]],
    layers: Layers,
    modules: Sequence[Call],
) -> list[Call]:
    """What runs, each call below the module's layer at that call, or below the layer that the function is.

    ``homes`` are the ids of a leaf module's calls by its path, ``modules`` those calls as they were while kernels were watched
    too; where they are others now, a call says so.
    """
    calls, counts, ran = Calls(), dict[tuple[str, str], int](), Counter[Run]()
    with _patched(calls, layers, counts), _hooked(net, calls, homes, ran), torch.no_grad():
        net(*args, **kwargs)
    before = Counter((str(c.attrs["path"]), c.outputs) for c in modules if c.outputs)
    return [*calls.finished(), *(unseen([Level.MODULE], _differs(before, ran)) if before != ran else ())]


def _differs(before: Counter[Run], now: Counter[Run]) -> str:
    odd = next(path for path, _ in (*(before - now), *(now - before)))
    return f"the network runs its module {odd or ROOT!r} otherwise when functions and kernels are watched than when they are not"


@contextmanager
def _hooked(net: nn.Module, calls: Calls, homes: Mapping[str, Sequence[str]], ran: Counter[Run]) -> Iterator[None]:
    """Frames for every call of a module; ``ran`` counts those that give tensors."""
    left = {path: iter(ids) for path, ids in homes.items()}
    handles = []
    for path, module in hookable(net):

        def enter(_: nn.Module, __: Any, path: str = path) -> None:
            calls.open.append(Frame(path, next(left[path], None) if path in left else None))

        def leave(_: nn.Module, __: Any, made: Any, path: str = path) -> None:
            calls.open.pop()
            ran.update([(path, tuple(found))] if (found := shapes(made)) else ())

        handles += [module.register_forward_pre_hook(enter), module.register_forward_hook(leave, always_call=True)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _patched(calls: Calls, layers: Layers, counts: dict[tuple[str, str], int]) -> Iterator[None]:
    """Wrappers in place of the functions while it lasts."""
    with ExitStack() as undo:
        for space, (owner, names) in SPACES.items():
            for name in names:
                before = vars(owner).get(name)
                function = getattr(owner, name, None)
                if function is None or name in APART or "has_torch_function" in name:
                    continue
                setattr(owner, name, _wrapped(function, space, name, calls, layers, counts))
                undo.callback(_put_back, owner, name, before)
        yield


def _put_back(owner: Any, name: str, before: Any) -> None:
    """What stood there; nothing where it was inherited."""
    if before is None:
        delattr(owner, name)
    else:
        setattr(owner, name, before)


def _wrapped(
    function: Callable[..., Any], space: str, name: str, calls: Calls, layers: Layers, counts: dict[tuple[str, str], int]
) -> Callable[..., Any]:
    names = _names(function)
    kind = "method" if space == "Tensor" else "function"

    @functools.wraps(function, updated=())
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        outer = calls.open[-1]
        frame = Frame(outer.path, outer.layer)
        if outer.layer is None:  # a function that a container calls is a layer of its own
            key = (outer.path, f"{kind} {name}")
            known, k = layers.get(key, ()), counts.get(key, 0)
            counts[key] = k + 1
            frame = Frame(outer.path, known[k] if k < len(known) else None)
        calls.open.append(frame)
        try:
            made = function(*args, **kwargs)
        finally:
            calls.open.pop()
        attrs = _attrs(names, args, kwargs)
        calls.add(frame, Level.FUNCTION, f"{space}.{name}", shapes((args, kwargs)), shapes(made), attrs)
        return made

    return wrapper


def _names(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of its arguments, where they are known."""
    if (listed := ARGUMENTS.get(getattr(function, "__name__", ""))) is not None:
        return listed
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _attrs(names: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that are no tensors by name, by position where no name is known; ``tensors`` tells which arguments are some."""
    given = {(names[k] if k < len(names) else f"arg{k}"): v for k, v in enumerate(args)} | dict(kwargs)
    found = {k: plain(v) for k, v in given.items() if not tensors(v)}
    return {k: v for k, v in found.items() if v is not None} | {"tensors": tuple(k for k, v in given.items() if tensors(v))}
