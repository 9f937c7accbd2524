"""Verdicts on answers that were written from the released texts alone, by people who had not seen the graders.

``python tests/course/untuned.py 04_backward`` grades the answers in ``untuned/04_backward/``. It prints each right
answer that loses points, and each wrong one with its verdict and its name. A person reads the names: one is right if
its hint is about the mistake in the answer's first line.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
from grading import COURSE, ROOT, assignment, exercises, failing, result, rounds, solutions

from foundations.config import Course
from foundations.grading.grader import Grader, Part
from foundations.proving import trimming
from foundations.proving.answers import Answer, read_answers
from foundations.report.model import Exercise
from foundations.session.forkserver import ForkServer

ANSWERS = Path(__file__).parent / "untuned"


def answers(name: str, kind: str) -> list[Answer]:
    """Read the answers of an assignment; a file name that another one equals but for its case ends with ``_``."""
    folder = ANSWERS / name
    found = []
    for exercise in exercises(name):
        paths = (folder / f"{kind}_{exercise}_.txt", folder / f"{kind}_{exercise}.txt")
        found += read_answers(next((path for path in paths if path.is_file()), paths[1]), exercise)
    return found


def graded(name: str, kinds: dict[str, list[Answer]]) -> Iterator[tuple[str, Answer, Exercise]]:
    """Grade all answers, many to a notebook; the other exercises of a notebook have the instructor's solutions."""
    notebook = trimming.trimmed(assignment(name), [answer for listed in kinds.values() for answer in listed])
    with tempfile.TemporaryDirectory() as folder, ForkServer() as forkserver:
        root = Path(folder)
        root.chmod(0o755)  # student processes have another user
        (root / "source" / name).mkdir(parents=True)
        nbformat.write(notebook, root / "source" / name / f"{name}.ipynb")
        shutil.copytree(ROOT / "graders", root / "graders", ignore=shutil.ignore_patterns("__pycache__"))
        with Grader(Course(root, COURSE.settings), name, forkserver=forkserver) as grader:
            for kind, listed in kinds.items():
                for together in rounds(listed):
                    cells = {**solutions(name), **{key: answer.cells for key, answer in together.items()}}
                    nbformat.write(trimming.submission(notebook, cells), root / "submitted.ipynb")
                    report = grader.grade(root / "submitted.ipynb", "student", Part(tuple(together))).report
                    for key, answer in together.items():
                        yield kind, answer, result(report.exercises, key)


def main(name: str) -> None:
    """Print the verdicts that a person has to look at, and their counts."""
    counts: Counter[str] = Counter()
    for kind, answer, exercise in graded(name, {kind: answers(name, kind) for kind in ("right", "wrong")}):
        full = exercise.score == exercise.max_score
        named = [check for check in failing(exercise) if check.misconception]
        verdict = "full points" if full else "named" if named else "loses points"
        counts[f"{kind}: {verdict}"] += 1
        if (kind == "right") != full or kind == "wrong":
            hint = f" => {named[0].misconception}: {named[0].message.partition('Hint: ')[2]}" if named else ""
            print(f"{kind}, {verdict}: {answer.exercise} | {answer.name} | {answer.note}{hint}")
    print(*(f"{count:4} {what}" for what, count in sorted(counts.items())), sep="\n")


if __name__ == "__main__":
    for each in sys.argv[1:]:
        main(each)
