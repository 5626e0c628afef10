"""A Caffe network as Caffe sets it up: old syntax made new, layers of other phases left out, splits put in.

Source: UpgradeNetAsNeeded, Net::FilterNet and InsertSplits of Caffe 1.0 (src/caffe/util/upgrade_proto.cpp, src/caffe/net.cpp,
src/caffe/util/insert_splits.cpp).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from crosscheck.contract.network import Shape
from crosscheck.importers.caffe.fields import Fields, Notes
from crosscheck.importers.caffe.old import from_v0, type_of
from crosscheck.importers.caffe.textproto import Message, Place, TextError, spot

PHASES = ("TRAIN", "TEST")
MOST_LAYERS = 20_000
MOST_LINKS = 200_000  # bottoms and tops, those of splits included


@dataclass(slots=True)
class Node:
    """A layer as it is written: what it reads and makes, its fields, names of the parameters that it shares."""

    name: str
    type: str
    bottoms: list[str]
    tops: list[str]
    fields: Fields
    where: Place
    loss_weights: list[float] = field(default_factory=list)
    shared: list[tuple[str, bool]] = field(default_factory=list)  # name, and whether elements alone must agree
    shapes: list[Shape] = field(default_factory=list)  # of an Input layer made of the fields input and input_shape


@dataclass(slots=True)
class Net:
    """A network in one phase, with its splits."""

    name: str
    phase: str
    nodes: list[Node]
    left_out: list[str]  # layers that are not part of this phase


def build(message: Message, notes: Notes, phase: str, stages: tuple[str, ...] = (), level: int = 0) -> Net:
    """The layers that Caffe would set up. Raises TextError."""
    olds = message.fields.get("layers", [])
    if any(isinstance(m, Message) and "layer" in m.fields for m in olds):
        message.fields["layers"] = olds = from_v0(olds)
    if len(olds) + len(message.fields.get("layer", [])) > MOST_LAYERS:
        raise TextError(f"it has more than {MOST_LAYERS:,} layers")
    net = Fields(message, "net", notes)
    if net.has("layer") and net.has("layers"):
        raise TextError(f"{spot(net.all('layers')[0].where)}: it has both 'layer' and 'layers', which Caffe refuses")
    nodes = [*_inputs(net), *(_node(m) for m in (*net.all("layers"), *net.all("layer")))]
    state = net.sub("state")
    stages = (*state.all("stage"), *stages)
    kept = [n for n in nodes if _included(n, phase, set(stages), level)]
    chosen = {id(n) for n in kept}
    nets = _with_splits(kept)
    return Net(net.get("name", ""), phase, nets, [n.name for n in nodes if id(n) not in chosen])


def _inputs(net: Fields) -> list[Node]:
    """The fields ``input``, ``input_shape`` and ``input_dim`` as one layer of type Input, as Caffe makes it."""
    names, shapes, dims = net.all("input"), net.all("input_shape"), net.all("input_dim")
    if not names:
        return []
    if shapes and dims:
        raise TextError("it has both 'input_shape' and 'input_dim', one of which Caffe wants")
    quads = [tuple(dims[k : k + 4]) for k in range(0, len(dims), 4)]
    found = [tuple(s.all("dim")) for s in shapes] if shapes else quads
    if (shapes or dims) and (len(found) != len(names) or (dims and len(dims) % 4)):
        given = f"{len(shapes)} input_shape" if shapes else f"{len(dims)} input_dim"
        raise TextError(f"{len(names)} input and {given} do not fit: one shape, or four sizes, belong to each input")
    return [Node("input", "Input", [], names, Fields(None, "layer", net.notes), net.where, shapes=found)]


def _node(layer: Fields) -> Node:
    old = layer.kind == "layers"
    kind = layer.get("type", "")
    if old:
        kind = type_of(kind, layer.where)
    elif not kind:
        raise TextError(f"{spot(layer.where)}: a layer without a type")
    if old:
        modes = layer.all("blob_share_mode")
        shared = [(name, k < len(modes) and modes[k] in ("PERMISSIVE", "1")) for k, name in enumerate(layer.all("param"))]
    else:
        shared = [(p.get("name", ""), p.word("share_mode", ("STRICT", "PERMISSIVE")) == "PERMISSIVE") for p in layer.all("param")]
    bottoms, tops = layer.all("bottom"), layer.all("top")
    return Node(layer.get("name", ""), kind, [*bottoms], [*tops], layer, layer.where, layer.all("loss_weight"), shared)


def _included(node: Node, phase: str, stages: set[str], level: int) -> bool:
    includes, excludes = node.fields.all("include"), node.fields.all("exclude")
    if includes and excludes:
        raise TextError(f"{spot(node.where)}: layer {node.name!r} has include and exclude rules, one kind of which Caffe wants")
    if includes:
        return any(_meets(rule, phase, stages, level) for rule in includes)
    return not any(_meets(rule, phase, stages, level) for rule in excludes)


def _meets(rule: Fields, phase: str, stages: set[str], level: int) -> bool:
    if rule.has("phase") and rule.word("phase", PHASES) != phase:
        return False
    if level < rule.get("min_level", level) or level > rule.get("max_level", level):
        return False
    return all(s in stages for s in rule.all("stage")) and not any(s in stages for s in rule.all("not_stage"))


def _with_splits(nodes: list[Node]) -> list[Node]:
    """A Split after each layer whose blob several readers want, a loss weight being a reader. Raises TextError."""
    maker: dict[str, tuple[int, int]] = {}  # blob -> layer and top that made it last
    source: dict[tuple[int, int], tuple[int, int]] = {}  # layer and bottom -> layer and top
    readers: Counter[tuple[int, int]] = Counter()
    weights: dict[tuple[int, int], float] = {}
    for i, node in enumerate(nodes):
        for j, blob in enumerate(node.bottoms):
            if blob not in maker:
                raise TextError(f"{spot(node.where)}: layer {node.name!r} reads {blob!r}, which no layer before it makes")
            source[i, j] = maker[blob]
            readers[maker[blob]] += 1
        for j, blob in enumerate(node.tops):
            maker[blob] = (i, j)
        for j, weight in enumerate(node.loss_weights[: len(node.tops)]):
            weights[i, j] = weight
            readers[i, j] += bool(weight)
    made: list[Node] = []
    used: Counter[tuple[int, int]] = Counter()
    links = 0
    for i, node in enumerate(nodes):
        made.append(node)
        for j, blob in enumerate(node.bottoms):
            top = source[i, j]
            if readers[top] > 1:
                node.bottoms[j] = f"{_split(nodes[top[0]], blob, top[1])}_{used[top]}"
                used[top] += 1
        for j, blob in enumerate(node.tops):
            count = readers[i, j]
            if count > 1:
                name = _split(node, blob, j)
                tops = [f"{name}_{k}" for k in range(count)]
                made.append(Node(name, "Split", [blob], tops, Fields(None, "layer", node.fields.notes), node.where))
                used[i, j] += bool(weights.get((i, j)))
                links += count
        links += len(node.bottoms) + len(node.tops)
        if links > MOST_LINKS:
            raise TextError(f"its layers read and make more than {MOST_LINKS:,} blobs")
    _judge(made)
    return made


def _judge(nodes: list[Node]) -> None:
    """Refuse a blob that two layers make, other than in place, which a blob with several readers cannot be."""
    made: dict[str, str] = {}
    for node in nodes:
        for j, blob in enumerate(node.tops):
            if blob in made and not (j < len(node.bottoms) and node.bottoms[j] == blob):
                raise TextError(f"{spot(node.where)}: blob {blob!r} is made by two layers, {made[blob]!r} and {node.name!r}")
            made[blob] = node.name


def _split(node: Node, blob: str, top: int) -> str:
    return f"{blob}_{node.name}_{top}_split"
