"""One file a family; each has a tuple of variants."""
