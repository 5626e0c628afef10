"""A PyTorch network as it runs: every call of a leaf module, and every function called outside of one, in order.

Modules are seen by forward hooks, functions by a TorchFunctionMode and the kernels below both by a TorchDispatchMode, on one real
forward pass. What the vocabulary has no op for is told by its kernels.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

from adapters.frames import Calls, Frame, Ran, listed, told, twins
from adapters.pytorch import read
from adapters.pytorch.build import Native
from adapters.pytorch.capture import below
from adapters.pytorch.capture.frames import class_name, hookable, shape, shapes, tensors, unseen
from adapters.pytorch.capture.kernels import Kernels
from adapters.pytorch.capture.modules import module_call, parameters
from adapters.pytorch.capture.runs import STOPS, Runs, own, whole
from adapters.pytorch.parcel import light_copy
from adapters.recorder import Recorder, Seen, unknown
from adapters.recorder import whole as joined
from adapters.room import reason
from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import BARE, ROOT, Model, Shape

_TORCH = ("torch.nn.modules.",)
METHODS = (type(Tensor.mul), type(Tensor.__init__))  # those of tensors, written as methods or as operators
DEAR = 2e-3  # seconds a call from which on numbers cost more than shapes alone
NOTHING: Mapping[str, Any] = {}


@dataclass
class Observation:
    """What was seen: the network, and the ids of each leaf module's calls by its path; ``error`` where it did not end well.

    ``before`` is the network as it was before it ran, for tools; ``by_numbers`` where it takes another way on other numbers.
    """

    model: Model
    calls: dict[str, tuple[str, ...]]
    error: BaseException | None
    failed: str
    before: nn.Module
    by_numbers: bool = False

    @property
    def blocks(self) -> dict[str, str]:
        """Ids of containers by path: those that layers or calls live in."""
        return {path: path or ROOT for path in self.model.containers if (path or ROOT) in self.model.blocks}

    def whole(self) -> Observation:
        """The same. Raises what ended the run before its time."""
        if self.error is not None:
            raise self.error
        return self


def observe(native: Native, model: Model) -> Model:
    """The network that PyTorch built. Of ``model`` only the name and the inputs' names are used."""
    return watch(native.net, native.inputs, model).whole().model


def watch(
    net: nn.Module, inputs: Sequence[Any], like: Model, kwargs: Mapping[str, Any] = NOTHING, *, captured: bool = False
) -> Observation:
    """Run ``net`` once on ``inputs`` and write down what runs, where it is to be ``captured`` with the calls below its layers.

    Of one that raises, what ran until then.
    """
    before = light_copy(net)
    args, named = own(tuple(inputs)), own(dict(kwargs))  # a network that starts in place would change what it is given
    given = tensors((args, named))
    recorder = Recorder(
        [(i.name, shape(x)) for i, x in zip(like.inputs, given, strict=True)],
        [path for path, _ in net.named_modules() if path],
        kernels=captured,
    )
    seen = _Watch(recorder, twins(net))
    for source, tensor in zip(like.inputs, given, strict=True):
        recorder.name(tensor, source.name)
    handles = [
        handle
        for path, module in hookable(net)
        for handle in (
            module.register_forward_pre_hook(seen.enter(path, module), with_kwargs=True),
            module.register_forward_hook(seen.leave(path, module), with_kwargs=True, always_call=True),
        )
    ]
    made, error, kernels = None, None, Kernels(seen.below)
    began = time.process_time()
    try:
        with whole(net), torch.no_grad(), seen, kernels:
            made = net(*args, **named)
    except STOPS as raised:  # it is what a user's forward raises, and stays with what was seen
        error = raised
    finally:
        spent = time.process_time() - began
        for handle in handles:
            handle.remove()
    outputs = recorder.reads(tensors(made)) or [([*recorder.named] if not recorder.layers else [*recorder.layers])[-1]]
    kinds = {path: type(m).__name__ for path, m in net.named_modules() if not _is_leaf(m)} or {"": BARE}
    calls = {path: tuple(ids) for path, ids in seen.calls.items()}
    runs = Runs(before, tuple(inputs), kwargs, calls, spent > DEAR * len(seen.below.seen))
    found = [*_below(seen, runs, ended=error is None), *parameters(net, calls, seen.below.read)] if captured else []
    failed = seen.failure(error) if error else ""
    by_numbers = error is None and kernels.asked and below.by_numbers(runs)
    return Observation(recorder.model(like, outputs, kinds, found), calls, error, failed, before, by_numbers)


def _below(seen: _Watch, runs: Runs, *, ended: bool) -> list[Call]:
    if ended:
        hidden = any(isinstance(m, torch.jit.ScriptModule) for m in runs.net.modules())
        blind = unseen([Level.MODULE], "a module that is scripted takes no hooks") if hidden else []
        return [*below.calls([*seen.below.finished()], runs, seen.functions), *blind]
    return [*seen.below.finished(), *unseen(below.FURTHER, "the network fails before it ends")]


def _is_leaf(module: nn.Module) -> bool:
    """One of PyTorch's own modules that holds no others; a user's class is looked into, whatever it holds."""
    return not any(True for _ in module.children()) and type(module).__module__.startswith(_TORCH)


def _label(func: Any) -> str:
    return str(getattr(func, "__name__", func))


def _module_told(path: str, module: nn.Module, given: Sequence[Shape]) -> str:
    own = [(n, tuple(p.shape)) for n, p in module.named_parameters(recurse=False) if not is_lazy(p)]
    return told(path, class_name(module), own, given)


class _Watch(TorchFunctionMode):
    """Writes down functions that run outside of every leaf module."""

    def __init__(self, recorder: Recorder, twins: Mapping[nn.Module, tuple[str, ...]] = NOTHING) -> None:
        super().__init__()
        self.recorder, self.twins = recorder, twins
        self.below = Calls()
        self.calls: dict[str, list[str]] = {}
        self.functions: dict[tuple[str, str], list[str | None]] = {}
        self.called: set[nn.Module] = set()
        self.leaves = 0
        self.homes: list[str] = []
        self.given: list[tuple[list[str], list[Shape], int]] = []
        self.begun = 0  # calls of modules
        self.raised: list[BaseException | None] = []  # what was being handled when each open module was called
        self.failures: dict[int, str] = {}  # identity of an error -> what it is of

    def enter(self, path: str, module: nn.Module) -> Callable[..., None]:
        """The hook before a call of the module at ``path``."""
        leaf = _is_leaf(module)

        def hook(_: nn.Module, args: Any, kwargs: Any) -> None:
            self.below.open.append(Frame(path))
            self.raised.append(sys.exception())
            given = tensors((args, kwargs))
            self.given.append((self._reads(given, path) if leaf else [], shapes(given), self.begun))
            self.begun += 1
            if leaf:
                self.leaves += 1
            else:
                self.homes.append(path)

        return hook

    def leave(self, path: str, module: nn.Module) -> Callable[..., None]:
        """The hook after a call of the module at ``path``, also one that raised."""
        leaf = _is_leaf(module)

        def hook(_: nn.Module, args: Any, kwargs: Any, made: Any) -> None:
            frame = self.below.open.pop()
            reads, given, began = self.given.pop()
            before, now = self.raised.pop(), sys.exception()
            if made is None and now is not before and now is not None:
                self.failures.setdefault(id(now), _module_told(path, module, given))
                self.leaves -= leaf
                del self.homes[len(self.homes) - (not leaf) :]
                return
            if leaf:
                self.leaves -= 1
                frame.layer = self._leaf(path, module, reads, given, made)
            else:
                self.homes.pop()
            ran = Ran(path, began, module in self.called, self.twins.get(module, ()), args, given, made, kwargs)
            self.called.add(module)
            self.below.seen.append((frame, module_call(module, ran)))

        return hook

    def _leaf(self, path: str, module: nn.Module, reads: list[str], given: list[Shape], made: Any) -> str | None:
        """Write down the call of a leaf module; the id that it got, None where it hands on what it is given."""
        if isinstance(module, nn.Identity) and reads:
            self.recorder.name(made, reads[0])
            return None
        wanted = path or type(module).__name__.lower()
        if isinstance(made, Tensor) and given:
            y = shape(made)
            name = self.recorder.add(wanted, read.module(module, given[0], y), reads, (given, [y]), module)
            self.recorder.name(made, name)
        else:
            found = tensors(made)
            name = self.recorder.several(wanted, type(module).__name__, reads, (given, shapes(found)), found, module)
        self.calls.setdefault(path, []).append(name)
        return name

    def _reads(self, given: Sequence[Tensor], path: str) -> list[str]:
        """Values that come in; one that nothing made in sight comes from an unknown function, which must not stay silent."""
        for tensor in given:
            if id(tensor) not in self.recorder.values:
                y = shape(tensor)
                self.recorder.name(tensor, self.recorder.add(f"{path}.given", unknown("a call out of sight"), [], ([], [y])))
        return self.recorder.reads(given)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if self.leaves:
            return func(*args, **kwargs)
        given = tensors((args, kwargs))
        reads = self.recorder.reads(given)
        seen = [shape(t) for t in given if id(t) in self.recorder.values]
        frame = Frame(self.homes[-1] if self.homes else "")
        self.below.open.append(frame)
        try:
            made = func(*args, **kwargs)
        except Exception as error:
            self.failures.setdefault(id(error), f"{self._wanted(_label(func).strip('_'))}, given {listed(shapes(given))}")
            raise
        finally:
            self.below.open.pop()
            method = isinstance(func, METHODS)
            name = f"{'method' if method else 'function'} {getattr(func, '__name__', func)}"
            known = self.functions.setdefault((frame.path, name), [])
            known.append(None)
        if reads and isinstance(made, Tensor) and made.is_floating_point():
            frame.layer = self._note(func, args, kwargs, reads, seen, len(given), made)
        elif reads and not isinstance(made, Tensor) and (found := tensors(made)):
            name, outs = _label(func).strip("_"), shapes(found)
            frame.layer = self.recorder.several(self._wanted(name), f"torch function {name}", reads, (seen, outs), found)
        known[-1] = frame.layer
        return made

    def failure(self, error: BaseException) -> str:
        """Which module or function an error is of, what that was given, and what was said."""
        where = self.failures.get(id(error))
        return f"{where}: {reason(error)}" if where else reason(error)

    def _wanted(self, name: str) -> str:
        """Id of a function that the module under way calls."""
        home = self.homes[-1] if self.homes else ""
        return f"{home}.{name}" if home else name

    def _note(
        self, func: Any, args: Any, kwargs: Any, reads: list[str], given: list[Shape], count: int, made: Tensor
    ) -> str | None:
        """Write down a call of a function; the id that it got, None where it hands on what it is given."""
        label = _label(func)
        name = label.strip("_")
        if name in read.SAME:
            self.recorder.name(made, reads[0])
            return None
        y = shape(made)
        seen = joined(read.function(name, args, kwargs, given[0], y), f"torch function {name}", count, len(reads))
        if seen.op == "add" and (label.endswith("_") or label.startswith("__i")):
            seen = Seen("add", {"inplace": not label.startswith("__add")})
        wanted = self._wanted(name)
        if seen.op == "adaptive_avgpool" and len(y) != len(given[0]):  # a mean that drops its axes
            pooled = (*given[0][:2], *(1,) * (len(given[0]) - 2))
            first = self.recorder.add(wanted, seen, reads, (given, [pooled]), function=True)
            self.recorder.name(made, self.recorder.add(f"{wanted}.flatten", Seen("flatten"), [first], ([pooled], [y])))
            return first
        added = self.recorder.add(wanted, seen, reads, (given, [y]), function=True)
        self.recorder.name(made, added)
        return added
