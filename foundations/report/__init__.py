"""The report of one graded submission, and its forms: tables, HTML, JSON, JUnit, terminal."""
