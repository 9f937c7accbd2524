"""Each fault that shows without running an answer is found, with file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import builders
import nbformat
import pytest
from proved_course import make_course, source

from foundations.config import Course
from foundations.errors import CourseError
from foundations.grading.misconceptions import load_bank
from foundations.proving.static import static_faults

FOLDER = "graders/course"


def sentences(course: Course) -> list[str]:
    return [fault.sentence(course.root) for fault in static_faults(course, "course")]


def test_a_whole_course_has_no_fault(tmp_path: Path) -> None:
    """The course of these tests is a course that can be proved."""
    assert sentences(make_course(tmp_path)) == []


def change(name: str, text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)

    return write


def append(name: str, text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_text((folder / name).read_text() + text)

    return write


_CHECK = "from foundations.grading.pytest_plugin import check\n"
_LAST = "misconceptions.py, line 31"


@pytest.mark.parametrize(
    ("damage", "place", "words"),
    [
        (change("test_doubel.py", "x = 1"), "test_doubel.py, line 1", "'doubel', which is not an exercise"),
        (
            change("test_other.py", f"{_CHECK}EXERCISE = 'duoble'"),
            "test_other.py, line 2",
            "'duoble', which is not an exercise of the notebook; did you mean 'double'?",
        ),
        (change("test_double.py", "x = 1\ndef test_x(:"), "test_double.py, line 2", "SyntaxError: "),
        (change("test_double.py", "x = 1\nimport nowhere"), "test_double.py, line 2", "ModuleNotFoundError: "),
        (change("conftest.py", "\n\nraise ValueError('bad')"), "conftest.py, line 3", "ValueError: bad"),
        (change("test_double.py", "def test_x(student):\n    pass"), "test_double.py, line 1", "no @check"),
        (
            change(
                "test_double.py",
                "from foundations.grading.rules import Rule\n\nRULE = Rule('x', frozenset({'matrx product'}))",
            ),
            "test_double.py, line 3",
            "rule allows 'matrx product'",
        ),
        (change("misconceptions.py", "x = 1\n\ndef ("), "misconceptions.py, line 3", "SyntaxError: "),
        (
            change("right/right_doubel.py", "# %% a\n"),
            "right/right_doubel.py, line 1",
            "'doubel', which is not an exercise of the notebook; did you mean 'double'?",
        ),
        (change("right/right_double.py", "def double(x): pass"), "right/right_double.py, line 1", "has no answer"),
        (change("right/double.py", ""), "right/double.py", "must be right_<exercise>.py"),
        (
            append("misconceptions.py", "\n@misconception('doubel')\ndef odd(x):\n    'A hint.'"),
            _LAST,
            "'odd' is a mistake in 'doubel', which is not an exercise",
        ),
        (
            append("misconceptions.py", "\n@misconception('double', symptom='rule: nrom')\ndef odd(x):\n    'A hint.'"),
            _LAST,
            "'nrom' is neither a family of operations",
        ),
        (
            append("misconceptions.py", "\n@misconception('double')\ndef Squares(x):\n    'A hint.'"),
            _LAST,
            "'squares' and 'Squares' differ in upper and lower case only",
        ),
        (append("test_double.py", "\n### BLANK 2: the value\n"), "test_double.py, line 14", "BLANK 2: the value"),
    ],
)
def test_fault_in_a_file(tmp_path: Path, damage: Callable[[Path], None], place: str, words: str) -> None:
    """The sentence begins with the place."""
    course = make_course(tmp_path)
    damage(course.graders / "course")
    found = sentences(course)
    assert [sentence for sentence in found if sentence.startswith(f"{FOLDER}/{place}: ") and words in sentence], found


def test_a_missing_battery_is_one_fault_for_its_exercise(tmp_path: Path) -> None:
    """Mistakes that show in values need inputs on which they differ."""
    course = make_course(tmp_path)
    bank = course.graders / "course" / "misconceptions.py"
    bank.write_text(bank.read_text().replace('@battery("double")\n', ""))
    [found] = sentences(course)
    assert found.startswith(f"{FOLDER}/misconceptions.py, line 16: exercise 'double' has mistakes that show in values")


def test_a_battery_of_a_mistyped_exercise_is_a_fault(tmp_path: Path) -> None:
    """Its exercise has no battery then, either."""
    course = make_course(tmp_path)
    bank = course.graders / "course" / "misconceptions.py"
    bank.write_text(bank.read_text().replace('@battery("double")', '@battery("doubel")'))
    assert any("a battery is for 'doubel', which is not an exercise" in sentence for sentence in sentences(course))


def test_an_exercise_without_a_grader_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    """The place is the graded cell."""
    course = make_course(tmp_path)
    (course.graders / "course" / "test_double.py").unlink()
    assert sentences(course) == [
        "source/course/course.ipynb, cell 6, line 1: exercise 'double' has no hidden tests: write course/test_double.py"
    ]


def test_a_kind_has_a_sentence(tmp_path: Path) -> None:
    """A mistyped number has the line of the mistake."""
    course = make_course(tmp_path)
    (course.graders / "kinds.toml").write_text('[kinds]\n1 = "x"\n')
    bank = course.graders / "course" / "misconceptions.py"
    bank.write_text(bank.read_text().replace('@misconception("double")', '@misconception("double", kind=(1, 2))'))
    sentence = sentences(course)[0]
    assert sentence.startswith("graders/course/misconceptions.py, line ")
    assert sentence.endswith("the mistake 'squares' is of kind 2, which has no sentence in kinds.toml")


def _set(grade_id: str, text: str) -> Callable[[nbformat.NotebookNode], None]:
    def damage(notebook: nbformat.NotebookNode) -> None:
        builders.cell(notebook, grade_id).source = text

    return damage


def _prose(text: str) -> Callable[[nbformat.NotebookNode], None]:
    def damage(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[0].source = text

    return damage


_TABLE = "| exercise | points |\n|---|---|\n| `double` | 5 |\n"


@pytest.mark.parametrize(
    ("damage", "place", "words"),
    [
        (_set("double-solution", "def double(x):\n    return 2 * x"), "cell 5, line 1", "has no marks around"),
        (_set("double", "# Graded, 5 points.\n"), "cell 6, line 1", "the visible check of 'double' is empty"),
        (_set("double", "assert (1"), "cell 6", "the visible check is not Python"),
        (_set("double", "x = 1\ntesting.check('triple')"), "cell 6, line 2", "of 'double' checks 'triple'"),
        (_set("double", "assert 1 == 1"), "cell 6, line 1", "does not use 'double'"),
        (_set("double", "# Graded, 3 points.\ndouble(1)"), "cell 6, line 1", "gives double 3 points, and the cell"),
        (_prose("# A\n\n## `double` (4 points)"), "cell 1, line 3", "gives double 4 points, and the cell's metadata 5"),
        (_prose("## `double` and `triple` (5 + 3 points)"), "cell 1, line 1", "gives triple 3 points"),
        (_prose("## `double` and `triple` (8 points)"), "cell 1, line 1", "gives double and triple 8 points"),
        (_prose(f"{_TABLE}| `triple` | 5 |\n"), "cell 1, line 4", "gives triple 5 points"),
        (_prose(f"{_TABLE}| **in all** | **9** |\n"), "cell 1, line 4", "all exercises of this table 9 points"),
        (_set("double-solution", "### BLANK 1: the solution"), "cell 5, line 1", "BLANK 1: the solution"),
    ],
)
def test_fault_in_a_cell(
    tmp_path: Path, damage: Callable[[nbformat.NotebookNode], None], place: str, words: str
) -> None:
    """The place has the number of the cell, and the line in it."""
    notebook = source()
    damage(notebook)
    found = sentences(make_course(tmp_path, notebook))
    begins = f"source/course/course.ipynb, {place}: "
    assert [sentence for sentence in found if sentence.startswith(begins) and words in sentence], found


@pytest.mark.parametrize(
    "text",
    [
        "## `double` (5 points) and `triple`",
        "You get 3 points for `double`.",
        f"{_TABLE}| `triple` and `why` | 4 + 3 |\n| **in all** | **12** |\n",
        "| exercise | minutes |\n|---|---|\n| `double` | 3 |\n",
    ],
)
def test_other_numbers_are_not_points(tmp_path: Path, text: str) -> None:
    """Sentences, other columns, and sums that are right."""
    notebook = source()
    _prose(text)(notebook)
    expected = [] if "(5 points)" not in text else ["gives double and triple 5 points"]
    found = sentences(make_course(tmp_path, notebook))
    assert [words for words, sentence in zip(expected, found, strict=True) if words not in sentence] == []


def test_files_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    """With ``EXERCISE`` in a grader of another name, exercises may differ in case."""
    notebook = source()
    for grade_id, text in (
        ("triple-solution", "def Double(x):\n    ### BEGIN SOLUTION\n    pass\n    ### END SOLUTION"),
    ):
        builders.cell(notebook, grade_id).source = text
    builders.cell(notebook, "triple").source = "Double"
    builders.cell(notebook, "triple-solution").metadata.nbgrader.grade_id = "Double-solution"
    builders.cell(notebook, "triple").metadata.nbgrader.grade_id = "Double"
    course = make_course(tmp_path, notebook)
    folder = course.graders / "course"
    (folder / "right" / "right_triple.py").unlink()
    bank = (folder / "misconceptions.py").read_text()
    (folder / "misconceptions.py").write_text(bank.replace('"triple"', '"Double"'))
    text = (folder / "test_triple.py").read_text()
    (folder / "test_triple.py").write_text(f"EXERCISE = 'Double'\n{text}")
    assert sentences(course) == []
    (folder / "test_triple.py").rename(folder / "test_Double.py")
    [found] = sentences(course)
    assert "'double' and 'Double' differ in upper and lower case only, and so do their files" in found


def test_a_bank_that_cannot_be_imported_names_its_line(tmp_path: Path) -> None:
    """``foundations grade`` shows the same sentence."""
    course = make_course(tmp_path)
    path = course.graders / "course" / "misconceptions.py"
    path.write_text(
        "from foundations.grading.misconceptions import misconception\n\n@misconception('f')\ndef g(): pass"
    )
    with pytest.raises(CourseError, match=r"misconceptions\.py, line \d: misconception 'g' of 'f' has no docstring"):
        load_bank(path.parent)
