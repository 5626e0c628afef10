"""``python -P -m adapters.pytorch JOB.json``: one worker on one core, so that several frameworks run side by side."""

import os

if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # read once, when torch is imported

    from adapters import limits

    limits.end_with_parent()  # a process that forks is best without threads, which torch has

    import torch

    from adapters.worker import main

    torch.set_num_threads(1)
    main("adapters.pytorch")
