"""Each wrong kind of file at a submission's path, and each wrong content, gets one clear sentence."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from builders import (
    KERNEL,
    Desk,
    answered,
    assert_whole,
    cell,
    write,
)

from foundations.config import Limits
from foundations.errors import SubmissionError


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def refused(desk: Desk, path: Path | None = None, limits: Limits | None = None) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        desk.read(path or desk.path, limits)
    assert str(caught.value).startswith("notebook 'course.ipynb' ")
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)
    return caught.value


def put(desk: Desk, data: bytes) -> Path:
    desk.path.parent.mkdir(parents=True, exist_ok=True)
    desk.path.write_bytes(data)
    return desk.path


# --------------------------------------------------------------------------------------------- kinds of files


def test_missing_notebook(desk: Desk) -> None:
    """A missing file gets one sentence."""
    assert refused(desk).slug == "notebook-missing"


def test_missing_folder(desk: Desk) -> None:
    """A file instead of the folder counts as a missing notebook, too."""
    desk.path.parent.parent.mkdir(parents=True)
    desk.path.parent.write_text("")
    assert refused(desk).slug == "notebook-missing"


@pytest.mark.parametrize("target", ["/etc/passwd", "good.ipynb", "nowhere", "course.ipynb"])
def test_symbolic_link(desk: Desk, target: str) -> None:
    """A link is refused wherever it leads, even to a good notebook."""
    write(answered(), desk.path.parent / "good.ipynb")
    desk.path.symlink_to(target)
    assert refused(desk).slug == "notebook-symlink"


@pytest.mark.parametrize("depth", [0, 1])
def test_folder_behind_a_link(desk: Desk, depth: int) -> None:
    """If a student's folder, or the assignment's in it, is a link to another student's, that work is not graded."""
    write(answered(), desk.root / "submitted" / "s02" / "course" / "course.ipynb")
    link = desk.path.parents[depth]
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(Path(str(link).replace("s01", "s02")))
    assert desk.path.exists()
    assert refused(desk).slug == "notebook-symlink"


def test_folders_above_the_students_may_be_links(desk: Desk) -> None:
    """The instructor chooses the folder of all submissions."""
    write(answered(), desk.root / "elsewhere" / "s01" / "course" / "course.ipynb")
    (desk.root / "submitted").symlink_to(desk.root / "elsewhere")
    assert desk.read(desk.path).repairs == []


def test_folder_instead_of_a_notebook(desk: Desk) -> None:
    """The message names it a folder."""
    desk.path.mkdir(parents=True)
    error = refused(desk)
    assert (error.slug, "is a folder" in str(error)) == ("notebook-not-a-file", True)


def test_pipe_instead_of_a_notebook(desk: Desk) -> None:
    """A named pipe without a writer does not hold up the run."""
    desk.path.parent.mkdir(parents=True)
    os.mkfifo(desk.path)
    assert refused(desk).slug == "notebook-not-a-file"


def test_socket_and_device_instead_of_a_notebook(desk: Desk, tmp_path: Path) -> None:
    """Neither a socket nor a device is read."""
    desk.path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(desk.path.parent, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{here}/course.ipynb" if os.path.isdir("/proc/self/fd") else str(desk.path))
        os.close(here)
        assert refused(desk).slug == "notebook-not-a-file"
    with pytest.raises(SubmissionError, match="not a regular file"):
        desk.read(Path("/dev/null"))


def test_unreadable_notebook(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be opened is reported unreadable, with the system's reason."""
    put(desk, b"{}")
    desk.hand_in(answered())
    desk.path.chmod(0)
    if os.geteuid() == 0:  # root reads everything, so the refusal has to be made
        opened = os.open

        def refuse(path: Any, *arguments: Any, **more: Any) -> int:
            if path == desk.path.name:  # the last step on the way to it
                raise PermissionError(13, "Permission denied", str(path))
            return opened(path, *arguments, **more)

        monkeypatch.setattr(os, "open", refuse)
    error = refused(desk)
    assert (error.slug, str(error)) == (
        "notebook-unreadable",
        "notebook 'course.ipynb' cannot be read: Permission denied",
    )


# -------------------------------------------------------------------------------------------------- contents


@pytest.mark.parametrize(
    ("data", "slug", "message"),
    [
        (b"", "notebook-empty", "is empty"),
        (b" \n\t ", "notebook-empty", "is empty"),
        (b'{"cells": [],\n oops}', "notebook-not-json", "is not JSON (line 2, column 2)"),
        (b"print('hello')", "notebook-not-json", "is not JSON (line 1, column 1)"),
        (b'{"cells": []}\n\n\xff', "notebook-not-utf8", "line 3 has the byte 0xff"),
        ('{"cells": []}'.encode("utf-16"), "notebook-not-utf8", "line 1 has the byte 0xff"),
        (b"\x80PNG\x00", "notebook-not-utf8", "line 1 has the byte 0x80"),
        (b"[" * 100_000, "notebook-too-deep", "nested too deeply"),
        (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "notebook-too-deep", "nested too deeply"),
        (b'{"cells": [], "x":' + b'{"a":' * 100_000, "notebook-too-deep", "nested too deeply"),
        (b'{"cells": [], "nbformat": ' + b"9" * 10_000 + b"}", "notebook-huge-number", "thousands of digits"),
        (b"[]", "notebook-not-a-notebook", "it has no cells"),
        (b"5", "notebook-not-a-notebook", "it has no cells"),
        (b'"cells"', "notebook-not-a-notebook", "it has no cells"),
        (b"null", "notebook-not-a-notebook", "it has no cells"),
        (b"{}", "notebook-not-a-notebook", "it has no cells"),
        (b'{"cells": 5, "nbformat": 4}', "notebook-not-a-notebook", "its cells are not a list"),
        (b'{"cells": {"0": 1}, "nbformat": 4}', "notebook-not-a-notebook", "its cells are not a list"),
        (b'{"worksheets": 5, "nbformat": 3}', "notebook-not-a-notebook", "its cells are not a list"),
        (b'{"cells": [], "nbformat": 3}', "notebook-not-a-notebook", "its cells are not a list"),
        (b'{"cells": [], "nbformat": 2}', "notebook-version", "is in nbformat 2, older"),
        (b'{"cells": [], "nbformat": -1}', "notebook-version", "is in nbformat -1, older"),
        (b'{"cells": [], "nbformat": 5}', "notebook-version", "is in nbformat 5, newer"),
        (b'{"cells": [], "nbformat": 4' + b"4" * 3000 + b"}", "notebook-version", "newer"),
    ],
)
def test_bytes_that_are_not_a_notebook(desk: Desk, data: bytes, slug: str, message: str) -> None:
    """The message names each kind of wrong file, and the position at which reading stopped."""
    put(desk, data)
    error = refused(desk)
    assert (error.slug, message in str(error)) == (slug, True), str(error)


def test_larger_than_the_limit(desk: Desk) -> None:
    """A file over the limit is not read; a file of exactly that size is."""
    size = len(write(answered(), desk.path).read_bytes())
    assert_whole(desk.read(desk.path, Limits(notebook_bytes=size)))
    error = refused(desk, limits=Limits(notebook_bytes=size - 1))
    assert error.slug == "notebook-too-large"
    assert f"is {size:,} bytes large, and at most {size - 1:,} are read" in str(error)


def test_sparse_terabyte_is_refused_unread(desk: Desk) -> None:
    """The size is checked before any byte is read."""
    put(desk, b"")
    os.truncate(desk.path, 1 << 40)
    assert refused(desk).slug == "notebook-too-large"


@pytest.mark.parametrize("filler", [b"[],", b'{"":0},', b'"",', b"0,"])
def test_millions_of_values_are_not_built(desk: Desk, filler: bytes) -> None:
    """A file made of brackets, strings or commas is refused before it turns into gigabytes of objects."""
    put(desk, b'{"nbformat": 4, "cells": [' + filler * 17_000_000 + b"0]}")
    assert refused(desk, limits=Limits(notebook_bytes=1 << 30)).slug == "notebook-too-intricate"


def test_brackets_in_outputs_do_not_count(desk: Desk) -> None:
    """Printed arrays are text, however many brackets, commas, quotes and backslashes they have."""
    nb = answered()
    printed = '[[0, 1], "\\"[", {1: 2}]\n' * 1_000_000
    cell(nb, "double").outputs = [{"output_type": "stream", "name": "stdout", "text": printed}]
    submission = desk.hand_in(nb)
    assert submission.repairs == ["the notebook came with about 29 MB of outputs: they were left out"]
    assert_whole(submission)


def test_too_many_cells(desk: Desk) -> None:
    """Ten thousand cells are enough."""
    nb = {"nbformat": 4, "cells": [0] * 10_001}
    write(nb, desk.path)
    error = refused(desk)
    assert (error.slug, "has 10,001 cells" in str(error)) == ("notebook-too-many-cells", True)
    write({"nbformat": 3, "worksheets": [{"cells": [{}] * 10_001}]}, desk.path)
    assert refused(desk).slug == "notebook-too-many-cells"


@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_too_much_code(desk: Desk, kind: str) -> None:
    """Code that takes gigabytes to analyse is refused, also if a code cell was turned into prose to hide it."""
    nb = answered()
    cell(nb, "double-solution").update(cell_type=kind, source="1+" * (1 << 20) + "1")
    write(nb, desk.path)
    assert refused(desk).slug == "notebook-too-much-text"


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"language": "Julia", "name": "julia"}},
        {"language_info": {"name": "julia"}},
        {"kernelspec": {"name": "julia"}, "language_info": {"name": "julia", "version": "1"}},
    ],
)
def test_another_language(desk: Desk, metadata: dict[str, Any]) -> None:
    """A notebook for another kernel is refused, and the message names its language."""
    write(answered() | {"metadata": metadata}, desk.path)
    error = refused(desk)
    assert (error.slug, "of language 'julia'" in str(error)) == ("notebook-language", True)


def test_hostile_language_is_quoted_short(desk: Desk) -> None:
    """The message's quotation from a submission is short and on one line."""
    write(answered() | {"metadata": {"language_info": {"name": "<script>\n" * 1000}}}, desk.path)
    assert refused(desk).slug == "notebook-language"


@pytest.mark.parametrize("metadata", [None, 5, [], {}, {"kernelspec": 5}, {"kernelspec": {"language": 5}}, KERNEL])
def test_notebook_metadata_come_from_the_source(desk: Desk, metadata: object) -> None:
    """A submission's own metadata are dropped; without a declared language a notebook counts as Python."""
    submission = desk.hand_in(answered() | {"metadata": metadata})
    assert submission.notebook.metadata == KERNEL
    assert submission.repairs == []
    assert_whole(submission)
