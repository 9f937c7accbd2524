"""The rules of the game, by reading the source and by reading a trace."""

from __future__ import annotations

import textwrap
import time

import pytest
import torch

from foundations.errors import CourseError
from foundations.rules import (
    Growth,
    Rule,
    describe,
    fit_growth,
    growth_sizes,
    operations,
    read_source_for,
    read_trace_for,
)
from foundations.tracing import Raised, trace_call

ELEMENTWISE = Rule(
    about="replacing the inner loop by a row-by-column product and a sum()",
    forbid=frozenset({"matrix product", "einsum", "numpy", "dynamic code", "list round trip"}),
)
NAIVE = Rule(
    about="writing the sum over k yourself, with indexing, + and *",
    forbid=frozenset({"matrix product", "einsum", "numpy", "dynamic code", "pow"}),
    scalars_only=True,
)
NORM = Rule(
    about="translating the formula: square, sum, square root",
    forbid=frozenset({"norm", "pow", "numpy", "dynamic code"}),
)

IMPORTS = "import torch\nimport math, operator, functools\nimport numpy as np\nimport torch.nn.functional as F\nfrom torch import nn"


def one_line(expression: str) -> str:
    return f"def mm3(a, b):\n    return {expression}"


def cells_of(*sources: str) -> list[str]:
    return [IMPORTS, *(textwrap.dedent(source).strip("\n") for source in sources)]


#: Expressions that are a matrix product of a and b in disguise, with the family that names them.
EXPRESSIONS = {
    "at": ("a @ b", "matrix product"),
    "dunder": ("a.__matmul__(b)", "matrix product"),
    "reflected dunder": ("b.__rmatmul__(a)", "matrix product"),
    "method": ("a.matmul(b)", "matrix product"),
    "mm": ("torch.mm(a, b)", "matrix product"),
    "bmm": ("torch.bmm(a[None], b[None])[0]", "matrix product"),
    "addmm": ("torch.addmm(torch.zeros(()), a, b)", "matrix product"),
    "in place": ("torch.zeros(len(a), b.shape[1]).addmm_(a, b)", "matrix product"),
    "operator": ("operator.matmul(a, b)", "matrix product"),
    "unbound": ("torch.Tensor.__matmul__(a, b)", "matrix product"),
    "type of": ("type(a).matmul(a, b)", "matrix product"),
    "functional": ("F.linear(a, b.T)", "matrix product"),
    "Linear": ("nn.Linear(3, 2)(a)", "matrix product"),
    "conv": ("F.conv1d(a[:, :, None], b.T[:, :, None])[:, :, 0]", "matrix product"),
    "inner": ("torch.inner(a, b.T)", "matrix product"),
    "tensordot": ("torch.tensordot(a, b, 1)", "matrix product"),
    "multi_dot": ("torch.linalg.multi_dot([a, b])", "matrix product"),
    "aten": ("torch.ops.aten.mm(a, b)", "matrix product"),
    "aten overload": ("torch.ops.aten.mm.default(a, b)", "matrix product"),
    "private": ("torch._C._VariableFunctions.mm(a, b)", "matrix product"),
    "private linalg": ("torch._C._linalg.linalg_multi_dot([a, b])", "matrix product"),
    "einsum": ("torch.einsum('ik,kj->ij', a, b)", "einsum"),
    "functional einsum": ("torch.functional.einsum('ik,kj->ij', a, b)", "einsum"),
    "attention": ("F.scaled_dot_product_attention(a, b, b)", "matrix product"),
    "getattr": ("getattr(torch, 'matmul')(a, b)", "matrix product"),
    "getattr sum": ("getattr(torch, 'mat' + 'mul')(a, b)", "matrix product"),
    "getattr percent": ("getattr(torch, '%s%s' % ('mat', 'mul'))(a, b)", "matrix product"),
    "getattr format": ("getattr(torch, '{}{}'.format('mat', 'mul'))(a, b)", "matrix product"),
    "getattr f-string": ("getattr(torch, f'm{\"at\"}mul')(a, b)", "matrix product"),
    "getattr join": ("getattr(torch, ''.join(['mat', 'mul']))(a, b)", "matrix product"),
    "getattr reversed": ("getattr(torch, 'lumtam'[::-1])(a, b)", "matrix product"),
    "getattr replace": ("getattr(torch, 'mXtmul'.replace('X', 'a'))(a, b)", "matrix product"),
    "getattr lower": ("getattr(torch, 'MATMUL'.lower())(a, b)", "matrix product"),
    "getattr chr": ("getattr(torch, chr(109) + chr(0x6d))(a, b)", "matrix product"),
    "getattr chr loop": ("getattr(torch, ''.join(chr(c) for c in (109, 109)))(a, b)", "matrix product"),
    "getattr map": ("getattr(torch, ''.join(map(chr, [109, 109])))(a, b)", "matrix product"),
    "getattr decode": ("getattr(torch, b'matmul'.decode())(a, b)", "matrix product"),
    "getattr bytes": ("getattr(torch, bytes([109, 109]).decode())(a, b)", "matrix product"),
    "getattr computed": ("getattr(torch, [n for n in dir(torch) if len(n) == 2][3])(a, b)", "dynamic code"),
    "getattr chain": ("getattr(getattr(torch, 'ops').aten, 'mm')(a, b)", "matrix product"),
    "vars": ("vars(torch)['matmul'](a, b)", "matrix product"),
    "vars get": ("vars(torch).get('matmul')(a, b)", "matrix product"),
    "vars values": ("[f for f in vars(torch).values()][3](a, b)", "dynamic code"),
    "__dict__": ("torch.__dict__['mat' 'mul'](a, b)", "matrix product"),
    "__dict__ of type": ("torch.Tensor.__dict__['__matmul__'](a, b)", "matrix product"),
    "__getattribute__": ("torch.Tensor.__getattribute__(a, 'matmul')(b)", "matrix product"),
    "attrgetter": ("operator.attrgetter('matmul')(torch)(a, b)", "matrix product"),
    "attrgetter dotted": ("operator.attrgetter('nn.functional.linear')(torch)(a, b.T)", "matrix product"),
    "methodcaller": ("operator.methodcaller('mm', b)(a)", "matrix product"),
    "itemgetter": ("operator.itemgetter('matmul')(vars(torch))(a, b)", "matrix product"),
    "partial": ("functools.partial(torch.matmul, a)(b)", "matrix product"),
    "partial getattr": ("functools.partial(getattr, torch)('matmul')(a, b)", "dynamic code"),
    "reduce": ("functools.reduce(torch.matmul, [a, b])", "matrix product"),
    "lambda": ("(lambda x, y: x @ y)(a, b)", "matrix product"),
    "in an f-string": ("f'{a @ b}'", "matrix product"),
    "eval": ("eval('a @ b')", "matrix product"),
    "eval folded": ("eval('a ' + chr(64) + ' b')", "matrix product"),
    "eval hidden": ("eval(input())", "dynamic code"),
    "__import__": ("__import__('torch').matmul(a, b)", "matrix product"),
    "builtins": ("__builtins__['eval']('a' + chr(64) + 'b')", "dynamic code"),
    "numpy": ("torch.from_numpy(a.numpy() + b.numpy())", "numpy"),
    "asarray": ("torch.tensor(np.asarray(a))", "numpy"),
    "np.dot": ("torch.tensor(np.dot(a, b))", "matrix product"),
    "__array__": ("torch.tensor(a.__array__())", "numpy"),
    "data_ptr": ("a.data_ptr()", "numpy"),
    "storage": ("list(a.untyped_storage())", "numpy"),
    "memoryview": ("memoryview(a)", "numpy"),
    "globals": ("globals()['torch'].mm(a, b)", "matrix product"),
    "comprehension": ("[f(a, b) for f in [torch.mm]][0]", "matrix product"),
    "walrus": ("(f := torch.mm) and f(a, b)", "matrix product"),
    "sumprod": ("math.sumprod(a[0], b[:, 0])", "matrix product"),
    "torch functions off": ("torch._C.DisableTorchFunction().__enter__() or a", "dynamic code"),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expression_in_disguise_is_found(name: str) -> None:
    """Each way of writing a forbidden operation within one expression is found, and named by its family."""
    expression, family = EXPRESSIONS[name]
    found = read_source_for(ELEMENTWISE, cells_of(one_line(expression)), "mm3")
    assert found, expression
    assert found[0].family == family
    assert {violation.line for violation in found} == {2}


#: Whole notebooks in which ``mm3`` is forbidden to do what it does: the sources of their cells.
NOTEBOOKS = {
    "alias": ["mm = torch.matmul", "def mm3(a, b): return mm(a, b)"],
    "alias of alias": ["x = torch.matmul\ny = x", "z = y\ndef mm3(a, b): return z(a, b)"],
    "import as": ["from torch import matmul as plus\ndef mm3(a, b): return plus(a, b)"],
    "local import": ["def mm3(a, b):\n    from torch import matmul as plus\n    return plus(a, b)"],
    "local numpy": ["def mm3(a, b):\n    import numpy\n    return numpy"],
    "module alias": ["t = torch\ndef mm3(a, b): return t.mm(a, b)"],
    "local module alias": ["def mm3(a, b):\n    t = torch\n    return t.mm(a, b)"],
    "star import": ["from torch import *\ndef mm3(a, b): return matmul(a, b)"],
    "star operator": ["from operator import *\ndef mm3(a, b): return matmul(a, b)"],
    "helper": ["def helper(x, y): return x @ y", "def mm3(a, b): return helper(a, b)"],
    "helper of helper": ["def h1(x, y): return x @ y\ndef h2(x, y): return h1(x, y)\ndef mm3(a, b): return h2(a, b)"],
    "helper below": ["def mm3(a, b): return helper(a, b)", "def helper(x, y): return x @ y"],
    "nested function": ["def mm3(a, b):\n    def inner_one(x): return x @ b\n    return inner_one(a)"],
    "class": ["class Tool:\n    def go(self, x, y): return x @ y\ndef mm3(a, b): return Tool().go(a, b)"],
    "operator overloaded": ["class T(torch.Tensor):\n    def __mul__(s, o): return s.matmul(o)\ndef mm3(a, b): return T(a) * b"],
    "decorator": ["def d(f): return lambda a, b: a @ b\n@d\ndef mm3(a, b): return a"],
    "default argument": ["def mm3(a, b, f=torch.matmul): return f(a, b)"],
    "keyword default": ["def mm3(a, b, *, f=lambda x, y: x @ y): return f(a, b)"],
    "default kept": ["f = torch.mm\ndef mm3(a, b, g=f): return g(a, b)\nf = None"],
    "rebound": ["def mm3(a, b): return a", "mm3 = torch.matmul"],
    "wrapped": ["def mm3(a, b): return a @ b", "old = mm3\ndef mm3(a, b): return old(a, b)"],
    "partial": ["mm3 = functools.partial(torch.matmul)"],
    "lambda": ["mm3 = lambda a, b: a @ b"],
    "conditional": ["def mm3(a, b): return a", "if True:\n    def mm3(a, b): return a @ b"],
    "conditional import": ["try:\n    from torch import mm as f\nexcept ImportError:\n    f = None\ndef mm3(a, b): return f(a, b)"],
    "table": ["ops = {'x': torch.mm}\ndef mm3(a, b): return ops['x'](a, b)"],
    "table filled later": ["ops = {}\nops['x'] = torch.mm\ndef mm3(a, b): return ops['x'](a, b)"],
    "list appended": ["ops = []\nops.append(torch.mm)\ndef mm3(a, b): return ops[0](a, b)"],
    "loop target": ["for f in [torch.mm]:\n    pass\ndef mm3(a, b): return f(a, b)"],
    "with target": ["import contextlib\nwith contextlib.nullcontext(torch.mm) as f:\n    pass\ndef mm3(a, b): return f(a, b)"],
    "unpacked": ["f, g = torch.mm, torch.mul\ndef mm3(a, b): return f(a, b)"],
    "starred": ["f, *g = [torch.add, torch.mm]\ndef mm3(a, b): return g[0](a, b)"],
    "walrus": ["print(f := torch.mm)\ndef mm3(a, b): return f(a, b)"],
    "augmented": ["def mm3(a, b):\n    a @= b\n    return a"],
    "global statement": ["def setup():\n    global f\n    f = torch.mm\nsetup()\ndef mm3(a, b): return f(a, b)"],
    "globals written": ["globals()['f'] = torch.mm\ndef mm3(a, b): return f(a, b)"],
    "globals read": ["f = torch.mm\ndef mm3(a, b): return globals()['f'](a, b)"],
    "function attribute": ["def mm3(a, b): return mm3.f(a, b)\nmm3.f = torch.mm"],
    "setattr": ["def mm3(a, b): return mm3.f(a, b)\nsetattr(mm3, 'f', torch.mm)"],
    "code replaced": ["def other(a, b): return a @ b\ndef mm3(a, b): return a\nmm3.__code__ = other.__code__"],
    "name in parts": ["def mm3(a, b):\n    name = 'mat'\n    name += 'mul'\n    return getattr(torch, name)(a, b)"],
    "name from above": ["NAME = 'mat' + 'mul'\ndef mm3(a, b): return getattr(torch, NAME)(a, b)"],
    "name in a loop": ["def mm3(a, b):\n    for name in ['matmul']:\n        return getattr(torch, name)(a, b)"],
    "getattr alias": ["def mm3(a, b):\n    g = getattr\n    return g(torch, 'matmul')(a, b)"],
    "namespace alias": ["def mm3(a, b):\n    d = vars(torch)\n    return d['matmul'](a, b)"],
    "patch": ["torch.Tensor.__mul__ = torch.Tensor.__matmul__", "def mm3(a, b): return a * b"],
    "patch through alias": ["T = torch.Tensor\nT.__mul__ = lambda x, y: x @ y", "def mm3(a, b): return a * b"],
    "patch by setattr": ["setattr(torch.Tensor, '__mul__', torch.matmul)", "def mm3(a, b): return a * b"],
    "patch in a function": ["def p():\n    torch.Tensor.__mul__ = torch.matmul\np()", "def mm3(a, b): return a * b"],
    "patch of builtins": ["import builtins\nbuiltins.sum = torch.matmul", "def mm3(a, b): return sum(a, b)"],
    "new builtin": ["sum = torch.matmul", "def mm3(a, b): return sum(a, b)"],
    "exec above": ["exec('def plus(x, y): return x @ y')", "def mm3(a, b): return plus(a, b)"],
    "exec alias": ["e = exec", "def mm3(a, b):\n    e('c = a @ b')\n    return c"],
    "cell magic": ["%%time\ndef mm3(a, b):\n    return a @ b"],
    "line magic": ["%time f = torch.mm", "def mm3(a, b): return f(a, b)"],
    "beside a magic": ["%matplotlib inline\n!ls\ndef mm3(a, b):\n    return a @ b"],
    "thread": ["import threading\ndef mm3(a, b): threading.Thread(target=print).start()"],
    "pool above": ["from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor()\ndef mm3(a, b): return pool"],
    "ctypes": ["import ctypes\ndef mm3(a, b): return ctypes.CDLL(None)"],
    "pickle": ["import pickle\ndef mm3(a, b): return pickle.loads(b'ctorch\\nmatmul\\n.')(a, b)"],
    "importlib": ["import importlib\ndef mm3(a, b): return importlib.import_module('tor' + 'ch')"],
    "modes off": ["from torch.utils._python_dispatch import _disable_current_modes as q\ndef mm3(a, b):\n    with q(): return a"],
    "match": ["def mm3(a, b):\n    match a:\n        case object(matmul=f): return f(b)"],
    "compiled": ["@torch.compile\ndef mm3(a, b): return a"],
    "decoy method": ["class T(torch.Tensor):\n    def f(self): self.mm = 1\ndef mm3(a, b): return T(a).mm(b)"],
    "decoy __new__": ["class T:\n    def __new__(c, x): return x\n    def mm(self): 0\ndef mm3(a, b): return T(a).mm(b)"],
    "decoy variable": ["def mm3(a, b):\n    dot = a\n    return dot.mm(b)"],
}  # fmt: skip


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_trick_over_several_statements_is_found(name: str) -> None:
    """Names are followed through all that the notebook binds, in whatever way it binds it."""
    assert read_source_for(ELEMENTWISE, cells_of(*NOTEBOOKS[name]), "mm3") != []


NORMS = [
    "m.norm()", "torch.norm(m)", "torch.linalg.norm(m)", "torch.linalg.vector_norm(m)", "torch.linalg.matrix_norm(m)",
    "torch.dist(m, torch.zeros_like(m))", "torch.cdist(m, m)", "m.renorm(2, 0, 1.)", "F.normalize(m)", "torch.hypot(m, m)",
    "F.pairwise_distance(m, m)", "torch.linalg.svdvals(m)", "(m ** 2).sum().sqrt()", "m.pow(2).sum().sqrt()",
    "math.pow(m.sum(), .5)", "pow(m, 2).sum()", "(m * m).sum() ** 0.5", "m.square().sum().sqrt()", "m.__pow__(2)",
    "torch.float_power(m, 2)", "operator.pow(m, 2)", "np.sqrt(m)", "F.mse_loss(m, m)", "nn.PairwiseDistance()(m, m)",
]  # fmt: skip


@pytest.mark.parametrize("expression", NORMS)
def test_norm_and_power_in_disguise_are_found(expression: str) -> None:
    """For the Frobenius norm, norms and powers are forbidden however they are written."""
    found = read_source_for(NORM, cells_of(f"def frobenius_norm(m):\n    return {expression}"), "frobenius_norm")
    assert [violation.line for violation in found] == [2]


#: Innocent notebooks: the exercise, and what its cells say.
INNOCENT = {
    "naive": ["""
        def mm3(a, b):
            n, k = a.shape
            k2, m = b.shape
            assert k == k2, f"inner sizes {k} and {k2} differ: this matmul cannot be"
            c = torch.zeros(n, m, dtype=a.dtype)
            for i in range(n):
                for j in range(m):
                    for l in range(k):
                        c[i, j] += a[i, l] * b[l, j]
            return c
    """],
    "docstring": ["def mm3(a, b):\n    '''Like torch.matmul, a @ b, einsum and np.dot.'''\n    return a * b"],
    "comment": ["def mm3(a, b):\n    # not a @ b, not torch.matmul\n    return a * b"],
    "message": ["def mm3(a, b):\n    raise ValueError('matmul: use a.dot(b) or getattr')"],
    "message named": ["def mm3(a, b):\n    if len(a) != len(b): raise ValueError('%s failed' % 'matmul')\n    return a"],
    "locals": ["def mm3(a, b):\n    norm = 0\n    dot = a\n    pow, inner = 1, 2\n    return norm + dot * pow * inner"],
    "arguments": ["def mm3(a, b, norm=1, dot=2, pow=3):\n    return a * norm + dot * pow"],
    "keyword": ["def f(x, dot): return x\ndef mm3(a, b): return f(a, dot=b)"],
    "builtin sum": ["def mm3(a, b): return sum(a[0] * b[:, 0])"],
    "max and len": ["def mm3(a, b): return max(len(a), len(b)), abs(3), round(2.5), isinstance(a, torch.Tensor)"],
    "helper named dot": ["def dot(u, v): return (u * v).sum()\ndef mm3(a, b): return dot(a[0], b[:, 0])"],
    "helper method dot": [
        "class Tool:\n    def dot(self, u, v): return (u * v).sum()\n    def all(self, u): return self.dot(u, u)\n"
        "tool = Tool()\ndef mm3(a, b): return tool.dot(a[0], b[:, 0]) + Tool().dot(a[0], a[0]) + tool.all(a[0])"
    ],
    "namespace of helpers": ["from types import SimpleNamespace\ntool = SimpleNamespace(dot=lambda u, v: (u * v).sum())\n"
                             "def mm3(a, b): return tool.dot(a[0], b[:, 0])"],
    "own check below": ["def mm3(a, b): return a * b", "a = b = torch.ones(2, 2)\nassert torch.equal(mm3(a, b), a @ b)"],
    "own check above": ["expected = torch.ones(2, 2) @ torch.ones(2, 2)\nmm = torch.mm", "def mm3(a, b): return a * b"],
    "own check same cell": ["def mm3(a, b): return a * b\nprint(np.allclose(mm3(torch.ones(1), torch.ones(1)), 1 @ 1))"],
    "own patch-free settings": ["torch.backends.mkldnn.enabled = False\ndef mm3(a, b): return a * b"],
    "timings": ["timings = {}\ntimings['mm3'] = torch.einsum\ndef mm3(a, b): return a * b"],
    "transposes": ["def mm3(a, b):\n    for row, col in zip(a, b.T): row * col\n    return a.t(), a.mT, b.T"],
    "earlier attempt": ["def mm3(a, b): return a @ b", "def mm3(a, b): return a * b"],
    "name used for two things": ["f = torch.matmul\nprint(f)", "f = torch.mul", "def mm3(a, b): return f(a, b)"],
    "rebound import": ["from torch import matmul as plus", "def plus(x, y): return x + y", "def mm3(a, b): return plus(a, b)"],
    "syntax error elsewhere": ["def broken(:\n  a @ b", "def mm3(a, b): return a * b"],
    "magics": ["%matplotlib inline\n%timeit 1 + 1\n!pip list", "%%time\ndef mm3(a, b):\n    return a * b", "%%bash\necho a @ b"],
    "unused imports": ["from torch import matmul\nimport ctypes, threading\nfrom numpy import dot", "def mm3(a, b): return a * b"],
    "getattr of a constant": ["def mm3(a, b): return getattr(a, 'dtype', None)"],
    "item and float": ["def mm3(a, b): return float(a[0, 0]) * b[0, 0].item()"],
    "list round trip is seen when run": ["def mm3(a, b): return torch.tensor(a.tolist())"],
    "star kwargs": ["def f(**kw): return kw\ndef mm3(a, b, *args, **kw): return f(**kw), [*args], a * b"],
    "string of code": ["HELP = 'exec(a @ b)'\ndef mm3(a, b): return a * b, HELP"],
    "annotations": ["def mm3(a: 'np.ndarray', b: np.ndarray) -> torch.Tensor:\n    c: np.ndarray = a * b\n    return c"],
    "decorator used": ["@functools.lru_cache\ndef size(n): return n\n@torch.no_grad()\ndef mm3(a, b): return a * size(2)"],
    "set attribute": ["def mm3(a, b):\n    a.norm = 3\n    a.g = b\n    return a"],
    "dict of names": ["def mm3(a, b):\n    seen = {'matmul': 1, 'dot': 2}\n    return seen['matmul'] + seen.get('dot')"],
    "recursion": ["def mm3(a, b): return mm3(a[1:], b) if len(a) > 1 else a * b"],
    "generators": ["def mm3(a, b): return torch.stack([torch.stack([(r * c).sum() for c in b.T]) for r in a])"],
    "modulo and division": ["def mm3(a, b): return a % 2, a // 2, a << 1 if False else -a"],
    "try and with": ["def mm3(a, b):\n    try:\n        with torch.no_grad(): return a * b\n    except Exception as pow: raise pow"],
    "random": ["torch.manual_seed(0)\nm1 = torch.rand(5, 784)\nm2 = torch.rand(784, 10)\ndef mm3(a, b): return a * b"],
}  # fmt: skip


@pytest.mark.parametrize("name", INNOCENT)
def test_innocent_notebook_is_left_alone(name: str) -> None:
    """Docstrings, messages, locals, own helpers and code that the exercise does not reach are nobody's business."""
    assert read_source_for(NAIVE, cells_of(*INNOCENT[name]), "mm3") == []
    assert read_source_for(ELEMENTWISE, cells_of(*INNOCENT[name]), "mm3") == []


ODD_BUT_RIGHT = [
    "(m * m).sum().sqrt()",
    "torch.sqrt(torch.sum(m * m))",
    "math.sqrt(sum(x * x for row in m.tolist() for x in row))",
    "torch.trace(m.T @ m).sqrt()",
    "torch.einsum('ij,ij->', m, m).sqrt()",
    "m.flatten().dot(m.flatten()).sqrt()",
    "torch.exp(torch.log((m * m).sum()) / 2)",
    "torch.multiply(m, m).sum().sqrt()",
    "m.var()",
]


@pytest.mark.parametrize("expression", ODD_BUT_RIGHT)
def test_odd_but_right_norm_is_left_alone(expression: str) -> None:
    """Matrix products are no shortcut to a norm: the formula is still the student's own."""
    cells = cells_of(f"def frobenius_norm(m):\n    return {expression}")
    assert read_source_for(NORM, cells, "frobenius_norm") == []


def test_message_names_operation_line_and_subject() -> None:
    """The message is one that teaches: what, where, and what the exercise is about."""
    cells = cells_of("def mm3(a, b):\n\n\n\n\n\n    return a @ b")
    [violation] = read_source_for(NAIVE, cells, "mm3")
    expected = "line 7 uses `@` (a matrix product): this exercise is about writing the sum over k yourself, with indexing, + and *"
    assert violation.message == expected
    assert (violation.family, violation.operation, violation.line, violation.seen) == ("matrix product", "@", 7, "source")


def test_message_names_the_helper_and_the_operation_as_written() -> None:
    """Where a helper does it, the helper is named; an alias is shown as the student wrote it."""
    [violation] = read_source_for(ELEMENTWISE, cells_of("def helper(x):\n    return F.linear(x)\ndef mm3(a): return helper(a)"), "mm3")
    assert violation.message.startswith("line 2 (in `helper`) uses `F.linear` (a matrix product): ")


def test_lines_count_within_the_cell_below_a_magic() -> None:
    """``%%time`` is line 1 of its cell."""
    [violation] = read_source_for(ELEMENTWISE, cells_of("%%time\ndef mm3(a, b):\n    return a @ b"), "mm3")
    assert violation.line == 3


def test_one_mistake_is_told_once() -> None:
    """A line that breaks a family twice is one violation; two lines are two."""
    found = read_source_for(ELEMENTWISE, cells_of("def mm3(a, b):\n    x = a @ b @ b.T @ b\n    return x @ b"), "mm3")
    assert [violation.line for violation in found] == [2, 3]


def test_exercise_that_no_cell_defines_breaks_no_rule() -> None:
    """A missing or unreadable definition is somebody else's finding."""
    assert read_source_for(NAIVE, ["def other(a, b): return a @ b", "def mm3(a, b:"], "mm3") == []


def test_unknown_family_is_the_course_authors_mistake() -> None:
    """A rule that names no family would forbid nothing."""
    with pytest.raises(CourseError, match="'matmul', which is none of matrix product"):
        Rule(about="x", forbid=frozenset({"matmul"}))


HOSTILE = {
    "deep": "def mm3(a, b): return " + "+".join(["a"] * 5000),
    "nested": "def mm3(a, b): return " + "(" * 150 + "a" + ")" * 150,
    "doubling names": "\n".join(["x0 = 'ab'"] + [f"x{i + 1} = x{i} + x{i}" for i in range(60)])
    + "\ndef mm3(a, b): return getattr(a, x60)",
    "wide fields": "def mm3(a, b): return getattr(a, '{:999999999}'.format(1) + '%*d' % (10**9, 1))",
    "huge repeat": "def mm3(a, b): return getattr(a, ('x' * 4000).replace('x', 'y' * 4000) * 4000)",
    "nested loops": "def mm3(a, b): return getattr(a, ''.join('x' for i in range(4000) for j in range(4000) for k in range(4000)))",
    "circle": "x = y\ny = x\ndef mm3(a, b): return getattr(a, x), x.f",
    "many bindings": "\n".join(f"x = y if z else x\ny = x if z else y\nz = y" for _ in range(100)) + "\ndef mm3(a, b): return x.f(y.g)",
    "null byte": "def mm3(a, b): return a\0",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_source_costs_no_time(name: str) -> None:
    """Reading is bounded: no expression of a student's makes the judge compute, or fall over."""
    before = time.process_time()
    read_source_for(ELEMENTWISE, cells_of(HOSTILE[name]), "mm3")
    assert time.process_time() - before < 5


# ---- traces


def matmul_zeros(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c


def matmul_float(a, b):
    assert a.size(1) == len(b)
    c = a.new_zeros((len(a), b.size(1)))
    for i in range(len(a)):
        for j in range(b.size(1)):
            total = 0.0
            for k in range(len(b)):
                total += a[i, k].item() * float(b[k][j])
            c[i][j] = total
    return c


def matmul_tolist(a, b):
    rows, columns = a.tolist(), list(zip(*b.tolist(), strict=True))
    result = [[sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in rows]
    return torch.tensor(result, dtype=torch.promote_types(a.dtype, b.dtype))


def matmul_generator(a, b):
    n, m = a.shape[0], b.shape[1]
    return torch.stack([torch.stack([sum(a[i, k] * b[k, j] for k in range(len(b))) for j in range(m)]) for i in range(n)])


def matmul_zip(a, b):
    c = torch.empty(len(a), b.shape[-1]).to(a.dtype)
    for i, row in enumerate(a):
        for j, column in enumerate(b.t()):
            total = torch.tensor(0.0, dtype=a.dtype)
            for x, y in zip(row, column, strict=True):
                total = total + x * y
            c[i, j] = total
    return c


def matmul_like(a, b):
    c = torch.zeros_like(a[:, :1].expand(-1, b.shape[1])).clone().contiguous()
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = a[i, 0] * b[0, j]
            for k in range(1, a.shape[1]):
                c[i, j] = c[i, j] + a[i, k] * b[k, j]
    return c


def matmul_flat(a, b):
    out = []
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0
            for k in range(a.shape[1]):
                total = torch.add(total, torch.mul(a[i][k], b[k][j]))
            out.append(total)
    return torch.cat([x.unsqueeze(0) for x in out]).view(a.shape[0], b.shape[1])


def matmul_printing(a, b):
    assert torch.is_tensor(a)
    assert torch.isfinite(a).all()
    print(a, f"{b[0, 0]}")
    return matmul_zeros(a.double(), b.double()).to(a.dtype)


SCALAR_VARIANTS = [matmul_zeros, matmul_float, matmul_tolist, matmul_generator, matmul_zip, matmul_like, matmul_flat, matmul_printing]


def pair(n=3, k=4, m=2):
    generator = torch.Generator().manual_seed(7)
    return torch.rand(n, k, generator=generator), torch.rand(k, m, generator=generator)


@pytest.mark.parametrize("function", SCALAR_VARIANTS)
def test_scalar_variant_keeps_the_rule_when_run(function) -> None:
    """Every honest way of writing three loops is right, and its trace breaks no rule."""
    a, b = pair()
    value, trace = trace_call(function, [a, b])
    torch.testing.assert_close(value, a @ b)
    assert read_trace_for(NAIVE, trace) == []


ROWS_AT_A_TIME = {
    "row times column": (lambda a, b: torch.stack([torch.stack([(r * c).sum() for c in b.T]) for r in a]), "numbers only", "mul"),
    "row @ b": (lambda a, b: torch.stack([r @ b for r in a]), "matrix product", "matmul"),
    "dot": (lambda a, b: torch.dot(a[0], b[:, 0]), "matrix product", "dot"),
    "outer": (lambda a, b: sum(torch.outer(a[:, k], b[k]) for k in range(len(b))), "matrix product", "outer"),
    "scaled rows": (lambda a, b: sum(a[:, k, None] * b[k] for k in range(len(b))), "numbers only", "mul"),
    "broadcast": (lambda a, b: (a[:, :, None] * b[None]).sum(1), "numbers only", "mul"),
    "broadcast through aten": (lambda a, b: torch.ops.aten.mul(a[:, :, None], b).sum(1), "numbers only", "mul"),
    "fused": (lambda a, b: torch.addcmul(torch.zeros(4), a[0], b[:, 0]).sum(), "numbers only", "addcmul"),
    "python sum of a row": (lambda a, b: sum(a[0] * b[:, 0]), "numbers only", "mul"),
    "in place": (lambda a, b: torch.zeros(3, 4).add_(a), "numbers only", "add_"),
    "scatter": (lambda a, b: torch.zeros(4).scatter_add_(0, torch.arange(4), a[0]), "numbers only", "scatter_add_"),
    "einsum": (lambda a, b: torch.einsum("ik,kj->ij", a, b), "einsum", "einsum"),
    "linear": (lambda a, b: torch.nn.functional.linear(a, b.T), "matrix product", "linear"),
    "one by one": (lambda a, b: a[0:1, 0:1] @ b[0:1, 0:1], "matrix product", "matmul"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS_AT_A_TIME)
def test_more_than_numbers_is_seen_when_run(name: str) -> None:
    """Where only numbers may be added and multiplied, whole rows are not."""
    function, family, operation = ROWS_AT_A_TIME[name]
    value, trace = trace_call(function, pair())
    assert not isinstance(value, Raised)
    found = read_trace_for(NAIVE, trace)
    assert (family, operation) in [(violation.family, violation.operation) for violation in found]


PRODUCTS_RUN = {
    "@": lambda a, b: a @ b,
    "aten": lambda a, b: torch.ops.aten.mm.default(a, b),
    "private": lambda a, b: torch._C._VariableFunctions.mm(a, b),
    "linear": lambda a, b: torch.nn.functional.linear(a, b.T),
    "conv": lambda a, b: torch.nn.functional.conv1d(a[:, :, None], b.T[:, :, None]),
    "inner": lambda a, b: torch.inner(a, b.T),
    "multi_dot": lambda a, b: torch.linalg.multi_dot([a, b]),
    "vecdot": lambda a, b: torch.linalg.vecdot(a[0], b[:, 0]),
    "cdist": lambda a, b: torch.cdist(a, b.T),
    "attention": lambda a, b: torch.nn.functional.scaled_dot_product_attention(a[None], b.T[None], b.T[None]),
    "bilinear": lambda a, b: torch.nn.functional.bilinear(a, a, torch.ones(2, 4, 4)),
    "embedding_bag": lambda a, b: torch.nn.functional.embedding_bag(
        torch.arange(4)[None], b, per_sample_weights=a[:1], mode="sum"
    ),
    "einsum": lambda a, b: torch.einsum("ik,kj->ij", a, b),
    "addmm_": lambda a, b: torch.zeros(3, 2).addmm_(a, b),
    "addmv": lambda a, b: torch.addmv(torch.zeros(3), a, b[:, 0]),
    "baddbmm": lambda a, b: torch.baddbmm(torch.zeros(1, 3, 2), a[None], b[None]),
    "matrix_power": lambda a, b: torch.linalg.matrix_power(a[:3, :3], 3),
    "kron": lambda a, b: torch.kron(a, b),
    "vmap": lambda a, b: torch.vmap(torch.dot)(a, a),
    "numpy": lambda a, b: torch.from_numpy(a.numpy()),
    "__array__": lambda a, b: a.__array__(),
    "dlpack": lambda a, b: torch.from_dlpack(a),
    "storage": lambda a, b: list(a.untyped_storage()),
    "pointer": lambda a, b: a.data_ptr(),
    "eval": lambda a, b: eval("a + a"),
    "tolist": lambda a, b: a[0].tolist(),
}


@pytest.mark.parametrize("name", PRODUCTS_RUN)
def test_forbidden_operation_is_seen_when_run(name: str) -> None:
    """What reading could be led round is seen when it runs, and told once."""
    value, trace = trace_call(PRODUCTS_RUN[name], pair())
    assert not isinstance(value, Raised)
    assert read_trace_for(ELEMENTWISE, trace) != []
    families = [violation.family for violation in read_trace_for(ELEMENTWISE, trace)]
    assert families.count("matrix product") <= 1


def test_dispatch_names_count_where_functions_were_hidden() -> None:
    """With the function mode off, the dispatch mode still sees the product."""

    def hidden(a, b):
        with torch._C.DisableTorchFunction():
            return a @ b

    _, trace = trace_call(hidden, pair())
    assert [violation.operation for violation in read_trace_for(ELEMENTWISE, trace)] == ["aten.mm"]


@pytest.mark.parametrize("expression", [lambda m: m.norm(), lambda m: (m**2).sum().sqrt(), lambda m: m.square().sum(),
                                        lambda m: torch.dist(m, m), lambda m: torch.linalg.norm(m),
                                        lambda m: torch.nn.functional.normalize(m), lambda m: torch.hypot(m, m),
                                        lambda m: torch.linalg.svdvals(m), lambda m: torch.float_power(m, 2)])  # fmt: skip
def test_norm_and_power_are_seen_when_run(expression) -> None:
    """Norms and powers show in the trace too."""
    assert read_trace_for(NORM, trace_call(expression, pair()[:1])[1]) != []


@pytest.mark.parametrize("expression", [lambda m: (m * m).sum().sqrt(), lambda m: torch.trace(m.T @ m).sqrt(),
                                        lambda m: sum(x * x for row in m.tolist() for x in row), lambda m: m.var()])  # fmt: skip
def test_formula_breaks_no_rule_when_run(expression) -> None:
    """The formula, plainly or oddly written, is free."""
    assert read_trace_for(NORM, trace_call(expression, pair()[:1])[1]) == []


def test_single_numbers_may_leave_a_tensor() -> None:
    """``.item()``, ``float()`` and ``tolist`` of one number are no trip through lists."""

    def elementwise(a, b):
        c = torch.zeros(len(a), b.shape[1])
        for i, row in enumerate(a):
            for j, column in enumerate(b.T):
                c[i, j] = float((row * column).sum()) + (row * column).sum().item() + (row * column).sum().tolist()
        return c

    assert read_trace_for(ELEMENTWISE, trace_call(elementwise, pair())[1]) == []


def test_trace_message_says_what_ran() -> None:
    """The message names operation, family, how often, and the subject."""
    _, trace = trace_call(lambda a, b: torch.stack([row @ b for row in a]), pair())
    [violation] = read_trace_for(ELEMENTWISE, trace)
    assert violation.message == (
        "calling it ran `matmul` (a matrix product) 3 times: this exercise is about "
        "replacing the inner loop by a row-by-column product and a sum()"
    )
    assert (violation.line, violation.seen) == (None, "trace")


def test_forged_trace_is_read_without_harm() -> None:
    """The trace comes from the student's process: entries of another form are passed over."""
    forged = {"function": [["matmul"], [1, 2, 3], ["mm", "x", 3], None, ["bmm", 1, 4]]}
    assert [violation.operation for violation in read_trace_for(ELEMENTWISE, forged)] == ["bmm"]


# ---- growth


def elementwise(a, b):
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[:, j]).sum()
    return c


def python_sum(a, b):
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = sum(a[i] * b[:, j])
    return c


def with_offset(a, b):
    for _ in range(40):
        torch.ones(2) + 1
    return elementwise(a, b)


def floats_of_rows(a, b):
    columns = [[float(x) for x in column] for column in b.T]
    return [[sum(float(x) * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a]


GROWTHS = [
    (matmul_zeros, "n·k·m"), (matmul_float, "n·k·m"), (matmul_generator, "n·k·m"), (matmul_zip, "n·k·m"), (matmul_flat, "n·k·m"),
    (elementwise, "n·m"), (python_sum, "n·k·m"), (with_offset, "n·m"), (floats_of_rows, "n·k·m"),
    (lambda a, b: torch.stack([torch.stack([(r * c).sum() for c in b.T]) for r in a]), "n·m"),
    (lambda a, b: torch.stack([(row[:, None] * b).sum(0) for row in a]), "n"),
    (lambda a, b: torch.stack([(a * column).sum(1) for column in b.T], 1), "m"),
    (lambda a, b: sum(a[:, k, None] * b[k] for k in range(len(b))), "k"),
    (lambda a, b: (a[:, :, None] * b).sum(1), "1"),
    (lambda a, b: torch.einsum("ik,kj->ij", a, b), "1"),
    (lambda a, b: a @ b, "1"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "expected"), GROWTHS)
def test_growth_of_the_number_of_operations(function, expected: str) -> None:
    """How many loops are left shows in how the number of operations grows."""
    counts = {sizes: operations(trace_call(function, pair(*sizes))[1]) for sizes in growth_sizes(2, 3, 2)}
    assert describe(fit_growth(counts)) == expected


def test_growth_from_one_doubling_is_in_between_where_an_offset_counts() -> None:
    """With one doubling an offset cannot be told from the rest: the exponent lies between 0 and 1."""
    counts = {(n, k, m): 30 + n * k * m for n, k, m in [(2, 3, 4), (4, 3, 4), (2, 6, 4), (2, 3, 8)]}
    growth = fit_growth(counts)
    assert growth == Growth(0.5, 0.5, 0.5)
    assert describe(growth) == "n^0.5·k^0.5·m^0.5"


def test_growth_from_two_doublings_takes_the_offset_off() -> None:
    """With two doublings it can, and squares show as squares."""
    counts = {(n, k, m): 30 + n * n * k for n, k, m in growth_sizes(4, 3, 4)}
    assert fit_growth(counts) == Growth(2.0, 1.0, 0.0)


def test_growth_without_a_doubling_is_the_authors_mistake() -> None:
    """A dimension that never changes has no growth."""
    with pytest.raises(CourseError, match="k was never doubled"):
        fit_growth({(2, 3, 4): 1, (4, 3, 4): 2})


def test_looking_at_shapes_is_no_work() -> None:
    """``len``, ``size`` and ``shape`` do not count as operations."""
    _, trace = trace_call(lambda a, b: (len(a), a.size(0), a.shape, a.dim(), a.numel(), a.dtype), pair())
    assert operations(trace) == 0
