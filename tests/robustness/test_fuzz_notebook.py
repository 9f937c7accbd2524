"""Notebook files with every kind of damage, read against the real course: repaired, or refused in one sentence.

``tests/notebooks/test_submission.py`` tries values in wrong places of a small notebook. Here the bytes are damaged,
too, time and memory are limited, and the rules read the accepted files as well.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from fuzzing import CASE_BYTES, CASE_S, JUNK, Account, corrupted, damaged, exploded, limited, run_apart, small
from hypothesis import given, seed
from hypothesis import strategies as st

from foundations.config import Limits
from foundations.errors import SubmissionError
from foundations.grading import rules
from foundations.grading.grader import _parameters
from foundations.grading.suspicion import find_suspicions
from foundations.notebooks.source import read_source, release_version
from foundations.notebooks.submission import Submission, read_submission

ROOT = Path(__file__).parents[2]
NAME = "01_matmul"
SOURCE = ROOT / "source" / NAME / f"{NAME}.ipynb"
_OF_ONE = 10
_EVERYTHING = rules.Rule("sums", frozenset(), scalars_only=True)

#: Code that is hard to parse; the judge parses students' cells, and never runs them.
HARD_CODE = [
    "(" * 150 + "1" + ")" * 150, "(" * 5000, "[" * 1000 + "]" * 1000, "-" * 3000 + "1", "not " * 3000 + "1",
    "a" + ".b" * 3000, "a" + "[0]" * 3000, "a" + "()" * 2000, "x = " * 2000 + "1", "1" + "+1" * 5000, "9" * 5000,
    "lambda: " * 500 + "1", "if 1:\n" + "".join(" " * i + "if 1:\n" for i in range(1, 90)) + " " * 99 + "pass",
    "\x00", "x = '\x00'", "\\", "'''", "f'{f\"{1}\"}'", "def f(:", "\ufeffx = 1", "\r", "\x0c\x1c\x85\u2028x",
    "x = 1\n" * 3000, "%%bash\nls", "!ls", "# coding: utf-7\n+AG8-", "é = ﬁ = 1", "𝒎𝒂𝒕𝒎𝒖𝒍 = 1", "del matmul_naive",
    "def matmul_naive(a, b): pass", "class matmul_naive:\n    def __init__(self, *a, **k): pass",
    "matmul_naive = lambda a, b: a @ b", "from torch import *", "getattr(torch, 'mat' + 'mul')",
    "globals()['x'] = exec", "async def f():\n    await x", "match x:\n    case {**y}: pass", "x: int",
    "if x:\n    pass\n" + "elif x:\n    y = 1\n" * 1500, "x = [" * 90 + "y for y in z" + "]" * 90,
    "def matmul_naive(a, b):\n    return " + "a + " * 3000 + "b", "x = (y := 1" + " + (z := 1)" * 1500 + ")",
    "global x\nx = 1", "return 1", "yield", "*a, = b", "print(*[i for i in ()])", "x = 1e999",
    "x = 0x" + "f" * 4000, "x = '" + "\\ud800" * 100 + "'", "(yield) + (x := 1)", "import " + "a." * 3000 + "a",
]  # fmt: skip


@cache
def bases() -> list[Any]:
    """Return a release, a worked notebook with outputs, and one in nbformat 3, as JSON values."""
    release = json.loads((ROOT / "release" / NAME / f"{NAME}.ipynb").read_text("utf-8"))
    worked = json.loads((ROOT / "solutions" / NAME / f"{NAME}.ipynb").read_text("utf-8"))
    for cell in worked["cells"]:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("image/png", None)
    old = nbformat.convert(nbformat.from_dict(json.loads(json.dumps(worked))), 3)
    return [release, worked, json.loads(json.dumps(old))]


@cache
def texts() -> list[bytes]:
    return [json.dumps(base).encode() for base in bases()]


@cache
def locked() -> list[tuple[str, dict[str, Any], str | None]]:
    """Return nbgrader's cells of the release: grade_id, metadata, and the text if it is the instructor's."""
    cells = [cell for cell in release_version(read_source(SOURCE)).cells if "nbgrader" in cell.metadata]
    return [(m.grade_id, m, None if m.solution else c.source) for c in cells for m in [c.metadata.nbgrader]]


# ------------------------------------------------------------------------------------------------------- the invariants


class Reader:
    """Reads bytes as a submission, from a file as the judge does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{NAME}.ipynb"

    def accepted(self, data: bytes, also_rules: bool = False) -> bool:
        """Return whether ``data`` was accepted; assert everything that must hold."""
        self.path.write_bytes(data)
        try:
            submission = read_submission(self.path, SOURCE, Limits())
        except SubmissionError as error:
            refusal = error
        else:
            must_be_whole(submission)
            if also_rules:
                must_be_readable(submission)
            return True
        assert not isinstance(refusal.__cause__, MemoryError)
        assert str(refusal).startswith(f"notebook {self.path.name!r} ")
        assert len(str(refusal)) < 300
        assert "\n" not in str(refusal)
        str(refusal).encode()
        return False


def must_be_whole(submission: Submission) -> None:
    """Assert that every nbgrader cell is there once and in order, and that no value breaks files.

    Locked cells have the instructor's text.
    """
    notebook = submission.notebook
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert [(cell.metadata.nbgrader.grade_id, cell.metadata.nbgrader) for cell in cells] == [
        (grade_id, marks) for grade_id, marks, _ in locked()
    ]
    for cell, (_, _, text) in zip(cells, locked(), strict=True):
        assert text is None or cell.source == text
    for graded in submission.graded:
        assert notebook.cells[graded.index].metadata.nbgrader.grade_id == graded.exercise
        assert graded.points == notebook.cells[graded.index].metadata.nbgrader.points
    assert not any(cell.get("outputs") for cell in notebook.cells)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    assert all("\n" not in sentence and len(sentence) < 500 for sentence in submission.repairs)
    "".join(submission.repairs).encode()


def must_be_readable(submission: Submission) -> None:
    """Read the code of each exercise as the judge does before any of it runs."""
    for graded in submission.graded:
        if graded.solution_index is not None:
            above = [cell.source for cell in submission.notebook.cells[: graded.index] if cell.cell_type == "code"]
            rules.read_source_for(_EVERYTHING, above, graded.exercise)
            _parameters(submission.notebook.cells[graded.solution_index].source, graded.exercise)


def searched(data: bytes) -> bool:
    """Search the code of a whole notebook for hiding, once, as grading does; ``False`` if there is none to search."""
    try:
        cells = json.loads(data)["cells"]
    except (ValueError, KeyError, TypeError):
        return False
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    find_suspicions(code, ["matmul_naive", "frobenius_norm", "matmul_elementwise"])
    return True


# ---------------------------------------------------------------------------------------------------- the cases


def variants(which: int, chosen: random.Random) -> Iterator[bytes]:
    """Return a batch of payloads, all of them nearly the notebook ``which``."""
    for number in range(_OF_ONE):
        match number % 5:
            case 0:
                yield damaged(texts()[which], chosen, texts())
            case 1:
                yield reencoded(corrupted(bases()[which], chosen) if chosen.random() < 0.5 else texts()[which], chosen)
            case _:
                yield corrupted(bases()[which], chosen)


def reencoded(text: bytes, chosen: random.Random) -> bytes:
    """Return the text in another encoding, with marks or without, or in bytes that only look like it."""
    if chosen.random() < 0.3:
        return chosen.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00", b" \n", b"\xef\xbb\xbf" * 2]) + text
    return text.decode("utf-8", "replace").encode(
        chosen.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "latin-1", "cp500"]), "replace"
    )


def with_hard_code(chosen: random.Random) -> bytes:
    """Return the worked notebook with code that is hard to parse, in the student's own cells and in answers."""
    notebook = json.loads(texts()[chosen.choice([0, 1])])
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in chosen.sample(cells, chosen.randint(1, 3)):
        cell["source"] = chosen.choice(["", "".join(cell["source"]) + "\n"]) + chosen.choice(HARD_CODE)
    own = {"cell_type": "code", "metadata": {}, "source": chosen.choice(HARD_CODE)}
    notebook["cells"].insert(chosen.randrange(len(notebook["cells"])), own)
    return json.dumps(notebook).encode()


_KEYS = ["cells", "source", "cell_type", "metadata", "nbgrader", "nbformat", "worksheets", ""]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(_KEYS), inner)
        | st.fixed_dictionaries(
            {
                "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | inner,
                "source": inner,
                "metadata": st.fixed_dictionaries({"nbgrader": inner}) | inner,
                "attachments": inner,
            }
        )
    ),
    max_leaves=12,
)
_SHEETS = st.lists(st.fixed_dictionaries({"cells": JSON}) | JSON, max_size=4)
NOTEBOOKS = st.fixed_dictionaries(
    {"cells": st.lists(JSON, max_size=5) | JSON, "nbformat": st.sampled_from([3, 4]) | JSON, "metadata": JSON}
) | st.fixed_dictionaries({"worksheets": _SHEETS, "nbformat": st.just(3)})


def attempts(examples: int, account: Account, reader: Reader) -> list[Callable[[], None]]:
    """Return the properties as functions without arguments, each over ``examples`` drawn examples."""

    @small(examples)
    @given(st.sampled_from([0, 0, 1, 2]), st.integers(0, 1 << 64))
    def nearly_valid(which: int, number: int) -> None:
        for data in variants(which, random.Random(number)):
            account.case(partial(reader.accepted, data, also_rules=number % 8 == 0))

    @small(examples)
    @given(NOTEBOOKS, st.integers(0, 1 << 64))
    def made(notebook: Any, number: int) -> None:
        account.case(lambda: reader.accepted(json.dumps(notebook).encode()))
        account.case(lambda: reader.accepted(corrupted(notebook, random.Random(number))))

    @small(examples)
    @given(st.integers(0, 1 << 64))
    def hard_code(number: int) -> None:
        data = with_hard_code(random.Random(number))
        account.case(lambda: reader.accepted(data, also_rules=True))
        account.case(lambda: searched(data))

    @small(examples)
    @given(st.binary(max_size=200) | st.sampled_from(JUNK))
    def noise(data: bytes) -> None:
        account.case(lambda: reader.accepted(data))

    return [nearly_valid, made, hard_code, noise]


@pytest.mark.parametrize("which", range(4), ids=["nearly valid", "made", "hard code", "noise"])
def test_any_file_is_repaired_or_refused(which: int, tmp_path: Path) -> None:
    """A case raises no other exception, and takes two seconds of CPU at most."""
    account, reader = Account(), Reader(tmp_path)
    assert reader.accepted(texts()[1], also_rules=True)  # libraries are read once, as in the campaigns
    attempts(60 if which in (1, 3) else 20, account, reader)[which]()
    assert account.cases >= 40


def campaign(examples: str, start: str) -> Account:
    """Try thousands of cases; to be run in a separate process."""
    account, began = Account(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        assert reader.accepted(texts()[1], also_rules=True)
        with limited(CASE_BYTES) as peak:
            for attempt in attempts(int(examples), account, reader):
                seed(int(start))(attempt)()
            account.peak_bytes = peak()
    account.wall_s = time.monotonic() - began
    return account


# ---------------------------------------------------------------------------------------------------------- regressions

_DEEP = "0" + " + 1" * 3000
_ANSWER = "import torch\ndef matmul_naive(a, b):\n    return {}(a, b)"
_DEEP_CELLS = [f"x = {_DEEP}", "if x:\n    pass\n" + "elif x:\n    x = 1\n" * 1500, f"f(y := {_DEEP[:4000]})"]


@pytest.mark.parametrize("cell", _DEEP_CELLS, ids=["sum", "elif", "walrus"])
def test_deep_code_elsewhere_has_no_effect(cell: str) -> None:
    """A sum of thousands of terms is nested as deeply; the rules give the same result as without it."""

    def families(name: str) -> list[str]:
        return [use.family for use in rules.read_source_for(_EVERYTHING, [cell, _ANSWER.format(name)], "matmul_naive")]

    assert families("max") == []
    assert families("torch.matmul") == ["matrix product"]


@pytest.mark.parametrize(
    "cell",
    [
        f"import torch\nown = [torch.matmul, {_DEEP}][0]",
        "if x:\n    pass\n" + "elif x:\n    y = 1\n" * 1500 + "else:\n    own = torch.matmul",
    ],
    ids=["list", "elif"],
)
def test_deep_code_costs_no_marks_and_is_reviewed(cell: str) -> None:
    """Names bound in unreadable code may be anything: the code that runs decides, and a person is asked."""
    cells = [cell, _ANSWER.format("own")]
    written = rules.read_source_for(_EVERYTHING, cells, "matmul_naive")
    assert written != [] or find_suspicions(cells, ["matmul_naive"]) != []


#: Limits for a file of the largest size: bytes of memory, and CPU seconds.
_BOMB_BYTES, _BOMB_S = 2_000_000_000, 20.0


def bombs() -> Iterator[bytes]:
    """Yield files that cost about as much as files of their kind can, each near one or all of the reader's bounds."""
    begin, end = b'{"nbformat":4,"metadata":{"x":[', b'0]},"cells":[]}'
    wide = b'"' + "\N{GRINNING FACE}".encode() + b"a" * 40_000_000 + b'",'
    yield begin + b"0.5," * 15_900_000 + end
    yield begin + wide + b'{"":0},' * 1_900_000 + b'"[[ab",' * 3_900_000 + b"0.5," * 6_000_000 + end
    keys = b",".join(b'"%x":0' % number for number in range(5_900_000))
    yield b'{"nbformat":4,"metadata":{' + keys + b'},"cells":[]}'
    pictures = b",".join(b'"%d":{"image/png":"AAAA"}' % number for number in range(900_000))
    yield b'{"nbformat":4,"cells":[{"cell_type":"markdown","source":"","attachments":{' + pictures + b"}}]}"
    yield begin + wide * 3 + end
    yield json.dumps({"nbformat": 4, "cells": bases()[0]["cells"] * 250}).encode()


def explode() -> Account:
    """Read all bombs, one after the other; to be run in a separate process."""
    account = Account()
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        for data in bombs():
            exploded(data, account, _BOMB_BYTES, _BOMB_S, partial(reader.accepted, data))
    return account


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_largest_notebooks_in_limited_memory() -> None:
    """The files have the greatest allowed numbers of values, lengths of texts, and numbers of cells."""
    assert run_apart("test_fuzz_notebook:explode")["cases"] == 6


def test_reading_asks_for_no_more_memory_than_the_file_needs(tmp_path: Path) -> None:
    """Most files are a few kilobytes, and do not reserve the memory of the largest."""
    reader = Reader(tmp_path)
    tracemalloc.start()
    try:
        reader.accepted(texts()[0])
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_quotations_of_a_submission_are_short(tmp_path: Path) -> None:
    """The quotation is short even if it is a list of dicts of long texts."""
    notebook = json.loads(texts()[0])
    notebook["cells"].append({"cell_type": [{f"{key}" * 40: "x" * 1000 for key in "abcdef"}] * 10, "source": "x"})
    (tmp_path / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    repairs = read_submission(tmp_path / f"{NAME}.ipynb", SOURCE, Limits()).repairs
    assert [len(sentence) < 300 for sentence in repairs] == [True]


def test_pictures_are_weighed_like_text(tmp_path: Path) -> None:
    """The contents of a cell reach every file that is written later."""
    notebook = json.loads(texts()[0])
    picture = {"image/png": "iVBO" * 1000}
    cell = {"cell_type": "markdown", "metadata": {}, "source": "", "attachments": {"a": picture}}
    notebook["cells"].append(cell)
    assert Reader(tmp_path).accepted(json.dumps(notebook).encode())
    cell["attachments"] = {f"{number}": picture for number in range(10_000)}
    assert not Reader(tmp_path).accepted(json.dumps(notebook).encode())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_thousands_of_notebooks_in_limited_memory() -> None:
    """Both accepted and refused files are among them, so that repairs and refusals are both exercised."""
    start = random.SystemRandom().randrange(1 << 32)
    account = run_apart("test_fuzz_notebook:campaign", "600", str(start))
    assert account["cases"] >= 8_000
    assert 0.1 < account["refused"] / account["cases"] < 0.9
    assert account["longest_s"] < CASE_S
    assert account["peak_bytes"] < CASE_BYTES
