"""What exporters do to a network: recipes of named rewrites, and their confrontation with real files."""
