"""Calls of modules, whatever their class: elements that come in and go out, and the parameters that the module itself holds.

``attrs``: ``params``, (name, elements, kind, needs a gradient) of each parameter of the module's own; ``leaf`` where it holds
no module; ``again`` where it was called before. Its depth is that of its home.
"""

from __future__ import annotations

from crosscheck.contract.call import Call
from crosscheck.ops.kind import Counts


def count(call: Call) -> Counts:
    """Elements, and at the first call those of its own parameters by kind."""
    counts: Counts = {"in_elements": call.x, "out_elements": call.y} if call.inputs and call.outputs else {}
    own: dict[str, int] = {}
    for _, elements, kind, _ in () if call.attrs.get("again") else call.attrs.get("params", ()):
        own[kind] = own.get(kind, 0) + elements
    return counts | {kind: (n,) for kind, n in own.items()}
