"""Seeded weights as frameworks lay them out."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.weights import ROWS, turned


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (ROWS, 2), (ROWS + 1, 7), (3 * ROWS - 1, 4)])
def test_a_matrix_is_turned_whole_and_laid_out_anew(shape: tuple[int, int]) -> None:
    given = np.arange(shape[0] * shape[1], dtype=np.float32).reshape(shape)
    made = turned(given)
    assert made.tolist() == [list(column) for column in zip(*given.tolist(), strict=True)]
    assert made.flags.c_contiguous
    assert not np.shares_memory(made, given)
