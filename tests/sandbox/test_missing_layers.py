"""The command on machines that lack a layer, which an outer filter simulates."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import builders
import confined
import nbformat
import pytest

from foundations.sandbox import layers as sandbox

NAME = "01_matmul"
EXAMPLE = confined.ROOT / "examples" / "submitted" / "all-right" / NAME / f"{NAME}.ipynb"
COMMAND = "import sys; sys.argv[0] = 'foundations'; from foundations import cli; cli.main()"
#: Each test starts the command again, which takes seconds, so only the slow tests try users other than the current one.
USERS = pytest.mark.parametrize(
    "user", [pytest.param(user, marks=[] if user == "self" else [pytest.mark.slow]) for user in confined.USERS]
)


@pytest.fixture
def workspace():
    """Yield a folder that every user may write to, with a right submission whose first cell leaves a mark."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o777)
    notebook = nbformat.read(EXAMPLE, as_version=4)
    mark = builders.code(f"print('ran'); open({str(folder / 'mark')!r}, 'w').close()", id="leaves-a-mark")
    notebook.cells.insert(0, mark)
    builders.write(notebook, folder / "s01" / NAME / f"{NAME}.ipynb")
    yield folder
    shutil.rmtree(folder)


def grade(workspace, user, masked, *options):
    """Return the exit code, the report and the printed text."""
    arguments = ["grade", f"{workspace}/s01/{NAME}/{NAME}.ipynb", "--assignment", NAME, "--no-gradebook"]
    done = subprocess.run(
        confined.command(
            "-c", COMMAND, *arguments, "--json", f"{workspace}/report.json", *options, user=user, masked=masked
        ),
        cwd=confined.ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(workspace)},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert "Traceback" not in done.stderr
    assert (workspace / "report.json").exists(), done.stderr
    return done.returncode, json.loads((workspace / "report.json").read_text()), done.stdout + done.stderr


@USERS
@pytest.mark.parametrize(
    ("masked", "words"),
    [
        ("landlock", ["file barrier", "landlock_create_ruleset: Function not implemented", "Linux 5.13"]),
        ("seccomp", ["system-call filter", "seccomp: Function not implemented", "CONFIG_SECCOMP_FILTER"]),
    ],
)
def test_no_cell_is_run_or_graded_without_a_mandatory_layer(workspace, user, masked, words):
    """The report names the layer, the kernel's reason and the advice, and has no score instead of a zero."""
    code, report, printed = grade(workspace, user, (masked,))

    assert (code, report["verdict"], report["score"]) == (1, "ungraded", None)
    assert [word for word in words if word not in report["reason"]] == []
    assert words[0] in printed
    assert report["environment"]["layers"] == []
    assert {check["outcome"] for exercise in report["exercises"] for check in exercise["checks"]} <= {"fault"}
    assert not (workspace / "mark").exists()


@pytest.mark.slow
def test_first_cell_leaves_its_mark_without_confinement(workspace):
    """The mark that the tests above expect to be missing does exist if the cell runs."""
    code, report, _ = grade(workspace, "self", ("landlock",), "--unsafe-no-sandbox")

    assert (workspace / "mark").exists()
    assert (code, report["verdict"], report["creditable"]) == (0, "graded", False)
    layers = report["environment"]["layers"]
    assert layers[-1] == sandbox.UNSAFE
    assert not any(layer.startswith("file barrier") for layer in layers)


@pytest.mark.slow
@USERS
def test_submission_is_graded_without_namespaces(workspace, user):
    """Namespaces are an optional layer."""
    code, report, _ = grade(workspace, user, ("namespaces",))

    assert (code, report["verdict"], report["creditable"]) == (0, "graded", True)
    assert report["score"] == report["max_score"]
    assert sandbox.is_complete(report["environment"]["layers"])
    assert sandbox.OPTIONAL not in report["environment"]["layers"]
    assert not (workspace / "mark").exists()


@pytest.mark.slow
@USERS
def test_submission_is_graded_with_all_layers(workspace, user):
    """This holds for root, and for an ordinary user whose interpreter may be in a closed folder."""
    code, report, _ = grade(workspace, user, ())

    assert (code, report["verdict"], report["creditable"]) == (0, "graded", True)
    assert report["score"] == report["max_score"]
    assert sandbox.is_complete(report["environment"]["layers"])
    assert not (workspace / "mark").exists()
