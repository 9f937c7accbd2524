# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% zip_longest from the right
from itertools import zip_longest

def broadcast_shape(s, t):
    shape = ()
    for place, (p, q) in enumerate(zip_longest(reversed(s), reversed(t), fillvalue=1), 1):
        if p != q and p != 1 and q != 1:
            raise ValueError(f"sizes {p} and {q} do not fit in dimension {-place}")
        shape = (q if p == 1 else p,) + shape
    return shape

# %% a while loop that fills up
def broadcast_shape(a, b):
    a, b = list(a), list(b)
    while len(a) < len(b):
        a.insert(0, 1)
    while len(b) < len(a):
        b.insert(0, 1)
    out = []
    for d in range(-1, -len(a) - 1, -1):
        if a[d] == b[d] or b[d] == 1:
            out.insert(0, a[d])
        elif a[d] == 1:
            out.insert(0, b[d])
        else:
            raise ValueError("dimension " + str(d))
    return tuple(out)

# %% recursion from the right
def broadcast_shape(s, t, place=-1):
    if not s or not t:
        return s or t
    p, q = s[-1], t[-1]
    if p != q and 1 not in (p, q):
        raise ValueError(f"[{place}]: {p}, {q}")
    return broadcast_shape(s[:-1], t[:-1], place - 1) + ((p if q == 1 else q),)

# %% sets of sizes without the ones
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    shape = []
    for d in range(-rank, 0):
        sizes = {shape[d] for shape in (s, t) if len(shape) >= -d} - {1}
        if len(sizes) > 1:
            raise ValueError("dimension %d: %s" % (d, sorted(sizes)))
        shape.append(sizes.pop() if sizes else 1)
    return tuple(shape)

# %% an error class of its own
class Misfit(ValueError):
    def __init__(self, dimension):
        super().__init__(f"no way to stretch dimension {dimension}")

def broadcast_shape(s, t):
    n = max(len(s), len(t))
    s, t = (n - len(s)) * (1,) + tuple(s), (n - len(t)) * (1,) + tuple(t)
    bad = [d - n for d in range(n) if s[d] != t[d] and s[d] != 1 and t[d] != 1]
    if bad:
        raise Misfit(bad[-1])
    return tuple(t[d] if s[d] == 1 else s[d] for d in range(n))

# %% torch.Size, which is a tuple
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    pairs = zip((1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t)
    shape = []
    for place, (p, q) in enumerate(pairs):
        if p == 1 or p == q:
            shape.append(q)
        elif q == 1:
            shape.append(p)
        else:
            raise ValueError(f"dimension {place - rank}")
    return torch.Size(shape)

# %% a helper for one pair, and a comprehension
def met(p, q, d):
    if p == 1:
        return q
    if q in (1, p):
        return p
    raise ValueError(f"dim={d}: got {p} and {q}")

# %+
def broadcast_shape(s, t):
    def size(shape, d):
        return shape[d] if -d <= len(shape) else 1
    rank = len(s) if len(s) > len(t) else len(t)
    return tuple(met(size(s, d), size(t, d), d) for d in range(-rank, 0))

# %% asks for forgiveness
def broadcast_shape(s, t):
    out, d = [], -1
    while True:
        try:
            p = s[d]
        except IndexError:
            return tuple(t[: len(t) + d + 1]) + tuple(out[::-1])
        try:
            q = t[d]
        except IndexError:
            return tuple(s[: len(s) + d + 1]) + tuple(out[::-1])
        if p == q or q == 1:
            out.append(p)
        elif p == 1:
            out.append(q)
        else:
            raise ValueError(f"{p} and {q} at {d}")
        d -= 1

# %% all misfits in one message, with a real minus
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    a = [1] * (rank - len(s)) + [*s]
    b = [1] * (rank - len(t)) + [*t]
    wrong = [f"−{rank - d} ({a[d]} and {b[d]})" for d in range(rank) if a[d] != b[d] and 1 not in (a[d], b[d])]
    if wrong:
        raise ValueError("dimensions that do not fit: " + ", ".join(wrong))
    return tuple([q if p == 1 else p for p, q in zip(a, b)])

# %% the dimension right behind its word
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    def pad(x): return (1,) * (n - len(x)) + tuple(x)
    out = []
    for d, (p, q) in zip(range(-n, 0), zip(pad(s), pad(t))):
        if p == q or q == 1: out.append(p)
        elif p == 1: out.append(q)
        else: raise ValueError(f"dim{d}: {p} vs {q}")
    return tuple(out)

# %% the dimension as an argument of its own
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    s, t = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    for d in range(-1, -n - 1, -1):
        if s[d] != t[d] and min(s[d], t[d]) != 1 and s[d] != 1 and t[d] != 1:
            raise ValueError("dimension", d)
    return tuple(t[d] if s[d] == 1 else s[d] for d in range(n))

# %% helpers named like torch's own
def expand(shape, rank):
    return (1,) * (rank - len(shape)) + tuple(shape)
def broadcast(p, q, where):
    if 1 in (p, q):
        return p * q
    if p != q:
        raise ValueError(f"sizes {p} and {q} at dimension {where}")
    return p
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    return tuple(broadcast(p, q, d - rank) for d, (p, q) in enumerate(zip(expand(s, rank), expand(t, rank))))

# %% match, and reduce
from functools import reduce
from itertools import zip_longest
def broadcast_shape(*shapes):
    def pair(acc, item):
        d, (p, q) = item
        match (p, q):
            case (1, n) | (n, 1):
                return (n, *acc)
            case (m, n) if m == n:
                return (m, *acc)
        raise ValueError(f"mismatch in dimension {-d - 1}")
    return reduce(pair, enumerate(zip_longest(*(x[::-1] for x in shapes), fillvalue=1)), ())

# %% a dictionary by dimension
def broadcast_shape(a, b):
    sizes = {}
    for shape in (a, b):
        for place, size in enumerate(reversed(shape), start=1):
            before = sizes.setdefault(-place, 1)
            if before == 1:
                sizes[-place] = size
            elif size not in (1, before):
                raise ValueError(f"{before} and {size} do not match (dim {-place})")
    return tuple(sizes[d] for d in sorted(sizes))

# %% deque from the right
from collections import deque
def broadcast_shape(s, t):
    s, t, out = list(s), list(t), deque()
    dim = 0
    while s or t:
        dim -= 1
        p = s.pop() if s else 1
        q = t.pop() if t else 1
        if 1 not in {p, q} and p != q:
            raise ValueError(f"sizes {p} and {q} do not match at dimension {dim}")
        out.appendleft(q if p == 1 else p)
    return tuple(out)

# %% reversed generators, raise in helper
def fail(d): raise ValueError("not broadcastable at dim %d" % d)
def size(shape, d): return shape[d] if -d <= len(shape) else 1
# %+
def broadcast_shape(s: tuple, t: tuple) -> tuple:
    return tuple(
        p if q == 1 or p == q else q if p == 1 else fail(d)
        for d in range(-max(len(s), len(t)), 0)
        for p, q in [(size(s, d), size(t, d))]
    )

# %% recursion with a default argument
def broadcast_shape(s, t, dim=-1):
    if not s or not t: return tuple(s or t)
    (*s, p), (*t, q) = s, t
    if p == q or q == 1: size = p
    elif p == 1: size = q
    else: raise ValueError(f"dim {dim}: {p} != {q}")
    return broadcast_shape(tuple(s), tuple(t), dim - 1) + (size,)

# %% a mutable default
def broadcast_shape(s, t, out=[]):
    n = max(len(s), len(t))
    s, t = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    for d, (p, q) in enumerate(zip(s, t)):
        if p != q and p != 1 and q != 1: raise ValueError(f"dimension {d - n}")
        out.append(q if p == 1 else p)
    return tuple(out[-n:]) if n else ()
