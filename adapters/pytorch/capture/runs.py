"""Further runs of a network: each begins as the first did, on a copy, with hooks, functions and random numbers as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.parameter import is_lazy

from adapters.forms import mapped
from adapters.limits import one_process
from adapters.pytorch.parcel import copied, light_copy
from adapters.pytorch.restore import restored
from crosscheck.contract.call import FAILED, Call

Record = Callable[..., list[Call]]
STOPS = (Exception, SystemExit)  # what a network's own code may end a run with


@dataclass(frozen=True)
class Runs:
    """A network as it was before its first run, what it is called with, and the ids of its layers' calls by path.

    ``shapes_alone`` lets a run do without numbers, where that takes the same path.
    """

    net: nn.Module
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    homes: Mapping[str, Sequence[str]]
    shapes_alone: bool = False

    def record(self, how: Record, *more: Any) -> list[Call]:
        """What one way to watch sees of a run, on numbers where shapes alone do not do. Raises what the network raises."""
        if self.shapes_alone and (found := self._without_numbers(how, *more)) is not None:
            return found
        return self.on_numbers(how, *more)

    def on_numbers(self, how: Record, *more: Any) -> list[Call]:
        """The same, on numbers in any case."""
        with whole(self.net):
            return how(light_copy(self.net), own(self.args), own(dict(self.kwargs)), self.homes, *more)

    def drawn(self, seed: int) -> Runs:
        """The same on other numbers: floats in [0, 1), of which others become 0, as tools make inputs of shapes."""
        chance = torch.Generator().manual_seed(seed)

        def drawn(given: Tensor) -> Tensor:
            return torch.rand(given.shape, generator=chance).to(given.dtype)

        return replace(self, args=own(self.args, drawn), kwargs=own(dict(self.kwargs), drawn))

    def _without_numbers(self, how: Record, *more: Any) -> list[Call] | None:
        """The same from shapes alone; None where the network asks for numbers, or does not run alike."""
        with whole(self.net), FakeTensorMode(allow_non_fake_inputs=True) as mode:
            fake = mode.from_tensor
            try:
                held = {id(t): fake(t) for t in (*self.net.parameters(), *self.net.buffers()) if not is_lazy(t)}
                args, kwargs = own(self.args, fake), own(dict(self.kwargs), fake)
                found = how(copied(self.net, held), args, kwargs, self.homes, *more)
            except STOPS:
                return None
        return None if any(call.name == FAILED for call in found) else found


@contextmanager
def whole(net: nn.Module) -> Iterator[None]:
    """Around a run: what it patches is put back, and what it forks ends with it."""
    with restored(net), one_process():
        yield


def own(value: Any, of: Callable[[Tensor], Tensor] = Tensor.clone) -> Any:
    """The same arguments with tensors of their own."""
    return mapped(value, lambda v: of(v) if isinstance(v, Tensor) else v)
