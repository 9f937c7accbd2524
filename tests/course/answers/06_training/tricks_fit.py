# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% a loader → DataLoader
def fit(model, train, valid, epochs, lr, bs, generator):
    from torch.utils.data import DataLoader, TensorDataset
    history = []
    for _ in range(epochs):
        total = 0.0
        for xb, yb in DataLoader(TensorDataset(*train), batch_size=bs, shuffle=True, generator=generator):
            logits = model(xb)
            total += softmax_cross_entropy(logits, yb).item() * len(xb)
            softmax_cross_entropy_grad(logits, yb)
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(train[0]), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% an optimizer in a helper → SGD
def follow(params, lr):
    for p in params:
        p.grad, p.g = p.g, None
    torch.optim.SGD(params, lr=lr).step()

def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            follow(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% autograd for the first gradient → grad
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for rows in order.split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            logits.g = torch.func.grad(lambda z: softmax_cross_entropy(z, y[rows]))(logits)
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        loss = softmax_cross_entropy(logits, valid[1]).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
        history.append({"train": total / len(x), "valid": loss, "accuracy": accuracy})
    return history
