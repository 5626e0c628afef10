"""Every way to call a Paddle network from Python: a JSON line each. ``python -m tests.frameworks.paddle_ways``."""

# mypy: disable-error-code="misc, override"

from __future__ import annotations

import hashlib
import json
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import paddle
from paddle import Tensor, nn

from crosscheck import compare
from crosscheck.errors import UsageError
from crosscheck.session.result import Result
from tests.frameworks import one_worker

X = (1, 3, 8, 8)


class Net(nn.Layer):
    """A convolution, what nobody described, and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2D(3, 4, 3)
        self.act = nn.ReLU6()
        self.fc = nn.Linear(144, 5)

    def forward(self, x: Tensor) -> Any:
        return self.fc(self.act(self.conv(x)).flatten(1))


class Two(Net):
    def forward(self, x: Tensor, y: Tensor) -> Any:
        return super().forward(x) + super().forward(y)


class Named(Net):
    def forward(self, x: Tensor, *, twice: bool = False) -> Any:
        made = super().forward(x)
        return made + super().forward(x) if twice else made


@dataclass
class Output:
    logits: Tensor
    hidden: Tensor | None = None


class Fields(Net):
    def forward(self, x: Tensor) -> Any:
        return Output(super().forward(x))


class Training(Net):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2D(4)
        self.train()

    def forward(self, x: Tensor) -> Any:
        made = self.norm(self.conv(x))
        return self.fc(made.flatten(1)) if not self.training else made


class Tied(nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.head = nn.Linear(6, 6, bias_attr=False)
        self.tail = nn.Linear(6, 6, bias_attr=False)
        self.tail.weight = self.head.weight

    def forward(self, ids: Tensor) -> Any:
        return self.tail(self.head(self.table(ids)))


class Failing(Net):
    def forward(self, x: Tensor) -> Any:
        return self.fc(self.act(self.conv(x)).flatten(1)[:, :-1])


def x() -> Tensor:
    return paddle.randn(X)


def frozen() -> nn.Layer:
    net = Net()
    net.conv.weight.stop_gradient = True
    return net


def kept_here() -> nn.Layer:
    net = Training()
    net.source = (n for n in range(3))
    return net


WAYS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "one tensor": lambda: (Net(), x()),
    "an array": lambda: (Net(), x().numpy()),
    "a shape": lambda: (Net(), X),
    "several": lambda: (Two(), (x(), x())),
    "keyword arguments": lambda: (Named(), {"x": x(), "twice": True}),
    "outputs in a dataclass": lambda: (Fields(), x()),
    "train mode": lambda: (Training(), x()),
    "recurrent": lambda: (nn.LSTM(8, 5), paddle.randn([2, 6, 8])),
    "tied weights": lambda: (Tied(), paddle.arange(6).reshape([2, 3])),
    "frozen parts": lambda: (frozen(), x()),
    "compiled": lambda: (paddle.jit.to_static(Net()), x()),
    "parallel": lambda: (paddle.DataParallel(Net()), x()),
    "it cannot leave": lambda: (kept_here(), x()),
    "it fails": lambda: (Failing(), x()),
    "no network": lambda: (paddle.ones([2]), X),
    "no input": lambda: (Net(), None),
}

ALONE = ("one tensor", "it cannot leave", "it fails", "no network", "no input")


def state(net: Any) -> str:
    """A digest of all that a network holds, its flags and hooks, of random numbers, and of functions that are patched."""
    found = hashlib.sha256()
    for layer in net.sublayers(include_self=True):
        hooks = [len(v) for k, v in vars(layer).items() if "hooks" in k]
        found.update(repr((type(layer), layer.training, sorted(vars(layer)), hooks)).encode())
    for name, t in net.state_dict().items():
        found.update(repr((name, t.stop_gradient, t.name)).encode() + t.numpy().tobytes())
    spaces = (paddle, paddle._C_ops, paddle.nn.functional, paddle.Tensor, nn.Layer)
    found.update(repr([(name, id(f)) for space in spaces for name, f in vars(space).items() if callable(f)]).encode())
    found.update(repr(random.getstate()).encode() + repr(np.random.get_state()).encode())
    found.update(repr([s.current_seed() if hasattr(s, "current_seed") else "" for s in paddle.get_rng_state()]).encode())
    return found.hexdigest()


def told(r: Result) -> dict[str, Any]:
    """What came of it."""
    lines = [(n.row.tool, n.row.metric, n.row.value, n.predicted, n.row.status, n.row.message, n.path) for n in r.found.lines]
    held = r.found.parameters
    layers = [x.id for x in r.found.layers]
    return {
        "macs": r.macs,
        "params": r.params,
        "trainable": held.trainable,
        "buffers": held.buffers,
        "lines": lines,
        "failed": r.found.failed,
        "lost": r.found.lost,
        "layers": layers,
    }


def main(folder: Path) -> None:
    """Every way, with what it does to the network: those of ``ALONE`` by ``compare``, all others in one worker."""
    networks: list[Any] = []
    untouched: dict[str, bool] = {}
    for way, make in WAYS.items():
        paddle.seed(0)
        net, given = make()
        before = state(net) if isinstance(net, nn.Layer) else ""
        if way in ALONE:
            found = compared(net, given)
            print(json.dumps({"way": way, "untouched": before == (state(net) if before else "")} | found), flush=True)
            continue
        networks.append(one_worker.packed(way, net, given, folder / str(len(networks))))
        untouched[way] = before == state(net)
    for way, seen in one_worker.found(networks, folder).items():
        print(json.dumps({"way": way, "untouched": untouched[way]} | told(Result(seen))), flush=True)


def compared(net: Any, given: Any) -> dict[str, Any]:
    """What ``compare`` says, or why it refuses."""
    try:
        return told(compare(net, given))
    except UsageError as why:
        return {"refused": str(why)}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temp:
        main(Path(temp))
