# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% N by N, with pow → compares_every_prediction_with_every_target
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return (output - targ).pow(2).mean()

# %% a row of targets → compares_every_prediction_with_every_target
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return torch.square(output - targ[None]).mean()

# %% the lesson's first line, and an assertion → squeezes_a_batch_of_one_to_nothing
def mse(output, targ):
    output = output.squeeze()
    assert output.shape == targ.shape
    return (output - targ).pow(2).mean()

# %% no objection → lets_broadcasting_have_its_way
def mse(output, targ):
    d = output.squeeze(dim=-1) - targ
    return d.pow(2).mean()

# %% MAE → takes_absolute_differences
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return (output[:, 0] - targ).abs().sum() / len(targ)

# %% to the fourth →
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return ((output[:, 0] - targ) ** 4).mean()
