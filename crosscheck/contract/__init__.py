"""What an adapter and the core agree on: networks, jobs and rows of results. All of crosscheck that an adapter may import."""
