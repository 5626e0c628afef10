"""Calls of modules, whatever their class: elements that come in and go out, and the parameters that the module itself holds.

``attrs``: ``params``, (name, shape, kind, needs a gradient) of each parameter of the module's own, ``stats``, (name, shape) of
each buffer; ``leaf`` where it holds no module; ``again`` where it was called before; ``settings``, its plain attributes by name,
such as ``kernel_size``. Its depth is that of its home.
"""

from __future__ import annotations

from math import prod

from crosscheck.contract.call import Call
from crosscheck.ops.calls.kinds import KINDS
from crosscheck.ops.kind import Counts


def count(call: Call) -> Counts:
    """Elements, and at the first call those of its own parameters by kind."""
    counts: Counts = {"in_elements": call.x, "out_elements": call.y} if call.inputs and call.outputs else {}
    own: dict[str, int] = {}
    for _, shape, kind, _ in () if call.attrs.get("again") else call.attrs.get("params", ()):
        own[kind] = own.get(kind, 0) + prod(shape)
    known = KINDS.get(call.name)
    return counts | {kind: (n,) for kind, n in own.items()} | (known(call) if known and counts else {})
