"""Paddle's own counting tools, one file each."""
