"""Notebooks that break the rules of the game, each in its own way, and notebooks that only look as if they did."""

# ruff: noqa: E501 - a notebook of three lines reads better in one line than in six

from __future__ import annotations

import textwrap

from foundations.analysis.torch_operations import all_but
from foundations.grading.rules import Rule

ELEMENTWISE = Rule(
    about="replacing the inner loop by a row-by-column product and a sum()",
    allow=all_but("matrix product", "einsum", "numpy", "list round trip"),
)
NAIVE = Rule(
    about="writing the sum over k yourself, with indexing, + and *",
    allow=all_but("matrix product", "einsum", "numpy", "pow"),
    scalars_only=True,
)
NORM = Rule(
    about="translating the formula: square, sum, square root",
    allow=all_but("norm", "pow", "numpy"),
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
    "determinant": ("torch.linalg.det(torch.stack([a, b]))", "matrix product"),
    "factor": ("torch.linalg.lu_factor(torch.cat([a, b]))[0]", "matrix product"),
    "window": ("torch.stft(a[0], len(b), window=b[:, 0], return_complex=True)", "matrix product"),
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
    "getattr chain": ("getattr(getattr(torch, 'ops').aten, 'mm')(a, b)", "matrix product"),
    "vars": ("vars(torch)['matmul'](a, b)", "matrix product"),
    "vars get": ("vars(torch).get('matmul')(a, b)", "matrix product"),
    "__dict__": ("torch.__dict__['mat' 'mul'](a, b)", "matrix product"),
    "__dict__ of type": ("torch.Tensor.__dict__['__matmul__'](a, b)", "matrix product"),
    "__getattribute__": ("torch.Tensor.__getattribute__(a, 'matmul')(b)", "matrix product"),
    "attrgetter": ("operator.attrgetter('matmul')(torch)(a, b)", "matrix product"),
    "attrgetter dotted": ("operator.attrgetter('nn.functional.linear')(torch)(a, b.T)", "matrix product"),
    "methodcaller": ("operator.methodcaller('mm', b)(a)", "matrix product"),
    "itemgetter": ("operator.itemgetter('matmul')(vars(torch))(a, b)", "matrix product"),
    "partial": ("functools.partial(torch.matmul, a)(b)", "matrix product"),
    "reduce": ("functools.reduce(torch.matmul, [a, b])", "matrix product"),
    "lambda": ("(lambda x, y: x @ y)(a, b)", "matrix product"),
    "in an f-string": ("f'{a @ b}'", "matrix product"),
    "eval": ("eval('a @ b')", "matrix product"),
    "eval folded": ("eval('a ' + chr(64) + ' b')", "matrix product"),
    "__import__": ("__import__('torch').matmul(a, b)", "matrix product"),
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
}

#: Reading cannot find out the operation of these expressions. They cost no points unless the trace shows it.
UNKNOWABLE = [
    "getattr(torch, [n for n in dir(torch) if len(n) == 2][3])(a, b)",
    "[f for f in vars(torch).values()][3](a, b)",
    "functools.partial(getattr, torch)('matmul')(a, b)",
    "eval(input())",
    "__builtins__['eval']('a' + chr(64) + 'b')",
    "torch._C.DisableTorchFunction().__enter__() or a",
]

#: The sources of the cells of whole notebooks in which ``mm3`` uses a forbidden operation.
NOTEBOOKS = {
    "alias": ["mm = torch.matmul", "def mm3(a, b): return mm(a, b)"],
    "alias of alias": ["x = torch.matmul\ny = x", "z = y\ndef mm3(a, b): return z(a, b)"],
    "import as": ["from torch import matmul as plus\ndef mm3(a, b): return plus(a, b)"],
    "local import": ["def mm3(a, b):\n    from torch import matmul as plus\n    return plus(a, b)"],
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
    "name in parts": ["def mm3(a, b):\n    name = 'mat'\n    name += 'mul'\n    return getattr(torch, name)(a, b)"],
    "name from above": ["NAME = 'mat' + 'mul'\ndef mm3(a, b): return getattr(torch, NAME)(a, b)"],
    "name in a loop": ["def mm3(a, b):\n    for name in ['matmul']:\n        return getattr(torch, name)(a, b)"],
    "getattr alias": ["def mm3(a, b):\n    g = getattr\n    return g(torch, 'matmul')(a, b)"],
    "namespace alias": ["def mm3(a, b):\n    d = vars(torch)\n    return d['matmul'](a, b)"],
    "new builtin": ["sum = torch.matmul", "def mm3(a, b): return sum(a, b)"],
    "exec above": ["exec('def plus(x, y): return x @ y')", "def mm3(a, b): return plus(a, b)"],
    "exec alias": ["e = exec", "def mm3(a, b):\n    e('c = a @ b')\n    return c"],
    "cell magic": ["%%time\ndef mm3(a, b):\n    return a @ b"],
    "line magic": ["%time f = torch.mm", "def mm3(a, b): return f(a, b)"],
    "beside a magic": ["%matplotlib inline\n!ls\ndef mm3(a, b):\n    return a @ b"],
    "match": ["def mm3(a, b):\n    match a:\n        case object(matmul=f): return f(b)"],
    "made class": ["T = type('T', (torch.Tensor,), {'__mul__': lambda s, o: s.mm(o)})\ndef mm3(a, b): return T(a) * b"],
    "own context": ["import contextlib\n@contextlib.contextmanager\ndef c(): yield torch.mm\ndef mm3(a, b):\n    with c() as f: return f(a, b)"],
    "nonlocal": ["def make():\n    f = None\n    def s():\n        nonlocal f\n        f = torch.mm\n    s()\n    return lambda a, b: f(a, b)\nmm3 = make()"],
    "solve": ["def mm3(a, b): return torch.linalg.solve(torch.linalg.inv(a), b)"],
    "sys.modules": ["import sys\ndef mm3(a, b): return getattr(sys.modules['torch'], 'm' * 2)(a, b)"],
    "changed within": ["ops = [torch.mm]", "def mm3(a, b):\n    ops.append(1)\n    ops[1] = 2\n    return ops[0](a, b)"],
    "decoy variable": ["def mm3(a, b):\n    dot = a\n    return dot.mm(b)"],
}  # fmt: skip

#: Notebooks in which the definition of ``mm3`` is clean, but code around it looks like hiding and asks for a review.
SUSPICIOUS = {
    "patch": ["torch.Tensor.__mul__ = torch.Tensor.__matmul__", "def mm3(a, b): return a * b"],
    "patch through alias": ["T = torch.Tensor\nT.__mul__ = lambda x, y: x @ y", "def mm3(a, b): return a * b"],
    "patch by setattr": ["setattr(torch.Tensor, '__mul__', torch.matmul)", "def mm3(a, b): return a * b"],
    "patch in a function": ["def p():\n    torch.Tensor.__mul__ = torch.matmul\np()", "def mm3(a, b): return a * b"],
    "patch of builtins": ["import builtins\nbuiltins.sum = torch.matmul", "def mm3(a, b): return sum(a, b)"],
    "modes off": ["from torch.utils._python_dispatch import _disable_current_modes as q\ndef mm3(a, b):\n    with q(): return a"],
    "namespace updated": ["vars(torch).update(add=torch.mm)", "def mm3(a, b): return torch.add(a, b)"],
    "type.__setattr__": ["type.__setattr__(torch.Tensor, 'f', torch.mm)", "def mm3(a, b): return a.f(b)"],
    "mock": ["import unittest.mock as m\nm.patch.object(torch.Tensor, '__mul__', torch.mm).start()", "def mm3(a, b): return a * b"],
    "builtin touched": ["eval.__doc__.strip()", "def mm3(a, b): return eval(input())"],
    "ctypes": ["import ctypes\ndef mm3(a, b): return ctypes.CDLL(None)"],
    "code replaced": ["def other(a, b): return a @ b\ndef mm3(a, b): return a\nmm3.__code__ = other.__code__"],
}  # fmt: skip

#: Notebooks in which reading cannot find out the operations of ``mm3``: the trace decides.
LEFT_TO_THE_TRACE = {
    "local numpy": ["def mm3(a, b):\n    import numpy\n    return numpy"],
    "thread": ["import threading\ndef mm3(a, b): threading.Thread(target=print).start()"],
    "pool above": ["from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor()\ndef mm3(a, b): return pool"],
    "pickle": ["import pickle\ndef mm3(a, b): return pickle.loads(b'ctorch\\nmatmul\\n.')(a, b)"],
    "importlib": ["import importlib\ndef mm3(a, b): return importlib.import_module('tor' + 'ch')"],
    "compiled": ["@torch.compile\ndef mm3(a, b): return a"],
    "decoy method": ["class T(torch.Tensor):\n    def f(self): self.mm = 1\ndef mm3(a, b): return T(a).mm(b)"],
    "decoy __new__": ["class T:\n    def __new__(c, x): return x\n    def mm(self): 0\ndef mm3(a, b): return T(a).mm(b)"],
    "formatter field": ["import string\ndef mm3(a, b): return string.Formatter().get_field('0.mm', [torch], {})[0](a, b)"],
    "exec hidden above": ["import zlib\nexec(zlib.decompress(b'...'))", "def mm3(a, b): return plus(a, b)"],
    "output of a cell": ["torch.mm", "def mm3(a, b): return _1(a, b)"],
    "globals updated": ["globals().update(f=torch.mm)", "def mm3(a, b): return f(a, b)"],
    "queue to a thread": ["import queue\nq = queue.Queue()\ndef mm3(a, b):\n    q.put((a, b))\n    return q.get()"],
}  # fmt: skip

NORMS = [
    "m.norm()", "torch.norm(m)", "torch.linalg.norm(m)", "torch.linalg.vector_norm(m)", "torch.linalg.matrix_norm(m)",
    "torch.dist(m, torch.zeros_like(m))", "torch.cdist(m, m)", "m.renorm(2, 0, 1.)", "F.normalize(m)", "torch.hypot(m, m)",
    "F.pairwise_distance(m, m)", "torch.linalg.svdvals(m)", "(m ** 2).sum().sqrt()", "m.pow(2).sum().sqrt()",
    "math.pow(m.sum(), .5)", "pow(m, 2).sum()", "(m * m).sum() ** 0.5", "m.square().sum().sqrt()", "m.__pow__(2)",
    "torch.linalg.qr(m.reshape(-1, 1)).R.abs()", "m / torch.rms_norm(m, m.shape)", "abs(complex(m[0, 0], m[0, 1]))",
    "torch.float_power(m, 2)", "operator.pow(m, 2)", "np.sqrt(m)", "F.mse_loss(m, m)", "nn.PairwiseDistance()(m, m)",
]  # fmt: skip

#: The sources of the cells of innocent notebooks.
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
    "list changed": ["fs = [torch.add]\nfs[0] = torch.mul\ndef mm3(a, b): return fs[0](a, b)"],
    "class with names": ["class Box:\n    one = 1\n    two = one + 1\n    def get(self): return self.two\nbox = Box()\ndef mm3(a, b): return a * box.get()"],
    "display": ["print(vars())\ndef mm3(a, b):\n    display(a)\n    return a * b, __name__"],
    "name that nothing binds": ["def mm3(a, b): return _helper(a) + helper(b)"],
    "unused local import": ["def mm3(a, b):\n    import numpy as np\n    from torch import matmul\n    return a * b"],
    "star import of math": ["from math import *\ndef mm3(a, b): return sum(a[0] * b[:, 0]) + sqrt(4)"],
    "star import of numpy": ["from numpy import *\ndef mm3(a, b): return sum(a[0] * b[:, 0]) + abs(max(1, 2))"],
    "star import of an unknown module": ["from mystery import *\ndef mm3(a, b): return matmul(a, b), pow(2, 3)"],
    "star import replaced": ["from torch import *\ndef dot(u, v): return (u * v).sum()\ndef mm3(a, b): return dot(a[0], b[:, 0])"],
    "star import above an own name": ["from operator import *", "def matmul(u, v): return u\ndef mm3(a, b): return matmul(a, b)"],
    "method of an own class": ["class Vec:\n    def norm(self): return 1\n    def mm(self, o): return o\ndef mm3(a, b): return Vec().norm() * a + [Vec()][0].mm(b)"],
    "attribute of self": ["class Box:\n    def __init__(self): self.pow = 2\n    def get(self): return self.pow\ndef mm3(a, b): return a * Box().get() * Box().pow"],
    "own operator": ["class Table:\n    def __init__(self, t): self.t = t\n    def __matmul__(self, o): return self.t * o.t\ndef mm3(a, b): return Table(a) @ Table(b)"],
    "method that is not called": ["class Tool:\n    def slow(self, u, v): return u * v\n    def fast(self, u, v): return u @ v\ndef mm3(a, b): return Tool().slow(a, b)"],
    "parameter named np": ["def mm3(a, b, np=None): return a * b if np is None else a"],
    "data made above": ["w = torch.ones(3, 3) @ torch.ones(3, 3)\nscale = torch.mm(w, w).norm() ** 2", "def mm3(a, b): return a * w * scale"],
    "data made by a helper": ["def make(n): return torch.ones(n, n) @ torch.ones(n, n)\nw = make(3)", "def mm3(a, b): return a * w"],
    "timings of others": ["import timeit\nseconds = {}\nseconds['torch'] = timeit.timeit(lambda: torch.mm(a, b))\nseconds['at'] = a @ b",
                          "def mm3(a, b):\n    seconds['mine'] = 1\n    return a * b"],
    "decorator that checks": ["def checked(f):\n    expected = torch.ones(2, 2) @ torch.ones(2, 2)\n    def inner(a, b): return f(a, b)\n    return inner\n@checked\ndef mm3(a, b): return a * b"],
    "assert below": ["def mm3(a, b): return a * b\nassert torch.allclose(mm3(a, b), a @ b)\nmm3.expected = a @ b"],
    "main block": ["def mm3(a, b): return a * b\nif __name__ == '__main__':\n    x = torch.ones(2, 2)\n    print(x @ x, torch.matmul(x, x))"],
    "other answer in the cell": ["def mm2(a, b): return a @ b\ndef mm3(a, b): return a * b\ndef mm4(a, b): return torch.einsum('ik,kj', a, b)"],
    "types": ["def mm3(a, b):\n    assert isinstance(a, (torch.Tensor, np.ndarray)) and a.dtype != np.float32\n    return a * np.pi if b is np.newaxis else a * b"],
    "except": ["def mm3(a, b):\n    try: return a * b\n    except np.linalg.LinAlgError: return a"],
    "unicode": ["import unicodedata\ndef mm3(a, b): return a * len(unicodedata.normalize('NFC', 'x'))"],
    "module of one's own": ["import helpers\ndef mm3(a, b): return helpers.matmul(a, b) * helpers.norm(a)"],
    "name of another time": ["kind = 'matmul'\nprint(getattr(torch, kind))", "kind = 'mul'", "def mm3(a, b): return getattr(torch, kind)(a, b)"],
    "alias of another time": ["f = torch.matmul\nf = torch.mul\ng = f\nf = torch.mm", "def mm3(a, b): return g(a, b)"],
    "deleted patch elsewhere": ["torch.Tensor.g = None\nimport gc\ngc.get_objects()\nexec(input())", "def mm3(a, b): return a * b"],
    "outputs and shell": ["get_ipython().push({'x': 1})\n%rerun 1", "def mm3(a, b): return a * b"],
    "random": ["torch.manual_seed(0)\nm1 = torch.rand(5, 784)\nm2 = torch.rand(784, 10)\ndef mm3(a, b): return a * b"],
}  # fmt: skip

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

HOSTILE = {
    "deep": "def mm3(a, b): return " + "+".join(["a"] * 5000),
    "nested": "def mm3(a, b): return " + "(" * 150 + "a" + ")" * 150,
    "doubling names": "\n".join(["x0 = 'ab'"] + [f"x{i + 1} = x{i} + x{i}" for i in range(60)])
    + "\ndef mm3(a, b): return getattr(a, x60)",
    "wide fields": "def mm3(a, b): return getattr(a, '{:999999999}'.format(1) + '%*d' % (10**9, 1))",
    "huge repeat": "def mm3(a, b): return getattr(a, ('x' * 4000).replace('x', 'y' * 4000) * 4000)",
    "nested loops": "def mm3(a, b): return getattr(a, ''.join('x' for i in range(4000) for j in range(4000) for k in range(4000)))",
    "circle": "x = y\ny = x\ndef mm3(a, b): return getattr(a, x), x.f",
    "many bindings": "\n".join("x = y if z else x\ny = x if z else y\nz = y" for _ in range(100))
    + "\ndef mm3(a, b): return x.f(y.g)",
    "null byte": "def mm3(a, b): return a\0",
    "more magics than IPython rewrites": "%time x = 1\n" * 600 + "def mm3(a, b): return a",
    "many questions": "a?\n" * 300,
    "each method reads a name of its class": "class A:\n"
    + "".join(f"  def f{i}(self): return self.y\n" for i in range(2500))
    + "def mm3(a, b): return A()",
    "many bindings of one name": "\n".join(f"x = x.a{i}" for i in range(3000))
    + "\ndef mm3(a, b):\n"
    + "    x.foo\n" * 3000,
}
#: Hostile expressions that cannot be read within the bounds, which count as hidden code.
UNREAD = {
    "many expressions that each take long": "def mm3(a, b):\n"
    + "    getattr(torch, ''.join([chr(x) for x in range(4000)]))\n" * 300,
    "many replacements that each take long": "def mm3(a, b):\n"
    + "    getattr(torch, ('a' * 4000).replace('a', 'b' * 4000))\n" * 300,
    "a cell of 2 MB": "def mm3(a, b): return [" + "a," * 1_000_000 + "]",
    "a magic above 200 kB": "%time x\n" + "y = 1\n" * 40_000 + "def mm3(a, b): return a",
}  # fmt: skip
