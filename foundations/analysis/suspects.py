"""Tables of names that look like hiding, and the reasons for a review, for :mod:`foundations.grading.suspicion`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import torch

from foundations.analysis.libraries import holds_names

UNREAD = "This code is too long or nested too deeply to be read; look at what it does."
PATCHED = "This changes a library for the whole notebook: its operations may mean something else from here on."
FRAMES = "This reaches the code that called it, or objects that are not the notebook's own."
MODES = "This reaches the parts of torch by which operations can run without being recorded."
MODULES = "This changes the table of imported modules, or takes modules out of it that are not for notebooks."
OURS = "This reaches the code that runs the notebook."
MEMORY = "This calls functions or changes memory outside of Python."
REWRITTEN = "This changes the code of a function or of cells after it was written."
DYNAMIC = "This runs text that cannot be known by reading."
UNNAMED = "This takes a part of torch by a name that cannot be known by reading."
UNKNOWN = "This takes a part of a library by a name that cannot be known by reading."

#: Attributes that ask for a review on any object.
NAMES: Mapping[str, str] = {
    **dict.fromkeys(
        [
            *("_current_frames", "_getframe", "_getframemodulename", "currentframe", "walk_stack", "getouterframes"),
            *("ag_frame", "cr_frame", "gi_frame", "tb_frame", "f_back", "f_builtins", "f_globals", "f_locals"),
            *(
                "get_objects",
                "get_referents",
                "get_referrers",
                "setprofile",
                "settrace",
                "__globals__",
                "__subclasses__",
            ),
        ],
        FRAMES,
    ),
    **dict.fromkeys(
        [
            *("DisableTorchFunction", "DisableTorchFunctionSubclass", "_DisableFuncTorch", "_DisableTorchDispatch"),
            *(
                "_ExcludeDispatchKeyGuard",
                "_IncludeDispatchKeyGuard",
                "_ForceDispatchKeyGuard",
                "_PreserveDispatchKeyGuard",
            ),
            *(
                "_disable_current_modes",
                "_get_current_dispatch_mode",
                "_get_current_dispatch_mode_stack",
                "no_dispatch",
            ),
            *("_get_current_function_mode_stack", "_get_dispatch_stack_at", "_get_function_stack_at"),
            *("_len_torch_dispatch_stack", "_len_torch_function_stack", "_pop_mode", "_pop_mode_temporarily"),
            *("_pop_torch_dispatch_stack", "_pop_torch_function_stack", "_push_mode", "_push_on_torch_dispatch_stack"),
            *("_push_on_torch_function_stack", "_push_torch_function_stack", "_set_torch_function_mode"),
            *("_unset_dispatch_mode", "_is_torch_function_enabled", "_dispatch_tls_set_dispatch_key_excluded"),
        ],
        MODES,
    ),
    **dict.fromkeys(
        ["ast_transformers", "input_transformers_cleanup", "input_transformers_post", "input_transformer_manager"],
        REWRITTEN,
    ),
    **dict.fromkeys(["meta_path", "path_hooks"], MODULES),
}
#: Beginnings of dotted names; everything below them counts.
_PATHS: Mapping[str, str] = {
    "torch._C": MODES,
    "torch._ops": MODES,
    "torch.library": MODES,
    "torch._library": MODES,
    "torch.overrides": MODES,
    "torch.utils._python_dispatch": MODES,
    "torch.utils._mode_utils": MODES,
    "torch.utils.cpp_extension": MEMORY,
    "_ctypes": MEMORY,
    "cffi": MEMORY,
}
#: Names in ctypes that call functions or reach memory. Sizes and types do neither.
_CALLS_OF_CTYPES = frozenset(
    [
        *("CDLL", "PyDLL", "LibraryLoader", "cdll", "pydll", "pythonapi", "CFUNCTYPE", "PYFUNCTYPE", "_FuncPtr"),
        *("memmove", "memset", "cast", "string_at", "wstring_at", "py_object", "addressof", "_dlopen", "_cast_addr"),
    ]
)
#: Libraries that a notebook must not change.
_PROTECTED = frozenset(["torch", "builtins", "operator", "_operator", "math", "functools", "itertools", "foundations"])
#: Settings of these libraries, which a notebook may change.
_SETTINGS = ("torch.backends", "torch._dynamo.config", "torch._inductor.config")
_FOR_NOTEBOOKS = frozenset(["testing", "data", "plots", "bundled"])


@lru_cache(maxsize=1)
def own_modules() -> frozenset[str]:
    """Return the names of the packages and modules of ``foundations`` that are not for notebooks."""
    package = Path(__file__).parent.parent
    return frozenset(path.stem for path in package.iterdir()) - _FOR_NOTEBOOKS - {"__init__", "__pycache__"}


@lru_cache(maxsize=1)
def telling() -> frozenset[str]:
    """Return the attributes by which a path of this module's tables can be recognised."""
    return own_modules() | _CALLS_OF_CTYPES | {path.rpartition(".")[2] for path in _PATHS}


def path_reasons(path: str) -> Iterator[str]:
    """Yield the reasons to review a use of the dotted ``path``."""
    root, *rest = path.removeprefix("[]").split(".")
    if root == "foundations" and rest and rest[0] in own_modules():
        yield OURS
    elif root == "ctypes" and rest and rest[0] in _CALLS_OF_CTYPES:
        yield MEMORY
    elif path.rpartition(".")[2] in NAMES:
        yield NAMES[path.rpartition(".")[2]]
    else:
        yield from {reason for start, reason in _PATHS.items() if path == start or path.startswith(f"{start}.")}


def if_protected(owners: Iterable[str]) -> Iterator[str]:
    """Yield the reason to review a change of one of ``owners``, if it is protected."""
    if any(
        owner.partition(".")[0] in _PROTECTED and not owner.startswith(_SETTINGS)
        for owner in filter(holds_names, owners)
    ):
        yield PATCHED


def if_of_library(owners: Iterable[str]) -> Iterator[str]:
    """Yield the reason to review an attribute with an unknown name of one of ``owners``."""
    roots = {owner.removeprefix("[]").partition(".")[0] for owner in owners} & _PROTECTED
    if "torch" in roots:  # some parts of torch switch a trace off
        yield UNNAMED
    elif roots:
        yield UNKNOWN


def if_in_library(owners: Iterable[str], itself: bool = False) -> Iterator[str]:
    """Yield the reason to review an unknown part of a namespace among ``owners``, or of a library ``itself``."""
    yield from if_of_library(owner for owner in owners if itself or owner.endswith(".__dict__"))


@lru_cache(maxsize=1)
def of_tensors() -> frozenset[str]:
    """Return the names of all attributes of tensors."""
    return frozenset(dir(torch.Tensor))
