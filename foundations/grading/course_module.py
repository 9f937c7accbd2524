"""Import of the modules of a course that are not tests: its known mistakes and its stand-ins."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from foundations.errors import CourseError


def import_course_module(path: Path, slug: str) -> ModuleType | None:
    """Import a file of an assignment's graders afresh; ``None`` if it does not exist.

    Raises:
        CourseError: the file cannot be imported, or raises a ``CourseError`` itself. ``slug`` names the paragraph of
            the documentation for the first case.
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
    except CourseError:
        raise
    except Exception as error:
        raise CourseError(f"{path} cannot be imported: {type(error).__name__}: {error}", slug=slug) from error
    return module
