"""A Paddle network as it runs: every call of a leaf layer, and every operator called outside of one, in order.

Layers are seen by forward hooks; operators by wrapping, for one real forward pass, the functions of ``paddle._C_ops`` and the
tensor methods that are operators of their own. What the vocabulary has no op for is told by its operators.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import paddle
from paddle import Tensor, nn

from adapters.forms import mapped
from adapters.frames import Calls, Frame, Ran, listed, told, twins
from adapters.paddlepaddle import read
from adapters.paddlepaddle.build import Native
from adapters.paddlepaddle.capture import operators
from adapters.paddlepaddle.capture.layers import held, kept, layer_call, parameters
from adapters.paddlepaddle.capture.values import PADDLE, class_name, shape, shapes, tensors
from adapters.recorder import Recorder, unknown, whole
from adapters.room import reason
from adapters.weights import input_array
from crosscheck.contract.call import Level
from crosscheck.contract.network import BARE, Model, Shape

NOTHING: Mapping[str, Any] = {}


@dataclass
class Observation:
    """What was seen: the network, and the ids of a leaf layer's calls; ``error`` where it did not end well."""

    model: Model
    calls: dict[Any, tuple[str, ...]] = field(default_factory=dict)
    error: Exception | None = None
    failed: str = ""

    def whole(self) -> Observation:
        """The same. Raises what ended the run before its time."""
        if self.error is not None:
            raise self.error
        return self


def observe(native: Native, model: Model) -> Model:
    """The network that Paddle built. Of ``model`` only the name and the inputs are used."""
    return watch(native.net, seeded(model), model).whole().model


def seeded(model: Model) -> list[Tensor]:
    """Seeded inputs of the shapes of ``model``."""
    return [paddle.to_tensor(input_array(model, k)) for k in range(len(model.inputs))]


def watch(
    net: Any, inputs: Sequence[Any], like: Model, kwargs: Mapping[str, Any] = NOTHING, *, captured: bool = False
) -> Observation:
    """Run ``net`` once on ``inputs`` and write down what runs, where it is to be ``captured`` with the calls below its layers.

    Of one that raises, what ran until then.
    """
    args, named = _copied(tuple(inputs)), _copied(dict(kwargs))  # a network that starts in place would change what it is given
    given = tensors((args, named))
    paths = dict(net.named_sublayers(include_self=True))
    recorder = Recorder([(i.name, shape(x)) for i, x in zip(like.inputs, given, strict=True)], kernels=captured)
    seen = _Watch(recorder, twins(net))
    for source, tensor in zip(like.inputs, given, strict=True):
        recorder.name(tensor, source.name)
    handles = [
        handle
        for path, layer in paths.items()
        for handle in (
            layer.register_forward_pre_hook(seen.enter(path, layer), with_kwargs=True),
            layer.register_forward_post_hook(seen.leave(path, layer), with_kwargs=True, always_call=True),
        )
    ]
    made, error = None, None
    try:
        with paddle.no_grad(), operators.patched(seen.wrap):
            made = net(*args, **named)
    except Exception as raised:  # noqa: BLE001 - it is what a user's forward raises, and stays with what was seen
        error = raised
    finally:
        for handle in handles:
            handle.remove()
    outputs = recorder.reads(tensors(made)) or [([*recorder.named] if not recorder.layers else [*recorder.layers])[-1]]
    kinds = {path: type(m).__name__ for path, m in paths.items() if not _is_leaf(m)} or {"": BARE}
    below = [*seen.below.finished(), *parameters(net, seen.calls, seen.below.read)] if captured else []
    calls = {layer: tuple(ids) for layer, ids in seen.calls.items()}
    return Observation(recorder.model(like, outputs, kinds, below), calls, error, seen.failure(error) if error else "")


def _copied(value: Any) -> Any:
    """The same arguments with tensors of their own."""
    return mapped(value, lambda v: v.clone() if isinstance(v, Tensor) else v)


def _is_leaf(layer: Any) -> bool:
    """One of Paddle's own layers that holds no others; a user's class is looked into, whatever it holds."""
    return not any(True for _ in layer.children()) and type(layer).__module__.startswith(PADDLE)


class _Watch:
    """Writes down calls of layers, and operators, those outside of all leaf layers as layers of their own."""

    def __init__(self, recorder: Recorder, twins: Mapping[Any, tuple[str, ...]]) -> None:
        self.recorder, self.twins = recorder, twins
        self.below = Calls()
        self.calls: dict[Any, list[str]] = {}
        self.called: set[Any] = set()
        self.inside = 0  # leaf layers and operators under way
        self.homes: list[str] = []
        self.given: list[tuple[list[str], list[Shape], int]] = []
        self.begun = 0  # calls of layers
        self.raised: list[BaseException | None] = []  # what was being handled when each open layer was called
        self.failures: dict[int, str] = {}  # identity of an error -> what it is of

    def enter(self, path: str, layer: Any) -> Any:
        """The hook before a call of the layer at ``path``."""
        leaf = _is_leaf(layer)

        def hook(_: Any, args: Any, kwargs: Any) -> None:
            self.below.open.append(Frame(path))
            self.raised.append(sys.exception())
            given = tensors((args, kwargs))
            self.given.append((self._reads(given, path) if leaf else [], shapes(given), self.begun))
            self.begun += 1
            if leaf:
                self.inside += 1
            else:
                self.homes.append(path)

        return hook

    def leave(self, path: str, layer: Any) -> Any:
        """The hook after a call of the layer at ``path``, also one that raised."""
        leaf = _is_leaf(layer)

        def hook(_: Any, args: Any, kwargs: Any, made: Any) -> None:
            frame = self.below.open.pop()
            reads, given, began = self.given.pop()
            before, now = self.raised.pop(), sys.exception()
            self.inside -= leaf
            del self.homes[len(self.homes) - (not leaf) :]
            if made is None and now is not before and now is not None:
                own = [(n, shape(p)) for n, p in (*held(layer), *kept(layer))]
                self.failures.setdefault(id(now), told(path, class_name(layer), own, given))
                return
            if leaf:
                frame.layer = self._leaf(path, layer, reads, given, made)
            ran = Ran(path, began, layer in self.called, self.twins.get(layer, ()), args, given, made, kwargs)
            self.called.add(layer)
            self.below.seen.append((frame, layer_call(layer, ran)))

        return hook

    def _leaf(self, path: str, layer: Any, reads: list[str], given: list[Shape], made: Any) -> str | None:
        """Write down the call of a leaf layer; the id that it got, None where it hands on what it is given."""
        if isinstance(layer, nn.Identity) and reads:
            self.recorder.name(made, reads[0])
            return None
        wanted = path or type(layer).__name__.lower()
        if isinstance(made, Tensor) and given:
            y = shape(made)
            name = self.recorder.add(wanted, read.layer(layer, given[0], y), reads, (given, [y]), layer)
            self.recorder.name(made, name)
        else:
            found, native = tensors(made), f"paddle.nn.{type(layer).__name__}"
            name = self.recorder.several(wanted, native, reads, (given, shapes(found)), found, layer)
        self.calls.setdefault(layer, []).append(name)
        return name

    def _reads(self, given: Sequence[Any], path: str) -> list[str]:
        """Values that come in; one that nothing made in sight comes from an unknown function, which must not stay silent."""
        for tensor in given:
            if id(tensor) not in self.recorder.values:
                y = shape(tensor)
                self.recorder.name(tensor, self.recorder.add(f"{path}.given", unknown("a call out of sight"), [], ([], [y])))
        return self.recorder.reads(given)

    def wrap(self, label: str, function: Any) -> Any:
        """The operator, noted as a layer where no leaf layer and no other operator is under way, and always as a call."""

        def call(*args: Any, **kwargs: Any) -> Any:
            outer = self.below.open[-1]
            frame = outer if self.inside else Frame(outer.path)
            flat = tensors((args, kwargs))
            name, given, attrs = operators.call(label, args, kwargs)
            reads = self.recorder.reads(flat)
            seen = [shape(t) for t in flat if id(t) in self.recorder.values]
            self.inside += 1
            try:
                made = function(*args, **kwargs)
            except Exception as error:
                if self.inside == 1:  # in no leaf layer, which tells of itself
                    self.failures.setdefault(id(error), f"{self._wanted(label)}, given {listed(given)}")
                raise
            finally:
                self.inside -= 1
            self.below.read.update(map(id, flat))
            if not self.inside and reads:
                frame.layer = self._made(label, args, reads, seen, len(flat), made)
            self.below.add(frame, Level.KERNEL, name, given, shapes(made), attrs)
            return made

        return call

    def _made(self, label: str, args: Any, reads: list[str], given: list[Shape], count: int, made: Any) -> str | None:
        """Write down the call of an operator; the id that it got, None where it makes nothing new."""
        if isinstance(made, Tensor):
            return self._note(label, args, reads, given, count, made)
        found = tensors(made)
        sides = (given, shapes(found))
        return self.recorder.several(self._wanted(label), f"paddle operator {label}", reads, sides, found) if found else None

    def failure(self, error: BaseException) -> str:
        """Which layer or operator an error is of, what that was given, and what was said."""
        where = self.failures.get(id(error))
        return f"{where}: {reason(error)}" if where else reason(error)

    def _wanted(self, name: str) -> str:
        """Id of an operator that the layer under way calls."""
        home = self.homes[-1] if self.homes else ""
        return f"{home}.{name}" if home else name

    def _note(self, label: str, args: Any, reads: list[str], given: list[Shape], count: int, made: Tensor) -> str | None:
        """The same of an operator that makes one tensor; the bias of a convolution is a part of that."""
        y = shape(made)
        if label in read.SAME:
            self.recorder.name(made, reads[0])
            return None
        if label == "add" and len(reads) == 1 and self._is_bias(args, reads[0], y):
            self.recorder.name(made, reads[0])
            return reads[0]
        seen = whole(read.operator(label, args, given[0], y), f"paddle operator {label}", count, len(reads))
        name = self.recorder.add(self._wanted(label), seen, reads, (given, [y]), function=True)
        self.recorder.name(made, name)
        return name

    def _is_bias(self, args: Any, source: str, y: Shape) -> bool:
        """Whether this sum adds the bias of the functional convolution that made its input; the convolution then has one."""
        layer = self.recorder.layers.get(source)
        other = next((a for a in args if isinstance(a, Tensor) and id(a) not in self.recorder.values), None)
        if layer is None or other is None or not layer.op.startswith("conv") or shape(other) != (1, y[1], *(1,) * len(y[2:])):
            return False
        origin = replace(layer.origin, stored={**layer.origin.held, "bias": y[1]})
        self.recorder.layers[source] = replace(layer, attrs={**layer.attrs, "bias": True}, origin=origin)
        return True
