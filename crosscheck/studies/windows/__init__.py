"""Output sizes of convolutions and poolings by every framework's rule."""
