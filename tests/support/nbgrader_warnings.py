"""Marks for tests that run nbgrader, which causes warnings that are not this project's."""

import pytest

#: nbgrader uses datetime.utcnow, and names that SQLAlchemy will drop.
NBGRADER_WARNINGS = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
