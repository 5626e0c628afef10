"""How laws are tried: without time limits (machines are busy), and in continuous integration with the same examples each time.

Frameworks run on one thread here as they do in workers: two processes share the tests, and threads that wait for one another
take several times the work.
"""

from __future__ import annotations

import gc
import os

from hypothesis import settings

for library in ("OMP_NUM", "MKL_NUM", "OPENBLAS_NUM", "TF_NUM_INTEROP", "TF_NUM_INTRAOP"):  # read once, as one is imported
    os.environ.setdefault(f"{library}_THREADS", "1")
gc.set_threshold(20_000, 20, 20)  # what was collected stays: a thousand modules are not walked again every 700 objects

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
