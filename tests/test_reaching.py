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
}

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
)


@pytest.mark.parametrize("cell", REACHING)
def test_reaching_is_named(cell: str) -> None:
    """In a cell that the exercise itself does not use."""
    assert REACHING[cell] in [use.operation for use in read_uses([cell, EXERCISE], "f") if use.opaque]


@pytest.mark.parametrize("cell", ORDINARY)
def test_ordinary_code_is_no_reaching(cell: str) -> None:
    assert [use.operation for use in read_uses([cell, EXERCISE], "f") if use.opaque] == []
