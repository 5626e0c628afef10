"""Files that are no ONNX, or mean harm, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import onnx
from onnx import helper

from tests.importers.onnx import files as of

GOOD = of.conv_net().SerializeToString()


def changed(change: Callable[[onnx.ModelProto], object]) -> bytes:
    """The good file's bytes after a change."""
    proto = of.conv_net()
    change(proto)
    return bytes(proto.SerializeToString())


def weight_elsewhere(location: str, **more: str) -> bytes:
    """The good file with its first weight in another file."""

    def change(proto: onnx.ModelProto) -> None:
        tensor = proto.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in {"location": location, **more}.items():
            tensor.external_data.add(key=key, value=value)

    return changed(change)


def weight_sized(axis: int, size: int) -> bytes:
    def change(proto: onnx.ModelProto) -> None:
        proto.graph.initializer[0].dims[axis] = size

    return changed(change)


def input_sized(size: int) -> bytes:
    return changed(lambda p: setattr(p.graph.input[0].type.tensor_type.shape.dim[2], "dim_value", size))


def doubled(op: str, **attrs: int) -> bytes:
    """Ninety nodes, each of twice what came before."""
    names = ["x", *(f"v{k}" for k in range(89)), "y"]
    nodes = [of.node(op, f"{a} {a}", b, **attrs) for a, b in pairwise(names)]
    return bytes(of.model(of.graph(nodes, [2])).SerializeToString())


def calling(depth: int, twice: bool) -> bytes:
    """Functions that call one another, each the next one once or twice; the last one calls the first where ``depth`` is 0."""
    opsets = [helper.make_opsetid("", of.OPSET), helper.make_opsetid("f", 1)]
    made = []
    for k in range(max(depth, 1)):
        last = depth and k == depth - 1
        op, domain = ("Relu", "") if last else (f"F{k + 1 if depth else 0}", "f")
        body = [helper.make_node(op, ["a"], ["t"], domain=domain), helper.make_node(op if twice else "Relu", ["t"], ["b"])]
        body[1].domain = domain if twice else ""
        made.append(helper.make_function("f", f"F{k}", ["a"], ["b"], body, opsets))
    return bytes(of.model(of.graph([of.node("F0", "x", "y", domain="f")], [2]), functions=made).SerializeToString())


def varint(n: int) -> bytes:
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def nested(depth: int) -> bytes:
    """Graphs in attributes of nodes of graphs."""
    body = b""
    for _ in range(depth):
        attribute = b"\x32" + varint(len(body)) + body
        node = b"\x22\x02If\x2a" + varint(len(attribute)) + attribute
        body = b"\x0a" + varint(len(node)) + node
    return b"\x08\x08\x3a" + varint(len(body)) + body + b"\x42\x02\x10\x11"


def crowd(nodes: int) -> bytes:
    return b"\x08\x08\x3a" + varint(2 * nodes) + b"\x0a\x00" * nodes + b"\x42\x02\x10\x11"


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "one byte": (GOOD[:1], "it ends inside of a number"),
    "cut in half": (GOOD[: len(GOOD) // 2], "it is cut short: "),
    "cut at the end": (GOOD[:-1], "it is cut short: 4 bytes should follow"),
    "text": (b"hello world, this is no model\n" * 9, "damaged or no ONNX file"),
    "json": (b'{"a": 1}', "damaged or no ONNX file"),
    "pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00", "damaged or no ONNX file"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(50), "it is no ONNX file but an HDF5 file"),
    "gzip": (b"\x1f\x8b\x08" + bytes(50), "it is no ONNX file but compressed with gzip"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS, whose file was not fetched"),
    "no graph": (b"\x08\x08\x42\x02\x10\x11", "it is no ONNX file: it has no graph"),
    "no opset": (changed(lambda p: p.ClearField("opset_import")), "it is no ONNX file: it has no operator sets"),
    "two graphs": (GOOD + GOOD, "it has two graphs"),
    "cyclic": (changed(lambda p: p.graph.node[0].input.__setitem__(0, "y")), "the graph is cyclic: node "),
    "nowhere": (changed(lambda p: p.graph.node[0].input.__setitem__(0, "z")), "node 'conv' reads 'z', which nothing makes"),
    "twice": (changed(lambda p: p.graph.node[1].output.__setitem__(0, "c")), "value 'c' is made by two nodes"),
    "no output": (changed(lambda p: p.graph.ClearField("output")), "the graph has no outputs"),
    "lost output": (changed(lambda p: setattr(p.graph.output[0], "name", "q")), "output 'q' is made by no node"),
    "future": (
        changed(lambda p: setattr(p.opset_import[0], "version", 999)),
        "its opset 999 is newer than this reader knows. Hint: ",
    ),
    "past": (changed(lambda p: setattr(p.opset_import[0], "version", 3)), "its opset 3 is older than this reader knows. Hint: "),
    "negative input": (input_sized(-8), "input 'x' has a size of -8"),
    "huge input": (input_sized(1 << 40), "input 'x' has a size of 1,099,511,627,776"),
    "huge padding": (
        changed(lambda p: p.graph.node[0].attribute[0].ints.__setitem__(0, 1 << 62)),
        "a size must be from 0 to 2,147,483,647",
    ),
    "axes of two billion": (
        bytes(of.model(of.graph([of.node("Relu", "x", "y")], [2**31 - 1] * 64)).SerializeToString()),
        "more elements than any machine holds",
    ),
    "negative padding": (
        changed(lambda p: p.graph.node[0].attribute[0].ints.__setitem__(0, -99)),
        "node 'conv' (Conv) does not fit",
    ),
    "no groups": (changed(lambda p: p.graph.node[0].attribute.append(helper.make_attribute("group", 0))), "in 0 groups"),
    "ninety axes": (
        changed(lambda p: [p.graph.initializer[0].dims.append(1) for _ in range(90)]),
        "stored tensor 'w' has 94 axes, more than 64",
    ),
    "names": (
        changed(lambda p: p.graph.node[0].input.__setitem__(0, "<b>\x1b[31m\n")),
        r"node 'conv' reads '<b>\\x1b[31m\\n', which nothing makes",
    ),
    "a product of three": (
        changed(lambda p: p.graph.node[2].MergeFrom(onnx.NodeProto(op_type="Mul", input=["n", "n"]))),
        "node 'relu_r' (Mul) does not fit its input 1x4x8x8 and 1x4x8x8 and 1x4x8x8: it has 3 inputs, where Mul has 2",
    ),
    "a sum of one": (changed(lambda p: setattr(p.graph.node[2], "op_type", "Add")), "it has 1 inputs, where Add has 2"),
    "two outputs": (changed(lambda p: p.graph.node[2].output.append("q")), "it has 2 outputs, where Relu has 1"),
    "negative weight": (weight_sized(0, -4), "stored tensor 'w' is -4x3x3x3: a size must be from 0"),
    "huge weight": (weight_sized(0, 1 << 50), "stored tensor 'w' is 1125899906842624x3x3x3: a size must be from 0"),
    "huge kernel": (
        weight_sized(2, 1 << 30),
        "kernel (1073741824, 3), strides (1, 1) and dilations (1, 1) must be from 1 to 16384",
    ),
    "misfit": (weight_sized(1, 5), "node 'conv' (Conv) does not fit its input 1x3x8x8 and 4x5x3x3 and 4: weight "),
    "wrong kind": (
        changed(lambda p: p.graph.node[0].attribute[0].CopyFrom(helper.make_attribute("pads", "wide"))),
        "attribute pads is of the wrong kind",
    ),
    "doubling": (doubled("Concat", axis=0), "a size must be from 0 to 2,147,483,647"),
    "calls itself": (calling(0, twice=False), "functions or bodies lie more than 24 deep in one another"),
    "a billion nodes": (calling(23, twice=True), "it has more than 200,000 nodes, functions opened up"),
    "deep": (nested(3000), "messages lie more than 32 deep in one another"),
    "crowd": (crowd(1_500_000), "it has more than 1,000,000 parts"),
    "no location": (weight_elsewhere(""), "stored tensor 'w' lies in '', which is no relative path"),
    "absolute": (weight_elsewhere("/etc/passwd"), "lies in '/etc/passwd', which is no relative path"),
    "drive": (weight_elsewhere("C:\\w.bin"), "which is no relative path"),
    "upwards": (weight_elsewhere("../net.onnx"), "lies in '../net.onnx', which leaves the model's folder"),
    "roundabout": (weight_elsewhere("a/../../net.onnx"), "which leaves the model's folder"),
    "linked": (weight_elsewhere("link"), "lies in 'link', which leads out of the model's folder"),
    "linked folder": (weight_elsewhere("up/secret"), "lies in 'up/secret', which leads out of the model's folder"),
    "address": (weight_elsewhere("https://example.com/w.bin"), "which is no relative path"),
    "folder": (weight_elsewhere("folder"), "lies in 'folder', which is no file"),
    "short data": (weight_elsewhere("net.onnx", offset="0", length="99999999"), "which is cut short: it has "),
    "odd offset": (weight_elsewhere("net.onnx", offset="-5"), "at offset '-5' with length '0', which are no numbers"),
}
CROWDS = ("crowd", "a billion nodes")  # what needs little memory to be refused, tried once, in a process of its own
