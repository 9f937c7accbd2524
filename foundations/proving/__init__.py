"""Proof that an assignment grades rightly, before a student sees it; and the start of a new exercise or course."""
