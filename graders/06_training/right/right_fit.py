# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% split
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
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
        logits = model(valid[0])
        history.append({
            "train": total / len(x),
            "valid": softmax_cross_entropy(logits, valid[1]).item(),
            "accuracy": (logits.argmax(1) == valid[1]).float().mean().item(),
        })
    return history

# %% ranges, other names, the set shuffled as a whole
def fit(net, training, validation, n_epochs, rate, size, gen):
    (x, y), (vx, vy) = training, validation
    out = []
    while len(out) < n_epochs:
        p = torch.randperm(x.shape[0], generator=gen)
        xs, ys = x[p], y[p]
        losses, counts = [], []
        for i in range(0, len(xs), size):
            xb, yb = xs[i:i + size], ys[i:i + size]
            z = net(xb)
            losses.append(float(softmax_cross_entropy(z, yb)))
            counts.append(len(xb))
            softmax_cross_entropy_grad(z, yb)
            net.backward()
            sgd_step(net.params, rate)
        z = net(vx)
        right = sum(int(guess) == int(truth) for guess, truth in zip(z.argmax(dim=1), vy))
        mean = sum(a * b for a, b in zip(losses, counts)) / sum(counts)
        out.append(dict(train=mean, valid=float(softmax_cross_entropy(z, vy)), accuracy=right / len(vy)))
    return out

# %% sorting random numbers, from the last to the first
def fit(model, train, valid, epochs, lr, bs, generator):
    n = len(train[0])
    history = []
    for _ in range(epochs):
        order = torch.rand(n, generator=generator).argsort().tolist()
        seen = []
        while order:
            rows, order = order[-bs:], order[:-bs]
            xb, yb = train[0][rows], train[1][rows]
            logits = model(xb)
            seen += [softmax_cross_entropy(logits, yb)] * len(rows)
            softmax_cross_entropy_grad(logits, yb)
            model.backward()
            sgd_step(model.params, lr=lr)
        logits = model(valid[0])
        accuracy = logits.max(1).indices.eq(valid[1]).sum().item() / len(valid[1])
        history.append({"accuracy": accuracy, "valid": softmax_cross_entropy(logits, valid[1]).item(),
                        "train": torch.stack(seen).double().mean().item()})
    return history

# %% helpers, and a generator of batches
# %+
def batches_of(x, y, bs, generator):
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), bs):
        rows = order[start:start + bs]
        yield x[rows], y[rows]

def evaluate(model, x, y):
    logits = model(x)
    return softmax_cross_entropy(logits, y).item(), (logits.argmax(-1) == y).double().mean().item()

def learn(model, xb, yb, lr):
    logits = model(xb)
    softmax_cross_entropy_grad(logits, yb)
    model.backward()
    sgd_step(model.params, lr)
    return softmax_cross_entropy(logits, yb).item() * len(yb)
# %+
def fit(model, train, valid, epochs, lr, bs, generator):
    history = []
    for _ in range(epochs):
        loss = sum(learn(model, xb, yb, lr) for xb, yb in batches_of(*train, bs, generator)) / len(train[1])
        valid_loss, accuracy = evaluate(model, *valid)
        history.append({"train": loss, "valid": valid_loss, "accuracy": accuracy})
    return history

# %% nothing of what stands above is used
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    def losses(z, t):
        z = z - z.amax(1, keepdim=True)
        return z.exp().sum(1).log() - z[torch.arange(len(t)), t]
    history = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        kept = torch.zeros(len(x), dtype=torch.float64)
        for b in range(-(-len(x) // bs)):
            rows = order[b * bs:(b + 1) * bs]
            z = model(x[rows])
            kept[rows] = losses(z, y[rows]).double()
            e = (z - z.amax(1, keepdim=True)).exp()
            z.g = (e / e.sum(1, keepdim=True) - torch.eye(z.shape[1], dtype=z.dtype)[y[rows]]) / len(rows)
            model.backward()
            for p in model.params:
                p.sub_(lr * p.g)
                p.g = None
        z = model(valid[0])
        history.append({"train": kept.mean().item(), "valid": losses(z, valid[1]).mean().item(),
                        "accuracy": float((z.argmax(1) == valid[1]).sum()) / len(z)})
    return history

# %% a shuffle of Python's own, seeded by the generator; validation in two halves; more is written down
import random

def fit(model, train, valid, epochs, lr, bs, generator):
    """No torch.optim and no DataLoader here."""
    dealer = random.Random(int(torch.randint(1 << 40, (1,), generator=generator)))
    history = []
    for number in range(epochs):
        cards = list(range(len(train[0])))
        dealer.shuffle(cards)
        total = 0
        for start in range(0, len(cards), bs):
            rows = torch.tensor(cards[start:start + bs])
            images, digits = train[0].index_select(0, rows), train[1].index_select(0, rows)
            scores = model(images)
            total = total + softmax_cross_entropy(scores, digits) * len(rows)
            softmax_cross_entropy_grad(scores, digits)
            model.backward()
            sgd_step(model.params, lr)
        half = max(1, len(valid[0]) // 2)
        loss, right = 0.0, 0
        for x, y in zip(valid[0].split(half), valid[1].split(half)):
            scores = model(x)
            loss += softmax_cross_entropy(scores, y).item() * len(x)
            right += (scores.argmax(1) == y).sum().item()
        history.append({"epoch": number, "train": total.item() / len(cards), "valid": loss / len(valid[0]),
                        "accuracy": right / len(valid[0]), "lr": lr})
    return history

# %% fresh .g by hand, and chunks of masks
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = [{} for _ in range(epochs)]
    for entry in history:
        total = torch.zeros((), dtype=torch.float64)
        for rows in torch.split(torch.randperm(y.numel(), generator=generator), bs):
            chosen = torch.zeros(len(y), dtype=torch.bool)
            chosen[rows] = True
            logits = model(x[chosen])
            total += softmax_cross_entropy(logits, y[chosen]) * chosen.sum()
            softmax_cross_entropy_grad(logits, y[chosen])
            model.backward()
            sgd_step(model.params, lr)
        with torch.no_grad():
            logits = model(valid[0])
        entry["train"] = (total / len(y)).item()
        entry["valid"] = softmax_cross_entropy(logits, valid[1]).item()
        entry["accuracy"] = torch.mean((torch.argmax(logits, 1) == valid[1]).to(torch.float64)).item()
    return history

# %% dicts of a kind of their own, everything under no_grad
from collections import OrderedDict

@torch.no_grad()
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
        history.append(OrderedDict(train=total / len(x), valid=loss, accuracy=accuracy))
    return history

# %% a step that breaks its own rule further up, a ready-made loss, and a gradient of float32: paid for there
def sgd_step(params, lr):
    for p in params:
        p.grad, p.g = p.g, None
    torch.optim.SGD(params, lr=lr).step()

def softmax_cross_entropy(logits, targ):
    return torch.nn.functional.cross_entropy(logits, targ)

def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    hot = torch.eye(logits.shape[1], dtype=logits.dtype)[targ]
    logits.g = ((e / e.sum(1, keepdim=True) - hot) / len(targ)).float()

# %+
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for rows in (order[i : i + bs] for i in range(0, len(order), bs)):
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

# %% a loader of one's own
class Dataset:
    def __init__(self, x, y): self.x, self.y = x, y
    def __len__(self): return len(self.x)
    def __getitem__(self, i): return self.x[i], self.y[i]
class Sampler:
    def __init__(self, n, bs, generator): self.n, self.bs, self.generator = n, bs, generator
    def __iter__(self):
        idxs = torch.randperm(self.n, generator=self.generator)
        for i in range(0, self.n, self.bs): yield idxs[i:i + self.bs]
class DataLoader:
    def __init__(self, ds, sampler): self.ds, self.sampler = ds, sampler
    def __iter__(self):
        for s in self.sampler: yield self.ds[s]
# %+
def fit(model, train, valid, epochs, lr, bs, generator):
    ds = Dataset(*train)
    dl = DataLoader(ds, Sampler(len(ds), bs, generator))
    history = []
    for epoch in range(epochs):
        tot = 0.
        for xb, yb in dl:
            out = model(xb)
            tot += float(softmax_cross_entropy(out, yb)) * len(xb)
            softmax_cross_entropy_grad(out, yb)
            model.backward()
            sgd_step(model.params, lr)
        out = model(valid[0])
        history.append({"train": tot / len(ds), "valid": float(softmax_cross_entropy(out, valid[1])),
                        "accuracy": float((out.argmax(1) == valid[1]).float().mean())})
    return history

# %% an object that learns
class Learner:
    def __init__(self, model, lr): self.model, self.lr, self.seen = model, lr, []
    def one_batch(self, xb, yb):
        self.pred = self.model(xb)
        self.loss = softmax_cross_entropy(self.pred, yb)
        self.seen.append((self.loss.item(), len(yb)))
        softmax_cross_entropy_grad(self.pred, yb)
        self.model.backward()
        sgd_step(self.model.params, self.lr)
    def all_batches(self, x, y, order, bs):
        self.seen.clear()
        for i in range(0, len(order), bs):
            self.one_batch(x[order[i:i+bs]], y[order[i:i+bs]])
        return sum(l * n for l, n in self.seen) / sum(n for _, n in self.seen)
    def validate(self, x, y):
        pred = self.model(x)
        return softmax_cross_entropy(pred, y).item(), (pred.argmax(dim=1) == y).double().mean().item()
# %+
def fit(model, train, valid, epochs, lr, bs, generator):
    learn, hist = Learner(model, lr), []
    for _ in range(epochs):
        t = learn.all_batches(*train, torch.randperm(len(train[0]), generator=generator), bs)
        v, a = learn.validate(*valid)
        hist += [{"train": t, "valid": v, "accuracy": a}]
    return hist

# %% drawn without replacement
def fit(model, train, valid, epochs, lr, bs, generator):
    x, y = train; out = []
    for _ in range(epochs):
        order = torch.multinomial(torch.ones(len(x)), len(x), replacement=False, generator=generator)
        s = 0.0
        for rows in order.chunk(-(-len(x) // bs)) if len(x) % bs == 0 else order.split(bs):
            z = model(x[rows]); s += softmax_cross_entropy(z, y[rows]).item() * len(rows)
            softmax_cross_entropy_grad(z, y[rows]); model.backward(); sgd_step(model.params, lr)
        z = model(valid[0])
        out.append({"train": s / len(x), "valid": softmax_cross_entropy(z, valid[1]).item(), "accuracy": z.argmax(1).eq(valid[1]).double().mean().item()})
    return out
