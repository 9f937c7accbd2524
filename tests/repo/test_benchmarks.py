"""The benchmarks, each in a tiny setting: they measure existing code, and write the values they found."""

from __future__ import annotations

import importlib
import json
import platform
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # the benchmarks are not installed

from benchmarks import (
    capstone,
    confinement,
    course,
    machine,
    naming,
    overhead,
    profile,
    results,
    scaling,
    session,
    speed_verdicts,
    throughput,
)
from benchmarks.__main__ import NAMES
from benchmarks.results import Result
from benchmarks.speed_verdicts import Verdict
from benchmarks.statistic import percentile
from benchmarks.usage import usage

SOME = Result(
    name="some",
    title="Something",
    about="What it is.",
    bar="at most 2 s",
    met=True,
    figures={"median_s": 1.5},
    columns=["what", "median"],
    rows=[["this", "1.5 s"]],
    notes=["A note."],
    command="python -m benchmarks some",
    date="2001-02-03",
    load_before=0.25,
    machine={"cpu": "abacus", "cores": 2, "memory_gib": 1.0, "virtual": False, "kernel": "Linux 6", "python": "3.12.0"}
    | {"torch": "2.6.0"},
)
README = """## Something

What it is.

Bar: at most 2 s: met.

| what | median |
| --- | ---: |
| this | 1.5 s |

- A note.
- 2001-02-03, `python -m benchmarks some`, load average before: 0.2
- abacus, 2 cores, 1.0 GiB, machine, Linux 6, Python 3.12.0, torch 2.6.0
"""


@pytest.fixture(scope="module", autouse=True)
def graders_mark(request: pytest.FixtureRequest) -> None:
    """Declare graders' mark: here the benchmark imports a grader under a pytest that is strict about marks."""
    request.config.addinivalue_line("markers", "foundations_check(name, points, gate): one graded behaviour")


@pytest.mark.parametrize("name", sorted(path.stem for path in Path(naming.__file__).parent.glob("[a-z]*.py")))
def test_every_benchmark_can_be_imported(name: str) -> None:
    """A module that moved would be missed only by the person who measures next."""
    assert importlib.import_module(f"benchmarks.{name}").__doc__


@pytest.mark.slow
def test_sessions_and_kernels_are_timed():
    """Sessions and kernels are timed to their first reply, and a session is quicker than a kernel."""
    steps = []
    result = session.measure(3, 1, step=lambda *step: steps.append(step))
    assert [row[:2] for row in result.rows] == [
        ["session", "3"],
        ["forking and confining", "3"],
        ["fresh Jupyter kernel", "1"],
    ]
    assert result.figures["ratio_of_medians"] > 1
    assert steps[-1] == ("Jupyter kernels", 1, 1)


@pytest.mark.slow
def test_confinement_is_a_ratio_of_pairs():
    """Each pair gives a ratio, and the median ratio is compared with the bar."""
    result = confinement.measure(1)
    assert [result.figures["ratio"]] == result.figures["ratios"]
    assert result.met == (result.figures["ratio"] <= confinement.BAR)


@pytest.mark.slow
def test_costs_of_the_course_add_up():
    """Gradings and runs add up over the assignments; shares are of the whole, and of one core."""
    steps = []
    result = course.measure(1, ["01_matmul"], step=lambda *step: steps.append(step))
    costs = result.figures["graded"]["01_matmul"]
    assert result.figures["wall_s"] == costs["wall"]
    assert result.figures["student_share"] == costs["student_cpu"] / costs["wall"] < 1
    assert costs["student_cpu"] + costs["judge_cpu"] + costs["baseline_cpu"] < 1.1 * costs["wall"]
    assert set(result.figures["visible_checks_s"]["01_matmul"]) >= {"matmul_naive", "frobenius_norm"}
    assert [row[0] for row in result.rows] == ["01_matmul", "**together**"]
    assert steps[-1] == ("notebooks", 2, 2)


@pytest.mark.slow
def test_capstone_measures_accuracy_and_margin():
    """Every training has an accuracy and a price; the margin to the threshold decides; wrong answers are recognised."""
    steps = []
    result = capstone.measure(2, step=lambda *step: steps.append(step))
    assert len(result.figures["accuracies"]) == len(result.figures["cpu_s"]) == 2
    assert (
        min(result.figures["accuracies"]) > result.figures["threshold"] > result.figures["wrong"]["one step an epoch"]
    )
    assert max(result.figures["cpu_s"]) < capstone.CPU_BAR_S
    assert steps[-1] == ("trainings", 2, 2)


@pytest.mark.slow
def test_naming_has_a_cost_for_each_mistake():
    """The median is over all mistakes of all assignments that are measured."""
    steps = []
    result = naming.measure(["04_backward"], every=40, step=lambda *step: steps.append(step))
    assert result.figures["mistakes"] == 3
    assert result.met == (result.figures["median_s"] <= naming.BAR_S)
    assert [row[0] for row in result.rows] == ["04_backward", "**all**"]
    assert steps == [("04_backward", 0, 1)]


@pytest.mark.slow
def test_parts_of_the_overhead_add_up():
    """The parts add up to the overhead, and the overhead and the student to the whole."""
    parts = overhead.measure(1).figures["median_s"]
    named = ("baseline_cpu", "judge_cpu", "waiting")
    assert sum(parts[name] for name in named) == pytest.approx(parts["overhead"])
    assert parts["overhead"] + parts["student_cpu"] == pytest.approx(parts["wall"])
    assert parts["judge_cpu"] > parts["pytest"] > parts["read"] > 0


@pytest.mark.slow
def test_profile_has_each_cell_and_exercise():
    """The parts add up to the whole of judge and student, with a part for each cell and each exercise."""
    steps = []
    result = profile.measure(1, ["01_matmul"], step=lambda *step: steps.append(step))
    parts = result.figures["parts"]["01_matmul"]
    assert sum(parts["judge"].values()) == result.figures["judge_s"]["01_matmul"]
    assert {"pytest", "reading and repair", "suspicion", "hidden tests of matmul_naive"} <= set(parts["judge"])
    assert {"cell 3", "hidden tests of matmul_naive", "other processes: batch"} <= set(parts["student"])
    assert steps[-1] == ("notebooks", 1, 1)


@pytest.mark.slow
def test_both_commands_grade_the_same_notebooks():
    """Both commands grade the same notebooks, each in its own course."""
    result = throughput.measure(notebooks=2, repeats=1)
    runs, ratios = result.figures["runs"], result.figures["ratio"]
    assert [row[0] for row in result.rows] == list(runs)
    *ours, stock = runs
    assert list(ratios) == ours == ["foundations grade --workers 2", "foundations grade --workers 1"]
    for who in ours:
        assert ratios[who] == pytest.approx(runs[stock][0]["wall_s"] / runs[who][0]["wall_s"])
        assert runs[who][0]["cpu_s"] > result.figures["timing"][0]["student_cpu_s"] > 0


@pytest.mark.slow
def test_scaling_has_a_row_for_each_part():
    """The last one has all submissions; those in the gradebook cost more."""
    result = scaling.measure(submissions=40, in_gradebook=10)
    assert [row[0] for row in result.rows] == [str(number) for number in range(4, 44, 4)]
    assert result.figures["record_s"] > 0
    assert result.figures["bytes"] < 1e6


def test_submissions_of_the_throughput_differ(tmp_path):
    """Every submission differs from every other, and none of the excluded ones is among them."""
    throughput.hand_in(tmp_path, 20)
    texts = {path.read_text("utf-8") for path in tmp_path.glob("*/01_matmul/01_matmul.ipynb")}
    assert len(texts) == 20
    assert not [text for text in texts if "os._exit" in text or "while True" in text]


@pytest.mark.slow
def test_speed_verdicts_continue_after_an_interruption(tmp_path):
    """As many verdicts of each kind under each load as asked for; a second run continues after the first."""
    partial = tmp_path / "partial.jsonl"
    result = speed_verdicts.measure(2, loads=(0, 1), partial=partial)
    groups = [(group["load"], group["kind"], group["verdicts"], group["wrong"]) for group in result.figures["groups"]]
    assert groups == [(0, "right", 2, 0), (0, "too slow", 2, 0), (1, "right", 2, 0), (1, "too slow", 2, 0)]
    before = partial.read_text("utf-8")
    speed_verdicts.measure(2, loads=(0, 1), partial=partial)
    assert partial.read_text("utf-8") == before


def test_the_task_is_the_graders():
    """The speed check that is measured is the one that grades: its threshold is not written down twice."""
    task = speed_verdicts.the_task()
    assert (task.exercise, task.baseline.__name__) == ("matmul_elementwise", "three_loops")
    assert f"min_speedup={task.min_speedup:g}" in Path(task.baseline.__code__.co_filename).read_text("utf-8")


def test_wrong_failed_and_lost_verdicts_count_as_wrong():
    """A wrong verdict, a failed and a lost one are wrong; an inconclusive one is counted separately."""
    verdict = Verdict(8, "right", "by item and stack", 0, "right", 200.0, 2, 0.1, 9.0)
    saids = ["right", "too slow", "inconclusive", "failed: total", "lost: it ended"]
    summary = speed_verdicts.summary(
        [replace(verdict, said=said, factor=100.0 if said == "right" else 0) for said in saids]
    )
    counted = {key: summary[key] for key in ("verdicts", "wrong", "inconclusive")}
    assert counted == {"verdicts": 5, "wrong": 3, "inconclusive": 1}
    assert summary["factor"]["50"] == 100.0


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 3), (100, 5)])
def test_percentile_is_a_value_in_order(percent, value):
    """The function returns values at their place in order."""
    assert percentile([1, 2, 3, 4, 5], percent) == value


def test_usage_counts_what_is_left_behind(tmp_path):
    """CPU time of a process that outlives the command is counted; the command's own exit code is kept."""
    work = "import time\nwhile time.process_time() < 0.3: pass"
    used = usage(["sh", "-c", f'{sys.executable} -c "{work}" & exit 3'], tmp_path, tmp_path / "log")
    assert used.exit == 3
    assert used.cpu_s > 0.3


def test_competitors_end_with_their_block():
    """Competing processes exist while the block runs, and are gone after it."""
    with machine.competitors(2) as processes:
        running = [process.poll() for process in processes]
    assert running == [None, None]
    assert [process.poll() is None for process in processes] == [False, False]


def test_machine_is_anonymous():
    """The machine's description has neither its name nor a path."""
    words = machine.in_words(machine.describe())
    assert platform.node() not in words.split()
    assert "/" not in words


def test_readme_is_made_from_the_results(tmp_path):
    """The README repeats the written results in the same words."""
    path = results.write(SOME, tmp_path)
    assert json.loads(path.read_text("utf-8")) == asdict(SOME)
    assert results.read(tmp_path) == [SOME]
    assert (tmp_path / "README.md").read_text("utf-8").endswith(README)


def test_a_missed_bar_is_marked(tmp_path):
    """The README marks a bar that was missed."""
    results.write(replace(SOME, met=False), tmp_path)
    assert "Bar: at most 2 s: **not met**." in (tmp_path / "README.md").read_text("utf-8")


def test_committed_readme_matches_the_results():
    """The README in the repository matches the results in the repository, and every benchmark is there."""
    assert results.readme() == (results.FOLDER / "README.md").read_text("utf-8")
    assert {result.name for result in results.read()} == set(NAMES)
