"""Student source, read without running it."""
