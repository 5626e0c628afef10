"""A Caffe prototxt as a network, set up as Caffe sets it up in one phase. Needs the standard library only.

Sources: Net::Init and InsertSplits of Caffe 1.0 (src/caffe/net.cpp, src/caffe/util/insert_splits.cpp). No weights are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from crosscheck.contract.network import BARE, ROOT, Input, Layer, Model, Shape, numel, show_shape
from crosscheck.contract.origin import Origin
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED
from crosscheck.contract.text import clean
from crosscheck.errors import FileError, UsageError
from crosscheck.importers.caffe import forks, textproto
from crosscheck.importers.caffe import layers as caffe_layers
from crosscheck.importers.caffe import moves as caffe_moves
from crosscheck.importers.caffe import net as caffe_net
from crosscheck.importers.caffe.call import Blob, Call, Made, OddError
from crosscheck.importers.caffe.fields import Notes
from crosscheck.importers.caffe.net import Net, Node
from crosscheck.importers.caffe.textproto import TextError, spot
from crosscheck.importers.facts import Facts, Held
from crosscheck.importers.imported import Imported, MisfitError, UnshapedError, sound, uncounted

HANDLERS = caffe_layers.HANDLERS | caffe_moves.HANDLERS | forks.HANDLERS
MOST_RANK = 32  # axes of a blob, as in Caffe
MOST_BLOB = 2**31 - 1  # elements of a blob that Caffe can hold
SHOWN = 3  # of a kind, in a note
OTHERS = {
    ".onnx": "an ONNX file. Hint: crosscheck onnx FILE",
    ".caffemodel": "weights. Hint: the network is in the prototxt that they were trained with",
}


def load(
    path: Path,
    inputs: Mapping[str, Shape] | None = None,
    *,
    phase: str = "TEST",
    batch: int | None = None,
    stages: tuple[str, ...] = (),
) -> Imported:
    """The network in a prototxt, in a phase and for these shapes of blobs, where the file leaves them open or not.

    Raises FileError, which names the file, and UsageError where a shape is needed or does not fit.
    """
    try:
        notes = Notes()
        net = caffe_net.build(textproto.parse(_read(path)), notes, phase, stages)
        if not net.nodes:
            if net.left_out:
                hint = f"Hint: --phase {'train' if phase == 'TEST' else 'test'}, or a --stage"
                raise FileError(f"none of its {len(net.left_out)} layers belongs to phase {phase}. {hint}")
            raise FileError("it is no Caffe network: it has no layers" + _solver(notes))
        return _Walk(net, path, dict(inputs or {}), batch).run(notes)
    except (TextError, FileError) as reason:
        raise FileError(f"{clean(str(path), 300)}: {clean(str(reason), 1500)}") from None
    except OSError as reason:
        raise FileError(f"{clean(str(path), 300)} cannot be read: {reason.strerror or reason}") from None


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise FileError("there is no such file" if not path.exists() else "it is no file")
    for suffix, what in OTHERS.items():
        if path.suffix == suffix:
            raise FileError(f"it is no prototxt but {what}")
    if path.stat().st_size > textproto.MOST_BYTES:
        raise FileError(f"it has {path.stat().st_size:,} bytes, more than any network needs ({textproto.MOST_BYTES:,})")
    data = path.read_bytes()
    if not data.strip():
        raise FileError("the file is empty")
    return data


def _solver(notes: Notes) -> str:
    odd = {"net.base_lr", "net.train_net", "net.net", "net.max_iter"} & set(notes.odd)
    return ". Hint: it is a solver; the network is in the file that it names" if odd else ""


@dataclass(slots=True)
class _Known:
    """A blob under way: its shape, None where unknown, and the value that it is in the model."""

    shape: Shape | None
    ref: str


@dataclass
class _Walk:
    """A network being set up, layer by layer. ``given`` are shapes of blobs that the reader states, by blob."""

    net: Net
    path: Path
    given: dict[str, Shape]
    batch: int | None
    layers: list[Layer] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    blobs: dict[str, _Known] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=lambda: Counter((TOTAL, UNATTRIBUTED, ROOT, BARE, "(model)")))
    owners: dict[str, tuple[Shape, str]] = field(default_factory=dict)  # named parameters: shape, and the layer that has it
    shared: dict[str, list[str]] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)  # blobs of data layers whose shape nobody knows, and why
    large: list[str] = field(default_factory=list)
    stated: set[str] = field(default_factory=set)
    left: dict[str, None] = field(default_factory=dict)  # blobs that nobody has read yet
    facts: dict[str, Facts] = field(default_factory=dict)  # by the id of the layer

    def run(self, notes: Notes) -> Imported:
        """Set up all layers. Raises FileError and UsageError."""
        sources = {id(n): shapes for n in self.net.nodes if (shapes := self._source(n)) is not None}
        self._ask()
        for node in self.net.nodes:
            try:
                self._layer(node, sources.get(id(node)))
            except (MisfitError, ValueError) as reason:
                shown = " and ".join("?" if (s := self.blobs[b].shape) is None else _show(s) for b in node.bottoms)
                raise FileError(
                    f"{spot(node.where)}: layer {node.name!r} ({node.type}) does not fit"
                    + (f" its input {shown}" if shown else "")
                    + f": {reason}"
                ) from None
        lost = [name for name in self.given if name not in self.stated]
        if lost:
            known = ", ".join(clean(b) for n in self.net.nodes if id(n) in sources for b in n.tops)
            raise UsageError(f"{clean(self.path.name)} has no input {clean(lost[0])!r}. Hint: it has {known or 'none'}")
        if not self.inputs:
            raise FileError("nothing comes in: it has no data layer, no input layer and no field 'input'")
        return self._imported(notes)

    # --- data -------------------------------------------------------------------------------------------------------------

    def _source(self, node: Node) -> list[Shape | None] | None:
        """Shapes of what a data layer hands over, what the reader states first; None for other layers."""
        if node.bottoms or not node.tops or (node.type in HANDLERS and node.type not in caffe_moves.SOURCES):
            return None
        if "" in self.given:
            name = node.tops[0]
            if any(n is not node and not n.bottoms and n.type not in HANDLERS for n in self.net.nodes) or name in self.given:
                raise UsageError(f"which input is {show_shape(self.given[''])}? Hint: write it like {clean(name)}=…")
            self.given[name] = self.given.pop("")
        try:
            shapes, assumed = caffe_moves.data(Call(node, []))
        except MisfitError as reason:
            raise FileError(f"{spot(node.where)}: layer {node.name!r} ({node.type}): {reason}") from None
        stated = [self.given.get(top) for top in node.tops]
        self.stated |= {top for top in node.tops if top in self.given}
        first = stated[0] or shapes[0]
        if len(shapes) == 2 and not stated[1] and first and node.type in ("Data", "ImageData", "MemoryData", "WindowData"):
            shapes[1] = first[:1]  # a label for each image
        found = [s or shape for s, shape in zip(stated, shapes, strict=True)]
        if self.batch is not None:
            found = [(self.batch, *s[1:]) if s else s for s in found]
        if assumed and not stated[0]:
            self.assumed.append(f"{clean(node.tops[0])} of layer {clean(node.name)!r} has {assumed}: {_show(found[0] or ())}")
        for top, shape in zip(node.tops, found, strict=True):
            if shape is None:
                self.open.append((top, node.type))
            else:
                sound(shape, f"blob {top!r}", MOST_RANK, least=1)
        return found

    def _ask(self) -> None:
        if self.open:
            what = ", ".join(f"{clean(top)} (of {clean(kind)})" for top, kind in self.open[:8])
            write = " ".join(f"--input {clean(top)}=1x3x224x224" for top, _ in self.open[:8])
            raise UsageError(
                f"{clean(self.path.name)} does not tell the shape of {what}. Hint: {write}, with the sizes that you mean"
            )

    # --- layers -----------------------------------------------------------------------------------------------------------

    def _unique(self, wanted: str, outputs: int) -> str:
        """A name that no other layer has, nor any of its outputs."""
        base = name = clean(wanted) or "(nameless)"
        tails = ["", *(f":{k}" for k in range(1, outputs))]
        while any(name + t in self.names for t in tails):
            self.names[base] += 1
            name = f"{base}#{self.names[base]}"
        self.names.update(name + t for t in tails)
        return name

    def _layer(self, node: Node, source: list[Shape | None] | None) -> None:
        call = Call(node, [self.blobs[b].shape for b in node.bottoms])
        made = self._made(call, source)
        tops = [*made.shapes, *[None] * (len(node.tops) - len(made.shapes))]
        for top, shape in zip(node.tops, tops, strict=False):
            if shape is not None:
                sound(shape, f"blob {top!r}", MOST_RANK, least=0)
                if numel(shape) > MOST_BLOB:
                    self.large.append(f"{clean(top)} ({_show(shape)})")
        layer_id = self._unique(node.name or node.type, max(len(tops), 1))
        attrs = made.attrs
        if made.op == "add":
            attrs = attrs | {"inplace": any(a == b for a, b in zip(node.bottoms, node.tops, strict=False))}
        origin = replace(
            made.origin,
            file="caffe",
            native=clean(node.type),
            unshaped=any(shape is None for shape in tops),
            stored=self._stored(node, made.blobs, layer_id),
        )
        if source is not None:
            refs, shapes = self._enter(layer_id, node, source)
        else:
            refs = [self.blobs[b].ref for b in node.bottoms]
            shapes = [s or () for s in call.bottoms]
            if made.x is not None:
                shapes[0] = made.x
        outs = tuple(s or () for s in tops) or ((0,),)
        layer = Layer(layer_id, made.op, attrs, tuple(refs), tuple(shapes), outs, origin=origin)
        self.layers.append(layer)
        for blob in node.bottoms:
            self.left.pop(blob, None)
        self.left |= dict.fromkeys(node.tops)
        for top, value, shape in zip(node.tops, layer.values, tops, strict=False):
            self.blobs[top] = _Known(shape, value)

    def _enter(self, layer_id: str, node: Node, source: list[Shape | None]) -> tuple[list[str], list[Shape]]:
        """The inputs of the model that a data layer hands over."""
        names = [self._unique(f"({top})", 1) for top in node.tops]
        shapes = [s or () for s in source]
        self.inputs += [Input(name, shape) for name, shape in zip(names, shapes, strict=True)]
        return names, shapes

    def _made(self, call: Call, source: list[Shape | None] | None) -> Made:
        node = call.node
        if source is not None:
            return Made("input" if node.type == "Input" else "data", source, {"shape": source[0] or ()})
        handler = HANDLERS.get(node.type)
        if handler is not None:
            try:
                return handler(call)
            except OddError as reason:
                return self._unknown(call, str(reason))
            except UnshapedError:  # which input it is shows in the note
                return self._unknown(call, "")
        return self._unknown(call, "")

    def _unknown(self, call: Call, why: str) -> Made:
        """A layer that nobody knows. What it makes is not known either, unless the reader states it."""
        tops: list[Shape | None] = [self.given.get(top) for top in call.node.tops]
        self.stated |= {top for top in call.node.tops if top in self.given}
        known = [s for s in call.bottoms if s is not None]
        whole = tops and all(s is not None for s in tops) and len(known) == len(call.bottoms)
        outs = sum(numel(s) for s in tops if s is not None)
        bound = (outs, max((numel(s) for s in known), default=1)) if whole else None
        return Made("unknown", tops, {"shape": (tops[0] if tops else None) or ()}, origin=Origin(bound=bound, why=why))

    def _stored(self, node: Node, blobs: tuple[Blob, ...], layer_id: str) -> dict[str, int]:
        """Elements of the parameters that this layer is the first to have. Raises ValueError where shared ones do not agree."""
        if len(node.shared) > len(blobs) and node.type in HANDLERS:
            raise MisfitError(f"{len(node.shared)} param entries, where it has {len(blobs)} parameter blobs")
        stored: Counter[str] = Counter()
        held: list[Held] = []
        for k, (primitive, shape) in enumerate(blobs):
            sound(shape, f"its parameter blob {k}", MOST_RANK, least=0)
            name, loose = node.shared[k] if k < len(node.shared) else ("", False)
            held.append(Held(primitive, f"named {name}" if name else f"{layer_id} {k}", numel(shape)))
            if name in self.owners:
                first, owner = self.owners[name]
                if (numel(first) != numel(shape)) if loose else first != shape:
                    raise MisfitError(
                        f"it shares parameter {name!r} of shape {_show(first)} with {owner!r}, its own is {_show(shape)}"
                    )
                self.shared.setdefault(name, [owner]).append(layer_id)
                continue
            if name:
                self.owners[name] = (shape, layer_id)
            stored[primitive] += numel(shape)
        self.facts[layer_id] = Facts(tuple(held))
        return {part: n for part, n in stored.items() if n}

    # --- what comes of it -------------------------------------------------------------------------------------------------

    def _imported(self, notes: Notes) -> Imported:
        outputs = tuple(dict.fromkeys(self.blobs[blob].ref for blob in self.left)) or (self.layers[-1].id,)
        said = f"Caffe, phase {self.net.phase}" + (f", {clean(self.net.name)}" if self.net.name else "")
        model = Model(
            clean(self.path.stem) or "net",
            "caffe",
            said,
            clean(self.path.name),
            tuple(self.inputs),
            tuple(self.layers),
            outputs,
            {"": "Net"},
        )
        partial = any(x.op == "unknown" for x in self.layers) or bool(notes.odd)
        return Imported(model, tuple(self._notes(notes)), partial, self.facts)

    def _notes(self, notes: Notes) -> Iterable[str]:
        yield from uncounted(self.layers)
        odd = dict(notes.odd)
        if any(x.op == "unknown" for x in self.layers):  # the settings of such a layer are no news
            odd = {name: found for name, found in odd.items() if found[2] or not name.endswith("_param")}
        for name, (count, where, hint) in list(odd.items())[:8]:
            times = f", {count} times" if count > 1 else ""
            yield f"passed over: Caffe 1.0 has no field {clean(name)!r} ({spot(where)}{times}{hint})"
        if len(odd) > 8:
            yield f"passed over: {len(odd) - 8} more fields that Caffe 1.0 does not have"
        if new := Counter(clean(n.type) for n in self.net.nodes if n.type in forks.HANDLERS):
            shown = ", ".join(f"{n} {kind}" for kind, n in new.items())
            yield f"layers that Caffe 1.0 does not have, taken for those of its well-known forks: {shown}"
        for text in self.assumed:
            yield f"taken for granted, as the file does not tell: {text}. Hint: --input states another shape"
        if self.shared:
            shown = "; ".join(f"{clean(name)} by {', '.join(users[:SHOWN])}" for name, users in list(self.shared.items())[:SHOWN])
            yield f"{len(self.shared)} parameters are shared by several layers and counted once: {shown}"
        if self.large:
            yield f"more than {MOST_BLOB:,} elements, which Caffe itself refuses: {', '.join(self.large[:SHOWN])}"


def _show(shape: Iterable[int]) -> str:
    return show_shape(shape) or "one number"


def bundled() -> dict[str, Path]:
    """The networks that come with crosscheck, by name."""
    return {p.stem: p for p in sorted((Path(__file__).parent / "bundled").glob("*.prototxt"))}


def find(name: str) -> Path:
    """A file, or a network that comes with crosscheck, by its name. Raises UsageError with the names that there are."""
    path, known = Path(name), bundled()
    if name in known and not path.exists():
        return known[name]
    if path.exists() or path.suffix or len(path.parts) > 1:
        return path
    raise UsageError(f"there is no file and no network {clean(name)!r}. Hint: networks that come along: {', '.join(known)}")
