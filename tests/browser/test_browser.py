"""The course as people see it, in headless Chromium.

Students see JupyterLab and their feedback page, graders see Formgrader.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from command import foundations
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.config import find_course
from foundations.gradebook.store import course_directory, feedback, scores, settings

ROOT = Path(__file__).parents[2]
NAME = "01_matmul"
EXERCISES = ("matmul_naive", "frobenius_norm", "matmul_elementwise")
ASSIGNMENTS = sorted(path.parent.name for path in (ROOT / "source").glob("*/*.ipynb"))
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH: `make browser` gets it on Debian"),
    *NBGRADER_WARNINGS,
]

#: Each of them would set ``window.__pwned`` or open a dialog, if it ran.
PAYLOADS = [
    "<script>window.__pwned = 1</script>",
    "<img src=x onerror='window.__pwned = 1; alert(1)'>",
    "<svg onload='window.__pwned = 1'><script>window.__pwned = 1</script></svg>",
    "<a id=bait href='javascript:window.__pwned = 1'>click</a>",
    "<iframe srcdoc='<script>parent.__pwned = 1</script>'></iframe>",
    "<img src='https://example.org/who-reads-this.png'>",
    "<style>@import url(https://example.org/style.css);</style>",
    "<details open ontoggle='window.__pwned = 1'><summary>hint</summary></details>",
    r"$\href{javascript:window.__pwned=1}{\text{<img src=x onerror=window.__pwned=1>}}$",
    "<div style='background: url(https://example.org/css.png); position: fixed; inset: 0'>over all</div>",
    "<link rel=stylesheet href='https://example.org/link.css'><base href='https://example.org/'>",
    "<meta http-equiv=refresh content='0; url=https://example.org/refresh'>",
    "<object data='https://example.org/object'></object><embed src='https://example.org/embed'>",
    "<svg><use href='https://example.org/use.svg#x'/><image href='https://example.org/image.png'/>"
    "<a xlink:href='javascript:window.__pwned = 1'><text>x</text></a>"
    "<foreignObject><img src=x onerror='window.__pwned = 1'></foreignObject>"
    "<animate attributeName=href values='javascript:window.__pwned = 1'/></svg>",
    "<form id=bait action='javascript:window.__pwned = 1'>"
    "<button autofocus onfocus='window.__pwned = 1'>x</button></form>",
    "<math><mtext><mglyph><style><img src=x onerror='window.__pwned = 1'></style></mglyph></mtext></math>",
    "<video autoplay src='https://example.org/video' onerror='window.__pwned = 1'></video>",
]
#: A student whose submission a test grades by hand.
BY_HAND = "by-hand"
#: The name of a student's folder: nbgrader's own pages would run it, so it must not come into the gradebook.
NAMED = "<img src=x onerror='window.__pwned = 1'>"


# ------------------------------------------------------------------------------------------ a course, and its servers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the course as an instructor keeps it, without submissions."""
    root = tmp_path_factory.mktemp("browser")
    for name in ("source", "graders", "release", "solutions"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / file, root)
    return root


@pytest.fixture(scope="module")
def course(folder: Path) -> Path:
    """Grade three submissions as people do: one with a mistake, one with payloads, and one that is not a notebook."""
    for student in ("last-product-only", "not-a-notebook"):
        shutil.copytree(ROOT / "examples" / "submitted" / student / NAME, folder / "submitted" / student / NAME)
    shutil.copytree(folder / "submitted" / "last-product-only", folder / "submitted" / BY_HAND)
    for student in ("hostile", NAMED):
        write(hostile(), folder / "submitted" / student / NAME / f"{NAME}.ipynb")
    command(folder, "grade", "submitted", "--assignment", NAME)
    feedback(find_course(folder), NAME)
    return folder


def command(folder: Path, *arguments: str) -> None:
    """Run ``foundations`` as a person does; exit code 1 means that some submission is ungraded."""
    done = foundations(*arguments, cwd=folder)
    assert done.returncode in (0, 1), done.stdout + done.stderr


def write(notebook: nbformat.NotebookNode, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def named(notebook: nbformat.NotebookNode, grade_id: str) -> nbformat.NotebookNode:
    [cell] = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id]
    return cell


def hostile() -> nbformat.NotebookNode:
    """Put payloads into Markdown, output of every rich kind, printed text, and the message of an exception."""
    notebook = read(ROOT / "release" / NAME / f"{NAME}.ipynb")
    everything = "\n\n".join(PAYLOADS)
    shown = "\n".join(
        [
            "from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display",
            f"payloads = {PAYLOADS!r}",
            "for each in payloads:",
            "    print(each)",
            "    display(HTML(each), Markdown(each), Latex(each))",
            "display(Javascript('window.__pwned = 1'))",
            "for each in payloads:",
            "    display({'image/svg+xml': each, 'text/plain': ''}, raw=True)",
            "    display({'image/svg+xml': f'<svg xmlns=\"http://www.w3.org/2000/svg\">{each}</svg>'}, raw=True)",
            "globals().update(dict.fromkeys(payloads)); Odd = type(payloads[1], (Exception,), {})",
        ]
    )
    notebook.cells[1:1] = [nbformat.v4.new_markdown_cell(everything), nbformat.v4.new_code_cell(shown)]
    named(notebook, "matmul_naive-solution").source = f"def matmul_naive(a, b):\n    raise ValueError({everything!r})"
    named(notebook, "frobenius_norm-solution").source = f"raise Odd({everything!r})"
    return notebook


@pytest.fixture(scope="module")
def jupyter(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of JupyterLab in the course's folder, with its ``nbgrader_config.py`` as the only settings."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    options = {
        "--ServerApp.ip": "127.0.0.1",
        "--ServerApp.port": port,
        "--ServerApp.port_retries": 0,
        "--IdentityProvider.token": "",
        "--LabApp.expose_app_in_browser": True,
        "--LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url": None,
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        + [f"{option}={value}" for option, value in options.items() if value is not None],
        cwd=folder,
        env={**own, "HOME": str(home), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        answers(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def answers(server: subprocess.Popen[bytes], port: int) -> None:
    """Return as soon as ``server`` answers."""
    until = time.monotonic() + 60
    while True:
        assert server.poll() is None, f"JupyterLab ended with {server.returncode}"
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < until, "JupyterLab does not answer"
            time.sleep(0.1)


@dataclass
class Seen:
    """A page, and the events in it that a person would not see."""

    page: Any
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        self.page.goto(address, wait_until="networkidle")

    def elsewhere(self, *hosts: str) -> list[str]:
        """List the requests that left for another host."""
        return [url for url in self.requests if not url.startswith((*hosts, "data:", "blob:", "file:"))]

    def must_be_inert(self) -> None:
        """Assert that no code of the student has run, also after a click on the bait."""
        for bait in self.page.locator("#bait, a:has-text('click')").all():
            bait.click(force=True, timeout=2_000)
        assert self.page.evaluate("window.__pwned") is None
        assert [frame.url for frame in self.page.frames[1:]] == []
        assert self.dialogs == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = running.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def seen(chromium: Any) -> Iterator[Seen]:
    """Open a fresh page whose waits fail after 60 s."""
    with contextlib.closing(chromium.new_context(viewport={"width": 1200, "height": 1000})) as context:
        context.set_default_timeout(60_000)
        seen = Seen(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))

        def dismissed(dialog: Any) -> None:
            seen.dialogs.append(dialog.message)
            dialog.dismiss()

        seen.page.on("dialog", dismissed)
        yield seen


# ------------------------------------------------------------------------------------------------- the student's seat


def open_notebook(seen: Seen, server: str, path: str) -> None:
    """Open the notebook in JupyterLab, with its kernel ready."""
    seen.page.goto(f"{server}/lab/tree/{path}?reset")
    seen.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    seen.page.get_by_text("| Idle").wait_for()


def validate(seen: Seen) -> str:
    """Press nbgrader's button in the toolbar; return the text of its dialog."""
    seen.page.get_by_role("button", name="Validate").first.click()
    dialog = seen.page.locator(".jp-Dialog")
    dialog.wait_for()
    text: str = dialog.inner_text()
    dialog.get_by_role("button").last.click()
    return text


@pytest.mark.slow
def test_stub_names_the_next_step(seen: Seen, jupyter: str) -> None:
    """Validate the released notebook: the message names each unwritten exercise and the next step."""
    open_notebook(seen, jupyter, f"release/{NAME}/{NAME}.ipynb")
    text = validate(seen)
    assert text.count("The following cell failed") == 3
    assert [f"{name} is not written yet" in text for name in EXERCISES] == [True] * 3
    assert text.count("replace `raise NotImplementedError()` in its cell by your own lines") == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_solved_notebook_runs(seen: Seen, jupyter: str, folder: Path, name: str) -> None:
    """Run All on the released notebook with the stubs filled in: all cells succeed, and Validate reports no fault.

    No request goes to another host.
    """
    path = at_home(folder, name)
    open_notebook(seen, jupyter, f"at-home/{name}/{name}.ipynb")
    for step in ("notebook:run-all-cells", "docmanager:save"):
        seen.page.evaluate("name => window.jupyterapp.commands.execute(name).then(() => null)", step)
    ran = [cell for cell in read(path).cells if cell.cell_type == "code" and cell.source]
    assert [cell.execution_count for cell in ran] == list(range(1, len(ran) + 1))
    outputs = [
        output for cell in ran for output in cell.outputs if "raises-exception" not in cell.metadata.get("tags", [])
    ]
    assert [output.evalue for output in outputs if output.output_type == "error"] == []
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    if name == NAME:  # it runs all of the notebook again, and adds no information on the others to the lines above
        assert "passes all the tests" in validate(seen)
    assert seen.errors == []
    assert seen.elsewhere(jupyter) == []
    seen.page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")


def at_home(folder: Path, name: str) -> Path:
    """Write a released assignment to a student's disk, its stubs filled in with the solution's cells."""
    shutil.copytree(folder / "release" / name, folder / "at-home" / name)
    path = folder / "at-home" / name / f"{name}.ipynb"
    notebook, solution = read(path), read(folder / "solutions" / name / f"{name}.ipynb")
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = named(solution, cell.metadata.nbgrader.grade_id).source
    return write(notebook, path)


# ------------------------------------------------------------------------------------------------------- Formgrader


def submission_page(seen: Seen, server: str, student: str) -> None:
    """Open the page for grading by hand."""
    listed = seen.page.request.get(f"{server}/formgrader/api/submitted_notebooks/{NAME}/{NAME}").json()
    [identity] = [each["id"] for each in listed if each["student"] == student]
    seen.open(f"{server}/formgrader/submissions/{identity}")


def held(course: Path) -> dict[str, float]:
    """Return the automatic scores by student, as the gradebook has them."""
    return {
        student: sum(automatic or 0 for automatic, _, _ in grades.values())
        for student, grades in scores(find_course(course), NAME).items()
    }


@pytest.mark.slow
def test_formgrader_shows_what_the_gradebook_holds(seen: Seen, jupyter: str, course: Path) -> None:
    """The assignment is in its list, and every submission with its score; ungraded ones ask for a person."""
    seen.open(f"{jupyter}/formgrader")
    seen.page.get_by_role("link", name=NAME, exact=True).wait_for()
    seen.open(f"{jupyter}/formgrader/manage_submissions/{NAME}")
    seen.page.locator("tbody tr td.score").first.wait_for()
    rows = [row.locator("td").all_inner_texts() for row in seen.page.locator("tbody tr").all()]
    shown = {row[1]: (row[4].strip(), row[3].strip()) for row in rows}
    assert shown.pop("not-a-notebook")[1] == "needs manual grading"
    assert shown.pop(NAMED) == ("", "needs autograding")
    assert BY_HAND in shown
    del shown[BY_HAND]
    seen.must_be_inert()
    expected = held(course)
    assert shown == {name: (f"{expected[name]:g} / 15", "graded") for name in ("last-product-only", "hostile")}
    assert seen.errors == []
    assert seen.elsewhere(jupyter) == []


@pytest.mark.slow
def test_grading_by_hand_is_kept_by_the_next_run(seen: Seen, jupyter: str, course: Path) -> None:
    """The table is on the page; a comment and points given there are in the gradebook, and grading again keeps them."""
    submission_page(seen, jupyter, BY_HAND)
    tables = seen.page.locator(".foundations-checks table").all_inner_texts()
    assert [text.splitlines()[0] for text in tables] == [
        "matmul_naive: 0 of 5 points",
        "frobenius_norm: 4 of 4 points",
        "matmul_elementwise: 6 of 6 points",
    ]
    with seen.page.expect_response(lambda reply: "/api/comment/" in reply.url and reply.request.method == "PUT"):
        comment = seen.page.locator("#matmul_naive-solution-comment")
        comment.fill("So close: one sign.")
        comment.blur()
    with seen.page.expect_response(lambda reply: "/api/grade/" in reply.url and reply.request.method == "PUT"):
        points = seen.page.locator("#matmul_naive")
        points.fill("2.5")
        points.blur()
    assert by_hand(course) == (2.5, "So close: one sign.")
    command(course, "grade", f"submitted/{BY_HAND}/{NAME}/{NAME}.ipynb", "--assignment", NAME)
    assert by_hand(course) == (2.5, "So close: one sign.")
    seen.page.reload(wait_until="networkidle")
    assert seen.page.locator("#matmul_naive").input_value() == "2.5"
    assert seen.page.locator("#matmul_naive-solution-comment").input_value() == "So close: one sign."
    assert seen.errors == []


def by_hand(course: Path) -> tuple[float, str]:
    """Return the points and comment that a person gave for the first exercise of ``BY_HAND``."""
    from nbgrader.api import Gradebook

    directory = course_directory(find_course(course), settings(find_course(course)))
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        grade = gradebook.find_grade("matmul_naive", NAME, NAME, BY_HAND)
        comment = gradebook.find_comment("matmul_naive-solution", NAME, NAME, BY_HAND)
        return grade.manual_score, comment.manual_comment


@pytest.mark.slow
def test_formgrader_runs_no_code_of_a_student(seen: Seen, jupyter: str, course: Path) -> None:
    """A person who grades by hand opens the page with all rights of the server's owner."""
    submission_page(seen, jupyter, "hostile")
    seen.page.locator(".foundations-checks table").first.wait_for()
    seen.must_be_inert()
    assert seen.elsewhere(jupyter) == []
    assert seen.errors == []


# ----------------------------------------------------------------------------------------------------- the feedback


def open_feedback(seen: Seen, course: Path, student: str) -> None:
    seen.open((course / "feedback" / student / NAME / f"{NAME}.html").as_uri())


def test_feedback_shows_checks_and_formulas(seen: Seen, course: Path) -> None:
    """The table has points, message and hint; formulas are drawn without a script; no request is made."""
    open_feedback(seen, course, "last-product-only")
    first = seen.page.locator(".foundations-checks table").first.inner_text()
    assert [word for word in ("0 of 5 points", "✗ failed", "Hint: ", "not reached") if word not in first] == []
    heights = seen.page.locator("math").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert len(heights) > 10
    assert min(heights) > 5
    assert seen.page.locator("body").inner_text().count("$") == 0
    assert seen.elsewhere() == []


@pytest.mark.slow
def test_feedback_runs_no_code_of_the_student(seen: Seen, course: Path) -> None:
    """No code runs even without the browser's own policy; the written text is there to be read."""
    open_feedback(seen, course, "hostile")
    seen.must_be_inert()
    assert seen.page.locator(".foundations-checks table").count() == 3
    assert "<script>window.__pwned = 1</script>" in seen.page.locator("body").inner_text()
    policy = seen.page.locator("meta[http-equiv=Content-Security-Policy]").evaluate("one => one.outerHTML")
    without = course / "feedback" / "hostile" / NAME / "without-policy.html"
    without.write_text(seen.page.content().replace(policy, ""), "utf-8")
    seen.open(without.as_uri())
    assert seen.page.locator("meta[http-equiv=Content-Security-Policy]").count() == 0
    seen.must_be_inert()
    assert seen.elsewhere() == []


@pytest.mark.slow
def test_feedback_of_an_ungraded_submission_is_not_a_zero(seen: Seen, course: Path) -> None:
    """The page has the reason for the missing score, and the next step."""
    open_feedback(seen, course, "not-a-notebook")
    text = seen.page.locator("body").inner_text()
    assert "is not JSON" in text
    assert "submit one that does" in text
    assert text.count("no score yet") == 7
    assert json.dumps(0.0) + " /" not in text
