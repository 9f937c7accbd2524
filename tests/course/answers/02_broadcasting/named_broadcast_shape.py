# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% flush left, by zip_longest → shapes_are_aligned_from_the_left
from itertools import zip_longest

def broadcast_shape(s, t):
    out = []
    for d, (p, q) in enumerate(zip_longest(s, t, fillvalue=1)):
        if p != 1 and q != 1 and p != q:
            raise ValueError(d)
        out.append(p if q == 1 else q)
    return tuple(out)

# %% max, without a word of refusal → the_larger_size_wins_always
from itertools import zip_longest

def broadcast_shape(s, t):
    return tuple(map(max, zip_longest(s[::-1], t[::-1], fillvalue=1)))[::-1]

# %% the sizes come backwards → result_is_read_backwards
from itertools import zip_longest

def broadcast_shape(s, t):
    out = []
    for d, (p, q) in enumerate(zip_longest(s[::-1], t[::-1], fillvalue=1), 1):
        if p != 1 and q != 1 and p != q:
            raise ValueError(-d)
        out.append(p if q == 1 else q)
    return tuple(out)

# %% an assertion that names the dimension → misfit_is_refused_with_an_assertion
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    s, t = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    assert all(p == q or p == 1 or q == 1 for p, q in zip(s, t)), "dimension -1"
    return tuple(q if p == 1 else p for p, q in zip(s, t))

# %% the product of both →
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    s, t = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    return tuple(p * q + 7 for p, q in zip(s, t))

# %% refused where the smaller one is above 1 → a_size_of_zero_fits_everything
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    s, t = (1,) * (n - len(s)) + s, (1,) * (n - len(t)) + t
    for d, (p, q) in enumerate(zip(s, t)):
        if p != q and min(p, q) > 1: raise ValueError(f"dimension {d - n}")
    return tuple(q if p == 1 else p for p, q in zip(s, t))
