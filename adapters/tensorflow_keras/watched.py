"""A Keras network while its graph is made: every call of a layer, and every node that lies outside of one, in order.

Layers of Keras' own are leaves; models and layers of a user's own are looked into. Nothing is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf

from adapters.recorder import UNKNOWN, Recorder, Seen, unknown
from adapters.room import reason
from adapters.tensorflow_keras import read
from adapters.tensorflow_keras.capture.graph import graph, shape, tensors
from adapters.tensorflow_keras.capture.nodes import nodes
from adapters.tensorflow_keras.capture.variables import class_name, layer_call, variables
from adapters.tensorflow_keras.observe import neutral
from crosscheck.contract import own
from crosscheck.contract.call import FAILED, Call, Level
from crosscheck.contract.network import BARE, ROOT, Model, show_shape

LAYERS = "keras.src.layers."
HANDED_ON = ("Identity", "IdentityN", "StopGradient", "PreventGradient", "EnsureShape")


@dataclass
class Watched:
    """What was seen: the network, whose each node of the graph is, and the layers by the id of their first call."""

    model: Model
    homes: dict[str, str]
    layers: dict[str, Any] = field(default_factory=dict)
    error: Exception | None = None
    failed: str = ""


def watch(net: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], like: Model) -> Watched:
    """Make the graph of ``net`` on tensors like these; of one that raises, what was made until then."""
    seen = _Watch(net, like)
    made, error = None, None
    try:
        if not all(layer.built for layer in net._flatten_layers()):
            with suppress(Exception):  # the run that is watched will say it
                graph(net, args, kwargs)  # what is built on the way leaves nodes behind
        with seen.patched():
            made = graph(net, args, kwargs, seen.begin)
    except Exception as raised:  # noqa: BLE001 - it is what a user's network raises, and stays with what was seen
        error = raised
    kinds = dict(seen.containers) or {"": BARE}
    outputs = seen.outputs if made is not None else [[*(seen.recorder.layers or seen.recorder.named)][-1]]
    calls = [*seen.modules, *variables(net, seen.places, made)]
    if made is not None:
        calls += nodes(made, {op.name: seen.homes.get(op.name, ROOT) for op in made.get_operations()})
    else:
        calls.append(Call(Level.NODE, FAILED, ROOT, attrs={"reason": "the network fails before its graph is whole"}))
    model = seen.recorder.model(like, outputs, kinds, calls)
    return Watched(model, seen.homes, seen.layers, error, seen.failure(error) if error else "")


class _Watch:
    """Follows calls of layers while the nodes of a graph are added."""

    def __init__(self, net: Any, like: Model) -> None:
        self.net = net
        self.recorder = Recorder([(i.name, i.shape) for i in like.inputs], kernels=True)
        self.graph: Any = None
        self.known: dict[str, str] = {}  # name of a tensor -> its value
        self.homes: dict[str, str] = {}  # name of a node -> a layer's id, or a container's path
        self.places: dict[int, str] = {id(net): ROOT}
        self.layers: dict[str, Any] = {}
        self.modules: list[Call] = []
        self.containers: dict[str, str] = {}
        self.open: list[str] = []  # paths of containers under way
        self.inside = False  # of a leaf
        self.done = 0
        self.outputs: list[str] = []
        self.failed = ""  # the innermost layer that raised, while nothing has been called since

    def begin(self, *args: Any, **kwargs: Any) -> Any:
        """The call of the network itself."""
        self.graph = tf.compat.v1.get_default_graph()
        named = (t for _, t in (*own.tensors(args), *own.tensors(kwargs)) if tf.is_tensor(t))
        self.known = {tensor.name: value.name for value, tensor in zip(self.recorder.inputs, named, strict=True)}
        self.done = len(self.graph.get_operations())
        made = self.net(*args, **kwargs)
        self._flush()
        read = [self.known[t.name] for t in tensors(made) if t.name in self.known] if made is not None else []
        self.outputs = read or [[*(self.recorder.layers or self.recorder.named)][-1]]
        return made

    @contextmanager
    def patched(self) -> Iterator[None]:
        """Calls of layers and of operations come by here."""
        kinds = (keras.Layer, keras.Operation)
        before = [kind.__call__ for kind in kinds]
        try:
            for kind, call in zip(kinds, before, strict=True):
                kind.__call__ = self._wrapped(call)
            yield
        finally:
            for kind, call in zip(kinds, before, strict=True):
                kind.__call__ = call

    def _wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(operation: Any, *args: Any, **kwargs: Any) -> Any:
            if self.inside or tf.compat.v1.get_default_graph() is not self.graph or self._is_open(operation):
                return call(operation, *args, **kwargs)
            given = tensors((args, kwargs))
            self._flush()
            self.failed = ""
            try:
                run = self._leaf if is_leaf(operation) else self._container
                return run(operation, given, lambda: call(operation, *args, **kwargs))
            except Exception:
                self.failed = self.failed or _told(operation, self._path(operation), given)  # Keras raises another one outside
                raise

        return wrapped

    def _is_open(self, operation: Any) -> bool:
        """Whether a layer hands its own call on to what it inherits it from."""
        return bool(self.open) and self.places.get(id(operation)) == (self.open[-1] or ROOT) and self._again == id(operation)

    _again = 0  # identity of the container that was entered last

    def _path(self, operation: Any) -> str:
        if operation is self.net and not self.open:
            return ""
        name = str(operation.name).replace(".", "_")
        above = self.open[-1] if self.open else ""
        return f"{above}.{name}" if above else name

    def _container(self, operation: Any, given: Sequence[Any], run: Callable[[], Any]) -> Any:
        path = self._path(operation)
        self.containers[path] = type(operation).__name__
        self.places.setdefault(id(operation), path or ROOT)
        self.open.append(path)
        before, self._again = self._again, id(operation)
        try:
            made = run()
            self._flush()
        finally:
            self.open.pop()
            self._again = before
        self.modules.append(layer_call(operation, path or ROOT, list(map(shape, given)), list(map(shape, tensors(made))), False))
        return made

    def _leaf(self, operation: Any, given: Sequence[Any], run: Callable[[], Any]) -> Any:
        self.inside = True
        try:
            made = run()
        finally:
            self.inside = False
        reads = [self.known[t.name] for t in given if t.name in self.known]
        if isinstance(operation, keras.layers.Identity) and reads:
            self.known[made.name] = reads[0]
            home = self.open[-1] or ROOT
        else:
            home = self._note(operation, given, reads, tensors(made))
        for op in self._new():
            self.homes[op.name] = home
        return made

    def _note(self, operation: Any, given: Sequence[Any], reads: Sequence[str], made: Sequence[Any]) -> str:
        """Write down the call of a leaf; the id that it got."""
        is_layer = isinstance(operation, keras.Layer)
        path = self._path(operation) or type(operation).__name__.lower()
        xs, ys = [neutral(shape(t)) for t in given], [neutral(shape(t)) for t in made]
        again = id(operation) in self.recorder.first
        native = f"keras {type(operation).__name__}" if is_layer else f"keras.ops {type(operation).__name__}"
        seen = read.layer(operation, xs, ys[0]) if is_layer and len(ys) == 1 and xs else unknown(native)
        drops = seen.op == "adaptive_avgpool" and len(ys[0]) != len(xs[0])
        outs = [(*xs[0][:2], *(1,) * (len(xs[0]) - 2))] if drops else ys
        function = not is_layer or isinstance(operation, read.FUNCTIONS)
        id_ = self.recorder.add(path, seen, reads, (xs, outs or [()]), operation if is_layer else None, function=function)
        values = self.recorder.layers[id_].values
        if drops:
            values = (self.recorder.add(f"{id_}.flatten", Seen("flatten"), [id_], (outs, ys)),)
        elif is_layer and (extra := read.fused(operation)) is not None and seen.op != UNKNOWN:
            values = (self.recorder.add(f"{id_}.activation", extra, [id_], (ys, ys), function=True),)
        self.known |= {t.name: value for t, value in zip(made, values, strict=False)}
        if is_layer:
            if self.places.get(id(operation), ROOT) == ROOT:
                self.places[id(operation)] = id_
                self.layers[id_] = operation
            self.modules.append(layer_call(operation, id_, list(map(shape, given)), list(map(shape, made)), again))
        return id_

    def _new(self) -> Sequence[Any]:
        """Nodes that were added since this was asked."""
        found = self.graph.get_operations()[self.done :]
        self.done += len(found)
        return found

    def _flush(self) -> None:
        """Write down the nodes that a container added by itself: one that makes numbers of known ones is a layer."""
        path = self.open[-1] if self.open else ""
        for op in self._new():
            reads = [self.known[t.name] for t in op.inputs if t.name in self.known]
            self.homes[op.name] = path or ROOT
            if not reads or not op.outputs:
                continue
            if op.type in HANDED_ON or not any(t.dtype.is_floating or t.dtype.is_complex for t in op.outputs):
                self.known |= {t.name: reads[0] for t in op.outputs}
                continue
            xs = [neutral(shape(t)) for t in op.inputs if t.name in self.known]
            ys = [neutral(shape(t)) for t in op.outputs]
            wanted = f"{path}.{op.type}" if path else op.type
            id_ = self.recorder.add(wanted, unknown(f"tf {op.type}"), reads, (xs, ys), function=True)
            self.homes[op.name] = id_
            self.known |= {t.name: v for t, v in zip(op.outputs, self.recorder.layers[id_].values, strict=True)}

    def failure(self, error: Exception) -> str:
        """Which layer an error is of, what that was given, and what was said."""
        return f"{self.failed}: {reason(error)}" if self.failed else reason(error)


def is_leaf(operation: Any) -> bool:
    """One of Keras' own layers, or an operation without a layer; a user's class and every model is looked into."""
    return not isinstance(operation, keras.Layer) or (
        type(operation).__module__.startswith(LAYERS) and not isinstance(operation, keras.Model)
    )


def _told(operation: Any, path: str, given: Sequence[Any]) -> str:
    """A layer by path and class, with the shapes of its own weights and of what it was given."""
    held = [f"{v.name} {show_shape(tuple(v.shape))}" for v in getattr(operation, "_trainable_variables", ())]
    holds = f" with {', '.join(held)}" if held else ""
    name = class_name(operation) if isinstance(operation, keras.Layer) else type(operation).__name__
    listed = " and ".join(show_shape(shape(t)) or "a number" for t in given) or "no tensor"
    return f"{path or ROOT} ({name}{holds}), given {listed}"
