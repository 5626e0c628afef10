"""Every variant: batch, classes and inputs, what it says of itself, and requests that cannot be met."""

from __future__ import annotations

import re

import pytest

from crosscheck import models
from crosscheck.errors import ShapeError, UnknownNameError, UsageError
from crosscheck.ops.primitives import COMPUTE, PARAMS
from tests.kinds import counted, learned


@pytest.mark.parametrize("name", list(models.variants()))
def test_a_batch_multiplies_the_work_and_leaves_the_parameters(name: str) -> None:
    one, three = counted(name), counted(name, batch=3)
    fixed = set(PARAMS) | {
        "channels",
        "plain_channels",
        "scan_positions",
        "slide_elements",
        "container_weights",
    }  # however many samples go through
    rounded = {"float_cut", "grid_products"}
    for primitive in (COMPUTE | PARAMS).keys() - rounded:
        if primitive.startswith("beyond_"):
            base = primitive.removeprefix("beyond_")
            modules = sum(c.get(base, 0) for x, c in one.layers if not x.functional)  # what a module does for the first sample
            assert three.sum(primitive) == three.sum(base) - modules, primitive
            continue
        factor = 1 if primitive in fixed else 3
        assert three.sum(primitive) == factor * one.sum(primitive), primitive


@pytest.mark.parametrize("name", list(models.variants()))
def test_classes_change_the_last_layer_alone(name: str) -> None:
    usual, seven = counted(name), counted(name, classes=7)
    changed = [x.id for (x, a), (_, b) in zip(usual.layers, seven.layers, strict=True) if a != b]
    last = [x for x, _ in usual.layers if x.op in ("conv", "linear", "rbf")][-1]
    assert changed == [last.id]
    assert last.op == {"single-conv": "conv", "lenet5-1998": "rbf"}.get(name, "linear")
    classes = last.y[1]
    per_class = 0 if last.op == "rbf" else usual.by_id[last.id][1]["weight"] // classes + 1
    assert learned(usual) - learned(seven) == (classes - 7) * per_class
    assert seven.model.by_id[seven.model.outputs[0]].y[:2] == (1, 7)


def test_every_variant_says_what_it_is_and_where_it_comes_from() -> None:
    seen: dict[tuple[str, str], str] = {}
    for name, variant in models.variants().items():
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert variant.says, name
        assert variant.source, name
        twin = seen.setdefault((variant.family, variant.says + variant.source + str(variant.options)), name)
        assert twin == name, f"{twin} and {name} are described alike"
    assert set(models.DEFAULT_SET) <= set(models.variants())


@pytest.mark.parametrize(
    ("name", "shape", "layer"),
    [
        ("lenet5", (1, 8, 8), r"features\.c3"),
        ("alexnet", (3, 16, 16), r"features\.5"),
        ("alexnet-paper", (3, 40, 40), r"features\.pool5"),
        ("vgg16", (3, 16, 16), r"features\.30"),
    ],
)
def test_an_input_that_is_too_small_names_the_layer_where_it_runs_out(name: str, shape: tuple[int, ...], layer: str) -> None:
    with pytest.raises(ShapeError, match=rf"^{name}: layer '{layer}' \(\w+\) does not fit its input 1x\d+"):
        models.build(name, input_shape=shape)


def test_requests_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown model 'resnet5O'. Hint: did you mean .*resnet50"):
        models.build("resnet5O")
    for batch in (0, -1):
        with pytest.raises(UsageError, match=f"batch {batch} is below 1"):
            models.build("lenet", batch=batch)
    with pytest.raises(UsageError, match=r"classes 0 is below 1"):
        models.build("lenet", classes=0)


@pytest.mark.parametrize("text", ["", "224", "224x224", "1x3x224x224", "3x0x224", "3x-1x224", "3x2.5x224", "axbxc", "3xx224"])
def test_an_input_that_is_no_shape_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"not channels x height x width. Hint: write it like 3x224x224"):
        models.parse_input(text)


@pytest.mark.parametrize("text", ["3x224x224", "3×224×224", " 3,224,224 "])
def test_an_input_may_be_written_with_x_the_times_sign_or_commas(text: str) -> None:
    assert models.parse_input(text) == (3, 224, 224)
