"""What it costs to see a network: a capture beside the network's own forward pass, and the explaining of layers nobody described.

``python -m benchmarks.capture_speed [ROOT …]``; further source trees are timed side by side. Each side is a process with one
thread that tells its own seconds of processor time, the best of several rounds; sides alternate.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.timing import best

ROUNDS = 3
HERE = Path(__file__).resolve().parent.parent
SIDES = {
    "forward": "net(x)",
    "layers alone": "watch(net, (x,), like)",
    "all that runs": "watch(net, (x,), like, captured=True)",
}
NETWORKS = {
    "a network that multiplies, 12 convolutions of 128 channels on 112x112": (
        "nn.Sequential(nn.Conv2d(3, 128, 3, padding=1), *(nn.Conv2d(128, 128, 3, padding=1) for _ in range(11)))",
        "(1, 3, 112, 112)",
    ),
    "a network of 200 small layers": (
        "nn.Sequential(*(m for _ in range(100) for m in (nn.Conv2d(4, 4, 1), nn.ReLU())))",
        "(1, 4, 8, 8)",
    ),
}
SETUP = """
import sys, time
sys.path.insert(0, sys.argv[1])
import torch
from torch import nn
from adapters.pytorch.observe import watch
from crosscheck.contract.network import Input, Layer, Model
torch.set_num_threads(1)
net, shape = ({net}).eval(), {shape}
x = torch.randn(shape)
layer = Layer("network", "other", {{}}, ("input",), (shape,), (shape,))
like = Model("mine", "mine", "", "", (Input("input", shape),), (layer,), ("network",))
with torch.no_grad():
    {work}
    start = time.process_time()
    {work}
    print(time.process_time() - start)
"""
EXPLAINED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import Input, Layer, Model
from crosscheck.contract.origin import Origin
from crosscheck.conventions import read
from crosscheck.counting import engine
shape = (1, 8, 8, 8)
conv = dict(kernel=(1, 1), stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1), groups=1, out_channels=8, bias=True)
attrs, origin = ({{}}, Origin(native="mine")) if "{op}" == "other" else (conv, Origin())
layers = tuple(
    Layer(f"l{{k}}", "{op}", attrs, (f"l{{k - 1}}" if k else "input",), (shape,), (shape,), origin=origin) for k in range(1000)
)
calls = tuple(
    Call(Level.KERNEL, "convolution", x.id, (shape, (8, 8, 1, 1), (8,)), (shape,), {{"groups": 1, "transposed": False}})
    for x in layers
)
tools = [read.load(name) for name in ("flop_counter", "mac", "torch_profiler")]
net = Model("mine", "mine", "", "", (Input("input", shape),), layers, (layers[-1].id,), {{"": "Net"}}, calls)
start = time.process_time()
counted = engine.tally(net)
for tool in tools:
    engine.predict(counted, tool)
print(time.process_time() - start)
"""


def told(root: str, program: str) -> tuple[float]:
    """Seconds that a program tells. Ends with what it said where it fails."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program, root], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-500:])
    return (float(done.stdout.split()[-1]),)


def main() -> None:
    """Print the seconds of every side and their ratios to the first one."""
    roots = [str(HERE), *sys.argv[1:]]
    for title, (net, shape) in NETWORKS.items():
        programs = {side: SETUP.format(net=net, shape=shape, work=work) for side, work in SIDES.items()}
        show(title, {f"{side}, {root}": partial(told, root, p) for side, p in programs.items() for root in roots})
    programs = {op: EXPLAINED.format(op=op) for op in ("conv", "other")}
    title = "1,000 layers, predicted for three tools"
    show(title, {f"{op}, {root}": partial(told, root, p) for op, p in programs.items() for root in roots})


def show(title: str, runs: dict[str, partial[tuple[float]]]) -> None:
    """One group of sides."""
    print(f"{title}, best of {ROUNDS}:")
    found = best(runs, ROUNDS)
    first = next(iter(found.values()))[0]
    for name, (cpu,) in found.items():
        print(f"  {name:<50} {cpu:7.3f} s processor ({cpu / first:6.2f}×)")


if __name__ == "__main__":
    main()
