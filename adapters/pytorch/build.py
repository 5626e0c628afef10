"""A neutral description as nested PyTorch modules with seeded weights, and what that network says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from adapters.pytorch.container import Call, Container, container_class, native_name, with_last
from adapters.pytorch.layers import LAYERS, VIEWS, Made
from adapters.pytorch.parcel import light_copy
from adapters.pytorch.restore import restored
from adapters.room import Unsupported
from adapters.weights import Weights, arrays, input_array
from adapters.weights import level as level_arrays
from crosscheck.contract.blocks import Block, Step, plan
from crosscheck.contract.network import ROOT, Layer, Model
from crosscheck.contract.rows import TOTAL

_STATE = {"weight": "weight", "bias": "bias", "scale": "weight", "shift": "bias", "mean": "running_mean", "var": "running_var"}


@dataclass(frozen=True)
class Native:
    """A network in eval mode with its seeded inputs.

    ``calls`` maps the path of a leaf module to the ids of the layers that call it, in order; ``functional`` maps the id of a
    layer without a module to its container's path and the names of the tensors that the container holds for it; ``blocks``
    maps the path of a container to its id. ``seen`` is what was observed of a network that was not built from a description;
    ``kwargs`` are its keyword arguments, and ``failed`` says why it was not seen to its end,
    ``by_numbers`` whether it takes another way on other numbers.
    """

    net: nn.Module
    inputs: tuple[Any, ...]
    calls: Mapping[str, tuple[str, ...]]
    functional: Mapping[str, tuple[str, tuple[str, ...]]]
    blocks: Mapping[str, str]
    seen: Model | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    failed: str = ""
    by_numbers: bool = False

    def positional(self, tool: str) -> tuple[Any, ...]:
        """Its inputs, for a tool that passes no keyword arguments on. Raises Unsupported where there are some."""
        if self.kwargs:
            raise Unsupported(f"{tool} passes no keyword arguments, and this network is called with {', '.join(self.kwargs)}")
        return self.inputs

    @property
    def on_meta(self) -> bool:
        """Whether its tensors have shapes and no numbers."""
        first = next(self.net.parameters(), None)
        return first is not None and first.is_meta

    @property
    def of_floats(self) -> bool:
        """Whether shapes tell what it is called with: tensors of floats, by position."""
        return not self.kwargs and all(isinstance(x, Tensor) and x.dtype is torch.float32 for x in self.inputs)

    def kinds(self, tool: str) -> list[torch.dtype]:
        """Types of its inputs, for a tool that makes such by itself.

        Raises Unsupported for what is no tensor by position, and where numbers of the tool's own lead another way.
        """
        if self.by_numbers:
            raise Unsupported(f"{tool} makes numbers for inputs by itself, and this network takes its way by them")
        if self.kwargs or not all(isinstance(x, Tensor) for x in self.inputs):
            raise Unsupported(f"{tool} makes tensors for inputs by itself, and this network is called with something else")
        return [x.dtype for x in self.inputs]

    def batched(self, tool: str, model: Model) -> list[tuple[int, ...]]:
        """Shapes of its inputs without the batch, for a tool that makes floats of such.

        Raises Unsupported for what is none, and where numbers of the tool's own lead another way.
        """
        if self.kinds(tool) and not self.of_floats:
            raise Unsupported(f"{tool} makes inputs of floats by itself, and this network is called with something else")
        return [i.shape[1:] for i in model.inputs]

    def leaves(self) -> Iterator[tuple[str, nn.Module, tuple[str, ...]]]:
        """Path, module and layer ids of every leaf module."""
        for path, ids in self.calls.items():
            yield path, self.net.get_submodule(path), ids

    def containers(self) -> Iterator[tuple[nn.Module, str]]:
        """Every container and its id."""
        for path, name in self.blocks.items():
            yield self.net.get_submodule(path), name


def build(model: Model) -> Native:
    """The network in PyTorch. Raises Unsupported for what PyTorch cannot express."""
    return _Builder(model, arrays).build()


def level(model: Model) -> Native:
    """The same, each weight of one number throughout."""
    return _Builder(model, level_arrays).build()


def fresh(native: Native) -> Native:
    """A copy for one tool: tools leave hooks, buffers and modes behind. What nothing writes to is shared: inputs and weights."""
    return replace(native, net=light_copy(native.net))


def kept(native: Native) -> AbstractContextManager[None]:
    """Around a tool's work: what a tool or a network patches in PyTorch is put back."""
    return restored(native.net)


@dataclass
class _Builder:
    """The state of one build: every finished layer, and where its module or its tensors live."""

    model: Model
    weights: Weights
    made: dict[str, Made] = field(default_factory=dict)
    homes: dict[str, nn.Module] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: dict[str, tuple[str, ...]] = field(default_factory=dict)
    functional: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)

    def build(self) -> Native:
        for layer in self.model.layers:
            self.made[layer.id] = self._make(layer)
        net = self._bare(self.model.layers[0]) if self.model.bare else self._root()
        inputs = tuple(torch.from_numpy(input_array(self.model, k)) for k in range(len(self.model.inputs)))
        return Native(net.eval(), inputs, self.calls, self.functional, self.blocks)

    def _root(self) -> nn.Module:
        inputs = tuple(i.name for i in self.model.inputs)
        return self._block(replace(plan(self.model), inputs=inputs, outputs=self.model.outputs))

    def _bare(self, layer: Layer) -> nn.Module:
        """The one module that is the whole network."""
        made = self.made[layer.id]
        if len(self.model.layers) != 1 or made.module is None or made.before is not None:
            raise Unsupported(f"layer {layer.id!r}: a bare network must be one module of PyTorch's own")
        module: nn.Module = self._leaf(layer)
        self.calls = {"": (layer.id,)}
        return module

    def _block(self, block: Block) -> nn.Module:
        self.blocks[_path(block.path)] = block.path or ROOT
        if block.kind == "Sequential" and block.is_chain and all(self._chained(block, step) for step in block.steps):
            return self._sequential(block)
        container = container_class(block.kind)(block.inputs, block.outputs)
        container.calls = with_last([self._call(container, block, step) for step in block.steps], block.outputs)
        return container

    def _make(self, layer: Layer) -> Made:
        if layer.op not in LAYERS:
            raise Unsupported(f"layer {layer.id!r}: the PyTorch adapter has no op {layer.op!r}")
        if layer.call_of is None:
            return LAYERS[layer.op](layer, all(self._may_overwrite(x) for x in self._callers(layer)))
        first = self.made[layer.call_of]
        again = LAYERS[layer.op](replace(layer, functional=first.module is None), False)
        return replace(first, before=again.before)  # the padding depends on this call's input

    def _callers(self, layer: Layer) -> list[Layer]:
        return [x for x in self.model.layers if layer.id in (x.id, x.call_of)]

    def _may_overwrite(self, layer: Layer) -> bool:
        """Whether the layer is the only reader of its first input, so that it may write the result there, as torchvision does."""
        value = layer.inputs[0]
        while True:
            reads = sum(x.inputs.count(value) for x in self.model.layers)
            source = self.model.by_id.get(value)
            if source is None or reads != 1 or value in self.model.outputs:
                return False
            if source.op not in VIEWS:
                return True
            value = source.inputs[0]

    def _chained(self, block: Block, step: Step) -> bool:
        """Whether ``nn.Sequential`` can run the step: a module of its own, no padding before it, nothing lent from elsewhere."""
        if isinstance(step.node, Block):
            return True
        made, owner = self.made[step.node.id], step.node.call_of or step.node.id
        return made.module is not None and made.before is None and owner.rpartition(".")[0] == block.path

    def _sequential(self, block: Block) -> nn.Module:
        net = nn.Sequential()
        for step in block.steps:
            child = self._block(step.node) if isinstance(step.node, Block) else self._leaf(step.node)
            net.add_module(native_name(step.name), child)
        return net

    def _leaf(self, layer: Layer) -> Any:
        """The module of a layer with its weights; a layer called again gives the same module."""
        module, owner = self.made[layer.id].module, layer.call_of or layer.id
        path = _path(owner)
        self.calls[path] = (*self.calls.get(path, ()), layer.id)
        if layer.call_of is None and module is not None:
            self.homes[layer.id] = module
            for name, tensor in self._tensors(layer):
                setattr(module, name, tensor)
        return self.homes[owner]

    def _tensors(self, layer: Layer) -> Iterator[tuple[str, Tensor]]:
        """Parameters and running statistics by PyTorch's names."""
        for name, array in self.weights(self.model, layer).items():
            tensor = torch.from_numpy(array)
            yield _STATE[name], tensor if name in ("mean", "var") else nn.Parameter(tensor)

    def _call(self, container: Container, block: Block, step: Step) -> Call:
        name = native_name(step.name)
        if isinstance(step.node, Block):
            container.add_module(name, self._block(step.node))
            return Call(step.name, step.inputs, step.outputs, name)
        layer = step.node
        made, owner = self.made[layer.id], layer.call_of or layer.id
        call = Call(layer.id, layer.inputs, step.outputs, before=made.before)
        if made.module is None:
            return self._function(container, layer, replace(call, function=made.function))
        module = self._leaf(layer)
        if owner == layer.id:
            container.add_module(name, module)
        elif owner.rpartition(".")[0] == block.path:
            name = native_name(owner.rpartition(".")[2])
        else:
            name = layer.id
            container.lent[name] = module
        return replace(call, module=name)

    def _function(self, container: Container, layer: Layer, call: Call) -> Call:
        """A functional call; the container holds its tensors, unless they live elsewhere because the layer is called again."""
        owner = layer.call_of or layer.id
        if owner == layer.id:
            self.homes[owner] = container
            self.names[owner] = self._hold(container, layer)
        names = self.names[owner]
        self.functional[layer.id] = (_path(layer.id.rpartition(".")[0]), () if layer.call_of else tuple(names.values()))
        if self.homes[owner] is container:
            return replace(call, state=names)
        container.lent[layer.id] = self.homes[owner]
        return replace(call, state=names, holder=layer.id)

    def _hold(self, container: Container, layer: Layer) -> dict[str, str]:
        """Register the tensors of a functional layer in its container; argument names -> attribute names."""
        stem, names = native_name(layer.id.rpartition(".")[2]), {}
        for name, tensor in self._tensors(layer):
            names[name] = f"{stem}_{name}"
            register = container.register_parameter if isinstance(tensor, nn.Parameter) else container.register_buffer
            register(names[name], tensor)
        return names


def _path(layer_id: str) -> str:
    return ".".join(native_name(part) for part in layer_id.split("."))


def facts(native: Native, model: Model) -> Iterator[dict[str, Any]]:
    """Output shape, trainable elements and running statistics of every layer and of the whole network, from the modules."""
    shapes = _shapes(native)
    tensors: dict[str, list[Tensor]] = {}
    for _, module, ids in native.leaves():
        tensors[ids[0]] = [*module.parameters(), *module.buffers()]
    for layer, (path, names) in native.functional.items():
        container = native.net.get_submodule(path)
        tensors[layer] = [getattr(container, name) for name in names]
    for layer in model.by_id:
        yield {"layer": layer, "shape": shapes.get(layer), **_sizes(tensors.get(layer, []))}
    yield {"layer": TOTAL, "shape": shapes[TOTAL], **_sizes([*native.net.parameters(), *native.net.buffers()])}


def _sizes(tensors: list[Tensor]) -> dict[str, int]:
    """``params`` are trained; ``stats`` are the buffers of floats, which leaves out the integer ``num_batches_tracked``."""
    trained = sum(t.numel() for t in tensors if t.requires_grad)
    return {"params": trained, "stats": sum(t.numel() for t in tensors if not t.requires_grad and t.is_floating_point())}


def _shapes(native: Native) -> dict[str, tuple[int, ...]]:
    """Output shapes by layer id, seen in one forward pass."""
    seen: dict[str, tuple[int, ...]] = {}

    def note(layer: str, made: Tensor) -> None:
        seen[layer] = tuple(made.shape)

    def hook(ids: Iterator[str], module: nn.Module, given: Any, made: Tensor) -> None:
        note(next(ids), made)

    containers = [m for m in native.net.modules() if isinstance(m, Container)]
    handles = [module.register_forward_hook(partial(hook, iter(ids))) for _, module, ids in native.leaves()]
    try:
        for container in containers:
            container.watch = note
        with torch.no_grad():
            made = native.net(*native.inputs)
    finally:
        for handle in handles:
            handle.remove()
        for container in containers:
            del container.watch
    note(TOTAL, made[0] if isinstance(made, tuple) else made)
    return seen
