"""Older ways to write a Caffe network, made new: layer types as enums (V1), layers inside of layers (V0).

Source: src/caffe/util/upgrade_proto.cpp and V1LayerParameter.LayerType in src/caffe/proto/caffe.proto of Caffe 1.0.
"""

from __future__ import annotations

from crosscheck.importers.caffe.textproto import Message, Place, Scalar, TextError, spot

# the number of each type in the enum of V1, its name there, its name now
_V1 = """
35 ABSVAL AbsVal; 1 ACCURACY Accuracy; 30 ARGMAX ArgMax; 2 BNLL BNLL; 3 CONCAT Concat; 37 CONTRASTIVE_LOSS ContrastiveLoss;
4 CONVOLUTION Convolution; 5 DATA Data; 39 DECONVOLUTION Deconvolution; 6 DROPOUT Dropout; 32 DUMMY_DATA DummyData;
7 EUCLIDEAN_LOSS EuclideanLoss; 25 ELTWISE Eltwise; 38 EXP Exp; 8 FLATTEN Flatten; 9 HDF5_DATA HDF5Data;
10 HDF5_OUTPUT HDF5Output; 28 HINGE_LOSS HingeLoss; 11 IM2COL Im2col; 12 IMAGE_DATA ImageData; 13 INFOGAIN_LOSS InfogainLoss;
14 INNER_PRODUCT InnerProduct; 15 LRN LRN; 29 MEMORY_DATA MemoryData; 16 MULTINOMIAL_LOGISTIC_LOSS MultinomialLogisticLoss;
34 MVN MVN; 17 POOLING Pooling; 26 POWER Power; 18 RELU ReLU; 19 SIGMOID Sigmoid;
27 SIGMOID_CROSS_ENTROPY_LOSS SigmoidCrossEntropyLoss; 36 SILENCE Silence; 20 SOFTMAX Softmax; 21 SOFTMAX_LOSS SoftmaxWithLoss;
22 SPLIT Split; 33 SLICE Slice; 23 TANH TanH; 24 WINDOW_DATA WindowData; 31 THRESHOLD Threshold
"""
_ROWS = [entry.split() for entry in _V1.split(";")]
V1 = {name: now for number, name, now in _ROWS} | {number: now for number, name, now in _ROWS}

_V0 = {
    "accuracy": "ACCURACY", "bnll": "BNLL", "concat": "CONCAT", "conv": "CONVOLUTION", "data": "DATA", "dropout": "DROPOUT",
    "euclidean_loss": "EUCLIDEAN_LOSS", "flatten": "FLATTEN", "hdf5_data": "HDF5_DATA", "hdf5_output": "HDF5_OUTPUT",
    "im2col": "IM2COL", "images": "IMAGE_DATA", "infogain_loss": "INFOGAIN_LOSS", "innerproduct": "INNER_PRODUCT", "lrn": "LRN",
    "multinomial_logistic_loss": "MULTINOMIAL_LOGISTIC_LOSS", "pool": "POOLING", "relu": "RELU", "sigmoid": "SIGMOID",
    "softmax": "SOFTMAX", "softmax_loss": "SOFTMAX_LOSS", "split": "SPLIT", "tanh": "TANH", "window_data": "WINDOW_DATA",
}  # fmt: skip
_INTO = {
    "conv": ("convolution_param", "num_output biasterm weight_filler bias_filler pad kernelsize group stride"),
    "im2col": ("convolution_param", "pad kernelsize stride"),
    "innerproduct": ("inner_product_param", "num_output biasterm weight_filler bias_filler"),
    "pool": ("pooling_param", "pool pad kernelsize stride"),
    "dropout": ("dropout_param", "dropout_ratio"),
    "lrn": ("lrn_param", "local_size alpha beta k"),
    "data": ("data_param", "source batchsize rand_skip cropsize"),
    "images": ("image_data_param", "source batchsize rand_skip new_height new_width cropsize"),
    "hdf5_data": ("hdf5_data_param", "source batchsize"),
    "window_data": ("window_data_param", "source batchsize cropsize"),
    "concat": ("concat_param", "concat_dim"),
    "infogain_loss": ("infogain_loss_param", "source"),
}
_NOW = {"biasterm": "bias_term", "kernelsize": "kernel_size", "batchsize": "batch_size", "cropsize": "crop_size"}
_EVERYWHERE = {"name", "blobs", "blobs_lr", "weight_decay"}  # stay where they are
_IMAGES = {"scale", "meanfile", "mirror", "cropsize"}  # of data layers; they change no shape, the crop apart


def type_of(text: str, where: Place) -> str:
    """The name that a type of V1 has now. Raises TextError."""
    if text not in V1:
        raise TextError(
            f"{spot(where)}: there is no layer type {text[:60]!r} in the old syntax 'layers'. "
            'Hint: the new one is written layer { type: "…" }'
        )
    return V1[text]


def from_v0(layers: list[Message | Scalar]) -> list[Message | Scalar]:
    """Layers of V0, each with a layer inside, as layers of V1; paddings become part of what they pad. Raises TextError."""
    made: list[Message | Scalar] = []
    padded: dict[str, tuple[Scalar | None, Message | Scalar | None]] = {}  # blob -> its padding and what was padded
    for outer in layers:
        if not isinstance(outer, Message):
            raise TextError(f"{spot(outer.where)}: net.layers is no message")
        inner = next((m for m in outer.fields.get("layer", []) if isinstance(m, Message)), None)
        if inner is None:
            made.append(outer)
            continue
        kind = _scalar(inner, "type")
        name = kind.text if kind else ""
        if name == "padding":
            bottoms = outer.fields.get("bottom", [])
            for top in outer.fields.get("top", []):
                if isinstance(top, Scalar):
                    padded[top.text] = (_scalar(inner, "pad"), bottoms[0] if bottoms else None)
            continue
        if name not in _V0:
            raise TextError(f"{spot(inner.where)}: there is no layer type {name[:60]!r} in the oldest syntax 'layers {{ layer'")
        made.append(_upgrade(outer, inner, name, padded))
    return made


def _upgrade(
    outer: Message, inner: Message, kind: str, padded: dict[str, tuple[Scalar | None, Message | Scalar | None]]
) -> Message:
    now = Message(outer.where, {k: list(v) for k, v in outer.fields.items() if k in ("bottom", "top")})
    now.fields["type"] = [Scalar("word", _V0[kind], inner.where)]
    into, known = _INTO.get(kind, ("", ""))
    param = Message(inner.where)
    for name, values in inner.fields.items():
        if name in _EVERYWHERE:
            now.fields[name] = values
        elif name in known.split():
            param.fields[_NOW.get(name, name)] = values
        elif name not in {"type", *_IMAGES}:
            param.fields[f"{name} of {kind}"] = values  # named as a field that nobody reads
    for k, bottom in enumerate(now.fields.get("bottom", [])):
        if isinstance(bottom, Scalar) and bottom.text in padded:
            pad, source = padded[bottom.text]
            if kind not in ("conv", "pool") or source is None:
                raise TextError(f"{spot(outer.where)}: a padding is read by a layer of type {kind!r}, which has none")
            now.fields["bottom"][k] = source
            if pad is not None:
                param.fields["pad"] = [pad]
    if into:
        now.fields[into] = [param]
    return now


def _scalar(message: Message, name: str) -> Scalar | None:
    return next((v for v in message.fields.get(name, []) if isinstance(v, Scalar)), None)
