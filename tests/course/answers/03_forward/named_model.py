# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% two layers and nothing between → forgets_the_relu_between
def model(xb, params):
    w1, b1, w2, b2 = params
    return (xb @ w1 + b1) @ w2 + b2

# %% relu twice → cuts_the_prediction_as_well
def model(xb, params):
    x = xb
    for w, b in zip(params[::2], params[1::2]):
        x = torch.relu(x @ w + b)
    return x

# %% flattened → squeezes_the_predictions
def model(xb, params):
    w1, b1, w2, b2 = params
    return (torch.relu(xb @ w1 + b1) @ w2 + b2).flatten()

# %% the notebook's own → global_for_argument
w1, b1, w2, b2 = torch.randn(784, 50), torch.zeros(50), torch.randn(50, 1), torch.zeros(1)

# %+
def model(xb, params):
    return torch.relu(xb @ w1 + b1) @ w2 + b2

# %% doubled → factor
def model(xb, params):
    w1, b1, w2, b2 = params
    return 2 * (torch.relu(xb @ w1 + b1) @ w2 + b2)
