"""What a network is called with, as users write it."""

from __future__ import annotations

from collections import UserDict
from typing import Any

import numpy as np
import pytest

from crosscheck.contract.own import Blank
from crosscheck.errors import UsageError
from crosscheck.session.call import called

X = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("x", "args", "kwargs"),
    [
        ((1, 3, 8, 8), (Blank((1, 3, 8, 8)),), {}),
        ([1, 3], (Blank((1, 3)),), {}),
        ("1x4:int64", (Blank((1, 4), "int64"),), {}),
        (((1, 3), (1, 4)), (Blank((1, 3)), Blank((1, 4))), {}),
        ((X, True), (X, True), {}),
        (((1, 3), 0.5), (Blank((1, 3)), 0.5), {}),
        ({"ids": "1x4:int64", "mode": "fast"}, (), {"ids": Blank((1, 4), "int64"), "mode": "fast"}),
        (UserDict(ids=X), (), {"ids": X}),
        (X, (X,), {}),
    ],
)
def test_a_call_is_read(x: Any, args: Any, kwargs: Any) -> None:
    assert called(x) == (args, kwargs)


@pytest.mark.parametrize("x", [None, True, 3, (), {}, {"flag": True}, (0, 3), [None]])
def test_what_gives_no_tensor_is_refused(x: Any) -> None:
    with pytest.raises(UsageError, match="Hint: "):
        called(x)
