"""PyTorch: networks as nested ``torch.nn`` modules, counted by the tools that its users quote."""

FRAMEWORK = "pytorch"
TITLE = "PyTorch"
MODULE = "torch"
EXTRA = "torch"
PACKAGES = ("torch", "numpy")
EXPORTS = ("torch", "torch-plain", "torch-script", "torch-script-plain")
NEEDS = ("onnx", "onnxscript")
