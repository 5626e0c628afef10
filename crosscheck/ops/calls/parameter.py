"""Parameters that a captured network holds, each once: ``inputs`` has its shape.

``attrs``: ``kind``, the primitive that its elements are (``weight`` where nobody knows better); ``trainable`` where it needs a
gradient; ``executed`` where something read it in the run; ``names``, all that it has.
"""

from __future__ import annotations

from crosscheck.contract.call import Call
from crosscheck.ops.kind import Counts


def count(call: Call) -> Counts:
    """Its elements by kind, and apart where it needs no gradient."""
    size = call.x or (1,)
    return {call.attrs.get("kind", "weight"): size} | ({} if call.attrs.get("trainable", True) else {"frozen_params": size})
