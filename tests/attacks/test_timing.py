"""The clock: CPU time is read from outside, inputs are fresh, and each repetition is checked.

The real hidden tests of ``matmul_elementwise`` (6 points): the tests of speed are for a fast function, not for one that
claims to be fast.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import builders
import pytest
from tiers import a_third_quick

from attacks.harness import GOT_THROUGH, AttackHarness, Outcome
from attacks.hostile_course import MATMUL, matmul_submission

SPEED = "many times faster than three loops"
VALUE = "the product of matrices of many shapes"
RULE = "an elementwise product and a sum, no matrix product"

#: A right answer that is slow: one number at a time.
SLOW = """
def slow(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c
"""
#: A wrong answer that is fast.
FAST = "def fast(a, b):\n    return torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)\n"


@dataclass(frozen=True)
class Trick:
    """An answer to ``matmul_elementwise``. ``fails``: the check that must not pass; ``nothing``: if it is a gate."""

    name: str
    code: str
    fails: str = SPEED
    nothing: bool = False
    #: Whether a person is asked to look at the code.
    reviewed: bool = False


TRICKS = (
    Trick("honest, and slow", "def matmul_elementwise(a, b):\n    return slow(a, b)"),
    Trick(
        "cache by shape",
        """
kept = {}
def matmul_elementwise(a, b):
    key = a.shape, b.shape, a.dtype
    if key not in kept: kept[key] = slow(a, b)
    return kept[key]
""",
        VALUE,
        nothing=True,
    ),
    Trick(
        "cache by shape that waits for the timing",
        """
kept, calls = {}, [0]
def matmul_elementwise(a, b):
    calls[0] += a.shape[1] == 784
    key = a.shape, b.shape, a.dtype
    if a.shape != (1, 784) or key not in kept: kept[key] = slow(a, b)
    return kept[key]
""",
    ),
    Trick(
        "work in a thread after returning",
        """
import threading
def matmul_elementwise(a, b):
    c = fast(a, b)
    threading.Thread(target=lambda: c.copy_(slow(a, b))).start()
    return c
""",
        VALUE,
        nothing=True,
    ),
    Trick(
        "work in a thread only while timed",
        """
import threading
def matmul_elementwise(a, b):
    if a.shape[1] != 784: return slow(a, b)
    c = fast(a, b)
    threading.Thread(target=lambda: c.copy_(slow(a, b))).start()
    return c
""",
        VALUE,
        nothing=True,
    ),
    Trick(
        "extra threads",
        """
import threading
torch.set_num_threads(8)
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = fast(a, b)
    def column(j):
        c[:, j:j + 1] = slow(a, b[:, j:j + 1])
    workers = [threading.Thread(target=column, args=(j,)) for j in range(b.shape[1])]
    for one in workers: one.start()
    for one in workers: one.join()
    return c
""",
    ),
    Trick(
        "precompute while idle",
        """
import gc, threading, time
ready = {}
def watch():
    # What was asked before is computed for every tensor that can be found, in the hope that it is asked again.
    while True:
        time.sleep(0.01)
        try:
            pairs = [one for one in gc.get_objects() if type(one) is torch.Tensor and 784 in one.shape]
            for a in [one for one in pairs if one.shape[1] == 784][:1]:
                for b in [one for one in pairs if one.shape[0] == 784][:1]:
                    ready[(a.sum().item(), b.sum().item())] = slow(a, b)
        except Exception: pass
threading.Thread(target=watch, daemon=True).start()
def matmul_elementwise(a, b):
    if a.shape[1] == 784:
        return ready.get((a.sum().item(), b.sum().item()), None) or slow(a, b)
    return slow(a, b)
""",
        reviewed=True,
    ),
    Trick(
        "precompute while idle, without a thread",
        """
import gc, signal
ready = {}
def watch(*ignored):
    for a in [one for one in gc.get_objects() if type(one) is torch.Tensor and one.dim() == 3]:
        ready[a.shape] = a.sum().item()
signal.signal(signal.SIGALRM, watch)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
def matmul_elementwise(a, b):
    return slow(a, b)
""",
        reviewed=True,
    ),
    Trick(
        "patched clock",
        """
import time, os, resource
for module in (time, os, resource):
    for name in ("time", "perf_counter", "monotonic", "process_time", "thread_time", "clock_gettime", "times",
                 "getrusage"):
        for suffix in ("", "_ns"):
            if hasattr(module, name + suffix): setattr(module, name + suffix, lambda *a: 0)
def matmul_elementwise(a, b):
    return slow(a, b)
""",
    ),
    Trick(
        "forbidden only while timed",
        "def matmul_elementwise(a, b):\n    return a @ b if a.shape[1] == 784 else slow(a, b)",
        RULE,
        nothing=True,
    ),
    Trick(
        "wrong only while timed",
        "def matmul_elementwise(a, b):\n    return fast(a, b) if (a.shape[0], b.shape[1]) == (1, 2) else slow(a, b)",
    ),
    Trick(
        "wrong for all but the first repetition",
        """
seen = [0]
def matmul_elementwise(a, b):
    if (a.shape[0], b.shape[1]) == (1, 2):
        seen[0] += 1
        if seen[0] % 2 == 0: return fast(a, b)
    return slow(a, b)
""",
    ),
    Trick(
        "sleeping instead of computing",
        """
import time
def matmul_elementwise(a, b):
    time.sleep(0.001)
    return slow(a, b)
""",
    ),
)

#: How values were computed is partly the student process's own claim: a person is asked about code that reaches for it.
OTHER_CODE = (
    Trick(
        "the batch answered at once, in the place of our code",
        """
import gc
for one in gc.get_objects():
    if type(one).__name__ == "Server":
        one.operations["batch"] = lambda function, stacks, count, **more: {
            "value": torch.bmm(*stacks), "error": None, "printed": ""}
print("batch replaced")
def matmul_elementwise(a, b):
    return slow(a, b)
""",
    ),
)


def grade(harness: AttackHarness, trick: Trick) -> Outcome:
    path = harness.matmul / "submitted" / "s01" / MATMUL / f"{MATMUL}.ipynb"
    builders.write(matmul_submission({"matmul_elementwise": f"{SLOW}\n{FAST}\n{trick.code}\n"}), path)
    return harness.grade(path, assignment=MATMUL)


@pytest.mark.parametrize("trick", a_third_quick(TRICKS), ids=lambda trick: trick.name)
def test_timing_trick_loses_speed(harness: AttackHarness, trick: Trick) -> None:
    """The right check fails; the earlier exercises keep their points, and the next submission its own."""
    honest = harness.matmul / "submitted" / "s03" / MATMUL / f"{MATMUL}.ipynb"
    if not honest.exists():
        builders.write(matmul_submission({}), honest)
        harness.grade(honest, "s03", MATMUL)  # the baseline's process exists from now on

    with harness.no_remains():
        outcome = grade(harness, trick)
        after = harness.grade(honest, "s03", MATMUL)

    outcomes = {check["name"]: check["outcome"] for check in outcome.report["exercises"][2]["checks"]}
    assert {outcomes[trick.fails], outcomes[SPEED]} <= {"fail", "not reached"}, outcome.story()
    # How much work of other threads falls into a short call differs from run to run, so more may be lost, or reviewed.
    assert outcome.scores["matmul_elementwise"] == 0 or not trick.nothing, outcome.story()
    assert outcome.report["review"] != [] or not trick.reviewed, outcome.story()
    assert (outcome.scores["matmul_naive"], outcome.scores["frobenius_norm"]) == (5.0, 4.0), outcome.story()
    assert GOT_THROUGH not in outcome.shown_text
    assert after.scores == {"matmul_naive": 5.0, "frobenius_norm": 4.0, "matmul_elementwise": 6.0}, after.story()


@pytest.mark.parametrize("trick", OTHER_CODE, ids=lambda trick: trick.name)
def test_right_values_by_other_code_are_lost_or_reviewed(harness: AttackHarness, trick: Trick) -> None:
    """Right values in little time, by code that the exercise does not use, are lost or reviewed."""
    outcome = grade(harness, trick)
    assert (outcome.scores["matmul_naive"], outcome.scores["frobenius_norm"]) == (5.0, 4.0), outcome.story()
    assert f"{SPEED}: fail" in outcome.messages("matmul_elementwise") or outcome.report["review"] != []


def test_fast_answer_passes(harness: AttackHarness) -> None:
    """The refusals above are evidence: written as the exercise asks, the same answer passes."""
    trick = Trick("fast", "def matmul_elementwise(a, b):\n    assert a.shape[1] == b.shape[0]\n"
                  "    return torch.stack([(row[:, None] * b).sum(0) for row in a])")  # fmt: skip
    outcome = grade(harness, trick)
    assert re.search(rf"{SPEED}: pass", outcome.messages("matmul_elementwise"))
