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

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    # nbgrader's own: datetime.utcnow, names SQLAlchemy will drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

#: Names that a student's folder may have, each of which is another language's order to do something.
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
    *(one for one in test_reaching_out.LISTED if one not in test_reaching_out.NETWORK),
    *test_forging.LISTED,
    *test_notebook.MAGICS,
)
#: Each that uses up a limit takes seconds, and has a test of its own: three of them stand for all.
_WAITING = [attack for attack in _ALL_LISTED if "stopped after" in attack.seen]
_LISTED = (*(attack for attack in _ALL_LISTED if attack not in _WAITING), *_WAITING[::8])
#: Text that would run in a page, wherever a student can put some.
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
    """What came of the class."""

    course: HostileCourse
    expected: Mapping[str, Mapping[str, float] | None]
    code: int
    screen: str
    reports: dict[str, dict[str, Any]]
    left: set[int]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The class graded once, by the installed program, with feedback made."""
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
    reports = {one["submission"]: one for one in json.loads((root / "all.json").read_text("utf-8"))}
    yield Run(course, expected, done.returncode, done.stdout + done.stderr, reports, descendants(os.getpid()) - before)
    shutil.rmtree(root)


def real_gradebook(course: HostileCourse) -> None:
    """Nbgrader's own, with the canary for a student's name."""
    course.gradebook.unlink()
    known = find_course(course.root)
    enter_assignment(known, NAME)
    place = course_directory(known, settings(known))
    with beside_python(), Gradebook(place.db_url, place.course_id) as book:
        book.add_student("s99", last_name=course.canaries["gradebook"])


def hand_in(course: HostileCourse) -> dict[str, Mapping[str, float] | None]:
    """Everybody's folder; what each is to have, ``None`` where no score is to be given."""
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
        put(path, None)  # type: ignore[arg-type]
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
    """Whether no gradebook can hold the name of a folder."""
    return any(unicodedata.category(character) in ("Cc", "Cs") or character in '\\*?[<>"' for character in name)


def shown(name: str) -> str:
    """What stands for it in reports."""
    return name.encode("unicode_escape").decode("ascii") if is_odd(name) else name


def recorded(run: Run) -> set[str]:
    return set(run.expected) - {shown(name) for name in NAMES if is_odd(name)}


def payload_attack() -> Attack:
    """The payloads as message, output of every kind, name of a variable, a class and a function, and printed."""
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


def test_everybody_has_what_is_due(run: Run) -> None:
    """Scores in the reports and in the gradebook; nothing in the gradebook that is not in the report."""
    assert run.code == 1, run.screen[-3000:]  # some are ungraded, and nothing worse happened
    wrong = {}
    for student, scores in run.expected.items():
        report = run.reports[student]
        got = {one["id"]: one["score"] for one in report["exercises"]}
        if report["verdict"] == "ungraded":
            got = None  # type: ignore[assignment]
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
        score = run.reports[student]["score"]
        assert total == score or score is None, student


def test_no_traceback_and_no_plain_control_codes(run: Run) -> None:
    """An instructor's terminal shows text, and none of it is turned around or hidden."""
    assert "Traceback (most recent call last)" not in run.screen
    assert "our fault" not in run.screen
    assert [character for character in run.screen if character < " " and character != "\n"] == []
    assert [character for character in run.screen if character in "\u202e\u2066\u200b\x9b\x7f"] == []


def test_nothing_leaks(run: Run) -> None:
    """Into no file that was made, and not onto the screen."""
    assert leaks(run.screen, run.course) == []
    made = [run.course.root / name for name in ("reports", "autograded", "feedback", "all.json", "junit.xml")]
    files = [path for one in made for path in ([one] if one.is_file() else one.rglob("*")) if path.is_file()]
    assert len(files) > 2 * len(run.expected)
    for path in files:
        neighbours_own = path.is_relative_to(run.course.root / "autograded" / "s02") or path.is_relative_to(
            run.course.root / "feedback" / "s02"
        )
        found = leaks(path.read_text("utf-8", "replace"), run.course)
        assert found == (["submission"] if neighbours_own else []), path


def test_nothing_is_left(run: Run) -> None:
    """No process, and no file but those that were asked for; what students handed in is as it was."""
    assert run.left == set()
    for folder in PUBLIC:
        if os.path.isdir(folder):
            assert [name for name in os.listdir(folder) if MARK in name] == []
    names = {path.name for path in run.course.root.iterdir()}
    assert names == {"source", "graders", "submitted", "reports", "autograded", "feedback", "all.json", "junit.xml",
                     "gradebook.db", "pyproject.toml", "nbgrader_config.py"}  # fmt: skip
    assert {path.name for path in run.course.neighbour.parent.iterdir()} == {f"{NAME}.ipynb"}


def test_files_are_what_they_should_be(run: Run) -> None:
    """JUnit is XML, every report one file inside its folder, every executed notebook JSON."""
    suites = ElementTree.parse(run.course.root / "junit.xml").getroot()
    assert len(list(suites)) == len(run.expected)
    assert len(list((run.course.root / "reports").iterdir())) == len(run.expected)
    for path in (run.course.root / "autograded").rglob(f"{NAME}.ipynb"):
        json.loads(path.read_text("utf-8"))
    assert list((run.course.root / "autograded").rglob("*passwd*")) == []


def test_pages_are_inert(run: Run) -> None:
    """No script, no address but of this page, no handler, in the feedback of any of them."""
    pages = sorted((run.course.root / "feedback").rglob("*.html"))
    assert {path.parents[1].name for path in pages} == recorded(run)
    for path in pages:
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert soup.find("meta", {"http-equiv": "Content-Security-Policy"}) is not None, path
        assert soup.find_all(["script", "iframe", "object", "embed", "base", "form", "link", "foreignobject"]) == [], (
            path
        )
        assert [one for one in soup.find_all("meta") if str(one.get("http-equiv", "")).lower() == "refresh"] == []
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
