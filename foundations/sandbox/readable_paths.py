"""The files that a student process may read: Python, the libraries it was started with, this package, and a few files
that reveal no information about the course.

A folder is not readable just because it contains one of these: the virtual environment may be inside the course, and
the course must stay hidden.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig

#: The folder of this package.
_OWN = os.path.dirname(os.path.dirname(__file__))
#: Paths of the shared libraries that Python's own modules load when they are first imported.
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
#: Time zones, fonts, random numbers, and descriptions of the processor that libraries read.
_HARMLESS = (
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)


def readable_folders() -> tuple[str, ...]:
    """Return the folders and files that may be read, including all below them. They do not contain one another."""
    named = sorted({*python(), *loaded_libraries(), *_LIBRARIES, *_HARMLESS})
    return tuple(path for path in named if not any(path.startswith(f"{other}/") for other in named))


def folder_containing(path: str) -> str | None:
    """Return the readable folder that contains ``path``, or ``None`` if student code cannot read ``path``."""
    real = os.path.realpath(path)
    below = (folder for folder in readable_folders() if f"{real}/".startswith(f"{os.path.realpath(folder)}/"))
    return next(below, None)


def python() -> list[str]:
    """Return the paths of Python's own modules, installed packages, this package, and the interpreter's file.

    The interpreter looks up its own file.
    """
    named = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    packages = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    zipped = [path for path in sys.path if path.endswith(".zip")]
    libraries = [os.path.join(sys.base_prefix, name) for name in ("lib", "lib64")]
    return [*named, *packages, *zipped, *libraries, _OWN, sys.executable]


def loaded_libraries() -> list[str]:
    """Return the files of the shared libraries that are loaded now.

    Their folders are left out, because a folder may contain anything else too.
    """
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            files = {line.split(maxsplit=5)[5].rstrip("\n") for line in maps if line.count("/")}
    except OSError:
        return []
    return sorted(file for file in files if re.search(r"\.so(\.[0-9.]+)?$", file))


def required_paths() -> list[str]:
    """Return the paths that a student process must be able to read in order to work at all."""
    return [os.__file__, *python()[:4], __file__, _OWN]
