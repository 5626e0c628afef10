"""Cannot be imported, as a tool whose package is missing."""

raise ImportError("no module named 'unfit'")
