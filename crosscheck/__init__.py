"""crosscheck: why two tools print different FLOPs and parameters for the same network."""

__version__ = "0.1.0"
