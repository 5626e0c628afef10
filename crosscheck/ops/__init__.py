"""The vocabulary: ops, their shapes, and the primitive counts that follow from shapes alone."""
