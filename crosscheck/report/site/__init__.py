"""The page: one HTML file with its styles, its scripts and its data, which asks nobody for anything."""
