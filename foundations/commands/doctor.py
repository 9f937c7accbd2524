"""The command ``foundations doctor``: test whether this machine confines student code, and has all that grading needs.

The verdict does not depend on version numbers. A forked child applies each layer, and continues if one is missing. Then
sessions are started as in grading.
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

#: The effect of each layer: student code cannot do this while the layer is in force.
DENIES = {
    "parent-death signal": "outlive the grader: all student code ends with it",
    "descriptors": "use a file or connection that the grader has open",
    "environment": "read tokens, paths or names from environment variables",
    "namespaces": "find a network interface, or memory shared by others, even past the filter below",
    "no privileges": "act as root, or use a capability",
    "resource limits": "use more memory, disk, files or threads than the limits allow",
    "no new privileges": "regain rights through a set-user-id program",
    "file barrier": "open files other than Python and its libraries: no graders, gradebook, submissions, home",
    "system-call filter": "start programs or processes, use the network, signal or read other processes",
    "not dumpable": "be read by another process of the same user, or leave a core file",
    "self-test": "do any of the above: all of it was tried, and failed",
}
#: Bytes that the judge and the fork server use in addition to a student's memory, generously.
_OWN_BYTES = 1_000_000_000
_FORKS = 20
#: Milliseconds for a start of a student process; 5 to 15 are usual, and a slower machine is reported.
_SLOW_MS = 100.0


@dataclass(frozen=True)
class Layer:
    """One layer of confinement on this machine. ``reason`` and ``advice`` are empty if it is in force."""

    name: str
    mandatory: bool
    in_force: bool
    denies: str
    detail: str = ""
    reason: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Fact:
    """Another requirement of grading. ``ok``: whether the machine meets it; ``None`` if that is unknown."""

    name: str
    value: str
    ok: bool | None = True


@dataclass
class Findings:
    """The results of all tests. ``failure``: the error of a session that was started as in grading; ``None``: none."""

    layers: list[Layer]
    failure: str | None
    fork_ms: float | None
    facts: list[Fact] = field(default_factory=list)

    @property
    def missing(self) -> list[Layer]:
        """The mandatory layers that are missing; the self-test only if no other is, because it fails without each."""
        missing = [layer for layer in self.layers if layer.mandatory and not layer.in_force]
        return [layer for layer in missing if layer.name != "self-test"] or missing

    @property
    def may_grade(self) -> bool:
        return not self.missing and self.failure is None

    @property
    def verdict(self) -> str:
        """Whether this machine may grade, and the reason, in one or two sentences."""
        if self.missing:
            names = ", ".join(layer.name for layer in self.missing)
            return f"This machine may not grade: it cannot confine student code. Missing: {names}."
        if self.failure is not None:
            return f"This machine may not grade, because a trial session failed: {self.failure}"
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
    """Test this machine, and the gradebook of ``course`` if there is one."""
    limits = limits or Limits()
    confined = _confine_child(limits)
    failure, fork_ms = _trial(limits)
    findings = Findings(_layers(confined), failure, fork_ms)
    findings.facts = [*_software(), _user(confined["identity"]), _memory(limits), *_speed(fork_ms), _fonts()]
    if course is not None:
        findings.facts.append(_gradebook(course))
    return findings


def show(findings: Findings, console: Console) -> None:
    """Print the verdict, then the layers and facts that it depends on."""
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
    'Until then every submission is reported "ungraded", and no student code runs. --unsafe-no-sandbox runs it without '
    "confinement; such scores are not creditable."
)


def _table(layers: list[Layer]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    table.add_column("layer", no_wrap=True)
    table.add_column("with this layer, student code cannot …", overflow="fold")
    for layer in layers:
        name = layer.name if layer.mandatory else f"{layer.name} (extra)"
        if layer.in_force:
            table.add_row("✓", name, escape(layer.denies + (f" ({layer.detail})" if layer.detail else "")))
        else:
            why = f"not in force: {layer.reason}" + ("" if layer.mandatory else "; grading does not need it")
            table.add_row("✗" if layer.mandatory else "–", name, escape(why))
    return table


# ------------------------------------------------------------------------------------------------ the layers


def _layers(confined: dict[str, Any]) -> list[Layer]:
    """Return every layer, with the result of the child that tried it."""
    details: dict[str, str] = {
        name: rest.rstrip(")") for name, _, rest in (layer.partition(" (") for layer in confined["layers"])
    }
    reasons: dict[str, list[str]] = {name: rest for name, *rest in confined["missing"]}
    layers = []
    for name, denies in DENIES.items():
        mandatory = name in sandbox.MANDATORY
        if name in details:
            layers.append(Layer(name, mandatory, True, denies, details[name]))
        else:
            reason, advice = reasons.get(name, [confined["end"], "report this with the output of uname -a"])
            layers.append(Layer(name, mandatory, False, denies, "", reason, advice))
    return layers


def _confine_child(limits: Limits) -> dict[str, Any]:
    """Confine a forked process, and return its ``layers``, the ``missing`` ones, its ``identity``, and its ``end``.

    Its parent takes the part of the fork server. It is a child of this process, because preparing changes a process.
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
    confined: dict[str, Any] = {"layers": [], "missing": [], "identity": None}
    confined["end"] = f"the process that tried it ended with status {status}"
    with contextlib.suppress(ValueError):
        confined |= json.loads(text)
    return confined


def _as_fork_server(answer: int, limits: Limits) -> int:
    """Fork a process that confines itself and writes to ``answer``. Return its exit status, or its signal's number."""
    plan = sandbox.prepare()
    pid = os.fork()
    if pid == 0:
        try:
            layers, missing = sandbox.confine_unsafely(plan, [answer], limits.memory_bytes)
            reasons = [(error.layer, error.reason, error.advice) for error in missing]
            os.write(answer, json.dumps({"layers": layers, "missing": reasons, "identity": plan.identity}).encode())
        finally:
            os._exit(0)
    return abs(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _trial(limits: Limits) -> tuple[str | None, float | None]:
    """Start sessions as in grading, and run one cell. Return the failure, and the median of a start in milliseconds."""
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
                    if _result(session) != "42":
                        return "the cell 6 * 7 did not give 42; please report this with the output of uname -a", None
    except Exception as error:  # on an untried system anything may be missing
        return f"{type(error).__name__}: {error}" if not isinstance(error, FoundationsError) else str(error), None
    return None, round(1000 * statistics.median(taken[1:]), 1)  # the first one waited for the fork server


def _result(session: Session) -> str | None:
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
    "because only root may read this Python; the file barrier decides which files",
    "itself": "student code runs as the same user, with no capability",
}


def _user(identity: str | None) -> Fact:
    number = os.geteuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = "without a name"
    becomes = "the user that student code would run as is unknown" if identity is None else _BECOMES[identity]
    return Fact("you", f"user {number} ({name}); {becomes}")


def _memory(limits: Limits) -> Fact:
    """Compare the free memory with the memory that the limits allow a student process."""
    free = _free_bytes()
    need = limits.memory_bytes + _OWN_BYTES
    wanted = (
        f"a submission may use {messages.size(limits.memory_bytes)}, grading itself up to {messages.size(_OWN_BYTES)}"
    )
    if free is None:
        return Fact("memory", f"the free memory is unknown; {wanted}", None)
    value = f"{messages.size(free)} free; {wanted}"
    return Fact("memory", value if free >= need else f"{value}; lower memory_bytes, or close programs", free >= need)


def _free_bytes() -> int | None:
    """Return the free memory of the machine, or of the container if it has less; ``None`` if both are unknown."""
    free = [_meminfo(), _of_container("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current")]
    return min((size for size in free if size is not None), default=None)


def _meminfo() -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_container(most: str, used: str) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(Path(most).read_text("ascii")) - int(Path(used).read_text("ascii"))  # "max" is not a number
    return None


def _speed(fork_ms: float | None) -> Iterator[Fact]:
    if fork_ms is not None:
        value = f"{fork_ms:g} ms to start and confine a student process (median of {_FORKS})"
        yield Fact("speed", value, fork_ms <= _SLOW_MS)


def _fonts() -> Fact:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    while not os.path.lexists(folder) and folder != folder.parent:  # False as well if a parent denies access
        folder = folder.parent
    if os.access(folder, os.W_OK):
        return Fact("font cache", "can be written: matplotlib searches for fonts once")
    return Fact(
        "font cache",
        f"{folder} cannot be written, so that matplotlib searches for fonts at every start, for seconds; make it "
        "writable for you",
        None,
    )


def _gradebook(course: Course) -> Fact:
    path = course.root / "gradebook.db"
    writable = os.access(course.root, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))
    state = "can be written" if writable else "cannot be written by you; change its permissions or its folder's"
    return Fact("gradebook", f"{path} {state}", writable)
