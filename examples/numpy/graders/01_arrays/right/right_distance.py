# Right answers in students' own words. A line "# %% its name" starts one, and "# %+" a further cell of it.
# ruff: noqa
# fmt: off

# %% an array of shape ()
def distance(a, b):
    return np.asarray(np.sqrt(np.square(a - b).sum()))


# %% a loop over numbers of NumPy
def distance(a, b):
    total = a.dtype.type(0)
    for left, right in zip(a, b):
        total += (left - right) * (left - right)
    return total ** a.dtype.type(0.5)


# %% through the sum of a ufunc
def distance(a, b):
    gap = np.abs(a - b)
    return np.sqrt(np.add.reduce(np.multiply(gap, gap)))
