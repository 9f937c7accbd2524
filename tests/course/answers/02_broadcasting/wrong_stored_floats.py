# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% how many different values → loses
def stored_floats(t):
    return t.unique().numel()

# %% what the view spans → loses
def stored_floats(t):
    return 1 + sum((size - 1) * step for size, step in zip(t.shape, t.stride()))

# %% always three → zero
def stored_floats(t):
    return 3

# %% the count of the call before → zero
last = 0

def stored_floats(t):
    global last
    before, last = last, t.untyped_storage().nbytes() // t.element_size()
    return before

# %% a sentence → zero
def stored_floats(t):
    return str(t.untyped_storage().nbytes() // t.element_size())

# %% bytes of float32, in a whole number of a tensor → loses
def stored_floats(t):
    return torch.tensor(t.untyped_storage().nbytes() // t.element_size())

# %% sizes where the stride is not 0, otherwise the storage → loses
def stored_floats(t):
    return t.numel() if 0 not in t.stride() else t.untyped_storage().nbytes() // t.element_size()

# %% True where there is something → zero
def stored_floats(t):
    return t.untyped_storage().nbytes() > 0

# %% the addresses of all entries → loses
def stored_floats(t):
    seen = set()
    for index in torch.cartesian_prod(*[torch.arange(n) for n in t.shape]).reshape(-1, t.dim()).tolist():
        seen.add(t[tuple(index)].data_ptr())
    return len(seen)

# %% from where it begins → loses
def stored_floats(t):
    return t.untyped_storage().nbytes() // t.element_size() - t.storage_offset()

# %% squeezed strides → loses
def stored_floats(t): return t[tuple(0 if s == 0 else slice(None) for s in t.stride())].numel()

# %% contiguous or not → zero
def stored_floats(t): return t.numel() if t.is_contiguous() else max(t.shape)
