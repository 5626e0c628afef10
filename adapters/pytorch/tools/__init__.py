"""The tools that count PyTorch networks, one a file."""
