"""Speed verdicts are right for fast, slow and dishonest functions."""

from __future__ import annotations

import contextlib
import inspect
import math
import os
import statistics
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from foundations.config import RIGHT, Limits
from foundations.errors import CourseError, SessionLost
from foundations.grading import speed
from foundations.grading.compare import CheckFailed, Finding, Inconclusive
from foundations.grading.hidden_tests import importable
from foundations.grading.misconceptions import Observation
from foundations.grading.pytest_plugin import exercise_of
from foundations.grading.speed import SpeedVerdict, Stopwatch, Task
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session

_LOOP = """
import torch
def total(x):
    value = torch.zeros(())
    for number in x:
        value = value + number * number
    return value
"""
_RIGHT = "def total(x):\n    return (x * x).sum()"
_NEXT_SLOWER = "def total(x):\n    return sum(x * x)"


MODULE_CONSTANT = 30


def loop(x):
    value = torch.zeros(())
    for index in range(len(x)):
        value = value + x[index] * x[index]
    return value


def indebted(x, min_speedup=MODULE_CONSTANT):
    return x


def helped(x):
    return loop(x)


def mistaken(x):
    return x.sum()


def inputs(generator: torch.Generator) -> tuple[torch.Tensor, ...]:
    return (torch.randn(600, generator=generator),)


def expected(x: torch.Tensor) -> torch.Tensor:
    return (x.double() ** 2).sum().float()


TASK = Task("total", loop, inputs, expected, min_speedup=30, label="the speed of the loop")


@pytest.fixture(scope="module")
def stopwatch(forkserver: ForkServer) -> Iterator[Stopwatch]:
    stopwatch = Stopwatch(forkserver)
    yield stopwatch
    stopwatch.close()


@pytest.fixture
def judge(forkserver: ForkServer, stopwatch: Stopwatch):
    def judge_source(source: str, task: Task = TASK) -> SpeedVerdict:
        with Session(forkserver, [(0, source)], Limits()) as student:
            student.finish()
            assert student.runs[0].error is None
            return stopwatch.judge(task, student, torch.Generator().manual_seed(8))

    return judge_source


def test_fast_solution_passes(judge):
    """A solution passes if it replaces the baseline's loop by one operation."""
    assert judge(_RIGHT).passed


@pytest.mark.parametrize("source", [_LOOP, _NEXT_SLOWER])
def test_slow_solution_fails(judge, source):
    """The loop itself fails, and so does the next faster solution."""
    assert not judge(source).passed


def test_verdict_text_has_factor_and_threshold(judge):
    """The verdict's text has the measured and the needed factor."""
    verdict = judge(_RIGHT)
    assert verdict.text == f"{verdict.factor:.0f}× the speed of the loop; 30× needed"


def test_loop_is_about_as_fast_as_itself(judge):
    """The factor of the loop against itself is about 1."""
    assert math.isclose(statistics.median(judge(_LOOP).factor for _ in range(3)), 1, rel_tol=0.6)


def test_students_functions_never_replace_the_baseline(judge):
    """Functions of the student with the baseline's names are not used as the baseline."""
    same_names = (
        "\ndef loop(x):\n    return sum(sum(x) for _ in x)\ndef nothing(*x):\n    return sum(sum(y) for y in x)"
    )
    assert not judge(_NEXT_SLOWER + same_names).passed


def test_patched_clock_has_no_effect(judge):
    """A stopped clock in the student process has no effect, because CPU time is read from outside."""
    patched = "import time, os\nfor name in dir(time):\n    if callable(getattr(time, name)):\n"
    patched += "        setattr(time, name, lambda *a: 0.0)\nos.times = lambda: (0.0,) * 5\n"
    assert not judge(patched + _NEXT_SLOWER).passed


def test_waiting_does_not_count(judge):
    """A solution that sleeps passes, because only CPU time counts."""
    assert judge("import time\ndef total(x):\n    time.sleep(0.0002)\n    return (x * x).sum()").passed


def test_cached_answers_are_wrong(judge):
    """An answer from a cache by shape is wrong, because every input is fresh."""
    cached = "cache = {}\ndef total(x):\n    return cache.setdefault(x.shape, (x * x).sum())"
    with pytest.raises(CheckFailed, match="total, timed on fresh inputs"):
        judge(cached)


def test_results_in_a_shared_buffer_are_wrong(judge):
    """Results that share a buffer all have the last value."""
    buffer = "import torch\nbuffer = torch.zeros(())\ndef total(x):\n    return buffer.copy_((x * x).sum())"
    with pytest.raises(CheckFailed, match="total, timed on fresh inputs"):
        judge(buffer)


def test_one_wrong_repetition_fails(judge):
    """A single wrong repetition fails the check."""
    # The fifth call is made on any machine: three calls size the batch, and there are at least two rounds.
    lazy = "calls = 0\ndef total(x):\n    global calls\n    calls += 1\n"
    lazy += "    return (x * x).sum() if calls != 5 else x[0]"
    with pytest.raises(CheckFailed, match="total, timed on fresh inputs"):
        judge(lazy)


def test_exception_while_timed_is_named(judge):
    """An exception in a late repetition fails the check and is named in the message."""
    raising = "calls = 0\ndef total(x):\n    global calls\n    calls += 1\n"
    raising += "    if calls > 4: raise ValueError('tired')\n    return (x * x).sum()"
    with pytest.raises(CheckFailed, match="total stopped with ValueError while it was timed: tired"):
        judge(raising)


def test_process_that_ends_while_timed_is_lost(judge):
    """A student process that ends during the timing raises SessionLost."""
    with pytest.raises(SessionLost, match="ended the process"):
        judge("import os\ndef total(x):\n    os._exit(3)")


@pytest.mark.parametrize("answer", ["torch.zeros(())", "threads"])
def test_quick_wrong_answer_fails(judge, answer):
    """An answer of the wrong value or type fails, however quick."""
    with pytest.raises(CheckFailed, match="total, timed on fresh inputs"):
        judge(f"import torch\nthreads = 'soon'\ndef total(x):\n    return {answer}")


def test_work_after_the_return_does_not_pass(judge):
    """A thread that works after the return gives a wrong value or is counted in the CPU time."""
    late = "import threading, torch\ndef total(x):\n    value = torch.zeros(())\n"
    late += "    threading.Thread(target=lambda: value.copy_(sum(x * x))).start()\n    return value"
    try:
        passed = judge(late).passed
    except (CheckFailed, SessionLost):
        passed = False
    assert passed is False


def test_work_in_other_threads_counts(judge):
    """The CPU time of all threads of the process counts."""
    spread = "import threading\ndef total(x):\n    parts = {}\n"
    spread += (
        "    work = [threading.Thread(target=lambda i=i: parts.update({i: sum(x[i::4] ** 2)})) for i in range(4)]\n"
    )
    spread += (
        "    [thread.start() for thread in work]; [thread.join() for thread in work]\n    return sum(parts.values())"
    )
    assert not judge(spread).passed


def with_baseline(function) -> Task:
    return Task("total", function, inputs, expected, 30, "the speed of the loop")


def test_baseline_that_cannot_be_defined_is_the_authors_fault(judge):
    """A baseline that cannot be defined raises a CourseError for every student."""
    for _ in range(2):
        with pytest.raises(CourseError, match=r"baseline indebted does not run on its own: .*MODULE_CONSTANT"):
            judge(_RIGHT, with_baseline(indebted))


def test_baseline_that_fails_is_the_authors_fault(judge):
    """A baseline that raises or is wrong while it is timed raises a CourseError."""
    with pytest.raises(CourseError, match=r"baseline helped .* failed: helped stopped with NameError"):
        judge(_RIGHT, with_baseline(helped))
    with pytest.raises(CourseError, match=r"baseline mistaken .* failed: mistaken, timed on fresh inputs"):
        judge(_RIGHT, with_baseline(mistaken))


def test_baseline_process_is_reused(forkserver, stopwatch, judge):
    """The baseline's process serves several students, and its CPU time grows with each."""
    judge(_RIGHT)
    session, before = stopwatch.session, stopwatch.total_cpu_s
    judge(_RIGHT)
    assert stopwatch.session is session
    assert stopwatch.total_cpu_s > before


def test_unused_stopwatch_has_no_cpu_time():
    """A stopwatch that was closed without being used has a total of 0 s."""
    stopwatch = Stopwatch(ForkServer())
    stopwatch.close()
    assert stopwatch.total_cpu_s == 0.0


# Comparison of values, with the scale of a task.


def square(x):
    return {"square": x * x, "sum": x.sum()}


def called_on_itself(names, x, name, factor):
    return names[name](x, factor)


SEVERAL = Task(
    "both",
    square,
    lambda generator: (torch.randn(50, generator=generator),),
    square,
    min_speedup=1e-6,
    label="the speed of itself",
    scale=lambda x: 10.0,
)
_BOTH = "def both(x, factor=1):\n    return {'square': factor * x * x, 'sum': factor * x.sum()}"


def test_several_values_are_compared_by_name(judge):
    """Every named value of a call is compared."""
    assert judge(_BOTH, SEVERAL).passed
    for wrong, message in [
        ("{'square': x * x, 'sum': x.sum() + 0.01}", "sum of both, timed on fresh inputs: the value is wrong"),
        ("{'square': x * x + (x.argsort() == 3) / 50, 'sum': x.sum()}", "square of both, .*: 1 of 50 values are wrong"),
        ("{'square': x * x}", "sum of both, timed on fresh inputs, is None; expected a tensor"),
        ("[x * x, x.sum()]", "square of both, timed on fresh inputs, is None"),
    ]:
        with pytest.raises(CheckFailed, match=message):
            judge(f"def both(x):\n    return {wrong}", SEVERAL)


def test_plain_arguments_reach_the_caller(judge):
    """A grader's function gets text and numbers unchanged, and the scale does not depend on them."""
    caller = {"source": textwrap.dedent(inspect.getsource(called_on_itself)), "function": "called_on_itself"}
    task = replace(SEVERAL, caller=caller, plain=("both", 1))
    assert judge(_BOTH, task).passed
    with pytest.raises(CheckFailed, match="50 of 50 values are wrong"):
        judge(_BOTH, replace(task, plain=("both", 1000)))


def test_scale_widens_the_tolerance(judge):
    """The tolerance is relative to the expected values, or to the task's scale."""
    near = "def total(x):\n    return (x * x).sum() + 0.1"  # of 600
    with pytest.raises(CheckFailed, match="the value is wrong"):
        judge(near)
    assert judge(near, replace(TASK, scale=lambda x: 1e4)).passed


class Recorder:
    """A student that records the tasks of speed checks. All of its other attributes raise CheckFailed."""

    def __init__(self, exercise: str, tasks: dict[str, Task]) -> None:
        self.exercise, self._tasks = exercise, tasks
        self.observations: list[Observation] = []
        self.notes: list[str] = []

    def generator(self, purpose=""):
        return torch.Generator().manual_seed(1)

    def must_be_faster(
        self, baseline, inputs, expected, min_speedup, label, *, caller=None, plain=(), scale=None, rule=None
    ):
        self._tasks[self.exercise] = Task(self.exercise, baseline, inputs, expected, min_speedup, label, scale=scale)

    def on_either(self, attempt, own=None, *, own_first=False):
        return attempt()

    def __getattr__(self, name):
        raise CheckFailed(Finding("existence", f"{name} is not supported"))


class CollectingPlugin:
    """A pytest plugin that runs each hidden test of a course with a recording student."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.timed: set[str] = set()

    def pytest_configure(self, config):
        config.addinivalue_line("markers", "foundations_check: one graded behaviour")

    @pytest.fixture
    def student(self, request):
        exercise = exercise_of(request.node)
        if request.node.get_closest_marker("foundations_check").kwargs["tiebreaker"]:
            self.timed.add(exercise)
        return Recorder(exercise, self.tasks)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        with contextlib.suppress(CheckFailed):
            pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
        return True


@pytest.fixture(scope="module")
def speed_checks() -> dict[str, Task]:
    """The task of every speed check of the course."""
    plugin = CollectingPlugin()
    graders = Path(__file__).parents[2] / "graders"
    options = ["-q", "--tb=no", "--import-mode=importlib", "-c", os.devnull, "-pno:cacheprovider"]
    for folder in graders.glob("[0-9]*"):
        ignored = f"--ignore={folder / RIGHT}"
        with importable(folder):
            roots = f"--rootdir={graders}", f"--confcutdir={graders}"
            pytest.main([*options, *roots, ignored, str(folder)], plugins=[plugin])
    assert len(plugin.tasks) >= 5
    assert plugin.timed == set(plugin.tasks)
    return plugin.tasks


_SPOILT = """
def {exercise}(*inputs):
    return spoilt({baseline}(*inputs))

def spoilt(value):
    if isinstance(value, dict):
        return {{name: spoilt(part) if name == {part!r} or {part!r} is None else part for name, part in value.items()}}
    {spoil}
    return value
"""
_SPOILS = {
    "zeros": "value = torch.zeros_like(value)",
    "one percent more everywhere": "value = 1.01 * value",
    "one percent more in one random entry": "value.view(-1)[torch.randint(value.numel(), ())] *= 1.01",
}


def test_every_speed_check_accepts_right_values(judge, speed_checks):
    """The instructor's function passes the comparison of values in every speed check of the course."""
    for task in speed_checks.values():
        source = f"import torch\n{textwrap.dedent(inspect.getsource(task.baseline))}"
        source += _SPOILT.format(exercise=task.exercise, baseline=task.baseline.__name__, part="", spoil="pass")
        assert judge(source, replace(task, min_speedup=1e-6)).passed


@pytest.mark.parametrize("spoil", _SPOILS)
def test_every_speed_check_rejects_wrong_values(judge, speed_checks, spoil):
    """A wrong entry in any value of an exercise fails, whatever the scale of the tolerance."""
    for task in speed_checks.values():
        expected = task.expected(*task.inputs(torch.Generator().manual_seed(1)))
        for part in expected if isinstance(expected, dict) else [None]:
            source = f"import torch\n{textwrap.dedent(inspect.getsource(task.baseline))}"
            source += _SPOILT.format(
                exercise=task.exercise, baseline=task.baseline.__name__, part=part, spoil=_SPOILS[spoil]
            )
            with pytest.raises(CheckFailed, match=r"timed on fresh inputs: .*wrong"):
                judge(source, task)


def test_inputs_of_speed_checks_are_not_encoded_text(speed_checks):
    """All inputs are random numbers around 0, unlike codes of characters."""
    for task in speed_checks.values():
        for values in task.inputs(torch.Generator().manual_seed(1)):
            assert values.abs().max() < 10
            assert values.min() < 0 < values.max()


# Decisions on made-up measurements.


def decided(*factors: float) -> SpeedVerdict | None:
    return speed._decide(TASK, [speed.Round(1.0, 1 / factor, 0.0) for factor in factors], len(factors))


def test_one_round_is_not_enough():
    """A second round has to agree, however large the factor."""
    assert decided(10_000) is None
    assert decided(10_000, 10_000) is not None


@pytest.mark.parametrize(("factor", "passed"), [(200, True), (5, False)])
def test_two_rounds_decide_far_from_the_threshold(factor, passed):
    """Two rounds that agree are enough far from the threshold, on either side."""
    verdict = decided(factor, factor)
    assert verdict is not None
    assert (verdict.passed, verdict.rounds) == (passed, 2)
    assert math.isclose(verdict.factor, factor)


@pytest.mark.parametrize("factor", [31, 29])
def test_no_verdict_near_the_threshold(factor):
    """There is no verdict close to the threshold, however well the rounds agree."""
    assert decided(*[factor] * speed._MAX_ROUNDS) is None


def test_scatter_delays_the_verdict():
    """Rounds that disagree decide later than rounds that agree."""
    assert decided(60, 400) is None
    assert decided(150, 160) is not None


def test_one_round_near_zero_does_not_decide():
    """A single round whose time is 0 after the probe is subtracted does not decide."""
    near = [speed.Round(1.0, 1.02, 1.0), speed.Round(1.0, 1.0, 1.0), speed.Round(1.0, 1.02, 1.0)]
    assert speed._decide(TASK, near, 3) is None
    clear = [speed.Round(1.0, 1.01, 1.0), speed.Round(1.0, 0.99, 1.0), speed.Round(1.0, 1.01, 1.0)]
    verdict = speed._decide(TASK, clear, 3)
    assert verdict is not None
    assert verdict.passed


def test_more_rounds_decide():
    """Ten rounds decide a factor that two equal rounds leave open."""
    assert decided(40, 40) is None
    assert decided(*[40] * 10) is not None


@pytest.mark.parametrize(("factor", "text"), [(212.3, "212"), (10, "10"), (5.6, "5.6"), (0.94, "0.9")])
def test_factor_is_rounded(factor, text):
    """Factors from 10 up have no decimals, and smaller ones have one."""
    assert speed._rounded(factor) == text


class Clock:
    """Made-up CPU times: ``baseline`` one after the other, ``student`` for each call of the student's function."""

    def __init__(self, baseline: list[float], student: float) -> None:
        self.baseline, self.student = iter(baseline), student

    def __call__(self, session, function, task, generator, size, *, check=True) -> float:
        if function == "loop":
            return next(self.baseline)
        return self.student * size if function == "total" else 0.0


@pytest.fixture
def judged_by(monkeypatch, stopwatch):
    def judge_times(baseline: list[float], student: float) -> SpeedVerdict:
        monkeypatch.setattr(speed, "_cpu", Clock(baseline, student))
        return stopwatch.judge(TASK, None, torch.Generator())

    return judge_times


def test_noisy_rounds_are_discarded(judged_by):
    """A round does not count if its baseline runs differ by more than the allowed factor."""
    verdict = judged_by([1e-3, 9e-3, 1e-3, 1e-3, 1e-3], 1e-5)
    assert (verdict.rounds, round(verdict.factor)) == (4, 100)


def test_noise_is_inconclusive(judged_by):
    """Baseline runs that never agree are inconclusive instead of slow."""
    with pytest.raises(Inconclusive, match="too busy"):
        judged_by([1e-3, 9e-3] * 20, 1e-5)


def test_factor_at_the_threshold_is_inconclusive(judged_by):
    """A factor at the threshold is inconclusive instead of slow."""
    with pytest.raises(Inconclusive, match="30×"):
        judged_by([1e-3] * 40, 1e-3 / 30)
