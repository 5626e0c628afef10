"""One run of a file in onnxruntime, its optimizations as they are by default, on the seeded input."""

from __future__ import annotations

import numpy as np
import onnxruntime

from adapters.onnx_graph.build import Native
from adapters.weights import Array, input_array
from crosscheck.contract.network import Model

ERRORS_ONLY = 3


def output(native: Native, model: Model, layout: str = "channels_first") -> Array:
    """The first output in the neutral layout; ``channels_last`` where the file wants and gives (N, *spatial, C)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    session = onnxruntime.InferenceSession(native.path, options, providers=["CPUExecutionProvider"])
    wanted = session.get_inputs()
    if len(wanted) != len(model.inputs):
        raise ValueError(f"the file has {len(wanted)} inputs, the network {len(model.inputs)}")
    feed = {}
    for k, value in enumerate(wanted):
        array = input_array(model, k)
        if layout == "channels_last" and array.ndim > 2:
            array = np.moveaxis(array, 1, -1)
        feed[value.name] = np.ascontiguousarray(array)
    made: Array = session.run(None, feed)[0]
    return np.moveaxis(made, -1, 1) if layout == "channels_last" and made.ndim > 2 else made
