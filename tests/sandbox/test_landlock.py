"""The file barrier alone, in real processes: what is granted can be had, and nothing else."""

import os
import struct

import confined
import pytest

from foundations.sandbox import landlock

try:
    ABI = landlock.abi()
except OSError:
    ABI = 0
pytestmark = pytest.mark.skipif(ABI == 0, reason="this kernel has no Landlock, so that nothing can be graded here")

#: Tries things in ``folder`` under the rules of ``granted`` and says which went well.
TRY = """
import errno, os, sys
from foundations.sandbox import syscalls
from foundations.sandbox import landlock
folder, granted, version = {folder!r}, {granted!r}, {version!r} or landlock.abi()
syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
landlock.restrict_self(landlock.ruleset(version, granted), version)
said = {{}}
def attempt(name, action):
    try:
        result = action()
        said[name] = "done"
    except OSError as error:
        said[name] = errno.errorcode[error.errno]
attempt("read", lambda: open(folder + "/file").read())
attempt("list", lambda: os.listdir(folder))
attempt("read below", lambda: open(folder + "/sub/file").read())
attempt("read by a link", lambda: open(folder + "/link").read())
attempt("read by way of the parent", lambda: open(folder + "/sub/../file").read())
attempt("see", lambda: os.stat(folder + "/file"))
attempt("write", lambda: open(folder + "/file", "r+").write("x"))
attempt("make", lambda: open(folder + "/new", "x").close())
attempt("make a folder", lambda: os.mkdir(folder + "/newdir"))
attempt("make a link", lambda: os.symlink("/etc/passwd", folder + "/newlink"))
attempt("make a pipe", lambda: os.mkfifo(folder + "/newpipe"))
attempt("remove", lambda: os.unlink(folder + "/gone"))
attempt("rename", lambda: os.rename(folder + "/sub/file", folder + "/sub/renamed"))
attempt("cut short", lambda: os.truncate(folder + "/file", 1))
attempt("outside", lambda: open("/etc/passwd").read())
say(**said)
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("file", "gone", "sub/file", "../secret"):
        path = tmp_path / "granted" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content")
    (tmp_path / "granted" / "link").symlink_to(tmp_path / "secret")
    return str(tmp_path / "granted")


def attempts(folder, *granted, version=None):
    return confined.run(TRY.format(folder=folder, granted=list(granted), version=version))


def done(said):
    return {name for name, result in said.items() if result == "done"}


def test_without_a_grant_a_file_can_be_seen_and_nothing_else(folder):
    """That it is there, and how long it is, Landlock does not hide."""
    said = attempts(folder)
    assert done(said) == {"see"}
    assert {result for name, result in said.items() if name != "see"} == {"EACCES"}


def test_a_folder_granted_for_reading_is_read_with_all_below_it(folder):
    """A link in it leads no further than the grant does."""
    assert done(attempts(folder, (folder, landlock.READ))) == {
        *("see", "read", "list", "read below", "read by way of the parent"),
    }


def test_a_file_granted_is_that_file_alone(folder):
    """Rights that only folders have are left out for it."""
    assert done(attempts(folder, (f"{folder}/file", landlock.READ))) == {"see", "read", "read by way of the parent"}


def test_a_folder_of_ones_own_holds_plain_files_and_folders(folder):
    """No link, no pipe; and nothing outside of it."""
    said = attempts(folder, (folder, landlock.OWN))
    assert set(said) - done(said) == {"read by a link", "make a link", "make a pipe", "outside"}


@pytest.mark.parametrize("version", range(1, min(ABI, 7) + 1))
def test_every_version_denies_reading_and_making(folder, version):
    """An older kernel is asked for what it knows, no more."""
    said = attempts(folder, version=version)
    assert done(said) <= {"see", "cut short"}
    assert (said["cut short"] == "done") == (version < 3)


def test_what_is_not_there_needs_no_grant(folder):
    """A machine without fonts, or without /lib64, is one like any other."""
    said = attempts(folder, (f"{folder}/nothing", landlock.READ), (f"{folder}/file/nothing", landlock.READ))
    assert done(said) == {"see"}


def test_rights_by_version():
    """As linux/landlock.h counts: 13 rights at first, then moving, truncating, devices; TCP from 4, scope from 6."""
    assert [landlock.handled(version) for version in range(1, 9)] == [
        ((1 << 13) - 1, 0, 0),
        ((1 << 14) - 1, 0, 0),
        ((1 << 15) - 1, 0, 0),
        ((1 << 15) - 1, 3, 0),
        ((1 << 16) - 1, 3, 0),
        ((1 << 16) - 1, 3, 3),
        ((1 << 16) - 1, 3, 3),
        ((1 << 16) - 1, 3, 3),
    ]


def test_rules_that_cannot_be_made_leave_no_descriptor(monkeypatch):
    """A path that may not be opened is a fault, not a grant less."""

    def refuse(rules, path, rights):
        raise PermissionError(13, "no")

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(landlock, "_grant", refuse)
    with pytest.raises(PermissionError):
        landlock.ruleset(1, [("/", landlock.READ)])
    assert len(os.listdir("/proc/self/fd")) == before
    assert struct.calcsize("=Qi") == 12  # struct landlock_path_beneath_attr is packed


def test_network_and_signals_are_barred_where_the_version_knows_them(folder):
    """TCP from version 4, abstract sockets and signals to others from version 6: for when the filter has a hole."""
    if ABI < 6:
        pytest.skip(f"Landlock of this kernel has version {ABI}, which does not know signals")
    said = confined.run(
        """
        import errno, os, socket
        from foundations.sandbox import syscalls
        from foundations.sandbox import landlock
        outside = socket.socket(socket.AF_UNIX)
        outside.bind("\\0foundations-test-%d" % os.getpid())
        outside.listen()
        name = outside.getsockname()
        parent = os.getpid()
        if (pid := os.fork()) == 0:
            try:
                syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
                landlock.restrict_self(landlock.ruleset(landlock.abi(), []), landlock.abi())
                def attempt(action):
                    try: action()
                    except OSError as error: return errno.errorcode[error.errno]
                say(
                    bind=attempt(lambda: socket.socket().bind(("127.0.0.1", 0))),
                    connect=attempt(lambda: socket.socket().connect(("127.0.0.1", 9))),
                    abstract=attempt(lambda: socket.socket(socket.AF_UNIX).connect(name)),
                    signal=attempt(lambda: os.kill(parent, 0)),
                    own=attempt(lambda: os.kill(os.getpid(), 0)),
                )
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        """
    )
    assert said == {"bind": "EACCES", "connect": "EACCES", "abstract": "EPERM", "signal": "EPERM", "own": None}
