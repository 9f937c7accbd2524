"""The process that runs student code, and all modules of this package that are loaded in it."""
