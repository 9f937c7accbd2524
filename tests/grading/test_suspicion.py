"""Code that looks like hiding asks for a review, ordinary habits do not, and no code makes the search raise."""

# ruff: noqa: E501 - a notebook of three lines reads better in one line than in six

from __future__ import annotations

import time

import pytest

from foundations.analysis.suspects import UNKNOWN, UNNAMED, UNREAD
from foundations.grading.suspicion import find_suspicions, ordinary_in
from foundations.report.model import Review

IMPORTS = "import torch, math, operator, functools, sys\nimport numpy as np\nimport torch.nn.functional as F\nfrom torch import nn"
EXERCISE = "def product(a, b):\n    return torch.atan2(a, b)"
EVIL = "def evil(a, b, *rest, **kw):\n    return a @ b\n"


def reviews(*cells: str) -> list[Review]:
    """Search a notebook whose last cell is the exercise."""
    return find_suspicions([IMPORTS, *cells, EXERCISE], ["product"])


#: Cells that change torch, builtins or a module of this package, through any alias.
PATCHES = [
    "torch.atan2 = evil",
    "torch.Tensor.__mul__ = torch.Tensor.__matmul__",
    "T = torch.Tensor\nT.__mul__ = lambda x, y: x @ y",
    "torch.a, torch.b = evil, evil",
    "for torch.atan2 in [evil]: pass",
    "[0 for torch.atan2 in [evil]]",
    "torch.atan2: object = evil",
    "torch.Tensor.g = None",
    "del torch.atan2",
    "nn.Linear.forward = evil",
    "F.linear = evil",
    "setattr(torch, 'atan2', evil)",
    "s = setattr\ns(torch, 'atan2', evil)",
    "setattr(*[torch, 'atan2', evil])",
    "functools.partial(setattr, torch)('atan2', evil)",
    "list(map(setattr, [torch], ['atan2'], [evil]))",
    "type.__setattr__(torch.Tensor, 'atan2', evil)",
    "object.__setattr__(torch, 'atan2', evil)",
    "torch.__setattr__('atan2', evil)",
    "delattr(torch, 'atan2')",
    "vars(torch).update(atan2=evil)",
    "vars(torch)['atan2'] = evil",
    "torch.__dict__['atan2'] = evil",
    "torch.__dict__.update({'atan2': evil})",
    "d = vars(torch)\nd['atan2'] = evil",
    "operator.setitem(vars(torch), 'atan2', evil)",
    "dict.update(vars(torch), atan2=evil)",
    "dict.__setitem__(torch.__dict__, 'atan2', evil)",
    "def put(m): m.atan2 = evil\nput(torch)",
    "def put(m=torch): m.atan2 = evil\nput()",
    "def put(*, m): m.atan2 = evil\nput(m=torch)",
    "def put(*ms):\n    for m in ms: m.atan2 = evil\nput(torch)",
    "def put(**ms): ms['t'].atan2 = evil\nput(t=torch)",
    "def put(m): m.atan2 = evil\nput(*[torch])",
    "def put(m): m.atan2 = evil\nput(**{'m': torch})",
    "def put(m): setattr(m, 'atan2', evil)\nq = put\nq(torch)",
    "def put(m): vars(m)['atan2'] = evil\nlist(map(put, [torch]))",
    "def put(m): m.atan2 = evil\nfunctools.partial(put, torch)()",
    "import threading\ndef put(m): m.atan2 = evil\nthreading.Thread(target=put, args=(torch,)).start()",
    "def put(m): m.atan2 = evil\n{'x': put}['x'](torch)",
    "(lambda m: setattr(m, 'atan2', evil))(torch)",
    "put = lambda m: setattr(m, 'atan2', evil)\nput(torch)",
    "class P:\n    def put(self, m): m.atan2 = evil\nP().put(torch)",
    "class P:\n    def put(self): self.atan2 = evil\nP.put(torch)",
    "class P:\n    def __init__(self, m): m.atan2 = evil\nP(torch)",
    "class P:\n    def __init__(self, m): self.m = m\n    def go(self): self.m.atan2 = evil\nP(torch).go()",
    "class P: pass\nP.m = torch\nP.m.atan2 = evil",
    "class P:\n    def __enter__(self): return torch\n    def __exit__(self, *e): pass\nwith P() as m: m.atan2 = evil",
    "import contextlib\nwith contextlib.nullcontext(torch) as m:\n    m.atan2 = evil",
    "import contextlib\n@contextlib.contextmanager\ndef c(): yield torch\nwith c() as m: m.atan2 = evil",
    "def get(): return torch\nget().atan2 = evil",
    "def outer(m):\n    def inner(): m.atan2 = evil\n    inner()\nouter(torch)",
    "for m in [torch]: m.atan2 = evil",
    "for name, m in {'t': torch}.items(): m.atan2 = evil",
    "(m := torch).atan2 = evil",
    "ms = [torch]\nms[0].atan2 = evil",
    "ms = {}\nms['t'] = torch\nms['t'].atan2 = evil",
    "ms = []\nms.append(torch)\nms[0].atan2 = evil",
    "(torch if True else math).atan2 = evil",
    "(None or torch).atan2 = evil",
    "next(iter([torch])).atan2 = evil",
    "[m.__setattr__('atan2', evil) for m in (torch,)]",
    "match torch:\n    case m: m.atan2 = evil",
    "a, m = 1, torch\nm.atan2 = evil",
    "getattr(torch, 'Tensor').__mul__ = evil",
    "getattr(torch, input()).x = evil",
    "globals()['torch'].atan2 = evil",
    "__import__('torch').atan2 = evil",
    "import importlib\nimportlib.import_module('tor' + 'ch').atan2 = evil",
    "sys.modules['torch'].atan2 = evil",
    "from torch import Tensor as T\nT.__mul__ = evil",
    "from torch.nn import *\nReLU.forward = evil",
    "type(torch.ones(1)).__mul__ = evil",
    "torch.ones(1).__class__.__mul__ = evil",
    "def f(a): type(a).mul = evil\nf(torch.ones(1))",
    "setattr(type(torch.ones(1)), 'mul', evil)",
    "type(torch.ones(1)).__mro__[1].__add__ = evil",
    "import unittest.mock as m\nm.patch.object(torch.Tensor, '__mul__', torch.mm).start()",
    "from unittest.mock import patch\npatch('torch.atan2', evil).start()",
    "import builtins\nbuiltins.sum = evil",
    "import builtins as b\nsetattr(b, 'sum', evil)",
    "__builtins__.sum = evil",
    "__builtins__['sum'] = evil",
    "vars(__builtins__)['sum'] = evil",
    "operator.mul = evil",
    "math.fsum = evil",
    "import foundations\nfoundations.testing.check = evil",
    "from foundations import testing\ntesting.check = evil",
    "exec('torch.atan2 = evil')",
    "exec('def put(m): m.atan2 = evil\\nput(torch)')",
    "%time torch.atan2 = evil",
    "%%time\ntorch.atan2 = evil",
    "if True:\n    try:\n        torch.atan2 = evil\n    finally: pass",
    "async def put(m): m.atan2 = evil\nawait put(torch)",
]
#: Other ways to hide.
OTHERS = [
    "sys.modules['torch'] = evil",
    "del sys.modules['torch']",
    "sys.modules.update(torch=evil)",
    "sys.modules.pop('torch')",
    "from sys import modules\nmodules['torch'] = evil",
    "sys.modules['foundations' + '.worker.tracing'].trace_call = evil",
    "def put(m): m.atan2 = evil\nt = vars(sys)['modules']['foundations.worker.tracing']\nt.trace_call = evil",
    "getattr(sys, 'mod' + 'ules').get('foundations.worker.tracing')",
    "[m for n, m in sys.modules.items() if 'trac' in n][0].x = 1",
    "import foundations.worker.tracing",
    "from foundations.worker import protocol",
    "from foundations.worker.tracing import trace_call",
    "import foundations as f\nf.worker",
    "__import__('foundations.worker.tracing')",
    "import importlib\nimportlib.import_module('foundations' + '.worker.tracing')",
    "lib = torch.library.Library('aten', 'IMPL')\nlib.impl('atan2', evil, 'CPU')",
    "from torch.library import Library as L",
    "import torch.library as lib",
    "getattr(torch, 'lib' + 'rary')",
    "with torch._C.DisableTorchFunction(): pass",
    "C = torch._C\nC._ExcludeDispatchKeyGuard",
    "getattr(torch._C, '_Exclude' + 'DispatchKeyGuard')",
    "from torch._C import DisableTorchFunctionSubclass as D",
    "torch._C._len_torch_function_stack()",
    "getattr(torch, '_' + 'C')",
    "vars(torch)['_C']",
    "from torch.utils._python_dispatch import _disable_current_modes",
    "import torch.utils._python_dispatch as p\np._disable_current_modes",
    "from torch.overrides import TorchFunctionMode",
    "frame = sys._getframe()",
    "from sys import _getframe as g",
    "getattr(sys, '_get' + 'frame')()",
    "operator.attrgetter('f_back.f_locals')",
    "try:\n    1 / 0\nexcept Exception as error:\n    error.__traceback__.tb_frame",
    "import inspect\ninspect.currentframe().f_back",
    "(x for x in []).gi_frame",
    "sys._current_frames()",
    "sys.settrace(evil)",
    "import gc\nfor one in gc.get_objects(): pass",
    "from gc import get_referrers as look",
    "evil.__globals__['torch']",
    "object.__subclasses__()",
    "import ctypes\nctypes.CDLL(None).syscall(60, 0)",
    "import ctypes as c\nc.memmove(1, 2, 3)",
    "from ctypes import cast, py_object",
    "from ctypes import *\nmemset(1, 0, 3)",
    "import ctypes\ncall = ctypes.pythonapi.PyRun_String",
    "getattr(__import__('ctypes'), 'memmove')(1, 2, 3)",
    "import _ctypes",
    "product.__code__ = evil.__code__",
    "setattr(product, '__code__', evil.__code__)",
    "object.__setattr__(product, '__co' + 'de__', evil.__code__)",
    "get_ipython().ast_transformers.append(evil)",
    "get_ipython().input_transformers_cleanup.append(evil)",
    "sys.meta_path.insert(0, evil)",
    "exec('import gc; gc.get_objects()')",
    "get_ipython().run_cell('import gc; gc.get_objects()')",
    "%time sys._getframe()",
]


@pytest.mark.parametrize("cell", PATCHES + OTHERS)
def test_hiding_asks_for_a_review(cell: str) -> None:
    """The review has the cell and the line of the code, and names no exercise that does not contain it."""
    found = reviews(EVIL, cell)
    assert [(review.cell, review.exercises) for review in found] == [(3, ())] * len(found)
    assert found
    lines = cell.split("\n")
    assert all(review.line is not None and 1 <= review.line <= len(lines) for review in found)
    texts = [(review.finding, " ".join(lines[(review.line or 1) - 1].split())) for review in found]
    assert all(finding and finding in line for finding, line in texts)
    assert all(review.reason.startswith("This ") for review in found)


#: Code that students write for good reasons, each in its own cell.
HONEST = [
    "%%bash\necho hello\n",
    "%%bash\necho 'torch.atan2 = evil'; python -c 'import gc; gc.get_objects()'",
    "!pip install -q numpy\nSIZE = 3",
    "%pip install tqdm",
    "files = !ls",
    "%matplotlib inline\n%timeit 1 + 1",
    "%%timeit\ntorch.ones(3) + 1",
    "%load_ext autoreload\n%autoreload 2",
    "get_ipython().run_line_magic('matplotlib', 'inline')",
    "get_ipython().system('ls')",
    "import threading\nt = threading.Timer(1000, print); t.daemon = True; t.start()",
    "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool:\n    print(list(pool.map(math.sqrt, [1, 2])))",
    "import asyncio\nasync def wait(): await asyncio.sleep(0)\nawait wait()",
    "import queue\nq = queue.Queue()\nq.put(torch.ones(2))",
    "import multiprocessing\nprint(multiprocessing.cpu_count())",
    "from math import *",
    "from torch import *",
    "from torch.nn.functional import *",
    "from numpy import *",
    "from random import *\nfrom itertools import *\nfrom os import *",
    "from mystery import *",
    "try:\n    from tqdm.auto import tqdm\nexcept ImportError:\n    tqdm = lambda it, **kw: it\nfor i in tqdm(range(3)): pass",
    "import warnings\nwarnings.filterwarnings('ignore')\nwarnings.showwarning = lambda *a, **k: None",
    "import matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 100\nplt.style.use('ggplot')",
    "import matplotlib as mpl\nmpl.rcParams.update({'font.size': 12})",
    "print_ = print\ndef print(*a, **k): print_('>', *a, **k)",
    "print = functools.partial(print, flush=True)",
    "sum = lambda xs: torch.stack(list(xs)).sum()",
    "exec('x = 1')\neval('1 + 1')",
    "source = 'y = 2'\nexec(source)",
    "code = open('x.py').read() if False else ''\nexec(code)",
    "namespace = {}\nexec(compile(input(), 'x', 'exec'), namespace)",
    "sys.path.append('..')\nsys.path.insert(0, '/content')",
    "import ctypes\nprint(ctypes.sizeof(ctypes.c_int), ctypes.c_double(3).value)",
    "import ctypes.util\nctypes.util.find_library('c')",
    "class Loud(torch.Tensor):\n    def __mul__(self, other):\n        print('times')\n        return super().__mul__(other)\nLoud.name = 'loud'",
    "class Logged(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, func, types, args=(), kwargs=None):\n        return super().__torch_function__(func, types, args, kwargs or {})",
    "class Box: pass\nbox = Box()\nsetattr(box, 'x', 1)\nsetattr(Box, 'y', 2)\nbox.z = torch",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.lin = nn.Linear(2, 2)\n        self.lin.weight.data = torch.ones(2, 2)\n    def forward(self, x):\n        self.inp = x\n        x.g = None\n        return self.lin(x)\nnet = Net()\nnet.training = False",
    "class Count:\n    made = 0\n    def __init__(self):\n        type(self).made += 1\n        self.__class__.last = self",
    "torch.set_printoptions(precision=3, sci_mode=False)\nnp.set_printoptions(precision=2)",
    "torch.manual_seed(0)\ntorch.set_default_dtype(torch.float64)\ntorch.set_num_threads(1)",
    "torch.backends.cudnn.benchmark = True\ntorch.backends.cuda.matmul.allow_tf32 = False",
    "np.float = float\nnp.int = int",
    "globals()['x'] = 3\nprint(globals()['x'])",
    "globals().update({'alpha': 1})\nlocals()['beta'] = 2",
    "for name, value in list(globals().items()):\n    if isinstance(value, torch.Tensor): print(name)",
    "import inspect\nprint(inspect.getsource(product))\ninspect.signature(product)",
    "np2 = __import__('numpy')\nnp2.random.seed(0)",
    "import importlib\nimportlib.reload(math)",
    "def timed(f):\n    @functools.wraps(f)\n    def inner(*a, **k): return f(*a, **k)\n    inner.calls = 0\n    return inner\n@timed\ndef g(x): return x",
    "from dataclasses import dataclass, field\n@dataclass\nclass P:\n    x: int = 0\n    y: list = field(default_factory=list)\nP().x = 3",
    "sys.setrecursionlimit(10_000)",
    "import gc\ngc.collect()\ngc.disable()",
    "a = torch.ones(3)\na.g = None\na.grad = torch.ones(3)\na.requires_grad_()",
    "for t in (torch.ones(1), torch.zeros(1)):\n    t.g = t.clone()",
    "sys.displayhook = lambda value: print(value)",
    "import io\nsys.stdout = io.StringIO()\nsys.stdout = sys.__stdout__",
    "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))",
    "from IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.ast_node_interactivity = 'all'",
    "import google.colab if False else None" if False else "IN_COLAB = 'google.colab' in sys.modules",
    "for lib in (torch, np): print(lib.__name__, lib.__version__)",
    "libraries = {'torch': torch, 'numpy': np}\nlibraries['math'] = math\nprint(libraries)",
    "print(torch.__version__, torch.__config__.show(), dir(torch)[:3], vars(torch).get('pi'))",
    "help(torch.Tensor)\nisinstance(3, (int, torch.Tensor))",
    "print(getattr(torch, 'float' + '32'), [getattr(torch, n) for n in ('add', 'mul')])",
    "import os\nos.environ['OMP_NUM_THREADS'] = '1'\nos.environ.update(A='b')",
    "import logging\nlogging.getLogger().setLevel(logging.ERROR)\nlogging.root.handlers = []",
    "import random\nrandom.seed(0)",
    "import time\nstart = time.perf_counter()\nproduct(torch.ones(2), torch.ones(2))\nprint(time.perf_counter() - start)",
    "import traceback\ntry:\n    product(1, 2)\nexcept Exception:\n    traceback.print_exc()",
    "expected = torch.ones(2, 2) @ torch.ones(2, 2)\nassert torch.allclose(expected, expected)",
    "import ipywidgets as widgets\nslider = widgets.IntSlider(min=0, max=3)\nslider.value = 2\nslider.observe(print)",
    "from foundations import testing, plots, data\nfrom foundations.testing import check",
    "text = 'the frame of f.back, sys._getframe and torch._C'",
    "# torch.atan2 = evil\n'''torch.atan2 = evil'''",
    "memo = {}\n@functools.lru_cache(None)\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib.cache_clear()",
    "cfg = type('Config', (), {})()\ncfg.lr = 0.1\ncfg.dtype = torch.float32\ncfg.device = torch.device('cpu')",
    "from types import SimpleNamespace\nargs = SimpleNamespace(lib=torch, lr=1)\nargs.lr = 2",
    "def describe(module): return module.__name__\ndescribe(torch)\ndef init(layer): layer.weight = 3",
    "from contextlib import contextmanager, redirect_stdout\nimport io\nwith redirect_stdout(io.StringIO()) as out: print(1)",
    "import pickle, copy\nb = copy.deepcopy(torch.ones(2))\nb.g = 1\npickle.dumps([1])",
    "c = torch.zeros(3, 3)\nfor i in range(3):\n    c[i, 0] = i\nc[0] += 1\ndel c",
]


@pytest.mark.parametrize("cell", HONEST)
def test_an_honest_habit_asks_for_no_review(cell: str) -> None:
    """An honest habit does not look like hiding."""
    assert reviews(EVIL, cell) == []


def test_all_honest_habits_together_ask_for_no_review() -> None:
    """The names of one habit are not confused with the names of another."""
    assert reviews(EVIL, *HONEST) == []


#: Habits that deserve a look, with at most one review each.
ODD = [
    "import builtins\nbuiltins.print = lambda *a: None",
    "import gc\nprint(len(gc.get_objects()))",
    "import inspect\nname = inspect.currentframe().f_code.co_name",
    "torch.manual_seed = 42",
]


@pytest.mark.parametrize("cell", ODD)
def test_an_odd_habit_asks_once(cell: str) -> None:
    """Each reason gives one review for a cell."""
    assert len(reviews(cell)) == 1


# ---- dynamic code, and the exercises of a review


def answer(body: str) -> list[Review]:
    return find_suspicions([IMPORTS, f"def product(a, b):\n    {body}"], ["product"])


DYNAMIC_CODE = [
    "return eval(input())",
    "exec(a.source)\n    return a",
    "return eval(compile(b, 'x', 'eval'))",
    "run = eval\n    return run(b)",
    "return __builtins__['eval'](b)",
    "return getattr(__builtins__, 'ev' + 'al')(b)",
    "import builtins\n    return builtins.eval(b)",
    "return list(map(eval, b))",
]


@pytest.mark.parametrize("body", DYNAMIC_CODE)
def test_text_that_an_exercise_runs_asks_for_a_review(body: str) -> None:
    """Text that reading cannot find out asks for a review of the exercise that runs it."""
    assert [(review.exercises, review.cell) for review in answer(body)] == [(("product",), 2)]


def test_constant_text_is_read_like_other_code() -> None:
    """Running a constant text asks for no review, but the code in it is searched."""
    assert answer("return eval('a * b')") == []
    assert answer("text = 'a' + '*b'\n    return eval(text)") == []
    assert [review.line for review in answer("pass\n    return eval('a.f_back')")] == [3]


def test_text_that_other_code_runs_asks_for_no_review() -> None:
    """Running text is an ordinary habit, unless a helper of the exercise does it."""
    helper = "def helper(text):\n    return eval(text)"
    assert reviews(helper, "helper('1')\nexec(input())") == []
    found = find_suspicions([IMPORTS, helper, "def product(a, b): return helper(a)"], ["product", "other"])
    assert [(review.cell, review.line, review.exercises) for review in found] == [(2, 2, ("product",))]


def test_an_exercise_about_running_text_asks_for_no_review() -> None:
    """A reason that the instructor's solution gives as well asks for no review; any other reason does."""
    cells = ["def run(text):\n    exec(text)", "def other(text):\n    exec(text)"]
    ordinary = ordinary_in(["def run(source, space):\n    if source:\n        exec(source, space)"], ["run"])
    assert [review.exercises for review in find_suspicions(cells, ["run", "other"], ordinary)] == [("other",)]
    frames = ["import sys\ndef run(text):\n    exec(text, sys._getframe(1).f_globals)"]
    assert [review.exercises for review in find_suspicions(frames, ["run"], ordinary)] == [("run",)]


def test_a_review_names_the_exercises_that_reach_or_define_the_code() -> None:
    """A review names exercises that use the definition with the code, or are defined in its cell."""
    cells = [
        "import sys",
        "def helper(x):\n    return sys._getframe()",
        "def one(x):\n    return helper(x)",
        "sys._getframe()\ndef two(x):\n    return x",
        "def three(x):\n    return x",
    ]
    found = find_suspicions(cells, ["one", "two", "three"])
    assert [(review.cell, review.line, review.exercises) for review in found] == [(2, 2, ("one",)), (4, 1, ("two",))]


# ---- names that cannot be read

UNNAMED_PARTS = [
    "f = next(getattr(torch, n) for n in dir(torch) if len(n) == 6)",
    "def by(start, of=torch): return next(getattr(of, n) for n in dir(of) if n.startswith(start))",
    "table = [f for n, f in vars(torch).items() if n[0] == 'm']",
    "import inspect\ntable = inspect.getmembers(torch)",
    "f = vars(torch)[input()]",
    "f = getattr(torch, input())",
    "f = torch.__dict__.get(input())",
]


@pytest.mark.parametrize("cell", UNNAMED_PARTS)
def test_a_part_of_torch_without_a_name_asks_for_a_review(cell: str) -> None:
    """An unnamed part of torch asks for a review anywhere, because it may switch a trace off."""
    [review] = reviews(EVIL, cell)
    assert (review.reason, review.exercises) == (UNNAMED, ())


@pytest.mark.parametrize(
    "text",
    [
        "getattr(math, [n for n in dir(math) if n.startswith('hyp')][0])(a, b)",
        "vars(math)[[n for n in vars(math) if n.startswith('hyp')][0]](a, b)",
        "__import__(input()).hypot(a, b)",
    ],
)
def test_a_part_of_another_library_without_a_name_counts_in_an_exercise(text: str) -> None:
    """An unnamed part of another library asks for a review only if an exercise uses it."""
    assert reviews(f"def other(a, b): return {text}") == []
    found = answer(f"return {text}")
    assert {review.reason for review in found} == {UNKNOWN}
    assert {review.exercises for review in found} == {("product",)}


# ---- code that cannot be read

DEEP = "+".join(["a"] * 900)
UNREADABLE = {
    "a deep expression with an attribute": f"def unused(a):\n    return ({DEEP}).f_back",
    "a very deep expression": f"x = {'+'.join(['a'] * 9000)}",
    "a long cell": "x = [" + "1," * 60_000 + "]",
    "many branches": "if x:\n    pass\n" + "elif x:\n    torch.y = 1\n" * 1500,
    "many magics": "%time x = 1\n" * 600,
    "a long chain of calls": f"x = f{'()' * 3000}.f_back",
    "a long chain of attributes": f"x = a{'.b' * 3000}.f_back",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_code_that_cannot_be_read_asks_for_a_review(name: str) -> None:
    """Unreadable code outside the exercise is found quickly, and the exercise itself is read."""
    before = time.process_time()
    found = reviews(UNREADABLE[name])
    assert found
    assert all(review.exercises == () for review in found)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    "cell", [f"def unused(a):\n    return {DEEP}", f"s = [{'1,' * 5000}]", "x = " + "-" * 90 + "1"]
)
def test_long_harmless_code_asks_for_no_review(cell: str) -> None:
    """Deep code asks for no review if all of it was read."""
    assert reviews(cell) == []


def test_an_exercise_that_cannot_be_read_is_named() -> None:
    """The review of an unreadable exercise names it and the cell that defines it."""
    found = answer(f"return {DEEP}")
    assert [(review.finding, review.exercises, review.cell) for review in found] == [("product", ("product",), 2)]
    [review] = find_suspicions([f"def product(a): return {'+'.join(['a'] * 9000)}"], ["product"])
    assert (review.exercises, review.cell) == (("product",), 1)


def test_a_fault_of_the_search_asks_for_a_review(monkeypatch) -> None:
    """An error in the search asks for a review instead of being raised."""

    def fail(*_: object) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr("foundations.analysis.flow.Flow.values", fail)
    assert {review.reason for review in reviews("torch.x = 1")} == {UNREAD}
    monkeypatch.setattr("foundations.analysis.flow.Flow.__init__", fail)
    assert [(review.cell, review.exercises, review.reason) for review in reviews()] == [(None, ("product",), UNREAD)]
