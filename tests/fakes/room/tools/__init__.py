"""Tools, one file a habit."""
