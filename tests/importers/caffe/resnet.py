"""ResNet-50 as a prototxt: He et al. 2015, arXiv:1512.03385, table 1; a normalisation is two layers, a shortcut makes a split."""

from __future__ import annotations

from tests.importers.caffe.files import inputs, layer


def _conv(name: str, bottom: str, out: int, kernel: int, stride: int, *, relu: bool) -> str:
    more = f"num_output: {out} kernel_size: {kernel} stride: {stride} pad: {kernel // 2} bias_term: false"
    text = layer("Convolution", bottom, name, f"convolution_param {{ {more} }}")
    text += layer("BatchNorm", name, name, name=f"bn_{name}")
    text += layer("Scale", name, name, "scale_param { bias_term: true }", name=f"scale_{name}")
    return text + (layer("ReLU", name, name, name=f"relu_{name}") if relu else "")


def resnet50(batch: int) -> str:
    """The network on images of 224 by 224; the stride is on the first 1×1 of a stage."""
    text = inputs(data=f"{batch} 3 224 224") + _conv("conv1", "data", 64, 7, 2, relu=True)
    text += layer("Pooling", "conv1", "pool1", "pooling_param { pool: MAX kernel_size: 3 stride: 2 }")
    last = "pool1"
    for stage, repeats in enumerate((3, 4, 6, 3)):
        for block in range(repeats):
            at, stride = f"res{stage + 2}{'abcdef'[block]}", 2 if stage and not block else 1
            shortcut = last
            if not block:
                shortcut = f"{at}_branch1"
                text += _conv(shortcut, last, 256 << stage, 1, stride, relu=False)
            text += _conv(f"{at}_branch2a", last, 64 << stage, 1, stride, relu=True)
            text += _conv(f"{at}_branch2b", f"{at}_branch2a", 64 << stage, 3, 1, relu=True)
            text += _conv(f"{at}_branch2c", f"{at}_branch2b", 256 << stage, 1, 1, relu=False)
            text += layer("Eltwise", f"{shortcut} {at}_branch2c", at) + layer("ReLU", at, at, name=f"{at}_relu")
            last = at
    text += layer("Pooling", last, "pool5", "pooling_param { pool: AVE kernel_size: 7 stride: 1 }")
    text += layer("InnerProduct", "pool5", "fc1000", "inner_product_param { num_output: 1000 }")
    return text + layer("Softmax", "fc1000", "prob")
