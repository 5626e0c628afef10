"""One file a kind of cell: what a worker does when it is asked for one."""
