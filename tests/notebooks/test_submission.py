"""Submissions are read as data: any bytes give a notebook to grade or one clear sentence."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from builders import (
    ANSWERS,
    ORDER,
    Desk,
    answered,
    answers,
    assert_whole,
    cell,
    code,
    markdown,
    notebook,
    release,
    write,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import v3

from foundations.errors import SubmissionError


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# ------------------------------------------------------------------------------------------------ odd notebooks


def test_byte_order_mark_is_skipped(desk: Desk) -> None:
    """Windows editors write a byte order mark before UTF-8."""
    submission = desk.hand_in_bytes(b"\xef\xbb\xbf" + json.dumps(answered()).encode())
    assert submission.repairs == []
    assert_whole(submission)


def test_source_as_lines_or_as_one_string(desk: Desk) -> None:
    """Both forms that nbformat allows give the same text."""
    nb = json.loads(json.dumps(answered()))
    for item in nb["cells"]:
        item["source"] = item["source"].splitlines(keepends=True)
    submission = desk.hand_in(nb)
    assert submission.repairs == []
    assert [c.source for c in submission.notebook.cells] == [c.source for c in answered().cells]


@pytest.mark.parametrize("given", [None, "", "same", 5, "not valid!", ["a"]])
def test_missing_and_doubled_cell_ids(desk: Desk, given: object) -> None:
    """All cells get new ids, so missing, equal and invalid ids make no difference."""
    nb = json.loads(json.dumps(answered()))
    for item in nb["cells"]:
        item["id"] = given
        if given is None:
            del item["id"]
    submission = desk.hand_in(nb)
    assert submission.repairs == []
    assert_whole(submission)


@pytest.mark.parametrize("minor", [0, 4, 6, None, "x", -1])
def test_minor_versions_of_nbformat_4(desk: Desk, minor: object) -> None:
    """Older and newer minor versions are read without conversion."""
    submission = desk.hand_in(answered() | {"nbformat_minor": minor})
    assert (submission.notebook.nbformat, submission.notebook.nbformat_minor) == (4, 5)
    assert [s for s in submission.repairs if "nbformat" not in s] == []
    assert_whole(submission)


def test_older_minor_version_is_reported(desk: Desk) -> None:
    """An upgrade within nbformat 4 is listed, like every change."""
    submission = desk.hand_in(answered() | {"nbformat_minor": 4})
    assert submission.repairs == ["the notebook was in nbformat 4.4: read as nbformat 4.5"]


@pytest.mark.parametrize("version", [None, "4", True, [], 4.5])
def test_undeclared_version(desk: Desk, version: object) -> None:
    """A notebook that does not declare its version is read as nbformat 4, and a repair reports that."""
    submission = desk.hand_in(answered() | {"nbformat": version})
    assert submission.repairs == ["the notebook did not declare its nbformat: it was read as nbformat 4"]
    assert_whole(submission)


def test_nbformat_3_is_converted(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    """A notebook saved in nbformat 3 is graded, with headings as markdown and an empty stderr."""
    old = nbformat.convert(answered(), 3)
    old.worksheets[0].cells.append(v3.new_heading_cell("Mine", level=2))
    capfd.readouterr()
    submission = desk.hand_in(old)
    assert submission.repairs == ["the notebook was in nbformat 3: converted to nbformat 4"]
    assert submission.notebook.cells[-1].source == "## Mine"
    assert answers(submission) == ANSWERS
    assert_whole(submission)
    assert capfd.readouterr() == ("", "")


def test_hostile_nbformat_3(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    """The converter gets clean cells only: no level of 10**9, no unknown type, no log on stderr."""
    cells = [
        {"cell_type": "heading", "level": 10**9, "source": "x"},
        {"cell_type": "heading", "level": "1", "source": 5},
        {"cell_type": "code", "input": ["a", 5], "metadata": 5},
        {"cell_type": "code", "input": "1", "outputs": [{"output_type": "pyout", "json": "{"}]},
        {"cell_type": ["code"]},
        {},
    ]
    submission = desk.hand_in({"nbformat": 3, "worksheets": [{"cells": cells}, 5, {"cells": 5}, {}]})
    assert [c.source for c in submission.notebook.cells if "nbgrader" not in c.metadata] == [
        "# x",
        "# ",
        "",
        "1",
        "",
        "",
    ]
    assert_whole(submission)
    assert capfd.readouterr() == ("", "")


def test_cells_of_wrong_types_are_left_out(desk: Desk) -> None:
    """An entry that is not a cell is left out and reported; the cells around it are graded."""
    nb = json.loads(json.dumps(answered()))
    nb["cells"][0:0] = [
        5,
        None,
        "cell",
        ["a"],
        {"cell_type": "heading", "source": "x"},
        {"cell_type": "code", "source": 5},
    ]
    submission = desk.hand_in(nb)
    assert submission.repairs == [
        "cell 1 was not a cell but 5: left out",
        "cell 2 was not a cell but None: left out",
        "cell 3 was not a cell but 'cell': left out",
        "cell 4 was not a cell but ['a']: left out",
        "cell 5 was of type 'heading', which notebooks do not have: read as raw text",
        "cell 6 had no readable text: read as empty",
    ]
    assert_whole(submission)


def test_lone_surrogates_are_replaced(desk: Desk) -> None:
    """Text that cannot be encoded would break every file written later; pairs are characters and stay."""
    nb = answered()
    nb.cells.append(code("x = '\ud800'", id="half"))
    nb.cells.append(markdown("\U0001f600", id="smile"))
    submission = desk.hand_in(nb)
    assert [c.source for c in submission.notebook.cells[-2:]] == ["x = '\N{REPLACEMENT CHARACTER}'", "\U0001f600"]
    assert [s.partition(":")[0] for s in submission.repairs] == ["cell 12 had halves of characters in its text"]
    assert nbformat.writes(submission.notebook).encode() != b""


def test_fifty_megabytes_of_outputs(desk: Desk) -> None:
    """A notebook with huge outputs is graded quickly, without the outputs."""
    nb = answered()
    image = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0K" * 3_125_000}}
    lines = {"output_type": "stream", "name": "stdout", "text": ["a line of text, and another\n"] * 800_000}
    cell(nb, "double").outputs = [image, lines]
    write(nb, desk.path)
    assert desk.path.stat().st_size > 49_000_000
    before = time.process_time()
    submission = desk.read(desk.path)
    assert time.process_time() - before < 10  # about 1 s: only a change of order is a failure
    assert submission.repairs == ["the notebook came with about 51 MB of outputs: they were left out"]
    assert_whole(submission)


def test_reading_leaves_stderr_and_warnings_empty(
    desk: Desk, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    """nbformat's warnings about missing and double ids do not reach the person who grades."""
    nb = json.loads(json.dumps(answered()))
    for item in nb["cells"]:
        item["id"] = "same"
    desk.hand_in(nb)
    for item in nb["cells"]:
        del item["id"]
    desk.hand_in(nb)
    assert capfd.readouterr() == ("", "")
    assert [str(warning.message) for warning in recwarn] == []


# ------------------------------------------------------------------------------------------------ any bytes


@pytest.fixture(scope="module")
def shared_desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        yield Desk(Path(folder))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*ORDER, "code", "raw"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(["nbgrader", "source"]), inner)
    ),
    max_leaves=8,
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every place inside a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*here, key)
        yield from paths(child, (*here, key))


def graded_or_refused(desk: Desk, data: bytes) -> None:
    try:
        submission = desk.hand_in_bytes(data)
    except SubmissionError:
        return
    assert_whole(submission)


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(data=st.data(), changes=st.integers(1, 6))
def test_any_json_in_any_place(shared_desk: Desk, data: st.DataObject, changes: int) -> None:
    """A notebook with any value in any place is graded with every graded cell once, or refused."""
    nb = json.loads(json.dumps(answered()))
    for _ in range(changes):
        places: list[tuple[Any, ...] | None] = [*paths(nb)]
        path = data.draw(st.sampled_from(places or [None]))
        if path is None:
            break
        *above, last = path
        table = nb
        for key in above:
            table = table[key]
        action = data.draw(st.sampled_from(["replace", "delete", "double"]))
        if action == "replace":
            table[last] = data.draw(JSON)
        elif action == "delete":
            del table[last]
        elif isinstance(table, list):
            table.insert(data.draw(st.integers(0, len(table))), table[last])
    graded_or_refused(shared_desk, json.dumps(nb).encode())


@FUZZ
@given(seed=st.integers(0, 2**32), flips=st.integers(1, 12))
def test_any_bytes_flipped(shared_desk: Desk, seed: int, flips: int) -> None:
    """A file damaged anywhere is graded or refused."""
    chosen = random.Random(seed)
    data = bytearray(json.dumps(answered()).encode())
    for _ in range(flips):
        data[chosen.randrange(len(data))] = chosen.choice([chosen.randrange(256), *b'"\\{}[],:'])
    graded_or_refused(shared_desk, bytes(data))


@FUZZ
@given(order=st.permutations(range(11)), copies=st.lists(st.integers(0, 10), max_size=4), kept=st.integers(0, 15))
def test_any_order_of_cells(shared_desk: Desk, order: list[int], copies: list[int], kept: int) -> None:
    """Cells in any order, missing or doubled, give the source's order, and no own text is lost."""
    nb = release()
    own = [code(f"own = {number}", id=f"own-{number}") for number in range(3)]
    cells = [nb.cells[place] for place in [*order, *copies]][:kept] + own
    random.Random(kept).shuffle(cells)
    submission = shared_desk.hand_in(notebook(cells))
    sources = [c.source for c in submission.notebook.cells]
    assert [sources.count(c.source) for c in own] == [1, 1, 1]
    assert_whole(submission)
