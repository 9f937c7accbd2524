"""A proof of a small course, with one fault of each kind that shows when answers are tried."""

from __future__ import annotations

from pathlib import Path

import builders
import pytest
from proved_course import make_course, source

from foundations.config import Course
from foundations.errors import CourseError
from foundations.proving.prover import Extent, prove
from foundations.proving.results import Proof
from foundations.session.forkserver import ForkServer


class Silent:
    """Counts the activities."""

    def __init__(self) -> None:
        self.activities: list[str] = []

    def begin(self, activity: str, total: int | None) -> None:
        self.activities.append(activity)

    def step(self) -> None:
        """Show no step."""


def proof_of(course: Course, forkserver: ForkServer, extent: Extent | None = None) -> Proof:
    return prove(course, "course", extent or Extent(mutants_s=0), forkserver, Silent())


def found(course: Course, forkserver: ForkServer, extent: Extent | None = None) -> list[str]:
    return [fault.sentence(course.root) for fault in proof_of(course, forkserver, extent).faults]


def replace_in(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


#: The beginning of a grader whose findings have the symptom of a slow answer.
SLOW = """
import torch
from foundations.authoring import CheckFailed, Finding

def slow():
    raise CheckFailed(Finding("speed", "slow", symptom="speed"))
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path)


def test_a_right_course_is_proved(course: Course, forkserver: ForkServer) -> None:
    """All counts are complete, and every mutant is tried if asked."""
    proof = proof_of(course, forkserver, Extent(all_mutants=True))
    assert (proof.faults, proof.proved) == ([], True)
    double, triple = proof.exercises
    assert (double.earned, double.mistakes, double.caught, double.right, double.accepted) == (5, 2, 2, 2, 2)
    assert (triple.earned, triple.mistakes, triple.caught, triple.right, triple.accepted) == (4, 1, 1, 1, 1)
    assert [(entry.mutants, entry.tried) for entry in proof.exercises] == [(double.mutants,) * 2, (triple.mutants,) * 2]
    assert double.mutants > 5
    assert [remark.text for remark in proof.remarks] == []


def test_one_exercise_is_proved_alone(course: Course, forkserver: ForkServer) -> None:
    """Faults of the other exercise are not looked for."""
    replace_in(course.graders / "course" / "test_triple.py", "3 * x", "4 * x")
    proof = proof_of(course, forkserver, Extent("double", mutants_s=0))
    assert ([entry.name for entry in proof.exercises], proof.faults) == (["double"], [])


def test_an_unknown_exercise_is_refused(course: Course, forkserver: ForkServer) -> None:
    """The message suggests the nearest name."""
    with pytest.raises(CourseError, match=r"no exercise 'doubel'; did you mean 'double'\?"):
        proof_of(course, forkserver, Extent("doubel"))


def test_a_solution_that_loses_points_is_a_fault(course: Course, forkserver: ForkServer) -> None:
    """Its exercise is not tried further; the other is."""
    replace_in(course.graders / "course" / "test_triple.py", "3 * x", "4 * x")
    [fault] = found(course, forkserver)
    assert fault.startswith("source/course/course.ipynb, cell 8, line 1: the SOLUTION of 'triple' earns 0 of 4 points")


def test_a_hidden_test_that_raises_is_a_fault(course: Course, forkserver: ForkServer) -> None:
    """The solution has no score then."""
    replace_in(course.graders / "course" / "test_triple.py", "3 * x", "undefined * x")
    [fault] = found(course, forkserver)
    assert "the SOLUTION of 'triple' has no score of 4 points" in fault
    assert "NameError" in fault


def test_a_stub_that_earns_points_is_a_fault(course: Course, forkserver: ForkServer) -> None:
    """A check that passes without an answer is not behind a gate."""
    check = "@check('nothing')\ndef test_nothing():\n    pass\n"
    grader = course.graders / "course" / "test_triple.py"
    replace_in(grader, '@check("the value", gate=True)', f'{check}\n@check("the value")')
    [fault] = [fault for fault in found(course, forkserver) if "stub" in fault]
    assert fault.startswith("graders/course/test_triple.py, line 1: the released stub of 'triple' gets")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("return x * x", "return x + x", "the mistake 'squares' earns all 5 points"),
        (
            '@misconception("double")\ndef squares',
            '@misconception("double", symptom="speed")\ndef squares',
            "no check names",
        ),
        ("return _shifted(x)", "return x * x", "the mistake 'shifts' loses points, and no check names it"),
    ],
)
def test_a_mistake_that_is_not_caught_is_a_fault(
    course: Course, forkserver: ForkServer, before: str, after: str, words: str
) -> None:
    """The place is its definition in the bank."""
    bank = course.graders / "course" / "misconceptions.py"
    replace_in(bank, before, after)
    faults = found(course, forkserver)
    assert [fault for fault in faults if words in fault and fault.startswith("graders/course/misconceptions.py, line ")]


def test_a_mistake_may_be_named_as_another_of_its_kind(course: Course, forkserver: ForkServer) -> None:
    """Two mistakes with one symptom have the name of the first."""
    replace_in(
        course.graders / "course" / "misconceptions.py",
        '@misconception("double")',
        '@misconception("double", symptom="speed")',
    )
    grader = course.graders / "course" / "test_double.py"
    replace_in(grader, "must_return(torch.tensor(2 * x))", "value == 2 * x or slow()")
    replace_in(grader, "import torch\n", SLOW)
    assert ["the mistake 'shifts' is named 'squares'" in fault for fault in found(course, forkserver)] == [True]
    replace_in(course.graders / "course" / "misconceptions.py", 'symptom="speed")', 'symptom="speed", kind=1)')
    (course.graders / "kinds.toml").write_text('[kinds]\n1 = "x"\n')
    assert found(course, forkserver) == []


def test_a_right_answer_that_loses_points_is_a_fault(course: Course, forkserver: ForkServer) -> None:
    """The place is the line that starts the answer."""
    replace_in(course.graders / "course" / "right" / "right_double.py", "return x * 2", "return x.double() * 2")
    [fault] = found(course, forkserver)
    place = "graders/course/right/right_double.py, line 5"
    assert fault.startswith(f"{place}: the right answer 'a helper' earns 0 of 5 points: 'the value'")
    assert fault.endswith("(the visible check accepts it)")


def test_a_visible_check_that_refuses_a_right_answer_is_a_fault(tmp_path: Path, forkserver: ForkServer) -> None:
    """Hidden and visible checks demand the same."""
    notebook = source()
    builders.cell(notebook, "double").source += "\nassert double.__code__.co_names == ()"
    course = make_course(tmp_path, notebook)
    replace_in(course.graders / "course" / "right" / "right_double.py", "return x * 2", "return torch.mul(x, 2)")
    [fault] = found(course, forkserver)
    assert "the visible check of 'double' refuses the right answer" not in fault
    assert "the visible check refuses the right answer 'a helper', which earns all points: AssertionError" in fault


def test_a_visible_check_that_refuses_the_solution_is_a_fault(tmp_path: Path, forkserver: ForkServer) -> None:
    """The solution earns all points all the same."""
    notebook = source()
    builders.cell(notebook, "double").source = "assert double(2) == 5"
    [fault] = found(make_course(tmp_path, notebook), forkserver)
    assert "the visible check of 'double' refuses the solution: AssertionError" in fault


def test_surviving_mutants_are_shown_and_may_be_explained(course: Course, forkserver: ForkServer) -> None:
    """A grader that tries 0 alone accepts many changes."""
    replace_in(course.graders / "course" / "test_double.py", "(2.0, -3.5)", "(0.0,)")
    replace_in(course.graders / "course" / "misconceptions.py", "return x * x", "return x - 1")
    proof = proof_of(course, forkserver, Extent("double", all_mutants=True))
    survivors = proof.of("double").survivors
    assert "return 2 * x  →  return 3 * x" in [survivor.change for survivor in survivors]
    [diff] = [survivor.diff for survivor in survivors if survivor.change.endswith("return 3 * x")]
    assert diff.splitlines()[-2:] == ["-    return 2 * x", "+    return 3 * x"]
    assert any("refuses a change of the solution" in fault.text for fault in proof.faults)
    entry = '[[survivors]]\nexercise = "double"\nchanges = ["return 2 * x  →  return 3 * x"]\nwhy = "0 is enough"\n'
    (course.graders / "survivors.toml").write_text(entry)
    again = proof_of(course, forkserver, Extent("double", all_mutants=True))
    assert len(again.unexplained) == len(survivors) - 1


def test_an_exercise_without_right_answers_is_a_remark(course: Course, forkserver: ForkServer) -> None:
    """So is a visible check that accepts every mistake."""
    (course.graders / "course" / "right" / "right_triple.py").unlink()
    replace_in(course.graders / "course" / "misconceptions.py", "return x * x", "return x * x + (x == 2) * 0.0")
    proof = proof_of(course, forkserver)
    assert any(remark.text.startswith("no right answer to 'triple' is tried") for remark in proof.remarks)


def test_no_answer_is_tried_while_the_static_part_has_faults(course: Course, forkserver: ForkServer) -> None:
    """The faults come at once."""
    (course.graders / "course" / "test_double.py").write_text("def (")
    progress = Silent()
    proof = prove(course, "course", Extent(), forkserver, progress)
    assert (len(proof.faults), progress.activities) == (1, ["reading"])


def test_a_notebook_that_cannot_be_trimmed_is_graded_whole(tmp_path: Path, forkserver: ForkServer) -> None:
    """A cell that binds no name may still matter."""
    notebook = source()
    notebook.cells.insert(2, builders.code("import builtins\nsetattr(builtins, 'FACTOR', 2)", id="effect"))
    builders.cell(notebook, "double-solution").source = builders.DOUBLE.replace("2 * x", "FACTOR * x")
    proof = proof_of(make_course(tmp_path, notebook), forkserver)
    assert (proof.faults, proof.of("double").caught) == ([], 2)
