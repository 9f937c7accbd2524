"""A whole class of attackers through the command line, as an instructor grades it: gradebook, files, pages, screen."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import builders
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from nbgrader_warnings import NBGRADER_WARNINGS

from attacks import (
    test_forging,
    test_leaving,
    test_notebook,
    test_patching,
    test_reaching_out,
    test_reading,
    test_using_up,
    test_values,
)
from attacks.harness import GOT_THROUGH, MARK, PUBLIC, Attack, descendants, leaks
from attacks.hostile_course import ATTACKED, HONEST, NAME, HostileCourse, submission
from foundations.config import find_course
from foundations.gradebook.store import beside_python, course_directory, enter_assignment, settings
from foundations.plain import plain

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    *NBGRADER_WARNINGS,
]

#: Names that a student's folder may have, each of which is a command in some other language.
NAMES = (
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "a'\"; drop table student; --",
    "$(touch foundations-attack-shell)",
    "`id`",
    "{student_id}",
    "%(notebook_id)s %s %n",
    "[red]bold[link=file:etc]",
    "a\nb",
    "a\\b",
    "\udcff\udcfe",
    "a\x1b[2J\x1b]0;x\x07b",
    "u\u202eevil\u2066",
    "-rf --all",
    "~",
    "a b ",
    "*",
    "s[0-9]*",
    "javascript:alert(1)",
    "x" * 250,
    "\N{PILE OF POO}",
    "CON.ipynb",
)
_ALL_LISTED = (
    *test_values.LISTED,
    *test_patching.LISTED,
    *test_reading.LISTED,
    *test_leaving.IMPORTS,
    *test_using_up.LISTED,
    *(attack for attack in test_reaching_out.LISTED if attack not in test_reaching_out.NETWORK),
    *test_forging.LISTED,
    *test_notebook.MAGICS,
)
#: Each attack that uses up a limit takes seconds, and has its own test: three of them represent all.
_WAITING = [attack for attack in _ALL_LISTED if "stopped after" in attack.seen]
_LISTED = (*(attack for attack in _ALL_LISTED if attack not in _WAITING), *_WAITING[::8])
#: Text that would run in a page, in every place that a student can fill.
PAYLOAD = (
    "<script>window.__pwned=1</script><img src=x onerror='window.__pwned=1'><svg onload='window.__pwned=1'></svg>"
    "<a href='javascript:window.__pwned=1'>x</a><style>@import url(https://example.org/x.css)</style>"
    "<div style='background:url(https://example.org/x.png)'>x</div><iframe srcdoc='<script>1</script>'></iframe>"
    "<object data='https://example.org/x'></object><link rel=stylesheet href='https://example.org/x.css'>"
    "<meta http-equiv=refresh content='0;url=https://example.org'><base href='https://example.org/'>"
    "<form action='https://example.org'><button>x</button></form><math href='javascript:1'>x</math>"
)


@dataclass
class Run:
    """The result of grading the class."""

    course: HostileCourse
    expected: Mapping[str, Mapping[str, float] | None]
    code: int
    screen: str
    reports: dict[str, dict[str, Any]]
    remaining: set[int]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Grade the class once with the installed program, and make feedback."""
    root = Path(tempfile.mkdtemp(prefix="class-"))
    root.chmod(0o755)
    course = HostileCourse(root).build()
    real_gradebook(course)
    expected = hand_in(course)
    before = descendants(os.getpid())
    environment = {**os.environ, "FOUNDATIONS_TEST_SECRET": course.canaries["environment"]}
    arguments = [
        "grade",
        "submitted",
        "--assignment",
        NAME,
        "--json",
        "all.json",
        "--json-dir",
        "reports",
        "--junit",
        "junit.xml",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "from foundations.cli import main; main()", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        timeout=800,
    )
    made = subprocess.run(
        [sys.executable, "-c", f"from foundations import config; from foundations.gradebook import store\n"
         f"store.feedback(config.find_course(), {NAME!r})"],
        cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=800,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[-3000:]
    reports = {report["submission"]: report for report in json.loads((root / "all.json").read_text("utf-8"))}
    yield Run(course, expected, done.returncode, done.stdout + done.stderr, reports, descendants(os.getpid()) - before)
    shutil.rmtree(root)


def real_gradebook(course: HostileCourse) -> None:
    """Make nbgrader's own gradebook, with the canary as a student's name."""
    course.gradebook.unlink()
    opened = find_course(course.root)
    enter_assignment(opened, NAME)
    directory = course_directory(opened, settings(opened))
    with beside_python(), Gradebook(directory.db_url, directory.course_id) as book:
        book.add_student("s99", last_name=course.canaries["gradebook"])


def hand_in(course: HostileCourse) -> dict[str, Mapping[str, float] | None]:
    """Write all students' folders; return their expected scores, ``None`` for submissions without a score."""
    expected: dict[str, Mapping[str, float] | None] = {"s02": HONEST}
    places = {
        "course": str(course.root), "graders": str(course.graders), "gradebook": str(course.gradebook),
        "neighbour": str(course.neighbour), "source": str(course.source), "judge": str(os.getpid()), "mark": MARK,
    }  # fmt: skip
    payloads = payload_attack()
    for number, attack in enumerate((*_LISTED, payloads)):
        student = f"a{number:03}"
        builders.write(attack.notebook(places), course.place(student))
        expected[student] = attack.scores
        if number % 10 == 0:
            builders.write(submission(), course.place(f"a{number:03}-honest"))
            expected[f"a{number:03}-honest"] = HONEST
    for number, (change, _) in enumerate(test_notebook.CHANGES.values()):
        builders.write(change(test_notebook.wrong()), course.place(f"c{number:03}"))
        expected[f"c{number:03}"] = ATTACKED
    for number, (make, _) in enumerate(test_notebook.FILES.values()):
        path = course.place(f"f{number:03}")
        path.parent.mkdir(parents=True)
        path.write_bytes(make())
        expected[f"f{number:03}"] = None
    for number, put in enumerate(
        (test_notebook.link_to_passwd, test_notebook.hanging_link, test_notebook.folder, test_notebook.pipe)
    ):
        path = course.place(f"p{number:03}")
        path.parent.mkdir(parents=True)
        put(path, None)
        expected[f"p{number:03}"] = None
    for student, target in (("q000", course.neighbour.parents[1]), ("q001", Path("nowhere"))):
        (course.submitted / student).symlink_to(target)
        expected[student] = None
    (course.submitted / "q002").mkdir()
    (course.submitted / "q002" / NAME).symlink_to(course.source.parent)
    expected["q002"] = None
    for name in NAMES:
        builders.write(payloads.notebook(places), course.place(name))
        expected[shown(name)] = payloads.scores
    return expected


def is_odd(name: str) -> bool:
    """Return whether no gradebook can hold the name of a folder."""
    return any(unicodedata.category(character) in ("Cc", "Cs") or character in '\\*?[<>"' for character in name)


def shown(name: str) -> str:
    """Return the name as reports show it."""
    return plain(name.encode("unicode_escape").decode("ascii") if is_odd(name) else name)


def recorded(run: Run) -> set[str]:
    """Return the names of the students in the gradebook, which has them as they are."""
    return set(run.expected) - {shown(name) for name in NAMES} | {name for name in NAMES if not is_odd(name)}


def payload_attack() -> Attack:
    """Print the payloads, and put them into a message, output of every kind, and names of variable, class, function."""
    cell = f"""
from IPython.display import display, HTML, Markdown, Latex, SVG, Javascript
payload = {PAYLOAD!r}
print(payload)
display(HTML(payload), Markdown(payload), Latex(payload), Javascript("window.__pwned=1"))
for kind in ("text/html", "text/markdown", "text/latex", "image/svg+xml", "application/javascript", "image/png",
             "application/vnd.jupyter.widget-view+json", "text/vnd.mermaid", "application/xml", "application/json",
             "x" + payload):
    display({{kind: payload, "text/plain": payload}}, raw=True)
globals()[payload] = payload
Odd = type(payload, (Exception,), {{}})
def product(a, b):
    raise Odd(payload)
"""
    return Attack("payloads", cell, "", cells=(f"#{PAYLOAD}\n{PAYLOAD!r}",))


def test_all_students_have_the_expected_scores(run: Run) -> None:
    """Scores in the reports and in the gradebook are as expected; every score of the gradebook is in a report."""
    assert run.code == 1, run.screen[-3000:]  # some are ungraded, and no worse fault happened
    wrong = {}
    for student, scores in run.expected.items():
        report = run.reports[student]
        got: dict[str, Any] | None = {exercise["id"]: exercise["score"] for exercise in report["exercises"]}
        if report["verdict"] == "ungraded":
            got = None
        if got != scores and not (scores is None and sum(score or 0 for score in (got or {}).values()) == 0):
            wrong[student] = (got, scores, report["reason"])
    assert wrong == {}
    with sqlite3.connect(run.course.gradebook) as book:
        rows = dict(book.execute(
            "select s.student_id, sum(g.auto_score) from submitted_assignment s join submitted_notebook n on"
            " n.assignment_id = s.id join grade g on g.notebook_id = n.id group by s.student_id"))  # fmt: skip
    book.close()
    assert set(rows) == recorded(run)
    for student, total in rows.items():
        score = run.reports[shown(student)]["score"]
        assert total == score or score is None, student


def test_no_traceback_and_no_plain_control_codes(run: Run) -> None:
    """An instructor's terminal shows text that is neither reordered nor hidden."""
    assert "Traceback (most recent call last)" not in run.screen
    assert "our fault" not in run.screen
    assert [character for character in run.screen if character < " " and character != "\n"] == []
    assert [character for character in run.screen if character in "\u202e\u2066\u200b\x9b\x7f"] == []


def test_no_canary_leaks(run: Run) -> None:
    """No canary is in any new file, or on the screen."""
    assert leaks(run.screen, run.course) == []
    made = [run.course.root / name for name in ("reports", "autograded", "feedback", "all.json", "junit.xml")]
    files = [path for entry in made for path in ([entry] if entry.is_file() else entry.rglob("*")) if path.is_file()]
    assert len(files) > 2 * len(run.expected)
    for path in files:
        neighbours_own = path.is_relative_to(run.course.root / "autograded" / "s02") or path.is_relative_to(
            run.course.root / "feedback" / "s02"
        )
        leaked = leaks(path.read_text("utf-8", "replace"), run.course)
        assert leaked == (["submission"] if neighbours_own else []), path


def test_no_process_or_file_remains(run: Run) -> None:
    """No process and only the requested files remain; submissions are unchanged."""
    assert run.remaining == set()
    for folder in PUBLIC:
        if os.path.isdir(folder):
            assert [name for name in os.listdir(folder) if MARK in name] == []
    names = {path.name for path in run.course.root.iterdir()}
    assert names == {"source", "graders", "submitted", "reports", "autograded", "feedback", "all.json", "junit.xml",
                     "gradebook.db", "reviews.db", "pyproject.toml", "nbgrader_config.py",
                     ".foundations-secret"}  # fmt: skip
    assert {path.name for path in run.course.neighbour.parent.iterdir()} == {f"{NAME}.ipynb"}


def test_files_have_the_right_formats(run: Run) -> None:
    """JUnit is XML, every report one file inside its folder, every executed notebook JSON."""
    suites = ElementTree.parse(run.course.root / "junit.xml").getroot()
    assert len(list(suites)) == len(run.expected)
    assert len(list((run.course.root / "reports").iterdir())) == len(run.expected)
    for path in (run.course.root / "autograded").rglob(f"{NAME}.ipynb"):
        json.loads(path.read_text("utf-8"))
    assert list((run.course.root / "autograded").rglob("*passwd*")) == []


def test_pages_are_inert(run: Run) -> None:
    """Feedback pages have no script, no address of another page, and no handler."""
    pages = sorted((run.course.root / "feedback").rglob("*.html"))
    assert {path.parents[1].name for path in pages} == recorded(run)
    for path in pages:
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert soup.find("meta", {"http-equiv": "Content-Security-Policy"}) is not None, path
        assert soup.find_all(["script", "iframe", "object", "embed", "base", "form", "link", "foreignobject"]) == [], (
            path
        )
        assert [meta for meta in soup.find_all("meta") if str(meta.get("http-equiv", "")).lower() == "refresh"] == []
        for element in soup.find_all(True):
            for name, value in element.attrs.items():
                text = " ".join(value) if isinstance(value, list) else str(value)
                assert not name.startswith("on"), (path, element)
                assert not text.strip().lower().startswith("javascript:"), (path, element)
                if name in ("src", "data", "xlink:href", "action"):
                    assert text.startswith("data:image/"), (path, element)
                if name == "style":
                    assert "url(" not in text, (path, element)
        for style in soup.find_all("style"):
            assert "example.org" not in style.get_text(), path
    assert GOT_THROUGH not in run.screen
