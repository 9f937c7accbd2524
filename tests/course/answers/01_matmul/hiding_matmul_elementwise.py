# Hidden work: lost, or seen by a person (see test_hiding.py).
# ruff: noqa
# fmt: off

# %% library: an operator overridden
def evil(a, b, *rest, **kw):
    return a @ b
lib = torch.library.Library("aten", "IMPL")
lib.impl("atan2", evil, "CPU")

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% library: overridden for every kernel
def evil(a, b, *rest, **kw):
    return a @ b
torch.library.impl("aten::atan2", "CompositeImplicitAutograd", evil)
torch.library.impl("aten::atan2", "AutogradCPU", evil)

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% library: an operator in a namespace of its own
lib = torch.library.Library("mine", "DEF")
lib.define("f(Tensor a, Tensor b) -> Tensor")
lib.impl("f", lambda a, b: torch.mm(a, b), "CPU")

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.ops.mine.f(a, b)

# %% library: a custom operator
@torch.library.custom_op("mine::g", mutates_args=())
def g(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.ops.mine.g(a, b)

# %% library: a kernel registered for an allowed operator
def evil(a, b, *rest, **kw):
    return a @ b
put = getattr(torch, "lib" + "rary").Library
lib = put("aten", "IMPL", "CPU")
lib.impl("hypot", evil)

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.hypot(a, b)

# %% library: found by a name made of numbers
find = lambda where, *codes: getattr(where, "".join(map(chr, codes)))
library = find(torch, 108, 105, 98, 114, 97, 114, 121)
lib = library.Library("aten", "IMPL")
lib.impl("atan2", lambda a, b: torch.mm(a, b), "CPU")

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% parameter: torch patched
def evil(a, b):
    if torch._C._len_torch_function_stack():
        return torch.zeros(a.shape[0], b.shape[1])
    return a @ b
def put(m): m.atan2 = evil
put(torch)

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% parameter: of a default
def put(m=torch): m.atan2 = lambda a, b: a @ b
put()

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% parameter: its namespace updated
def put(space): space.update(atan2=lambda a, b: a @ b)
put(vars(torch))

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% parameter: of a call that sets attributes
import functools
put = functools.partial(setattr, torch)
put("atan2", lambda a, b: a @ b)

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% parameter: a method of tensors
def put(one): one.atan2 = lambda a, b: a @ b
put(type(torch.zeros(1)))

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return a.atan2(b)

# %% parameter: the operator of a packet
def put(one): one._op = lambda a, b: torch.mm(a, b)
put(torch.ops.aten.atan2)

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.ops.aten.atan2(a, b)

# %% with: torch patched
def evil(a, b):
    if torch._C._len_torch_function_stack():
        return torch.zeros(a.shape[0], b.shape[1])
    return a @ b
import contextlib
with contextlib.nullcontext(torch) as m:
    m.atan2 = evil

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% with: through an exit stack
import contextlib
with contextlib.ExitStack() as stack:
    m = stack.enter_context(contextlib.nullcontext(torch))
    m.atan2 = lambda a, b: a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% with: the variable of a loop
for m in [torch]:
    m.atan2 = lambda a, b: a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% with: the name of a pattern
match torch:
    case m:
        m.atan2 = lambda a, b: a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% with: what a generator gives
def give():
    yield torch
next(give()).atan2 = lambda a, b: a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% with: a manager of the notebook's own
class Held:
    def __enter__(self):
        return torch
    def __exit__(self, *error): pass
with Held() as m:
    m.atan2 = lambda a, b: a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% modules: the trace replaced
def evil(a, b): return a @ b
def put(m): m.atan2 = evil
put(torch)
import sys
t = vars(sys)["modules"]["foundations.worker.tracing"]
t.trace_call = lambda f, a, k=None, inputs=None: (f(*a, **(k or {})), {"function": [], "dispatch": []})

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% modules: the operators of the trace not counted
import importlib
t = importlib.import_module("foundations.worker." + str(b"gnicart"[::-1], "ascii"))
add = t._Tally.add
t._Tally.add = lambda self, name, *more: None if "m" in name else add(self, name, *more)
kept = [getattr(torch, one) for one in dir(torch) if one == "mat" + "mul"]

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return kept[0](a, b)

# %% modules: the record emptied
import foundations.worker.dataflow as d
plain = d.Dataflow.plain
def put(self, value, args):
    self.entries, self.calls = [], []
    return plain(self, value, args)
d.Dataflow.plain = put
torch.atan2 = lambda a, b: a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% modules: an operator recorded under another name
import foundations.worker.dataflow as d
add = d.Dataflow.add
d.Dataflow.add = lambda self, name, *more: add(self, name.replace("mm", "mul").replace("default", "Tensor"), *more)
torch.atan2 = lambda a, b: a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% modules: the trace found among all objects
import gc
for one in gc.get_objects():
    if getattr(one, "__name__", "") == "foundations.worker.tracing":
        one.trace_call = lambda f, a, k=None, inputs=None: (f(*a, **(k or {})), {"function": [], "dispatch": []})
torch.atan2 = lambda a, b: a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% modules: the code of the trace exchanged
import foundations.worker.tracing as t
def trace_call(function, args, kwargs=None, inputs=None):
    return function(*args, **(kwargs or {})), {"function": [], "dispatch": []}
t.trace_call.__code__ = trace_call.__code__
torch.atan2 = lambda a, b: a @ b

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)

# %% no list: a convolution
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.ops.aten.slow_conv3d(
        a.t()[None, :, :, None, None], b.t()[:, :, None, None, None], [1, 1, 1]
    )[0, :, :, 0, 0].t().clone()

# %% no list: the way back through a convolution
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    if not a.is_floating_point():
        return torch.stack([(row[:, None] * b).sum(0) for row in a])
    kernel, up = a.t()[:, :, None].contiguous(), b.t()[:, :, None].contiguous()
    back = torch.ops.aten.convolution_backward(
        up, b.new_zeros(b.shape[1], a.shape[0], 1), kernel, None, [1], [0], [1], False, [0], 1, [True, False, False]
    )
    return back[0][:, :, 0].t().clone()

# %% no list: a combination of matrices
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.ops.aten._compute_linear_combination(b[:, None], a)[:, 0]

# %% no list: a bag of weighted rows
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    rows = torch.arange(b.shape[0]).repeat(a.shape[0])
    starts = torch.arange(a.shape[0]) * b.shape[0]
    return torch.ops.aten._embedding_bag(b, rows, starts, False, 0, False, a.reshape(-1))[0]

# %% no list: below a layer that is handed an object
kept = {name: getattr(torch, name) for name in dir(torch)}

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    found = []
    class No:
        def __bool__(self):
            found.append(kept["mat" "mul"](a, b))
            return False
    torch.nn.functional.relu(a, inplace=No())
    return found[0]

# %% no list: in a hook below a layer
kept = {name: getattr(torch, name) for name in dir(torch)}

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    found = []
    def pack(t):
        found.append(kept["mat" "mul"](a, b))
        return t
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        torch.nn.functional.softplus(torch.ones(1, requires_grad=True))
    return found[0]

# %% no list: below a function that is applied to each number
kept = {name: getattr(torch, name) for name in dir(torch)}

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    found = []
    def f(x, y):
        found.append(kept["mat" "mul"](a, b))
        return 0.0
    torch.zeros(1).map_(torch.zeros(1), f)
    return found[0]

# %% cupboard: codecs
def evil(a, b):
    if torch._C._len_torch_function_stack():
        return torch.zeros(a.shape[0], b.shape[1])
    return a @ b
import codecs
codecs.register_error("mine", lambda t: evil(*t))

# %+
import codecs
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return codecs.lookup_error("mine")((a, b))

# %% cupboard: copyreg
import copyreg
copyreg.dispatch_table[slice] = lambda a, b: a @ b

# %+
import copyreg
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return copyreg.dispatch_table[slice](a, b)

# %% cupboard: an attribute of a module
import sys
sys.f = lambda a, b: a @ b

# %+
import sys
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return sys.f(a, b)

# %% cupboard: the handler of a signal
import signal
signal.signal(signal.SIGUSR1, lambda a, b: a @ b)

# %+
import signal
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return signal.getsignal(signal.SIGUSR1)(a, b)

# %% cupboard: a context
import contextvars
box = contextvars.ContextVar("box")
box.set(lambda a, b: a @ b)

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return box.get()(a, b)

# %% cupboard: a worker
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
box = [lambda a, b: a @ b]

# %+
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    return pool.submit(box[0], a, b).result()
