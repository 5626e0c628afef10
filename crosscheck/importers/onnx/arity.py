"""How many inputs and outputs a node of ONNX's own operators may have.

Source: onnx/docs/Operators.md and Changelog.md of ONNX 1.17 and 1.23: the least and the most that any of opsets 7 to 28 allows.
"""

from __future__ import annotations

from crosscheck.importers.imported import MisfitError
from crosscheck.importers.onnx.protos import Node

Bounds = tuple[int, int]
ANY = 1 << 31  # as many as there are
_INPUTS: dict[Bounds, str] = {
    (0, 0): "Constant RandomNormal RandomUniform",
    (1, 1): (
        "Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool Bernoulli BitwiseNot Cast Ceil Celu ConstantOfShape Cos "
        "Cosh DepthToSpace DynamicQuantizeLinear Elu Erf Exp EyeLike Flatten Floor Gelu GlobalAveragePool GlobalLpPool "
        "GlobalMaxPool HardSigmoid HardSwish Hardmax Identity If IsInf IsNaN LRN LeakyRelu Log LogSoftmax LpNormalization LpPool "
        "MaxPool MeanVarianceNormalization Mish Multinomial Neg NonZero Not RandomNormalLike RandomUniformLike Reciprocal Relu "
        "Round Selu Shape Shrink Sigmoid Sign Sin Sinh Size Softmax Softplus Softsign SpaceToDepth Sqrt Swish Tan Tanh "
        "ThresholdedRelu Transpose Unique"
    ),
    (1, 2): (
        "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare "
        "Split Squeeze TopK Trilu Unsqueeze Upsample"
    ),
    (1, 3): "Clip Dropout",
    (1, 4): "Pad Resize",
    (1, 5): "Slice",
    (1, ANY): "Concat Einsum Max Mean Min Scan SequenceMap Sum",
    (2, 2): (
        "Add And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike CenterCropPad Compress CumSum Div Equal Expand Gather "
        "GatherElements GatherND Greater GreaterOrEqual GridSample Less LessOrEqual MatMul Mod Mul Or PRelu Pow "
        "RMSNormalization Reshape ReverseSequence Sub Tile Xor"
    ),
    (2, 3): "Conv ConvTranspose DequantizeLinear Gemm LayerNormalization QuantizeLinear",
    (2, 4): "ConvInteger MatMulInteger",
    (2, ANY): "Loop",
    (3, 3): "GroupNormalization InstanceNormalization OneHot Range Scatter ScatterElements ScatterND Where",
    (3, 6): "GRU RNN",
    (3, 7): "Attention",
    (3, 8): "LSTM",
    (5, 5): "BatchNormalization",
    (8, 8): "QLinearMatMul",
    (8, 9): "QLinearConv",
}
_OUTPUTS: dict[Bounds, str] = {
    (0, 2): "GRU RNN",
    (0, 3): "LSTM",
    (1, 2): "Dropout MaxPool",
    (1, 3): "LayerNormalization",
    (1, 4): "Attention Unique",
    (1, 5): "BatchNormalization",
    (1, ANY): "If Loop Scan SequenceMap Split",
    (2, 2): "TopK",
    (3, 3): "DynamicQuantizeLinear",
}
INPUTS = {op: bounds for bounds, ops in _INPUTS.items() for op in ops.split()}
OUTPUTS = dict.fromkeys(INPUTS, (1, 1)) | {op: bounds for bounds, ops in _OUTPUTS.items() for op in ops.split()}


def judge(node: Node) -> None:
    """Raises MisfitError for a node of ONNX's own with more or fewer inputs or outputs than its operator has."""
    if node.domain or node.op not in INPUTS:
        return
    for what, names, (least, most) in (("inputs", node.inputs, INPUTS[node.op]), ("outputs", node.outputs, OUTPUTS[node.op])):
        if not least <= len(names) <= most:
            said = str(least) if least == most else f"{least} or more" if most == ANY else f"{least} to {most}"
            raise MisfitError(f"it has {len(names)} {what}, where {node.op} has {said}")
