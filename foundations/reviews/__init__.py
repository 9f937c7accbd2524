"""Findings that wait for a person, and decisions about them."""
