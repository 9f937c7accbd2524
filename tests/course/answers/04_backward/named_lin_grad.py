# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% by einsum letters → weight_gradient_is_transposed
def lin_grad(inp, out, w, b):
    inp.g = torch.einsum("bj,ij->bi", out.g, w)
    w.g = torch.einsum("bi,bj->ji", inp, out.g)
    b.g = torch.einsum("bj->j", out.g)

# %% no transpose, and the bias first → weight_is_not_transposed
def lin_grad(inp, out, w, b):
    b.g = out.g.sum(0)
    inp.g = out.g @ w
    w.g = inp.t() @ out.g

# %% one number for the bias → bias_gradient_is_one_number
def lin_grad(inp, out, w, b):
    b.g = torch.sum(out.g)
    w.g = torch.matmul(inp.t(), out.g)
    inp.g = torch.matmul(out.g, w.t())

# %% the gradient of the bias in each row → rows_of_the_weight_gradient_are_alike
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    b.g = out.g.sum(0)
    w.g = torch.stack([b.g] * len(w))

# %% the bias is averaged, loops for the rest → bias_gradient_is_averaged
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = sum(x[:, None] * g for x, g in zip(inp, out.g))
    b.g = sum(out.g) / len(out.g)

# %% values for gradients, everywhere → reads_out_for_its_gradient
def lin_grad(inp, out, w, b):
    b.g = out.sum(0)
    w.g = inp.t() @ out
    inp.g = out @ w.t()

# %% added to what autograd would have → lin_gradients_add_up
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    for t, g in ((w, inp.t() @ out.g), (b, out.g.sum(0))):
        t.g = t.g + g if hasattr(t, "g") else g

# %% b is not there → bias_is_forgotten
def lin_grad(inp, out, w, b):
    w.g = inp.t() @ out.g
    inp.g = out.g @ w.t()

# %% bias and weight transposed, two at once → transposed
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = (inp.t() @ out.g).t()
    b.g = out.g.sum()

# %% = for += in a loop → only_the_last_image_counts
def lin_grad(inp, out, w, b):
    inp.g = torch.zeros_like(inp)
    for n in range(len(inp)):
        inp.g[n] = w @ out.g[n]
        w.g = torch.outer(inp[n], out.g[n])
        b.g = out.g[n]

# %% a name that tensors do not have → no_such_attribute
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.transposed()
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0)

# %% shapes that never fit → size_in_code
def lin_grad(inp, out, w, b):
    inp.g = out.g.reshape(7, 7, 7) @ w
