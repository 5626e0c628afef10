"""PyTorch: networks as nested ``torch.nn`` modules, counted by torchinfo and by PyTorch's own flop counter."""

FRAMEWORK = "pytorch"
TITLE = "PyTorch"
MODULE = "torch"
EXTRA = "torch"
PACKAGES = ("torch", "torchinfo")
