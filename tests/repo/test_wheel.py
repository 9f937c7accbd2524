"""The distribution holds every module, and each can be imported from it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "foundations").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)

_IMPORT_ALL = """
import importlib, sys
folder, *names = sys.argv[1:]
sys.path.insert(0, folder)
for name in names:
    assert importlib.import_module(name).__file__.startswith(folder), name
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack a wheel that was built from a copy: building leaves files next to the sources."""
    root = tmp_path_factory.mktemp("wheel")
    copy, built, unpacked = root / "copy", root / "built", root / "unpacked"
    shutil.copytree(ROOT / "foundations", copy / "foundations", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(built), str(copy)]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = built.iterdir()
    zipfile.ZipFile(wheel).extractall(unpacked)
    return unpacked


def test_every_file_is_in_it(unpacked: Path) -> None:
    """The wheel has data and modules alike, and no other file of the repository."""
    held = sorted(str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file())
    assert [name for name in held if ".dist-info/" not in name] == FILES


def test_every_module_can_be_imported_from_it(unpacked: Path) -> None:
    """The import runs in a process that does not find the sources."""
    modules = [
        name.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for name in FILES if name.endswith(".py")
    ]
    command = [sys.executable, "-I", "-B", "-c", _IMPORT_ALL, str(unpacked), *modules]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
