"""How well a right ``fit`` reads digits: the hidden check's own training, with new images and a new start each time."""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import torch

from benchmarks.results import Result
from foundations.config import Course, find_course

#: Seconds of CPU that a training may take.
CPU_BAR_S = 10.0
#: Standard deviations between the mean of right solutions and the threshold: chance goes this far once in 10^9.
MARGIN = 6.0
_ASSIGNMENT, _EXERCISE = "06_training", "fit"
#: The wrong answers nearest to right: does the threshold alone reject them?
_WRONG = {
    "one step an epoch": ("            sgd_step(model.params, lr)\n", "        sgd_step(model.params, lr)\n"),
    "no shuffle": ("torch.randperm(len(x), generator=generator)", "torch.arange(len(x))"),
    "a tenth of the rate": ("sgd_step(model.params, lr)", "sgd_step(model.params, lr / 10)"),
}


def measure(runs: int = 20, step: Callable[[str, int, int], None] = lambda what, done, of: None) -> Result:
    """Train ``runs`` networks by the instructor's answer, and one by each of a few wrong answers."""
    course = find_course(Path(__file__).parent)
    check, cells = _check(course), _cells(course)
    torch.set_num_threads(1)
    accuracies, seconds = [], []
    for number in range(runs):
        step("trainings", number, runs)
        accuracy, taken = _train(check, "\n\n".join(cells), number)
        accuracies.append(accuracy)
        seconds.append(taken)
    step("trainings", runs, runs)
    wrong = {name: _train(check, _instead(cells, *change), 0)[0] for name, change in _WRONG.items()}
    return _result(accuracies, seconds, wrong, check.THRESHOLD)


def _check(course: Course) -> ModuleType:
    """Return the hidden check, for its images, its sizes and its threshold."""
    path = course.root / "graders" / _ASSIGNMENT / f"test_{_EXERCISE}.py"
    spec = importlib.util.spec_from_file_location("capstone_check", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _cells(course: Course) -> list[str]:
    """Return the given network and the instructor's answers, ``fit`` last."""
    notebook: Any = nbformat.read(course.notebook(_ASSIGNMENT), as_version=4)
    ids = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell.source for cell in notebook.cells}
    return [ids["given-model"], *(text for name, text in ids.items() if name.endswith("-solution"))]


def _instead(cells: list[str], right: str, wrong: str) -> str:
    *others, fit = cells
    assert right in fit, right
    if right.startswith(" "):  # a line that moves behind its loop
        fit = fit.replace(right, "").replace(
            "        logits = model(valid[0])\n", f"{wrong}        logits = model(valid[0])\n"
        )
    return "\n\n".join([*others, fit.replace(right, wrong)])


def _train(check: ModuleType, source: str, seed: int) -> tuple[float, float]:
    """Return the share of hidden images that is read right, and the CPU seconds."""
    names: dict[str, Any] = {"torch": torch}
    exec("import math\n" + source, names)
    generator = torch.Generator().manual_seed(seed)
    train, valid, hidden = check.digits(generator)
    net = names["Net"](784, 50, 10, generator)
    start = time.process_time()
    names[_EXERCISE](net, train, valid, check.EPOCHS, check.RATE, check.BATCH, generator)
    taken = time.process_time() - start
    return float((net(hidden[0]).argmax(1) == hidden[1]).double().mean()), taken


def _result(accuracies: list[float], seconds: list[float], wrong: dict[str, float], threshold: float) -> Result:
    mean, spread = statistics.mean(accuracies), statistics.stdev(accuracies)
    margin = (mean - threshold) / spread
    slowest = max(seconds)
    rows = [
        ["least", f"{min(accuracies):.1%}"],
        ["mean", f"{mean:.1%}"],
        ["most", f"{max(accuracies):.1%}"],
        ["standard deviation", f"{spread:.2%}"],
        ["threshold", f"{threshold:.0%}"],
        ["standard deviations from the mean to the threshold", f"{margin:.1f}"],
        ["CPU of the slowest training", f"{slowest:.2f} s"],
        *([f"for comparison: {name}", f"{share:.1%}"] for name, share in wrong.items()),
    ]
    return Result(
        name="capstone",
        title="Accuracy of the capstone",
        about=f"The instructor's answer to `{_EXERCISE}`, trained as the hidden check trains, {len(accuracies)} times: "
        "each with its own images to learn from, its own start and its own orders.",
        bar=f"the threshold ≥ {MARGIN:.0f} standard deviations below the mean, a training < {CPU_BAR_S:.0f} s of CPU",
        met=margin >= MARGIN and slowest < CPU_BAR_S,
        figures={"accuracies": accuracies, "cpu_s": seconds, "wrong": wrong, "threshold": threshold},
        columns=["", "1,000 images never seen"],
        rows=rows,
        notes=["The wrong ones are told by other checks as well; here is what the accuracy alone says of them."],
    )
