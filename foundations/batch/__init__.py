"""The grading of many submissions."""
