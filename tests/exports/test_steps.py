"""A step of a recipe that is left out is seen at the primitive where it belongs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.contract.network import Model
from crosscheck.exports.recipe import NODES, lower, recipe
from crosscheck.models.writer import Graph
from tests.exports.lowering import EXPORTS

# Which counts are off where a step of a recipe is left out: rewrite -> (op, primitive), or the type of a node.
MISSED = {
    "as_nodes": ("add", "inplace_element_sums"),
    "drop": (NODES, "Dropout"),
    "become_identity": (NODES, "Identity"),
    "identity_after": (NODES, "Identity"),
    "identity_before": (NODES, "Identity"),
    "identity_at_end": ("identity", "out_elements"),
    "fold_batchnorm": ("batchnorm", "norm_scale"),
    "decompose_batchnorm": ("mul", "operand"),
    "bare_matmul": (NODES, "MatMul"),
    "split_bias": ("bias", "bias_add"),
    "zero_bias": ("conv", "bias_add"),
    "flatten_as_reshape": (NODES, "Flatten"),
    "adaptive_pooling": ("adaptive_avgpool", "in_elements"),
    "decompose_lrn": ("lrn", "in_elements"),
    "pad_pools": ("zero_pad", "out_elements"),
    "leave_unused": ("constant", "unused_elements"),
    "hold_in_nodes": ("conv", "node_held"),
    "channels_last_around": ("transpose", "in_elements"),
    "channels_last_ends": ("transpose", "in_elements"),
}


def everything(export: str) -> Model:
    """A network on which every step of a recipe has something to do."""
    g = Graph("everything", (2, 3, 16, 16))
    g.add("conv1", "conv", out_channels=4, kernel=3, padding=1, bias=False)
    g.add("bn1", "batchnorm")
    g.add("relu", "relu")
    g.add("lrn1", "lrn")
    g.add("lrn2", "lrn")
    g.add("relu2", "relu")
    g.add("pool", "maxpool", kernel=3, stride=2, padding=1)
    side = g.add("conv2", "conv", out_channels=4, kernel=3, padding=1, bias=True)
    g.add("bn2", "batchnorm")
    g.add("sum", "add", g.last, side, inplace=True)
    g.add("join", "concat", g.last, side)
    g.add("relu3", "relu")
    g.add("pool_again", "maxpool", kernel=3, stride=2, padding=1)
    g.add("pool2", "adaptive_avgpool", output_size=2)
    if export != "tf":
        g.add("pool3", "adaptive_avgpool", output_size=1)
    g.add("flatten", "flatten")
    g.add("drop", "dropout")
    g.add("fc1", "linear", out_features=5)
    g.add("fc2", "linear", out_features=5, bias=False)
    return g.build()


@pytest.mark.parametrize(("export", "k"), [(e, k) for e in EXPORTS for k in range(len(recipe(e).steps))])
def test_a_step_left_out_shows_at_the_right_primitive(export: str, k: int) -> None:
    whole, model = recipe(export), everything(export)
    step = whole.steps[k]
    lacking = replace(whole, steps=(*whole.steps[:k], *whole.steps[k + 1 :]))
    true = lower(model, whole)
    residual = lower(model, lacking).residual(true.counted)
    if step.rewrite == "share_numbers":
        assert residual
        assert {p for _, p in residual} <= {"literals", "unshaped", "node_held"}
        assert all(n < 0 for n in residual.values())
        return
    wanted = {
        ("adaptive_pooling", "GlobalAveragePool"): (NODES, "AveragePool"),
        ("hold_in_nodes", "numbers"): ("reshape", "node_held"),
        ("fold_batchnorm", "False"): ("mul", "operand"),  # it is written out instead
    }.get((step.rewrite, str(next(iter(step.options.values()), ""))), MISSED[step.rewrite])
    assert wanted in residual, residual
