"""What is known and not mended: gaps of predictions and faults of exporters, each a row with its reason."""
