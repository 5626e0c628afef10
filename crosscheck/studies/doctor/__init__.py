"""Every tool on every operation alone."""
