"""Notebook files as hostile data: read, paired with the source notebook, and repaired."""
