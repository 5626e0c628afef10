"""What is known and not mended: gaps of predictions, faults of exporters and crashes of tools, each a row with its reason."""
