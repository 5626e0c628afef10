"""A Paddle network as it runs: every call of a leaf layer, and every operator called outside of one, in order.

Layers are seen by forward hooks; operators by wrapping, for one real forward pass, the functions of ``paddle._C_ops`` and the
tensor methods that are operators of their own.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import paddle
from paddle import _C_ops, nn

from adapters.paddlepaddle import read
from adapters.paddlepaddle.build import Native
from adapters.recorder import Recorder, tensors, unknown, whole
from adapters.weights import input_array
from crosscheck.contract.network import Model

METHODS = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "matmul", "pow", "neg", "getitem")
_PADDLE = ("paddle.nn.layer.",)


@dataclass
class Observation:
    """What was seen: the network, and by a leaf layer's full name the ids of its calls and the layer itself."""

    model: Model
    calls: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sublayers: dict[str, Any] = field(default_factory=dict)


def observe(native: Native, model: Model) -> Model:
    """The network that Paddle built. Of ``model`` only the name and the inputs are used."""
    return watch(native.net, model).model


def watch(net: Any, like: Model) -> Observation:
    """Run ``net`` once on seeded inputs of the shapes of ``like`` and write down what runs."""
    given = [paddle.to_tensor(input_array(like, k)) for k in range(len(like.inputs))]
    recorder = Recorder([(i.name, tuple(x.shape)) for i, x in zip(like.inputs, given, strict=True)])
    seen = _Watch(recorder)
    for source, tensor in zip(like.inputs, given, strict=True):
        recorder.name(tensor, source.name)
    paths = {"": net, **dict(net.named_sublayers())}
    handles = [
        handle
        for path, layer in paths.items()
        for handle in (
            layer.register_forward_pre_hook(seen.enter(path, layer)),
            layer.register_forward_post_hook(seen.leave(path, layer)),
        )
    ]
    try:
        with paddle.no_grad(), _operators(seen):
            made = net(*given)
    finally:
        for handle in handles:
            handle.remove()
    outputs = recorder.reads(made if isinstance(made, tuple | list) else [made])
    kinds = {path: type(m).__name__ for path, m in paths.items() if not _is_leaf(m)}
    calls = {name: tuple(ids) for name, ids in seen.calls.items()}
    return Observation(recorder.model(like, outputs, kinds), calls, seen.sublayers)


def _is_leaf(layer: Any) -> bool:
    """One of Paddle's own layers that holds no others; a user's class is looked into, whatever it holds."""
    return not any(True for _ in layer.children()) and type(layer).__module__.startswith(_PADDLE)


@contextlib.contextmanager
def _operators(seen: _Watch) -> Iterator[None]:
    """Wrap every operator, wherever a module of Paddle has it by name, and put all back afterwards."""
    own = {name: f for name, f in vars(_C_ops).items() if callable(f) and not name.startswith("_")}
    wrapped = {id(f): seen.wrap(name, f) for name, f in own.items()}
    places: list[tuple[Any, str, Any]] = []
    for module in [m for n, m in sys.modules.items() if n == "paddle" or n.startswith("paddle.")]:
        held = list(vars(module).items())
        places += [(module, name, f) for name, f in held if id(f) in wrapped and own.get(getattr(f, "__name__", name)) is f]
    places += [(_C_ops, name, f) for name, f in own.items()]
    methods = [(paddle.Tensor, f"__{name}__", getattr(paddle.Tensor, f"__{name}__", None)) for name in METHODS]
    try:
        for module, name, f in places:
            setattr(module, name, wrapped[id(f)])
        for kind, name, f in methods:
            if f is not None:
                setattr(kind, name, seen.wrap(name.strip("_"), f))
        yield
    finally:
        for holder, name, f in (*places, *methods):
            if f is not None:
                setattr(holder, name, f)


class _Watch:
    """Writes down calls of leaf layers, and operators that run outside of all of them."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.calls: dict[str, list[str]] = {}
        self.sublayers: dict[str, Any] = {}
        self.inside = 0
        self.homes: list[str] = []
        self.given: list[tuple[list[str], list[tuple[int, ...]]]] = []

    def enter(self, path: str, layer: Any) -> Any:
        leaf = _is_leaf(layer)

        def hook(_: Any, args: Any) -> None:
            if not leaf:
                self.homes.append(path)
                return
            self.inside += 1
            given = tensors(args, paddle.Tensor)
            self.given.append((self._reads(given, path), [tuple(t.shape) for t in given]))

        return hook

    def leave(self, path: str, layer: Any) -> Any:
        leaf = _is_leaf(layer)

        def hook(_: Any, __: Any, made: Any) -> None:
            if not leaf:
                self.homes.pop()
                return
            self.inside -= 1
            reads, shapes = self.given.pop()
            if isinstance(layer, nn.Identity):
                self.recorder.name(made, reads[0])
                return
            wanted = path or type(layer).__name__.lower()
            if not isinstance(made, paddle.Tensor):
                found = tensors(made, paddle.Tensor)
                outs = [tuple(t.shape) for t in found]
                self.recorder.several(wanted, f"paddle.nn.{type(layer).__name__}", reads, (shapes, outs), found)
                return
            y = tuple(made.shape)
            name = self.recorder.add(wanted, read.layer(layer, shapes[0], y), reads, (shapes, [y]), layer)
            self.calls.setdefault(layer.full_name(), []).append(name)
            self.sublayers[layer.full_name()] = layer
            self.recorder.name(made, name)

        return hook

    def _reads(self, given: Sequence[Any], path: str) -> list[str]:
        """Values that come in; one that nothing made in sight comes from an unknown function, which must not stay silent."""
        for tensor in given:
            if id(tensor) not in self.recorder.values:
                y = tuple(tensor.shape)
                self.recorder.name(tensor, self.recorder.add(f"{path}.given", unknown("a call out of sight"), [], ([], [y])))
        return self.recorder.reads(given)

    def wrap(self, label: str, function: Any) -> Any:
        """The operator, noted where no leaf layer and no other operator is under way."""

        def call(*args: Any, **kwargs: Any) -> Any:
            if self.inside:
                return function(*args, **kwargs)
            flat = tensors((*args, *kwargs.values()), paddle.Tensor)
            reads = self.recorder.reads(flat)
            shapes = [tuple(t.shape) for t in flat if id(t) in self.recorder.values]
            self.inside += 1
            try:
                made = function(*args, **kwargs)
            finally:
                self.inside -= 1
            if reads and isinstance(made, paddle.Tensor):
                self._note(label, args, reads, shapes, len(flat), made)
            elif reads and (found := tensors(made, paddle.Tensor)):
                outs = [tuple(t.shape) for t in found]
                self.recorder.several(self._wanted(label), f"paddle operator {label}", reads, (shapes, outs), found)
            return made

        return call

    def _wanted(self, name: str) -> str:
        """Id of an operator that the layer under way calls."""
        home = self.homes[-1] if self.homes else ""
        return f"{home}.{name}" if home else name

    def _note(self, label: str, args: Any, reads: list[str], shapes: list[tuple[int, ...]], given: int, made: Any) -> None:
        y = tuple(made.shape)
        if label in read.SAME:
            self.recorder.name(made, reads[0])
            return
        if label == "add" and len(reads) == 1 and self._is_bias(args, reads[0], y):
            self.recorder.name(made, reads[0])
            return
        wanted = self._wanted(label)
        seen = whole(read.operator(label, args, shapes[0], y), f"paddle operator {label}", given, len(reads))
        name = self.recorder.add(wanted, seen, reads, (shapes, [y]), function=True)
        self.recorder.name(made, name)

    def _is_bias(self, args: Any, source: str, y: tuple[int, ...]) -> bool:
        """Whether this sum adds the bias of the functional convolution that made its input; the convolution then has one."""
        layer = self.recorder.layers.get(source)
        other = next((a for a in args if isinstance(a, paddle.Tensor) and id(a) not in self.recorder.values), None)
        if (
            layer is None
            or other is None
            or not layer.op.startswith("conv")
            or tuple(other.shape) != (1, y[1], *(1,) * len(y[2:]))
        ):
            return False
        origin = replace(layer.origin, stored={**layer.origin.held, "bias": y[1]})
        self.recorder.layers[source] = replace(layer, attrs={**layer.attrs, "bias": True}, origin=origin)
        return True
