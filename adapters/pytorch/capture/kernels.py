"""Operators as they are dispatched, below everything that is composed: what FlopCounterMode and its like see."""

from __future__ import annotations

from typing import Any

from torch import ScriptObject
from torch.utils._python_dispatch import TorchDispatchMode

from adapters.frames import Calls
from adapters.pytorch.capture.frames import plain, shapes, tensors
from crosscheck.contract.call import Level


class Kernels(TorchDispatchMode):
    """Writes down each operator with the shapes of its tensors and its other arguments by name."""

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self.calls = calls

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        made = func(*args, **kwargs)
        given = tensors((args, kwargs))
        self.calls.read.update(map(id, given))
        name = func.overloadpacket.__name__ if hasattr(func, "overloadpacket") else str(func)
        if not name.startswith("prim") and getattr(func, "namespace", "") != "prim":  # those ask a tensor about itself
            ins = [tuple(int(n) for n in t.shape) for t in given]
            self.calls.add(self.calls.open[-1], Level.KERNEL, name, ins, shapes(made), _attrs(func, args, kwargs))
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
