"""Texts that are no Caffe network, or mean harm, and what is said of each."""

from __future__ import annotations

from tests.importers.caffe.files import HEAD, inputs, layer

CONV = layer("Convolution", "data", "y", "convolution_param { num_output: 4 kernel_size: 3 }")


def conv(settings: str) -> str:
    return HEAD + layer("Convolution", "data", "y", f"convolution_param {{ {settings} }}")


DOUBLING = HEAD + "".join(layer("Concat", f"v{k - 1} v{k - 1}" if k else "data data", f"v{k}") for k in range(40))
BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "the file is empty"),
    "blank": (" \n\t\n", "the file is empty"),
    "comments alone": ("# nothing\n", "it is no Caffe network: it has no layers"),
    "binary": (bytes(range(256)), "it is no text: byte 0x80 is no UTF-8"),
    "zero bytes": ("layer {\0}", "it is no text: it has zero bytes"),
    "a caffemodel": (b"\n\x07AlexNet\xa2\x06\x0e", "it is no text"),
    "json": ('{"layers": []}', "line 1, column 1: '{' where a field should stand"),
    "a solver": ("net: 'a.prototxt'\nbase_lr: 0.1\n", "it has no layers. Hint: it is a solver; the network is in the file"),
    "cut": ((HEAD + CONV)[:-20], "is never closed; the file ends before"),
    "cut in a string": (HEAD + 'layer { name: "con', "a string that does not end on its line"),
    "no value": ("name:\n", "the end of the file where a value should stand"),
    "no colon": ('name "a"', "'\"a\"' where a colon or a brace after 'name' should stand"),
    "too many braces": (HEAD + "}", "'}' where a field should stand"),
    "mixed brackets": ("layer { >", "'>' where a field or '}' should stand"),
    "bad escape": (r'name: "\q"', r"'\\q' is no escape"),
    "open list": (HEAD + "input_dim: [1, 2", "the end of the file where a comma or ']' should stand"),
    "list of messages": ("layer: [{}]", "a list of messages. Hint: repeat the field 'layer' instead"),
    "extension": ("[caffe.x]: 3", "'[' where a field should stand"),
    "space before what is nothing": (" " * 100_000 + "$", "line 1, column 100,001: '$' is no part of a message"),
    "notes before what is nothing": ("# # #\n" * 10_000 + "$", "line 10,001, column 1: '$' is no part of a message"),
    "digits without end": (f"input_dim: {'1' * 200_000}a", "'111111111111' is no part of a message"),
    "backslashes": ('name: "' + "\\" * 50_001, "a string that does not end on its line"),
    "three blobs of data": (
        "layer { name: 'd' type: 'MemoryData' top: 'a' top: 'b' top: 'c' memory_data_param { batch_size: 1 } }",
        "line 1, column 1: layer 'd' (MemoryData): it makes 3 blobs, where images and their labels are two",
    ),
    "deep": ("layer {" * 5000, "messages lie more than 64 deep in one another"),
    "long number": (f"input_dim: {'9' * 5000}", "a number of 5,000 characters is too long"),
    "huge number": ("input_dim: 99999999999999999999", "net.input_dim is 99999999999999999999, which no Caffe can hold"),
    "bad number": ("input_dim: 12ab", "'12ab' is no part of a message"),
    "octal": ("input_dim: 09", "net.input_dim is no whole number"),
    "text for a number": ('input_dim: "3"', "net.input_dim is no whole number"),
    "number for a text": ("name: 3", "net.name is no quoted string"),
    "fraction": (conv("num_output: 4.5 kernel_size: 3"), "convolution_param.num_output is no whole number from 0"),
    "negative": (conv("num_output: -4 kernel_size: 3"), "convolution_param.num_output is -4, which no Caffe can hold"),
    "twice": (conv("num_output: 4 num_output: 5 kernel_size: 3"), "convolution_param has 'num_output' twice"),
    "message for a number": (conv("num_output { } kernel_size: 3"), "convolution_param.num_output is no whole number from 0"),
    "number for a message": (HEAD + "layer: 3", "net.layer is no message"),
    "truth": (conv("num_output: 4 kernel_size: 3 bias_term: maybe"), "convolution_param.bias_term is no true or false"),
    "no type": ('layer { name: "a" }', "a layer without a type"),
    "old type": ("layers { type: CONVOLVE }", "there is no layer type 'CONVOLVE' in the old syntax 'layers'. Hint: "),
    "oldest type": ('layers { layer { type: "convolve" } }', "there is no layer type 'convolve' in the oldest syntax"),
    "both syntaxes": (HEAD + "layers { type: RELU }", "it has both 'layer' and 'layers', which Caffe refuses"),
    "pool method": (
        HEAD + layer("Pooling", "data", "y", "pooling_param { pool: MIN kernel_size: 2 }"),
        "is 'MIN', not one of MAX, AVE, ",
    ),
    "phase": (HEAD + layer("ReLU", "data", "y", "include { phase: VAL }"), "rule.phase is 'VAL', not one of TRAIN, TEST"),
    "both rules": (HEAD + layer("ReLU", "data", "y", "include { } exclude { }"), "has include and exclude rules"),
    "other phase": (
        layer("Input", "", "x", "include { phase: TRAIN }"),
        "none of its 1 layers belongs to phase TEST. Hint: --phase train, or a --stage",
    ),
    "nowhere": (HEAD + layer("ReLU", "dat", "y"), "layer 'y' reads 'dat', which no layer before it makes"),
    "cyclic": (HEAD + layer("ReLU", "b", "a") + layer("ReLU", "a", "b"), "layer 'a' reads 'b', which no layer before it makes"),
    "twice made": (
        HEAD + layer("ReLU", "data", "y") + layer("TanH", "data", "y", name="z"),
        "blob 'y' is made by two layers, 'y' and 'z'",
    ),
    "in place of a split": (
        HEAD + layer("ReLU", "data", "y") + layer("ReLU", "data", "data", name="late"),
        "blob 'data' is made by two layers, 'data' and 'late'",
    ),
    "nothing comes in": (
        layer("Parameter", "", "w", "parameter_param { shape { dim: 3 } }"),
        "nothing comes in: it has no data layer",
    ),
    "no kernel": (conv("num_output: 4"), "does not fit its input 1x3x8x8: 0 values of kernel_size do not fit 2 spatial axes"),
    "no output": (conv("kernel_size: 3"), "num_output must be above 0"),
    "big kernel": (conv("num_output: 4 kernel_size: 9"), "a window of 9 does not fit 8 + padding 0+0"),
    "zero stride": (conv("num_output: 4 kernel_size: 3 stride: 0"), "stride 0x0 must be from 1 to 16384"),
    "huge kernel": (conv("num_output: 4 kernel_size: 4000000000"), "must be from 1 to 16384"),
    "huge output": (conv("num_output: 99999999999 kernel_size: 3"), "blob 'y' is 1x99999999999x6x6: a size must be from 0"),
    "bad groups": (conv("num_output: 4 kernel_size: 3 group: 2"), "3 input and 4 output channels do not divide into 2 groups"),
    "no groups": (conv("num_output: 4 kernel_size: 3 group: 0"), "do not divide into 0 groups"),
    "two ways": (conv("num_output: 4 kernel_size: 3 kernel_h: 3"), "kernel_h and kernel_w belong to two spatial axes"),
    "negative input": (inputs(data="1 -3 8"), "blob 'data' is 1x-3x8: a size must be from 1 to 2,147,483,647"),
    "no input size": (inputs(data="1 0 8"), "blob 'data' is 1x0x8: a size must be from 1"),
    "many axes": (inputs(data="1 " * 33), "blob 'data' has 33 axes, more than 32"),
    "too few dims": (
        'input: "x" input_dim: [1, 2, 3]' + CONV,
        "1 input and 3 input_dim do not fit: one shape, or four sizes, belong to each",
    ),
    "doubling": (DOUBLING, "a size must be from 0 to 2,147,483,647"),
    "bad eltwise": (inputs(a="1 2", b="1 3") + layer("Eltwise", "a b", "y"), "its inputs 1x2 and 1x3 differ"),
    "bad reshape": (
        HEAD + layer("Reshape", "data", "y", "reshape_param { shape { dim: 5 dim: -1 } }"),
        "the 192 elements of 1x3x8x8 do not fit shape 5x-1",
    ),
    "bad labels": (
        inputs(p="4 5", l="3") + layer("SoftmaxWithLoss", "p l", "y"),
        "3 labels do not fit predictions 4x5 over axis 1",
    ),
    "bad slice": (HEAD + layer("Slice", "data", "y z"), "3 of axis 1 do not divide into 2 tops"),
    "bad axis": (HEAD + layer("Softmax", "data", "y", "softmax_param { axis: 7 }"), "axis 7 is not one of 4"),
    "many params": (HEAD + layer("ReLU", "data", "y", "param { lr_mult: 1 }"), "1 param entries, where it has 0 parameter blobs"),
    "crowd of layers": ("layer{}" * 30_000, "it has more than 20,000 layers"),
    "crowd of readers": (
        HEAD + layer("Silence", "data " * 500, "") * 200 + layer("Split", "data", "v " * 1000) * 101,
        "its layers read and make more than 200,000 blobs",
    ),
    "control characters": (HEAD + layer("ReLU", "\\033[31m\\n", "y"), r"reads '\x1b[31m\n', which no layer before it makes"),
}
