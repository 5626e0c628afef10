"""The primitives: what one can count of a layer without an opinion. Conventions weigh these and nothing else; what is odd
about one tool alone is in crosscheck.ops.quirks.

|x| and |y| are the elements of input and output, batch N included. One multiply-add is one ``mac``.
"""

from __future__ import annotations

from typing import Final

from crosscheck.ops.quirks import QUIRKS


def _odd(kind: str) -> dict[str, str]:
    return {name: quirk.says for name, quirk in QUIRKS.items() if quirk.kind == kind}


BEYOND: Final = (
    "mac",
    "bias_add",
    "in_elements",
    "plain_in_elements",
    "window_elements",
    "twice_grouped_mac",
    "written_pad_elements",
    "sample_weights",
    "output_grid_mac",
    "param_out_elements",
    "capped_elements",
    "divided_products",
)
COMPUTE: Final[dict[str, str]] = {
    "mac": "multiply-accumulates, those with padding zeros included",
    "grouped_mac": "the part of mac done by convolutions with 1 < groups < input channels",
    "padding_mac": "the part of mac that meets a padding zero, or of a transposed convolution an output that is cropped",
    "nonplanar_mac": "the part of mac done by convolutions over one or three spatial axes",
    "position_mac": "the part of mac that linear layers do at positions beyond the first of each sample",
    "bias_add": "output elements that a bias is added to",
    "in_elements": "elements of the input, |x|",
    "nonplanar_in_elements": "|x| of a batch normalisation or adaptive pooling of data without two spatial axes",
    "out_elements": "elements of the output, |y|",
    "later_out_elements": "elements of all outputs beyond the first",
    "calls": "1 for each layer that Caffe sets up",
    "window_elements": "elements of all pooling windows, padding included",
    "volume_elements": "the part of window_elements, tiled_elements and scan_elements over three axes, global pooling apart",
    "idle_elements": "|y| of an adaptive pooling that leaves all sizes, and so all elements, as they are",
    "output_grid_mac": "what a transposed convolution would multiply if every output position met every tap",
    "rows": "slices that are normalised apart",
    "plain_rows": "rows of a normalisation without learnable scale and shift",
    "plain_in_elements": "|x| of a normalisation without learnable scale and shift",
    "channels": "channels of a normalisation",
    "plain_channels": "channels of a normalisation without learnable scale and shift",
    "channel_window_elements": "|x| times the window of a local response normalisation, zeros around the channels included",
    "linear_elements": "output elements that are interpolated linearly",
    "cubic_elements": "output elements that are interpolated by cubic curves",
    "gate_elements": "biases of all gates of a recurrent network, input and state apart, in every step, direction and sample",
    "state_elements": "elements of the state of a recurrent network in one direction, in every step and sample",
    "element_sums": "additions of an element-wise sum, |y| times one less than its inputs",
    "sample_weights": "N times the elements of the weight",
    "sample_biases": "N times the elements of the bias",
    "scatter_elements": "elements of a transposed convolution's uncropped output that some tap reaches",
    "distance_terms": "squared differences of two numbers that are summed to a squared distance",
    **_odd("compute"),
    **{f"beyond_{name}": f"the part of {name} that is not done by a module for the first sample" for name in BEYOND},
}
PARAMS: Final[dict[str, str]] = {
    "weight": "elements of the weight of a convolution or linear layer",
    "bias": "elements of the bias of a convolution or linear layer",
    "norm_scale": "elements of a normalisation's learnable scale",
    "norm_shift": "elements of a normalisation's learnable shift",
    "running_stats": "elements of running mean and running variance",
    "stats_factor": "the one number that the running statistics of a Caffe batch normalisation are divided by",
    "repeated_params": "elements of weight and bias of a module that is called once more, for each such call",
    "leaf_held_params": "parameters of functional calls in nested containers without modules",
    "branch_held_params": "parameters of functional calls in nested containers with modules",
    "lone_held_params": "parameters of functional calls that the network holds itself, where it has no modules",
    "root_held_params": "parameters of functional calls that the network holds itself, beside modules",
    "operand": "elements of stored tensors that are operands of an op without a weight: scales, embeddings, slopes",
    "literals": "elements of stored integers, truth values and single numbers: shapes, axes, thresholds, states of zeros",
    "unused_elements": "elements of stored tensors that nothing reads",
    "node_held": "elements of stored tensors that nodes hold, not the graph's list of stored tensors",
    "unshaped": "single numbers without any axis in the graph's list of stored tensors",
    **_odd("params"),
}
SIZES: Final[dict[str, str]] = {
    "input_elements": "elements of the network's inputs",
    "param_out_elements": "|y| of a module with parameters, at its first call",
    "repeated_out_elements": "|y| of a module with parameters, at every further call",
    "held_out_elements": "elements that leave a container without modules that holds parameters of functional calls",
    "path_layers": "1 for a layer with weights on the longest path from input to output, if they count as length",
    **_odd("sizes"),
    **{f"beyond_{name}": f"the part of {name} beyond the first sample" for name in ("input_elements", "held_out_elements")},
}
BEYOND_CALLS: Final = ("projection_mac", "lent_bias_add", "hidden_elements", "score_elements", "first_out_elements")
CALLED: Final[dict[str, str]] = {  # of calls of captured networks, which no layer has
    "transposed_mac": "the part of mac done by transposed convolutions",
    "plain_out_elements": "|y| of a module without parameters that holds no modules",
    "shared_params": "parameters of a module that are also another module's, which has them first",
    "nearest_elements": "output elements that are copies of the nearest input",
    "line_elements": "output elements that are interpolated linearly along one axis",
    "plane_elements": "output elements that are interpolated linearly along two axes",
    **_odd("calls"),
    **{f"beyond_{name}": f"the part of {name} that is not done for the first sample" for name in BEYOND_CALLS},
}
PRIMITIVES: Final[dict[str, str]] = COMPUTE | PARAMS | SIZES | CALLED
STORED: Final = ("weight", "bias", "norm_scale", "norm_shift", "running_stats", "repeated_params")
