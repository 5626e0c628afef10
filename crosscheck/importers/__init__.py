"""Files of other formats, read as networks."""
