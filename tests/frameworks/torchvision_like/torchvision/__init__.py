"""A package with the public face of torchvision, and one small network in it."""
