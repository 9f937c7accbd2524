# Right answers in students' own words. A line "# %% its name" starts one, and "# %+" a further cell of it.
# ruff: noqa
# fmt: off

# %% column by column
def standardise(x):
    out = np.empty_like(x)
    for j in range(x.shape[1]):
        column = x[:, j] - x[:, j].mean()
        out[:, j] = column / np.sqrt((column ** 2).mean())
    return out


# %% transposed
def standardise(x):
    rows = x.T
    return ((rows - rows.mean(1)[:, None]) / rows.std(1)[:, None]).T


# %% with functions of numpy, in place on a copy
def standardise(x):
    y = x.copy()
    np.subtract(y, np.average(y, axis=0), out=y)
    y /= np.std(y, 0)
    return y
