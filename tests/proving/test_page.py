"""The page of a proof: complete, escaped, and without a request to another host."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from foundations.grading.faults import Fault
from foundations.proving.page import page
from foundations.proving.results import ExerciseProof, Proof, Survivor

EVIL = "<script>alert(1)</script>\x1b[31m&"


def made() -> str:
    survivors = [Survivor("f", EVIL, "a  →  b", "-<b>\n+</b>"), Survivor("f", "kind", "c  →  d", "-c\n+d", "right")]
    entry = ExerciseProof("f", 3, 3.0, 4, 4, 2, 1, 20, 10, survivors)
    fault = Fault(EVIL, Path("/course/graders/a/test_f.py"), 3, exercise="f")
    proof = Proof("a", [entry, ExerciseProof("g", 1)], [fault], [Fault("a remark")], 2.4)
    return page([proof], Path("/course"))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_elements_are_closed_and_harmless() -> None:
    """Text of the course cannot add an element."""
    tags = _Tags()
    tags.feed(made())
    assert tags.open == []
    assert tags.seen & {"script", "img", "link", "b", "a"} == set()


def test_every_number_and_place_is_on_it() -> None:
    """Survivors with an explanation come last."""
    text = made()
    for part in ("3 of 3", "4 of 4", "1 of 2", "10 of 20", "graders/a/test_f.py, line 3", "a remark", "not proved"):
        assert part in text
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    assert text.index("&lt;b&gt;") < text.index("-c\n+d")
    assert 'name="viewport"' in text
