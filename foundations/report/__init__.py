"""The report of one graded submission, and its forms: tables, HTML, JSON, JUnit, terminal.

Students' text reaches a page through five modules: `sanitize` replaces nbgrader's filters, `bounded` asks a process
that can be killed, `rendering` runs in that process, `markdown` and `mathml` write HTML, and `allowed_html` cleans it.
"""
