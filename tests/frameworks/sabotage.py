"""One framework's worker that was given something else: ``sabotage.py FRAMEWORK JOB.json``.

What is wrong with a network, and in which framework, is in its name (``mixed-pytorch-stride``): see ``HARMS``. Others are left
alone.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from crosscheck.contract.job import Job
from crosscheck.contract.network import Model
from crosscheck.measuring import catalog
from crosscheck.measuring.plan import launch_adapter
from crosscheck.models.writer import Graph


def mixed(
    name: str,
    *,
    eps: float = 1e-5,
    strides: tuple[int, int] = (1, 2),
    bias: bool = True,
    padding: Any = ((0, 1), (0, 1)),
    pool: str = "avgpool",
) -> Model:
    """A bottleneck with a projection, uneven sides, a padded pooling and a classifier behind a flatten; no harm by default."""
    g = Graph(name, (2, 3, 13, 18))
    g.add("stem.conv", "conv", out_channels=8, kernel=3, padding=padding, bias=bias)
    g.add("stem.bn", "batchnorm", eps=eps)
    came = g.add("stem.relu", "relu")
    g.add("body.conv1", "conv", out_channels=6, kernel=1, stride=strides[0], bias=False)
    g.add("body.bn1", "batchnorm")
    g.add("body.relu1", "relu")
    g.add("body.conv2", "conv", out_channels=6, kernel=3, stride=strides[1], padding=1, bias=False)
    g.add("body.bn2", "batchnorm")
    g.add("body.relu2", "relu")
    g.add("body.conv3", "conv", out_channels=12, kernel=1, bias=False)
    main = g.add("body.bn3", "batchnorm")
    g.last = came
    other = g.add("body.projection", "conv", out_channels=12, kernel=1, stride=2, bias=False)
    g.add("body.add", "add", main, other)
    g.add("body.relu3", "relu")
    g.add("pool", pool, kernel=3, stride=2, padding=1)
    g.add("flatten", "flatten")
    g.add("fc1", "linear", out_features=10)
    g.add("tanh", "tanh")
    g.add("fc2", "linear", out_features=7)
    return g.build()


def _transposed(layer: str, made: dict[str, Any]) -> None:
    if layer == "stem.conv":
        made["weight"] = made["weight"].swapaxes(-1, -2).copy()


def _mirrored(layer: str, made: dict[str, Any]) -> None:
    if layer == "body.conv2":
        made["weight"] = made["weight"][..., ::-1].copy()


def _reordered(layer: str, made: dict[str, Any]) -> None:
    """A flatten in the order of the other layout."""
    if layer == "fc1":
        weight = made["weight"]
        made["weight"] = weight.reshape(len(weight), 12, -1).swapaxes(1, 2).reshape(len(weight), -1).copy()


def _fresh_statistics(layer: str, made: dict[str, Any]) -> None:
    if layer == "body.bn2":
        made["mean"], made["var"] = made["mean"] * 0, made["var"] * 0 + 1


def _one_weight(layer: str, made: dict[str, Any]) -> None:
    if layer == "body.conv2":
        made["weight"] = made["weight"].copy()
        made["weight"].flat[7] = 0


def _no_bias(layer: str, made: dict[str, Any]) -> None:
    if layer == "fc2":
        made["bias"] = made["bias"] * 0


Harm = dict[str, Any] | Callable[[str, dict[str, Any]], None]
HARMS: dict[str, Harm] = {
    "epsilon": {"eps": 1e-3},
    "stride": {"strides": (2, 1)},
    "bias": {"bias": False},
    "padding": {"padding": ((1, 0), (1, 0))},
    "pool": {"pool": "maxpool"},
    "transposed": _transposed,
    "mirrored": _mirrored,
    "reordered": _reordered,
    "statistics": _fresh_statistics,
    "weight": _one_weight,
    "nobias": _no_bias,
}


def harmed(framework: str, harm: str) -> Model:
    """The network that one framework is given with a harm."""
    return mixed(f"mixed-{framework}-{harm}")


def launch(framework: str) -> list[str]:
    """Command of a framework's worker, with every harm that is meant for it; a room that reads files is left alone."""
    if catalog.framework(framework).reads:
        return launch_adapter(framework)
    return [sys.executable, "-P", "-m", "tests.frameworks.sabotage", framework]


def _harm(name: str, framework: str) -> Harm | None:
    _, where, harm = (*name.split("-"), "", "")[:3]
    return HARMS[harm] if where == framework else None


def main(framework: str, path: str) -> None:
    """Change the job and the weights, then be the framework's own worker."""
    from adapters import weights

    job = Job.read(Path(path))
    harms = [_harm(m.name, framework) for m in job.models]
    spoilt = (mixed(m.name, **h) if isinstance(h, dict) else m for m, h in zip(job.models, harms, strict=True))
    replace(job, models=tuple(spoilt)).write(Path(path))
    true = weights.arrays

    def arrays(model: Model, layer: Any) -> dict[str, Any]:
        made = true(model, layer)
        harm = _harm(model.name, framework)
        if callable(harm):
            harm(layer.call_of or layer.id, made)
        return made

    weights.arrays = arrays
    sys.argv = [framework, path]
    runpy.run_module(f"adapters.{framework}", run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
