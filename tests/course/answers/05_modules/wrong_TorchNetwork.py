# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% parameters that never learn → loses
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        with torch.no_grad():
            hidden = relu(self.layers[0](x))
        return mse(self.layers[2](hidden), targ)

# %% one layer too many → zero
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        return mse(self.layers(x), targ)

# %% another activation → zero
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.Tanh(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        return mse(self.layers(x), targ)

# %% mean absolute error → zero
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        return (self.layers(x).squeeze(-1) - targ).abs().mean()

# %% always float32 → loses
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        return mse(self.layers(x), targ).float()

# %% scales its input in place → loses
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        loss = mse(self.layers(x.clone()), targ)
        x.zero_()
        return loss

# %% the predictions beside the loss → zero
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        out = self.layers(x)
        return mse(out, targ), out

# %% a list, and parameters() of its own → zero
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]
    def parameters(self):
        for l in self.layers: yield from l.parameters()
    def forward(self, x, targ):
        for l in self.layers: x = l(x)
        return mse(x, targ)

# %% a first layer that is frozen → loses
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)); self.net[0].weight.requires_grad_(False)
    def forward(self, x, targ):
        return mse(self.net(x), targ)

# %% a plain class that asks a sequence → zero
class TorchNetwork:
    def __init__(self, a, b, c): self.l = nn.Sequential(nn.Linear(a, b), nn.ReLU(), nn.Linear(b, c))
    def __getattr__(self, n): return getattr(self.l, n)
    def forward(self, x, targ): return mse(self.l(x), targ)
    def __call__(self, x, targ): return self.forward(x, targ)
