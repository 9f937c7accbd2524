"""``docs/writing-graders.md`` is a tutorial that works: its steps, taken from the page, end in a proof."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import nbformat
import pytest
from command import Done, foundations

PAGE = Path(__file__).parents[2] / "docs" / "writing-graders.md"
#: Lines that an author writes, in cells, grader, mistakes and right answer.
MOST_LINES = 40


def blocks(page: str) -> list[tuple[str, str]]:
    """Return the code blocks of the page in order: language and text."""
    return re.findall(r"^```(console|markdown|python)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def added(before: str, after: str) -> int:
    """Return the number of lines, without empty ones, that an author has to write to get from one text to the other."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return sum(line.startswith("+ ") and bool(line[2:].strip()) for line in lines)


def write_cell(notebook: Path, name: str | None, text: str) -> int:
    """Replace the cell ``name``, or the text that invites to replace it; return the number of lines written."""
    document = nbformat.read(notebook, as_version=4)
    [cell] = [
        cell
        for cell in document.cells
        if (cell.metadata.get("nbgrader", {}).get("grade_id") == name if name else "Replace this text" in cell.source)
    ]
    lines = added(cell.source, text)
    cell.source = text.rstrip("\n")
    nbformat.write(document, notebook)
    return lines


def follow(page: str, folder: Path, *, proves: bool = True) -> tuple[list[Done], int]:
    """Follow the page's steps in ``folder``; return the commands that were run, and the number of lines written.

    Without ``proves``, the last command is left out.
    """
    done, lines = [], 0
    for language, text in blocks(page):
        title, _, rest = text.partition("\n")
        notebook = next(folder.glob("source/*/*.ipynb"), Path())
        if language == "console":
            for command in text.splitlines():
                if command.startswith("cd "):
                    folder = folder / command.removeprefix("cd ")
                    continue
                program, *arguments = command.split()
                assert program == "foundations"
                if arguments[0] == "prove" and not proves:
                    continue
                done.append(foundations(*arguments, cwd=folder))
        elif language == "markdown":
            lines += write_cell(notebook, None, text)
        elif title.startswith("# cell "):
            lines += write_cell(notebook, title.removeprefix("# cell "), rest)
        else:
            path = folder / title.removeprefix("# ")
            lines += added(path.read_text("utf-8"), rest)  # each file of the page is one that `new` has written
            path.write_text(rest, "utf-8")
    return done, lines


@pytest.mark.slow
def test_the_tutorial_ends_in_a_proof(tmp_path: Path) -> None:
    """Every command succeeds, and the last one proves the exercise without a fault."""
    done, _ = follow(PAGE.read_text("utf-8"), tmp_path)
    assert [(one.returncode, one.stderr if one.returncode else "") for one in done] == [(0, "")] * 3, done[-1].stdout
    words = "✓ moving_average: solution 1 of 1 · 2 of 2 mistakes caught · 1 of 1 right answers accepted"
    assert words in done[-1].stdout


def test_the_author_writes_few_lines(tmp_path: Path) -> None:
    """Lines that the commands have written are not the author's own."""
    done, lines = follow(PAGE.read_text("utf-8"), tmp_path, proves=False)
    assert [one.returncode for one in done] == [0, 0]
    assert 20 < lines <= MOST_LINES


def test_a_step_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    """The fault at the end of the page makes the proof fail."""
    page = PAGE.read_text("utf-8")
    wrong = page.replace(
        "        return np.array([x[i : i + k].mean() for", "        return x[:1]\n        return np.array([0 for"
    )
    assert wrong != page
    done, _ = follow(wrong, tmp_path)
    assert (done[-1].returncode, "moving_average" in done[-1].stdout) == (2, True)
