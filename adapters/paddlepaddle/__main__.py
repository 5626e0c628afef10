"""The Paddle process: ``python -P -m adapters.paddlepaddle JOB.json``."""

import os
import warnings

from adapters.worker import main

if __name__ == "__main__":
    # Read when paddle is imported. One thread, so that workers can run side by side; no glog lines in the log.
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", FLAGS_paddle_num_threads="1")
    os.environ.setdefault("GLOG_minloglevel", "2")
    warnings.filterwarnings("ignore", message="No ccache found")
    main("adapters.paddlepaddle")
