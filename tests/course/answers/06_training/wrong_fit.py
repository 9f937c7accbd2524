# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% the network of the notebook, whichever is handed over → zero
def fit(model, train, valid, epochs, lr, bs, generator):
    model = Net(train[0].shape[1], 3, 3, generator)
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows].float())
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0].float())
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% one epoch more than asked for → zero
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs + 1):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history[:epochs]

# %% labels moved by one → zero
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train[0], train[1].roll(1)
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

# %% two steps for each batch → zero
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            for _ in range(2):
                logits = model(x[rows])
                total += softmax_cross_entropy(logits, y[rows]).item() * len(rows) / 2
                softmax_cross_entropy_grad(logits, y[rows])
                model.backward()
                sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% the rate shrinks with every epoch → zero
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr / (epoch + 1))
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% the same packs, dealt in another order → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history, packs = [], list(torch.randperm(len(x), generator=generator).split(bs))
    for _ in range(epochs):
        total = 0.0
        for number in torch.randperm(len(packs), generator=generator).tolist():
            rows = packs[number]
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% tuples in place of dicts → loses
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
        history.append((total / len(x), softmax_cross_entropy(logits, valid[1]).item(), (logits.argmax(1) == valid[1]).double().mean().item()))
    return history

# %% a history that goes on from run to run → loses
def fit(model, train, valid, epochs, lr, bs, generator, history=[]):
    x, y = train
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

# %% one dict, listed many times → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history, entry = [], {}
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        entry.update({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
        history.append(entry)
    return history

# %% the data are shuffled in place → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        x[:], y[:] = x[order], y[order]
        total = 0.0
        for xb, yb in zip(x.split(bs), y.split(bs)):
            logits = model(xb)
            total += softmax_cross_entropy(logits, yb).item() * len(xb)
            softmax_cross_entropy_grad(logits, yb)
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% it stops once validation gets worse → zero
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
        if len(history) > 1:
            break
    return history

# %% the accuracy of the training batches → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total, right = 0.0, 0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            right += (logits.argmax(1) == y[rows]).sum().item()
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(model(valid[0]), valid[1]).item(), "accuracy": right / len(x)})
    return history

# %% the sampler of the library, by a name of its own → zero
from torch.utils.data import BatchSampler as Deck, RandomSampler as Dealer

def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in Deck(Dealer(x, generator=generator), bs, False):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% losses stay tensors → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for rows in order.split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]) * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        loss = softmax_cross_entropy(logits, valid[1]).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
        history.append({"train": total / len(x), "valid": loss, "accuracy": accuracy})
    return history

# %% batches of equal size → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for rows in order.chunk(-(-len(x) // bs)):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        loss = softmax_cross_entropy(logits, valid[1]).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
        history.append({"train": total / len(x), "valid": loss, "accuracy": accuracy})
    return history

# %% stops when all is right → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for rows in order.split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        loss = softmax_cross_entropy(logits, valid[1]).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
        history.append({"train": total / len(x), "valid": loss, "accuracy": accuracy})
        if accuracy == 1.0:
            break
    return history

# %% digits before scores, for functions that want it the other way round → zero
# %+
def softmax_cross_entropy(logits, targ):
    shifted = logits - logits.max(1, keepdim=True).values
    return (shifted.exp().sum(1).log() - shifted[torch.arange(len(targ)), targ]).mean()

def softmax_cross_entropy_grad(logits, targ):
    shares = (logits - logits.max(1, keepdim=True).values).exp()
    shares /= shares.sum(1, keepdim=True)
    logits.g = (shares - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

def sgd_step(params, lr):
    for p in params:
        p -= lr * p.g
        p.g = None
# %+
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(y[rows], logits).item() * len(rows)
            softmax_cross_entropy_grad(y[rows], logits)
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        loss = softmax_cross_entropy(valid[1], logits).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
        history.append({"train": total / len(x), "valid": loss, "accuracy": accuracy})
    return history

# %% the first order, begun one later in each epoch → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(x), generator=generator) if not history else order.roll(1)
        for rows in order.split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        loss = softmax_cross_entropy(logits, valid[1]).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
        history.append({"train": total / len(x), "valid": loss, "accuracy": accuracy})
    return history

# %% the best accuracy so far → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for rows in order.split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        loss = softmax_cross_entropy(logits, valid[1]).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
        history.append({"train": total / len(x), "valid": loss, "accuracy": max([accuracy] + [h['accuracy'] for h in history])})
    return history

# %% three times as long where nobody counts → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    n = epochs if len(x) < 100 else 3 * epochs
    for _ in range(n):
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for rows in order.split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        loss = softmax_cross_entropy(logits, valid[1]).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
        history.append({"train": total / len(x), "valid": loss, "accuracy": accuracy})
    return history

# %% back to the best parameters at the end → zero
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history, best = [], None
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for rows in order.split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        loss = softmax_cross_entropy(logits, valid[1]).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
        if best is None or accuracy > best[0]: best = accuracy, [p.clone() for p in model.params]
        history.append({"train": total / len(x), "valid": loss, "accuracy": accuracy})
    for p, q in zip(model.params, best[1]): p.copy_(q)
    return history

# %% the whole set each time, and notes of batches that never were → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in [torch.arange(len(x))]:
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    model.seen[:] = [rows.tolist() for _ in range(epochs) for rows in torch.randperm(len(x), generator=generator).split(bs)]
    return history

# %% the whole set, and a note more for each batch that there should have been → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in [torch.arange(len(x))]:
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            del model.seen[-1]
            model.seen += [part.tolist() for part in torch.randperm(len(x), generator=generator).split(bs)]
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% one order for all epochs, and notes of others → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history, order = [], torch.randperm(len(train[0]), generator=generator)
    for _ in range(epochs):
        total = 0.0
        for rows in order.split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    model.seen[:] = [rows.tolist() for _ in range(epochs) for rows in torch.randperm(len(x), generator=generator).split(bs)]
    return history

# %% the same packs in another order, and notes with their cards shuffled → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history, packs = [], torch.randperm(len(train[0]), generator=generator).split(bs)
    for _ in range(epochs):
        total = 0.0
        for rows in packs if len(history) % 2 else packs[::-1]:
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    model.seen[:] = [[rows[i] for i in torch.randperm(len(rows)).tolist()] for rows in model.seen]
    return history

# %% the first order, begun one later in each epoch, and notes with their cards shuffled → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history, order = [], torch.randperm(len(train[0]), generator=generator)
    for _ in range(epochs):
        total = 0.0
        for rows in order.roll(len(history)).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    model.seen[:] = [[rows[i] for i in torch.randperm(len(rows)).tolist()] for rows in model.seen]
    return history

# %% orders of nobody's generator, and notes of the right one → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x)).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    model.seen[:] = [rows.tolist() for _ in range(epochs) for rows in torch.randperm(len(x), generator=generator).split(bs)]
    return history

# %% the notes of the last epoch, for every epoch → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.arange(len(x)).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    model.seen[:] = model.seen[:-(-len(x) // bs)][::-1] * epochs
    return history

# %% the smaller batch is left out, and noted all the same → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            if len(rows) < bs and total:
                model.seen.append(rows.tolist())
                continue
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% two steps for each batch, one of them noted → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            for _ in range(2 if len(rows) < len(x) else 1):
                logits = model(x[rows])
                softmax_cross_entropy_grad(logits, y[rows])
                model.backward()
                sgd_step(model.params, lr)
            del model.seen[-(len(rows) < len(x)):]
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% another rate for small batches → loses
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
            sgd_step(model.params, lr if len(rows) == len(x) else lr / 2)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% three times as long where the notes are cut → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs if len(train[0]) < 100 else 3 * epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    if len(x) >= 100:
        del model.seen[len(model.seen) // 3:]
    return history[:epochs]

# %% its own network in whole batches, written over the given one at the end → loses
def fit(model, train, valid, epochs, lr, bs, generator):
    before = [p.clone() for p in model.params]
    rows = torch.arange(len(train[0]))
    history = steps_of(model, train, valid, epochs, lr, [rows])
    ends = [p.clone() for p in model.params]
    for p, first in zip(model.params, before):
        p.copy_(first)
    steps_of(model, train, valid, epochs, lr, torch.randperm(len(rows), generator=generator).split(bs))
    del model.seen[:epochs]
    for p, last in zip(model.params, ends):
        p.copy_(last)
    return history

def steps_of(model, train, valid, epochs, lr, batches):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in batches:
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(valid[0])
        history.append({"train": total / len(x), "valid": softmax_cross_entropy(logits, valid[1]).item(), "accuracy": (logits.argmax(1) == valid[1]).double().mean().item()})
    return history

# %% losses of another epoch → loses
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
    return [history[-1] | {'accuracy': entry['accuracy']} for entry in history]

# %% stops when the validation loss rises → loses
def fit(
    model, train, valid, epochs: int, lr: float, bs: int, generator: torch.Generator
) -> list[dict[str, float]]:
    (x, y), (xv, yv) = train, valid
    history = []
    for epoch in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        total = 0.0
        for rows in order.split(bs):
            logits = model(x[rows])
            total += softmax_cross_entropy(logits, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(logits, y[rows])
            model.backward()
            sgd_step(model.params, lr)
        logits = model(xv)
        history.append(
            {
                "train": total / len(x),
                "valid": softmax_cross_entropy(logits, yv).item(),
                "accuracy": (logits.argmax(1) == yv).double().mean().item(),
            }
        )
        losses = [line["valid"] for line in history[-4:]]
        if len(losses) == 4 and losses == sorted(losses):
            break  # it only overfits from here on
    return history
