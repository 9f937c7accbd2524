"""Figures and demonstrations take no time, change no score, and are shown as they were submitted."""

from __future__ import annotations

import base64
import struct
from typing import Any

import builders
import pytest
from hidden_tests import GRADER

from foundations.config import Course
from foundations.grading.grader import Grader

PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 3, 2) + b"\x08\x02\0\0\0"
).decode()
FIGURE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": PNG, "text/html": "<b>x</b>"}}
PRINTED = {"output_type": "stream", "name": "stdout", "text": "0.25 s\n"}
SHOWN, PLOTTED = "took = 3\nprint(took)", "from foundations import plots\nplots.fans(2, 3)"
TIMED = (
    "from foundations import testing\ncalls = []\n"
    "seconds = testing.stopwatch(lambda: calls.append(1) or True)\nprint(len(calls) == 1)"
)


def cells(**more: Any) -> list:
    made = [builders.code(text, id=f"plain-{number}", **more) for number, text in enumerate((SHOWN, PLOTTED, TIMED))]
    made[0].metadata["foundations"] = {"demonstration": True}
    return made


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    source = builders.source_notebook()
    source.cells[3:3] = cells()
    builders.write(source, root / "source" / "course" / "course.ipynb")
    folder = root / "graders" / "course"
    folder.mkdir(parents=True)
    for name, factor in (("double", 2), ("triple", 3)):
        (folder / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
    return Course(root, {})


@pytest.fixture
def graded(course, forkserver, tmp_path):
    """Grade the released notebook with right answers, the outputs given, and this text above the first answer."""

    def grade(above="", rerun_all=None, outputs=()):
        notebook = builders.answered()
        notebook.cells[3:3] = cells(outputs=list(outputs))
        answer = builders.cell(notebook, "double-solution")
        answer.source = f"{above}\n{answer.source}"
        with Grader(course, "course", forkserver=forkserver, rerun_all=rerun_all) as grader:
            made = grader.grade(builders.write(notebook, tmp_path / "submission.ipynb"), "s01")
        assert made.report.score == made.report.max_score
        assert made.notebook is not None
        return [cell.outputs for cell in made.notebook.cells[3:6]]

    return grade


def test_submitted_outputs_are_shown_and_marked(graded):
    """The demonstration was not run, the figure was not drawn, and no HTML was kept."""
    shown, plotted, timed = graded(outputs=[PRINTED, FIGURE])
    assert [output.get("text") for output in shown[:2]] == [
        "Not run while grading: the outputs are as submitted.\n",
        "0.25 s\n",
    ]
    assert shown[2].data["image/png"] == PNG
    assert plotted[0].text == "The figures of this cell are as submitted.\n"
    assert plotted[1].data == {"image/png": PNG, "text/plain": "[figure as submitted]"}
    assert [output.text for output in timed] == ["True\n"]


def test_without_outputs_there_is_a_note(graded):
    """The mark of an undrawn figure is not in the notebook."""
    shown, plotted, _ = graded()
    assert [output.text for output in shown] == ["Not run while grading: no check needs this cell.\n"]
    assert plotted == [
        {"output_type": "display_data", "data": {"text/plain": "[figure: not drawn while grading]"}, "metadata": {}}
    ]


def test_everything_can_be_run_anew(graded):
    """Then no output is as submitted."""
    shown, plotted, timed = graded(rerun_all=True, outputs=[PRINTED, FIGURE])
    assert [output.text for output in shown] == ["3\n"]
    assert plotted[0].data["image/png"] != PNG
    assert [output.text for output in timed] == ["False\n"]


def test_the_course_decides_by_default(course, forkserver, graded):
    """The setting is ``rerun_all``."""
    changed = Course(course.root, {"rerun_all": True})
    with Grader(changed, "course", forkserver=forkserver) as grader:
        assert grader._rerun_all


@pytest.mark.parametrize(
    "above",
    [
        "assert took == 3",
        "from foundations import testing\nn = []\ntesting.stopwatch(lambda: n.append(1) or True)\nassert len(n) > 1",
        "from foundations import plots\nassert plots.fans(2, 3).png.startswith(b'\\x89PNG')",
        "assert 0 < seconds < 1",
    ],
)
def test_an_answer_that_needs_what_was_spared_gets_it(graded, above):
    """An assertion on a result, a time or a figure does not cost the answer below it."""
    graded(above=above)
