"""Sphinx settings for the documentation site: ``make docs`` writes it to ``docs/_build/html``."""

from __future__ import annotations

import foundations

project = "Foundations"
author = "Foundations maintainers"
release = version = foundations.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
suppress_warnings = [
    "myst.xref_missing",  # links to files of the repository that are not pages; tests/repo looks for their targets
    "ref.python",  # CheckFailed is the name of two classes: one for students' checks, one for hidden tests
]

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
napoleon_google_docstring = True

html_theme = "furo"
html_title = "Foundations"
html_show_sphinx = False
html_extra_path = ["report.schema.json", "templates"]
