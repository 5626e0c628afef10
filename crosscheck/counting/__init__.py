"""Primitive counts of a network, and what conventions make of them."""
