"""Code that reaches for what runs the notebook is found wherever it stands, and ordinary code is left alone."""

from __future__ import annotations

import pytest

from foundations.reading import read_uses

EXERCISE = "def f(a, b):\n    return a * b"

REACHING = {
    "import gc\nfor one in gc.get_objects(): pass": "gc.get_objects",
    "from gc import get_objects as look": "gc.get_objects",
    "import sys as s\ns.modules['x']": "sys.modules",
    "from sys import modules": "sys.modules",
    "import sys\nframe = sys._getframe()": "sys._getframe",
    "try:\n    1 / 0\nexcept Exception as error:\n    error.__traceback__.tb_frame": "error.__traceback__.tb_frame",
    "import sys\ngetattr(sys, '_get' + 'frame')()": "._getframe",
    "import foundations.inside": "foundations.inside",
    "from foundations import wire": "foundations.wire",
    "import foundations as f\nf.inside.RECORDER": "foundations.inside",
    "import ctypes as c\nc.cast(id(x), c.py_object)": "ctypes.cast",
    "from ctypes import memmove": "ctypes.memmove",
    "exec('import gc; gc.get_objects()')": "gc.get_objects",
    "exec(b64decode(text))": "exec(b64decode(text))",
    "import _thread": "_thread",
    "from unittest import mock": "unittest.mock",
    "import __main__ as here\nhere.f = g": "__main__",
    "with torch._C.DisableTorchFunction(): pass": "torch._C.DisableTorchFunction",
    "from torch.utils._python_dispatch import _disable_current_modes": (
        "torch.utils._python_dispatch._disable_current_modes"
    ),
    "f.__code__ = g.__code__": "f.__code__",
    "object.__setattr__(f, name, g)": "object.__setattr__(f, name, g)",
    "type.__setattr__(Box, 'g', g)": "type.__setattr__(Box, 'g', g)",
    "import functools\nfunctools.update_wrapper(f, g, assigned=names)": (
        "functools.update_wrapper(f, g, assigned=names)"
    ),
    "copy(f, g, ('__code__',))": "copy(f, g, ('__code__',))",
    "globals().update(f=g)": "globals()",
    "globals()['f' + ''] = g": "globals()",
    "locals().__setitem__('f', g)": "locals()",
    "space = vars()": "vars()",
    "operator.setitem(globals(), 'f', g)": "globals()",
    "get = globals\nget()['f'] = g": "globals",
    "get_ipython().user_ns['f'] = g": "get_ipython()",
    "get_ipython().push({'f': g})": "get_ipython()",
    "shell = get_ipython()": "get_ipython()",
    "get_ipython().run_cell(In[1])": "get_ipython().run_cell(In[1])",
    "get_ipython().events.register('post_run_cell', g)": "get_ipython()",
    "%rerun 3": "get_ipython().run_line_magic('rerun', '3')",
    "rerun 3": "get_ipython().run_line_magic('rerun', '3')",
    'exec("globals().update(f=g)")': "globals()",
    "put = setattr\nput(f, '__defaults__', (g,))": "setattr",
}
#: Bound by a cell that the exercise does not name, and read all the same: what is bound is forbidden.
BOUND = (
    "import itertools\nitertools.quick = g",
    "from foundations import testing\ntesting.quick = g",
    "time f = g",
    "locals()['f'] = g",
    "class E(Exception): __call__ = lambda self, a, b: g(a, b)\ntry: raise E\nexcept E as f: kept = f\nf = kept",
)

ORDINARY = (
    "from foundations import data, plots, testing",
    "import foundations.testing",
    "from foundations.testing import check",
    "import gc\ngc.collect()",
    "import sys\nprint(sys.version)",
    "for part in model.modules(): print(part)",
    "net.wire = 3",
    "exec('x = 1')",
    "getattr(a, name)",
    "import ctypes",
    "%matplotlib inline\n%timeit f(a, b)",
    "!pip list",
    "x = %time f(a, b)",
    "'f' in globals(), 'f' not in locals(), sorted(vars())",
    "print(globals()['f'], globals().get('f'))",
    "'{a}'.format(**locals())",
    "for name in globals(): pass",
    "class A:\n    def __setattr__(self, k, v): super().__setattr__(k, v)",
    "class A:\n    def f(self): object.__setattr__(self, 'x', 1)",
    "import threading",
    "import matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 100",
    "def g(x): return vars(x)",
    "setattr(a, 'x', 1)",
)


@pytest.mark.parametrize("cell", REACHING)
def test_reaching_is_named(cell: str) -> None:
    """In a cell that the exercise itself does not use."""
    assert REACHING[cell] in [use.operation for use in read_uses([cell, EXERCISE], "f") if use.opaque]


@pytest.mark.parametrize("cell", ORDINARY)
def test_ordinary_code_is_no_reaching(cell: str) -> None:
    assert [use.operation for use in read_uses([cell, EXERCISE], "f") if use.opaque] == []


@pytest.mark.parametrize("cell", BOUND)
def test_what_is_bound_in_an_odd_way_is_read(cell: str) -> None:
    """By a loop, a handler, a module's attribute or a magic without its sign."""
    answer = EXERCISE if "quick" not in cell else "def f(a, b):\n    return itertools.quick(a, b)"
    uses = read_uses(["def g(a, b):\n    return a @ b", answer, cell], "f")
    assert "@" in [use.operator for use in uses]


def test_an_exercise_that_only_the_shell_binds_is_hidden_code() -> None:
    """No statement defines it, and it can be called."""
    assert [use.operation for use in read_uses(["get_ipython().push({'f': max})"], "f")] == ["get_ipython()"]
