"""The command line. Exit codes: 0 graded, 1 graded but some submission is ungraded, 2 usage or course-author error, 3
our fault.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core
from rich.console import Console

import foundations
from foundations.config import Course, Feedback, find_course
from foundations.errors import CourseError, FoundationsError, InternalError, Stopped
from foundations.plain import plain

if TYPE_CHECKING:  # torch and pytest take seconds to import; --help does not need them
    from foundations.gradebook.recorder import GradebookRecorder
    from foundations.notebooks.discovery import Found
    from foundations.report.model import Report


class _Commands(typer.core.TyperGroup):
    """Commands that Ctrl-C stops with a sentence: typer itself ends without one."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Stopped("Stopped. What was written until then is kept; run the same command again.") from error


app = typer.Typer(
    name="foundations",
    cls=_Commands,
    help="Grade notebooks in which students build a neural network from its foundations.",
    epilog="Exit code: 0 graded · 1 graded, but some submission is ungraded · 2 usage or course-author error · "
    "3 our fault · 130 stopped by Ctrl-C.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console()
if not out.is_terminal:
    out = Console(width=max(out.width, 110))  # a table in a log has no terminal to wrap at
err = Console(stderr=True)


class FeedbackLevel(StrEnum):
    """How much a message tells: ``hints`` never shows expected values of hidden inputs."""

    hints = "hints"
    full = "full"
    none = "none"


_UNSAFE = (
    "student code is not confined: it can read and change what you can. The scores of this run are not creditable."
)

_REVIEW = "run `foundations review`"
_REVIEW_UNRECORDED = "the reports of --json and --json-dir have what was found, under `review`"

CourseOption = Annotated[
    Path | None,
    typer.Option("--course", help="Course folder (source/, graders/). Default: found from the working directory."),
]


@app.command()
def grade(  # noqa: PLR0917 - typer's way: a parameter for each option
    path: Annotated[
        Path, typer.Argument(help="A notebook, or a folder laid out <student>/<assignment>/<assignment>.ipynb.")
    ],
    assignment: Annotated[
        str, typer.Option("--assignment", "-a", help="Name of a folder under source/, e.g. 01_matmul.")
    ],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the report (a list for several) to FILE.", metavar="FILE")
    ] = None,
    json_dir: Annotated[
        Path | None, typer.Option("--json-dir", help="Write <student>.json for each into DIR.", metavar="DIR")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write JUnit XML for CI to FILE.", metavar="FILE")
    ] = None,
    gradebook: Annotated[bool, typer.Option(" /--no-gradebook", help="Leave the course's gradebook alone.")] = True,
    feedback: Annotated[
        FeedbackLevel | None,
        typer.Option(help="How much messages tell. Default: as the course's pyproject.toml says, else hints."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Replay the hidden inputs of a report with this seed.", min=0)
    ] = None,
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe-no-sandbox",
            help="Grade even where student code cannot be confined (macOS, debugging). It can then do all that you "
            "can do, and no score is creditable.",
        ),
    ] = False,
    course_folder: CourseOption = None,
) -> None:
    """Grade one notebook or a whole folder with the hidden graders.

    Scores go to the gradebook and executed notebooks under autograded/, unless --no-gradebook is given or PATH is a
    notebook outside of a submitted folder. A submission that cannot be graded is "ungraded", never zero; the others
    go on.

    Example: foundations grade submitted --assignment 01_matmul --json-dir reports
    """
    from foundations.notebooks.discovery import find_submissions
    from foundations.session.forkserver import ForkServer

    course = find_course(course_folder or (None if _in_course() else path))
    course.notebook(assignment)
    found = find_submissions(path, assignment)
    if unsafe:
        err.print(f"foundations: {_UNSAFE}", markup=False, highlight=False, soft_wrap=True)
    level: Feedback | None = feedback.value if feedback else None
    reports: list[Report] = []
    recording: GradebookRecorder | None = None
    try:
        with ForkServer(unsafe=unsafe) as forkserver:  # it gets ready while this process imports what it needs itself
            from foundations.batch.run import Run
            from foundations.grading import grader as grading
            from foundations.report import console as screen

            with (
                grading.Grader(
                    course, assignment, feedback=level, seed=seed, unsafe=unsafe, forkserver=forkserver
                ) as grader,
                _recording(course, assignment, found[0]) if gradebook else contextlib.nullcontext() as recording,
                contextlib.closing(screen.progress(found, err)) as shown,
            ):
                run = Run(grader, recording, json_dir, _show_trace)
                reports = run.reports
                run.grade(shown)
    except KeyboardInterrupt as error:
        from foundations.batch.run import stopped

        sentence = stopped(reports, len(found), recording, (json_file, json_dir, junit))
        raise Stopped(sentence) from error
    finally:
        if reports:
            _write(reports, json_file, junit)
    if len(reports) == 1 and not path.is_dir():
        screen.show_checks(reports[0], out)
    screen.show_class(reports, out, _REVIEW if recording else _REVIEW_UNRECORDED)
    for written in (json_file, json_dir, junit):
        if written:
            out.print(f"  written: {written}", markup=False, highlight=False)
    if recording:
        for note in recording.notes:
            err.print(f"  {note}", markup=False, highlight=False, soft_wrap=True)
        recording.check()
        _say_where(course, found)
    elif gradebook:
        out.print("  gradebook: left alone, for the notebook does not lie in <student>/<assignment>/", markup=False)
    raise typer.Exit(grading.exit_code(reports))


def _write(reports: list[Report], json_file: Path | None, junit: Path | None) -> None:
    """The files that hold all reports, also where the run came to an end before all were graded."""
    from foundations.report import export

    if json_file:
        export.write_json(json_file, reports)
    if junit:
        export.write_junit(junit, reports)


def _show_trace(trace: str) -> None:
    from foundations.plain import clean

    lines = [clean(line) for line in trace.splitlines()]
    advice = "this submission is ungraded and the run continues; please report it with the lines above"
    for line in (*lines, f"foundations: our fault: {lines[-1]}; {advice}"):
        err.print(line, markup=False, highlight=False, soft_wrap=True)


def _say_where(course: Course, found: list[Found]) -> None:
    """Where the gradebook lies, and who is not in it."""
    books = f"gradebook: {course.root / 'gradebook.db'}, executed notebooks: {course.root / 'autograded'}"
    out.print(f"  {books}", markup=False, highlight=False)
    for one in found:
        if one.folder is None:
            sentence = f"not in the gradebook: {plain(one.student)}, whose folder has a name that it cannot hold"
            out.print(f"  {sentence}", markup=False, highlight=False)


def _recording(
    course: Course, assignment: str, first: Found
) -> contextlib.AbstractContextManager[GradebookRecorder | None]:
    """Where finished reports go; nowhere for a notebook that does not lie in <student>/<assignment>/."""
    from foundations.gradebook.recorder import GradebookRecorder

    return GradebookRecorder(course, assignment, first.folder) if first.folder is not None else contextlib.nullcontext()


@app.command()
def review(  # noqa: PLR0917 - typer's way: a parameter for each option
    assignment: Annotated[str | None, typer.Argument(help="Name of a folder under source/; default: all.")] = None,
    student: Annotated[str | None, typer.Argument(help="Name of a student's folder; default: all.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Close what is open; the points stay.")] = False,
    take: Annotated[
        str | None,
        typer.Option(help="Close what is open, and take the points of these.", metavar="EXERCISE[,EXERCISE]"),
    ] = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="Withdraw what was decided; taken points are back.")] = False,
    by: Annotated[str | None, typer.Option(help="Who decides. Default: your login name.", metavar="NAME")] = None,
    decided: Annotated[bool, typer.Option("--decided", help="List what was decided: by whom, and when.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs: open and decided.")] = False,
    course_folder: CourseOption = None,
) -> None:
    """List what a person should look at in submissions, or close it for one of them.

    What looks odd in a submission costs no points by itself. Until you decide, its points are provisional and the
    formgrader asks for a person; students see nothing of it. Decisions are kept in reviews.db of the course, also when
    the same notebook is graded again.

    Example: foundations review 01_matmul s17 --take matmul_naive
    """
    from foundations.commands import review as reviewing

    course = find_course(course_folder)
    if accept + (take is not None) + reopen > 1:
        raise CourseError("--accept, --take and --reopen exclude each other; pass one of them", slug="review")
    if accept or take is not None or reopen:
        if assignment is None or student is None:
            raise CourseError("a decision is about one submission: name the assignment and the student", slug="review")
        if reopen:
            closed = reviewing.reopen(course, assignment, student)
        elif take is not None:
            names = [name.strip() for name in take.split(",") if name.strip()]
            closed = reviewing.take(course, assignment, student, names, by)
        else:
            closed = reviewing.accept(course, assignment, student, by)
        for line in reviewing.summary(closed):
            out.print(f"  {line}", markup=False, highlight=False)
        return
    reports = reviewing.found(course, assignment, student)
    if as_json:
        out.print_json(data=reviewing.to_json(reports))
        return
    reviewing.show(reports, out, decided=decided)


@app.command()
def release(
    name: Annotated[str | None, typer.Argument(help="Assignment; default: all of them.")] = None,
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; say what differs or leaks, and exit 2 if anything does.")
    ] = False,
    course_folder: CourseOption = None,
) -> None:
    """Make release/ (what students get) and solutions/ (executed) from source/."""
    from foundations.release import build
    from foundations.release.leaks import find_release_leaks

    course = find_course(course_folder)
    names = [name] if name else course.assignments
    for one in names:
        if not check_only:
            with err.status(f"releasing {one}: its solution is run from top to bottom"):
                written = build.build_release(course, one)
            out.print(f"  {one}: " + ", ".join(str(path.relative_to(course.root)) for path in written), highlight=False)
        complaints = build.drift(course, one) + find_release_leaks(course, one)
        if complaints:
            raise CourseError(f"{one}: " + "; ".join(complaints), slug="drift")
    if check_only:
        out.print(
            f"  {', '.join(names)}: release/ and solutions/ are what source/ makes, and give nothing away",
            highlight=False,
        )


@app.command()
def check(notebook: Annotated[Path, typer.Argument(help="Your notebook.")]) -> None:
    """Run a notebook's visible checks, as its reader sees them: no hidden test, no score.

    The same as pressing Validate in JupyterLab. Hidden tests look at more shapes than these do.
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from foundations.commands.check import visible_checks

    with err.status("running the notebook from top to bottom"):
        results = visible_checks(notebook)
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("exercise", "points", "", "what it says"):
        table.add_column(title, overflow="fold")
    for one in results:
        word = "✓ passed" if one.passed else "✗ not yet"
        table.add_row(escape(one.exercise), f"{one.points:g}", word, escape(one.message))
    out.print(table)
    passed = sum(one.passed for one in results)
    out.print(f"  {passed} of {len(results)} visible checks pass. Hidden tests will try more.", highlight=False)
    raise typer.Exit(0 if passed == len(results) else 1)


@app.command()
def misconceptions(
    assignment: Annotated[str | None, typer.Argument(help="Name of a folder under source/; default: all.")] = None,
    exercise: Annotated[
        str | None, typer.Option("--exercise", "-e", help="Only those of this exercise, e.g. mse_grad.", metavar="ID")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    course_folder: CourseOption = None,
) -> None:
    """List the known mistakes: what learners get wrong, and the hint that each of them gets.

    Each is a wrong answer that runs. When a check fails, what the student's code did is compared with what each of
    them does, and the one that behaves alike is named in the report and gives its hint.

    "seen by" is how a mistake shows itself: by its values, or where these are right by a rule, by growth, speed or
    memory. "kind" is the number of the line in docs/misconceptions.md that it belongs to.

    Example: foundations misconceptions 04_backward --exercise lin_grad
    """
    from foundations.commands import misconceptions as catalogue

    known = catalogue.known_mistakes(find_course(course_folder), assignment, exercise)
    if as_json:
        out.print_json(data=[one.to_json() for one in known])
        return
    out.print(catalogue.shown(known))
    out.print(f"  {len(known)} known mistake{'' if len(known) == 1 else 's'}", highlight=False)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    course_folder: CourseOption = None,
) -> None:
    """Say whether this machine may grade: what confines student code here, and whether all is here that grading needs.

    Every layer of confinement is tried, and sessions are started as grading starts them. Run it where you will grade:
    in the container, as the same user.

    Exit code: 0 it may grade · 2 the course's settings are wrong · 3 it may not, and nothing would be graded: neither
    a student's fault nor a course author's.
    """
    from foundations.commands import doctor as examining

    course = find_course(course_folder) if course_folder or _in_course() else None
    with err.status("looking at this machine: a minute at most"):
        findings = examining.examine(course)
    if as_json:
        out.print_json(data=findings.to_json())
    else:
        examining.show(findings, out)
    raise typer.Exit(0 if findings.may_grade else InternalError.exit_code)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--into", help="Folder for the demonstration's own course.")] = Path("demo"),
    course_folder: CourseOption = None,
) -> None:
    """Grade the made class of examples/submitted in a course folder of its own, and show where everything is."""
    from foundations.commands import demo as demonstration

    raise typer.Exit(demonstration.run_demo(find_course(course_folder), folder, out, err))


def _in_course() -> bool:
    with contextlib.suppress(CourseError):
        find_course()
        return True
    return False


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    if version:
        out.print(f"foundations {foundations.__version__}", highlight=False)
        raise typer.Exit


@contextlib.contextmanager
def _blame() -> Iterator[None]:
    """Whose fault is it? One sentence and an exit code for each; a traceback only for our own."""
    try:
        yield
    except Stopped as error:
        err.print(f"foundations: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except FoundationsError as error:
        whose = "our fault" if isinstance(error, InternalError) else "cannot go on"
        err.print(f"foundations: {whose}: {plain(str(error))}", markup=False, highlight=False, soft_wrap=True)
        if error.slug:
            err.print(f"  more: docs/errors.md#{error.slug}", markup=False, highlight=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("foundations: Stopped.", markup=False)
        sys.exit(Stopped.exit_code)
    except (SystemExit, BrokenPipeError):
        raise
    except Exception as error:
        err.print_exception()
        err.print(
            f"foundations: our fault: {type(error).__name__}: {plain(str(error))}; please report it with the lines"
            " above",
            markup=False,
        )
        sys.exit(InternalError.exit_code)


def main() -> None:
    """Entry point of the ``foundations`` command."""
    with _blame():
        app()
