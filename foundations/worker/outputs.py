"""The outputs of one cell or call, recorded in nbformat's form and cut at a limit.

The limit never raises an exception in student code: output beyond the limit is dropped, one line notes the cut, and the
code continues. Dropping the output bounds memory; the judge's limits bound time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

#: The smallest number of characters that an output counts for: even an empty one takes memory in the list.
_LEAST_OUTPUT = 200


class Recorder:
    """Records the outputs of one cell in their order."""

    def __init__(self) -> None:
        self.start(0)

    def start(self, limit: int) -> None:
        """Begin a new cell or call, whose outputs may have ``limit`` characters."""
        self.limit = limit
        self.notes: set[str] = set()
        self._empty()

    def _empty(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.remaining = self.limit
        self.cut = False
        self._clear_first = False

    def clear(self, wait: bool = False) -> None:
        """Drop the outputs so far, either at once or, with ``wait``, when the next output comes."""
        if wait:
            self._clear_first = True
        else:
            self._empty()

    def write(self, name: str, text: str) -> None:
        """Append ``text`` to the stream ``name``, up to the limit."""
        self._prepare()
        if self.cut or not text:
            return
        last = self.outputs[-1] if self.outputs else {}
        new = last.get("output_type") != "stream" or last.get("name") != name
        if new and self.outputs:
            self.remaining -= _LEAST_OUTPUT
        if shown := text[: max(self.remaining, 0)]:
            if new:
                self.outputs.append({"output_type": "stream", "name": name, "text": [shown]})
            else:
                last["text"].append(shown)
        self._charge(len(text))

    def display(self, kind: str, data: dict[str, Any], metadata: dict[str, Any], count: int | None = None) -> None:
        """Append a result or a display; drop all of it if it does not fit."""
        self._prepare()
        size = _LEAST_OUTPUT + _size(data.values()) + _size(metadata.values())
        if self.cut or not self._charge(size):
            return
        output: dict[str, Any] = {"output_type": kind, "data": dict(data), "metadata": dict(metadata)}
        if kind == "execute_result":
            output["execution_count"] = count
        self.outputs.append(output)

    def error(self, name: str, value: str, lines: list[str]) -> None:
        """Append an error. The last one is kept after the cut as well: it explains why a cell stopped."""
        self._prepare()
        output = {"output_type": "error", "ename": name, "evalue": value, "traceback": lines}
        if self.cut and self.outputs[-1]["output_type"] == "error":
            self.outputs[-1] = output
            return
        if not self.cut:
            self._charge(_LEAST_OUTPUT + _size([name, value, *lines]))
        self.outputs.append(output)

    def finish(self) -> list[dict[str, Any]]:
        """Return the outputs, with each stream's parts joined."""
        for output in self.outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        return self.outputs

    def printed(self) -> str:
        """Return the text that was written to both streams, in order."""
        return "".join(item["text"] for item in self.finish() if item["output_type"] == "stream")

    def _prepare(self) -> None:
        if self._clear_first:
            self._empty()

    def _charge(self, size: int) -> bool:
        """Count ``size`` characters and return whether they fit; if not, record a line that notes the cut."""
        self.remaining -= size
        if self.remaining < 0:
            self.cut = True
            text = f"\n[output beyond {self.limit:,} characters was cut]\n"
            self.outputs.append({"output_type": "stream", "name": "stderr", "text": [text]})
        return not self.cut


def _size(values: Iterable[Any]) -> int:
    """Return the number of characters of ``values``, which are texts, bytes or JSON values."""
    return sum(len(value if isinstance(value, str | bytes) else repr(value)) for value in values)


RECORDER = Recorder()


def note(text: str) -> None:
    """Print ``text``, once for each cell or call."""
    if text not in RECORDER.notes:
        RECORDER.notes.add(text)
        print(text)


class Stream(io.TextIOBase):
    """Replaces ``sys.stdout`` or ``sys.stderr``."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str) -> None:
        self.name = f"<{name}>"
        self._stream = name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        RECORDER.write(self._stream, text)
        return len(text)

    def writable(self) -> bool:
        return True


class Publisher(DisplayPublisher):
    """Records the data that ``display`` publishes."""

    def publish(self, data, metadata=None, **kwargs):  # type: ignore[no-untyped-def,override]
        RECORDER.display("display_data", data, metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        RECORDER.clear(wait)


class Hook(DisplayHook):
    """Records the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict, md_dict=None) -> None:  # type: ignore[no-untyped-def]
        RECORDER.display("execute_result", format_dict, md_dict or {}, self.prompt_count)

    def log_output(self, format_dict) -> None:  # type: ignore[no-untyped-def]
        """Skip IPython's log, which would keep a second copy of every result without a limit."""
