"""The primitives: what one can count of a layer without an opinion. Conventions weigh these and nothing else.

|x| and |y| are the elements of input and output, batch N included. One multiply-add is one ``mac``.
"""

from __future__ import annotations

from typing import Final

BEYOND: Final = (
    "mac",
    "bias_add",
    "in_elements",
    "affine_in_elements",
    "written_pad_elements",
    "sample_weights",
    "output_grid_mac",
)
COMPUTE: Final[dict[str, str]] = {
    "mac": "multiply-accumulates, those with padding zeros included",
    "pad_mac": "the part of mac that multiplies padding zeros",
    "grouped_mac": "the part of mac done by convolutions with 1 < groups < input channels",
    "depthwise_mac": "the part of mac done by convolutions with groups = input channels > 1",
    "nonplanar_mac": "the part of mac done by convolutions over one or three spatial axes",
    "position_mac": "the part of mac that linear layers do at positions beyond the first of each sample",
    "volume_depthwise_mac": "depthwise_mac over three axes, with its dilation_mac",
    "dilation_mac": "mac added where a dilated convolution runs undilated on interleaved sub-grids: stride 1, sizes rounded up",
    "grouped_dilation_mac": "the part of dilation_mac done by convolutions with 1 < groups < input channels",
    "bias_add": "output elements that a bias is added to",
    "position_bias_add": "the part of bias_add at positions beyond the first of each sample",
    "in_elements": "elements of the input, |x|",
    "planar_in_elements": "|x| of a normalisation whose input has two spatial axes",
    "nonplanar_in_elements": "|x| of an adaptive pooling over one or three spatial axes",
    "out_elements": "elements of the output, |y|",
    "window_elements": "elements of all pooling windows, padding included",
    "pad_window_elements": "the part of window_elements that is padding or hangs over the end",
    "floor_window_elements": "|y| times the product of input size // output size (a floored window)",
    "written_pad_elements": "padding of a pooling that windows reach, where it is written out: lopsided, or a volume too small",
    "volume_elements": "the part of window_elements, tiled_elements and scan_elements over three axes, global pooling apart",
    "tiled_elements": "|x| of a pooling whose windows all have one length and tile the input",
    "scan_elements": "elements of windows ceil(size / output) and one more long, at every position, axis by axis, if none tile",
    "scan_positions": "output sizes, summed over the axes, of such a pooling",
    "slice_elements": "window_elements of a pooling whose windows do not tile, where ceil(size / output) + 1 exceeds a size",
    "float_cut": "what is cut off |x| + |y|, computed as |y| times 1 + product of input size / output size in double precision",
    "output_grid_mac": "what a transposed convolution would multiply if every output position met every tap",
    "ungrouped_grid_mac": "what output_grid_mac would grow by without groups, where input and output channels differ in number",
    "grid_elements": "outputs of a transposed convolution with bias, uncropped unless cropped as SAME does",
    "grid_products": "twice the MACs of that grid, bias or not, over its strides' product, rounded down, on up to two axes",
    "regrouped_mac": "what mac of a transposed convolution would lose if its output channels were divided by groups twice",
    "forward_grid_bias_add": "bias_add of a transposed convolution if 1 / groups of its channels had a convolution's output grid",
    "rows": "slices that are normalised apart",
    "affine_rows": "rows of a normalisation with learnable scale and shift",
    "affine_in_elements": "|x| of a normalisation with learnable scale and shift",
    "channels": "channels of a normalisation",
    "affine_channels": "channels of a normalisation with learnable scale and shift",
    "channel_pad_elements": "zeros around the channels that let every window of a local response normalisation be full",
    "element_sums": "additions of an element-wise sum, |y| times one less than its inputs",
    "inplace_element_sums": "the part of element_sums whose result is written over the first input",
    "sample_weights": "N times the elements of the weight",
    "sample_biases": "N times the elements of the bias",
    "container_weights": "elements of all weights inside a container, once for each container that they are in",
    "container_channel_weights": "container_weights times the first two sizes, batch and channels, of the container's output",
    "held_channel_params": "parameters of functional calls in a container without modules, times the same two sizes",
    "bound": "upper bound of mac of an op that nobody knows: |y| times its largest constant, or its largest input if it has none",
    **{f"beyond_{name}": f"the part of {name} that is not done by a module for the first sample" for name in BEYOND},
}
PARAMS: Final[dict[str, str]] = {
    "weight": "elements of the weight of a convolution or linear layer",
    "bias": "elements of the bias of a convolution or linear layer",
    "norm_scale": "elements of a normalisation's learnable scale",
    "norm_shift": "elements of a normalisation's learnable shift",
    "running_stats": "elements of running mean and running variance",
    "repeated_params": "elements of weight and bias of a module that is called once more, for each such call",
    "leaf_held_params": "parameters of functional calls in nested containers without modules",
    "branch_held_params": "parameters of functional calls in nested containers with modules",
    "lone_held_params": "parameters of functional calls that the network holds itself, where it has no modules",
    "root_held_params": "parameters of functional calls that the network holds itself, beside modules",
    "displaced_params": "parameters of a container that come after a call of a module from outside it, less such of its own",
    "operand": "elements of stored tensors that are operands of an op without a weight: scales, embeddings, slopes",
    "literals": "elements of stored integers, truth values and single numbers: shapes, axes, indices, thresholds",
    "unused_elements": "elements of stored tensors that nothing reads",
    "shallow_held_params": "parameters of functional calls beside modules, in containers less than three deep",
}
PRIMITIVES: Final[dict[str, str]] = COMPUTE | PARAMS
STORED: Final = ("weight", "bias", "norm_scale", "norm_shift", "running_stats", "repeated_params")
