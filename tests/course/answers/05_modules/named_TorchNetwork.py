# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% a tuple, as good as a list → torch_network_keeps_its_layers_in_a_list
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.stages = (nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        for stage in self.stages:
            x = stage(x)
        return (x.squeeze(-1) - targ).pow(2).mean()

# %% a list under another name → torch_network_keeps_its_layers_in_a_list
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.stages = []
        self.stages.append(nn.Linear(n_in, nh))
        self.stages.append(nn.Linear(nh, n_out))

    def forward(self, x, targ):
        return (self.stages[1](torch.relu(self.stages[0](x))).squeeze(-1) - targ).pow(2).mean()

# %% the sum by torch's own → torch_network_sums_the_squares
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.one, self.two = nn.Linear(n_in, nh), nn.Linear(nh, n_out)
        self.criterion = nn.MSELoss(reduction="sum")

    def forward(self, x, targ):
        return self.criterion(self.two(torch.relu(self.one(x))).flatten(), targ)

# %% a dict of layers → torch_network_keeps_its_layers_in_a_list
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.net = {'a': nn.Linear(n_in, nh), 'c': nn.Linear(nh, n_out)}
    def forward(self, x, targ):
        return mse(self.net['c'](self.net['a'](x).relu()), targ)
