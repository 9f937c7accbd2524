"""Which files a student process may read: Python, the libraries it was started with, this package, and a few that tell
nothing about the course. Never a folder that only happens to hold one of them: the virtual environment may lie
inside the course, and the course must stay out of sight.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig

#: The folder of this package.
_OWN = os.path.dirname(os.path.dirname(__file__))
#: Where shared libraries lie that Python's own modules load when they are first imported.
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
#: Time zones, fonts, and what libraries ask about the processor.
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
    """Folders and files that may be read, those below them included; none lies in another one of them."""
    named = sorted({*python(), *loaded_library_folders(), *_LIBRARIES, *_HARMLESS})
    return tuple(path for path in named if not any(path.startswith(f"{other}/") for other in named))


def folder_containing(path: str) -> str | None:
    """The folder, among those that may be read, in which ``path`` lies; ``None`` where student code cannot read it."""
    real = os.path.realpath(path)
    below = (folder for folder in readable_folders() if f"{real}/".startswith(f"{os.path.realpath(folder)}/"))
    return next(below, None)


def python() -> list[str]:
    """Python's own modules, installed packages, this package, and the interpreter's file, of which it asks itself."""
    named = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    packages = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    zipped = [path for path in sys.path if path.endswith(".zip")]
    libraries = [os.path.join(sys.base_prefix, name) for name in ("lib", "lib64")]
    return [*named, *packages, *zipped, *libraries, _OWN, sys.executable]


def loaded_library_folders() -> list[str]:
    """The shared libraries that are loaded now: these files, for their folder may hold anything."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            files = {line.split(maxsplit=5)[5].rstrip("\n") for line in maps if line.count("/")}
    except OSError:
        return []
    return sorted(file for file in files if re.search(r"\.so(\.[0-9.]+)?$", file))


def required_paths() -> list[str]:
    """What a student process must be able to read in any case."""
    return [os.__file__, *python()[:4], __file__, _OWN]
