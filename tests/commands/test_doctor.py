"""The doctor tries every layer, prints its verdict first, and has an exit code to match."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import confined
import pytest
from rich.console import Console

from foundations.commands import doctor
from foundations.commands.doctor import Fact, Findings, Layer
from foundations.config import Course, Limits
from foundations.sandbox import layers as sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="layers of confinement exist on Linux only")


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """Examine the machine of the tests, which must be able to grade."""
    return doctor.examine(Course(tmp_path_factory.mktemp("course"), {}))


def shown(findings):
    printed = io.StringIO()
    doctor.show(findings, Console(file=printed, width=110))
    return printed.getvalue()


def made(*missing, failure=None):
    """Return the findings of a machine that lacks the layers ``missing``."""
    layers = [
        Layer(
            name,
            name in sandbox.MANDATORY,
            name not in missing,
            denies,
            "",
            *(("a [cause]", "do") if name in missing else ()),
        )
        for name, denies in doctor.DENIES.items()
    ]
    return Findings(layers, failure, 6.5, [Fact("gradebook", "cannot be written by you", False)])


def test_this_machine_may_grade(findings):
    """Every layer is applied for real, and sessions are started as in grading."""
    assert findings.may_grade, findings.verdict
    assert findings.verdict.startswith("This machine may grade: ")
    assert [layer.name for layer in findings.layers if layer.mandatory] == list(sandbox.MANDATORY)
    assert all(layer.in_force for layer in findings.layers if layer.mandatory)
    assert 0 < findings.fork_ms < 1000


def test_other_requirements_are_listed(findings):
    """They are system, versions, user, memory, speed, font cache and gradebook."""
    facts = {fact.name: fact.value for fact in findings.facts}

    assert list(facts) == ["system", "software", "nbgrader", "you", "memory", "speed", "font cache", "gradebook"]
    assert "torch 2" in facts["software"]
    assert "student code runs as" in facts["you"]


def test_every_layer_is_explained():
    """The explanations are in the order of the layers, so that a new layer needs one."""
    assert [name for name in doctor.DENIES if name != sandbox.OPTIONAL] == list(sandbox.MANDATORY)
    assert sandbox.OPTIONAL in doctor.DENIES


def test_the_page_on_security_has_the_same_layers():
    """The page lists the layers that are applied."""
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")
    table = re.search(r"^\| layer \|.*?\n\n", page, re.DOTALL | re.MULTILINE)
    assert table is not None
    names = re.findall(r"^\| ([a-z(][a-z() -]*?) \|", table[0], re.MULTILINE)
    listed = [name.removesuffix(" (extra)") for name in names]

    assert listed == ["layer", *doctor.DENIES]


def test_the_verdict_comes_first_then_what_to_do():
    """Each missing mandatory layer has a cause and a remedy; an extra layer only has a row in the table."""
    lines = shown(made("file barrier", "namespaces")).splitlines()

    assert lines[0] == "This machine may not grade: it cannot confine student code. Missing: file barrier."
    assert [line.strip() for line in lines[1:3]] == ["file barrier: a [cause].", "What to do: do."]
    assert "not creditable" in " ".join(lines[3:5])
    assert any(line.startswith("  ✗   file barrier") and "not in force: a [cause]" in line for line in lines)
    assert any(line.startswith("  –   namespaces (extra)") and "grading does not need it" in line for line in lines)
    assert any(line.startswith("  !  gradebook") for line in lines)


def test_a_failed_self_test_is_listed_only_alone():
    """With another layer missing, that layer is the cause."""
    assert made("file barrier", "self-test").verdict == made("file barrier").verdict
    assert made("self-test").verdict.endswith("Missing: self-test.")


def test_without_an_extra_layer_it_may_grade():
    """Many machines refuse user namespaces."""
    assert made("namespaces").may_grade
    assert "extra" not in made("namespaces").verdict
    assert "extra" in made().verdict


def test_a_machine_whose_trial_session_fails_may_not_grade():
    """All layers together do not outweigh a session that fails."""
    broken = made(failure="the fork server ended: no module named torch")

    assert (broken.may_grade, broken.to_json()["may_grade"]) == (False, False)
    assert "no module named torch" in broken.verdict


@pytest.mark.parametrize("machine", [made(), made("file barrier"), made(failure="x")], ids=["yes", "layer", "trial"])
def test_json_and_table_agree(machine):
    """Both have the same verdict and every layer."""
    document = json.loads(json.dumps(machine.to_json()))

    assert document["schema"] == "foundations/doctor/1"
    assert document["may_grade"] is (machine.verdict.startswith("This machine may grade"))
    assert [layer["name"] for layer in document["layers"]] == list(doctor.DENIES)
    assert shown(machine).startswith(document["verdict"])


def test_too_little_memory_is_reported():
    """A limit above the free memory is not ok."""
    assert doctor._memory(Limits()).ok
    assert not doctor._memory(Limits(memory_bytes=1 << 50)).ok


@pytest.mark.slow
@pytest.mark.parametrize("user", confined.USERS)
@pytest.mark.parametrize(
    ("masked", "layers", "words"),
    [
        ("landlock", {"file barrier", "self-test"}, "landlock_create_ruleset: Function not implemented"),
        ("seccomp", {"system-call filter", "self-test"}, "seccomp: Function not implemented"),
        ("namespaces", set(), "unshare: Operation not permitted"),
    ],
)
def test_a_missing_layer_is_found_by_trying(user, masked, layers, words, tmp_path):
    """The exit code is 3 for a mandatory layer and 0 for an extra one; the kernel's error and advice are reported."""
    code = "import sys; from foundations.cli import main; sys.argv = ['foundations', 'doctor', '--json']; main()"
    done = subprocess.run(
        confined.command("-c", code, user=user, masked=(masked,)),
        cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    document = json.loads(done.stdout)
    lacking = {layer["name"]: layer for layer in document["layers"] if not layer["in_force"]}

    assert (done.returncode, document["may_grade"]) == ((3, False) if layers else (0, True)), done.stderr
    assert set(lacking) - {sandbox.OPTIONAL} == layers
    (named,) = layers - {"self-test"} or {sandbox.OPTIONAL}
    assert words in lacking[named]["reason"]
    assert not layers or (named in document["verdict"] and lacking[named]["advice"])
