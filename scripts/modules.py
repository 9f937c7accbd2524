"""Write docs/modules.md: every module of the package with the first sentence of its docstring.

Run ``python scripts/modules.py`` after a module was added, moved or renamed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "modules.md"

_HEAD = """# Modules

Every module of `foundations/`, with the beginning of its docstring.
[architecture.md](architecture.md) explains the packages and what each may import.
`python scripts/modules.py` writes this page, and a test compares it with the sources.
"""


def page() -> str:
    """Return the page as Markdown, with a table for each package."""
    packages = sorted(path.parent for path in (ROOT / "foundations").rglob("__init__.py"))
    return "\n".join([_HEAD, *(line for package in packages for line in _section(package))])


def _section(package: Path) -> Iterator[str]:
    modules = sorted(path for path in package.glob("*.py") if path.name != "__init__.py")
    if not modules:
        return
    yield f"## {'.'.join(package.relative_to(ROOT).parts)}\n"
    yield f"{_docstring(package / '__init__.py')}\n"
    yield "| module | contents |\n|---|---|"
    yield from (f"| `{module.stem}` | {_sentence(module)} |" for module in modules)
    yield ""


def _docstring(module: Path) -> str:
    return ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""


def _sentence(module: Path) -> str:
    """Return the first paragraph of a module's docstring on one line, without the marks of reStructuredText."""
    line = " ".join(_docstring(module).split("\n\n")[0].split()).rstrip(":")
    line = re.sub(r":\w+:`([^`]+)`", r"`\1`", line).replace("``", "`")
    return line.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
