"""``python -P -m adapters.onnx_graph JOB.json``: one worker on one core."""

import os

if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # read once, when the libraries are imported

    from adapters.worker import main

    main("adapters.onnx_graph")
