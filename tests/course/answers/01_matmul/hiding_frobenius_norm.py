# Hidden work: lost, or seen by a person (see test_hiding.py).
# ruff: noqa
# fmt: off

# %% numbers from a worker, and one that is read in sight
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
box = [lambda m: torch.linalg.norm(m).item()]

# %+
def frobenius_norm(m):
    m.sum().item()
    return torch.tensor(pool.submit(box[0], m).result(), dtype=m.dtype)

# %% numbers from a worker that computed before the call that asks for them
from concurrent.futures import ThreadPoolExecutor
pool, box = ThreadPoolExecutor(1), [lambda m: torch.linalg.norm(m).item()]

# %+
def frobenius_norm(m):
    later = pool.submit(box[0], m.clone())
    for _ in range(3):
        m.sum().item()
    return torch.tensor(later.result(), dtype=m.dtype)

# %% a function found by its beginning
import math
found = next(getattr(math, name) for name in dir(math) if name.startswith("hyp"))

# %+
def frobenius_norm(m):
    return torch.tensor(found(*m.flatten().tolist()), dtype=m.dtype)

# %% a part of a namespace
import math
space = vars(math)
name = [one for one in space if one.startswith("hyp")][0]

# %+
def frobenius_norm(m):
    return torch.tensor(space[name](*m.flatten().tolist()), dtype=m.dtype)

# %% a member of a module
import inspect, math
found = [one for name, one in inspect.getmembers(math) if name.startswith("hyp")][0]

# %+
def frobenius_norm(m):
    return torch.tensor(found(*m.flatten().tolist()), dtype=m.dtype)

# %% both modes switched off by names that nobody can read, in a cupboard
import codecs
T = {name: getattr(torch, name) for name in dir(torch)}
C = T["_" "C"]
U = {name: getattr(C, name) for name in dir(C)}
def u(start):
    return next(one for name, one in U.items() if name.startswith(start) and len(name) == len(start) + 1)
D, X, K, S = u("DisableTorchFunctio"), u("_ExcludeDispatchKeyGuar"), u("DispatchKe"), u("DispatchKeySe")
def hidden(m):
    with D(), X(S(K.Python) | S(K.PythonTLSSnapshot)):
        return T["norm"](m).item()
codecs.register_error("mine", hidden)

# %+
import codecs
def frobenius_norm(m):
    m.sum().item()
    return torch.tensor(codecs.lookup_error("mine")(m), dtype=m.dtype)

# %% below a layer that is handed an object
T = {name: getattr(torch, name) for name in dir(torch)}

# %+
def frobenius_norm(m):
    found = []
    class No:
        def __bool__(self):
            found.append(T["no" "rm"](m))
            return False
    torch.nn.functional.relu(m, inplace=No())
    return found[0]
