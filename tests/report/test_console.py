"""The tables of a class and of a submission in the terminal."""

from rich.console import Console

from foundations.report import console as screen
from foundations.report.model import Check, Exercise, Report, Review


def shown(thing, width=100):
    console = Console(width=width, record=True, file=None, force_terminal=False)
    with console.capture() as capture:
        console.print(thing)
    return capture.get()


def test_class_table_has_a_row_with_scores_and_a_note_for_each_submission():
    """The row has points, misconceptions, and the reason if the submission is ungraded."""
    wrong = Check("product", "fail", 5.0, "3 of 4 values are wrong\nHint: look", "forgets_one")
    reports = [
        Report("a", "s01", [Exercise("double", 5.0, [Check("product", "pass", 5.0)])]),
        Report("a", "s02", [Exercise("double", 5.0, [wrong])], repairs=["put back"]),
        Report("a", "s03", reason="the notebook is empty"),
    ]
    text = shown(screen.class_table(reports))

    assert [line.split()[:3] for line in text.splitlines() if line.strip().startswith("s0")] == [
        ["s01", "5", "5"],
        ["s02", "0", "0"],
        ["s03", "–", "ungraded"],
    ]
    assert "forgets_one; 1 repaired" in text
    assert "the notebook is empty" in text


def test_markup_of_students_is_text():
    """The name of a folder called [red] is shown unchanged, and control characters are removed."""
    text = shown(screen.class_table([Report("a", "[red]x\x1b[2J", reason="[bold]no[/bold]")]))

    assert "[red]x" in text
    assert "[bold]no[/bold]" in text
    assert "\x1b" not in text


def test_a_single_report_shows_every_check():
    """Each check is shown with its message."""
    failed = Report("a", "s01", [Exercise("double", 5.0, [Check("product", "fail", 5.0, "look at the sum")])])

    assert "look at the sum" in shown(screen.exercise_table(failed))
    assert "? / 5    – not checked" in shown(screen.exercise_table(Report("a", "s", [Exercise("double", 5.0)], "no")))
    assert list(screen.remarks(Report("a", "s", reason="no", repairs=["x"]))) == ["repaired: x", "ungraded: no"]


def test_without_confinement_title_row_and_remark_show_not_creditable():
    """A class with one report that is not creditable shows it in the title and in that row."""
    passed = Exercise("double", 5.0, [Check("product", "pass", 5.0)])
    unconfined = Report("a", "s02", [passed], creditable=False)
    text = shown(screen.class_table([Report("a", "s01", [passed]), unconfined]), width=140)

    title, *rows = [line for line in text.splitlines() if "not creditable" in line]
    assert (title.strip(), len(rows)) == ("a: 2 graded; not creditable: graded without confinement", 1)
    assert rows[0].split()[0] == "s02"
    assert "not creditable" in shown(screen.exercise_table(unconfined))
    assert list(screen.remarks(unconfined)) == ["not creditable: graded without confinement"]
    assert "creditable" not in shown(screen.exercise_table(Report("a", "s01", [passed])))


def many(student, *scores):
    """Return a report on exercises with long names and one point each; mistakes are named after their exercises."""
    names = [f"an_exercise_with_a_long_name_{number}" for number in range(len(scores))]
    checks = [
        Check("value", "pass", 1.0) if score else Check("value", "fail", 1.0, "no", misconception=f"mistake_in_{name}")
        for name, score in zip(names, scores, strict=True)
    ]
    return Report("a", student, [Exercise(name, 1.0, [check]) for name, check in zip(names, checks, strict=True)])


def lines_of(text, student):
    return [line.split() for line in text.splitlines() if line.split()[:1] == [student]]


def test_many_exercises_have_numbers_and_their_names_below():
    """Heads and names of mistakes are not cut off; on a wide screen the mistakes are next to the points."""
    reports = [many("s01", *[1] * 12), many("s02", *[1] * 10, 0, 0)]
    mistakes = ["mistake_in_an_exercise_with_a_long_name_10,", "mistake_in_an_exercise_with_a_long_name_11"]
    wide, narrow = (shown(screen.class_table(reports), width) for width in (120, 80))

    for text in (wide, narrow):
        assert "…" not in text
        assert "12 an_exercise_with_a_long_name_11 (1)" in text
        assert lines_of(text, "s01") == [["s01", *["1"] * 12, "12"]]
        assert all(mistake in text.split() for mistake in mistakes)
    assert lines_of(wide, "s02") == [["s02", *["1"] * 10, "0", "0", "10", mistakes[0]]]
    assert lines_of(narrow, "s02") == [["s02", *["1"] * 10, "0", "0", "10"], ["s02", mistakes[0]]]


def test_few_exercises_have_their_names_above():
    """The names are above if the screen has room for them."""
    text = shown(screen.class_table([many("s01", 1)]), 120)

    assert "long_name_" in text
    assert "1 an_exercise" not in text


def test_a_long_name_of_a_student_is_folded():
    """The points are not cut off."""
    text = shown(screen.class_table([many("s" * 200, *[1] * 12)]), 80)

    assert max(map(len, text.splitlines())) <= 80
    assert lines_of(text, "s" * 24)[0] == ["s" * 24, *["1"] * 12, "12"]


def test_the_overview_has_a_column_for_each_assignment():
    """A cell has the points, a dash without a submission, and a word without a score."""
    classes = {
        "01_first": [many("s01", 1, 0), many("[b]s02", 1, 1)],
        "02_second": [many("s01", 1), Report("02_second", "s03", reason="no notebook")],
    }
    text = shown(screen.overview(classes, waiting=3), 80)

    assert [line.split() for line in text.splitlines() if "s0" in line] == [
        ["[b]s02", "2", "–"],
        ["s01", "1", "1"],
        ["s03", "–", "ungraded"],
    ]
    assert "written answers, not counted here, that wait for a person: 3" in " ".join(text.split())
    assert "written" not in shown(screen.overview(classes), 80)


FOUND = Review("torch.mm = [red]f", "torch is\nchanged", ("double",), 3, 1)


def test_findings_are_a_mark_in_the_row_and_one_line_below():
    """Both are shown in addition to mistakes; without findings there is neither."""
    passed = Exercise("double", 5.0, [Check("product", "pass", 5.0)])
    wrong = Exercise("double", 5.0, [Check("product", "fail", 5.0, "look at the sum")])
    reports = [
        Report("a", "s01", [passed]),
        Report("a", "s02", [passed], review=[FOUND, FOUND]),
        Report("a", "s03", [wrong], review=[FOUND]),
    ]
    console = Console(width=120)
    with console.capture() as capture:
        screen.show_class(reports, console, "run `foundations review`")
    lines = capture.get().splitlines()

    rows = {line.split()[0]: line for line in lines if line.strip().startswith("s0")}
    assert "to review" not in rows["s01"]
    assert "2 to review" in rows["s02"]
    assert "1 to review; look at the sum" in rows["s03"]
    assert lines[-1].strip() == "2 submissions need a look: run `foundations review`"
    assert screen.needs_a_look(reports[:2], "look") == "1 submission needs a look: look"
    assert screen.needs_a_look(reports[:1], "look") is None


def test_a_single_report_lists_its_findings():
    """Each finding is text on one line, whatever names a student chose."""
    console = Console(width=120)
    with console.capture() as capture:
        screen.show_checks(Report("a", "s01", [Exercise("double", 5.0)], review=[FOUND]), console)

    assert "  needs a look: cell 3, line 1, double: torch.mm = [red]f: torch is changed\n" in capture.get()


def test_points_gone_by_decision_are_worded_for_the_instructor():
    """The message in the report is written for the student."""
    taken = Exercise(
        "double", 5.0, [Check("x", "fail", 0.0, "ask them", gate=True, imposed=True), Check("y", "pass", 5.0)]
    )

    text = shown(screen.class_table([Report("a", "s01", [taken])]), width=120)
    assert "no points by decision for double" in text
    assert "ask them" not in text
