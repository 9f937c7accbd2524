"""The identities of a student process, as root can choose them."""

import os
import tempfile

import confined
import pytest
from confined import AS_ROOT

from foundations.sandbox import layers as sandbox


@AS_ROOT
def test_tests_run_as_root_in_both_ways():
    """The users "self" and "open" differ if root's Python is in a closed folder, and are the same otherwise."""
    say = "from foundations.sandbox import privileges as p, readable_paths as r\nsay(who=p.choose(r.required_paths()))"
    assert confined.run(say, "open") == {"who": "nobody"}
    assert confined.run(say, "self")["who"] in ("nobody", "nobody with root's files")


@AS_ROOT
def test_root_chooses_an_identity_that_can_read_python(tmp_path):
    """The user changes completely if the required paths stay readable; otherwise files are opened as root."""
    open_folder, closed_folder = tmp_path / "open", tmp_path / "closed"
    public = tempfile.mkdtemp(dir="/tmp")
    os.chmod(public, 0o755)
    for folder, mode in ((open_folder, 0o755), (closed_folder, 0o700)):
        folder.mkdir()
        folder.chmod(mode)
        (folder / "file").write_text("content")
    result = confined.run(
        f"""
        from foundations.sandbox import privileges
        say(
            readable=privileges.choose([{public!r}, "/etc/passwd"]),
            closed=privileges.choose(["/etc/passwd", {str(closed_folder)!r}]),
            none=privileges.choose(["/etc/shadow"]),
        )
        """
    )
    os.rmdir(public)
    assert result == {
        "readable": "nobody",
        "closed": "nobody with root's files",
        "none": "nobody with root's files",
    }
    assert (
        confined.run("from foundations.sandbox import privileges\nsay(who=privileges.choose([]))", "nobody")["who"]
        == "itself"
    )


@AS_ROOT
@pytest.mark.parametrize("identity", ["nobody", "nobody with root's files", "itself"])
def test_no_identity_keeps_a_capability(identity, tmp_path):
    """No identity can return to root or reach its processes or other users' files, and only one opens root's files."""
    (tmp_path / "roots").write_text("content")
    (tmp_path / "others").write_text("content")
    os.chmod(tmp_path / "roots", 0o600)
    os.chown(tmp_path / "others", 1234, 1234)
    os.chmod(tmp_path / "others", 0o600)
    result = confined.run(
        f"""
        import errno, os
        from foundations.sandbox import syscalls
        from foundations.sandbox import privileges
        parent = os.getppid()
        privileges.drop({identity!r})
        def attempt(action):
            try: action()
            except OSError as error: return errno.errorcode[error.errno]
        say(
            capabilities=privileges.capabilities(),
            users=os.getresuid(),
            back=attempt(lambda: os.setresuid(1234, 1234, 1234)),
            chown=attempt(lambda: os.chown("/etc", 0, 5)),
            others=attempt(lambda: open({str(tmp_path / "others")!r})),
            roots=attempt(lambda: open({str(tmp_path / "roots")!r})),
            signal=attempt(lambda: os.kill(parent, 0)),
        )
        """
    )
    root = identity == "itself"
    assert result["capabilities"] == [0, 0, 0]
    assert set(result["users"]) == {0 if root else confined.NOBODY}
    assert (result["back"], result["chown"], result["others"]) == ("EPERM", "EPERM", "EACCES")
    assert result["roots"] == ("EACCES" if identity == "nobody" else None)
    assert result["signal"] == (None if root else "EPERM")


@AS_ROOT
def test_root_without_the_right_to_change_user_is_confined_too():
    """The process keeps user id 0 without its rights, and gets no threads because the kernel does not count root's."""
    result = confined.run(
        """
        import os, threading
        from foundations.sandbox import privileges
        from foundations.sandbox import layers as sandbox
        privileges._set_capabilities(privileges.capabilities()[1] & ~(1 << 7))
        plan = sandbox.prepare()
        if (pid := os.fork()) == 0:
            try:
                layers = sandbox.confine(plan, [_answers], 1 << 28)
                try: threading.Thread(target=print).start()
                except RuntimeError as refused: error = str(refused)
                say(layers=layers, error=error, capabilities=privileges.capabilities())
            except sandbox.ConfinementError as error: say(error=str(error))
            finally: os._exit(0)
        os.waitpid(pid, 0)
        """
    )
    assert sandbox.is_complete(result["layers"])
    assert "no privileges (user 0)" in result["layers"]
    assert result["error"] == "can't start new thread"
    assert result["capabilities"] == [0, 0, 0]
