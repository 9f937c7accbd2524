"""Speed verdicts: who is judged how, and what cannot be had by tricks."""

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

from foundations.config import Limits
from foundations.errors import CourseError, SessionLost
from foundations.grading import speed
from foundations.grading.compare import CheckFailed, Finding, Inconclusive
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


def test_right(judge):
    """A solution that does in one operation what the baseline does in many passes."""
    assert judge(_RIGHT).passed


@pytest.mark.parametrize("source", [_LOOP, _NEXT_SLOWER])
def test_too_slow(judge, source):
    """The loop itself, and the solution that is next in speed, do not pass."""
    assert not judge(source).passed


def test_text(judge):
    """The verdict says what was measured and what is needed."""
    verdict = judge(_RIGHT)
    assert verdict.text == f"{verdict.factor:.0f}× the speed of the loop; 30× needed"


def test_two_readers(judge):
    """The measured factor is that of CPU times: the loop against itself is about as fast as itself."""
    assert math.isclose(statistics.median(judge(_LOOP).factor for _ in range(3)), 1, rel_tol=0.6)


def test_baseline_is_never_the_students(judge):
    """What the student calls by the baseline's names is not what the clock compares with."""
    own = "\ndef loop(x):\n    return sum(sum(x) for _ in x)\ndef nothing(*x):\n    return sum(sum(y) for y in x)"
    assert not judge(_NEXT_SLOWER + own).passed


def test_patched_clock(judge):
    """A student's clock that stands still changes nothing: the time is read from outside."""
    patched = "import time, os\nfor name in dir(time):\n    if callable(getattr(time, name)):\n"
    patched += "        setattr(time, name, lambda *a: 0.0)\nos.times = lambda: (0.0,) * 5\n"
    assert not judge(patched + _NEXT_SLOWER).passed


def test_waiting_is_no_work(judge):
    """What counts is CPU time: a solution that lets time pass is as fast as one that does not."""
    assert judge("import time\ndef total(x):\n    time.sleep(0.0002)\n    return (x * x).sum()").passed


def test_cache_by_shape(judge):
    """An answer kept for the next input of the same shape is wrong, for no input comes twice."""
    cached = "cache = {}\ndef total(x):\n    return cache.setdefault(x.shape, (x * x).sum())"
    with pytest.raises(CheckFailed, match="total, timed on fresh inputs"):
        judge(cached)


def test_the_same_buffer(judge):
    """Results that share one buffer are all the last one."""
    buffer = "import torch\nbuffer = torch.zeros(())\ndef total(x):\n    return buffer.copy_((x * x).sum())"
    with pytest.raises(CheckFailed, match="total, timed on fresh inputs"):
        judge(buffer)


def test_one_wrong_repetition(judge):
    """Every repetition is looked at: one wrong answer in many is one too many."""
    # The fifth call is made on any machine: three find out how many make a batch, and there are two rounds at least.
    lazy = "calls = 0\ndef total(x):\n    global calls\n    calls += 1\n"
    lazy += "    return (x * x).sum() if calls != 5 else x[0]"
    with pytest.raises(CheckFailed, match="total, timed on fresh inputs"):
        judge(lazy)


def test_raises_while_it_is_timed(judge):
    """An exception in a late repetition is named."""
    raising = "calls = 0\ndef total(x):\n    global calls\n    calls += 1\n"
    raising += "    if calls > 4: raise ValueError('tired')\n    return (x * x).sum()"
    with pytest.raises(CheckFailed, match="total stopped with ValueError while it was timed: tired"):
        judge(raising)


def test_ends_while_it_is_timed(judge):
    """A student process that ends costs the check and says so."""
    with pytest.raises(SessionLost, match="ended the process"):
        judge("import os\ndef total(x):\n    os._exit(3)")


@pytest.mark.parametrize("answer", ["torch.zeros(())", "threads"])
def test_too_few_answers(judge, answer):
    """An answer of the wrong value or kind is no answer, however quick."""
    with pytest.raises(CheckFailed, match="total, timed on fresh inputs"):
        judge(f"import torch\nthreads = 'soon'\ndef total(x):\n    return {answer}")


def test_work_after_the_return(judge):
    """A thread that goes on after the return is either late, which is wrong, or on the clock, which is slow."""
    late = "import threading, torch\ndef total(x):\n    value = torch.zeros(())\n"
    late += "    threading.Thread(target=lambda: value.copy_(sum(x * x))).start()\n    return value"
    try:
        said = judge(late).passed
    except (CheckFailed, SessionLost):
        said = False
    assert said is False


def test_work_in_other_threads(judge):
    """Other threads of the process are on its clock too."""
    spread = "import threading\ndef total(x):\n    parts = {}\n"
    spread += (
        "    work = [threading.Thread(target=lambda i=i: parts.update({i: sum(x[i::4] ** 2)})) for i in range(4)]\n"
    )
    spread += "    [one.start() for one in work]; [one.join() for one in work]\n    return sum(parts.values())"
    assert not judge(spread).passed


def with_baseline(function) -> Task:
    return Task("total", function, inputs, expected, 30, "the speed of the loop")


def test_baseline_that_does_not_run(judge):
    """A baseline that cannot even be defined is its author's fault, for the second student as for the first."""
    for _ in range(2):
        with pytest.raises(CourseError, match=r"baseline indebted does not run by itself: .*MODULE_CONSTANT"):
            judge(_RIGHT, with_baseline(indebted))


def test_baseline_that_fails(judge):
    """A baseline that raises or is wrong while it is timed is its author's fault, never the student's."""
    with pytest.raises(CourseError, match=r"baseline helped .* failed: helped stopped with NameError"):
        judge(_RIGHT, with_baseline(helped))
    with pytest.raises(CourseError, match=r"baseline mistaken .* failed: mistaken, timed on fresh inputs"):
        judge(_RIGHT, with_baseline(mistaken))


def test_one_baseline_for_a_class(forkserver, stopwatch, judge):
    """The baseline's process is used again, and its CPU time grows with its use."""
    judge(_RIGHT)
    session, before = stopwatch._session, stopwatch.total_cpu_s
    judge(_RIGHT)
    assert stopwatch._session is session
    assert stopwatch.total_cpu_s > before


def test_closed():
    """A stopwatch that was never used, or is closed, has spent nothing."""
    stopwatch = Stopwatch(ForkServer())
    stopwatch.close()
    assert stopwatch.total_cpu_s == 0.0


# Values, by the scale that a task states.


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


def test_several_values(judge):
    """Every value that a call gives is compared, by its name."""
    assert judge(_BOTH, SEVERAL).passed
    for wrong, said in [
        ("{'square': x * x, 'sum': x.sum() + 0.01}", "sum of both, timed on fresh inputs: the value is wrong"),
        ("{'square': x * x + (x.argsort() == 3) / 50, 'sum': x.sum()}", "square of both, .*: 1 of 50 values are wrong"),
        ("{'square': x * x}", "sum of both, timed on fresh inputs, is None; a tensor belongs there"),
        ("[x * x, x.sum()]", "square of both, timed on fresh inputs, is None"),
    ]:
        with pytest.raises(CheckFailed, match=said):
            judge(f"def both(x):\n    return {wrong}", SEVERAL)


def test_plain_arguments(judge):
    """A grader's function gets text and numbers as they are, and no scale of the values depends on them."""
    caller = {"source": textwrap.dedent(inspect.getsource(called_on_itself)), "function": "called_on_itself"}
    task = replace(SEVERAL, caller=caller, plain=("both", 1))
    assert judge(_BOTH, task).passed
    with pytest.raises(CheckFailed, match="50 of 50 values are wrong"):
        judge(_BOTH, replace(task, plain=("both", 1000)))


def test_scale(judge):
    """A difference is judged by the size of the expected values, or by the one that the task states."""
    near = "def total(x):\n    return (x * x).sum() + 0.1"  # of 600
    with pytest.raises(CheckFailed, match="the value is wrong"):
        judge(near)
    assert judge(near, replace(TASK, scale=lambda x: 1e4)).passed


class Listener:
    """A student that only notes which speed checks it would be put to. Every other question fails its check."""

    def __init__(self, exercise: str, stated: dict[str, Task]) -> None:
        self.exercise, self._stated = exercise, stated
        self.observations, self.notes = [], []

    def generator(self, purpose=""):
        return torch.Generator().manual_seed(1)

    def must_be_faster(
        self, baseline, inputs, expected, min_speedup, label, *, caller=None, plain=(), scale=None, rule=None
    ):
        self._stated[self.exercise] = Task(self.exercise, baseline, inputs, expected, min_speedup, label, scale=scale)

    def __getattr__(self, name):
        raise CheckFailed(Finding("existence", f"{name} is not answered"))


class Collecting:
    """A plugin for pytest that has each hidden test of a course call its listener."""

    def __init__(self) -> None:
        self.stated: dict[str, Task] = {}
        self.timed: set[str] = set()

    def pytest_configure(self, config):
        config.addinivalue_line("markers", "foundations_check: one graded behaviour")

    @pytest.fixture
    def student(self, request):
        exercise = exercise_of(request.node)
        if request.node.get_closest_marker("foundations_check").kwargs["tiebreaker"]:
            self.timed.add(exercise)
        return Listener(exercise, self.stated)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        with contextlib.suppress(CheckFailed):
            pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
        return True


@pytest.fixture(scope="module")
def speed_checks() -> dict[str, Task]:
    """The task of every speed check of the course."""
    plugin = Collecting()
    graders = Path(__file__).parents[2] / "graders"
    options = ["-q", "--tb=no", "--import-mode=importlib", "-c", os.devnull, "-pno:cacheprovider"]
    pytest.main([*options, f"--rootdir={graders}", f"--confcutdir={graders}", str(graders)], plugins=[plugin])
    assert len(plugin.stated) >= 5
    assert plugin.timed == set(plugin.stated)
    return plugin.stated


_SPOILT = """
def {exercise}(*inputs):
    return spoilt({baseline}(*inputs))

def spoilt(value):
    if isinstance(value, dict):
        return {{name: spoilt(one) if name == {part!r} or {part!r} is None else one for name, one in value.items()}}
    {spoil}
    return value
"""
_SPOILS = {
    "zeros": "value = torch.zeros_like(value)",
    "one percent more everywhere": "value = 1.01 * value",
    "one percent more in one random entry": "value.view(-1)[torch.randint(value.numel(), ())] *= 1.01",
}


def test_every_speed_check_accepts_right_values(judge, speed_checks):
    """The instructor's own function has the right values in all of them."""
    for task in speed_checks.values():
        source = f"import torch\n{textwrap.dedent(inspect.getsource(task.baseline))}"
        source += _SPOILT.format(exercise=task.exercise, baseline=task.baseline.__name__, part="", spoil="pass")
        assert judge(source, replace(task, min_speedup=1e-6)).passed


@pytest.mark.parametrize("spoil", _SPOILS)
def test_every_speed_check_refuses_wrong_values(judge, speed_checks, spoil):
    """In any of the values that an exercise sets, whatever the tolerance is relative to."""
    for task in speed_checks.values():
        expected = task.expected(*task.inputs(torch.Generator().manual_seed(1)))
        for part in expected if isinstance(expected, dict) else [None]:
            source = f"import torch\n{textwrap.dedent(inspect.getsource(task.baseline))}"
            source += _SPOILT.format(
                exercise=task.exercise, baseline=task.baseline.__name__, part=part, spoil=_SPOILS[spoil]
            )
            with pytest.raises(CheckFailed, match=r"timed on fresh inputs: .*wrong"):
                judge(source, task)


def test_no_text_travels_as_a_tensor(speed_checks):
    """All inputs are drawn: their values are spread around 0, as no codes of characters are."""
    for task in speed_checks.values():
        for values in task.inputs(torch.Generator().manual_seed(1)):
            assert values.abs().max() < 10
            assert values.min() < 0 < values.max()


# How the decision is made, by made-up measurements.


def decided(*factors: float) -> SpeedVerdict | None:
    return speed._decide(TASK, [speed.Round(1.0, 1 / one, 0.0) for one in factors], len(factors))


def test_one_round_decides_nothing():
    """However large the factor, a second round has to say the same."""
    assert decided(10_000) is None
    assert decided(10_000, 10_000) is not None


@pytest.mark.parametrize(("factor", "passed"), [(200, True), (5, False)])
def test_far_from_the_threshold(factor, passed):
    """Two rounds that agree are enough far from the threshold, on either side."""
    verdict = decided(factor, factor)
    assert verdict is not None
    assert (verdict.passed, verdict.rounds) == (passed, 2)
    assert math.isclose(verdict.factor, factor)


@pytest.mark.parametrize("factor", [31, 29])
def test_near_the_threshold(factor):
    """Close to the threshold nothing is said, however well the rounds agree."""
    assert decided(*[factor] * speed._MAX_ROUNDS) is None


def test_scatter_delays():
    """Rounds that disagree decide later than rounds that agree."""
    assert decided(60, 400) is None
    assert decided(150, 160) is not None


def test_one_round_near_zero_decides_nothing():
    """What is left of a quick function after the probe is taken off may be next to nothing by chance."""
    near = [speed.Round(1.0, 1.02, 1.0), speed.Round(1.0, 1.0, 1.0), speed.Round(1.0, 1.02, 1.0)]
    assert speed._decide(TASK, near, 3) is None
    clear = [speed.Round(1.0, 1.01, 1.0), speed.Round(1.0, 0.99, 1.0), speed.Round(1.0, 1.01, 1.0)]
    verdict = speed._decide(TASK, clear, 3)
    assert verdict is not None
    assert verdict.passed


def test_more_rounds_decide():
    """What two rounds leave open, more of the same decide."""
    assert decided(40, 40) is None
    assert decided(*[40] * 10) is not None


@pytest.mark.parametrize(("factor", "text"), [(212.3, "212"), (10, "10"), (5.6, "5.6"), (0.94, "0.9")])
def test_rounded(factor, text):
    """As many digits as mean something."""
    assert speed._rounded(factor) == text


class Clock:
    """Made-up CPU times: ``baseline`` in turn, ``student`` for each call of the student's function."""

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


def test_noisy_rounds_are_thrown_away(judged_by):
    """Rounds around which the baseline disagrees with itself by more than half do not count."""
    verdict = judged_by([1e-3, 9e-3, 1e-3, 1e-3, 1e-3], 1e-5)
    assert (verdict.rounds, round(verdict.factor)) == (4, 100)


def test_nothing_but_noise(judged_by):
    """A machine that never agrees with itself is inconclusive, not slow."""
    with pytest.raises(Inconclusive, match="too busy"):
        judged_by([1e-3, 9e-3] * 20, 1e-5)


def test_too_close(judged_by):
    """A factor at the threshold is inconclusive, not slow."""
    with pytest.raises(Inconclusive, match="30×"):
        judged_by([1e-3] * 40, 1e-3 / 30)
