"""Calls below the layers of a Paddle network, on the levels that tools look at: a file for each way to see them."""
