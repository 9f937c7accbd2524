# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% by where → slope_is_one_at_zero
def relu_grad(inp, out):
    inp.g = torch.where(inp < 0, torch.zeros_like(inp), out.g)

# %% the output's sign → asks_the_output_for_the_mask
def relu_grad(inp, out):
    g = out.g.clone()
    g[out <= 0] = 0
    inp.g = g

# %% relu of the gradient → rectifies_the_gradient
def relu_grad(inp, out):
    inp.g = relu(out.g)

# %% the slope alone, in floats → stores_the_slope_alone
def relu_grad(inp, out):
    inp.g = torch.where(inp > 0, torch.ones_like(inp), torch.zeros_like(inp))

# %% upstream switched off in place → upstream_is_masked_in_place
def relu_grad(inp, out):
    out.g[inp <= 0] = 0
    inp.g = out.g.clone()

# %% += where there may be something → relu_gradient_adds_up
def relu_grad(inp, out):
    g = torch.where(inp > 0, out.g, 0.0)
    if hasattr(inp, "g"):
        g = g + inp.g
    inp.g = g

# %% a constant →
def relu_grad(inp, out):
    inp.g = torch.full_like(inp, 3.0)
