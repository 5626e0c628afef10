"""Modules as forward hooks see them, and the parameters that a network holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch import nn

from adapters.pytorch.capture.frames import class_name, plain
from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import ROOT

NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


def attrs(module: nn.Module, *, again: bool) -> dict[str, Any]:
    """What a tool that hooks modules may ask of one: its own parameters and buffers, whether it holds modules, its settings.

    ``params`` are (name, shape, kind, needs a gradient), ``stats`` (name, shape) of buffers; ``leaf`` where it holds no module,
    ``again`` where it was called before; ``settings`` are its plain attributes by name.
    """
    own = module.named_parameters(recurse=False)
    found = {
        "params": tuple((n, tuple(p.shape), kind(module, n), p.requires_grad) for n, p in own if not _lazy(p)),
        "stats": tuple((n, tuple(b.shape)) for n, b in module.named_buffers(recurse=False)),
        "leaf": not any(True for _ in module.children()),
        "again": again,
        "settings": settings(module),
    }
    return {k: v for k, v in found.items() if v not in ((), False, {})}


def settings(module: nn.Module) -> dict[str, Any]:
    """Public attributes of a module that are plain data: kernel_size, hidden_size and so on."""
    public = {k: plain(v) for k, v in vars(module).items() if not k.startswith("_") and k not in ("training", "call_super_init")}
    return {k: v for k, v in public.items() if v is not None}


def kind(module: nn.Module, name: str) -> str:
    """The primitive that a parameter's elements are."""
    if isinstance(module, NORMS):
        return "norm_shift" if name == "bias" else "norm_scale"
    return "bias" if "bias" in name else "weight"


def parameters(net: nn.Module, homes: Mapping[str, Sequence[str]], read: set[int]) -> Iterator[Call]:
    """Every parameter once; ``homes`` are the ids of the layers that a module's path was called as, ``read`` what kernels got."""
    names: dict[int, list[str]] = {}
    for name, p in net.named_parameters(remove_duplicate=False):
        names.setdefault(id(p), []).append(name)
    for name, p in net.named_parameters():
        if _lazy(p):
            continue
        path, _, own = name.rpartition(".")
        found: dict[str, Any] = {"trainable": p.requires_grad, "executed": id(p) in read, "names": tuple(names[id(p)])}
        what = kind(net.get_submodule(path), own)
        home = homes[path][0] if homes.get(path) else path or ROOT
        yield Call(Level.PARAMETER, "parameter", home, (tuple(p.shape),), (), found | {"kind": what})


def module_call(module: nn.Module, home: str, ins: Any, outs: Any, *, again: bool) -> Call:
    """One call of a module."""
    return Call(Level.MODULE, class_name(module), home, tuple(ins), tuple(outs), attrs(module, again=again))


def _lazy(parameter: Any) -> bool:
    return isinstance(parameter, nn.parameter.UninitializedParameter)
