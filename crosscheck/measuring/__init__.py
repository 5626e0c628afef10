"""All that starts a process: which tools there are, which jobs a run needs, and the workers that do them."""
