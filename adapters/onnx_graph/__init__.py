"""ONNX: files as they are, run or counted by the tools that read them; no network is built here."""

FRAMEWORK = "onnx_graph"
TITLE = "ONNX"
MODULE = "onnx"
EXTRA = "onnxtools"
PACKAGES = ("onnx", "numpy")
READS = "onnx"
NEEDS = ("onnxruntime",)
