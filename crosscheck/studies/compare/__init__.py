"""Every tool on every network, confronted with its prediction."""
