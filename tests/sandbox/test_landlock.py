"""The file barrier alone, in real processes: only granted actions succeed."""

import os
import struct

import confined
import pytest

from foundations.sandbox import landlock

try:
    ABI = landlock.abi()
except OSError:
    ABI = 0
pytestmark = pytest.mark.skipif(ABI == 0, reason="this kernel has no Landlock, so grading is not possible here")

#: Attempts actions in ``folder`` under the rules of ``granted`` and reports the result of each.
TRY = """
import errno, os, sys
from foundations.sandbox import syscalls
from foundations.sandbox import landlock
folder, granted, version = {folder!r}, {granted!r}, {version!r} or landlock.abi()
syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
landlock.restrict_self(landlock.ruleset(version, granted), version)
results = {{}}
def attempt(name, action):
    try:
        result = action()
        results[name] = "done"
    except OSError as error:
        results[name] = errno.errorcode[error.errno]
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
attempt("truncate", lambda: os.truncate(folder + "/file", 1))
attempt("outside", lambda: open("/etc/passwd").read())
say(**results)
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


def done(results):
    return {name for name, result in results.items() if result == "done"}


def test_stat_alone_works_without_a_grant(folder):
    """Landlock does not hide the existence and the size of a file."""
    results = attempts(folder)
    assert done(results) == {"see"}
    assert {result for name, result in results.items() if name != "see"} == {"EACCES"}


def test_grant_of_a_folder_includes_all_below_it(folder):
    """A link in the folder to a file outside of the grant cannot be read."""
    assert done(attempts(folder, (folder, landlock.READ))) == {
        *("see", "read", "list", "read below", "read by way of the parent"),
    }


def test_grant_of_a_file_is_for_that_file_alone(folder):
    """Rights that only folders have are left out of the grant."""
    assert done(attempts(folder, (f"{folder}/file", landlock.READ))) == {"see", "read", "read by way of the parent"}


def test_scratch_folder_allows_plain_files_and_folders(folder):
    """Links, pipes and files outside of the folder are denied."""
    results = attempts(folder, (folder, landlock.OWN))
    assert set(results) - done(results) == {"read by a link", "make a link", "make a pipe", "outside"}


@pytest.mark.parametrize("version", range(1, min(ABI, 7) + 1))
def test_every_version_denies_reading_and_making(folder, version):
    """An older kernel gets rules with only the rights that it supports."""
    results = attempts(folder, version=version)
    assert done(results) <= {"see", "truncate"}
    assert (results["truncate"] == "done") == (version < 3)


def test_missing_paths_are_left_out_of_the_rules(folder):
    """Machines without fonts, or without /lib64, are supported."""
    results = attempts(folder, (f"{folder}/missing", landlock.READ), (f"{folder}/file/missing", landlock.READ))
    assert done(results) == {"see"}


def test_rights_by_version():
    """As in linux/landlock.h: 13 rights at first, then moving, truncating, devices; TCP from 4, scope from 6."""
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


def test_failure_to_make_rules_leaves_no_descriptor_open(monkeypatch):
    """A path that cannot be opened is a fault, and is not silently left out."""

    def refuse(rules, path, rights):
        raise PermissionError(13, "no")

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(landlock, "_grant", refuse)
    with pytest.raises(PermissionError):
        landlock.ruleset(1, [("/", landlock.READ)])
    assert len(os.listdir("/proc/self/fd")) == before
    assert struct.calcsize("=Qi") == 12  # struct landlock_path_beneath_attr is packed


def test_network_and_signals_are_denied_if_the_version_supports_it(folder):
    """TCP from version 4, abstract sockets and signals to others from version 6, in case the filter has a gap."""
    if ABI < 6:
        pytest.skip(f"this kernel has Landlock ABI {ABI}, and signals need ABI 6")
    results = confined.run(
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
    assert results == {"bind": "EACCES", "connect": "EACCES", "abstract": "EPERM", "signal": "EPERM", "own": None}
