"""How fast the engine is: against torchinfo on ResNet-152, and how its cost grows with the number of layers.

``make bench`` runs it. Imports are not timed; each figure is the best of several rounds in one process, sides alternating.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.models.writer import Graph

SIZES = (1_000, 10_000, 100_000)


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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
    import torch
    import torchinfo

    from adapters.pytorch.build import build

    known = [convention.load(name) for name in convention.ids()]
    model = models.build("resnet152")
    native = build(model)
    size = [i.shape for i in model.inputs]
    with torch.no_grad():
        native.net(*native.inputs)  # first call of every kernel

    def count(net: Model = model) -> None:
        counted = engine.tally(net)
        for c in known:
            for metric in c.metrics:
                engine.total(counted, c, metric)

    theirs, ours = [], []
    for _ in range(3):
        theirs.append(seconds(lambda: torchinfo.summary(native.net, input_size=size, verbose=0)))
        ours += [seconds(count) for _ in range(5)]
    ratio = min(theirs) / min(ours)
    print(f"ResNet-152: torchinfo {torchinfo.__version__} counts once in {min(theirs) * 1e3:.0f} ms,")
    print(f"  the engine predicts under all {len(known)} conventions in {min(ours) * 1e3:.2f} ms: {ratio:.0f} times faster")
    print("Growth (count and predict under every convention):")
    before = 0.0
    for layers in SIZES:
        net = chain(layers)
        best = min(seconds(partial(count, net)) for _ in range(3))
        per_layer = best / layers * 1e6
        growth = f", {per_layer / before:.2f} of the previous size's cost per layer" if before else ""
        print(f"  {layers:>7,} layers: {best * 1e3:8.1f} ms, {per_layer:5.2f} µs per layer{growth}")
        before = per_layer


if __name__ == "__main__":
    main()
