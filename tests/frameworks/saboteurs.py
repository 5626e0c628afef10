"""Networks that do what no network should while they run: ``SABOTEURS[name]`` makes one, and all are called with ``SHAPE``."""

# mypy: disable-error-code="misc"

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everybody does
from torch.overrides import _get_current_function_mode_stack
from torch.utils._python_dispatch import _get_current_dispatch_mode_stack

SHAPE = (1, 4)
MACS = 4 * 3
HERE = os.getpid()
FLOOD = 8 * 2**20  # characters


class Victim(nn.Module):
    """A linear layer, and something else on the way to it: ``act(net, x)``."""

    def __init__(self, act: Callable[[Victim, Tensor], Any]) -> None:
        super().__init__()
        self.fc, self.act, self.calls = nn.Linear(4, 3), act, 0

    def forward(self, x: Tensor) -> Any:
        """What the act gives, or the linear layer's output where that is nothing."""
        self.calls += 1
        made = self.act(self, x)
        return self.fc(x) if made is None else made


def again(net: Victim, x: Tensor, *, more: bool) -> Tensor:
    """The linear layer, twice where there is ``more``."""
    return net.fc(x) + net.fc(x) if more else net.fc(x)


def hooks(net: Victim, x: Tensor) -> Tensor:
    return again(net, x, more=bool(net.fc._forward_hooks or net.fc._forward_pre_hooks))


def function_modes(net: Victim, x: Tensor) -> Tensor:
    return again(net, x, more=bool(_get_current_function_mode_stack()))


def dispatch_modes(net: Victim, x: Tensor) -> Tensor:
    return again(net, x, more=bool(_get_current_dispatch_mode_stack()))


def patches(net: Victim, x: Tensor) -> Tensor:
    return again(net, x, more=F.relu.__module__ != "torch.nn.functional" or hasattr(F.relu, "__wrapped__"))


def tracing(net: Victim, x: Tensor) -> Tensor:
    return again(net, x, more=torch.jit.is_tracing())


def gradients(net: Victim, x: Tensor) -> Tensor:
    return again(net, x, more=torch.is_grad_enabled())


def call_count(net: Victim, x: Tensor) -> Tensor:
    return again(net, x, more=net.calls % 2 == 0)


def growth(net: Victim, x: Tensor) -> Tensor:
    return sum(net.fc(x) for _ in range(net.calls))


def chance(net: Victim, x: Tensor) -> Tensor:
    return again(net, x, more=bool(torch.rand(()) < 0.5))


def random_shapes(net: Victim, x: Tensor) -> Tensor:
    return net.fc(x.repeat(int.from_bytes(os.urandom(2), "big") + 1, 1))


def clock(net: Victim, x: Tensor) -> Tensor:
    return net.fc(x.repeat(time.perf_counter_ns() // 1000 % 1000 + 1, 1))


def flood(net: Victim, x: Tensor) -> None:
    os.write(1, b"x" * FLOOD)
    print("y" * FLOOD)


def forks(net: Victim, x: Tensor) -> None:
    """Two processes go on from here; what is forked does not fork again, so that nothing grows without end."""
    if os.getpid() == HERE:
        os.fork()


def leaves_a_child(net: Victim, x: Tensor) -> None:
    if os.getpid() == HERE and not os.fork():
        time.sleep(3600)


def raises(net: Victim, x: Tensor) -> None:
    raise ValueError("not today")


def raises_late(net: Victim, x: Tensor) -> None:
    if net.fc._forward_hooks or net.calls > 1:
        return
    raise ValueError("only when nobody looks")


def exits(net: Victim, x: Tensor) -> None:
    sys.exit(3)


def exits_at_once(net: Victim, x: Tensor) -> None:
    os._exit(0)


def sleeps(net: Victim, x: Tensor) -> None:
    time.sleep(3600)


def allocates(net: Victim, x: Tensor) -> None:
    torch.zeros(50 * 2**30, dtype=torch.uint8)


def hoards(net: Victim, x: Tensor) -> None:
    bytearray(50 * 2**30)


def segfault(net: Victim, x: Tensor) -> None:
    ctypes.string_at(0)


def recursion(net: Victim, x: Tensor) -> Any:
    return net(x)


def deep_recursion(net: Victim, x: Tensor) -> Any:
    sys.setrecursionlimit(10**9)
    return net(x)


def own_weights(net: Victim, x: Tensor) -> None:
    with torch.no_grad():
        net.fc.weight.add_(1)
    net.fc.bias = nn.Parameter(torch.zeros(3))


def grows(net: Victim, x: Tensor) -> Any:
    net.fc = nn.Linear(4, net.fc.out_features + 1)


def patched_torch(net: Victim, x: Tensor) -> None:
    F.relu = torch.relu = lambda *_, **__: None
    Tensor.sum = lambda *_, **__: None


def files(net: Victim, x: Tensor) -> None:
    Path("saboteur.txt").write_text("here", encoding="utf-8")


def threads(net: Victim, x: Tensor) -> None:
    threading.Thread(target=lambda: time.sleep(3600)).start()


def cycles(net: Victim, x: Tensor) -> Any:
    made: dict[str, Any] = {"y": net.fc(x)}
    made["self"] = [made]
    return made


def closes_output(net: Victim, x: Tensor) -> None:
    for n in range(3, 64):
        with contextlib.suppress(OSError):
            os.close(n)


def writes_rows(net: Victim, x: Tensor) -> None:
    print('{"event": "end", "cell": {"kind": "tool", "index": 0}}')


ACTS = (
    *(hooks, function_modes, dispatch_modes, patches, tracing, gradients, call_count, growth, chance, random_shapes, clock),
    *(flood, forks, leaves_a_child, raises, raises_late, exits, exits_at_once, sleeps, allocates, hoards, segfault, recursion),
    *(deep_recursion, own_weights, grows, patched_torch, files, threads, cycles, closes_output, writes_rows),
)
SABOTEURS: Mapping[str, Callable[[], nn.Module]] = {act.__name__: partial(Victim, act) for act in ACTS}


def __getattr__(name: str) -> Callable[[], nn.Module]:
    """The maker of a saboteur, for those who name it: ``saboteurs:make_forks``."""
    if (found := SABOTEURS.get(name.removeprefix("make_"))) is None:
        raise AttributeError(name)
    return found
