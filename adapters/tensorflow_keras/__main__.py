"""The TensorFlow process: ``python -P -m adapters.tensorflow_keras JOB.json``."""

import os

# TensorFlow and Keras read these when they are imported: quiet logs, no GPU, one thread, and the backend that the tools profile.
os.environ.update(
    CUDA_VISIBLE_DEVICES="-1",
    KERAS_BACKEND="tensorflow",
    TF_CPP_MIN_LOG_LEVEL="3",
    TF_NUM_INTEROP_THREADS="1",
    TF_NUM_INTRAOP_THREADS="1",
)

from adapters.worker import main

if __name__ == "__main__":
    main("adapters.tensorflow_keras")
