"""timm's attention as a hook that knows the class takes it: by a formula of its own, in place of the layers inside."""

from __future__ import annotations

from crosscheck.counting.modules.tree import Extras, Tree, Visit
from crosscheck.ops.calls import counts

CLASS = "timm.layers.attention.Attention"
INSIDE = {"nn.Linear": ("mac", "bias_add"), "nn.LayerNorm": ("in_elements",)}  # what hooks on layers inside would count


def attention(tree: Tree) -> Extras:
    """What the formula gives for one sample beyond what the layers inside have, by call of such an attention."""
    known = [v for v in tree.visits if v.call.name == CLASS and len(v.call.x) == 3]
    return {v.index: {"attention_estimate": (_formula(v) - _inside(tree, v)) // tree.batch} for v in known}


def _formula(visit: Visit) -> int:
    """Queries scaled, scores, their softmax and weighted sums, of all heads and samples, with an input (N, L, C)."""
    samples, length, _ = visit.call.x
    settings = visit.call.attrs.get("settings", {})
    heads, width = settings["num_heads"], settings["head_dim"]
    return int(samples * heads * (length * width + 2 * length * length * width + length * length))


def _inside(tree: Tree, visit: Visit) -> int:
    """What is counted of the layers inside, wherever else it is."""
    inner = (v.call for v in tree.visits if v.path.startswith(f"{visit.path}.") and v.call.name in INSIDE)
    return sum(counts(call).get(primitive, 0) for call in inner for primitive in INSIDE[call.name])
