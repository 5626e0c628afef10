"""The suite. ``frameworks/`` needs PyTorch, PaddlePaddle and TensorFlow; everything else needs none of them."""
