"""Walking through an ONNX graph, node by node: every node becomes a layer, every stored tensor is counted once.

Functions of the file are opened up where they are called. A branch or loop becomes one layer that names what is inside.
"""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace

from crosscheck.contract.network import Layer, Shape, numel
from crosscheck.contract.origin import DESCRIBED, Origin
from crosscheck.contract.text import clean
from crosscheck.errors import FileError
from crosscheck.importers.facts import NOTHING, Facts, Held
from crosscheck.importers.imported import MisfitError, UnshapedError, sound
from crosscheck.importers.names import Names
from crosscheck.importers.onnx import arity, attention, bodies, compute, contrib, makes, moves, products, told
from crosscheck.importers.onnx.initializers import Store, StoredError
from crosscheck.importers.onnx.node import STATE, Call, Known, Made, Stored
from crosscheck.importers.onnx.order import opened, ordered
from crosscheck.importers.onnx.protos import Function, Graph, Node, Value
from crosscheck.importers.onnx.tensor import MOST_RANK, Tensor
from crosscheck.ops.described import OPS
from crosscheck.ops.files import FILE_OPS

MOST_NODES = 200_000  # after functions are opened up
MOST_STORED = 200_000  # tensors, those of bodies once for each call of their function
LONG = 1000  # characters of a name, which is shown shorter
MOST_DEPTH = 24  # functions and bodies inside of one another
MOST_NUMBERS, FEW = 1 << 22, 64  # numbers that nodes make, in all; after that, those of small tensors alone are followed
HANDLERS = (
    products.HANDLERS | attention.HANDLERS | compute.HANDLERS | moves.HANDLERS | makes.HANDLERS | contrib.HANDLERS
)  # by the type of node, with its domain where that is not ONNX's own
SIZES = {"Shape", "Size"}
BODIES = {"If", "Loop", "Scan", "SequenceMap"}
Scope = MutableMapping[str, Known]


@dataclass
class Use:
    """Which layers use a stored tensor; the first one counts it. No two tensors have the same ``key``."""

    tensor: Stored
    key: str
    layers: list[str] = field(default_factory=list)


@dataclass
class Walker:
    """A walk under way. ``layers`` are those made so far; ``symbols`` are sizes that the file gives names, by name."""

    store: Store
    functions: Mapping[tuple[str, str, str], Function]
    symbols: Mapping[str, int]
    layers: list[Layer] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    uses: dict[int, Use] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)  # by the id of the layer
    products: set[str] = field(default_factory=set)  # fully connected layers that came without a bias
    nodes: int = 0
    numbers: int = 0

    def stored(self, graph: Graph) -> dict[str, Known]:
        """The stored tensors of a graph, by name. Raises FileError."""
        found: dict[str, Known] = {}
        if len(self.uses) + len(graph.tensors) > MOST_STORED:
            raise FileError(f"it has more than {MOST_STORED:,} stored tensors, functions opened up")
        for tensor in graph.tensors:
            found[tensor.name] = self._constant(tensor, tensor.name)
        return found

    def _constant(self, tensor: Tensor, name: str) -> Known:
        try:
            known = self.store.known(tensor, clean(name))
        except StoredError as reason:
            raise FileError(clean(str(reason), 1000)) from None
        for s in known.stored or ():
            self.uses[id(s)] = Use(s, f"{s.name}#{len(self.uses)}")
        return known

    def run(
        self, nodes: Sequence[Node], scope: Scope, opsets: Mapping[str, int], said: Mapping[str, Value], prefix: str, depth: int
    ) -> None:
        """Make layers of nodes; ``scope`` gets their outputs. Raises FileError."""
        if depth > MOST_DEPTH:
            raise FileError(f"functions or bodies lie more than {MOST_DEPTH} deep in one another")
        if not depth:
            self._bounded(opened(nodes, self.functions, {}, MOST_DEPTH))
        for node in ordered(nodes, scope):
            self.nodes += 1
            self._bounded(self.nodes)
            self._node(node, scope, opsets, said, prefix, depth)

    def _bounded(self, nodes: int) -> None:
        """Raise FileError where there are too many nodes."""
        if nodes > MOST_NODES:
            raise FileError(f"it has more than {MOST_NODES:,} nodes, functions opened up")

    def _node(
        self, node: Node, scope: Scope, opsets: Mapping[str, int], said: Mapping[str, Value], prefix: str, depth: int
    ) -> None:
        inputs = [scope[name] if name else None for name in node.inputs]
        if self.numbers > MOST_NUMBERS:
            inputs = [replace(v, nums=None) if v and len(v.nums or ()) > FEW else v for v in inputs]
        call = Call(node, inputs, opsets.get(node.domain, 0), self.store.numbers)
        where = prefix[:LONG] + (node.name or next((o for o in node.outputs if o), "") or f"{node.op}_{self.nodes}")[:LONG]
        function = self.functions.get((node.domain, node.op, node.overload))
        try:
            if function is None:
                arity.judge(node)
            if node.domain == "" and node.op == "Constant":
                scope[node.outputs[0]] = self._literal(call, node.outputs[0])
            elif function is not None:
                self._open(function, call, scope, where, depth)
            elif node.domain == "" and node.op in BODIES:
                self._bodies(call, scope, opsets, said, where, depth)
            else:
                self._layer(call, self._make(call), scope, said, where)
        except FileError:
            raise
        except (ValueError, TypeError, LookupError, ArithmeticError) as reason:
            shapes = " and ".join("x".join(map(str, v.shape)) if v and v.shape is not None else "?" for v in inputs)
            says = clean(f"node {where!r} ({node.op}) does not fit its input {shapes or 'of nothing'}: {reason}", 1000)
            raise FileError(says) from None

    # --- nodes ------------------------------------------------------------------------------------------------------------

    def _make(self, call: Call) -> Made:
        handler = HANDLERS.get(_native(call.node))
        outputs: list[Shape | None] = [None] * len(call.node.outputs)
        if handler is None:
            return Made("unknown", outputs, {"shape": ()})
        try:
            return handler(call)
        except UnshapedError:
            return Made("unknown", outputs, {"shape": ()})

    def _literal(self, call: Call, name: str) -> Known:
        """The value of a Constant node."""
        for attr in call.node.attrs.values():
            v = attr.value
            if isinstance(v, Tensor):
                known = self._constant(v, v.name or name)
                for s in known.stored or ():
                    s.held = True
                return known
            listed = isinstance(v, tuple)
            numbers = v if listed else (v,)
            numeric = all(isinstance(x, int | float) for x in numbers)
            kept = Stored(clean(name), len(numbers), not listed or not numeric or all(isinstance(x, int) for x in numbers))
            kept.held, kept.unshaped = True, not listed
            self.uses[id(kept)] = Use(kept, f"{kept.name}#{len(self.uses)}")
            return Known((len(numbers),) if listed else (), "", numbers if numeric else None, (kept,))
        raise MisfitError("it has no value")

    def _layer(self, call: Call, made: Made, scope: Scope, said: Mapping[str, Value], where: str) -> Layer:
        node = call.node
        given = [(k, v) for k, v in enumerate(call.inputs) if v is not None]
        fixed = bool(given) and all(v.stored is not None for _, v in given) and made.op != "unknown"
        shapes = list(made.shapes[: len(node.outputs)])
        shapes += [None] * (len(node.outputs) - len(shapes))
        for k, name in enumerate(node.outputs):
            if shapes[k] is None:
                shapes[k] = self._said(said.get(name))
            if shapes[k] is not None:
                shapes[k] = sound(tuple(shapes[k] or ()), f"output {name!r} of node {where!r}", MOST_RANK)
        native = clean(_native(node))
        kept = [(name, shape) for name, shape in zip(node.outputs, shapes, strict=True) if name] or [("", None)]
        attrs, origin, unshaped = made.attrs, made.origin, any(shape is None for _, shape in kept)
        layer_id = self.names.unique(where)
        parts = [(v.ref, s, _part(s, made, k, alone=len(v.stored or ()) == 1)) for k, v in given for s in v.stored or ()]
        stored: Counter[str] = Counter()
        for _, s, part in () if fixed else parts:
            if self._use(s, layer_id):
                stored[part] += s.elements
                stored["node_held"] += s.elements * s.held
                stored["unshaped"] += s.elements * (s.unshaped and not s.held)
        is_open, spoken = told.followed(call, made, kept)
        flow = [(v.ref, v.shape or ()) for _, v in given if v.stored is None]
        held = tuple(Held(part, self._key(s), s.elements, not ref, s.held, s.unshaped and not s.held) for ref, s, part in parts)
        found = Facts(held, made.fused, _op(layer_id, made, given, shapes, native) if fixed else None, is_open)
        if found != NOTHING:
            self.facts[layer_id] = found
        if fixed:
            made = replace(made, op="constant")
            attrs, origin = {"shape": shapes[0] or ()}, DESCRIBED
        if made.op == "unknown":
            attrs, origin = {"shape": shapes[0] or ()}, replace(origin, bound=self._bound(given, kept))
        if made.op == "linear" and node.op == "MatMul":
            self.products.add(layer_id)
        singles = [v.nums[0] for _, v in given if v.stored is not None and v.nums is not None and len(v.nums) == 1]
        origin = replace(
            origin,
            file="onnx",
            native=native,
            unshaped=unshaped and not fixed,
            output=node.outputs[0] if node.outputs else "",
            stored={part: n for part, n in stored.items() if n},
            number=singles[0] if len(singles) == 1 and made.op in FILE_OPS else None,
            after_product=made.op == "bias" and any(ref in self.products for ref, _ in flow),
        )
        layer = Layer(
            layer_id,
            made.op,
            attrs,
            tuple(ref for ref, _ in flow),
            tuple(shape for _, shape in flow),
            tuple(shape or () for _, shape in kept),
            origin=origin,
        )
        for value in layer.values[1:]:
            self.names.take(value)
        self.layers.append(layer)
        behind = tuple(dict.fromkeys(s for _, v in given for s in v.stored or ())) if fixed else None
        if fixed and node.op in SIZES:  # the size of a stored tensor holds nothing of it
            behind = ()
        self.numbers += len(made.nums or ())
        for k, (value, (name, shape)) in enumerate(zip(layer.values, kept, strict=True)):
            if name:
                scope[name] = Known(shape, value, made.nums if k == 0 else None, behind, spoken, is_open)
        return layer

    def _key(self, tensor: Stored) -> str:
        """A name of a stored tensor that no other has: two bodies of a file may call theirs alike."""
        return self.uses[id(tensor)].key

    def _bound(self, given: Iterable[tuple[int, Known]], kept: Iterable[tuple[str, Shape | None]]) -> tuple[int, int] | None:
        """Each output element multiplied with each element of the largest constant; of the largest input, if none is constant."""
        known = [(v.stored is not None, numel(v.shape)) for _, v in given if v.shape is not None]
        largest = max((n for constant, n in known if constant), default=0) or max((n for _, n in known), default=1)
        outs = [shape for _, shape in kept]
        return None if any(s is None for s in outs) else (sum(numel(s) for s in outs if s is not None), largest)

    def _said(self, value: Value | None) -> Shape | None:
        """What the file itself says of a shape, open sizes filled in from the inputs."""
        if value is None or value.dims is None:
            return None
        sizes = [self.symbols.get(d) if isinstance(d, str) else d for d in value.dims]
        return None if any(d is None or d < 0 for d in sizes) else tuple(d for d in sizes if d is not None)

    def _use(self, tensor: Stored, layer: str) -> bool:
        """True for the first use of a stored tensor."""
        use = self.uses[id(tensor)]
        if not use.layers or use.layers[-1] != layer:
            use.layers.append(layer)
            return len(use.layers) == 1
        return False

    # --- functions, branches, loops ---------------------------------------------------------------------------------------

    def _open(self, function: Function, call: Call, scope: Scope, where: str, depth: int) -> None:
        node = call.node
        inner: dict[str, Known] = {"": Known(None)}
        inner |= {name: given for name, given in zip(function.inputs, call.inputs, strict=False) if given is not None}
        attrs, known = function.defaults | node.attrs, function.known
        nodes = [bodies.filled(n, attrs, frozenset(v for v in n.inputs if v in known and v not in inner)) for n in function.nodes]
        self.run(nodes, inner, function.opsets, {}, f"{where}/", depth + 1)
        for theirs, ours in zip(function.outputs, node.outputs, strict=False):
            if ours:
                if theirs not in inner:
                    raise MisfitError(f"output {theirs!r} of the function is made by no node")
                scope[ours] = inner[theirs]

    def _bodies(
        self, call: Call, scope: Scope, opsets: Mapping[str, int], said: Mapping[str, Value], where: str, depth: int
    ) -> None:
        """A branch or loop as one layer: what its bodies would cost, and what they store."""
        outer, node = self.layers, call.node
        inner_graphs = [g for a in node.attrs.values() for g in a.graphs]
        if not inner_graphs:
            raise MisfitError("it has no body")
        chosen = call.nums(0) if node.op == "If" else None
        if chosen and {"then_branch", "else_branch"} <= set(node.attrs):
            (branch,) = node.attrs["then_branch" if chosen[0] else "else_branch"].graphs
            inner: Scope = ChainMap(self.stored(branch), scope)
            self.run(branch.nodes, inner, opsets, branch.said, f"{where}/", depth + 1)
            for theirs, ours in zip(branch.outputs, node.outputs, strict=False):
                scope[ours] = inner[theirs.name]
            return
        costs: list[int | None] = []
        shapes: list[Shape | None] = [None] * len(node.outputs)
        kinds: Counter[str] = Counter()
        stored: Counter[str] = Counter()
        for body in inner_graphs:
            self.layers = []
            inner = ChainMap(self.stored(body), scope)
            for k, value in enumerate(body.inputs):
                inner[value.name] = Known(bodies.entry(call, k, self._said(value)), f"{where}:{value.name}")
            self.run(body.nodes, inner, opsets, body.said, f"{where}/", depth + 1)
            ends = [inner[o.name].shape if o.name in inner else self._said(o) for o in body.outputs]
            made, self.layers = self.layers, outer
            kinds.update(layer.origin.native for layer in made)
            costs.append(bodies.cost(made))
            for layer in made:
                for part, n in layer.origin.held.items():
                    stored[part if part in ("literals", "node_held", "unshaped") else "operand"] += n
            for k in range(len(shapes)) if node.op == "If" else ():
                shapes[k] = shapes[k] or (ends[k] if k < len(ends) else None)
        trips = call.whole(0) if node.op == "Loop" and call.has(0) else (1,) if node.op == "If" else None
        cost = None if None in costs or not trips else max(c for c in costs if c is not None) * trips[0]
        inside = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common(8))
        states = {"Loop": range(2, len(node.inputs)), "Scan": range(len(node.inputs) - call.number("num_scan_inputs"))}
        roles = dict.fromkeys(states.get(node.op, ()), STATE)
        made_as = Made("unknown", shapes, {"shape": ()}, roles, origin=Origin(bodies=inside or "nothing"))
        layer = self._layer(call, made_as, scope, said, where)
        stored.update(layer.origin.held)
        self.layers[-1] = layer.with_origin(
            bound=None if cost is None else (cost,),
            stored=dict(stored),
        )


def _op(layer_id: str, made: Made, given: Iterable[tuple[int, Known]], shapes: Iterable[Shape | None], native: str) -> Layer:
    """A node of constants alone as the op that it is; nothing of the network comes in."""
    ins, outs = tuple(v.shape or () for _, v in given), tuple(s or () for s in shapes) or ((),)
    return Layer(layer_id, made.op, made.attrs, (), ins, outs, origin=replace(made.origin, file="onnx", native=native))


def _native(node: Node) -> str:
    """The type of a node, ``com.microsoft::FusedConv`` where it is not ONNX's own."""
    return f"{node.domain}::{node.op}" if node.domain else node.op


def _part(stored: Stored, made: Made, k: int, *, alone: bool) -> str:
    """Which primitive a stored tensor belongs to: input ``k`` of a layer, ``alone`` or one of several that it is made of."""
    role = made.roles.get(k)
    if role == STATE:
        return "literals" if stored.literal or stored.blank() else "operand"
    if role is not None and not (stored.literal and (made.op not in OPS or not alone)):
        return role
    return "literals" if stored.literal or made.op in OPS else "operand"
