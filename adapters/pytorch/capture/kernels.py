"""Operators as they are dispatched, below everything that is composed: what FlopCounterMode and its like see."""

from __future__ import annotations

from typing import Any

from torch import ScriptObject, Tag
from torch._ops import HigherOrderOperator
from torch.utils._python_dispatch import TorchDispatchMode

from adapters.frames import Calls
from adapters.pytorch.capture.frames import plain, shapes, tensors, unseen
from crosscheck.contract.call import Level

ASKING = {Tag.data_dependent_output, Tag.dynamic_output_shape}  # what PyTorch says of operators that need numbers, not shapes


class Kernels(TorchDispatchMode):
    """Writes down each operator with the shapes of its tensors and its other arguments by name.

    ``asked`` is whether one of them hands numbers to the network, which may take its way by them.
    """

    supports_higher_order_operators = True  # flex_attention and its like, which run what they are given

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self.calls, self.asked = calls, False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        made = func(*args, **kwargs)
        self.asked |= not ASKING.isdisjoint(getattr(func, "tags", ()))
        if isinstance(func, HigherOrderOperator):
            why = f"{func} runs functions that it is given, out of sight"
            self.calls.seen += [(self.calls.open[0], call) for call in unseen([Level.FUNCTION], why)]
        given = tensors((args, kwargs))
        self.calls.read.update(map(id, given))
        name = func.overloadpacket.__name__ if hasattr(func, "overloadpacket") else str(func)
        if not name.startswith("prim") and getattr(func, "namespace", "") != "prim":  # those ask a tensor about itself
            self.calls.add(self.calls.open[-1], Level.KERNEL, name, shapes(given), shapes(made), _attrs(func, args, kwargs))
        return made


def _attrs(func: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """Arguments that are no tensors, by the names of the operator's schema, its overload, and the shape of a packed weight."""
    schema = getattr(func, "_schema", None)
    names = [a.name for a in schema.arguments] if schema is not None else []
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    found = {k: plain(v) for k, v in given.items() if not tensors(v) and plain(v) is not None}
    overload = getattr(func, "_overloadname", "default")
    packed = next((shapes(v.unpack())[:1] for v in given.values() if isinstance(v, ScriptObject) and hasattr(v, "unpack")), None)
    return found | ({"overload": overload} if overload != "default" else {}) | ({"packed": packed[0]} if packed else {})
