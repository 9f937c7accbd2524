# Mistakes as they come: in other words than the bank's, or with something else wrong; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% range in place of a shuffle → never_shuffles
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for i in range(0, len(x), bs):
            xb, yb = x[i:i + bs], y[i:i + bs]
            logits = model(xb)
            total += softmax_cross_entropy(logits, yb).item() * len(xb)
            softmax_cross_entropy_grad(logits, yb)
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% the mean of the batch losses → averages_the_batch_losses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        losses = []
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            losses.append(softmax_cross_entropy(logits, y[rows]))
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": torch.stack(losses).mean().item(), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% whole batches only → forgets_the_smaller_batch
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        order, total, count = torch.randperm(len(x), generator=generator), 0.0, 0
        for b in range(len(x) // bs):
            rows = order[b * bs:(b + 1) * bs]
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            count += len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / max(count, 1), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% the step one level too far out → steps_once_an_epoch
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
        sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% labels of another epoch's order →
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        y = y.flip(0)
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history
