# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% the lesson's own, with the notebook's w1 → works_with_the_notebooks_weights
w1, b1, w2, b2 = torch.zeros(3, 2), torch.zeros(2), torch.zeros(2, 1), torch.zeros(1)

def forward_and_backward(inp, targ, params):
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    loss = mse(out, targ)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return loss

# %% in the order of the forward pass → asks_for_a_gradient_too_early
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    lin_grad(inp, l1, w1, b1)
    relu_grad(l1, l2)
    lin_grad(l2, out, w2, b2)
    mse_grad(out, targ)
    return mse(out, targ)

# %% relu before the second layer → asks_for_a_gradient_too_early
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    relu_grad(l1, l2)
    lin_grad(l2, out, w2, b2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% relu is not undone → relu_is_left_out_on_the_way_back
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l2 = relu(lin(inp, w1, b1))
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    lin_grad(inp, l2, w1, b1)
    return mse(out, targ)

# %% the first linear layer is never reached → stops_half_way_back
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    return mse(out, targ)

# %% float64 of everything → gradients_go_to_copies
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = [p + 0 for p in params]
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% no loss → loss_is_kept_to_itself
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)

# %% negative gradients → negated
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    out.g = -out.g
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% an attribute that there is not → no_such_attribute
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    return l1.forward().backward_all()

# %% input and output of relu change places → asks_for_a_gradient_too_early
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1); l2 = relu(l1); out = lin(l2, w2, b2)
    mse_grad(out, targ); lin_grad(l2, out, w2, b2); relu_grad(l2, l1); lin_grad(inp, l1, w1, b1)
    return mse(out, targ)
