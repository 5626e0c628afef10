"""The tools that count ONNX files, one a file."""
