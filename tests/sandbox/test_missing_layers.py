"""The command itself on machines that lack a layer: an outer filter answers as their kernels would."""

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
#: Each test starts the command anew, which takes seconds: other users than the present one are tried by the slow tests.
USERS = pytest.mark.parametrize(
    "user", [pytest.param(user, marks=[] if user == "self" else [pytest.mark.slow]) for user in confined.USERS]
)


@pytest.fixture
def desk():
    """A folder that every user may write to; in it a right submission whose first cell leaves a mark, were it run."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o777)
    notebook = nbformat.read(EXAMPLE, as_version=4)
    mark = builders.code(f"print('ran'); open({str(folder / 'mark')!r}, 'w').close()", id="leaves-a-mark")
    notebook.cells.insert(0, mark)
    builders.write(notebook, folder / "s01" / NAME / f"{NAME}.ipynb")
    yield folder
    shutil.rmtree(folder)


def grade(desk, user, masked, *options):
    """Exit code, report, and what was printed."""
    arguments = ["grade", f"{desk}/s01/{NAME}/{NAME}.ipynb", "--assignment", NAME, "--no-gradebook"]
    done = subprocess.run(
        confined.command(
            "-c", COMMAND, *arguments, "--json", f"{desk}/report.json", *options, user=user, masked=masked
        ),
        cwd=confined.ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(desk)},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads((desk / "report.json").read_text()), done.stdout + done.stderr


@USERS
@pytest.mark.parametrize(
    ("masked", "words"),
    [
        ("landlock", ["file barrier", "landlock_create_ruleset: Function not implemented", "Linux 5.13"]),
        ("seccomp", ["system-call filter", "seccomp: Function not implemented", "CONFIG_SECCOMP_FILTER"]),
    ],
)
def test_without_a_mandatory_layer_nothing_is_graded_and_nothing_has_run(desk, user, masked, words):
    """The report names the layer, the kernel's reason and what to do; that is not a zero."""
    code, report, printed = grade(desk, user, (masked,))

    assert (code, report["verdict"], report["score"]) == (1, "ungraded", None)
    assert [word for word in words if word not in report["reason"]] == []
    assert words[0] in printed
    assert report["environment"]["layers"] == []
    assert {check["outcome"] for exercise in report["exercises"] for check in exercise["checks"]} <= {"fault"}
    assert not (desk / "mark").exists()


@pytest.mark.slow
def test_the_mark_would_be_left_if_code_ran_there(desk):
    """What the tests above look for is found where the command is told to do without confinement."""
    code, report, _ = grade(desk, "self", ("landlock",), "--unsafe-no-sandbox")

    assert (desk / "mark").exists()
    assert (code, report["verdict"], report["creditable"]) == (0, "graded", False)
    layers = report["environment"]["layers"]
    assert layers[-1] == sandbox.UNSAFE
    assert not any(layer.startswith("file barrier") for layer in layers)


@pytest.mark.slow
@USERS
def test_without_namespaces_everything_is_graded(desk, user):
    """They are one layer more where they can be had."""
    code, report, _ = grade(desk, user, ("namespaces",))

    assert (code, report["verdict"], report["creditable"]) == (0, "graded", True)
    assert report["score"] == report["max_score"]
    assert sandbox.is_complete(report["environment"]["layers"])
    assert sandbox.OPTIONAL not in report["environment"]["layers"]
    assert not (desk / "mark").exists()


@pytest.mark.slow
@USERS
def test_with_all_layers_everything_is_graded(desk, user):
    """As root and as an ordinary user, whose interpreter may lie in a closed folder."""
    code, report, _ = grade(desk, user, ())

    assert (code, report["verdict"], report["creditable"]) == (0, "graded", True)
    assert report["score"] == report["max_score"]
    assert sandbox.is_complete(report["environment"]["layers"])
    assert not (desk / "mark").exists()
