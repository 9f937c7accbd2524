"""What the terminal shows of a class."""

from rich.console import Console

from foundations import screen
from foundations.model import Check, Exercise, Report
from foundations.submissions import Found


def shown(thing, width=100):
    console = Console(width=width, record=True, file=None, force_terminal=False)
    with console.capture() as capture:
        console.print(thing)
    return capture.get()


def test_a_class_is_a_row_each_with_scores_and_what_to_know():
    """Points, misconceptions, and why somebody is ungraded."""
    wrong = Check("product", "fail", 1.0, "3 of 4 values are wrong\nHint: look", "forgets_one")
    reports = [
        Report("a", "s01", [Exercise("double", 5.0, [Check("product", "pass", 1.0)])]),
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
    """A folder called [red] stays what it is, and control characters go."""
    text = shown(screen.class_table([Report("a", "[red]x\x1b[2J", reason="[bold]no[/bold]")]))

    assert "[red]x" in text
    assert "[bold]no[/bold]" in text
    assert "\x1b" not in text


def test_a_single_report_shows_every_check():
    """With its message."""
    one = Report("a", "s01", [Exercise("double", 5.0, [Check("product", "fail", 1.0, "look at the sum")])])

    assert "look at the sum" in shown(screen.exercise_table(one))
    assert "? / 5    – not checked" in shown(screen.exercise_table(Report("a", "s", [Exercise("double", 5.0)], "no")))
    assert list(screen.remarks(Report("a", "s", reason="no", repairs=["x"]))) == ["repaired: x", "ungraded: no"]


def test_without_confinement_title_row_and_remark_say_so():
    """And a class of which one report is without credit says it once above, and in that row."""
    passed = Exercise("double", 5.0, [Check("product", "pass", 1.0)])
    odd = Report("a", "s02", [passed], creditable=False)
    text = shown(screen.class_table([Report("a", "s01", [passed]), odd]), width=140)

    title, *rows = [line for line in text.splitlines() if "not creditable" in line]
    assert (title.strip(), len(rows)) == ("a: 2 graded; not creditable: graded without confinement", 1)
    assert rows[0].split()[0] == "s02"
    assert "not creditable" in shown(screen.exercise_table(odd))
    assert list(screen.remarks(odd)) == ["not creditable: graded without confinement"]
    assert "creditable" not in shown(screen.exercise_table(Report("a", "s01", [passed])))


def test_progress_hands_out_every_submission_in_order(tmp_path):
    """Whoever watches."""
    found = [Found(name, tmp_path, None) for name in ("s01", "s02")]

    assert list(screen.progress(found, Console(quiet=True))) == found
