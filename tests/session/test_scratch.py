"""The scratch folder on the judge's side: its content, its limits, and its removal."""

import os
import tempfile
from pathlib import Path

import confined
import pytest

from foundations.config import Limits
from foundations.session.scratch import Scratch

LIMITS = Limits(scratch_bytes=10_000, scratch_files=3)


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = Scratch(LIMITS, os.getuid(), None)
    yield made
    made.remove()


def test_it_is_new_empty_and_closed_to_others(scratch):
    """The folder has mode 0700, and is below the folder for temporary files."""
    assert list(scratch.folder.iterdir()) == []
    assert scratch.folder.stat().st_mode & 0o777 == 0o700
    assert scratch.excess() is None


def test_it_is_removed_with_its_content(scratch):
    """A second removal does no harm."""
    (scratch.folder / "a" / "b").mkdir(parents=True)
    (scratch.folder / "a" / "b" / "c").write_text("x")
    scratch.remove()
    scratch.remove()
    assert not scratch.folder.exists()


def test_it_is_removed_however_deep_and_closed_it_is(scratch):
    """Folders may be deeper than Python's recursion, longer than a path may be, and without any rights."""
    here = os.open(scratch.folder, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("deep", dir_fd=here)
        below = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    (scratch.folder / "closed" / "in").mkdir(parents=True)
    (scratch.folder / "closed" / "in" / "file").write_text("x")
    for path in ("closed/in", "closed"):
        (scratch.folder / path).chmod(0)
    scratch.remove()
    assert not scratch.folder.exists()


def test_a_folder_that_cannot_be_read_is_an_excess(scratch, monkeypatch):
    """A folder without the right to read it, or deeper than any needs, could contain anything."""
    monkeypatch.setattr(scratch, "_limits", Limits(scratch_bytes=10_000, scratch_files=1_000))
    (scratch.folder / "d").mkdir()
    assert scratch.excess() is None
    (scratch.folder / Path(*["d"] * 100)).mkdir(parents=True)
    assert "more than 64 folders within each other" in scratch.excess()
    if os.geteuid() != 0:
        (scratch.folder / "d").chmod(0o300)
        assert "Permission denied" in scratch.excess()


def test_links_are_neither_followed_nor_harmed(scratch, tmp_path):
    """The system-call filter refuses links; if there is one all the same, it counts as an ordinary file."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "large").write_bytes(bytes(1 << 20))
    (scratch.folder / "link").symlink_to(outside)
    (scratch.folder / "file").symlink_to(outside / "large")
    assert scratch.excess() is None
    scratch.remove()
    assert (outside / "large").stat().st_size == 1 << 20


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a": 10_000}, None),
        ({"a": 3_000, "b": 3_000, "c": 3_000}, None),
        ({"a": 1, "b": 1, "c": 1, "d": 1}, "more than 3 files"),
        ({"a": 20_000}, "more than 10,000 bytes"),
        ({"d/a": 12_000, "e": 12_000}, "more than 10,000 bytes"),
    ],
)
def test_files_and_their_bytes_are_counted(scratch, files, words):
    """Folders count as files. A file takes whole blocks, and one block for each file is free."""
    for name, size in files.items():
        path = scratch.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(size))
    excess = scratch.excess()
    assert excess is None if words is None else words in excess


def test_a_long_sparse_file_takes_no_space(scratch):
    """Blocks on disk are counted."""
    with (scratch.folder / "sparse").open("wb") as file:
        file.truncate(1 << 30)
    assert scratch.excess() is None


def test_a_folder_that_cannot_be_filled_is_removed(tmp_path, monkeypatch):
    """The submitted files may be too large, or a name may exist already."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fill(folder: Path, owner: int) -> None:
        (folder / "half").write_text("x")
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        Scratch(LIMITS, os.getuid(), fill)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("user", confined.USERS)
def test_student_code_of_every_user_has_a_scratch_folder(user):
    """Submitted files are in it, and student code can read, change and remove both these and new files."""
    result = confined.run(
        """
        import os, tempfile
        from functools import partial
        from foundations.config import Limits
        from foundations.session.session import Session
        from foundations.notebooks.discovery import write_declared
        from foundations.session.forkserver import ForkServer
        cell = '''
        import os, sqlite3, shutil, tempfile, torch
        assert open("given.txt").read() == "given"
        open("given.txt", "a").write(" and kept")
        torch.save(torch.ones(3), "tensor.pt")
        assert torch.load("tensor.pt").sum() == 3
        with sqlite3.connect("data.db") as base: base.execute("create table t (x)")
        shutil.copyfile("given.txt", "copy.txt")
        os.rename("copy.txt", "renamed.txt")
        os.unlink("given.txt")
        with tempfile.NamedTemporaryFile() as file: file.write(b"x")
        print(open("renamed.txt").read(), sorted(os.listdir()))
        '''
        before = set(os.listdir(tempfile.gettempdir()))
        with ForkServer() as forkserver:
            source = "\\n".join(line.strip() for line in cell.splitlines())
            limits = Limits(scratch_bytes=1_000_000, scratch_files=9)
            fill = lambda folder, owner: write_declared({"given.txt": b"given"}, folder, owner)
            with Session(forkserver, [(0, source)], limits, fill_scratch=fill) as one:
                one.finish()
                outputs, error = one.runs[0].outputs, one.runs[0].error
                folder = one._process.scratch.folder
        say(outputs=outputs, error=error, left=folder.exists())
        """,
        user,
        timeout=120,
    )
    assert result["error"] is None
    assert result["outputs"][0]["text"] == "given and kept ['data.db', 'renamed.txt', 'tensor.pt']\n"
    assert not result["left"]
