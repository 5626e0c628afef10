"""What ``crosscheck compare`` adds to the tools: ResNet-50 under every PyTorch tool, beside plain scripts that call them.

``python -m benchmarks.compare_speed [ROOT …]``; further source trees are timed side by side. The tools alone are one script that
imports and runs all that one environment holds, one after another, and one for each edition that needs an environment of its own;
nothing of crosscheck runs there. Sides alternate, the best of several rounds counts; processor time is that of all processes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.timing import best, process
from crosscheck.measuring import catalog
from crosscheck.measuring.catalog import overlay_folder
from crosscheck.subjects import zoo

ROUNDS = 2
HERE = Path(__file__).resolve().parent.parent
NETWORK, SHAPE = "torchvision:resnet50", "(1, 3, 224, 224)"
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from crosscheck.cli import main; main()"
MADE = f"""
import contextlib, copy, io, os, sys
os.environ["OMP_NUM_THREADS"] = "1"  # as in workers: threads that wait for one another would count against the scripts
for folder in sys.argv[1:]:
    sys.path.insert(0, folder)
import torch
torch.set_num_threads(1)
for name in ("nms", "qnms"):  # torchvision imports without its binary where these are there
    torch.library.define(f"torchvision::{{name}}", "(Tensor dets, Tensor scores, float threshold) -> Tensor")
from torchvision.models import resnet50
made, x = resnet50().eval(), torch.randn{SHAPE}
def net():
    return copy.deepcopy(made)
quiet = contextlib.redirect_stdout(io.StringIO())
"""
TOOLS = """
from calflops import calculate_flops
from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis, parameter_count
from ptflops import get_model_complexity_info
from thop import profile as thop
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode
from torchinfo import summary
from torchprofile import profile_macs
with quiet, torch.no_grad():
    summary(net(), input_size=tuple(x.shape), verbose=0)
    with FlopCounterMode(display=False) as mode:
        net()(x)
    thop(net(), inputs=(x,), verbose=False)
    for _ in ("FLOPs", "MACs"):
        calculate_flops(net(), args=[x], kwargs={}, output_as_string=False)
    for backend in ("pytorch", "aten"):
        get_model_complexity_info(net(), tuple(x.shape[1:]), as_strings=False, print_per_layer_stat=False, backend=backend)
    with profile(activities=[ProfilerActivity.CPU], with_flops=True) as seen:
        net()(x)
    sum(average.flops for average in seen.key_averages())
    FlopCountAnalysis(net(), x).total(), ActivationCountAnalysis(net(), x).total(), parameter_count(net())
    profile_macs(net(), x)
"""
QUIET = "with quiet, torch.no_grad():\n    "
EDITIONS = {
    "torchinfo-0.0.9": "from torchinfo import summary\nsummary(net(), input_size=tuple(x.shape), verbose=0)",
    "torch-summary-1.4.5": "from torchsummary import summary\nsummary(net(), tuple(x.shape[1:]), verbose=0)",
    "torchsummary-1.5.1": "from torchsummary import summary\nsummary(net(), tuple(x.shape[1:]), batch_size=1, device='cpu')",
}


def alone(library: str) -> tuple[float, ...]:
    """Wall and processor seconds of the scripts, one after another."""
    programs: list[tuple[str, tuple[str, ...]]] = [(TOOLS, ())]
    programs += [(QUIET + p.replace("\n", "\n    "), (str(overlay_folder(o)),)) for o, p in EDITIONS.items()]
    runs = [process([sys.executable, "-W", "ignore", "-c", MADE + program, library, *own]) for program, own in programs]
    return sum(wall for wall, _, _ in runs), sum(cpu for _, cpu, _ in runs)


def compared(root: str, folder: str) -> tuple[float, ...]:
    """Wall and processor seconds of the command, in a folder of its own."""
    os.chdir(folder)
    return process([sys.executable, "-c", START, root, "compare", NETWORK])[:2]


def main() -> None:
    """Print the seconds of every side and their ratios to the tools alone."""
    library = str(overlay_folder(zoo.get(NETWORK).overlay))
    with tempfile.TemporaryDirectory() as folder:
        sides = {"the tools alone": partial(alone, library)}
        sides |= {f"crosscheck compare, {root}": partial(compared, root, folder) for root in (str(HERE), *sys.argv[1:])}
        found = best(sides, ROUNDS)
        os.chdir(HERE)
    tools = len(catalog.framework("pytorch").tools)
    print(f"{NETWORK} under {tools} tools, best of {ROUNDS}:")
    first = found["the tools alone"]
    for name, figures in found.items():
        wall, cpu = (f"{n:6.1f} s ({n / one:4.2f}×)" for n, one in zip(figures, first, strict=True))
        print(f"  {name:<50} {wall} wall, {cpu} processor")


if __name__ == "__main__":
    main()
