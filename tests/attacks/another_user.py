"""Start a command as another user, even if that user could not read the interpreter.

``python another_user.py UID PATH... -- COMMAND...`` (root only). Other users cannot read an interpreter below a home
folder of mode 0700. In a separate mount namespace, such a folder is covered by an empty one, and only the needed
``PATH``s are put back.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_CLONE_NEWNS, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x20000, 4096, 16384, 1 << 18
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    split = sys.argv.index("--")
    uid, needed, command = int(sys.argv[1]), [Path(path) for path in sys.argv[2:split]], sys.argv[split + 1 :]
    make_readable(needed)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.execv(command[0], command)


def make_readable(needed: list[Path]) -> None:
    """Cover each closed folder above ``needed``, and put back the needed parts of it."""
    closed = {folder for path in needed if (folder := closed_folder(path))}
    if not closed:
        return
    _check(_libc.unshare(_CLONE_NEWNS), "unshare")
    _mount("none", "/", "", _MS_REC | _MS_PRIVATE)
    before = {path: os.open(path, os.O_PATH) for path in needed}
    for folder in sorted(closed):
        _mount("tmpfs", str(folder), "tmpfs", 0, "mode=0755")
    for path, descriptor in before.items():
        if any(path.is_relative_to(folder) for folder in closed):
            path.mkdir(parents=True, exist_ok=True)
            _mount(f"/proc/self/fd/{descriptor}", str(path), "", _MS_BIND | _MS_REC)
        os.close(descriptor)


def closed_folder(path: Path) -> Path | None:
    """Return the uppermost folder above ``path`` that others may not pass through."""
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    given = [text.encode() or None for text in (source, target, kind)]
    _check(_libc.mount(*given, ctypes.c_ulong(flags), options.encode() or None), f"mount {source} at {target}")


def _check(result: int, action: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), action)


if __name__ == "__main__":
    main()
