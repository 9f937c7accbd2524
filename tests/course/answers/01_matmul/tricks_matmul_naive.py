# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% the operator → @
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return a @ b

# %% an alias of torch.matmul → `loops` (a matrix product)
from torch import matmul as loops

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return loops(a, b)

# %% torch under another name → mm
import torch as math

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return math.mm(a, b)

# %% getattr with a constant → getattr(torch, 'matmul')
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return getattr(torch, "matmul")(a, b)

# %% getattr with a name put together → getattr(torch, 
name = "mat"

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return getattr(torch, name + "".join(["m", "ul"]))(a, b)

# %% getattr with a reversed name → getattr(a, 
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return getattr(a, "lumtam"[::-1])(b)

# %% the method under the operator → __matmul__
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return a.__matmul__(b)

# %% operator.matmul → matmul
import operator

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return operator.matmul(a, b)

# %% operator.methodcaller → methodcaller
from operator import methodcaller

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return methodcaller("mm", b)(a)

# %% functools.partial → mm
from functools import partial
product = partial(torch.mm)

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return product(a, b)

# %% functools.reduce over the library's product → matmul
from functools import reduce

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return reduce(torch.Tensor.matmul, [a, b])

# %% numpy by .numpy() → torch.from_numpy
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    import numpy as np
    return torch.from_numpy(np.dot(a.numpy(), b.numpy()))

# %% numpy by np.asarray → np.asarray
import numpy as np

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    left, right = np.asarray(a), np.asarray(b)
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = float((left[i] * right[:, j]).sum())
    return c

# %% einsum under another name → einsum
einstein = torch.einsum

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return einstein("ik,kj->ij", a, b)

# %% torch.ops → torch.ops.aten.mm
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.ops.aten.mm(a, b)

# %% the functions below torch → torch._C
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch._C._VariableFunctions.matmul(a, b)

# %% a linear layer → linear
import torch.nn.functional as F

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return F.linear(a, b.t())

# %% a convolution → conv1d
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.nn.functional.conv1d(a[:, :, None], b.t()[:, :, None]).squeeze(-1)

# %% tensordot → tensordot
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.tensordot(a, b, dims=1)

# %% a helper in another cell → mm
def slow_and_honest(a, b):
    return torch.mm(a, b)

# %+
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return slow_and_honest(a, b)

# %% a class attribute → matmul
class Tools:
    three_loops = torch.matmul

# %+
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return Tools.three_loops(a, b)

# %% a closure → bmm
def make():
    product = torch.bmm
    def inner(a, b):
        assert a.shape[1] == b.shape[0]
        return product(a[None], b[None])[0]
    return inner

matmul_naive = make()

# %% a default argument → matmul
def matmul_naive(a, b, loops=torch.matmul):
    assert a.shape[1] == b.shape[0]
    return loops(a, b)

# %% a decorator → mm
def timed(function):
    def wrapper(a, b):
        function(a, b)
        return a.mm(b)
    return wrapper

# %+
@timed
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.zeros(a.shape[0], b.shape[1])

# %% a patched method of torch.Tensor → mul
torch.Tensor.__mul__ = torch.Tensor.__matmul__

# %+
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return a * b

# %% exec of a string → @
exec("def hidden(a, b):\n    return a @ b")

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    exec("c = a @ b", globals(), names := {"a": a, "b": b})
    return names["c"]

# %% eval of a string that is put together → @
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return eval("a " + chr(64) + " b")

# %% globals → .matmul
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return globals()["tor" + "ch"].matmul(a, b)

# %% vars of torch → vars(torch)
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return vars(torch)["m" * 2](a, b)

# %% tracing turned off → a.matmul
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    with torch._C.DisableTorchFunction():
        return a.matmul(b)

# %% a thread → torch.matmul
import threading

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    results = []
    thread = threading.Thread(target=lambda: results.append(torch.matmul(a, b)))
    thread.start()
    thread.join()
    return results[0]

# %% torch.jit → x.mm
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.jit.trace(lambda x, y: x.mm(y), (a, b))(a, b)

# %% torch.compile → torch.mm
@torch.compile(backend="eager")
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.mm(a, b)

# %% a lambda in a dict → @
tools = {"loops": lambda a, b: a @ b}

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return tools["loops"](a, b)

# %% an own class with __matmul__ → other.matmul
class Wrapped:
    def __init__(self, t):
        self.t = t
    def __rmatmul__(self, other):
        return other.matmul(self.t)

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return a @ Wrapped(b)

# %% distances instead of products → cdist
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    d = torch.cdist(a.double(), b.t().double())
    left = (a.double() * a).sum(1)[:, None]
    right = (b.double() * b).sum(0)
    return ((left + right - d * d) / 2).to(a.dtype)

# %% in-place addmm → addmm_
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype).addmm_(a, b)

# %% whole rows, elementwise → mul
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = torch.mul(a[i], b[:, j]).sum()
    return c

# %% importlib → .mm
import importlib

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return importlib.import_module("torch").mm(a, b)

# %% the gradient of a product does the product → matmul
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.autograd.functional.jvp(lambda y: torch.matmul(a, y), b, b)[1]

# %% a match statement → mm
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    match torch:
        case object(mm=product):
            return product(a, b)

# %% a name taken with a walrus inside a comprehension → mm
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return [p := torch.mm, p(a, b)][1]

# %% star import, then the bare name → mm
from torch import *

def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return mm(a, b)

# %% torch.compile, with a compiler → torch.mm
@torch.compile
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.mm(a, b)
