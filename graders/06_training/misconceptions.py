"""What learners get wrong in 06_training, as code that runs.

A function's name is the misconception's id, its docstring the hint. A hint leads and does not tell: it says where to
look, or which question to ask.
"""

# ruff: noqa: PLR0917, PLW2901, RET503 - signatures are the exercises', and `p -= ...` on a loop's variable is the point

import torch

from foundations.grading.misconceptions import battery, misconception

#: What fit is given is ``model``; the notebook may have a network of this name, and none here.
net = None


def _made(generator, *shape, dtype=torch.float32):
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)


def _classes(generator, n, c):
    return torch.randint(c, (n,), generator=generator)


@battery("softmax_cross_entropy")
@battery("softmax_cross_entropy_grad")
def batches(generator):
    """Square, rectangular, one row, float64, with an old .g; and scores that are large, in one row or in all."""
    shapes = [(4, 3), (3, 3), (2, 2), (1, 4), (5, 2), (2, 6), (6, 4), (4, 4)]
    made = [(2 * _made(generator, n, c), _classes(generator, n, c)) for n, c in shapes]
    for logits, _ in made[::2]:
        logits.g = _made(generator, *logits.shape)
    made += [(_made(generator, 4, 3, dtype=torch.float64), _classes(generator, 4, 3))]
    far = torch.tensor([[500.0], [0.0], [-500.0]])
    for offsets in (torch.full((3, 1), 500.0), far, torch.full((3, 1), -500.0)):
        made.append((_made(generator, 3, 3) + offsets, _classes(generator, 3, 3)))
    return [*made, (torch.tensor([[0.0, 200.0]]), torch.tensor([0]))]


def step(names, w, b, lr):
    """sgd_step([w, b], lr)"""
    params = [w, b]
    names["sgd_step"](params, lr)
    return [p is before for p, before in zip(params, (w, b), strict=False)]


@battery("sgd_step", caller=step)
def parameters(generator):
    """Weights and biases of many shapes, and rates of many sizes, one of them 1."""
    rates = (0.5, 1.0, 0.1, 2.0, 0.25, 0.3)
    made = []
    for lr, (n, c) in zip(rates, [(4, 3), (3, 3), (1, 2), (2, 2), (5, 1), (2, 6)], strict=True):
        w, b = _made(generator, n, c), _made(generator, c)
        w.g, b.g = _made(generator, n, c), _made(generator, c)
        made.append((w, b, lr))
    return made


def trained(names, params, train, valid, epochs, lr, bs, seed):
    """fit(model, train, valid, epochs, lr, bs, generator)"""
    from foundations.worker.stand_ins import rebound

    class Model:
        """lin → relu → lin on ``params``, as the notebook describes it; notes what it learns from."""

        def __init__(self):
            self.params, self.seen = list(params), []

        def __call__(self, xb):
            w1, b1, w2, b2 = params
            self.inp, self.hidden = xb, xb @ w1 + b1
            self.logits = self.hidden.clamp_min(0.0) @ w2 + b2
            return self.logits

        def backward(self):
            w1, b1, w2, b2 = params
            upstream = self.logits.g
            w2.g, b2.g = self.hidden.clamp_min(0.0).t() @ upstream, upstream.sum(0)
            upstream = (upstream @ w2.t()) * (self.hidden > 0)
            w1.g, b1.g = self.inp.t() @ upstream, upstream.sum(0)
            self.seen.append(places(self.inp))

    # Examples are recognised by one number each, and by the values that they had before the training.
    direction = torch.arange(1.0, train[0].shape[1] + 1, dtype=torch.float64).sin()
    keys, order = (train[0].double() @ direction).sort()

    def places(batch):
        """Row numbers in the training set; -1 for a row that is not in it."""
        found = batch.detach().double().reshape(-1, len(direction)) @ direction
        nearest = torch.searchsorted(keys, found - 1e-9).clamp(max=len(keys) - 1)
        return torch.where((keys[nearest] - found).abs() < 1e-6, order[nearest], -1).tolist()

    def plain(entry):
        """Subclasses of dict and float are accepted."""
        if not isinstance(entry, dict):
            return entry
        return {key: float(value) if isinstance(value, float) else value for key, value in entry.items()}

    others = ("model", "train", "valid", "epochs", "lr", "bs", "generator", "net", "history")
    torch.default_generator.manual_seed(seed % 1000)
    model, generator = Model(), torch.Generator().manual_seed(seed // 1000)
    with rebound(names, **dict.fromkeys(others)):
        history = names["fit"](model, train, valid, epochs, lr, bs, generator)
    left = any(getattr(p, "g", None) is not None for p in params)
    history = [plain(entry) for entry in history] if isinstance(history, list | tuple) else history
    ends = [p.clone() for p in params]
    return {"history": history, "batches": model.seen, "params": ends, "left": left}


@battery("fit", caller=trained)
def trainings(generator):
    """Whole sets and mini-batches, with and without a smaller one at the end; one epoch and several."""
    return [
        _training(generator, *sizes) for sizes in [(6, 3, 2, 6), (7, 1, 3, 3), (8, 2, 2, 3), (9, 3, 4, 4), (5, 2, 3, 2)]
    ]


def _training(generator, n, epochs, c, bs):
    """Arguments of ``trained``: n examples of two numbers, c classes, a network with three hidden units."""
    params = [_made(generator, *shape, dtype=torch.float64) for shape in ((2, 3), (3,), (3, c), (c,))]
    train, valid = ((_made(generator, m, 2, dtype=torch.float64), _classes(generator, m, c)) for m in (n, 5))
    return params, train, valid, epochs, 0.3, bs, int(torch.randint(1 << 30, (), generator=generator))


# --- softmax_cross_entropy -----------------------------------------------------------------------------------------


@misconception("softmax_cross_entropy")
def no_largest_score_is_taken_out(logits, targ):
    """Try a score of 100 in float32: what is its exp? The number that you may take out of the sum is up to you."""
    return (logits.exp().sum(1).log() - logits[torch.arange(len(targ)), targ]).mean()


@misconception("softmax_cross_entropy")
def one_largest_score_for_the_whole_batch(logits, targ):
    """Put a row of scores around -1000 under a row around 1000. What is left of the small row once the largest
    score of the whole batch is taken out?
    """
    largest = logits.max()
    return (largest + (logits - largest).exp().sum(1).log() - logits[torch.arange(len(targ)), targ]).mean()


@misconception("softmax_cross_entropy")
def takes_the_largest_size_out(logits, targ):
    """A row of scores around -1000 is of size 1000, and its largest score is none. What is left for exp, once 1000 is
    taken out of it?
    """
    largest = logits.abs().max(1, keepdim=True).values
    sums = largest.squeeze(1) + (logits - largest).exp().sum(1).log()
    return (sums - logits[torch.arange(len(targ)), targ]).mean()


@misconception("softmax_cross_entropy")
def takes_the_log_of_a_share_of_zero(logits, targ):
    """Your shares are right, and a share of exp(-200) is stored as 0. Of what do you take the logarithm? The formula
    with log-sum-exp never makes the shares at all.
    """
    return -_shares(logits)[torch.arange(len(targ)), targ].log().mean()


@misconception("softmax_cross_entropy")
def adds_a_little_before_the_log(logits, targ):
    """Adding a little inside the logarithm hides the infinity and changes the loss: how large can yours become at
    most?
    """
    return -(_shares(logits)[torch.arange(len(targ)), targ] + 1e-9).log().mean()


@misconception("softmax_cross_entropy", kind=1)
def the_losses_are_summed(logits, targ):
    """By which factor are you off: is it the number of rows? Say the formula from the left: what comes before Σ?"""
    return _losses(logits, targ).sum()


@misconception("softmax_cross_entropy", kind=1)
def averages_over_rows_and_classes(logits, targ):
    """By which factor are you off: is it the number of classes? The loss is a mean over rows; how many terms does it
    average?
    """
    return _losses(logits, targ).sum() / logits.numel()


@misconception("softmax_cross_entropy", kind=2)
def the_rows_keep_their_losses(logits, targ):
    """You have a loss for each row. The batch as a whole has one number: which one of them all?"""
    return _losses(logits, targ)


@misconception("softmax_cross_entropy", kind=2)
def softmax_runs_down_the_columns(logits, targ):
    """The shares of one image add up to 1: is it a row or a column of the logits that belongs to one image?"""
    largest = logits.max(0).values
    log_shares = logits - largest - (logits - largest).exp().sum(0).log()
    return -log_shares[torch.arange(len(targ)), targ].mean()


@misconception("softmax_cross_entropy", kind=3)
def picks_whole_columns(logits, targ):
    """Print the shape of what you picked with targ: N numbers, or N × N? A colon takes every row, for every
    target.
    """
    largest = logits.max(1, keepdim=True).values
    return (largest + (logits - largest).exp().sum(1, keepdim=True).log() - logits[:, targ]).mean()


@misconception("softmax_cross_entropy")
def the_sign_is_lost(logits, targ):
    """Can a loss be negative? The logarithm of a share is: what stands before it?"""
    return -_losses(logits, targ).mean()


@misconception("softmax_cross_entropy")
def the_log_is_left_out(logits, targ):
    """Your loss never exceeds 1. What should being sure of a wrong answer cost, and which function makes it so?"""
    return (1 - _shares(logits)[torch.arange(len(targ)), targ]).mean()


@misconception("softmax_cross_entropy")
def the_largest_score_is_not_put_back(logits, targ):
    """Add 5 to all scores of a row: the shares stay, and so should the loss. Where did the number go that you took
    out?
    """
    largest = logits.max(1, keepdim=True).values
    return ((logits - largest).exp().sum(1).log() - logits[torch.arange(len(targ)), targ]).mean()


@misconception("softmax_cross_entropy")
def judges_the_guess_and_not_the_truth(logits, targ):
    """Change targ: does your answer change? The share that counts is that of the right class, not the largest one."""
    return _losses(logits, logits.argmax(1)).mean()


@misconception("softmax_cross_entropy")
def the_squared_error_of_shares(logits, targ):
    """That is the loss of 03, applied to shares. Here only one share of each row is judged, and by its logarithm."""
    return (_shares(logits) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]).square().mean()


@misconception("softmax_cross_entropy", kind=13)
def takes_the_largest_score_out_in_place(logits, targ):
    """After your function, do the logits still hold what the network put there? Who else needs them?"""
    logits -= logits.max(1, keepdim=True).values
    return _losses(logits, targ).mean()


@misconception("softmax_cross_entropy")
def the_loss_is_always_float32(logits, targ):
    """float64 scores have twice the digits; where did yours go? Let the result keep the dtype of the logits."""
    return _losses(logits.float(), targ).mean()


@misconception("softmax_cross_entropy")
def the_loss_leaves_torch(logits, targ):
    """Which type does the docstring promise: a tensor of shape (), or a Python number?"""
    return _losses(logits, targ).mean().item()


@misconception("softmax_cross_entropy", kind=19)
def forgets_to_return_the_loss(logits, targ):
    """A function without `return` gives back None, whatever it has computed."""
    _losses(logits, targ).mean()


@misconception("softmax_cross_entropy", symptom="rule: torch.nn")
def calls_the_ready_made_loss(logits, targ):
    """There is a function for it, and tonight you write it. Which four steps does it hide: largest, exp, sum, …?"""
    return torch.nn.functional.cross_entropy(logits, targ)


@misconception("softmax_cross_entropy", symptom="memory", kind=3)
def adds_a_column_to_a_row(logits, targ):
    """The number is right, and a table of all pairs of rows was made on the way. Print the shapes on both sides of each
    + and - and bracket: what do (N, 1) and (N,) make, and what does a colon pick?
    """
    largest = logits.max(1, keepdim=True).values
    sums = largest + (logits - largest).exp().sum(1).log()
    return (sums - logits[torch.arange(len(targ)), targ]).mean()


@misconception("softmax_cross_entropy", kind=8)
def largest_scores_lie_along_the_classes(logits, targ):
    """Shapes are aligned from the right: whose place does a vector of shape (N,) take in (N, C)? A square batch hides
    it. What keeps the axis that max takes away?
    """
    largest = logits.max(1).values
    return (largest + (logits - largest).exp().sum(1).log() - logits[torch.arange(len(targ)), targ]).mean()


# --- softmax_cross_entropy_grad ------------------------------------------------------------------------------------


@misconception("softmax_cross_entropy_grad", kind=1)
def the_gradient_of_a_sum(logits, targ):
    """By which factor are you off: is it the number of rows? The loss is a mean; how many terms does it average?"""
    logits.g = _wrongness(logits, targ)


@misconception("softmax_cross_entropy_grad", kind=1)
def divides_by_every_entry(logits, targ):
    """The loss is a mean: over rows, or over all entries? By which factor are you off?"""
    logits.g = _wrongness(logits, targ) / logits.numel()


@misconception("softmax_cross_entropy_grad", kind=1)
def divides_by_the_classes(logits, targ):
    """You divide by one of the two sizes of the logits. Which of them does the loss average over?"""
    logits.g = _wrongness(logits, targ) / logits.shape[1]


@misconception("softmax_cross_entropy_grad", kind=1)
def divides_twice(logits, targ):
    """Where do you divide by N, and where once more? The loss takes one mean."""
    logits.g = _wrongness(logits, targ) / len(targ) ** 2


@misconception("softmax_cross_entropy_grad", kind=1)
def divides_only_the_one_hot_rows(logits, targ):
    """Add up a row of your gradient: is it 0? Both terms are shared by N rows."""
    logits.g = _shares(logits) - _one_hot(logits, targ) / len(targ)


@misconception("softmax_cross_entropy_grad", kind=1)
def divides_only_the_shares(logits, targ):
    """Add up a row of your gradient: is it 0? N belongs to the whole difference, not to its first term."""
    logits.g = _shares(logits) / len(targ) - _one_hot(logits, targ)


@misconception("softmax_cross_entropy_grad")
def the_right_class_is_left_out(logits, targ):
    """Change targ: does your gradient change? The loss has two terms; you have the derivative of the first."""
    logits.g = _shares(logits) / len(targ)


@misconception("softmax_cross_entropy_grad")
def truth_minus_shares(logits, targ):
    """When the score of the right class rises, the loss falls. Which sign has its gradient then?"""
    logits.g = -_wrongness(logits, targ) / len(targ)


@misconception("softmax_cross_entropy_grad", kind=3)
def lowers_whole_columns(logits, targ):
    """How many entries of each row should be lowered by 1? A colon takes all rows, for each of the targets."""
    shares = _shares(logits)
    shares[:, targ] -= 1
    logits.g = shares / len(targ)


@misconception("softmax_cross_entropy_grad")
def one_hot_rows_as_long_as_the_batch(logits, targ):
    """How long is a one-hot row: is it the number of rows or the number of classes? A square batch hides it."""
    logits.g = (_shares(logits) - torch.eye(len(targ), dtype=logits.dtype)[targ]) / len(targ)


@misconception("softmax_cross_entropy_grad", kind=2)
def shares_of_a_column(logits, targ):
    """Add up a row of your shares, then a column. Which of the two has to be 1?"""
    logits.g = (_shares(logits.t()).t() - _one_hot(logits, targ)) / len(targ)


@misconception("softmax_cross_entropy_grad")
def only_the_right_score_moves(logits, targ):
    """Lowering the other scores helps, too. What does the derivative of log-sum-exp say about them?"""
    logits.g = _wrongness(logits, targ) * _one_hot(logits, targ) / len(targ)


@misconception("softmax_cross_entropy_grad")
def the_shares_overflow(logits, targ):
    """Try a score of 100 in float32: infinity over infinity is no number. What helped the loss helps here."""
    powers = logits.exp()
    logits.g = (powers / powers.sum(1, keepdim=True) - _one_hot(logits, targ)) / len(targ)


@misconception("softmax_cross_entropy_grad")
def all_rows_lose_the_same_score(logits, targ):
    """A row around -1000 under a row around 1000: what is its sum of exponentials, once the largest score of the
    whole batch is taken out?
    """
    powers = (logits - logits.max()).exp()
    logits.g = (powers / powers.sum(1, keepdim=True) - _one_hot(logits, targ)) / len(targ)


@misconception("softmax_cross_entropy_grad", kind=4)
def returns_the_gradient_of_the_loss(logits, targ):
    """Your gradient is right and nobody will find it. Where does the network's backward pass look for it?"""
    return _wrongness(logits, targ) / len(targ)


@misconception("softmax_cross_entropy_grad", kind=4)
def writes_it_into_grad(logits, targ):
    """`.grad` is PyTorch's own place. Which attribute have you used since 04?"""
    logits.grad = _wrongness(logits, targ) / len(targ)


@misconception("softmax_cross_entropy_grad", kind=4)
def writes_it_onto_the_targets(logits, targ):
    """Whose derivative is it? The gradient hangs on the tensor that it is the derivative by."""
    targ.g = _wrongness(logits, targ) / len(targ)


@misconception("softmax_cross_entropy_grad", kind=13)
def writes_the_gradient_into_the_scores(logits, targ):
    """After your function, do the logits still hold scores? They have a `.g` beside their values."""
    logits[:] = _wrongness(logits, targ) / len(targ)
    logits.g = logits.clone()


@misconception("softmax_cross_entropy_grad", kind=13)
def adds_to_the_old_gradient(logits, targ):
    """Call it twice with the same arguments: does the second .g equal the first? What was there before is to be
    replaced.
    """
    gradient = _wrongness(logits, targ) / len(targ)
    logits.g = logits.g + gradient if hasattr(logits, "g") else gradient


@misconception("softmax_cross_entropy_grad")
def the_gradient_is_always_float32(logits, targ):
    """float64 scores have twice the digits; where did those of your gradient go?"""
    logits.g = (_wrongness(logits, targ) / len(targ)).float()


@misconception("softmax_cross_entropy_grad", symptom="rule: torch.nn")
def calls_the_ready_made_softmax(logits, targ):
    """Softmax itself is not yours until you have written it. Which three steps turn scores into shares?"""
    logits.g = (torch.softmax(logits, 1) - _one_hot(logits, targ)) / len(targ)


@misconception("softmax_cross_entropy_grad", symptom="rule: autograd")
def asks_autograd(logits, targ):
    """PyTorch found the derivative for you. The one with pencil and paper fits on one line: shares minus what?"""
    scores = logits.detach().clone().requires_grad_()
    (scores.exp().sum(1).log() - scores[torch.arange(len(targ)), targ]).mean().backward()
    logits.g = scores.grad


@misconception("softmax_cross_entropy_grad", kind=8)
def sums_lie_along_the_classes(logits, targ):
    """N sums, one for each row, and (N, C) powers: which axis of these does a vector of shape (N,) meet? What keeps the
    axis that sum takes away?
    """
    powers = (logits - logits.max(1, keepdim=True).values).exp()
    logits.g = (powers / powers.sum(1) - _one_hot(logits, targ)) / len(targ)


# --- sgd_step ------------------------------------------------------------------------------------------------------


@misconception("sgd_step")
def hangs_the_name_on_a_new_tensor(params, lr):
    """Your numbers are right and sit in a new tensor, to which only the name points. The network holds the old one:
    how does one change what is inside it?
    """
    for p in params:
        p = p - lr * p.g
        p.g = None


@misconception("sgd_step")
def fills_the_list_with_new_tensors(params, lr):
    """You put new tensors into the list. The network calculates with the old ones: what has become of them?"""
    for place, p in enumerate(params):
        params[place] = p - lr * p.g
        params[place].g = None


@misconception("sgd_step")
def climbs_uphill(params, lr):
    """The gradient says where the loss grows. Which way do you go?"""
    for p in params:
        p += lr * p.g
        p.g = None


@misconception("sgd_step")
def the_rate_is_left_out(params, lr):
    """Change lr: does the length of your step change?"""
    for p in params:
        p -= p.g
        p.g = None


@misconception("sgd_step")
def divides_by_the_rate(params, lr):
    """Twice the learning rate should be twice the step. Is yours half as long?"""
    for p in params:
        p -= p.g / lr
        p.g = None


@misconception("sgd_step", kind=11)
def clears_before_it_steps(params, lr):
    """In which order do your two lines run? The gradient is gone when it is needed."""
    for p in params:
        p.g = None
        p -= lr * p.g


@misconception("sgd_step", kind=11)
def empties_before_it_steps(params, lr):
    """No parameter has moved. What is left in p.g when you multiply it by lr?"""
    for p in params:
        p.g.zero_()
        p -= lr * p.g
        p.g = None


@misconception("sgd_step")
def the_gradient_stays(params, lr):
    """After the step the gradient is used up. What does a second step find, if the backward pass is forgotten?"""
    for p in params:
        p -= lr * p.g


@misconception("sgd_step")
def fills_the_gradient_with_zeros(params, lr):
    """A gradient of zeros is a gradient, and a forgotten backward pass would go unseen. What says that there is
    none?
    """
    for p in params:
        p -= lr * p.g
        p.g = torch.zeros_like(p)


@misconception("sgd_step")
def clears_the_last_one_only(params, lr):
    """How far is your last line indented? Count how often it runs."""
    for p in params:
        p -= lr * p.g
    p.g = None


@misconception("sgd_step", kind=19)
def returns_after_the_first(params, lr):
    """How many parameters have moved? Look for what ends your loop: a `return` inside it does, or a list that is too
    short.
    """
    for p in params:
        p -= lr * p.g
        p.g = None
        return params


@misconception("sgd_step", kind=4)
def steps_by_grad(params, lr):
    """`.grad` is where PyTorch's autograd puts gradients. Where have yours been since 04?"""
    for p in params:
        p -= lr * p.grad
        p.g = None


@misconception("sgd_step", kind=4)
def overwrites_the_parameter(params, lr):
    """A step starts from where the parameter is. Where do yours start from?"""
    for p in params:
        p[...] = -lr * p.g
        p.g = None


@misconception("sgd_step")
def gives_the_parameter_new_memory(params, lr):
    """The tensor is the same and its memory is new: a view of it still sees the old numbers. Which operator writes
    into the memory that is there?
    """
    for p in params:
        p.data = p.data - lr * p.g
        p.g = None


@misconception("sgd_step", symptom="rule: torch.optim")
def calls_a_ready_made_optimizer(params, lr):
    """The optimizer's step is one line, and tonight it is yours. What happens to each parameter in it?"""
    for p in params:
        p.grad, p.g = p.g, None
    torch.optim.SGD(params, lr=lr).step()


# --- fit -----------------------------------------------------------------------------------------------------------


@misconception("fit")
def never_shuffles(model, train, valid, epochs, lr, bs, generator):
    """Print the row numbers of your first batch in each epoch. Who uses the generator?"""
    history = []
    for _ in range(epochs):
        loss = _epoch(model, train, torch.arange(len(train[0])), lr, bs)
        history.append(_judged(model, valid, loss))
    return history


@misconception("fit")
def shuffles_once(model, train, valid, epochs, lr, bs, generator):
    """Print the row numbers of your first batch in each epoch: are they the same every time? Look at where the order
    is drawn.
    """
    order = torch.randperm(len(train[0]), generator=generator)
    history = []
    for _ in range(epochs):
        loss = _epoch(model, train, order, lr, bs)
        history.append(_judged(model, valid, loss))
    return history


@misconception("fit")
def shuffles_images_and_digits_apart(model, train, valid, epochs, lr, bs, generator):
    """Look at one image of a batch and at its digit: do they still belong together after the shuffle?"""
    x, y = train
    history = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        y = y[torch.randperm(len(x), generator=generator)]
        history.append(_judged(model, valid, _epoch(model, (x, y), order, lr, bs)))
    return history


@misconception("fit")
def shuffles_the_images_alone(model, train, valid, epochs, lr, bs, generator):
    """Images and digits are taken by the same row numbers. Which rows do your digits come from?"""
    x, y = train
    history = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        history.append(_judged(model, valid, _epoch(model, (x[order], y), torch.arange(len(x)), lr, bs)))
    return history


@misconception("fit")
def forgets_the_smaller_batch(model, train, valid, epochs, lr, bs, generator):
    """Count the examples of an epoch when bs does not divide their number. Where did the last ones go?"""
    history = []
    for _ in range(epochs):
        order = torch.randperm(len(train[0]), generator=generator)[: len(train[0]) // bs * bs]
        history.append(_judged(model, valid, _epoch(model, train, order, lr, bs)))
    return history


@misconception("fit")
def the_generator_is_ignored(model, train, valid, epochs, lr, bs, generator):
    """Run it twice with generators of one seed: is it the same run? randperm has to be told whose numbers to use."""
    return _run(model, train, valid, epochs, lr, bs, None)


@misconception("fit")
def the_generator_is_seeded_anew(model, train, valid, epochs, lr, bs, generator):
    """Run it with generators of two seeds: are the orders the same? The caller chose the seed; leave it alone."""
    return _run(model, train, valid, epochs, lr, bs, generator.manual_seed(0))


@misconception("fit")
def every_epoch_is_seeded_alike(model, train, valid, epochs, lr, bs, generator):
    """Is your second epoch dealt like the first, whatever the seed? A generator goes on by itself; who sets it back?"""
    history = []
    for _ in range(epochs):
        history += _run(model, train, valid, 1, lr, bs, generator.manual_seed(42))
    return history


@misconception("fit")
def draws_with_replacement(model, train, valid, epochs, lr, bs, generator):
    """Is each example met once in an epoch, or some twice and some never? Cards are dealt, dice are thrown."""
    n = len(train[0])
    history = []
    for _ in range(epochs):
        order = torch.randint(n, (n,), generator=generator)
        history.append(_judged(model, valid, _epoch(model, train, order, lr, bs)))
    return history


@misconception("fit")
def learns_from_one_batch_an_epoch(model, train, valid, epochs, lr, bs, generator):
    """How many steps does your epoch have? One batch is not all of them."""
    history = []
    for _ in range(epochs):
        order = torch.randperm(len(train[0]), generator=generator)[:bs]
        history.append(_judged(model, valid, _epoch(model, train, order, lr, bs)))
    return history


@misconception("fit")
def steps_once_an_epoch(model, train, valid, epochs, lr, bs, generator):
    """How far is the line with the step indented? Count how often it runs in an epoch."""
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(train[0]), generator=generator).split(bs):
            total += _backward(model, train[0][rows], train[1][rows]) * len(rows)
        _step(model.params, lr)
        history.append(_judged(model, valid, total / len(train[0])))
    return history


@misconception("fit")
def goes_uphill(model, train, valid, epochs, lr, bs, generator):
    """Does your training loss grow from epoch to epoch? Look at the sign of what sgd_step is given."""
    return _run(model, train, valid, epochs, -lr, bs, generator)


@misconception("fit")
def never_steps(model, train, valid, epochs, lr, bs, generator):
    """Does your loss change from epoch to epoch? Gradients alone move nothing."""
    return _run(model, train, valid, epochs, 0.0, bs, generator)


@misconception("fit")
def replaces_the_parameters(model, train, valid, epochs, lr, bs, generator):
    """You give model.params new tensors. The network still calculates with the old ones."""
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(train[0]), generator=generator).split(bs):
            total += _backward(model, train[0][rows], train[1][rows]) * len(rows)
            model.params = [p - lr * p.g if hasattr(p, "g") else p for p in model.params]
        history.append(_judged(model, valid, total / len(train[0])))
    return history


@misconception("fit", kind=12)
def gradients_are_left_behind(model, train, valid, epochs, lr, bs, generator):
    """After fit, do the parameters still carry a .g? You took the step by hand: which half of sgd_step is missing?"""
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(train[0]), generator=generator).split(bs):
            total += _backward(model, train[0][rows], train[1][rows]) * len(rows)
            for p in model.params:
                p -= lr * p.g
        history.append(_judged(model, valid, total / len(train[0])))
    return history


@misconception("fit")
def learns_from_the_validation_set(model, train, valid, epochs, lr, bs, generator):
    """From which examples may the network learn? What would the accuracy be worth otherwise?"""
    history = []
    for _ in range(epochs):
        order = torch.randperm(len(train[0]), generator=generator)
        loss = _epoch(model, train, order, lr, bs)
        history.append(_judged(model, valid, loss))
        _epoch(model, valid, torch.arange(len(valid[0])), lr, bs)
    return history


@misconception("fit")
def judges_on_the_training_set(model, train, valid, epochs, lr, bs, generator):
    """On which examples are "valid" and "accuracy" measured? Those that were learned by heart say little."""
    return _run(model, train, train, epochs, lr, bs, generator)


@misconception("fit", kind=11)
def judges_before_the_epoch(model, train, valid, epochs, lr, bs, generator):
    """Is the first accuracy that of an untrained network? Look at whether you judge before the batches or after."""
    history = []
    for _ in range(epochs):
        judged = _judged(model, valid, 0.0)
        order = torch.randperm(len(train[0]), generator=generator)
        history.append(judged | {"train": _epoch(model, train, order, lr, bs)})
    return history


@misconception("fit", kind=1)
def averages_the_batch_losses(model, train, valid, epochs, lr, bs, generator):
    """Batches of 4, 4 and 2: how much does an example of the last one count in your mean, compared with the others?"""
    history = []
    for _ in range(epochs):
        losses = []
        for rows in torch.randperm(len(train[0]), generator=generator).split(bs):
            losses.append(_backward(model, train[0][rows], train[1][rows]))
            _step(model.params, lr)
        history.append(_judged(model, valid, sum(losses) / len(losses)))
    return history


@misconception("fit")
def reports_the_last_batch(model, train, valid, epochs, lr, bs, generator):
    """Your training loss is that of a single batch. Which examples does it leave out?"""
    history = []
    for _ in range(epochs):
        for rows in torch.randperm(len(train[0]), generator=generator).split(bs):
            loss = _backward(model, train[0][rows], train[1][rows])
            _step(model.params, lr)
        history.append(_judged(model, valid, loss))
    return history


@misconception("fit", kind=1)
def adds_up_the_batch_losses(model, train, valid, epochs, lr, bs, generator):
    """Does your training loss grow when the batches get smaller? A sum has to be divided by what was counted."""
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(train[0]), generator=generator).split(bs):
            total += _backward(model, train[0][rows], train[1][rows])
            _step(model.params, lr)
        history.append(_judged(model, valid, total))
    return history


@misconception("fit", kind=1)
def divides_by_the_examples_alone(model, train, valid, epochs, lr, bs, generator):
    """Each batch loss is a mean already. What must it be multiplied by before a sum of them is divided by n?"""
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(train[0]), generator=generator).split(bs):
            total += _backward(model, train[0][rows], train[1][rows])
            _step(model.params, lr)
        history.append(_judged(model, valid, total / len(train[0])))
    return history


@misconception("fit")
def measures_the_training_loss_afterwards(model, train, valid, epochs, lr, bs, generator):
    """You measure the training set once more when the epoch is over. Which losses does the docstring average?"""
    history = []
    for _ in range(epochs):
        _epoch(model, train, torch.randperm(len(train[0]), generator=generator), lr, bs)
        history.append(_judged(model, valid, _losses(model(train[0]), train[1]).mean().item()))
    return history


@misconception("fit")
def accuracy_in_percent(model, train, valid, epochs, lr, bs, generator):
    """Is your accuracy a share? By which factor is it off?"""
    history = _run(model, train, valid, epochs, lr, bs, generator)
    return [epoch | {"accuracy": 100 * epoch["accuracy"]} for epoch in history]


@misconception("fit")
def counts_the_right_guesses(model, train, valid, epochs, lr, bs, generator):
    """You count. Out of how many?"""
    history = _run(model, train, valid, epochs, lr, bs, generator)
    return [epoch | {"accuracy": len(valid[0]) * epoch["accuracy"]} for epoch in history]


@misconception("fit")
def accuracy_from_the_loss(model, train, valid, epochs, lr, bs, generator):
    """A loss of 0.3 does not mean 70 % right. Which guesses do you compare with which digits?"""
    history = _run(model, train, valid, epochs, lr, bs, generator)
    return [epoch | {"accuracy": 1 - epoch["valid"]} for epoch in history]


@misconception("fit", kind=19)
def returns_the_last_epoch_alone(model, train, valid, epochs, lr, bs, generator):
    """How many entries has your history after three epochs? Curves need them all."""
    return _run(model, train, valid, epochs, lr, bs, generator)[-1:]


@misconception("fit", kind=19)
def returns_after_the_first_epoch(model, train, valid, epochs, lr, bs, generator):
    """How many epochs did your network get? Look at how far `return` is indented."""
    return _run(model, train, valid, 1, lr, bs, generator)


@misconception("fit", kind=19)
def forgets_to_return_the_history(model, train, valid, epochs, lr, bs, generator):
    """A function without `return` gives back None, whatever it has written down."""
    _run(model, train, valid, epochs, lr, bs, generator)


@misconception("fit", symptom="history of tensors")
def the_history_holds_tensors(model, train, valid, epochs, lr, bs, generator):
    """A loss is a tensor of shape (), and the history wants numbers. Which method gives the number that a tensor holds,
    and when is it to be called?
    """
    x, y = train
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(bs):
            logits = model(x[rows])
            total += _losses(logits, y[rows]).sum()
            logits.g = _wrongness(logits, y[rows]) / len(rows)
            model.backward()
            _step(model.params, lr)
        logits = model(valid[0])
        accuracy = (logits.argmax(1) == valid[1]).double().mean()
        history.append({"train": total / len(x), "valid": _losses(logits, valid[1]).mean(), "accuracy": accuracy})
    return history


@misconception("fit", symptom="rule: torch.optim")
def calls_a_ready_made_loader(model, train, valid, epochs, lr, bs, generator):
    """A DataLoader deals the cards for you. Which line would draw an order, and which would cut it into batches?"""
    data = torch.utils.data.TensorDataset(*train)
    history = []
    for _ in range(epochs):
        total = 0.0
        for xb, yb in torch.utils.data.DataLoader(data, batch_size=bs, shuffle=True, generator=generator):
            total += _backward(model, xb, yb) * len(xb)
            _step(model.params, lr)
        history.append(_judged(model, valid, total / len(train[0])))
    return history


@misconception("fit", kind=12)
def keeps_the_total_of_the_epochs_before(model, train, valid, epochs, lr, bs, generator):
    """The first epoch is right, and then your training loss grows. Where is the total set to zero: once, or in each
    epoch?
    """
    history, total = [], 0.0
    for _ in range(epochs):
        total += _epoch(model, train, torch.randperm(len(train[0]), generator=generator), lr, bs)
        history.append(_judged(model, valid, total))
    return history


@misconception("fit", kind=13)
def shuffles_the_callers_own_examples(model, train, valid, epochs, lr, bs, generator):
    """In which order do the caller's images lie after fit? An index makes a new tensor, x[:] = fills the old one."""
    history = []
    for _ in range(epochs):
        order = torch.randperm(len(train[0]), generator=generator)
        train[0][:], train[1][:] = train[0][order], train[1][order]
        history.append(_judged(model, valid, _epoch(model, train, torch.arange(len(order)), lr, bs)))
    return history


@misconception("fit", kind=12)
def trains_the_network_of_the_notebook(model, train, valid, epochs, lr, bs, generator):
    """fit is given a model. Which network do you train: that one, or one that lies about in the notebook?"""
    return _run(net, train, valid, epochs, lr, bs, generator)


# --- what they share -----------------------------------------------------------------------------------------------


def _shares(logits):
    powers = (logits - logits.max(1, keepdim=True).values).exp()
    return powers / powers.sum(1, keepdim=True)


def _losses(logits, targ):
    largest = logits.max(1, keepdim=True).values
    return largest[:, 0] + (logits - largest).exp().sum(1).log() - logits[torch.arange(len(targ)), targ]


def _one_hot(logits, targ):
    return torch.eye(logits.shape[1], dtype=logits.dtype)[targ]


def _wrongness(logits, targ):
    return _shares(logits) - _one_hot(logits, targ)


def _backward(model, xb, yb):
    """Forward and backward; the loss of the batch."""
    logits = model(xb)
    logits.g = _wrongness(logits, yb) / len(yb)
    model.backward()
    return _losses(logits, yb).mean().item()


def _step(params, lr):
    for p in params:
        p -= lr * p.g
        p.g = None


def _epoch(model, train, order, lr, bs):
    """Steps through the rows in ``order``; the mean loss over them."""
    total = 0.0
    for rows in order.split(bs):
        total += _backward(model, train[0][rows], train[1][rows]) * len(rows)
        _step(model.params, lr)
    return total / max(1, len(order))


def _judged(model, valid, loss):
    logits = model(valid[0])
    accuracy = (logits.argmax(1) == valid[1]).double().mean().item()
    return {"train": loss, "valid": _losses(logits, valid[1]).mean().item(), "accuracy": accuracy}


def _run(model, train, valid, epochs, lr, bs, generator):
    """All of it, right."""
    history = []
    for _ in range(epochs):
        loss = _epoch(model, train, torch.randperm(len(train[0]), generator=generator), lr, bs)
        history.append(_judged(model, valid, loss))
    return history
