"""The process that runs student code, and everything of ours that is loaded in it."""
