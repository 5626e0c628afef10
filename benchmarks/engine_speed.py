"""How fast the engine is: against torchinfo on ResNet-152, and how its cost grows with the number of layers.

``make bench`` runs it. Imports are not timed; each figure is the best of several rounds in one process, sides alternating.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks.timing import best, seconds
from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.models.writer import Graph

SIZES = (1_000, 10_000, 100_000)


def chain(layers: int) -> Model:
    """A network of that many layers in nested containers: convolutions, norms, activations, sums."""
    g = Graph(f"chain{layers}", (1, 8, 16, 16))
    for k in range(layers // 4):
        path = f"stage{k // 1000}.block{k % 1000}"
        came = g.last
        g.add(f"{path}.conv", "conv", out_channels=8, kernel=3, padding=1)
        g.add(f"{path}.bn", "batchnorm")
        g.add(f"{path}.add", "add", g.last, came)
        g.add(f"{path}.relu", "relu")
    return g.build()


def main() -> None:
    """Print both ratios."""
    known = [convention.load(name) for name in convention.ids()]

    def count(net: Model) -> None:
        counted = engine.tally(net)
        assert counted.containers  # made when they are asked for, and part of what is timed
        for c in known:
            for metric in c.metrics:
                engine.total(counted, c, metric)

    _beside_torchinfo(count, len(known))
    _growth(count)


def _beside_torchinfo(count: Callable[[Model], None], conventions: int) -> None:
    import torch
    import torchinfo

    from adapters.pytorch.build import build

    model = models.build("resnet152")
    native = build(model)
    size = [i.shape for i in model.inputs]
    with torch.no_grad():
        native.net(*native.inputs)  # first call of every kernel
    sides = {
        "theirs": lambda: (seconds(lambda: torchinfo.summary(native.net, input_size=size, verbose=0)),),
        "ours": lambda: (min(seconds(partial(count, model)) for _ in range(10)),),
    }
    found = best(sides, 5)
    (theirs,), (ours,) = found["theirs"], found["ours"]
    print(f"ResNet-152: torchinfo {torchinfo.__version__} counts once in {theirs * 1e3:.0f} ms,")
    print(f"  the engine predicts under all {conventions} conventions in {ours * 1e3:.2f} ms: {theirs / ours:.0f} times faster")


def _growth(count: Callable[[Model], None]) -> None:
    print("Growth (count and predict under every convention, twice each: a network's own indices are made once):")
    found = best({str(n): partial(_counted, count, chain(n)) for n in SIZES}, 5)
    before: tuple[float, ...] = ()
    for layers, (again, first) in zip(SIZES, found.values(), strict=True):
        growth = f", {again / before[0]:5.2f} and {first / before[1]:5.2f} times the size before" if before else ""
        print(f"  {layers:>7,} layers: {again * 1e3:7.1f} ms, {first * 1e3:7.1f} ms the first time{growth}")
        before = (again, first)


def _counted(count: Callable[[Model], None], net: Model) -> tuple[float, float]:
    """Seconds of counting a network again, and of counting it for the first time."""
    new = Model(net.name, net.family, net.variant, net.source, net.inputs, net.layers, net.outputs, net.containers)
    first = seconds(partial(count, new))
    return min(seconds(partial(count, new)) for _ in range(2)), first


if __name__ == "__main__":
    main()
