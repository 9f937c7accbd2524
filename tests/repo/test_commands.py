"""Every command on the pages of the documentation works: each is run in a small copy of the course."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import builders
import pytest
from command import Done, foundations
from nbgrader.apps import NbGraderApp
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.notebooks.source import read_source, release_version

pytestmark = [*NBGRADER_WARNINGS, pytest.mark.filterwarnings("ignore::ResourceWarning")]

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Values for the words in capitals of a synopsis.
VALUES = {
    "PATH": "submitted",
    "--assignment NAME": "--assignment 01_matmul",
    "--exercise NAME": "--exercise mse_grad",
    "--student NAME": "--student s17",
    "HOST": "127.0.0.1",
    "FILE": "report.out",
    "DIR": "reports",
    "LEVEL": "full",
}
#: The folder of the course that a page begins.
NEW_COURSE = "my-course"
SUSPICIOUS = "import sys\nsys.modules['own'] = sys"


def commands(program: str) -> list[str]:
    """List the different commands of ``program`` in the indented lines of all pages, without comments."""
    lines = re.findall(rf"^    ({program} .+)$", "\n".join(page.read_text("utf-8") for page in PAGES), re.MULTILINE)
    return list(dict.fromkeys(re.sub(r"\s{2,}#.*", "", line).strip() for line in lines))


def filled(command: str) -> list[str]:
    """Return the words of a command after the program's name, with values in a synopsis, and all of its options."""
    for word, value in VALUES.items():
        command = re.sub(rf"\b{word}\b" if word[0] != "-" else word, value, command)
    return shlex.split(command.replace("[", "").replace("]", ""))[1:]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a course of two assignments with a submission of s17, graded, with a finding for review."""
    root = tmp_path_factory.mktemp("documented")
    shutil.copytree(ROOT / "graders", root / "graders", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("01_matmul", "04_backward"):
        shutil.copytree(ROOT / "source" / name, root / "source" / name)
    for name in ("pyproject.toml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, root)
    settings = (root / "pyproject.toml").read_text("utf-8")
    (root / "pyproject.toml").write_text(
        re.sub(r"\[tool\.foundations\.assignment\.0[02356].*?(?=\n\[)", "", settings, flags=re.S)
    )
    notebook = read_source(ROOT / "source" / "01_matmul" / "01_matmul.ipynb")
    builders.write(release_version(notebook), root / "01_matmul.ipynb")
    notebook.cells.insert(1, builders.code(SUSPICIOUS, id="own"))
    submission = root / "submitted" / "s17" / "01_matmul"
    builders.write(notebook, submission / "01_matmul.ipynb")
    (submission / "timestamp.txt").write_text("2026-01-02 00:00:00.000000 UTC")  # as nbgrader collects it
    (submission / "submission_secret.txt").write_text("secret" * 16)
    must_work(foundations("grade", "submitted", "--assignment", "01_matmul", cwd=root))
    return root


def must_work(done: Done, *codes: int) -> None:
    assert done.returncode in (0, *codes), done.stdout + done.stderr


def _cases() -> list[Any]:
    """List the commands; those that prove one exercise once more, with other options, are slow."""
    proofs = [command for command in commands("foundations") if command.startswith("foundations prove")]
    return [
        pytest.param(command, marks=[pytest.mark.slow] if command in proofs[1:] else [])
        for command in commands("foundations")
    ]


@pytest.mark.parametrize("command", _cases(), ids=str)
def test_command_works(course: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The visible checks of an untouched notebook fail, which is exit code 1."""
    words = filled(command)
    if words[0] == "review" and len(words) > 2:  # it has one decision at most
        foundations(*words[:3], "--accept" if "--reopen" in words else "--reopen", cwd=course)
    if words[0] == "new":
        shutil.rmtree(course / NEW_COURSE, ignore_errors=True)
        if words[1] == "exercise":
            foundations("new", "course", NEW_COURSE, cwd=course)
    monkeypatch.setattr("foundations.batch.cluster._PATIENCE_S", 1)
    done = foundations(*words, cwd=course)
    if "--scheduler" in words:  # there is none
        assert (done.returncode, "the scheduler" in done.stderr) == (2, True)
    else:
        must_work(done, *([1] if words[0] == "check" else []))


@pytest.mark.parametrize("command", commands("nbgrader"), ids=str)
def test_command_of_nbgrader_exists(command: str) -> None:
    """A page names no command that nbgrader does not have."""
    assert command.split()[1] in NbGraderApp.subcommands


@pytest.mark.slow
@pytest.mark.parametrize("command", [*commands("nbgrader"), "nbgrader autograde 01_matmul --force"])
def test_command_of_nbgrader_works(course: Path, command: str) -> None:
    """Each runs in the course's folder, with the course's configuration and an exchange in it."""
    exchange = course / "exchange"
    exchange.mkdir(exist_ok=True)
    exchange.chmod(0o777)
    if "release_feedback" in command:
        run(course, "nbgrader generate_feedback 01_matmul")
    run(course, f"{command} --Exchange.root={exchange}" if "release" in command else command)


@pytest.mark.slow
@pytest.mark.parametrize("command", commands("python"))
def test_script_has_these_options(command: str) -> None:
    """Mutants and attacks take long: they are read, not run."""
    words = shlex.split(command)
    if words[1] == "-m":
        target = ROOT / words[3].partition("::")[0]
        assert target.exists()
        return
    shown = subprocess.run([sys.executable, words[1], "--help"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert [word for word in words if word.startswith("--") and word not in shown.stdout] == []


def run(folder: Path, command: str) -> None:
    words = [sys.executable, "-m", *shlex.split(command)]
    done = subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
