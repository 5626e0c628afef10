"""Calls below the layers of a PyTorch network, on the levels that tools look at: a file for each way to see them."""
