"""Where calls come from: JSON there and back, and which of it makes two calls differ."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.contract.origin import DESCRIBED, Number, Origin

FIELDS = [f.name for f in fields(Origin)]
OTHER: dict[str, Any] = {
    "stored": {"weight": 6, "bias": 2},
    "number": 0.5,
    "numbers": (Number(2, "axes"), Number(1, single=True)),
    "bound": (2, 3, 100),
}


def other(name: str) -> Any:
    """A value that the field does not have by itself."""
    default = getattr(DESCRIBED, name)
    return OTHER.get(name) or (not default if isinstance(default, bool) else default + 7 if isinstance(default, int) else "x")


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_survives_json(name: str) -> None:
    origin = replace(DESCRIBED, **{name: other(name)})
    back = Origin.from_json(json.loads(json.dumps(origin.to_json())))
    assert [getattr(back, n) for n in FIELDS] == [getattr(origin, n) for n in FIELDS]
    assert list(origin.to_json()) == [name]


def test_nothing_stored_is_told_from_what_shapes_tell() -> None:
    assert Origin.from_json(Origin(stored={}).to_json()).stored == {}
    assert Origin.from_json(DESCRIBED.to_json()) is DESCRIBED


@pytest.mark.parametrize("name", FIELDS)
def test_calls_that_come_from_elsewhere_share_counts_only_where_no_count_can_tell(name: str) -> None:
    plain = models.build("lenet")
    first = plain.layers[0].with_origin(native="Conv")
    twin = replace(first, id=f"{first.id}_twin").with_origin(**{name: other(name)})
    alike = replace(plain, layers=(first, *plain.layers[1:], twin)).alike
    assert (alike[-1] == 0) == (name == "output")
    assert Model.from_json(json.dumps(replace(plain, layers=(*plain.layers, twin)).to_json())).layers[-1].origin == twin.origin
