"""Operators as PyTorch's profiler records them, with the shapes of their inputs: composed ones, and those inside of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function

from adapters.frames import Calls, Frame
from adapters.pytorch.capture.frames import plain, unseen
from adapters.pytorch.capture.homes import Homes, watched
from adapters.pytorch.capture.runs import STOPS
from adapters.room import reason
from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import ROOT, Shape

_MARK = "home "
ARGUMENTS = {"conv2d": {3: "stride", 4: "padding", 5: "dilation", 6: "groups"}}  # those that costs depend on, by position


def record(net: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], homes: Mapping[str, Sequence[str]]) -> list[Call]:
    """The operators of one run that nothing else watches; of a network that does not run so, one call that says why."""
    known, names, entered = Homes(net, homes), list[str](), list[Any]()

    def enter(module: nn.Module) -> None:
        home = known.of(module)
        names.append(home or ROOT)
        entered.append(record_function(f"{_MARK}{len(names) - 1}") if home is not None else None)
        if entered[-1] is not None:
            entered[-1].__enter__()

    def leave(_: nn.Module) -> None:
        if (range_ := entered.pop()) is not None:
            range_.__exit__(None, None, None)

    try:
        with torch.no_grad(), watched(enter, leave), profile(activities=[ProfilerActivity.CPU], record_shapes=True) as seen:
            net(*args, **kwargs)
    except STOPS as error:  # whatever a network's own code raises
        return unseen([Level.OPERATOR], f"it does not run under the profiler, {reason(error)}")
    calls = Calls()
    for event in seen.events() or ():
        if event.name.startswith("aten::") and not _is_view(event.name) and (given := _given(event)):
            name = event.name.removeprefix("aten::")
            calls.add(Frame(_home(event, names)), Level.OPERATOR, name, given, (), _attrs(name, event))
    return list(calls.finished())


@cache
def _is_view(name: str) -> bool:
    """An operator that only gives another view of a tensor, which costs nobody anything; by its schemas."""
    schemas = torch._C._jit_get_schemas_for_operator(name)
    shared = [[r.alias_info for r in schema.returns if r.alias_info is not None] for schema in schemas]
    return bool(schemas) and all(infos and not any(info.is_write for info in infos) for infos in shared)


def _home(event: Any, names: Sequence[str]) -> str:
    """The innermost module in whose range an event ran."""
    while event is not None and not event.name.startswith(_MARK):
        event = event.cpu_parent
    return names[int(event.name.removeprefix(_MARK))] if event is not None else ROOT


def _given(event: Any) -> list[Shape]:
    """Shapes of the tensors that came in; a single number as a tensor is known only where it stands first."""
    found: list[Shape] = []
    for k, shape in enumerate(event.input_shapes):
        if shape and isinstance(shape[0], list):
            found += [tuple(part) for part in shape]
        elif shape or (k == 0 and event.concrete_inputs[:1] == [None]):
            found.append(tuple(shape))
    return found


def _attrs(name: str, event: Any) -> dict[str, Any]:
    """What else costs depend on, where it was numbers."""
    given = dict(enumerate(event.concrete_inputs))
    told = {label: plain(given.get(k)) for k, label in ARGUMENTS.get(name, {}).items()}
    return {label: value for label, value in told.items() if value is not None}
