"""The file itself: the judge reads it as data, and takes structure and points from the instructor's.

The judge never reads files next to it or behind a link.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import pytest
from tiers import a_third_quick

from attacks.harness import GOT_THROUGH, MARK, WRONG, Attack, AttackHarness, at_import, attacks
from attacks.hostile_course import ATTACKED, HONEST, NAME, submission

Change = Callable[[Any], Any]


def wrong() -> Any:
    """Return a notebook whose ``product`` is wrong, and whose other answers are right."""
    return submission({"product": WRONG})


def marks(notebook: Any, grade_id: str) -> Any:
    return builders.cell(notebook, grade_id).metadata.nbgrader


def without_tests(notebook: Any) -> Any:
    for name in ("shift", "product", "total"):
        del notebook.cells[builders.at(notebook, name)]
    return notebook


def doubled_tests(notebook: Any) -> Any:
    at = builders.at(notebook, "product")
    notebook.cells[at:at] = [{**copy.deepcopy(notebook.cells[at]), "id": f"copy-{n}"} for n in range(3)]
    return notebook


def emptied_tests(notebook: Any) -> Any:
    for name in ("shift", "product", "total"):
        builders.cell(notebook, name).source = ""
    return notebook


def retyped_tests(notebook: Any) -> Any:
    for name, kind in (("shift", "markdown"), ("product", "raw"), ("total", "video")):
        builders.cell(notebook, name).cell_type = kind
    return notebook


def edited_tests(notebook: Any) -> Any:
    builders.cell(notebook, "product").source = "print('score: 5')\nassert True\n"
    return notebook


def moved_tests(notebook: Any) -> Any:
    at = builders.at(notebook, "product")
    cell = notebook.cells.pop(at)
    notebook.cells.insert(0, cell)
    return notebook


def flipped_flags(notebook: Any) -> Any:
    for name in ("product", "product-solution"):
        for flag in ("grade", "solution", "locked", "task"):
            marks(notebook, name)[flag] = not marks(notebook, name).get(flag, False)
    return notebook


def hand_graded(notebook: Any) -> Any:
    """Flag the cell as graded by hand, without an automatic score: no person would look at the right answer there."""
    marks(notebook, "product").update(grade=True, solution=True, locked=False)
    return notebook


def many_points(notebook: Any) -> Any:
    for name, points in (("shift", 1000), ("product", -5), ("total", float("inf"))):
        marks(notebook, name)["points"] = points
    return notebook


def same_id_twice(notebook: Any) -> Any:
    at = builders.at(notebook, "total-solution")
    extra = copy.deepcopy(builders.cell(notebook, "product"))
    extra.source, extra.id = "assert True", "extra"
    again = copy.deepcopy(builders.cell(notebook, "product-solution"))
    again.id = "again"
    notebook.cells[at:at] = [extra, again]
    return notebook


def ids_exchanged(notebook: Any) -> Any:
    """Let the cell that earns the marks of ``shift`` claim to be ``product``."""
    shift, product = builders.cell(notebook, "shift"), builders.cell(notebook, "product")
    shift.metadata.nbgrader.grade_id, product.metadata.nbgrader.grade_id = "product", "shift"
    return notebook


def another_exercise(notebook: Any) -> Any:
    extra = builders.graded("bonus", 1000, "assert True")
    extra["id"] = "bonus"
    notebook.cells.append(extra)
    return notebook


def large_outputs(notebook: Any) -> Any:
    output = {"output_type": "stream", "name": "stdout", "text": "score: 5\n" * 5_000_000}
    builders.cell(notebook, "product").outputs = [output]
    return notebook


def other_metadata(notebook: Any) -> Any:
    notebook.metadata = {
        "kernelspec": {"name": "../../evil", "display_name": "<script>", "language": "python", "argv": ["/bin/sh"]},
        "language_info": {"name": "python", "version": "x" * 10_000},
        "widgets": {"application/vnd.jupyter.widget-state+json": {}},
        "celltoolbar": "Create Assignment",
    }
    return notebook


#: Change of a wrong notebook, its message among the repairs, and the scores that it earns all the same.
CHANGES: dict[str, tuple[Change, str]] = {
    "test cells deleted": (without_tests, "had been deleted: put back"),
    "test cells duplicated": (doubled_tests, "was there more than once"),
    "test cells emptied": (emptied_tests, "had been emptied"),
    "test cells re-typed": (retyped_tests, "had been turned from code into"),
    "test cells edited": (edited_tests, "had been edited"),
    "test cells moved above the solution": (moved_tests, "had been moved: back in its place"),
    "flags flipped": (flipped_flags, "had its flag 'grade' changed"),
    "made a cell that is graded by hand": (hand_graded, "had its flag 'solution' changed"),
    "points 1000": (many_points, "had its points changed from 2 to 1000"),
    "duplicate grade_id": (same_id_twice, "was there more than once"),
    "grade_ids exchanged": (ids_exchanged, ""),
    "an exercise of one's own": (another_exercise, "bore nbgrader metadata of no released cell"),
    "50 MB of outputs": (large_outputs, "came with about 50 MB of outputs"),
    "metadata of another kernel's making": (other_metadata, ""),
}


@pytest.mark.parametrize("name", a_third_quick(CHANGES))
def test_changed_structure_is_repaired(harness: AttackHarness, name: str) -> None:
    """The instructor's notebook restores the cells; the wrong answer earns 0, the others their marks."""
    change, message = CHANGES[name]

    with harness.no_remains():
        outcome = harness.grade(harness.hand_in(json.loads(json.dumps(change(wrong())))))
        harness.honest()

    assert outcome.scores == ATTACKED, outcome.story()
    assert outcome.report["max_score"] == sum(HONEST.values())
    assert message in "\n".join(outcome.report["repairs"])
    harness.must_be_harmless(outcome, "values are wrong")


def version_3(notebook: Any) -> bytes:
    cells = [
        {"cell_type": "code", "input": cell.source, "language": "python", "metadata": cell.metadata, "outputs": [],
         "collapsed": False, "prompt_number": 1}
        for cell in notebook.cells
    ]  # fmt: skip
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": cells, "metadata": {}}],
    }
    return json.dumps(old).encode()


def test_version_3_is_converted(harness: AttackHarness) -> None:
    """An old notebook is converted: a wrong answer in it earns 0, the others their marks."""
    with harness.no_remains():
        outcome = harness.grade(harness.hand_in(version_3(wrong())))
        harness.honest()

    assert outcome.scores == ATTACKED, outcome.story()
    harness.must_be_harmless(outcome, "converted to nbformat 4")


#: Bytes of a file that is not a notebook of this course, and its message. The whole submission is ungraded.
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "not JSON": (lambda: b"score = 5", "is not JSON"),
    "empty": (lambda: b"", "is empty"),
    "not text": (lambda: b"\x80\x04\x95" + os.urandom(100), "is not UTF-8|is not JSON"),
    "a kernel of another language": (
        lambda: json.dumps(wrong() | {"metadata": {"kernelspec": {"name": "bash", "language": "bash"}}}).encode(),
        "written for a kernel of language 'bash'",
    ),
    "nested 100,000 levels deep": (lambda: b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    "nested in cells": (
        lambda: b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ' + b'[' * 900 + b']' * 900 + b"}]}",
        "product: 0 of 5|not attempted",
    ),
    "80 MB": (lambda: b'{"cells": [], "x": "' + b"x" * 80_000_000 + b'"}', "at most 70,000,000 are read"),
    "10 million brackets": (lambda: b'{"cells": [' + b"[]," * 10_000_000 + b"[]]}", "more separate values"),
    "a number of a million digits": (
        lambda: b'{"nbformat": ' + b"9" * 1_000_000 + b', "cells": []}',
        "thousands of digits",
    ),
    "100,000 cells": (
        lambda: json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": "1"}] * 100_000}).encode(),
        "at most 10,000 are read",
    ),
    "nbformat 5": (lambda: json.dumps(wrong() | {"nbformat": 5}).encode(), "newer than what can be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", a_third_quick(FILES))
def test_unreadable_file_is_ungraded(harness: AttackHarness, name: str) -> None:
    """The reason is one sentence, with no score; the next submission is graded."""
    make, message = FILES[name]

    with harness.no_remains():
        outcome = harness.grade(harness.hand_in(make()))
        harness.honest()

    assert sum(score or 0 for score in outcome.scores.values()) == 0, outcome.story()
    harness.must_be_harmless(outcome, message, 10)


# ---------------------------------------------------------------------------------------------- paths to something else


def link_to_passwd(path: Path, harness: object) -> None:
    path.symlink_to("/etc/passwd")


def link_to_neighbour(path: Path, harness: AttackHarness) -> None:
    path.symlink_to(harness.course.neighbour)


def hanging_link(path: Path, harness: object) -> None:
    path.symlink_to("nowhere")


def link_to_itself(path: Path, harness: AttackHarness) -> None:
    path.symlink_to(path)


def folder(path: Path, harness: object) -> None:
    path.mkdir()


def pipe(path: Path, harness: object) -> None:
    os.mkfifo(path)


def device(path: Path, harness: AttackHarness) -> None:
    try:
        os.mknod(path, 0o20666, os.makedev(1, 5))  # /dev/zero, which has no end
    except PermissionError:
        pytest.skip("only root can make a device")


def unix_socket(path: Path, harness: AttackHarness) -> None:
    import socket

    before = Path.cwd()
    os.chdir(path.parent)  # names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(path.name)
    finally:
        os.chdir(before)


def linked_assignment(path: Path, harness: AttackHarness) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(harness.course.neighbour.parent)


def linked_student(path: Path, harness: AttackHarness) -> None:
    path.parent.rmdir()
    path.parent.parent.rmdir()
    path.parent.parent.symlink_to(harness.course.neighbour.parent.parent)


def linked_to_source(path: Path, harness: AttackHarness) -> None:
    """The instructor's notebook has the right name, and earns full marks."""
    path.parent.rmdir()
    path.parent.symlink_to(harness.course.source.parent)


def nothing(path: Path, harness: AttackHarness) -> None:
    pass


PLACES: dict[str, tuple[Callable[[Path, AttackHarness], None], str]] = {
    "symlink to /etc/passwd": (link_to_passwd, "symbolic link"),
    "symlink to another submission": (link_to_neighbour, "symbolic link"),
    "symlink to nowhere": (hanging_link, "symbolic link"),
    "symlink to itself": (link_to_itself, "symbolic link"),
    "folder": (folder, "is a folder"),
    "pipe": (pipe, "not a regular file"),
    "device": (device, "not a regular file"),
    "socket": (unix_socket, "not a regular file"),
    "symlinked assignment's folder": (linked_assignment, "symbolic link"),
    "symlinked student's folder": (linked_student, "symbolic link"),
    "assignment's folder that is the instructor's": (linked_to_source, "symbolic link"),
    "nothing": (nothing, "does not exist"),
}


@pytest.fixture
def empty(harness: AttackHarness) -> Any:
    """Return the place of a submission of ``s07``, and remove everything there afterwards."""
    path = harness.course.place("s07")
    path.parent.mkdir(parents=True)
    yield path
    for folder_ in (path.parent.parent, path.parent):  # from above: files behind a link must not be removed
        if folder_.is_symlink():
            folder_.unlink()
    shutil.rmtree(path.parent.parent, ignore_errors=True)


@pytest.mark.parametrize("name", a_third_quick(PLACES))
def test_path_to_something_else_is_ungraded(harness: AttackHarness, empty: Path, name: str) -> None:
    """No link is followed and no read waits: the submission is ungraded, with a reason of one sentence."""
    make, message = PLACES[name]
    make(empty, harness)

    with harness.no_remains():
        outcome = harness.grade(empty, "s07")
        harness.honest()

    assert outcome.report["verdict"] == "ungraded", outcome.story()
    assert outcome.report["score"] is None
    harness.must_be_harmless(outcome, message, 5)
    assert "root:" not in outcome.everything


# ------------------------------------------------------------------------------------------------------------ magics

_TOUCH = f"touch /tmp/{MARK}-magic; cat {{graders}}/test_product.py {{gradebook}}"
_NO = r"(Programs are not run|Files are not written|Folders are not changed) during grading"


def magic(name: str, cell: str, seen: str = _NO) -> Attack:
    return Attack(name, WRONG, seen, cells=(cell,))


MAGICS = (
    magic("%%bash", f"%%bash\n{_TOUCH}"),
    magic("!cmd", f"!{_TOUCH}"),
    magic("!!cmd", f"!!{_TOUCH}"),
    magic("x = !cmd", f"x = !{_TOUCH}\nprint(x)"),
    magic("%run", "%run {graders}/test_product.py", r"Could not open file"),
    magic("%%script", f"%%script sh\n{_TOUCH}"),
    magic("%%script in the background", f"%%script --bg --out x sh\n{_TOUCH}; sleep 100"),
    magic("%system", f"%system {_TOUCH}"),
    magic("%sx", f"%%sx\n{_TOUCH}"),
    magic("%load_ext", "%load_ext test_product\nimport sys", r"No module named"),
    magic("%%writefile", f"%%writefile /tmp/{MARK}-written\nx"),
    magic("%%writefile into the course", "%%writefile {graders}/test_product.py\nx"),
    magic("%save and %logstart", f"%save /tmp/{MARK}-saved 1\n%logstart /tmp/{MARK}-log", _NO),
    magic("%cd and %ls", "%cd {course}\n%ls\n%pwd", _NO),
    magic("%pip", "%pip install --quiet pip", _NO),
    magic("%env", "%env X=5\nhere = %env\nprint('environment:', here)", r"FOUNDATIONS_MNIST"),
    magic("%debug and %pdb", "%pdb on\n1/0", r"ZeroDivisionError"),
    magic("%reset", "%reset -f\nprint('reset')", r"reset"),
    magic("%edit", "%edit {graders}/test_product.py", r"."),
    magic("%prun, %time and %timeit", "%prun -q -D /tmp/{mark}-prun 1\n%timeit -n 1 -r 1 1", _NO),
    magic("%%capture", f"%%capture\n!{_TOUCH}", r"."),
    magic("an alias", f"%alias touching touch /tmp/{MARK}-alias\nget_ipython().run_line_magic('touching', '')", _NO),
)


@attacks(*MAGICS)
def test_magic_is_contained(harness: AttackHarness, attack: Attack) -> None:
    """No program is started, and no file is read or written, whatever the notation."""
    harness.attack(attack)


# ------------------------------------------------------------------------------------------- files next to the notebook

#: Each would report its import by a file next to it and on the screen.
_PLANTED = """import os, sys
open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "imported-" + __name__), "w").close()
sys.stderr.write("ATTACK-" + "SUCCEEDED\\n")
"""
BESIDE = (
    "torch.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "foundations.py", "numpy.py", "json.py",
    "pytest.py", "IPython.py", "test_product.py", "misconceptions.py", "nbgrader_config.py", "typing.py",
    "matplotlib.py", "setup.py",
    "foundations/__init__.py", "foundations/grading/grader.py", "torch/__init__.py", "__init__.py", "__main__.py",
)  # fmt: skip
_SETTINGS = {
    "pytest.ini": "[pytest]\naddopts = -p conftest --import-mode=prepend\npythonpath = .\n",
    "setup.cfg": "[tool:pytest]\naddopts = -p torch\n",
    "pyproject.toml": '[tool.foundations]\nfeedback = "full"\n',
    "x.pth": "import torch\n",
}


def test_modules_next_to_the_notebook_are_not_imported(harness: AttackHarness, tmp_path: Path) -> None:
    """Not one is imported by any process, even if the command is started in the student's own folder."""
    path = harness.hand_in(submission(), "s08")
    for name in BESIDE:
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_text(_PLANTED)
    for name, text in _SETTINGS.items():
        (path.parent / name).write_text(text)
    before = set(path.parent.rglob("*"))

    outcome = harness.grade(path, "s08")
    done = run_command(path.parent, "grade", path.name, "--assignment", NAME, "--course", str(harness.course.root),
                       "--no-gradebook")  # fmt: skip

    assert outcome.scores == HONEST
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10" in done.stdout
    assert GOT_THROUGH not in outcome.everything + done.stdout + done.stderr
    assert set(path.parent.rglob("*")) == before
    imported = at_import("imports", r"imported: no", f"""
import os, sys
sys.path[:0] = ["", {str(path.parent)!r}]
for name in ("test_product", "misconceptions", "conftest", "setup"):
    try: __import__(name)
    except ImportError: print("imported: no", name)
    else: print("ATTACK-" "SUCCEEDED")
""")  # fmt: skip
    harness.attack(imported)


def run_command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program ``foundations`` in ``folder``, as a person would."""
    program = Path(sysconfig.get_path("scripts"), "foundations")
    command = [str(program)] if program.exists() else [sys.executable, "-P", "-m", "foundations.cli"]
    return subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
