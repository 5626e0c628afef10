"""ONNX files: bytes, nodes, shapes, network; weights are never read."""
