"""An ONNX file as a network: its graph is read, its weights are not, and nothing in it is run.

Sources: onnx/docs/IR.md and onnx/onnx.proto of ONNX 1.17. Needs the standard library only.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from crosscheck.contract.network import Input, Layer, Model, Shape, show_shape
from crosscheck.contract.origin import Origin
from crosscheck.contract.text import clean
from crosscheck.errors import FileError, UsageError
from crosscheck.importers.imported import MOST_SIZE, SHOWN, Imported, sound, uncounted
from crosscheck.importers.onnx import activations, protos
from crosscheck.importers.onnx.initializers import Store
from crosscheck.importers.onnx.node import Known
from crosscheck.importers.onnx.protos import File, Graph, Value
from crosscheck.importers.onnx.tensor import MOST_RANK
from crosscheck.importers.onnx.walk import Walker
from crosscheck.importers.onnx.wire import Reader, WireError

OLDEST, NEWEST = 7, 28  # opsets of ONNX's own operators
OTHERS = {
    b"PK\x03\x04": "a zip archive, as PyTorch's .pt and Keras' .keras files are",
    b"\x89HDF": "an HDF5 file, as Keras' .h5 files are",
    b"\x1f\x8b": "compressed with gzip",
    b"version https://git-lfs": "a pointer of Git LFS, whose file was not fetched",
}


def load(path: Path, inputs: Mapping[str, Shape] | None = None) -> Imported:
    """The network in an ONNX file, for these input shapes where the file leaves them open.

    Raises FileError, which names the file, and UsageError where an input shape is needed or does not fit.
    """
    try:
        with _mapped(path) as data:
            reader = Reader(data)
            try:
                file = protos.read(reader)
            except WireError as reason:
                raise FileError(f"it is damaged or no ONNX file: {reason}") from None
            return _import(path, _judged(file), reader, inputs or {})
    except (FileError, WireError) as reason:
        raise FileError(f"{clean(str(path), 300)}: {clean(str(reason), 1500)}") from None
    except OSError as reason:
        raise FileError(f"{clean(str(path), 300)} cannot be read: {reason.strerror or reason}") from None
    except RecursionError:
        raise FileError(f"{clean(str(path), 300)}: parts of it lie too deep in one another") from None


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    """A regular file in memory, of which only what is looked at is loaded."""
    if not path.is_file():
        raise FileError("there is no such file" if not path.exists() else "it is no file")
    if path.suffix == ".prototxt":
        raise FileError("it is no ONNX file but a Caffe network. Hint: crosscheck caffe FILE")
    with path.open("rb") as handle:
        head = handle.read(32)
        if not head:
            raise FileError("the file is empty")
        for magic, what in OTHERS.items():
            if head.startswith(magic):
                raise FileError(f"it is no ONNX file but {what}")
        with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _judged(file: File) -> tuple[File, Graph]:
    """Refuse a file without a graph or of versions that are not known."""
    if file.graph is None or not file.opsets:
        raise FileError("it is no ONNX file: it has no " + ("graph" if file.graph is None else "operator sets"))
    if "" in file.opsets and not OLDEST <= file.opsets[""] <= NEWEST:
        says = "newer than this reader knows" if file.opsets[""] > NEWEST else "older than this reader knows"
        raise FileError(
            f"its opset {file.opsets['']} is {says}. Hint: opsets {OLDEST} to {NEWEST} are read; convert or re-export it"
        )
    return file, file.graph


def _import(path: Path, judged: tuple[File, Graph], reader: Reader, given: Mapping[str, Shape]) -> Imported:
    file, graph = judged
    functions = {(f.domain, f.name, f.overload): f for f in file.functions}
    symbols: dict[str, int] = {}
    walker = Walker(Store(reader, path.parent), functions, symbols)
    scope: dict[str, Known] = walker.stored(graph)
    for v in graph.inputs:  # 0 and −1 are how some exporters write an open size
        v.dims = None if v.dims is None else tuple(None if d in (0, -1) else d for d in v.dims)
    open_inputs = [v for v in graph.inputs if v.name not in scope]  # old files list stored tensors among the inputs too
    entries: list[Input] = []
    for value, shape in zip(open_inputs, _shapes(path, open_inputs, given), strict=True):
        sound(shape, f"input {value.name!r}", MOST_RANK)
        name = walker.names.unique(value.name)
        entries.append(Input(name, shape))
        scope[value.name] = Known(shape if value.tensor else None, name)
        symbols |= {d: n for d, n in zip(value.dims or (), shape, strict=False) if isinstance(d, str)}
    walker.run(graph.nodes, scope, file.opsets, graph.said, "", 0)
    lost = [v.name for v in graph.outputs if v.name not in scope]
    if lost or not graph.outputs:
        raise FileError(f"output {lost[0]!r} is made by no node" if lost else "the graph has no outputs")
    outputs = [scope[v.name].ref or _still(walker, v.name, scope[v.name]) for v in graph.outputs]
    notes, partial = _notes(walker)
    opset = file.opsets.get("", 0)
    model = Model(
        clean(path.stem) or "graph",
        "onnx",
        clean(f"ONNX opset {opset}" + (f" by {file.producer}" if file.producer else "")),
        clean(path.name),
        tuple(entries),
        tuple(walker.layers),
        tuple(dict.fromkeys(outputs)),
        {"": "Graph"},
    )
    return Imported(model, (*notes, *activations.notes(model)), partial, walker.facts, activations.spelled)


def _still(walker: Walker, name: str, known: Known) -> str:
    """A stored tensor that is an output of the graph: a layer of its own."""
    shape = known.shape or ()
    layer = Layer(walker.names.unique(name), "constant", {"shape": shape}, (), (), (shape,), origin=Origin("onnx", stored={}))
    walker.layers.append(layer)
    return layer.id


def _shapes(path: Path, inputs: list[Value], given: Mapping[str, Shape]) -> list[Shape]:
    """The shape of every input. Raises UsageError that says what to write where one is open, and where one does not fit."""
    names = [v.name for v in inputs]
    if "" in given and "" not in names:
        if len(inputs) != 1:
            raise UsageError(f"which input is {show_shape(given[''])}? Hint: write it like {clean(names[0]) if names else 'x'}=…")
        given = {names[0]: given[""]}
    odd = [name for name in given if name not in names]
    if odd:
        raise UsageError(f"{clean(path.name)} has no input {clean(odd[0])!r}. Hint: it has {', '.join(map(clean, names))}")
    found: list[Shape] = []
    asked: list[tuple[Value, Shape]] = []
    for value in inputs:
        what = f"input {clean(value.name)!r}"
        dims, shape = value.dims, given.get(value.name)
        fixed = [d for d in dims or () if isinstance(d, int)]
        if any(not 0 < d <= MOST_SIZE for d in fixed):
            raise FileError(f"{what} has a size of {next(d for d in fixed if not 0 < d <= MOST_SIZE):,}")
        if not value.tensor:
            found.append(())
            continue
        if shape is None:
            if dims is None or len(fixed) < len(dims):
                asked.append((value, _likely(dims)))
            found.append(tuple(fixed))
            continue
        fits = dims is None or (
            len(dims) == len(shape) and all(not isinstance(d, int) or d == n for d, n in zip(dims, shape, strict=True))
        )
        if not fits:
            raise UsageError(f"{what} is {_show(dims)} in the file, which {show_shape(shape)} does not fit")
        found.append(shape)
    if asked:
        what = ", ".join(f"{clean(v.name)} ({_show(v.dims)})" for v, _ in asked)
        write = " ".join(f"--input {clean(v.name)}={show_shape(shape)}" for v, shape in asked)
        raise UsageError(f"{clean(path.name)} leaves sizes open: {what}. Hint: {write}, with the sizes that you mean")
    return found


def _show(dims: tuple[int | str | None, ...] | None) -> str:
    return "of any shape" if dims is None else "x".join("?" if d is None else clean(str(d), 40) for d in dims) or "one number"


def _likely(dims: tuple[int | str | None, ...] | None) -> Shape:
    """A shape to start from: one sample, images of 224 by 224, sequences of 128."""
    if dims is None:
        return (1, 3, 224, 224)
    usual = (1, 3, 224, 224) if len(dims) == 4 else (1, *[128] * (len(dims) - 1))
    return tuple(d if isinstance(d, int) else n for d, n in zip(dims, usual, strict=True))


def _notes(walker: Walker) -> tuple[list[str], bool]:
    """What is not counted and why, which stored tensors are shared, which are read by nobody; adds a layer for the last."""
    notes = uncounted(walker.layers)
    partial = bool(notes)
    shared = [u for u in walker.uses.values() if len(u.layers) > 1 and u.tensor.elements > 1]
    if shared:
        largest = sorted(shared, key=lambda u: -u.tensor.elements)[:SHOWN]
        shown = "; ".join(f"{u.tensor.name} ({u.tensor.elements:,} elements) by {_few(u.layers)}" for u in largest)
        notes.append(f"{len(shared)} stored tensors are used by several nodes and counted once: {shown}")
    unused = [u.tensor for u in walker.uses.values() if not u.layers and u.tensor.elements]
    if unused:
        elements = sum(t.elements for t in unused)
        held = {"node_held": n} if (n := sum(t.elements for t in unused if t.held)) else {}
        origin = Origin("onnx", unused=elements, stored=held)
        name = walker.names.unique("(unused)")
        walker.layers.append(Layer(name, "constant", {"shape": (0,)}, (), (), ((0,),), origin=origin))
    named = [t for t in unused if not t.literal and t.elements > 1]
    if named:
        many = sum(t.elements for t in named)
        notes.append(f"{len(named)} stored tensors with {many:,} elements are read by no node: {_few([t.name for t in named])}")
    for location, count in walker.store.absent.items():
        notes.append(f"{count} stored tensors lie in {clean(location)!r}, which is not there; their sizes are all that is needed")
    return notes, partial


def _few(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
