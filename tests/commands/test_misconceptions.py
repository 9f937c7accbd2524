"""The list of a course's known mistakes."""

import builders
import pytest
from rich.console import Console

from foundations.commands import misconceptions as catalogue
from foundations.commands.misconceptions import KnownMistake
from foundations.config import Course
from foundations.errors import CourseError

BANK = '''
from foundations.grading.misconceptions import misconception


@misconception("triple", kind=(1, 2))
def adds_three_to_it_where_it_should_take_three_of_it(x):
    """What is three times nothing?"""
    return x + 3


@misconception("double", symptom=("rule: pow", "speed"), kind=1)
def squares(x):
    """Try it on [3]."""
    return x**2


@misconception("gone")
def of_an_exercise_that_was_taken_out(x):
    """Nobody asks."""
'''
SQUARES = KnownMistake("course", "double", "squares", "Try it on [3].", ("rule: pow", "speed"), (1,))


@pytest.fixture
def course(tmp_path):
    """Make a course with two exercises, a mistake in each, and a mistake of an exercise that was removed."""
    builders.write(builders.source_notebook(), tmp_path / "source" / "course" / "course.ipynb")
    (tmp_path / "graders" / "course").mkdir(parents=True)
    (tmp_path / "graders" / "course" / "misconceptions.py").write_text(BANK)
    return Course(tmp_path, {})


def lines(mistakes, width=100):
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        console.print(catalogue.tables(mistakes))
    return capture.get().splitlines()


def test_mistakes_come_in_the_order_of_the_notebook(course):
    """Each has its hint, symptoms and kinds."""
    mistakes = catalogue.known_mistakes(course)

    assert [mistake.exercise for mistake in mistakes] == ["double", "triple"]
    assert mistakes[0] == SQUARES
    assert (mistakes[1].symptoms, mistakes[1].kinds) == ((), (1, 2))


def test_one_exercise_of_one_assignment(course):
    """Other exercises are left out."""
    assert catalogue.known_mistakes(course, "course", "double") == [SQUARES]


def test_a_course_without_kinds_lists_its_mistakes(course):
    """Kinds are optional; without them, the table has no such column."""
    bank = course.graders / "course" / "misconceptions.py"
    bank.write_text(BANK.replace(", kind=1)", ")").replace(", kind=(1, 2))", ")"))
    mistakes = catalogue.known_mistakes(course)

    assert [mistake.kinds for mistake in mistakes] == [(), ()]
    assert not any("kind" in line for line in lines(mistakes))


@pytest.mark.parametrize(
    ("assignment", "exercise", "sentence"),
    [
        ("cours", None, "assignment 'cours' is not under"),
        ("course", "doubel", "assignment 'course' has no exercise 'doubel'; did you mean 'double'?"),
        (None, "xyz", "this course has no exercise 'xyz'; its exercises are: double, triple"),
    ],
)
def test_an_unknown_name_is_refused(course, assignment, exercise, sentence):
    """The message suggests the nearest name, or lists all."""
    with pytest.raises(CourseError) as caught:
        catalogue.known_mistakes(course, assignment, exercise)
    assert str(caught.value).startswith(sentence)


def test_the_table_is_readable_at_a_hundred_characters(course):
    """Long names break after an underscore, symptoms and hints are complete, brackets are not markup."""
    text = lines(catalogue.known_mistakes(course))

    assert max(map(len, text)) <= 100
    assert [line.split() for line in text if "Try it" in line] == [
        ["squares", "rule:", "pow,", "1", "Try", "it", "on", "[3]."]
    ]
    names = [line.split()[0] for line in text if line.strip().startswith(("adds", "should"))]
    assert names == ["adds_three_to_it_where_it_", "should_take_three_of_it"]
    assert any(line.startswith("double in course: 1") for line in text)
