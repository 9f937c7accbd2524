"""``foundations doctor``: whether this machine can confine student code, and whether all is here that grading needs.

Nothing is guessed from version numbers. Each layer is put on in a forked child that goes on where one is missing, and
a session is then started as grading starts one: what comes of that is the verdict.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import pwd
import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import foundations
from foundations.config import Course, Limits
from foundations.errors import FoundationsError
from foundations.sandbox import layers as sandbox
from foundations.session import messages
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session

SCHEMA = "foundations/doctor/1"

#: What student code cannot do while a layer is in force, in an instructor's words.
DENIES = {
    "parent-death signal": "outlive the grader: when that ends, so does all student code",
    "descriptors": "use a file or connection that the grader has open",
    "environment": "read tokens, paths or names from environment variables",
    "namespaces": "find a network interface, or memory shared by others, even past the filter below",
    "no privileges": "act as root, or use a capability",
    "resource limits": "take more memory, disk, files or threads than allowed",
    "no new privileges": "get rights back through a set-user-id program",
    "file barrier": "open files other than Python's and its libraries': no graders, gradebook, submissions, home",
    "system-call filter": "start programs or processes, use the network, signal or look into other processes",
    "not dumpable": "be looked into by another process of the same user, or leave a core file",
    "self-test": "do any of this all the same: it was tried, and it failed",
}
#: What the judge and the fork server take beside a student's own memory, with room to spare.
_OWN_BYTES = 1_000_000_000
_FORKS = 20
#: Slower than this, something is odd about the machine: 5 to 15 ms are usual.
_SLOW_MS = 100.0


@dataclass(frozen=True)
class Layer:
    """One layer of confinement on this machine. ``reason`` and ``advice`` are empty where it is in force."""

    name: str
    mandatory: bool
    in_force: bool
    denies: str
    detail: str = ""
    reason: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Fact:
    """Something else that grading needs. ``ok``: whether it is as it should be; ``None`` where that is not known."""

    name: str
    value: str
    ok: bool | None = True


@dataclass
class Findings:
    """All that was found. ``failure``: what went wrong when a session was started as grading does it."""

    layers: list[Layer]
    failure: str | None
    fork_ms: float | None
    facts: list[Fact] = field(default_factory=list)

    @property
    def missing(self) -> list[Layer]:
        """Mandatory layers. That the self-test fails where another one is missing follows from that one."""
        missing = [layer for layer in self.layers if layer.mandatory and not layer.in_force]
        return [layer for layer in missing if layer.name != "self-test"] or missing

    @property
    def may_grade(self) -> bool:
        return not self.missing and self.failure is None

    @property
    def verdict(self) -> str:
        """One sentence."""
        if self.missing:
            names = ", ".join(layer.name for layer in self.missing)
            return f"This machine may not grade: it cannot confine student code. Missing: {names}."
        if self.failure is not None:
            return f"This machine may not grade: a trial of it failed. {self.failure}"
        extra = sum(layer.in_force for layer in self.layers if not layer.mandatory)
        more = f", and {extra} extra one" if extra else ""
        count = len(sandbox.MANDATORY)
        return f"This machine may grade: student code is confined by all {count} mandatory layers{more}."

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "may_grade": self.may_grade,
            "verdict": self.verdict,
            "layers": [asdict(layer) for layer in self.layers],
            "failure": self.failure,
            "fork_and_confine_ms": self.fork_ms,
            "facts": [asdict(fact) for fact in self.facts],
        }


def examine(course: Course | None, limits: Limits | None = None) -> Findings:
    """Look at this machine, and at ``course`` where there is one."""
    limits = limits or Limits()
    told = _in_child(limits)
    failure, fork_ms = _trial(limits)
    findings = Findings(_layers(told), failure, fork_ms)
    findings.facts = [*_software(), _user(told["identity"]), _memory(limits), *_speed(fork_ms), _fonts()]
    if course is not None:
        findings.facts.append(_gradebook(course))
    return findings


def show(findings: Findings, console: Console) -> None:
    """The verdict first, then what it rests on."""
    console.print(findings.verdict, style="bold", markup=False, highlight=False)
    for layer in findings.missing:
        console.print(f"  {layer.name}: {layer.reason}.", markup=False, highlight=False)
        console.print(f"  What to do: {layer.advice}.", markup=False, highlight=False)
    if not findings.may_grade:
        console.print(f"  {_MEANWHILE}", markup=False, highlight=False)
    console.print(_table(findings.layers))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for fact in findings.facts:
        table.add_row(f"  {'!' if fact.ok is False else ' '}", fact.name, escape(fact.value))
    console.print(table)


_MEANWHILE = (
    'Until then every submission is reported "ungraded", and no student code is run. --unsafe-no-sandbox runs it all '
    "the same; such scores are not creditable."
)


def _table(layers: list[Layer]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    table.add_column("layer", no_wrap=True)
    table.add_column("what student code cannot do while it is in force", overflow="fold")
    for layer in layers:
        name = layer.name if layer.mandatory else f"{layer.name} (extra)"
        if layer.in_force:
            table.add_row("✓", name, escape(layer.denies + (f" ({layer.detail})" if layer.detail else "")))
        else:
            why = f"not in force: {layer.reason}" + ("" if layer.mandatory else "; grading does without it")
            table.add_row("✗" if layer.mandatory else "–", name, escape(why))
    return table


# ------------------------------------------------------------------------------------------------ the layers


def _layers(told: dict[str, Any]) -> list[Layer]:
    """Every layer, as the child that tried it has told."""
    found: dict[str, str] = {
        name: rest.rstrip(")") for name, _, rest in (one.partition(" (") for one in told["layers"])
    }
    reasons: dict[str, list[str]] = {name: rest for name, *rest in told["missing"]}
    layers = []
    for name, denies in DENIES.items():
        mandatory = name in sandbox.MANDATORY
        if name in found:
            layers.append(Layer(name, mandatory, True, denies, found[name]))
        else:
            reason, advice = reasons.get(name, [told["end"], "report this with the output of uname -a"])
            layers.append(Layer(name, mandatory, False, denies, "", reason, advice))
    return layers


def _in_child(limits: Limits) -> dict[str, Any]:
    """What a forked process says of the layers that it could put on; ``end`` is how it ended.

    Its parent stands where the fork server stands when grading, and is a child of this one: preparing changes it.
    """
    answers, answer = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            status = _as_fork_server(answer, limits)
        finally:
            os._exit(status)
    os.close(answer)
    with os.fdopen(answers, "rb") as reader:
        text = reader.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    told: dict[str, Any] = {"layers": [], "missing": [], "identity": None}
    told["end"] = f"the process that tried it ended with status {status}"
    with contextlib.suppress(ValueError):
        told |= json.loads(text)
    return told


def _as_fork_server(answer: int, limits: Limits) -> int:
    """Fork one process that confines itself and writes to ``answer``; its exit status, or the number of its signal."""
    plan = sandbox.prepare()
    pid = os.fork()
    if pid == 0:
        try:
            layers, missing = sandbox.confine_unsafely(plan, [answer], limits.memory_bytes)
            whys = [(error.layer, error.reason, error.advice) for error in missing]
            os.write(answer, json.dumps({"layers": layers, "missing": whys, "identity": plan.identity}).encode())
        finally:
            os._exit(0)
    return abs(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _trial(limits: Limits) -> tuple[str | None, float | None]:
    """Start sessions as grading does, and run one cell: what failed, and the median of a start in milliseconds."""
    if find_spec("pytest") is None:
        return "pytest, which runs the hidden tests, is not installed: pip install 'foundations-kit[instructor]'", None
    taken = []
    try:
        with ForkServer() as forkserver:
            for _ in range(_FORKS + 1):
                with Session(forkserver, [(0, "6 * 7")], limits) as session:
                    before = time.perf_counter()
                    session.start()
                    taken.append(time.perf_counter() - before)
                    session.finish()
                    if _said(session) != "42":
                        return "a notebook with the cell 6 * 7 did not answer 42", None
    except Exception as error:  # on a system that nobody has tried, anything may be missing
        return f"{type(error).__name__}: {error}" if not isinstance(error, FoundationsError) else str(error), None
    return None, round(1000 * statistics.median(taken[1:]), 1)  # the first one waited for the fork server


def _said(session: Session) -> str | None:
    for output in session.runs[0].outputs:
        if output.get("output_type") == "execute_result":
            return str(output["data"].get("text/plain"))
    return None


# ------------------------------------------------------------------------------------------------ everything else


def _software() -> Iterator[Fact]:
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    yield Fact("system", system, platform.system() == "Linux")
    versions = [f"foundations {foundations.__version__}", f"Python {platform.python_version()}"]
    yield Fact("software", ", ".join(versions + [f"{name} {_version(name)}" for name in ("torch", "pytest")]))
    nbgrader = _version("nbgrader")
    yield Fact("nbgrader", nbgrader or "not installed: grade with --no-gradebook", nbgrader is not None)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


_BECOMES = {
    "nobody": "student code runs as user 65534 (nobody), with no capability",
    "nobody with root's files": "student code runs as user 65534 (nobody), with no capability. It opens files as root, "
    "because nobody else may read this Python; which files, the file barrier decides",
    "itself": "student code runs as the same user, with no capability",
}


def _user(identity: str | None) -> Fact:
    number = os.geteuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = "without a name"
    becomes = "whom student code would run as is not known" if identity is None else _BECOMES[identity]
    return Fact("you", f"user {number} ({name}); {becomes}")


def _memory(limits: Limits) -> Fact:
    """Whether a student process can be given what the limits allow it."""
    free = _free_bytes()
    need = limits.memory_bytes + _OWN_BYTES
    wanted = (
        f"a submission may take {messages.size(limits.memory_bytes)}, grading itself up to {messages.size(_OWN_BYTES)}"
    )
    if free is None:
        return Fact("memory", f"what is free is not known; {wanted}", None)
    value = f"{messages.size(free)} free; {wanted}"
    return Fact("memory", value if free >= need else f"{value}: lower memory_bytes, or close something", free >= need)


def _free_bytes() -> int | None:
    """Of the machine, or of the container where that has less."""
    known = [_meminfo(), _of_container("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current")]
    return min((one for one in known if one is not None), default=None)


def _meminfo() -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_container(most: str, used: str) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(Path(most).read_text("ascii")) - int(Path(used).read_text("ascii"))  # "max" is no number
    return None


def _speed(fork_ms: float | None) -> Iterator[Fact]:
    if fork_ms is not None:
        value = f"{fork_ms:g} ms to start and confine a student process (median of {_FORKS})"
        yield Fact("speed", value, fork_ms <= _SLOW_MS)


def _fonts() -> Fact:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    while not os.path.lexists(folder) and folder != folder.parent:  # False, too, where it cannot be seen
        folder = folder.parent
    if os.access(folder, os.W_OK):
        return Fact("font cache", "can be written: matplotlib looks for fonts once")
    return Fact(
        "font cache", f"{folder} cannot be written: matplotlib looks for fonts at every start, for seconds", None
    )


def _gradebook(course: Course) -> Fact:
    path = course.root / "gradebook.db"
    writable = os.access(course.root, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))
    return Fact("gradebook", f"{path} {'can be written' if writable else 'cannot be written by you'}", writable)
