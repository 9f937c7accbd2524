"""The progress of a run on a terminal, in a log, and for programs."""

import io
import json

import pytest
from rich.console import Console

from foundations.batch.progress import Progress, displayed, in_words
from foundations.batch.run import Finished, Flight
from foundations.batch.tasks import Options, Task
from foundations.errors import CourseError
from foundations.notebooks.handed_in import HandedIn
from foundations.report.model import Check, Exercise, Graded, Report


def task(student):
    return Task("course", student, HandedIn("course.ipynb", b""), (), "digest", Options())


def finished(student, *, kept=False, reason=None):
    exercises = [] if reason else [Exercise("double", 2.0, [Check("one", "pass", 2.0)])]
    return Finished(task(student), Graded(Report("course", student, exercises, reason=reason), None), kept)


@pytest.fixture
def progress(monkeypatch):
    """Provide one that began 10 s ago, with 3 of 9 done: one unchanged, one ungraded."""
    monkeypatch.setattr("foundations.batch.progress.time.monotonic", lambda: 110.0)
    made = Progress(9, "grading course", start=100.0)
    for each in (finished("s01", kept=True), finished("s02"), finished("s03", reason="no notebook")):
        made.add(each)
    return made


def test_a_line_has_counts_rate_and_time_left(progress):
    """The submission that takes longest is named."""
    progress.flights = [Flight(task("s04"), since=103.0), Flight(task("s05"), since=109.0)]
    assert progress.line() == (
        "grading course: 3 of 9 done, 2 running, 1 unchanged, 1 ungraded, 0.2 a second, about 30 s left, "
        "slowest now: s04, 7 s"
    )


def test_before_the_first_result_there_is_no_rate():
    """No estimate is better than a wrong one."""
    assert Progress(9, "grading course").line() == "grading course: 0 of 9 done"


def test_names_cannot_write_to_the_terminal(progress):
    """A folder's name may hold anything."""
    progress.flights = [Flight(task("a\x1b[2Jb[red]"), since=100.0)]
    shown = io.StringIO()
    Console(file=shown, force_terminal=True, width=100, color_system=None).print(progress)
    assert "\x1b[2J" not in shown.getvalue()
    assert "[red]" in shown.getvalue()


def test_a_log_has_a_line_for_each_event(tmp_path, progress):
    """Programs read one JSON object a line."""
    shown = io.StringIO()
    with displayed(progress, Console(file=shown), tmp_path / "log.jsonl") as display:
        display.add(finished("s04"))
        display.look([Flight(task("s05"), since=100.0)])
    start, graded, end = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert (start["event"], start["total"]) == ("start", 9)
    assert (graded["student"], graded["score"], graded["unchanged"]) == ("s04", 2.0, False)
    assert (end["event"], end["done"], end["ungraded"]) == ("end", 4, 1)
    assert shown.getvalue().startswith("grading course: 4 of 9 done, 1 running")


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path, progress):
    """It is found before anything is graded."""
    log = tmp_path / "nowhere" / "log.jsonl"
    with pytest.raises(CourseError, match="cannot be written"), displayed(progress, Console(quiet=True), log):
        pass


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3599, "59 min 59 s"), (7260, "2 h 1 min")]
)
def test_durations_have_two_units_at_most(seconds, words):
    """Seconds do not matter after hours."""
    assert in_words(seconds) == words
