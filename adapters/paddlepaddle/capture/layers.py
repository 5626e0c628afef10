"""Layers as forward hooks see them, and the parameters that a network holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from paddle import nn

from adapters.forms import all_usual, numbers, usual
from adapters.frames import Ran
from adapters.paddlepaddle.capture.values import class_name, form, plain, shape, shapes
from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import ROOT

_BATCH = (nn.BatchNorm, nn.layer.norm._BatchNormBase)
NORMS = (*_BATCH, nn.LayerNorm, nn.GroupNorm, nn.layer.norm._InstanceNormBase)
STATISTICS = ("_mean", "_variance")  # that Paddle keeps as parameters without a gradient


def held(layer: nn.Layer) -> list[tuple[str, Any]]:
    """The parameters of a layer's own that are no statistics."""
    return [(n, p) for n, p in layer._parameters.items() if p is not None and not _is_statistic(layer, n)]


def kept(layer: nn.Layer) -> list[tuple[str, Any]]:
    """The running statistics that a layer holds as parameters."""
    return [(n, p) for n, p in layer._parameters.items() if p is not None and _is_statistic(layer, n)]


def _is_statistic(layer: nn.Layer, name: str) -> bool:
    return isinstance(layer, _BATCH) and name in STATISTICS


def attrs(layer: nn.Layer, ran: Ran) -> dict[str, Any]:
    """What a tool that hooks layers may ask of one; what is empty or False is left out.

    ``path``, ``began``, ``again`` and ``twins`` are those of ``Ran``. ``params`` are (name, shape, kind, needs a gradient) of its
    own, ``kept`` (name, shape) of running statistics that it keeps as parameters, ``stats`` of these and of buffers. ``leaf``
    where it holds no layer, ``chain`` for an nn.Sequential or nn.LayerList; ``row``, its class and the number in its full name;
    ``settings``, its plain attributes. ``given``, ``named`` and ``made`` are the forms of positional arguments, of those by
    keyword and of the result, where they are not tensors of floats; ``numbers`` is what whole numbers among them add up to.
    """
    given, named, made = form(ran.args), form(dict(ran.kwargs)), form(ran.made)
    statistics = tuple((n, shape(p)) for n, p in kept(layer))
    found = {
        "path": ran.path,
        "began": ran.began,
        "again": ran.again,
        "twins": ran.twins,
        "params": tuple((n, shape(p), kind(layer, n), not p.stop_gradient) for n, p in held(layer)),
        "kept": statistics,
        "stats": (*statistics, *((n, shape(b)) for n, b in layer._buffers.items() if b is not None)),
        "leaf": not any(True for _ in layer.children()),
        "chain": isinstance(layer, nn.Sequential | nn.LayerList),
        "row": (type(layer).__name__, layer.full_name().rpartition("_")[2]),
        "settings": settings(layer),
        "given": () if all_usual(given) else given,
        "named": named if len(named) > 1 and not all_usual(named) else (),
        "numbers": numbers((ran.args, ran.kwargs)),
        "made": () if usual(made) else made,
    }
    return {k: v for k, v in found.items() if v not in ((), False, {}) or k == "began"}


@cache
def _common() -> frozenset[str]:
    """Attributes that every layer has."""
    return frozenset(vars(nn.Layer()))


def settings(layer: nn.Layer) -> dict[str, Any]:
    """Attributes of a layer that are plain data, without the underscores in front: kernel_size, data_format and so on."""
    own = {k.lstrip("_"): plain(v) for k, v in vars(layer).items() if k not in _common()}
    return {k: v for k, v in own.items() if v is not None}


def kind(layer: nn.Layer, name: str) -> str:
    """The primitive that a parameter's elements are."""
    if isinstance(layer, NORMS):
        return "norm_shift" if name == "bias" else "norm_scale"
    return "bias" if "bias" in name else "weight"


def parameters(net: nn.Layer, homes: Mapping[Any, Sequence[str]], read: set[int]) -> Iterator[Call]:
    """Every parameter once, statistics left out; ``homes`` are the ids of a layer's calls, ``read`` what operators got."""
    names: dict[int, list[str]] = {}
    first: dict[int, tuple[str, nn.Layer, str, Any]] = {}
    for path, layer in net.named_sublayers(include_self=True):
        for own, p in held(layer):
            names.setdefault(id(p), []).append(f"{path}.{own}" if path else own)
            first.setdefault(id(p), (path, layer, own, p))
    for key, (path, layer, own, p) in first.items():
        told = {"trainable": not p.stop_gradient, "executed": key in read, "names": tuple(names[key]), "kind": kind(layer, own)}
        home = homes[layer][0] if homes.get(layer) else path or ROOT
        yield Call(Level.PARAMETER, "parameter", home, (shape(p),), (), told)


def layer_call(layer: nn.Layer, ran: Ran) -> Call:
    """One call of a layer; its home is not known yet."""
    return Call(Level.MODULE, class_name(layer), "", tuple(ran.inputs), tuple(shapes(ran.made)), attrs(layer, ran))
