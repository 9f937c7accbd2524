"""Make the sample class, ``examples/submitted``, from the releases and ``examples/class.toml``: each student's answers.

Run ``python scripts/examples.py`` after a change of a notebook, of a known mistake or of the class.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "course"))

from grading import as_written, read_answers  # noqa: E402 - the tests of graders, whose wrong answers these are

from foundations.grading.misconceptions import Misconception, load_bank  # noqa: E402

CLASS = ROOT / "examples" / "class.toml"
SUBMITTED = ROOT / "examples" / "submitted"

_MARKS = re.compile(r"^.*### (?:BEGIN|END) SOLUTION.*\n?", re.MULTILINE)
_NEXT_CELL = "# %+\n"

Cell = dict[str, Any]


def main() -> None:
    made = submissions(tomllib.loads(CLASS.read_text("utf-8")))
    shutil.rmtree(SUBMITTED, ignore_errors=True)
    for path, text in made.items():
        (SUBMITTED / path).parent.mkdir(parents=True, exist_ok=True)
        (SUBMITTED / path).write_text(text, "utf-8")
    print(f"{len(made)} submissions in {SUBMITTED}")


def submissions(sample_class: dict[str, Any]) -> dict[str, str]:
    """Return the files of ``examples/submitted``: text by path, ``<student>/<assignment>/<assignment>.ipynb``."""
    texts = sample_class["texts"]
    return {
        f"{student}/{assignment}/{assignment}.ipynb": answers.get("file") or notebook(assignment, answers, texts)
        for student, handed_in in sample_class.items()
        if handed_in is not texts
        for assignment, answers in handed_in.items()
    }


def notebook(assignment: str, answers: dict[str, str], texts: dict[str, dict[str, str]]) -> str:
    """Return the release with ``answers``, as JSON without outputs.

    Raises:
        KeyError: ``answers`` contains a name that the assignment or ``texts`` does not have.
    """
    released = _read("release", assignment)
    exercises = [name for name in _solutions(assignment) if name not in texts]
    answerable = {"*", *_solutions(assignment), *(f"check {name}" for name in exercises)}
    if unknown := answers.keys() - answerable:
        raise KeyError(f"{assignment} has no {sorted(unknown)}")
    cells: list[Cell] = []
    for cell in released["cells"]:
        grade_id = _grade_id(cell)
        name = grade_id.removesuffix("-solution")
        if name in texts and name in _solutions(assignment):
            cells.append(_with(cell, _words(cell, texts[name], answers.get(name, answers.get("*", "text: full")))))
        elif grade_id.endswith("-solution"):
            said = answers.get(name, answers.get("*", "solution"))
            *own, last = _sources(assignment, name, said, "".join(cell["source"]))
            cells += [_own_cell(f"own-{name}-{number}", source) for number, source in enumerate(own, 1)]
            cells.append(_with(cell, last))
        elif (check := answers.get(f"check {name}")) is None:
            cells.append(cell)
        elif check != "deleted":
            cells.append(_with(cell, check))
            _flags(cells[-1])["points"] = 1000
    return json.dumps({**released, "cells": cells}, ensure_ascii=False, indent=1) + "\n"


def _sources(assignment: str, exercise: str, said: str, stub: str) -> list[str]:
    """Return the cells of an answer, given as source or by kind and name; the last cell replaces the stub."""
    if "\n" in said:
        return said.rstrip("\n").split(_NEXT_CELL)
    if said in ("stub", "solution"):
        return [stub if said == "stub" else _solutions(assignment)[exercise]]
    kind, _, name = said.partition(": ")
    if kind == "known":
        mistake = _known(assignment)[name]
        if mistake.exercise != exercise:
            raise KeyError(f"{name} is a mistake in {mistake.exercise}, not in {exercise}")
        return list(as_written(mistake).cells)
    return list({answer.name: answer.cells for answer in read_answers(kind, exercise)}[name])


def _words(cell: Cell, texts: dict[str, str], said: str) -> str:
    return "".join(cell["source"]) if said == "stub" else texts[said.removeprefix("text: ")].strip("\n")


@cache
def _known(assignment: str) -> dict[str, Misconception]:
    return {mistake.id: mistake for mistake in load_bank(ROOT / "graders" / assignment).misconceptions}


@cache
def _solutions(assignment: str) -> dict[str, str]:
    """Return the instructor's own answers, by exercise and by written question, without the marks around them."""
    cells = _read("source", assignment)["cells"]
    sources = {_grade_id(cell): "".join(cell["source"]) for cell in cells if _flags(cell).get("solution")}
    return {grade_id.removesuffix("-solution"): _MARKS.sub("", text).strip("\n") for grade_id, text in sources.items()}


@cache
def _read(kind: str, assignment: str) -> Any:
    return json.loads((ROOT / kind / assignment / f"{assignment}.ipynb").read_text("utf-8"))


def _flags(cell: Cell) -> Any:
    return cell["metadata"].get("nbgrader", {})


def _grade_id(cell: Cell) -> str:
    return _flags(cell).get("grade_id", "")


def _with(cell: Cell, text: str) -> Cell:
    """Return a copy of ``cell`` with another source, as the list of lines that notebooks store."""
    changed = copy.deepcopy(cell)
    changed["source"] = text.splitlines(keepends=True)
    return changed


def _own_cell(name: str, text: str) -> Cell:
    cell: Cell = {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [], "source": []}
    return _with(cell, text.strip("\n"))


if __name__ == "__main__":
    main()
