"""A PyTorch network as it runs: every call of a leaf module, and every function called outside of one, in order.

Modules are seen by forward hooks and functions by a TorchFunctionMode, on one real forward pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from adapters.pytorch import read
from adapters.pytorch.build import Native
from adapters.recorder import Recorder, Seen, tensors, unknown, whole
from crosscheck.contract.network import Model

_TORCH = ("torch.nn.modules.",)


@dataclass
class Observation:
    """What was seen: the network, and the ids of each leaf module's calls by its path."""

    model: Model
    calls: dict[str, tuple[str, ...]] = field(default_factory=dict)


def observe(native: Native, model: Model) -> Model:
    """The network that PyTorch built. Of ``model`` only the name and the inputs' names are used."""
    return watch(native.net, native.inputs, model).model


def watch(net: nn.Module, inputs: Sequence[Tensor], like: Model) -> Observation:
    """Run ``net`` once on ``inputs`` and write down what runs."""
    given = [tensor.clone() for tensor in inputs]  # a network that starts with an in-place op would change what it is given
    recorder = Recorder([(i.name, tuple(x.shape)) for i, x in zip(like.inputs, given, strict=True)])
    seen = _Watch(net, recorder)
    for source, tensor in zip(like.inputs, given, strict=True):
        recorder.name(tensor, source.name)
    handles = [
        handle
        for path, module in net.named_modules()
        for handle in (
            module.register_forward_pre_hook(seen.enter(path, module)),
            module.register_forward_hook(seen.leave(path, module), always_call=True),
        )
    ]
    try:
        with torch.no_grad(), seen:
            made = net(*given)
    finally:
        for handle in handles:
            handle.remove()
    outputs = recorder.reads(made if isinstance(made, tuple | list) else [made])
    kinds = {path: type(m).__name__ for path, m in net.named_modules() if not _is_leaf(m)}
    return Observation(recorder.model(like, outputs, kinds), {path: tuple(ids) for path, ids in seen.calls.items()})


def _is_leaf(module: nn.Module) -> bool:
    """One of PyTorch's own modules that holds no others; a user's class is looked into, whatever it holds."""
    return not any(True for _ in module.children()) and type(module).__module__.startswith(_TORCH)


class _Watch(TorchFunctionMode):
    """Writes down functions that run outside of every leaf module."""

    def __init__(self, net: nn.Module, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self.calls: dict[str, list[str]] = {}
        self.leaves = 0
        self.homes: list[str] = []
        self.given: list[tuple[list[str], list[tuple[int, ...]]]] = []

    def enter(self, path: str, module: nn.Module) -> Any:
        leaf = _is_leaf(module)

        def hook(_: nn.Module, args: tuple[Any, ...]) -> None:
            if leaf:
                self.leaves += 1
                given = tensors(args, Tensor)
                self.given.append((self._reads(given, path), [tuple(t.shape) for t in given]))
            else:
                self.homes.append(path)

        return hook

    def leave(self, path: str, module: nn.Module) -> Any:
        leaf = _is_leaf(module)

        def hook(_: nn.Module, __: Any, made: Any) -> None:
            if not leaf:
                self.homes.pop()
                return
            self.leaves -= 1
            reads, shapes = self.given.pop()
            if isinstance(module, nn.Identity):
                self.recorder.name(made, reads[0])
                return
            wanted = path or type(module).__name__.lower()
            if not isinstance(made, Tensor):
                found = tensors(made, Tensor)
                outs = [tuple(t.shape) for t in found]
                self.recorder.several(wanted, type(module).__name__, reads, (shapes, outs), found)
                return
            y = tuple(made.shape)
            name = self.recorder.add(wanted, read.module(module, shapes[0], y), reads, (shapes, [y]), module)
            self.calls.setdefault(path, []).append(name)
            self.recorder.name(made, name)

        return hook

    def _reads(self, given: Sequence[Tensor], path: str) -> list[str]:
        """Values that come in; one that nothing made in sight comes from an unknown function, which must not stay silent."""
        for tensor in given:
            if id(tensor) not in self.recorder.values:
                y = tuple(tensor.shape)
                self.recorder.name(tensor, self.recorder.add(f"{path}.given", unknown("a call out of sight"), [], ([], [y])))
        return self.recorder.reads(given)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if self.leaves:
            return func(*args, **kwargs)
        given = tensors((*args, *kwargs.values()), Tensor)
        reads = self.recorder.reads(given)
        shapes = [tuple(t.shape) for t in given if id(t) in self.recorder.values]
        made = func(*args, **kwargs)
        if reads and isinstance(made, Tensor) and made.is_floating_point():
            self._note(func, args, kwargs, reads, shapes, len(given), made)
        elif reads and (found := tensors(made, Tensor)) and not isinstance(made, Tensor):
            name = str(getattr(func, "__name__", func)).strip("_")
            outs = [tuple(t.shape) for t in found]
            self.recorder.several(self._wanted(name), f"torch function {name}", reads, (shapes, outs), found)
        return made

    def _wanted(self, name: str) -> str:
        """Id of a function that the module under way calls."""
        home = self.homes[-1] if self.homes else ""
        return f"{home}.{name}" if home else name

    def _note(
        self, func: Any, args: Any, kwargs: Any, reads: list[str], shapes: list[tuple[int, ...]], given: int, made: Tensor
    ) -> None:
        label = str(getattr(func, "__name__", func))
        name = label.strip("_")
        if name in read.SAME:
            self.recorder.name(made, reads[0])
            return
        y = tuple(made.shape)
        seen = whole(read.function(name, args, kwargs, shapes[0], y), f"torch function {name}", given, len(reads))
        if seen.op == "add" and (label.endswith("_") or label.startswith("__i")):
            seen = Seen("add", {"inplace": not label.startswith("__add")})
        wanted = self._wanted(name)
        if seen.op == "adaptive_avgpool" and len(y) != len(shapes[0]):  # a mean that drops its axes
            pooled = (*shapes[0][:2], *(1,) * (len(shapes[0]) - 2))
            first = self.recorder.add(wanted, seen, reads, (shapes, [pooled]), function=True)
            self.recorder.name(made, self.recorder.add(f"{wanted}.flatten", Seen("flatten"), [first], ([pooled], [y])))
            return
        self.recorder.name(made, self.recorder.add(wanted, seen, reads, (shapes, [y]), function=True))
