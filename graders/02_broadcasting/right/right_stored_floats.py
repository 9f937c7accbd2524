# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% itemsize
def stored_floats(t): return t.untyped_storage().nbytes() // t.itemsize

# %% len of the storage, which counts bytes
def stored_floats(t):
    return len(t.untyped_storage()) // t.element_size()

# %% size(), divmod
def stored_floats(t):
    count, rest = divmod(t.untyped_storage().size(), t.element_size())
    assert rest == 0
    return count

# %% int of a fraction
def stored_floats(t):
    return int(t.untyped_storage().nbytes() / t.element_size())

# %% a tensor set upon the storage
def stored_floats(t):
    return torch.empty(0, dtype=t.dtype).set_(t.untyped_storage()).numel()

# %% bits of the dtype
def stored_floats(t):
    return t.untyped_storage().nbytes() * 8 // torch.finfo(t.dtype).bits

# %% the old storage, which warns
import warnings

def stored_floats(t):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return t.storage().size()

# %% a table of sizes
SIZES = {torch.float16: 2, torch.bfloat16: 2, torch.float32: 4, torch.float64: 8}

# %+
def stored_floats(tensor: torch.Tensor) -> int:
    storage = tensor.untyped_storage()
    return storage.nbytes() // SIZES[tensor.dtype]

# %% counting down
def stored_floats(t):
    left, count = t.untyped_storage().nbytes(), 0
    while left > 0:
        left -= t.element_size()
        count += 1
    return count

# %% what it is a view of
def stored_floats(t):
    whole = t if t._base is None else t._base
    return whole.numel()

# %% the storage's bytes, seen as numbers
def stored_floats(t):
    b = torch.tensor([], dtype=torch.uint8).set_(t.untyped_storage())
    return b.view(t.dtype).numel()

# %% as bytes in a list
def stored_floats(t): return len(t.untyped_storage().tolist()) // len(torch.zeros(1, dtype=t.dtype).untyped_storage().tolist())

# %% bits by finfo
def stored_floats(t): return t.untyped_storage().nbytes() * 8 // torch.finfo(t.dtype).bits
