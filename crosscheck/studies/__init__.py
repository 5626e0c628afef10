"""One file or folder a question: each takes a request and returns plain frozen data."""
