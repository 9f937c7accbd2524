"""The way from the source notebook to the notebook for students."""
