"""Modules as forward hooks see them, and the parameters that a network holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from adapters.forms import all_usual, numbers, usual
from adapters.frames import Ran
from adapters.pytorch.capture.forms import form
from adapters.pytorch.capture.frames import class_name, plain, shapes
from adapters.pytorch.masks import unmasked
from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import ROOT

NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


def attrs(module: nn.Module, ran: Ran) -> dict[str, Any]:
    """What a tool that hooks modules may ask of one; what is empty or False is left out.

    ``path``, ``began``, ``again`` and ``twins`` are those of ``Ran``. ``params`` are (name, shape, kind, needs a gradient) of its
    own, ``param_bytes`` their bytes where they are not 4 an element, ``masked`` (name,
    elements) of what pruning masks let through of its parameters, ``stats`` (name, shape) of buffers, ``tensors`` (name,
    shape, needs a gradient) of a weight and bias that are no parameters of its own. ``leaf`` where it holds no module, ``hollow``
    where those it holds are all empty, ``chain`` for an nn.Sequential or nn.ModuleList; ``settings``, its plain attributes.
    ``given``, ``named`` and ``made`` are the forms of positional arguments, of those by keyword and of the result, where they are
    not tensors of floats; ``numbers`` is what whole numbers and flags among the arguments add up to.
    """
    own = [(n, p) for n, p in module.named_parameters(recurse=False) if not _lazy(p)]
    size = sum(p.numel() * p.element_size() for _, p in own)
    given, named, made = form(ran.args), form(ran.kwargs), form(ran.made)
    leaf = not any(True for _ in module.children())
    found = {
        "path": ran.path,
        "began": ran.began,
        "again": ran.again,
        "twins": ran.twins,
        "params": tuple((n, tuple(p.shape), kind(module, n), p.requires_grad) for n, p in own),
        "param_bytes": size if size != 4 * sum(p.numel() for _, p in own) else 0,
        "masked": tuple(unmasked(module).items()),
        "stats": tuple((n, tuple(b.shape)) for n, b in module.named_buffers(recurse=False)),
        "tensors": _tensors(module, {n for n, _ in own}),
        "leaf": leaf,
        "hollow": not leaf and not any(module.children()),
        "chain": isinstance(module, nn.Sequential | nn.ModuleList),
        "settings": settings(module),
        "given": () if all_usual(given) else given,
        "named": named if len(named) > 1 and not all_usual(named) else (),
        "numbers": numbers((ran.args, ran.kwargs)),
        "made": () if usual(made) else made,
    }
    return {k: v for k, v in found.items() if v not in ((), False, {}) or k == "began"}


def _tensors(module: nn.Module, own: set[str]) -> tuple[tuple[str, tuple[int, ...], bool], ...]:
    """Weight and bias that a module keeps without having them as parameters; properties are not asked, they may run modules."""
    kept = {**module._buffers, **vars(module)}
    found = ((name, kept.get(name)) for name in ("weight", "bias") if name not in own)
    return tuple((n, tuple(t.shape), t.requires_grad) for n, t in found if isinstance(t, Tensor) and not _lazy(t))


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
    left = {f"{path}.{n}" if path else n: size for path, m in net.named_modules() for n, size in unmasked(m).items()}
    for name, p in net.named_parameters():
        if _lazy(p):
            continue
        path, _, own = name.rpartition(".")
        found: dict[str, Any] = {"trainable": p.requires_grad, "executed": id(p) in read, "names": tuple(names[id(p)])}
        if name in left:
            found["masked"] = p.numel() - left[name]
        what = kind(net.get_submodule(path), own)
        home = homes[path][0] if homes.get(path) else path or ROOT
        yield Call(Level.PARAMETER, "parameter", home, (tuple(p.shape),), (), found | {"kind": what})


def module_call(module: nn.Module, ran: Ran) -> Call:
    """One call of a module; its home is not known yet."""
    return Call(Level.MODULE, class_name(module), "", tuple(ran.inputs), tuple(shapes(ran.made)), attrs(module, ran))


def _lazy(parameter: Any) -> bool:
    return isinstance(parameter, nn.parameter.UninitializedParameter)
