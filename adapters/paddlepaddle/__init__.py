"""PaddlePaddle: networks of ``paddle.nn`` layers, counted by the tools that come with the framework."""

FRAMEWORK = "paddlepaddle"
TITLE = "PaddlePaddle"
MODULE = "paddle"
EXTRA = "paddle"
PACKAGES = ("paddlepaddle",)
EXPORTS = ("paddle",)
NEEDS = ("paddle2onnx",)
