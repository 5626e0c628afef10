"""The module class of every container but ``nn.Sequential``: it runs its steps in order and keeps named values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from torch import Tensor, nn


@dataclass(frozen=True)
class Call:
    """One step of a container.

    ``module`` names the child that is called; where it is None, ``function`` is called with the tensors that ``state`` finds
    (argument name -> attribute) in the container itself or in the one lent as ``holder``. ``before`` pads the input.
    ``last`` are the values that nobody reads afterwards.
    """

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    module: str | None = None
    function: Callable[..., Tensor] | None = None
    before: Callable[[Tensor], Tensor] | None = None
    state: Mapping[str, str] = field(default_factory=dict)
    holder: str | None = None
    last: tuple[str, ...] = ()


class Container(nn.Module):
    """A module whose forward pass is a list of calls; ``reads`` and ``gives`` name what comes in and what goes out.

    ``lent`` are modules that live elsewhere in the network and are called here once more. ``watch`` is told the id and the
    output of every functional call, which no forward hook can see.
    """

    watch: Callable[[str, Tensor], None] | None = None

    def __init__(self, reads: tuple[str, ...], gives: tuple[str, ...]) -> None:
        super().__init__()
        self.reads, self.gives = reads, gives
        self.calls: tuple[Call, ...] = ()
        self.lent: dict[str, nn.Module] = {}

    def forward(self, *values: Tensor) -> Any:
        """One tensor, or a tuple where several values leave the container."""
        known = dict(zip(self.reads, values, strict=True))
        for call in self.calls:
            made = self._run(call, [known[v] for v in call.inputs])
            known.update(zip(call.outputs, made if len(call.outputs) > 1 else (made,), strict=True))
            for value in call.last:
                del known[value]
        given = tuple(known[v] for v in self.gives)
        return given[0] if len(given) == 1 else given

    def _run(self, call: Call, xs: Sequence[Tensor]) -> Any:
        if call.before is not None:
            xs = [call.before(x) for x in xs]
        if call.module is not None:
            return self._find(call.module)(*xs)
        if call.function is None:
            raise TypeError(f"{call.id!r} has neither a module nor a function")
        holder = self if call.holder is None else self.lent[call.holder]
        made = call.function(*xs, **{name: getattr(holder, attr) for name, attr in call.state.items()})
        if self.watch is not None:
            self.watch(call.id, made)
        return made

    def _find(self, name: str) -> nn.Module:
        return self.lent[name] if name in self.lent else getattr(self, name)


@cache
def container_class(kind: str) -> type[Container]:
    """The container class called ``kind``, which is what tools print: ``Bottleneck``.

    Where the description names none, it is a ``Sequential`` that does more than a chain: tools that pass over ``nn.Sequential``
    pass over it too.
    """
    plain = kind == "Sequential"
    return type("Block" if plain else kind, (Container, nn.Sequential) if plain else (Container,), {"__module__": __name__})


_RESERVED = frozenset(dir(nn.Sequential())) | frozenset(dir(Container((), ())))


def native_name(name: str) -> str:
    """``name`` as the name of a submodule: one that ``nn.Module`` needs for itself gets an underscore."""
    return f"{name}_" if name in _RESERVED else name


def with_last(calls: Sequence[Call], gives: Sequence[str]) -> tuple[Call, ...]:
    """The calls, each with the values that it is the last to need, so that memory is freed as early as in plain Python code."""
    done, later = [], set(gives)
    for call in reversed(calls):
        touched = {*call.inputs, *call.outputs}
        done.append(replace(call, last=tuple(sorted(touched - later))))
        later |= touched
    return tuple(reversed(done))
