"""Nodes of PyTorch's traced graph that make a tensor: once as it is traced plainly, once while a hook watches every module.

Gradients are on, as they are for those who call the tools as their documentation does: without them some modules run otherwise.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from adapters.pytorch.capture.frames import plain, unseen
from adapters.pytorch.capture.homes import Homes, watched
from adapters.pytorch.capture.runs import STOPS
from adapters.room import reason
from crosscheck.contract.call import FAILED, Call, Level
from crosscheck.contract.network import ROOT, Shape

_MARK = "home "
_CALLED = ("prim::PythonOp", "prim::CallFunction")  # of the nodes that are no operators, those that stand for some


def record(net: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], homes: Mapping[str, Sequence[str]]) -> list[Call]:
    """The nodes of both graphs, each under a level of its own, the second only where it is another; where a network cannot be
    traced, one call that says why.
    """
    alone = _traced(Level.TRACE, net, args, kwargs, homes)
    if any(call.name == FAILED for call in alone):  # what stands for both; the tracer itself ends the process at some outputs
        return alone
    hooked = _traced(Level.SCOPED, net, args, kwargs, homes)
    return alone if [replace(call, level=Level.TRACE) for call in hooked] == alone else [*alone, *hooked]


def _traced(
    level: Level, net: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], homes: Mapping[str, Sequence[str]]
) -> list[Call]:
    scopes = _Scopes(Homes(net, homes))
    is_plain = level is Level.TRACE
    try:
        if kwargs:
            raise TypeError("it is called with keyword arguments")
        with (
            warnings.catch_warnings(),
            torch.enable_grad(),
            watched(scopes.push, scopes.pop) if is_plain else _hooked(net, scopes),
        ):
            warnings.simplefilter("ignore")
            graph, _ = torch.jit._get_trace_graph(_Flat(net) if is_plain else net, copy.deepcopy(tuple(args)))
        return [_call(level, node, scopes) for node in graph.nodes() if _is_call(node)]
    except STOPS as error:  # whatever a network's own code or the tracer raises
        return unseen([level], f"it cannot be traced, {reason(error)}")


class _Flat(nn.Module):
    """A network whose output is a flat list of the tensors in it, which every output can be traced as."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, *args: Any) -> list[Tensor]:
        return _flat(self.net(*args))


def _flat(value: Any, outer: tuple[int, ...] = ()) -> list[Tensor]:
    """Tensors in lists, tuples and dictionaries; what is in anything else is out of a tracer's sight. Raises ValueError."""
    if id(value) in outer:
        raise ValueError("its output holds itself")
    if isinstance(value, Tensor):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [tensor for part in parts for tensor in _flat(part, (*outer, id(value)))]


class _Scopes:
    """Scopes of nodes, named by number after the homes of modules under way."""

    def __init__(self, homes: Homes) -> None:
        self.homes = homes
        self.names: list[str] = []
        self.pushed: list[bool] = []

    def push(self, module: nn.Module) -> None:
        home = self.homes.of(module)
        state = torch._C._get_tracing_state()
        self.pushed.append(home is not None and state is not None)
        if home is not None and state is not None:
            self.names.append(home)
            state.push_scope(f"{_MARK}{len(self.names) - 1}")

    def pop(self, module: nn.Module) -> None:
        state = torch._C._get_tracing_state()
        if self.pushed.pop() and state is not None:
            state.pop_scope()

    def home(self, scope: str) -> str:
        """Home of a node in a scope such as ``a/home 1/home 3``."""
        _, mark, last = scope.rpartition(_MARK)
        return self.names[int(last.partition("/")[0])] if mark else ROOT


@contextmanager
def _hooked(net: nn.Module, scopes: _Scopes) -> Iterator[None]:
    """With a hook before and after each module of the network."""
    handles = [
        handle
        for module in net.modules()
        for handle in (
            module.register_forward_pre_hook(lambda module, _: scopes.push(module)),
            module.register_forward_hook(lambda module, _, __: scopes.pop(module)),
        )
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _is_call(node: Any) -> bool:
    is_operator = not node.kind().startswith("prim::") or node.kind() in _CALLED
    return is_operator and any(v.isCompleteTensor() for v in node.outputs())


def _call(level: Level, node: Any, scopes: _Scopes) -> Call:
    given, attrs = _given(node)
    made = tuple(_shape(v) for v in node.outputs() if v.isCompleteTensor())
    name = f"{node.kind()}.{node.pyname()}" if node.kind() == "prim::PythonOp" else node.kind().removeprefix("aten::")
    return Call(level, name, scopes.home(node.scopeName()), given, made, attrs)


def _given(node: Any) -> tuple[tuple[Shape, ...], dict[str, Any]]:
    """Shapes of the tensors that come in, also in lists; constants by their arguments' names, and tensors that were left out."""
    shapes: list[Shape] = []
    attrs: dict[str, Any] = {}
    without: list[str] = []
    values = list(node.inputs())
    for (name, optional), value in zip(_arguments(node.schema(), len(values)), values, strict=True):
        parts = list(value.node().inputs()) if value.node().kind() == "prim::ListConstruct" else [value]
        shapes += [_shape(v) for v in parts if v.isCompleteTensor()]
        constants = [v.toIValue() for v in parts if v.node().kind() == "prim::Constant"]
        if optional and constants == [None]:
            without.append(name)
        elif constants and len(constants) == len(parts):
            attrs[name] = plain(constants if parts[0] is not value else constants[0])
    attrs = {name: value for name, value in attrs.items() if value is not None}
    return tuple(shapes), attrs | ({"without": tuple(without)} if without else {})


@cache
def _arguments(schema: str, count: int) -> tuple[tuple[str, bool], ...]:
    """Names of an operator's arguments and whether each is a tensor that may be left out; numbers where there is no schema."""
    try:
        found = tuple((a.name, str(a.type) == "Optional[Tensor]") for a in torch._C.parse_schema(schema).arguments)
    except RuntimeError:
        found = ()
    return found if len(found) == count else tuple((str(k), False) for k in range(count))


def _shape(value: Any) -> Shape:
    return tuple(int(n) for n in value.type().sizes())
