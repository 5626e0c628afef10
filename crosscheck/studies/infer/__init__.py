"""A table's convention, inferred: the smallest set of whole weights that reproduces every figure of a column as it is printed."""
