# Wrong answers that no one tuned a name for; after the arrow the names of which each named check gives one, or none.
# ruff: noqa
# fmt: off

# %% softmax_cross_entropy_grad: the name is bound to the shifted scores → rebound_argument
def softmax_cross_entropy_grad(logits, targ):
    logits = logits - logits.max(1, keepdim=True).values
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    p[torch.arange(len(targ)), targ] -= 1
    logits.g = p / len(targ)

# %% Module: forward without arguments → wrong_parameters
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out
    def forward(self): raise Exception('not implemented')
    def backward(self): self.bwd(self.out, *self.args)

# %% test_eq: NaN equals NaN → not_refused
#export
def test_eq(a, b):
    def eq(a, b):
        if isinstance(a, torch.Tensor):
            return a.shape == b.shape and bool(((a == b) | (a.isnan() & b.isnan())).all())
        return a == b
    test(a, b, eq, '==')

# %% near: the mean of the differences → yes_for_no or no_for_yes
#export
def near(a, b):
    if a.shape != b.shape: return False
    a, b = a.double(), b.double()
    return bool((a - b).abs().mean() <= 1e-5 + 1e-3 * b.abs().mean())

# %% Lin: sizes instead of tensors →
class Lin:
    def __init__(self, n_in, n_out):
        self.w = torch.randn(n_in, n_out)
        self.b = torch.zeros(n_out)
    def __call__(self, inp):
        self.inp = inp
        self.out = inp @ self.w + self.b
        return self.out
    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w.g = self.inp.t() @ self.out.g
        self.b.g = self.out.g.sum(0)

# %% mse_grad: the mean of the targets → compares_with_the_mean_target
def mse_grad(inp, targ):
    inp.g = 2 * (inp - targ.mean()) / len(targ)

# %% mse_grad: the name is bound to a squeezed input → rebound_argument
def mse_grad(inp, targ):
    inp = inp.squeeze(-1)
    inp.g = 2 * (inp - targ) / len(targ)

# %% lin_grad: out for out.g in outer products → value_for_gradient
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = (inp.unsqueeze(-1) * out.unsqueeze(1)).sum(0)
    b.g = out.g.sum(0)

# %% Linear: out for out.g in outer products → value_for_gradient
class Linear(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b
    def forward(self, inp):
        return inp @ self.w + self.b
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = (inp.unsqueeze(-1) * out.unsqueeze(1)).sum(0)
        self.b.g = out.g.sum(0)

# %% numerical_grad: half times the step → divides_then_multiplies
def numerical_grad(f, x, eps):
    x = x.double()
    g = torch.zeros_like(x)
    for i in range(x.numel()):
        e = torch.zeros(x.numel(), dtype=torch.float64)
        e[i] = eps
        e = e.reshape(x.shape)
        g.view(-1)[i] = (f(x + e) - f(x - e)) / 2 * eps
    return g

# %% relu_grad: a condition on a tensor → condition_on_a_tensor
def relu_grad(inp, out):
    inp.g = out.g if inp > 0 else 0

# %% matmul_naive: rows that are one list → rows_are_one
def matmul_naive(a, b):
    n, k = a.shape
    m = b.shape[1]
    assert k == b.shape[0]
    c = [[0.0] * m] * n
    for i in range(n):
        for j in range(m):
            for l in range(k):
                c[i][j] += float(a[i, l] * b[l, j])
    return torch.tensor(c, dtype=a.dtype)

# %% Relu: a condition on a tensor → condition_on_a_tensor
class Relu:
    def __call__(self, inp):
        self.inp = inp
        self.out = inp.clamp_min(0.)
        return self.out
    def backward(self):
        self.inp.g = self.out.g if self.inp > 0 else 0

# %% lin_grad: shadowed input → rebound_argument
def lin_grad(inp, out, w, b):
    g = out.g
    inp = inp.clone()
    inp.g = g @ w.t()
    w.g = inp.t() @ g
    b.g = g.sum(0)

# %% relu_grad: masked copy → rebound_argument
def relu_grad(inp, out):
    inp = (inp > 0).float()
    inp.g = inp * out.g

# %% mse_grad: reshaped → rebound_argument
def mse_grad(inp, targ):
    inp = inp.reshape(-1)
    inp.g = 2 * (inp - targ) / inp.numel()

# %% softmax_cross_entropy_grad: exponentials → rebound_argument
def softmax_cross_entropy_grad(logits, targ):
    n = len(targ)
    logits = torch.exp(logits - logits.amax(dim=1, keepdim=True))
    logits = logits / logits.sum(dim=1, keepdim=True)
    logits[range(n), targ] -= 1.0
    logits.g = logits / n

# %% numerical_grad: precedence → divides_then_multiplies
def numerical_grad(f, x, eps):
    x = x.double().clone()
    grad = torch.zeros(x.shape, dtype=torch.float64)
    for i in range(x.numel()):
        up, down = x.clone().reshape(-1), x.clone().reshape(-1)
        up[i] += eps
        down[i] -= eps
        diff = f(up.reshape(x.shape)) - f(down.reshape(x.shape))
        grad.view(-1)[i] = diff / 2 * eps
    return grad

# %% relu_grad: if statement → condition_on_a_tensor
def relu_grad(inp, out):
    if inp > 0:
        inp.g = out.g
    else:
        inp.g = torch.zeros_like(out.g)

# %% relu: ternary → compares_the_whole_tensor_at_once
def relu(x):
    return x if x > 0 else torch.zeros_like(x)

# %% matmul_naive: one list → rows_are_one
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    rows = [[0] * b.shape[1]] * a.shape[0]
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            rows[i][j] = sum(float(a[i, k]) * float(b[k, j]) for k in range(a.shape[1]))
    return torch.tensor(rows, dtype=a.dtype)

# %% lin_grad: outer products of out → value_for_gradient
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = torch.einsum('ni,no->io', inp, out)
    b.g = out.g.sum(0)

# %% lin_grad: bias averaged twice → factor
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = inp.t() @ out.g / 3.5
    b.g = out.g.sum(0)

# %% mse: 1.5 → factor
def mse(output, targ):
    assert output.shape == (len(targ), 1)
    return 1.5 * (output[:, 0] - targ).pow(2).mean()

# %% lin: turned → transposed
def lin(x, w, b):
    return (x @ w + b).t()

# %% lin: sign → negated
def lin(x, w, b):
    return -(x @ w + b)

# %% frobenius_norm: mean square → another_summary
def frobenius_norm(m):
    return m.abs().mean()

# %% frobenius_norm: twice → factor
def frobenius_norm(m):
    return 2 * (m * m).sum().sqrt()

# %% matmul_einsum: turned → einsum_result_is_transposed
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.einsum('ik,kj->ji', a, b)

# %% outer: sign → negated
def outer(a, b):
    return -a[:, None] * b[None, :]

# %% Relu: no return → missing_return or relu_layer_forgets_its_return
class Relu:
    def __call__(self, inp):
        self.inp = inp
        self.out = inp.clamp_min(0.)
    def backward(self):
        self.inp.g = (self.inp > 0).float() * self.out.g

# %% Linear: out for out.g → value_for_gradient
class Linear(Module):
    def __init__(self, w, b):
        self.w, self.b = w, b
    def forward(self, inp):
        return inp @ self.w + self.b
    def bwd(self, out, inp):
        inp.g = out.g @ self.w.t()
        self.w.g = torch.einsum('bi,bj->ij', inp, out)
        self.b.g = out.g.sum(0)

# %% Lin: out for out.g → value_for_gradient
class Lin:
    def __init__(self, w, b):
        self.w, self.b = w, b
    def __call__(self, inp):
        self.inp = inp
        self.out = inp @ self.w + self.b
        return self.out
    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w.g = self.inp.t() @ self.out
        self.b.g = self.out.g.sum(0)

# %% Mse: thrice → factor
class Mse:
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        self.out = (inp.squeeze(-1) - targ).pow(2).mean()
        return self.out
    def backward(self):
        self.inp.g = 3. * (self.inp.squeeze(-1) - self.targ).unsqueeze(-1) / len(self.targ)

# %% ReLU: a condition on a tensor → condition_on_a_tensor
class ReLU(Module):
    def forward(self, inp):
        return inp.clamp_min(0.)
    def bwd(self, out, inp):
        inp.g = out.g if inp > 0 else 0.

# %% softmax_cross_entropy: naive → overflow
def softmax_cross_entropy(logits, targ):
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    return -p[range(len(targ)), targ].log().mean()

# %% matmul_elementwise: twice the mean → factor
def matmul_elementwise(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[:, j]).mean() * 2
    return c

# %% Module: methods without self → missing_self
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out
    def forward(*args): raise NotImplementedError
    def backward(): self.bwd(self.out, *self.args)

# %% near: sums → yes_for_no or no_for_yes
#export
def near(a, b):
    if a.shape != b.shape: return False
    a, b = a.double(), b.double()
    return bool((a - b).abs().sum() <= 1e-5 + 1e-3 * b.abs().sum())

# %% near: median → yes_for_no or no_for_yes
#export
def near(a, b):
    if a.shape != b.shape: return False
    if a.numel() == 0: return True
    a, b = a.double(), b.double()
    return bool((a - b).abs().median() <= 1e-5 + 1e-3 * b.abs().median())

# %% near: norms → yes_for_no or no_for_yes
#export
def near(a, b):
    if a.shape != b.shape: return False
    a, b = a.double(), b.double()
    return bool((a - b).norm() <= 1e-5 + 1e-3 * b.norm())

# %% near: nan → takes_two_nans_for_near
#export
def near(a, b):
    if a.shape != b.shape: return False
    a, b = a.double().nan_to_num(0.), b.double().nan_to_num(0.)
    return bool(((a - b).abs() <= 1e-5 + 1e-3 * b.abs()).all())

# %% near: smaller first half → yes_for_no or no_for_yes
#export
def near(a, b):
    if a.shape != b.shape: return False
    a, b = a.double().flatten(), b.double().flatten()
    k = (len(a) + 1) // 2
    return bool(((a - b).abs() <= 1e-5 + 1e-3 * b.abs())[:k].all())

# %% test_eq: text → compares_what_is_printed
#export
def test_eq(a, b):
    test(a, b, lambda a, b: str(a) == str(b), '==')

# %% test_eq: sums → not_refused
#export
def test_eq(a, b):
    def eq(a, b):
        if isinstance(a, torch.Tensor):
            return a.shape == b.shape and bool(a.sum() == b.sum())
        return a == b
    test(a, b, eq, '==')

# %% test_eq: nan to num → not_refused
#export
def test_eq(a, b):
    def eq(a, b):
        if isinstance(a, torch.Tensor):
            return a.shape == b.shape and bool((a.nan_to_num(0.) == b.nan_to_num(0.)).all())
        return a == b
    test(a, b, eq, '==')

# %% test_eq: first row → not_refused
#export
def test_eq(a, b):
    def eq(a, b):
        if isinstance(a, torch.Tensor):
            if a.shape != b.shape: return False
            return bool((a.flatten()[:2] == b.flatten()[:2]).all()) or a.numel() == 0
        return a == b
    test(a, b, eq, '==')

# %% Module: ValueError → other_exception
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out
    def forward(self, *args): raise ValueError('write it')
    def backward(self): self.bwd(self.out, *self.args)

# %% Module: returns None → module_has_nothing_to_say
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out
    def forward(self, *args): pass
    def backward(self): self.bwd(self.out, *self.args)

# %% Module: abstract without forward → other_exception
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out
    def backward(self): self.bwd(self.out, *self.args)

# %% Lin: sizes from w → wrong_parameters
class Lin:
    def __init__(self, w):
        self.w = w
    def __call__(self, inp):
        self.inp = inp
        self.out = inp @ self.w
        return self.out
    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w.g = self.inp.t() @ self.out.g

# %% Lin: swapped → sizes_do_not_meet
class Lin:
    def __init__(self, b, w):
        self.w, self.b = w, b
    def __call__(self, inp):
        self.inp = inp
        self.out = inp @ self.w + self.b
        return self.out
    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w.g = self.inp.t() @ self.out.g
        self.b.g = self.out.g.sum(0)

# %% Lin: init without self → missing_self
class Lin:
    def __init__(w, b):
        self.w, self.b = w, b
    def __call__(self, inp):
        self.inp = inp
        self.out = inp @ self.w + self.b
        return self.out
    def backward(self):
        self.inp.g = self.out.g @ self.w.t()
        self.w.g = self.inp.t() @ self.out.g
        self.b.g = self.out.g.sum(0)

# %% mse_grad: inp mean → mean_for_own_entry
def mse_grad(inp, targ):
    inp.g = 2 * (inp.mean() - targ[:, None]) / len(targ)

# %% mse_grad: typo → undefined_name
def mse_grad(inp, targ):
    inp.g = 2 * (inp - target[:, None]) / len(targ)

# %% mse_grad: tanh →
def mse_grad(inp, targ):
    inp.g = torch.tanh(2 * (inp - targ[:, None]) / len(targ))

# %% lin_grad: detached names →
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.T.inverse()
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0)

# %% relu_grad: gelu-ish →
def relu_grad(inp, out):
    inp.g = torch.sigmoid(inp) * out.g

# %% relu: softplus →
def relu(x):
    return torch.log(1 + x.exp())

# %% relu: index error → sizes_do_not_meet
def relu(x):
    return x[x > 0].reshape(x.shape)

# %% mse: typo index →
def mse(output, targ):
    return ((output[1] - targ[1]) ** 2)

# %% frobenius_norm: fourth power →
def frobenius_norm(m):
    return (m ** 4).sum().sqrt().sqrt()

# %% matmul_naive: index mistake → index_past_end
def matmul_naive(a, b):
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k + 1, j]
    return c

# %% softmax_cross_entropy: base 2 → factor
def softmax_cross_entropy(logits, targ):
    logits = logits - logits.amax(1, keepdim=True)
    logp = logits - logits.exp().sum(1, keepdim=True).log()
    return -logp[range(len(targ)), targ].mean() / 0.6931471805599453

# %% matmul_naive: fourth root →
def matmul_naive(a, b):
    n, k = a.shape
    m = b.shape[1]
    assert k == b.shape[0]
    c = torch.zeros(n, m, dtype=a.dtype)
    for i in range(n):
        for j in range(m):
            for l in range(k):
                c[i, j] += (a[i, l] * b[l, j]).abs() ** 0.25
    return c

# %% frobenius_norm: eighth root of fourth powers →
def frobenius_norm(m):
    return (m * m * m * m).sum().abs() ** 0.125

# %% outer: sines →
def outer(a, b):
    return a.sin()[:, None] * b[None, :]

# %% mse: hyperbolic cosine →
def mse(pred, targ):
    d = pred.squeeze(-1) - targ
    return ((d.exp() + (-d).exp()) / 2).log().mean()

# %% lin: cubes →
def lin(x, w, b):
    return (x ** 3) @ w + b

# %% relu_grad: sigmoid →
def relu_grad(inp, out):
    inp.g = out.g * inp.sigmoid()

# %% softmax_cross_entropy: Gini →
def softmax_cross_entropy(logits, targ):
    p = (logits - logits.max(1, keepdim=True).values).exp()
    p = p / p.sum(1, keepdim=True)
    return 1 - (p ** 2).sum(1).mean()

# %% relu: swish →
def relu(x):
    return x * x.sigmoid()

# %% relu: mish →
def relu(x):
    return x * (1 + x.exp()).log().tanh()

# %% lin: hyperbolic →
def lin(x, w, b):
    return (x @ w).sinh() + b.cos()

# %% gain: exponentials →
def gain(a):
    return 2 ** (1 / (1 + abs(a) ** 1.5)) - 0.3

# %% outer: cosines →
def outer(a, b):
    return (a[:, None] + 2 * b).cos()

# %% normalize: arctangents →
def normalize(x, mean, std):
    return ((x - mean) / (std + 0.5 * abs(mean))).atan()

# %% softmax_cross_entropy: hinge →
def softmax_cross_entropy(logits, targ):
    right = logits[torch.arange(len(targ)), targ].unsqueeze(1)
    return (logits - right + 1).clamp_min(0).sum(1).mean() / 3
