"""Import of the modules of a course that are not tests: its known mistakes and its stand-ins."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from foundations.errors import CourseError
from foundations.grading.faults import AuthorError, fault_of


def import_course_module(path: Path, slug: str) -> ModuleType | None:
    """Import a file of an assignment's graders afresh; ``None`` if it does not exist.

    Raises:
        AuthorError: the file cannot be imported. ``slug`` names the paragraph of the documentation, unless the file
            raises a ``CourseError`` with another one.
    """
    if not path.is_file():
        return None
    name = f"foundations_{path.stem}_{path.parent.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CourseError(f"{path} cannot be imported", slug=slug)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that inspect.getsource works on its functions
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        slug = error.slug if isinstance(error, CourseError) else slug
        raise AuthorError(fault_of(error, path.parent, path), slug=slug) from error
    return module
