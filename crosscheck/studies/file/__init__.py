"""A user's file: counted by every convention, measured by the tools that read files."""
