"""``scripts/examples.py``: the sample class of examples/submitted comes from the releases and examples/class.toml."""

import importlib.util
import json
import tomllib
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
SUBMITTED = ROOT / "examples" / "submitted"
TEXTS = {"why": {"full": "Because."}}


@pytest.fixture(scope="module")
def examples():
    spec = importlib.util.spec_from_file_location("examples_script", ROOT / "scripts" / "examples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(examples):
    return examples.submissions(tomllib.loads(examples.CLASS.read_text("utf-8")))


def test_committed_files_are_those_of_the_script(made):
    """Run `python scripts/examples.py` after a change of a notebook, of a known mistake or of the class."""
    there = {str(path.relative_to(SUBMITTED)): path for path in SUBMITTED.rglob("*") if path.is_file()}

    assert sorted(there) == sorted(made)
    assert [name for name, path in there.items() if path.read_text("utf-8") != made[name]] == []


def test_they_are_notebooks_without_outputs(made):
    """One student, who submits other files, is the exception."""
    broken = {name for name in made if name.startswith("not-a-notebook/")}
    for name in made.keys() - broken:
        notebook = nbformat.reads(made[name], as_version=4)
        nbformat.validate(notebook)
        assert [cell.id for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")] == []
    for name in broken:
        with pytest.raises(json.JSONDecodeError):
            json.loads(made[name])


def test_every_assignment_has_submissions():
    """No assignment has every student: the class has at least twelve students, with gaps."""
    assignments = {path.parent.name for path in (ROOT / "source").glob("*/*.ipynb")}
    students = [{path.name for path in student.iterdir()} for student in SUBMITTED.iterdir()]

    assert len(students) >= 12
    for assignment in assignments:
        assert 4 <= sum(assignment in handed_in for handed_in in students) < len(students), assignment


@pytest.mark.parametrize(
    "answers",
    [
        {"matmul_naive": "known: forgets_the_root"},
        {"matmul_naive": "known: no such mistake"},
        {"matmul_naive": "right: no such answer"},
        {"matmul_naiv": "stub"},
        {"check matmul_naiv": "deleted"},
    ],
)
def test_a_wrong_name_in_the_class_is_an_error(examples, answers):
    """A mistake of another exercise, or a name that does not exist, never makes a notebook."""
    with pytest.raises(KeyError):
        examples.notebook("01_matmul", answers, TEXTS)


def test_an_answer_replaces_the_stub(examples):
    """The student's own cells are above it, and the rest is as released."""
    answers = {"frobenius_norm": "import math\n# %+\nf = math.sqrt", "check matmul_naive": "deleted", "*": "stub"}
    cells = json.loads(examples.notebook("01_matmul", answers, TEXTS))["cells"]
    released = json.loads((ROOT / "release" / "01_matmul" / "01_matmul.ipynb").read_text("utf-8"))["cells"]
    changed = [cell for cell in cells if cell not in released]
    missing = {cell["id"] for cell in released} - {cell["id"] for cell in cells}

    assert [cell["id"] for cell in changed] == ["own-frobenius_norm-1", "frobenius-norm-solution"]
    assert ["".join(cell["source"]) for cell in changed] == ["import math", "f = math.sqrt"]
    assert missing == {"matmul-naive-check"}
