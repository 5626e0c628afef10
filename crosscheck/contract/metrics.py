"""What numbers are of: everything that a tool may give of a network or a layer."""

from __future__ import annotations

METRICS = (
    *("compute", "params", "params_trainable", "params_nontrainable"),
    *("memory", "memory_input", "memory_activations", "memory_params"),
    *("neurons", "depth", "layers", "connections", "activations"),
    *("mul", "add", "compare", "divide", "exp", "sqrt", "power", "erf"),
)
