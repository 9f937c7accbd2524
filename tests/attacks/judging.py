"""A judge in a separate process: graders that live on from one submission to the next, as in a class run.

``python judging.py REQUESTS REPLIES``: two descriptors that carry a line of JSON for every order. The texts that
students and instructors would see of each submission are written into a folder, for the test to search.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import nbformat
from rich.console import Console

from foundations.config import find_course
from foundations.grading.grader import Grader
from foundations.report import console as screen
from foundations.report import export
from foundations.report.model import Graded
from foundations.session.forkserver import ForkServer

_PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    requests, replies = int(sys.argv[1]), int(sys.argv[2])
    # Every process that a student process leaves behind, however it forks, becomes this process's child: none can hide.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "subreaper")
    os.set_inheritable(requests, False)
    os.set_inheritable(replies, False)
    graders: dict[tuple[str, str], Grader] = {}
    with (
        ForkServer() as forkserver,
        os.fdopen(requests, "rb") as orders,
        os.fdopen(replies, "wb", buffering=0) as answers,
    ):
        for line in orders:
            order = json.loads(line)
            try:
                answer = grade(forkserver, graders, order)
            except BaseException:
                answer = {"exception": traceback.format_exc()}
            answers.write(json.dumps(answer).encode() + b"\n")
        for grader in graders.values():
            grader.close()


def grade(forkserver: ForkServer, graders: dict[tuple[str, str], Grader], order: dict[str, Any]) -> dict[str, Any]:
    key = order["course"], order["assignment"]
    if key not in graders:
        graders[key] = Grader(find_course(Path(order["course"])), order["assignment"], forkserver=forkserver)
    start = time.monotonic()
    graded = graders[key].grade(Path(order["path"]), order["student"])
    wall_s = time.monotonic() - start
    return {"report": graded.report.to_json(), "shown": shown(graded, Path(order["out"])), "wall_s": wall_s}


def shown(graded: Graded, folder: Path) -> list[str]:
    """Write everything that people see of one submission to files in ``folder``; return their paths."""
    folder.mkdir(parents=True)
    export.write_json(folder / "report.json", [graded.report])
    export.write_junit(folder / "junit.xml", [graded.report])
    if graded.notebook is not None:
        nbformat.write(graded.notebook, folder / "executed.ipynb")
    text = io.StringIO()
    console = Console(file=text, width=200)
    console.print(screen.class_table([graded.report]))
    console.print(screen.exercise_table(graded.report))
    for sentence in screen.remarks(graded.report):
        console.print(sentence, markup=False)
    (folder / "screen.txt").write_text(text.getvalue(), "utf-8")
    return [str(path) for path in sorted(folder.iterdir())]


if __name__ == "__main__":
    main()
