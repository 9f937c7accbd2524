"""Outputs of a cell are recorded up to a limit, and the limit does not stop the cell."""

import contextlib
import io
from typing import Any

import pytest

from foundations.worker.outputs import RECORDER, Recorder, Stream, note

CUT = "[output beyond 1,000 characters was cut]"


@pytest.fixture
def recorder():
    recorder = Recorder()
    recorder.start(1000)
    return recorder


def shown(recorder):
    return [
        (o.get("name") or o["output_type"], o.get("text") or o.get("data") or o["evalue"]) for o in recorder.finish()
    ]


def test_streams_are_joined_and_kept_in_order(recorder):
    """A stream continues until another output comes in between."""
    for name, text in (("stdout", "a"), ("stdout", "b"), ("stderr", "c"), ("stdout", "d")):
        recorder.write(name, text)
    recorder.display("display_data", {"text/plain": "e"}, {})

    texts = [("stdout", "ab"), ("stderr", "c"), ("stdout", "d"), ("display_data", {"text/plain": "e"})]
    assert shown(recorder) == texts


def test_text_is_cut_at_the_limit_and_one_line_notes_it(recorder):
    """Later outputs of every kind are dropped."""
    for _ in range(3):
        recorder.write("stdout", "x" * 5000)
        recorder.write("stderr", "y" * 10)
        recorder.display("display_data", {"text/plain": "z"}, {})

    [(_, text), (name, cut)] = shown(recorder)
    assert (set(text), name, cut.strip()) == ({"x"}, "stderr", CUT)
    assert len(text) == 1000


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": "x" * 1001},
        {"image/png": b"x" * 1001},
        {"application/json": {"rows": list(range(1000))}},
        {"text/plain": "x" * 600, "text/html": "x" * 600},
    ],
    ids=["html", "a picture", "values", "two forms"],
)
def test_display_that_does_not_fit_is_dropped_completely(recorder, data):
    """Half a picture cannot be shown; all forms of a display count."""
    recorder.write("stdout", "before")
    recorder.display("display_data", data, {})

    assert [text.strip() for _, text in shown(recorder)] == ["before", CUT]


@pytest.mark.parametrize(
    "flood",
    [
        lambda recorder: recorder.display("display_data", {}, {}),
        lambda recorder: recorder.display("display_data", {"text/plain": ""}, {"text/plain": {"rows": [0] * 100}}),
        lambda recorder: recorder.error("Odd", "", []),
        lambda recorder: [recorder.write("stdout", "."), recorder.write("stderr", ".")],
    ],
    ids=["empty displays", "metadata", "errors", "streams in turns"],
)
def test_many_small_outputs_reach_the_limit(recorder, flood):
    """Each output counts for the memory that it takes, so that memory is bounded."""
    for _ in range(10_000):
        flood(recorder)

    assert len(recorder.finish()) < 10
    assert sum(CUT in output.get("text", "") for output in recorder.finish()) == 1


def test_last_error_is_kept_after_the_cut(recorder):
    """The error explains why the cell stopped."""
    recorder.write("stdout", "x" * 5000)
    recorder.error("First", "1", ["1"])
    recorder.error("Last", "2", ["2"])

    assert [name for name, _ in shown(recorder)] == ["stdout", "stderr", "error"]
    assert recorder.outputs[-1]["ename"] == "Last"


def test_cleared_outputs_do_not_count(recorder):
    """A redrawn picture counts once; with ``wait`` the old picture stays until the new one comes."""
    for number in range(100):
        recorder.clear(wait=True)
        recorder.display("display_data", {"text/plain": f"{number:500}"}, {})
    recorder.clear(wait=True)
    assert [data["text/plain"].strip() for _, data in shown(recorder)] == ["99"]

    recorder.clear()
    assert shown(recorder) == []


def test_note_is_printed_once_for_each_cell():
    """It is printed to the cell's stream, so captured output stays captured."""
    RECORDER.start(1000)
    captured = io.StringIO()
    with contextlib.redirect_stdout(captured):
        for text in ("one", "two", "one"):
            note(text)
    assert captured.getvalue() == "one\ntwo\n"

    RECORDER.start(1000)
    with contextlib.redirect_stdout(captured):
        note("one")
    assert captured.getvalue() == "one\ntwo\none\n"


def test_stream_is_a_text_file_without_a_descriptor():
    """Libraries call the usual methods of text files on it."""
    RECORDER.start(1000)
    stream = Stream("stdout")
    print("text", file=stream, flush=True)
    stream.writelines(["more", "\n"])

    assert (stream.writable(), stream.readable(), stream.isatty(), stream.encoding) == (True, False, False, "utf-8")
    with pytest.raises(io.UnsupportedOperation):
        stream.fileno()
    data: Any = b"bytes"
    with pytest.raises(TypeError):
        stream.write(data)
    assert RECORDER.printed() == "text\nmore\n"
