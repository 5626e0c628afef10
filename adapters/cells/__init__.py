"""One file a kind of cell: ``rows(bench, cell)`` gives the rows of a cell of ``crosscheck.contract.job.Kind``."""
