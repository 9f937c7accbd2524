"""The tests that look for leaks and remains do find them."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from attacks.harness import GOT_THROUGH, MARK, WRONG, Attack, AttackHarness, descendants, leaks, must_be_plain, system_v
from attacks.hostile_course import CANARY, PLACES, HostileCourse

README = Path(__file__).with_name("README.md")


def test_canaries_are_found_in_any_text() -> None:
    """Canaries are found by place; a canary of another run does not count."""
    course = HostileCourse(Path("/nonexistent"))
    assert set(course.canaries) == set(PLACES)
    assert leaks(f"x{course.canaries['grader']}y\\n{course.canaries['gradebook']}", course) == ["gradebook", "grader"]
    assert leaks("CANARY-grader-0123456789abcdef", course) == []
    assert all(CANARY.fullmatch(canary) for canary in course.canaries.values())


def test_a_leak_fails(harness: AttackHarness) -> None:
    """An attack that knew a canary would not pass."""
    attack = Attack("leak", f"print({harness.course.canaries['gradebook']!r})\n{WRONG}", "")
    with pytest.raises(AssertionError, match="gradebook"):
        harness.attack(attack)


def test_an_attack_that_got_through_or_never_ran_fails(harness: AttackHarness) -> None:
    """The success is printed; the expected sign of the attack is missing."""
    with pytest.raises(AssertionError, match=GOT_THROUGH):
        harness.attack(Attack("through", f"print('ATTACK-' + 'SUCCEEDED')\n{WRONG}", ""))
    with pytest.raises(AssertionError, match="no sign of 'refused'"):
        harness.attack(Attack("typing error", f"# refused\npront('refused')\n{WRONG}", "refused"))


def test_an_undue_mark_fails(harness: AttackHarness) -> None:
    """A right answer is not an attack."""
    with pytest.raises(AssertionError, match=r"5\.0"):
        harness.attack(Attack("right", "def product(a, b):\n    return (a[:, :, None] * b).sum(1)\n", ""))


def test_remaining_files_are_found(harness: AttackHarness) -> None:
    """Files are found in places where every user may write, and in the judge's own."""
    for folder in ("/dev/shm", "/tmp", harness.judge.home / "tmp", harness.judge.home / "cwd", harness.course.root):
        path = Path(folder, f"{MARK}-left-{os.getpid()}")
        try:
            with pytest.raises(AssertionError, match=path.name), harness.no_remains():
                path.touch()
        finally:
            path.unlink()


def test_remaining_processes_are_found() -> None:
    """A process without a waiting parent, in its own session, is found as well."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        assert child.pid in descendants(os.getpid())
    finally:
        child.kill()
        child.wait()
    assert child.pid not in descendants(os.getpid())


def test_remaining_shared_memory_is_found() -> None:
    """System V's shared memory belongs to no process."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = set(system_v({os.getuid()}))
    number = libc.shmget(0x466E6462, 4096, 0o1600)
    if number < 0:
        pytest.skip("this machine gives no System V shared memory")
    try:
        assert [entry.split()[0] for entry in set(system_v({os.getuid()})) - before] == ["shm"]
    finally:
        libc.shmctl(number, 0, None)


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\rb", "a\u202eb", "a\x9bb", "a\x00"])
def test_a_screen_that_a_terminal_would_obey_fails(text: str) -> None:
    """Text that shows other characters than it has fails as well."""
    must_be_plain("│ ✓ passed: a × b\n")
    with pytest.raises(AssertionError):
        must_be_plain(text)


def test_every_attack_is_in_the_table() -> None:
    """README.md names the tests of this folder, each attack once, and no other."""
    listed = re.findall(r"^\| .+ \| `(test_\w+\.py)` \| (.+) \|$", README.read_text("utf-8"), re.MULTILINE)
    named = [(file, name) for file, cell in listed for name in re.findall(r"`([^`]+)`", cell)]
    assert len(named) == len(set(named))
    assert set(named) == set(_collected())


def _collected() -> list[tuple[str, str]]:
    """List the names of attacks by file, as the modules define them."""
    from attacks import (
        test_forging,
        test_further,
        test_leaving,
        test_notebook,
        test_patching,
        test_reaching_out,
        test_reading,
        test_scratch,
        test_timing,
        test_using_up,
        test_values,
    )

    names: list[tuple[str, str]] = []
    for module, groups in (
        (test_values, (test_values.LISTED, test_values.INVENTED)),
        (test_patching, (test_patching.LISTED, test_patching.INVENTED)),
        (test_reading, (test_reading.LISTED, test_reading.INVENTED)),
        (test_leaving, (test_leaving.IMPORTS, test_leaving.CALLS, test_leaving.OTHERS)),
        (test_using_up, (test_using_up.LISTED, test_using_up.INVENTED)),
        (test_reaching_out, (test_reaching_out.LISTED, test_reaching_out.INVENTED)),
        (test_forging, (test_forging.LISTED, test_forging.INVENTED, test_forging.OTHER_CODE)),
        (test_scratch, (test_scratch.ATTACKS,)),
        (test_further, (getattr(test_further, name) for name in ("FILES", "KERNEL", "STATE", "VALUES", "NAMES"))),
        (test_timing, (test_timing.TRICKS, test_timing.OTHER_CODE)),
        (test_notebook, (test_notebook.MAGICS,)),
    ):
        file = Path(str(module.__file__)).name
        names += [(file, attack.name) for group in groups for attack in group]
    for table in (test_notebook.CHANGES, test_notebook.FILES, test_notebook.PLACES):
        names += [("test_notebook.py", name) for name in table]
    return names
