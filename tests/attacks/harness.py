"""The treatment of every attack, and the guarantees that must hold afterwards.

An :class:`Attack` is text for the solution cell of ``product``, a wrong answer with hostile code in or above it. A
judge grades it and then an honest notebook; :meth:`AttackHarness.attack` checks marks, canaries, processes, files,
shared memory and time.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import builders
import pytest
from tiers import a_third_quick

from attacks.hostile_course import (
    ATTACKED,
    CANARY,
    HONEST,
    MATMUL,
    NAME,
    ROOT,
    WITH_FILES,
    HostileCourse,
    build_matmul,
    submission,
)

NOBODY = 65534
#: Printed by an attack that reached its goal.
GOT_THROUGH = "ATTACK-SUCCEEDED"
#: Part of the name of everything that an attack leaves behind; another worker of the run has its own.
MARK = f"foundations-{os.environ.get('PYTEST_XDIST_WORKER', 'only')}-attack"
#: Folders to which every user may write.
PUBLIC = ("/", "/tmp", "/dev/shm", "/var/tmp", "/run", "/dev/mqueue")
#: A wrong answer that runs.
WRONG = "def product(a, b):\n    return torch.zeros(a.shape[0], b.shape[1])\n"
#: A right answer by a method that the exercise forbids.
FORBIDDEN = "def product(a, b):\n    return a @ b\n"
#: Seconds that an order may take before the judge counts as hanging.
_PATIENCE_S = 240.0
_SETTLE_S = 5.0

#: For attacks that try one action after the other and continue: the refusal of each is printed with its name.
ATTEMPT = f"""
import errno, os
def attempt(name, action):
    try:
        result = action()
    except OSError as error:
        print(name, "refused:", errno.errorcode.get(error.errno, type(error).__name__), flush=True)
    except BaseException as error:
        print(name, "refused:", type(error).__name__, str(error)[:80], flush=True)
    else:
        print(name, "{GOT_THROUGH[:7]}" "{GOT_THROUGH[7:]}", repr(result)[:80], flush=True)
"""


@dataclass(frozen=True)
class Attack:
    """One attack on the exercise ``product``.

    Attributes:
        name: as in the table of README.md.
        cell: the solution cell of ``product``. ``{course}``, ``{graders}``, ``{gradebook}``, ``{neighbour}``,
            ``{source}`` are replaced by paths, ``{judge}`` by a process id: the attacker knows them all.
        seen: a pattern in anything shown that proves the attack was carried out: an attack that stops at a typo proves
            no security.
        scores: the scores of the three exercises.
        within_s: wall seconds that grading it may take.
        cells: the student's own cells above the solution.
        or_reviewed: whether the marks may stay if a person is asked to look at the code.
    """

    name: str
    cell: str
    seen: str
    scores: Mapping[str, float] = field(default_factory=lambda: ATTACKED)
    within_s: float = 15.0
    cells: tuple[str, ...] = ()
    or_reviewed: bool = False

    def notebook(self, places: Mapping[str, str]) -> Any:
        notebook = submission({"product": fill(self.cell, places)})
        at = builders.at(notebook, "product-solution")
        own = [builders.code(fill(text, places), id=f"own-{number}") for number, text in enumerate(self.cells)]
        notebook.cells[at:at] = own
        return notebook


def fill(text: str, places: Mapping[str, str]) -> str:
    """Return ``text`` with ``{name}`` replaced for every name of ``places``; other braces stay."""
    for name, value in places.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def at_import(name: str, seen: str, code: str, answer: str = WRONG, **more: Any) -> Attack:
    """Make an attack with hostile ``code`` that runs when the cell does, above a wrong ``answer``."""
    return Attack(name, f"{textwrap.dedent(code).strip()}\n\n{answer}", seen, **more)


def in_call(name: str, seen: str, body: str, above: str = "", **more: Any) -> Attack:
    """Make an attack with hostile code as the ``body`` of ``product(a, b)``, with ``above`` before the function."""
    body = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    return Attack(name, f"{textwrap.dedent(above).strip()}\n\ndef product(a, b):\n{body}\n", seen, **more)


def attacks(*given: Attack) -> Any:
    """Return ``pytest.mark.parametrize`` over ``given``, with their names as ids; a third of them are quick."""
    names = [attack.name for attack in given]
    assert len(set(names)) == len(names), names
    return pytest.mark.parametrize("attack", a_third_quick(given), ids=names)


@dataclass
class Outcome:
    """The result of one order."""

    report: dict[str, Any]
    texts: dict[str, str]
    wall_s: float

    @property
    def scores(self) -> dict[str, float | None]:
        return {exercise["id"]: exercise["score"] for exercise in self.report["exercises"]}

    @property
    def everything(self) -> str:
        return "\n".join(self.texts.values())

    @property
    def shown_text(self) -> str:
        """All texts except the cells' sources, in which an attack would only find its own words."""
        texts = dict(self.texts)
        if "executed.ipynb" in texts:
            cells = json.loads(texts.pop("executed.ipynb"))["cells"]
            texts["outputs"] = "\n".join(_text(output) for cell in cells for output in cell.get("outputs", []))
        return "\n".join(texts.values())

    def messages(self, exercise: str) -> str:
        [result] = [each for each in self.report["exercises"] if each["id"] == exercise]
        return "\n".join(f"{check['name']}: {check['outcome']}: {check['message']}" for check in result["checks"])

    def story(self) -> str:
        """Describe the outcome for a failing test."""
        lines = [f"{self.scores} in {self.wall_s:.1f} s; {self.report['reason']}"]
        lines += [self.messages(exercise["id"]) for exercise in self.report["exercises"]]
        if "executed.ipynb" in self.texts:
            for cell in json.loads(self.texts["executed.ipynb"])["cells"]:
                lines += [_text(output)[:3000] for output in cell.get("outputs", []) if not _is_table(output)]
        return "\n".join(lines)


def _is_table(output: dict[str, Any]) -> bool:
    """Return whether it is this package's own table of checks."""
    return "foundations-checks" in str(output.get("data", {}).get("text/html", ""))


def _text(output: dict[str, Any]) -> str:
    """Return the text of an output, without the traceback, which quotes the source."""
    parts = [output.get(key, "") for key in ("text", "ename", "evalue")] + list(output.get("data", {}).values())
    return "\n".join("".join(part) if isinstance(part, list) else str(part) for part in parts)


class Judge:
    """A judge in a separate process, as this user or as another one."""

    def __init__(self, home: Path, environment: Mapping[str, str], uid: int | None) -> None:
        self.home = home
        self.uid = os.getuid() if uid is None else uid
        self.complaints = home / "stderr.txt"
        requests, self._requests = os.pipe()
        self._replies, replies = os.pipe()
        command = [sys.executable, "-B", str(Path(__file__).with_name("judging.py")), str(requests), str(replies)]
        if uid is not None:
            launcher = str(Path(__file__).with_name("another_user.py"))
            needed = dict.fromkeys((sys.base_prefix, sys.prefix, str(ROOT)))
            command = [sys.executable, "-B", launcher, str(uid), *needed, "--", *command]
        for name in ("tmp", "cwd"):
            (home / name).mkdir()
        hand_over(home, self.uid)
        with self.complaints.open("wb") as complaints:
            self.process = subprocess.Popen(
                command,
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(home), "TMPDIR": str(home / "tmp"), **environment},
                cwd=home / "cwd",
                pass_fds=[requests, replies],
                stdin=subprocess.DEVNULL,
                stdout=complaints,
                stderr=complaints,
            )
        os.close(requests)
        os.close(replies)

    def order(self, **order: Any) -> dict[str, Any]:
        os.write(self._requests, json.dumps(order).encode() + b"\n")
        data, until = b"", time.monotonic() + _PATIENCE_S
        while not data.endswith(b"\n"):
            ready = select.select([self._replies], [], [], max(0.0, until - time.monotonic()))[0]
            part = os.read(self._replies, 1 << 16) if ready else b""
            if not part:
                state = "ended" if ready else "hangs"
                raise AssertionError(f"the judge {state}: {self.complaints.read_text()[-3000:]}")
            data += part
        return json.loads(data)

    def close(self) -> None:
        os.close(self._requests)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self._replies)


def hand_over(folder: Path, uid: int) -> None:
    """Give everything under ``folder`` to ``uid``."""
    if uid != os.getuid():
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, uid, follow_symlinks=False)


@dataclass
class AttackHarness:
    """The course under attack and its judge."""

    course: HostileCourse
    judge: Judge
    matmul: Path
    scratch: HostileCourse
    #: Number of attacks after which an honest notebook follows.
    honest_after: int
    orders: int = 0
    attacked: int = 0
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def places(self) -> dict[str, str]:
        """The paths and the process id that an attacker knows in the worst case."""
        return {
            "course": str(self.course.root),
            "graders": str(self.course.graders),
            "gradebook": str(self.course.gradebook),
            "neighbour": str(self.course.neighbour),
            "source": str(self.course.source),
            "judge": str(self.judge.process.pid),
            "mark": MARK,
            **self.extra,
        }

    def grade(self, path: Path, student: str = "s01", assignment: str = NAME) -> Outcome:
        """Grade the file at ``path``. A judge that raises fails the test."""
        self.orders += 1
        root = self.matmul if assignment == MATMUL else self.course.root
        root = self.scratch.root if path.is_relative_to(self.scratch.root) else root
        out = self.judge.home / "out" / str(self.orders)
        order = {"course": root, "assignment": assignment, "path": path, "student": student, "out": out}
        answer = self.judge.order(**{key: str(value) for key, value in order.items()})
        assert "exception" not in answer, answer["exception"]
        texts = {Path(name).name: Path(name).read_text("utf-8") for name in answer["shown"]}
        shutil.rmtree(out)
        return Outcome(answer["report"], texts, answer["wall_s"])

    def hand_in(self, notebook: Any, student: str = "s01") -> Path:
        """Write ``notebook`` (JSON values, or bytes) to the place of submissions."""
        path = self.course.place(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
        return path

    def honest(self) -> None:
        """Assert that an honest notebook gets its full marks, without a reason or remark."""
        outcome = self.grade(self.hand_in(submission(), "s03"), "s03")
        assert outcome.scores == HONEST, outcome.story()
        assert outcome.report["reason"] is None
        self.must_not_leak(outcome)

    def attack(self, attack: Attack) -> Outcome:
        """Grade ``attack``, then an honest notebook, and assert the guarantees that hold for every attack."""
        self.attacked += 1
        with self.no_remains():
            outcome = self.grade(self.hand_in(attack.notebook(self.places)))
            if self.attacked % self.honest_after == 0:
                self.honest()
        if attack.or_reviewed and outcome.scores == HONEST:
            assert outcome.report["review"] != [], outcome.story()
            self.must_be_harmless(outcome, "", attack.within_s)
        else:
            assert outcome.scores == attack.scores, outcome.story()
            self.must_be_harmless(outcome, attack.seen, attack.within_s)
        return outcome

    def must_be_harmless(self, outcome: Outcome, seen: str, within_s: float = 15.0) -> None:
        """Assert that the attack was carried out, reached no goal, leaked no canary, and did not take long."""
        assert GOT_THROUGH not in outcome.shown_text, outcome.story()
        must_be_plain(outcome.texts["screen.txt"])
        self.must_not_leak(outcome)
        assert re.search(seen, outcome.shown_text), f"no sign of {seen!r} in\n{outcome.story()}"
        assert outcome.wall_s < within_s, f"{outcome.wall_s:.1f} s\n{outcome.story()}"

    def must_not_leak(self, outcome: Outcome) -> None:
        leaked = leaks(outcome.everything, self.course) + leaks(outcome.everything, self.scratch)
        assert leaked == [], f"{leaked}\n{outcome.story()}"

    @contextlib.contextmanager
    def no_remains(self) -> Iterator[None]:
        """Assert that no new process, file or shared memory remains, and that the judge wrote no complaint."""
        before, processes = self.traces(), descendants(self.judge.process.pid)
        yield
        until = time.monotonic() + _SETTLE_S
        while (remaining := descendants(self.judge.process.pid) - processes) and time.monotonic() < until:
            time.sleep(0.01)
        assert remaining == set(), [describe(pid) for pid in remaining]
        assert self.traces() - before == set()
        assert self.judge.process.poll() is None
        assert self.judge.complaints.read_text() == ""

    def traces(self) -> set[str]:
        """Return files of this course and judge, of attacks anywhere else, and shared memory of the judge's user."""
        own = {
            str(path)
            for folder in (self.course.root, self.scratch.root, self.matmul, self.judge.home)
            for path in folder.rglob("*")
            if not path.relative_to(folder).parts[0].startswith((".", "submitted"))  # caches, and submissions
        }
        public = set()
        for folder in PUBLIC:
            with contextlib.suppress(OSError):
                public |= {f"{folder}/{name}" for name in os.listdir(folder) if MARK in name}
        return own | public | set(system_v({self.judge.uid, NOBODY}))


def must_be_plain(screen: str) -> None:
    """Assert that the screen has no control codes for a terminal, and no characters that reorder or hide text."""
    obeyed = [character for character in screen if unicodedata.category(character) == "Cc" and character != "\n"]
    turning = [
        character for character in screen if character in "\u200b\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067"
    ]
    assert (obeyed, turning) == ([], [])


def leaks(text: str, course: HostileCourse) -> list[str]:
    """List the places of ``course`` whose canaries are in ``text``."""
    return sorted(place for place, canary in course.canaries.items() if canary in set(CANARY.findall(text)))


def descendants(pid: int) -> set[int]:
    """Return the living processes below ``pid``, which adopts every orphan below it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                state, parent = Path(f"/proc/{entry}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    children.setdefault(int(parent), []).append(int(entry))
    below_pid, waiting = set(), [pid]
    while waiting:
        children_of_next = children.get(waiting.pop(), [])
        below_pid |= set(children_of_next)
        waiting += children_of_next
    return below_pid


def describe(pid: int) -> str:
    with contextlib.suppress(OSError):
        return f"{pid}: {Path(f'/proc/{pid}/cmdline').read_text().split(chr(0))}"
    return f"{pid}: gone by now"


def system_v(uids: set[int]) -> Iterator[str]:
    """Yield shared memory, queues and semaphores of System V that belong to one of ``uids``."""
    for kind in ("shm", "msg", "sem"):
        with contextlib.suppress(OSError):
            head, *rows = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()
            for row in rows:
                entry = dict(zip(head.split(), row.split(), strict=False))
                if int(entry["uid"]) in uids:
                    yield f"{kind} {entry['key']} of {entry['uid']}"


@contextlib.contextmanager
def open_harness(uid: int | None, honest_after: int) -> Iterator[AttackHarness]:
    """Open a course, and a judge that runs as ``uid`` (``None``: as this process does)."""
    # Not pytest's own folder: no other user may pass through that one.
    root = Path(tempfile.mkdtemp(prefix="harness-"))
    root.chmod(0o755)
    try:
        course = HostileCourse(root / "course").build()
        build_matmul(root / "matmul")
        scratch = HostileCourse(root / "scratch").build(WITH_FILES)
        for folder in ("course", "matmul", "scratch"):
            hand_over(root / folder, os.getuid() if uid is None else uid)
        (root / "home").mkdir()
        judge = Judge(root / "home", {"FOUNDATIONS_TEST_SECRET": course.canaries["environment"]}, uid)
        try:
            harness = AttackHarness(course, judge, root / "matmul", scratch, honest_after)
            harness.honest()  # one-time work (the fork server, a list of fonts) is done before the first attack
            assert harness.grade(course.neighbour, "s02").scores == HONEST
            assert harness.grade(scratch.neighbour, "s02").scores == HONEST
            yield harness
            harness.honest()
        finally:
            judge.close()
    finally:
        shutil.rmtree(root)


def plain_python(code: str, cwd: Path, seconds: float = 20.0) -> str:
    """Return the output of ``code`` when it runs unconfined, in a separate session: the result an attack would get."""
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as process:
        try:
            return process.communicate(timeout=seconds)[0].decode("utf-8", "replace")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
