# Right answers in students' own words; each is graded on top of the instructor's answers above it (see grading.py).
# ruff: noqa
# fmt: off

# %% a sequence, the loss by hand
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        return (self.layers(x).squeeze(-1) - targ).pow(2).mean()

# %% a list that is a Module, and a loss that is one
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)])
        self.loss = nn.MSELoss()

    def forward(self, x, targ):
        for layer in self.layers:
            x = layer(x)
        return self.loss(x[:, 0], targ)

# %% attributes, the last layer first
import torch.nn.functional as F

class TorchNetwork(torch.nn.Module):
    def __init__(self, n_in, nh, n_out):
        super(TorchNetwork, self).__init__()
        self.l2 = nn.Linear(nh, n_out)
        self.l1 = nn.Linear(n_in, nh)

    def forward(self, x, targ):
        return F.mse_loss(self.l2(F.relu(self.l1(x))).flatten(), targ)

# %% parameters by hand, as (in, out)
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.w1, self.b1 = nn.Parameter(torch.randn(n_in, nh) * (2 / n_in) ** 0.5), nn.Parameter(torch.zeros(nh))
        self.w2, self.b2 = nn.Parameter(torch.randn(nh, n_out) * nh ** -0.5), nn.Parameter(torch.zeros(n_out))

    def forward(self, x, targ):
        return mse(relu(x @ self.w1 + self.b1) @ self.w2 + self.b2, targ)

# %% a linear layer of one's own
class Own(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.empty(m, n).uniform_(-1, 1)))
        self.register_parameter("bias", nn.Parameter(torch.zeros(m)))

    def forward(self, x):
        return x @ self.weight.t() + self.bias

class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.first, self.last = Own(n_in, nh), Own(nh, n_out)

    def forward(self, x, targ):
        hidden = self.first(x)
        hidden = torch.where(hidden > 0, hidden, torch.zeros_like(hidden))
        gaps = self.last(hidden).view(-1) - targ
        return (gaps @ gaps) / len(gaps)

# %% the layers added by name, predictions apart
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        nn.Module.__init__(self)
        for name, layer in {"lin1": nn.Linear(n_in, nh), "act": nn.ReLU(inplace=True), "lin2": nn.Linear(nh, n_out)}.items():
            self.add_module(name, layer)

    def predict(self, x):
        return self.lin2(self.act(self.lin1(x))).squeeze(-1)

    def forward(self, x, targ):
        self.loss = ((self.predict(x) - targ) ** 2).mean()
        return self.loss

# %% a Module within a Module, and a dict
class Body(nn.Sequential):
    def __init__(self, n_in, nh, n_out):
        super().__init__(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

class TorchNetwork(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.parts = nn.ModuleDict({"body": Body(*sizes)})

    def forward(self, x, targ):
        return torch.mean(torch.square(self.parts["body"](x) - targ.unsqueeze(1)))

# %% a list of parameters
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.p = nn.ParameterList([torch.randn(n_in, nh), torch.zeros(nh), torch.randn(nh, n_out), torch.zeros(n_out)])
    def forward(self, x, targ):
        return mse((x @ self.p[0] + self.p[1]).clamp_min(0) @ self.p[2] + self.p[3], targ)

# %% an ordered dict in a sequence
from collections import OrderedDict
# %+
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.net = nn.Sequential(OrderedDict(a=nn.Linear(n_in, nh), b=nn.ReLU(), c=nn.Linear(nh, n_out)))
    def forward(self, x, targ):
        return nn.MSELoss()(self.net(x).squeeze(-1), targ)
