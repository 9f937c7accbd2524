"""The options of the commands, and the exit codes.

Exit codes:
    0: all submissions were graded.
    1: some submission is ungraded.
    2: the command line, the course or a grader is wrong.
    3: this package failed.
    130: Ctrl-C stopped the command.

The commands are in :mod:`foundations.commands`. Each is imported when it runs, because torch and nbgrader take seconds
to import and ``--help`` needs neither.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core
from rich.console import Console

import foundations
from foundations.config import find_course
from foundations.errors import CourseError, FoundationsError, InternalError, Stopped
from foundations.plain import plain


class _Commands(typer.core.TyperGroup):
    """Commands that print a sentence when Ctrl-C stops them; typer prints none."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Stopped("Stopped. All files written so far are kept; run the same command again.") from error


app = typer.Typer(
    name="foundations",
    cls=_Commands,
    help="Grade notebooks in which students build a neural network from its foundations.",
    epilog="Exit code: 0 graded · 1 graded, but some submission is ungraded · 2 wrong usage, or an error in the course "
    "· 3 our fault · 130 stopped by Ctrl-C.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console()
if not out.is_terminal:
    out = Console(width=max(out.width, 110))  # a log has no width; 80 is too narrow for a table
err = Console(stderr=True)


class FeedbackLevel(StrEnum):
    """How much a message reveals. Below ``full``, it never shows expected values of hidden inputs."""

    none = "none"
    hints = "hints"
    example = "example"
    full = "full"


CourseOption = Annotated[
    Path | None,
    typer.Option("--course", help="Course folder (source/, graders/). Default: the working directory's course."),
]


SubmissionsArgument = Annotated[
    Path, typer.Argument(help="A notebook, or a folder <student>/<assignment>/<assignment>.ipynb.")
]
AssignmentsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--assignment",
        "-a",
        help="Name of a folder under source/, e.g. 01_matmul; may be given several times. Default: all of which PATH "
        "has submissions.",
        metavar="ASSIGNMENT",
    ),
]
StudentsOption = Annotated[
    list[str] | None,
    typer.Option("--student", help="Grade this student only; may be given several times.", metavar="STUDENT"),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        help="Number of notebooks to grade at once. Default: the number of cores. 0: one after the other in this "
        "process, for a debugger.",
        min=0,
    ),
]


@app.command()
def grade(  # noqa: PLR0917 - typer needs a parameter for each option
    path: SubmissionsArgument,
    assignments: AssignmentsOption = None,
    students: StudentsOption = None,
    workers: WorkersOption = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Grade on the workers of the Dask cluster whose scheduler has this address, e.g. tls://HOST:8786.",
            metavar="ADDRESS",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Grade also submissions that were graded before and have not changed since.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the report to FILE, or a list of several.", metavar="FILE")
    ] = None,
    json_dir: Annotated[
        Path | None,
        typer.Option(
            "--json-dir",
            help="Write <student>.json into DIR for each student; of several assignments, into DIR/<assignment>.",
            metavar="DIR",
        ),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write JUnit XML for CI to FILE.", metavar="FILE")
    ] = None,
    log_json: Annotated[
        Path | None,
        typer.Option("--log-json", help="Append a JSON object to FILE for each submission.", metavar="FILE"),
    ] = None,
    gradebook: Annotated[bool, typer.Option(" /--no-gradebook", help="Do not change the course's gradebook.")] = True,
    feedback: Annotated[
        FeedbackLevel | None,
        typer.Option(help="How much messages reveal. Default: the setting in the course's pyproject.toml, else hints."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Make the same hidden inputs as a report with this seed.", min=0)
    ] = None,
    rerun_all: Annotated[
        bool,
        typer.Option(
            "--rerun-all",
            help="Draw all figures, measure all times and run all demonstrations anew, instead of showing those that "
            "were submitted. Takes longer; the scores are the same.",
        ),
    ] = False,
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe-no-sandbox",
            help="Grade even if student code cannot be confined (macOS, debugging). Student code can then do all that "
            "you can do, and no score is creditable.",
        ),
    ] = False,
    course_folder: CourseOption = None,
) -> None:
    """Grade one notebook or a whole folder with the hidden graders.

    Scores are written to the gradebook, and executed notebooks to autograded/. Neither is written with
    --no-gradebook, or if PATH is a notebook outside of a submitted folder.

    A submission that cannot be graded is "ungraded", never zero. The other submissions are still graded.

    Example: foundations grade submitted --assignment 01_matmul --json-dir reports
    """
    from foundations.commands import grade as grading

    course = find_course(course_folder or (None if _in_course() else path))
    way = grading.Way(
        grading.Options(feedback.value if feedback else None, seed, unsafe, rerun_all or None),
        workers=workers,
        scheduler=scheduler,
        force=force,
        gradebook=gradebook,
        log_json=log_json,
    )
    wanted = grading.Wanted(assignments or (), students or (), way, json_file, json_dir, junit)
    raise typer.Exit(grading.grade(course, path, wanted, out=out, err=err))


@app.command()
def regrade(  # noqa: PLR0917 - typer needs a parameter for each option
    path: SubmissionsArgument,
    compare: Annotated[
        bool, typer.Option("--compare", help="Only show whose results would change, and why; write nothing.")
    ] = False,
    assignments: AssignmentsOption = None,
    students: StudentsOption = None,
    workers: WorkersOption = None,
    course_folder: CourseOption = None,
) -> None:
    """Grade submissions again after a change of hidden tests, settings or decisions.

    With --compare, each result that would differ from the recorded one is listed with its cause.
    """
    from foundations.commands import grade as grading

    course = find_course(course_folder or (None if _in_course() else path))
    wanted = grading.Wanted(assignments or (), students or (), grading.Way(workers=workers, force=not compare))
    if compare:
        from foundations.commands.regrade import compare as show

        raise typer.Exit(show(course, path, wanted, out=out, err=err))
    raise typer.Exit(grading.grade(course, path, wanted, out=out, err=err))


@app.command()
def review(  # noqa: PLR0917 - typer needs a parameter for each option
    assignment: Annotated[str | None, typer.Argument(help="Name of a folder under source/; default: all.")] = None,
    student: Annotated[str | None, typer.Argument(help="Name of a student's folder; default: all.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Close the open findings; the points stay.")] = False,
    take: Annotated[
        str | None,
        typer.Option(
            help="Close the open findings, and take the points of these exercises.", metavar="EXERCISE[,EXERCISE]"
        ),
    ] = None,
    reopen: Annotated[
        bool, typer.Option("--reopen", help="Withdraw the decisions; points that were taken are given back.")
    ] = False,
    by: Annotated[str | None, typer.Option(help="Who decides. Default: your login name.", metavar="NAME")] = None,
    decided: Annotated[bool, typer.Option("--decided", help="List the decisions: by whom, and when.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print open and decided findings as JSON.")] = False,
    course_folder: CourseOption = None,
) -> None:
    """List the findings in submissions that a person should look at, or close those of one submission.

    A finding alone costs no points. Until you decide, the points are provisional, the formgrader asks for a person, and
    students do not see the finding. Decisions are kept in the course's reviews.db, also if the same notebook is graded
    again.

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
        reviewing.show_closed(closed, out)
    elif as_json:
        out.print_json(data=reviewing.to_json(reviewing.found(course, assignment, student)))
    else:
        reviewing.show(reviewing.found(course, assignment, student), out, decided=decided)


@app.command()
def release(
    name: Annotated[str | None, typer.Argument(help="Name of a folder under source/; default: all.")] = None,
    check_only: Annotated[
        bool,
        typer.Option("--check", help="Write no file. Exit with 2 if a release is outdated or reveals a solution."),
    ] = False,
    course_folder: CourseOption = None,
) -> None:
    """Make release/ (the students' notebooks) and solutions/ (executed) from source/."""
    from foundations.commands import release as releasing

    releasing.release(find_course(course_folder), name, out, err, check_only=check_only)


@app.command()
def prove(  # noqa: PLR0917 - typer needs a parameter for each option
    assignment: Annotated[str | None, typer.Argument(help="Name of a folder under source/; default: all.")] = None,
    exercise: Annotated[
        str | None, typer.Option("--exercise", "-e", help="Only this exercise, in a few seconds.", metavar="NAME")
    ] = None,
    all_mutants: Annotated[
        bool, typer.Option("--all", help="Try every mutant of the solutions; default: as many as fit into seconds.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    page: Annotated[
        Path | None, typer.Option("--page", help="Write an HTML page with all results to FILE.", metavar="FILE")
    ] = None,
    convert_weights: Annotated[
        bool,
        typer.Option("--convert-weights", help="First change weights of checks, as in earlier versions, to points."),
    ] = False,
    course_folder: CourseOption = None,
) -> None:
    """Show that an assignment grades rightly, or name each fault of its author with file and line.

    The solution earns everything, and the released notebook earns nothing. Each known mistake loses points and is
    named, each right answer in graders/<assignment>/right earns everything, and no visible check refuses an answer
    that the hidden checks accept. Changes of the solution that earn full marks are shown.

    Exit code: 0 proved · 2 there is a fault to correct.

    Example: foundations prove 04_backward --exercise mse_grad
    """
    from foundations.commands import prove as proving

    options = proving.Options(exercise, all_mutants, as_json, page, convert_weights)
    raise typer.Exit(proving.prove(find_course(course_folder), assignment, options, out=out, err=err))


new = typer.Typer(
    help="Begin a course or an exercise, with files that work once three blanks in them are filled.",
    no_args_is_help=True,
)
app.add_typer(new, name="new")


@new.command("course")
def new_course(folder: Annotated[Path, typer.Argument(help="The folder of the course.", metavar="PATH")]) -> None:
    """Write a course without assignments: settings and nbgrader's configuration.

    No existing file is overwritten.
    """
    from foundations.commands import new as beginning

    beginning.course(folder, out)


@new.command("exercise")
def new_exercise(
    name: Annotated[str, typer.Argument(help="The name of the function that students write.")],
    assignment: Annotated[
        str, typer.Option("--assignment", "-a", help="Name of a folder under source/; it is begun if it is missing.")
    ],
    course_folder: CourseOption = None,
    numpy: Annotated[
        bool | None,
        typer.Option(
            "--numpy/--torch",
            help="About arrays or tensors; default: as the assignment's notebook, or tensors if it is new.",
        ),
    ] = None,
) -> None:
    """Write an exercise: cells at the end of the notebook, a grader, two known mistakes, and a right answer.

    Three lines that begin with ### BLANK are left to its author. `foundations prove` names them, and proves the
    exercise once they are filled. No existing file is overwritten.

    Example: foundations new exercise mean_of_rows --assignment 01_first --numpy
    """
    from foundations.commands import new as beginning

    beginning.exercise(find_course(course_folder), assignment, name, numpy, out)


@app.command()
def check(notebook: Annotated[Path, typer.Argument(help="Your notebook.")]) -> None:
    """Run a notebook's visible checks as a student does: no hidden tests, no score.

    The Validate button of JupyterLab does the same. Hidden tests use more inputs than visible checks.
    """
    from foundations.commands import check as checking

    with err.status("running the notebook from top to bottom"):
        results = checking.visible_checks(notebook)
    checking.show(results, out)
    raise typer.Exit(0 if all(result.passed for result in results) else 1)


@app.command()
def misconceptions(
    assignment: Annotated[str | None, typer.Argument(help="Name of a folder under source/; default: all.")] = None,
    exercise: Annotated[
        str | None,
        typer.Option("--exercise", "-e", help="Only misconceptions of this exercise, e.g. mse_grad.", metavar="ID"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    course_folder: CourseOption = None,
) -> None:
    """List the known mistakes of learners, and the hint for each.

    Each is a wrong answer that runs. When a check fails, the student's code is compared with each known mistake. The
    report names the one that behaves alike, and shows its hint.

    "seen by" is the kind of check that finds the mistake: its values, a rule, growth, speed or memory. "kind" is the
    number of its kind in docs/misconceptions.md.

    Example: foundations misconceptions 04_backward --exercise lin_grad
    """
    from foundations.commands import misconceptions as catalogue

    mistakes = catalogue.known_mistakes(find_course(course_folder), assignment, exercise)
    if as_json:
        out.print_json(data=[mistake.to_json() for mistake in mistakes])
    else:
        catalogue.show(mistakes, out)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    course_folder: CourseOption = None,
) -> None:
    """Test whether this machine may grade: whether it confines student code, and has all that grading needs.

    Every layer of confinement is tried, and sessions are started as in grading. Run it where you will grade: in the
    same container, as the same user.

    Exit code: 0 the machine may grade · 2 the course's settings are wrong · 3 the machine may not grade, through no
    fault of a student or a course author.
    """
    from foundations.commands import doctor as examining

    course = find_course(course_folder) if course_folder or _in_course() else None
    with err.status("testing this machine: a minute at most"):
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
    """Grade the sample class of examples/submitted in a separate course folder, and list the files that it makes."""
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
    """Turn an error into one sentence and the exit code of its class, with a traceback for our own faults only."""
    try:
        yield
    except Stopped as error:
        err.print(f"foundations: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except FoundationsError as error:
        whose = "our fault" if isinstance(error, InternalError) else "cannot continue"
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
    """Run the ``foundations`` command."""
    with _blame():
        app()


if __name__ == "__main__":
    main()
