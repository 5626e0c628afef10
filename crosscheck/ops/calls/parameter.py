"""Parameters that a captured network holds, each once: ``inputs`` has its shape.

``attrs``: ``kind``, the primitive that its elements are (``weight`` where nobody knows better); ``trainable`` where it needs a
gradient; ``executed`` where something read it in the run; ``names``, all that it has; ``masked``, how many of its elements a
pruning mask puts to 0.
"""

from __future__ import annotations

from crosscheck.contract.call import Call
from crosscheck.ops.kind import Counts


def count(call: Call) -> Counts:
    """Its elements by kind, and apart where it needs no gradient."""
    size = call.x or (1,)
    counts: Counts = {call.attrs.get("kind", "weight"): size, "masked_params": (call.attrs.get("masked", 0),)}
    return counts | ({} if call.attrs.get("trainable", True) else {"frozen_params": size})
