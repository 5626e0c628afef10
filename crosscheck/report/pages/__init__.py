"""One file a study: what it found, made a document."""
