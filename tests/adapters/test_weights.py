"""Seeded weights as frameworks lay them out."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.weights import ROWS, arrays, level, turned
from crosscheck import models


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (ROWS, 2), (ROWS + 1, 7), (3 * ROWS - 1, 4)])
def test_a_matrix_is_turned_whole_and_laid_out_anew(shape: tuple[int, int]) -> None:
    given = np.arange(shape[0] * shape[1], dtype=np.float32).reshape(shape)
    made = turned(given)
    assert made.tolist() == [list(column) for column in zip(*given.tolist(), strict=True)]
    assert made.flags.c_contiguous
    assert not np.shares_memory(made, given)


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "mnist-cnn"])
def test_level_weights_have_the_shapes_of_drawn_ones_and_keep_what_comes_in_as_large(name: str) -> None:
    model = models.build(name, classes=3)
    for layer in model.layers:
        drawn, flat = arrays(model, layer), level(model, layer)
        assert {k: (v.shape, v.dtype) for k, v in flat.items()} == {k: (v.shape, v.dtype) for k, v in drawn.items()}
        assert all(np.ptp(v) == 0 < v.flat[0] for v in flat.values())
        if "weight" in flat:
            assert flat["weight"][0].sum() == pytest.approx(1, rel=1e-3)
