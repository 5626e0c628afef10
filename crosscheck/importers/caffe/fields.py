"""The fields of Caffe's messages, with their types: a field that Caffe does not have, or of another type, is named with its line.

Source: src/caffe/proto/caffe.proto of Caffe 1.0, and of forks for the layers that forks.py knows. ``*``
marks a repeated field; kinds are whole numbers (``i``), those from 0
(``u``), numbers (``f``), truth values (``b``), strings (``s``), enums (``e``) and messages (``m``, or the name of a message).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import Any

from crosscheck.importers.caffe.textproto import Message, Place, Scalar, TextError, spot

MOST = {"i": 2**63 - 1, "u": 2**64 - 1}
WHOLE = re.compile(r"-?(?:0[xX][0-9a-fA-F]+|[0-9]+)\Z")

_WINDOW = "pad_h:u pad_w:u kernel_h:u kernel_w:u stride_h:u stride_w:u engine:e "
_DATA = "source:s batch_size:u rand_skip:u scale:f mean_file:s crop_size:u mirror:b "
_COMMON = "name:s bottom:s* top:s* loss_weight:f* blobs:m* include:rule* exclude:rule* transform_param "
_PARAMS = (
    "loss_param:m accuracy_param argmax_param batch_norm_param bias_param clip_param:m concat_param contrastive_loss_param:m "
    "convolution_param crop_param data_param dropout_param:m dummy_data_param eltwise_param elu_param embed_param exp_param:m "
    "flatten_param hdf5_data_param hdf5_output_param:m hinge_loss_param:m image_data_param infogain_loss_param:m "
    "inner_product_param input_param log_param:m lrn_param memory_data_param mvn_param parameter_param pooling_param "
    "power_param:m prelu_param python_param:m recurrent_param reduction_param relu_param reshape_param scale_param "
    "sigmoid_param:m softmax_param spp_param:m slice_param swish_param:m tanh_param:m threshold_param:m tile_param "
    "window_data_param norm_param permute_param prior_box_param detection_output_param:m multibox_loss_param:m bn_param:m "
    "shuffle_channel_param:m interp_param smooth_l1_loss_param:m"
)
_TEXT = {
    "net": "name:s input:s* input_shape:shape* input_dim:i* force_backward:b state debug_info:b layer:layer* layers:layers*",
    "shape": "dim:i*",
    "state": "phase:e level:i stage:s*",
    "rule": "phase:e min_level:i max_level:i stage:s* not_stage:s*",
    "param": "name:s share_mode:e lr_mult:f decay_mult:f",
    "layer": _COMMON + "type:s phase:e param:param* propagate_down:b* " + _PARAMS,
    "layers": _COMMON + "type:e param:s* blob_share_mode:e* blobs_lr:f* weight_decay:f* layer:v0 " + _PARAMS,
    "transform_param": "scale:f mirror:b crop_size:u mean_file:s mean_value:f* force_color:b force_gray:b",
    "accuracy_param": "top_k:u axis:i ignore_label:i",
    "argmax_param": "out_max_val:b top_k:u axis:i",
    "batch_norm_param": "use_global_stats:b moving_average_fraction:f eps:f",
    "bias_param": "axis:i num_axes:i filler:m",
    "concat_param": "axis:i concat_dim:u",
    "convolution_param": "num_output:u bias_term:b pad:u* kernel_size:u* stride:u* dilation:u* group:u weight_filler:m "
    "bias_filler:m axis:i force_nd_im2col:b " + _WINDOW,
    "crop_param": "axis:i offset:u*",
    "data_param": _DATA + "backend:e force_encoded_color:b prefetch:u",
    "dummy_data_param": "data_filler:m* shape:shape* num:u* channels:u* height:u* width:u*",
    "eltwise_param": "operation:e coeff:f* stable_prod_grad:b",
    "elu_param": "alpha:f",
    "embed_param": "num_output:u input_dim:u bias_term:b weight_filler:m bias_filler:m",
    "flatten_param": "axis:i end_axis:i",
    "hdf5_data_param": "source:s batch_size:u shuffle:b",
    "image_data_param": _DATA + "shuffle:b new_height:u new_width:u is_color:b root_folder:s",
    "inner_product_param": "num_output:u bias_term:b weight_filler:m bias_filler:m axis:i transpose:b",
    "input_param": "shape:shape*",
    "lrn_param": "local_size:u alpha:f beta:f norm_region:e k:f engine:e",
    "memory_data_param": "batch_size:u channels:u height:u width:u",
    "mvn_param": "normalize_variance:b across_channels:b eps:f",
    "parameter_param": "shape",
    "pooling_param": "pool:e pad:u kernel_size:u stride:u global_pooling:b round_mode:e " + _WINDOW,
    "prelu_param": "filler:m channel_shared:b",
    "recurrent_param": "num_output:u weight_filler:m bias_filler:m debug_info:b expose_hidden:b",
    "reduction_param": "operation:e axis:i coeff:f",
    "relu_param": "negative_slope:f engine:e",
    "reshape_param": "shape axis:i num_axes:i",
    "scale_param": "axis:i num_axes:i filler:m bias_term:b bias_filler:m",
    "slice_param": "axis:i slice_point:u* slice_dim:u",
    "softmax_param": "engine:e axis:i",
    "tile_param": "axis:i tiles:i",
    "window_data_param": _DATA
    + "fg_threshold:f bg_threshold:f fg_fraction:f context_pad:u crop_mode:s cache_images:b root_folder:s",
    "norm_param": "across_spatial:b scale_filler:m channel_shared:b eps:f",
    "permute_param": "order:u*",
    "prior_box_param": "min_size:f* max_size:f* aspect_ratio:f* flip:b clip:b variance:f* img_size:u img_h:u img_w:u step:f "
    "step_h:f step_w:f offset:f",
    "interp_param": "height:i width:i zoom_factor:i shrink_factor:i pad_beg:i pad_end:i",
    "v0": "name:s type:s num_output:u biasterm:b weight_filler:m bias_filler:m pad:u kernelsize:u group:u stride:u pool:e "
    "dropout_ratio:f local_size:u alpha:f beta:f k:f source:s scale:f meanfile:s batchsize:u cropsize:u mirror:b blobs:m* "
    "blobs_lr:f* weight_decay:f* rand_skip:u det_fg_threshold:f det_bg_threshold:f det_fg_fraction:f det_context_pad:u "
    "det_crop_mode:s new_num:i new_channels:i new_height:i new_width:i shuffle_images:b concat_dim:u hdf5_output_param:m",
}
Kinds = dict[str, tuple[str, bool]]  # field -> kind, repeated


def _kinds(text: str) -> Kinds:
    found: Kinds = {}
    for entry in text.split():
        name, _, kind = entry.partition(":")
        found[name] = (kind.removesuffix("*") or name, kind.endswith("*"))
    return found


SCHEMA: dict[str, Kinds] = {name: _kinds(text) for name, text in _TEXT.items()}


@dataclass
class Notes:
    """Fields that Caffe does not have, by ``message.field``: how often, and where first."""

    odd: dict[str, tuple[int, Place, str]] = field(default_factory=dict)

    def add(self, message: str, name: str, where: Place) -> None:
        """Take down one more."""
        key = f"{message}.{name}"
        count, first, hint = self.odd.get(key, (0, where, ""))
        if not count:
            near = difflib.get_close_matches(name[:100], SCHEMA[message], n=1, cutoff=0.85)
            hint = f"; did you mean {near[0]}?" if near else ""
        self.odd[key] = (count + 1, first, hint)


class Fields:
    """A message of a known kind, whose fields are read by type. Raises TextError where one is of another type or repeated."""

    def __init__(self, message: Message | None, kind: str, notes: Notes) -> None:
        self.kind, self.notes = kind, notes
        self.where: Place = message.where if message else (0, 0)
        self.values: dict[str, list[Any]] = {}
        known = SCHEMA[kind]
        for name, values in (message.fields if message else {}).items():
            if name not in known:
                for v in values:
                    notes.add(kind, name, v.where)
                continue
            of, repeated = known[name]
            if len(values) > 1 and not repeated:
                raise TextError(f"{spot(values[1].where)}: {kind} has {name!r} twice, which stands for one value")
            self.values[name] = [self._read(v, name, of) for v in values]

    def _read(self, value: Scalar | Message, name: str, of: str) -> Any:
        wrong = TextError(f"{spot(value.where)}: {self.kind}.{name} is no {_SAYS.get(of, 'message')}")
        if of == "m" or of in SCHEMA:
            if not isinstance(value, Message):
                raise wrong
            return value if of == "m" else Fields(value, of, self.notes)
        if not isinstance(value, Scalar):
            raise wrong
        text = value.text
        if of in "iu":
            if value.kind != "number" or not WHOLE.match(text):
                raise wrong
            base = 16 if "x" in text.lower() else 8 if re.match("-?0[0-9]", text) else 10
            try:
                number = int(text, base)
            except ValueError:  # an 8 or 9 in an octal number
                raise wrong from None
            if not (0 if of == "u" else -MOST["i"] - 1) <= number <= MOST[of]:
                raise TextError(f"{spot(value.where)}: {self.kind}.{name} is {text}, which no Caffe can hold")
            return number
        if of == "f":
            if value.kind == "text":
                raise wrong
            try:
                return float(int(text, 16) if "x" in text.lower() else text.rstrip("fF") if value.kind == "number" else text)
            except (ValueError, OverflowError):
                raise wrong from None
        if of == "b":
            if value.kind == "text" or text not in _TRUTH:
                raise wrong
            return _TRUTH[text]
        if of == "s":
            if value.kind != "text":
                raise wrong
            return text
        if value.kind == "text":
            raise wrong
        return text

    def has(self, name: str) -> bool:
        """True where the field is written."""
        return name in self.values

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field that stands once."""
        found = self.values.get(name)
        return found[0] if found else default

    def all(self, name: str) -> list[Any]:
        """The values of a repeated field."""
        return self.values.get(name, [])

    def sub(self, name: str) -> Fields:
        """A message of a known kind inside of this one, empty where it is left out."""
        found = self.get(name)
        return found if isinstance(found, Fields) else Fields(None, SCHEMA[self.kind][name][0], self.notes)

    def word(self, name: str, known: tuple[str, ...], first: int = 0) -> str:
        """An enum, also as its number, which starts at ``first``; the first if left out. Raises TextError for an unknown one."""
        text = self.get(name, known[0])
        if text.isdigit() and len(text) < 4 and 0 <= int(text) - first < len(known):
            return known[int(text) - first]
        if text not in known:
            raise TextError(f"{spot(self.where)}: {self.kind}.{name} is {text[:60]!r}, not one of {', '.join(known)}")
        return str(text)


_TRUTH = {"true": True, "True": True, "t": True, "1": True, "false": False, "False": False, "f": False, "0": False}
_SAYS = {
    "i": "whole number",
    "u": "whole number from 0",
    "f": "number",
    "b": "true or false",
    "s": "quoted string",
    "e": "name of a choice, unquoted",
}
