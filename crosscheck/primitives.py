"""The primitives: what one can count of a layer without an opinion. Conventions weigh these and nothing else.

|x| and |y| are the elements of input and output, batch N included. One multiply-add is one ``mac``.
"""

from __future__ import annotations

from typing import Final

COMPUTE: Final[dict[str, str]] = {
    "mac": "multiply-accumulates, those with padding zeros included",
    "pad_mac": "the part of mac that multiplies padding zeros",
    "grouped_mac": "the part of mac done by convolutions with 1 < groups < input channels",
    "depthwise_mac": "the part of mac done by convolutions with groups = input channels > 1",
    "position_mac": "the part of mac that linear layers do at positions beyond the first of each sample",
    "dilation_mac": "mac added where a dilated convolution runs undilated on interleaved sub-grids: stride 1, sizes rounded up",
    "grouped_dilation_mac": "the part of dilation_mac done by convolutions with 1 < groups < input channels",
    "bias_add": "output elements that a bias is added to",
    "position_bias_add": "the part of bias_add at positions beyond the first of each sample",
    "in_elements": "elements of the input, |x|",
    "planar_in_elements": "|x| of a normalisation whose input has two spatial axes",
    "out_elements": "elements of the output, |y|",
    "window_elements": "elements of all pooling windows, padding included",
    "pad_window_elements": "the part of window_elements that is padding or hangs over the end",
    "floor_window_elements": "|y| times the product of input size // output size (a floored window)",
    "volume_elements": "the part of window_elements, tiled_elements and scan_elements over three axes, global pooling apart",
    "tiled_elements": "|x| of a pooling whose windows all have one length and tile the input",
    "scan_elements": "elements of windows ceil(size / output) and one more long, at every position, axis by axis, if none tile",
    "scan_positions": "output sizes, summed over the axes, of a pooling whose windows do not tile",
    "output_grid_mac": "what a transposed convolution would multiply if every output position met every tap",
    "rows": "slices that are normalised apart",
    "channels": "channels of a normalisation",
    "affine_channels": "channels of a normalisation with learnable scale and shift",
    "element_sums": "additions of an element-wise sum, |y| times one less than its inputs",
    "sample_weights": "N times the elements of the weight",
    "sample_biases": "N times the elements of the bias",
}
PARAMS: Final[dict[str, str]] = {
    "weight": "elements of the weight of a convolution or linear layer",
    "bias": "elements of the bias of a convolution or linear layer",
    "norm_scale": "elements of a normalisation's learnable scale",
    "norm_shift": "elements of a normalisation's learnable shift",
    "running_stats": "elements of running mean and running variance",
}
PRIMITIVES: Final[dict[str, str]] = COMPUTE | PARAMS
