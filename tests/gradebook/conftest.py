"""The small course with a gradebook, for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from course_builder import course_with_gradebook

from foundations.config import Course


@pytest.fixture
def course(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Course:
    return course_with_gradebook(tmp_path_factory, tmp_path)
