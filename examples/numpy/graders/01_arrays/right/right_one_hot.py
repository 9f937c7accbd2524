# Right answers in students' own words. A line "# %% its name" starts one, and "# %+" a further cell of it.
# ruff: noqa
# fmt: off

# %% rows of the identity
def one_hot(labels, count):
    return np.eye(count)[labels]


# %% by put_along_axis
def one_hot(labels, count):
    out = np.zeros((labels.size, count))
    np.put_along_axis(out, labels[:, None].astype(int), 1, axis=1)
    return out


# %% from lists
def one_hot(labels, count):
    return np.array([[1.0 if k == label else 0.0 for k in range(count)] for label in labels.tolist()])
