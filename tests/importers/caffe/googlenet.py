"""GoogLeNet for training, as a prototxt: Szegedy et al. 2014, arXiv:1409.4842, table 1, with both side losses. Caffe's names."""

from __future__ import annotations

from tests.importers.caffe.files import layer

# 1×1, 3×3 reduced, 3×3, 5×5 reduced, 5×5, projection of the pooling
_INCEPTIONS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def _conv(name: str, bottom: str, out: int, kernel: int = 1, more: str = "") -> str:
    settings = f"convolution_param {{ num_output: {out} kernel_size: {kernel} {more} }}"
    return layer("Convolution", bottom, name, settings) + layer("ReLU", name, name, name=f"{name}_relu")


def _pool(name: str, bottom: str, kernel: int, stride: int, more: str = "pool: MAX") -> str:
    return layer("Pooling", bottom, name, f"pooling_param {{ {more} kernel_size: {kernel} stride: {stride} }}")


def _inception(name: str, bottom: str) -> str:
    a, b, c, d, e, f = _INCEPTIONS[name]
    at = f"inception_{name}/"
    parts = [
        _conv(at + "1x1", bottom, a),
        _conv(at + "3x3_reduce", bottom, b),
        _conv(at + "3x3", at + "3x3_reduce", c, 3, "pad: 1"),
        _conv(at + "5x5_reduce", bottom, d),
        _conv(at + "5x5", at + "5x5_reduce", e, 5, "pad: 2"),
        _pool(at + "pool", bottom, 3, 1, "pool: MAX pad: 1"),
        _conv(at + "pool_proj", at + "pool", f),
    ]
    return "".join(parts) + layer("Concat", f"{at}1x1 {at}3x3 {at}5x5 {at}pool_proj", at + "output")


def _fc(name: str, bottom: str, out: int) -> str:
    return layer("InnerProduct", bottom, name, f"inner_product_param {{ num_output: {out} }}")


def _side_loss(name: str, bottom: str, classes: int) -> str:
    parts = [
        _pool(f"{name}/ave_pool", bottom, 5, 3, "pool: AVE"),
        _conv(f"{name}/conv", f"{name}/ave_pool", 128),
        _fc(f"{name}/fc", f"{name}/conv", 1024),
        layer("ReLU", f"{name}/fc", f"{name}/fc", name=f"{name}/relu_fc"),
        layer("Dropout", f"{name}/fc", f"{name}/fc", name=f"{name}/drop_fc"),
        _fc(f"{name}/classifier", f"{name}/fc", classes),
        layer("SoftmaxWithLoss", f"{name}/classifier label", f"{name}/loss", "loss_weight: 0.3"),
    ]
    return "".join(parts)


def googlenet(batch: int, classes: int = 1000) -> str:
    """The network on images of 224 by 224."""
    data = f"image_data_param {{ batch_size: {batch} }} transform_param {{ crop_size: 224 }}"
    text = layer("ImageData", "", "data label", data)
    text += _conv("conv1/7x7_s2", "data", 64, 7, "stride: 2 pad: 3") + _pool("pool1/3x3_s2", "conv1/7x7_s2", 3, 2)
    text += layer("LRN", "pool1/3x3_s2", "pool1/norm1") + _conv("conv2/3x3_reduce", "pool1/norm1", 64)
    text += _conv("conv2/3x3", "conv2/3x3_reduce", 192, 3, "pad: 1") + layer("LRN", "conv2/3x3", "conv2/norm2")
    text += _pool("pool2/3x3_s2", "conv2/norm2", 3, 2)
    last = "pool2/3x3_s2"
    for name in _INCEPTIONS:
        text += _inception(name, last)
        last = f"inception_{name}/output"
        if name in ("4a", "4d"):
            text += _side_loss("loss1" if name == "4a" else "loss2", last, classes)
        if name in ("3b", "4e"):
            text += _pool(f"pool{name[0]}/3x3_s2", last, 3, 2)
            last = f"pool{name[0]}/3x3_s2"
    text += _pool("pool5/7x7_s1", last, 7, 1, "pool: AVE") + layer(
        "Dropout", "pool5/7x7_s1", "pool5/7x7_s1", name="pool5/drop_7x7_s1"
    )
    text += _fc("loss3/classifier", "pool5/7x7_s1", classes)
    return text + layer("SoftmaxWithLoss", "loss3/classifier label", "loss3/loss3", "loss_weight: 1")
