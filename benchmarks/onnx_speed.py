"""How fast and how small the answer on an ONNX file is: ``crosscheck onnx`` beside ``onnx.load`` and onnx-tool, each a process.

``python -m benchmarks.onnx_speed [FILE.onnx]``; without a file, VGG-16 with its 553 MB of weights is written first. Wall time
includes start-up; sides alternate, the best of several rounds counts, memory is the peak that the system saw.
"""

from __future__ import annotations

import importlib.util
import struct
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.timing import best, process
from crosscheck import models
from crosscheck.contract.network import Model, numel

ROUNDS = 5
SIDES = {
    "crosscheck onnx": "import sys; sys.argv = ['crosscheck', 'onnx', sys.argv[1]]; from crosscheck.cli import main; main()",
    "onnx.load": "import sys, onnx; m = onnx.load(sys.argv[1]); print(len(m.graph.node))",
    "onnx.load and infer_shapes": "import sys, onnx; m = onnx.shape_inference.infer_shapes(onnx.load(sys.argv[1]))",
    "onnx-tool": "import sys, onnx_tool; onnx_tool.model_profile(sys.argv[1])",
    "import onnx, nothing else": "import onnx",
    "python, nothing else": "",
}
NEEDS = {"onnx-tool": "onnx_tool", "onnx.load": "onnx"}


def varint(n: int) -> bytes:
    """A number as the wire format writes it."""
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number: int, body: bytes | int | str) -> bytes:
    """A field of a message."""
    if isinstance(body, int):
        return varint(number << 3) + varint(body)
    body = body.encode() if isinstance(body, str) else body
    return varint(number << 3 | 2) + varint(len(body)) + body


def value(name: str, shape: tuple[int, ...]) -> bytes:
    """A float input or output."""
    dims = b"".join(field(1, field(1, d)) for d in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dims)))


def write(model: Model, path: Path, *, hollow: bool = False) -> None:
    """A chain of convolutions, activations, poolings and linear layers as an ONNX file; its weights are a hole if ``hollow``."""
    nodes: list[bytes] = []
    tensors: list[tuple[bytes, int]] = []
    for x in model.layers:
        reads, attrs = list(x.inputs), {}
        op = {"conv": "Conv", "relu": "Relu", "maxpool": "MaxPool", "flatten": "Flatten", "linear": "Gemm"}.get(x.op, "Identity")
        if x.op in ("conv", "maxpool"):
            before, after = zip(*x.attrs["padding"], strict=True)
            attrs = {"kernel_shape": x.attrs["kernel"], "strides": x.attrs["stride"], "pads": (*before, *after)}
        for part in ("weight", "bias") if x.op in ("conv", "linear") else ():
            shape = (x.y[1],) if part == "bias" else (x.y[1], x.x[1], *x.attrs.get("kernel", ()))
            name = f"{x.id}.{part}"
            reads.append(name)
            head = b"".join(field(1, d) for d in shape) + field(2, 1) + field(8, name)
            tensors.append((head, 4 * numel(shape)))
        packed = [field(1, n) + b"".join(field(8, v) for v in vs) + field(20, 7) for n, vs in attrs.items()]
        packed += [field(1, "transB") + field(3, 1) + field(20, 2)] if x.op == "linear" else []
        names = b"".join(field(1, r) for r in reads) + field(2, x.id) + field(3, x.id) + field(4, op)
        nodes.append(field(1, names + b"".join(field(5, a) for a in packed)))
    ends = field(11, value(model.inputs[0].name, model.inputs[0].shape)) + field(12, value(model.outputs[0], model.layers[-1].y))
    heads = [head + varint(9 << 3 | 2) + varint(size) for head, size in tensors]
    inner = [varint(5 << 3 | 2) + varint(len(h) + size) for h, (_, size) in zip(heads, tensors, strict=True)]
    graph = b"".join(nodes) + field(2, model.name) + ends
    length = len(graph) + sum(len(i) + len(h) + size for i, h, (_, size) in zip(inner, heads, tensors, strict=True))
    block = struct.pack("<f", 0.5) * (1 << 18)
    with path.open("wb") as file:
        file.write(field(1, 8) + field(8, field(2, 17)) + varint(7 << 3 | 2) + varint(length) + graph)
        for i, head, (_, size) in zip(inner, heads, tensors, strict=True):
            file.write(i + head)
            if hollow:
                file.truncate(file.seek(size, 1))
                continue
            for _ in range(size // len(block)):
                file.write(block)
            file.write(block[: size % len(block)])


def main() -> None:
    """Print time and memory of every side, and the ratios to the first one."""
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as folder:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "vgg16.onnx"
        if len(sys.argv) == 1:
            write(models.build("vgg16"), path)
        sides = {name: p for name, p in SIDES.items() if importlib.util.find_spec(NEEDS.get(name, "onnx"))}
        runs = {name: partial(process, [sys.executable, "-c", program, str(path)]) for name, program in sides.items()}
        print(f"{path.name}, {path.stat().st_size / 1e6:,.0f} MB, best of {ROUNDS}:")
        found = best(runs, ROUNDS)
        wall, _, memory = found["crosscheck onnx"]
        for name, (w, cpu, peak) in found.items():
            print(f"  {name:<28} {w:6.2f} s wall ({w / wall:5.2f}×), {cpu:6.2f} s CPU, {peak:7,.0f} MB ({peak / memory:5.2f}×)")


if __name__ == "__main__":
    main()
