"""Modules of libraries that notebooks import: names that ``from module import *`` binds, and kinds of dotted names.

Only modules on a fixed list are imported here; any other module that a submission names is unknown.
"""

from __future__ import annotations

import importlib
import sys
from functools import lru_cache
from types import ModuleType


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


#: Modules of the standard library whose import only defines names.
_PLAIN = _words(
    "abc array ast asyncio base64 bisect builtins bz2 calendar cmath codecs collections collections.abc colorsys",
    "concurrent.futures configparser contextlib copy csv ctypes dataclasses datetime decimal difflib dis enum fnmatch",
    "fractions functools gc getpass glob gzip hashlib heapq hmac html importlib inspect io itertools json keyword",
    "logging lzma marshal math multiprocessing numbers operator os os.path pathlib pickle platform pprint queue random",
    "re secrets shutil signal socket sqlite3 stat statistics string struct subprocess sys tempfile textwrap threading",
    "time timeit token tokenize traceback types typing unicodedata unittest unittest.mock urllib.parse urllib.request",
    "uuid warnings weakref zipfile zlib",
)
#: The modules of this package that are made for notebooks.
_OURS = frozenset({"foundations.testing", "foundations.data", "foundations.plots"})
#: Libraries of which every module that they import is known.
_WHOLE = ("torch", "numpy")
#: Beginnings of the dotted names of classes whose objects are used through their methods.
_TOOLS = ("torch.optim.", "torch.utils.data.")
_UNKNOWN = object()
_DRAWING = frozenset({"matplotlib", "matplotlib.pyplot", "pylab", "matplotlib.pylab"})


@lru_cache(maxsize=256)
def exported(module: str) -> frozenset[str] | None:
    """Return the names that ``from module import *`` binds; ``None`` if the module is unknown or cannot be imported."""
    library = _module(module)
    if library is None:
        return None
    listed = getattr(library, "__all__", None)
    if listed is not None:
        return frozenset(listed)
    return frozenset(name for name in vars(library) if not name.startswith("_"))


@lru_cache(maxsize=4096)
def path_of(module: str, name: str) -> str:
    """Return the dotted name of ``module``'s ``name``; a module that it imports keeps its own dotted name."""
    value = getattr(_module(module), name, None)
    return value.__name__ if isinstance(value, ModuleType) else f"{module}.{name}"


@lru_cache(maxsize=4096)
def is_operation(path: str, called: bool) -> bool:
    """Return whether the dotted ``path`` may compute. An unknown path counts as an operation.

    Modules, constants (``np.pi``), and types that are not ``called`` (``np.ndarray``) are not operations.
    """
    root, _, rest = path.partition(".")
    if not rest:
        return root not in sys.stdlib_module_names and root not in _WHOLE
    value = _value(path) if root in _WHOLE else _UNKNOWN
    if value is _UNKNOWN or isinstance(value, ModuleType):
        return value is _UNKNOWN
    return root != "numpy" or (callable(value) and (called or not isinstance(value, type)))


@lru_cache(maxsize=4096)
def is_tool(path: str) -> bool:
    """Return whether the dotted ``path`` is a class whose objects compute: a layer, an optimizer."""
    value = _value(path)
    if not isinstance(value, type):
        return False
    return path.startswith(_TOOLS) or any("__call__" in vars(base) for base in value.__mro__)


@lru_cache(maxsize=4096)
def holds_names(path: str) -> bool:
    """Return whether the dotted ``path`` is, or may be, a module or a class, in which names are looked up."""
    value = _value(path)
    return value is _UNKNOWN or isinstance(value, ModuleType | type)


def _value(path: str) -> object:
    """Return the object that ``path`` means in this process, or ``_UNKNOWN``."""
    root, *rest = path.split(".")
    value: object = sys.modules.get(root, _UNKNOWN)
    for name in rest:  # ``vars``, because some modules import more on ``getattr``
        value = vars(value).get(name, _UNKNOWN) if isinstance(value, ModuleType) else getattr(value, name, _UNKNOWN)
    return value


def _module(name: str) -> ModuleType | None:
    root = name.partition(".")[0]
    if name in _PLAIN | _OURS | _DRAWING | {*_WHOLE}:
        try:
            return importlib.import_module(name)
        except ImportError:
            return None
    if root in _WHOLE:  # a submodule is known if the library itself has imported it
        importlib.import_module(root)
        return sys.modules.get(name)
    return None
