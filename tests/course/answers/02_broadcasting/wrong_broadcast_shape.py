# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% three sizes at most → zero
def broadcast_shape(s, t):
    s, t = ((1, 1, 1) + s)[-3:], ((1, 1, 1) + t)[-3:]
    rank = 3
    for p, q in zip(s, t):
        if p != q and 1 not in (p, q):
            raise ValueError("dimension -1")
    shape = tuple(q if p == 1 else p for p, q in zip(s, t))
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape

# %% a string → zero
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    return str(tuple(max(p, q) for p, q in zip((1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t)))

# %% kept by the first shape → zero
kept = {}

def broadcast_shape(s, t):
    if s not in kept:
        rank = max(len(s), len(t))
        kept[s] = tuple(max(p, q) for p, q in zip((1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t))
    return kept[s]

# %% refuses a size of 0 → loses
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    s, t = (1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t
    for d, (p, q) in enumerate(zip(s, t)):
        if p == 0 or q == 0 or (p != q and 1 not in (p, q)):
            raise ValueError(f"dimension {d - rank}")
    return tuple(max(p, q) for p, q in zip(s, t))

# %% prints and gives back nothing much → loses
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    s, t = (1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t
    for d, (p, q) in enumerate(zip(s, t)):
        if p != q and 1 not in (p, q):
            print("dimension", d - rank)
            return ()
    return tuple(q if p == 1 else p for p, q in zip(s, t))

# %% counts from the right, and from 1 → loses
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    s, t = (1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t
    for d, (p, q) in enumerate(zip(s, t)):
        if p != q and 1 not in (p, q):
            raise ValueError(f"dimension {rank - d} from the right")
    return tuple(q if p == 1 else p for p, q in zip(s, t))

# %% names every dimension there is → loses
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    s, t = (1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t
    for p, q in zip(s, t):
        if p != q and 1 not in (p, q):
            raise ValueError(f"one of {list(range(-5, 0))}")
    return tuple(q if p == 1 else p for p, q in zip(s, t))

# %% misfits are a TypeError → loses
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    s, t = (1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t
    for d, (p, q) in enumerate(zip(s, t)):
        if p != q and 1 not in (p, q):
            raise TypeError(f"dimension {d - rank}")
    return tuple(q if p == 1 else p for p, q in zip(s, t))

# %% looks at the last dimension alone before it refuses → loses
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    s, t = (1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t
    if s and s[-1] != t[-1] and 1 not in (s[-1], t[-1]):
        raise ValueError("dimension -1")
    return tuple(q if p == 1 else p for p, q in zip(s, t))

# %% a size of 0 counts as missing → loses
from itertools import zip_longest
def broadcast_shape(s, t):
    out = []
    for d, (p, q) in enumerate(zip_longest(s[::-1], t[::-1]), 1):
        p, q = p or 1, q or 1
        if p != q and p != 1 and q != 1:
            raise ValueError(f"dimension {-d}")
        out.append(max(p, q))
    return tuple(reversed(out))

# %% counted from the end of the shorter → loses
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    a, b = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    for d, (p, q) in enumerate(zip(a, b)):
        if p != q and p != 1 and q != 1:
            raise ValueError(f"dimension {d - min(len(s), len(t))}")
    return tuple(q if p == 1 else p for p, q in zip(a, b))

# %% a list that goes on → zero
def broadcast_shape(s, t, out=[]):
    n = max(len(s), len(t))
    a, b = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    for d, (p, q) in enumerate(zip(a, b)):
        if p != q and p != 1 and q != 1:
            raise ValueError(f"dimension {d - n}")
        out.append(q if p == 1 else p)
    return tuple(out)

# %% gives the error back and does not raise it → loses
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    a, b = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    for d, (p, q) in enumerate(zip(a, b)):
        if p != q and p != 1 and q != 1:
            return ValueError(f"dimension {d - n}")
    return tuple(q if p == 1 else p for p, q in zip(a, b))

# %% lengths that differ by three are refused → zero
def broadcast_shape(s, t):
    if abs(len(s) - len(t)) > 2: raise ValueError("dimension -1")
    n = max(len(s), len(t))
    s, t = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    for d, (p, q) in enumerate(zip(s, t)):
        if p != q and p != 1 and q != 1: raise ValueError(f"dimension {d - n}")
    return tuple(q if p == 1 else p for p, q in zip(s, t))

# %% a generator given back → zero
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    s, t = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    for d, (p, q) in enumerate(zip(s, t)):
        if p != q and p != 1 and q != 1: raise ValueError(f"dimension {d - n}")
    return (q if p == 1 else p for p, q in zip(s, t))

# %% falsy sizes → loses
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    s, t = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    for d, (p, q) in enumerate(zip(s, t)):
        if p != q and p != 1 and q != 1: raise ValueError(f"dimension {d - n}")
    return tuple((p != 1 and p) or (q != 1 and q) or 1 for p, q in zip(s, t))
