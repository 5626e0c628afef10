"""What runs below the layers of a Keras network, on each level that tools look at: see crosscheck.contract.call."""
