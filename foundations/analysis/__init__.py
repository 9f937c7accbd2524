"""Static analysis of student source: no student code runs here."""
