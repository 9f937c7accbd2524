"""What learners get wrong in 06_training, as code that runs.

Most mistakes are a change of the instructor's solution; any other is a function, whose docstring is the hint. A hint
says where to look, or asks a question; it does not give the answer away.
"""

from functools import partial
from typing import Any

import torch

from foundations.authoring import battery, misconception, mistake

#: What fit is given is ``model``; the notebook may have a network of this name, and none here.
net: Any = None


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
    """Weights and biases of many shapes, and rates of many sizes, one of them 1; two in float64."""
    rates = (0.5, 1.0, 0.1, 2.0, 0.25, 0.3, 0.1, 0.3)
    shapes = [(4, 3), (3, 3), (1, 2), (2, 2), (5, 1), (2, 6), (3, 2), (2, 3)]
    made = []
    for number, (lr, (n, c)) in enumerate(zip(rates, shapes, strict=True)):
        dtype = torch.float32 if number < 6 else torch.float64
        w, b = _made(generator, n, c, dtype=dtype), _made(generator, c, dtype=dtype)
        w.g, b.g = _made(generator, n, c, dtype=dtype), _made(generator, c, dtype=dtype)
        made.append((w, b, lr))
    return made


def trained(names, params, train, valid, epochs, lr, bs, seed):  # noqa: PLR0917 - the exercise's
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
    model, generator = Model(), torch.Generator().manual_seed(seed // 1000 % 1000)
    torch.rand(seed // 1_000_000, generator=generator)
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


# --- softmax_cross_entropy -------------------------------------------------------------------------------------------

of_loss = partial(mistake, "softmax_cross_entropy")


def from_shares(result, **options):
    """Return a mistake that makes the shares, and picks that of the right class."""
    return of_loss(
        (
            "log_sum_exp = largest.squeeze(1) + (logits - largest).exp().sum(dim=1).log()",
            "powers = (logits - largest).exp()\n    shares = powers / powers.sum(dim=1, keepdim=True)",
        ),
        ("right = logits[", "right = shares["),
        ("(log_sum_exp - right).mean()", result),
        **options,
    )


no_largest_score_is_taken_out = of_loss(
    ("largest.squeeze(1) + (logits - largest).exp()", "logits.exp()"),
    hint="""Try a score of 100 in float32: what is its exp? The number that you may take out of the sum is up to
    you.""",
)
one_largest_score_for_the_whole_batch = of_loss(
    ("logits.max(dim=1, keepdim=True).values", "logits.max()"),
    ("largest.squeeze(1)", "largest"),
    hint="""Put a row of scores around -1000 under a row around 1000. What is left of the small row once the largest
    score of the whole batch is taken out?""",
)
takes_the_largest_size_out = of_loss(
    ("logits.max(", "logits.abs().max("),
    hint="""A row of scores around -1000 is of size 1000, and its largest score is not 1000. What is left for exp,
    once 1000 is taken out of it?""",
)
takes_the_log_of_a_share_of_zero = from_shares(
    "-right.log().mean()",
    hint="""Your shares are right, and a share of exp(-200) is stored as 0. Of what do you take the logarithm? The
    formula with log-sum-exp never makes the shares at all.""",
)
adds_a_little_before_the_log = from_shares(
    "-(right + 1e-9).log().mean()",
    hint="""Adding a little inside the logarithm hides the infinity and changes the loss: how large can yours become
    at most?""",
)
the_losses_are_summed = of_loss(
    (".mean()", ".sum()"),
    hint="""By which factor are you off: is it the number of rows? Read the formula from the left: what comes before
    Σ?""",
    kind=1,
)
averages_over_rows_and_classes = of_loss(
    (".mean()", ".sum() / logits.numel()"),
    hint="""By which factor are you off: is it the number of classes? The loss is a mean over rows; how many terms
    does it average?""",
    kind=1,
)
the_rows_keep_their_losses = of_loss(
    (".mean()", ""), hint="You have a loss for each row. The batch as a whole has one number: which one?", kind=2
)


@misconception("softmax_cross_entropy", kind=2)
def softmax_runs_down_the_columns(logits, targ):
    """The shares of one image add up to 1: is it a row or a column of the logits that belongs to one image?"""
    largest = logits.max(0).values
    log_shares = logits - largest - (logits - largest).exp().sum(0).log()
    return -log_shares[torch.arange(len(targ)), targ].mean()


picks_whole_columns = of_loss(
    ("largest.squeeze(1)", "largest"),
    ("sum(dim=1)", "sum(dim=1, keepdim=True)"),
    ("torch.arange(len(targ)), targ]", ":, targ]"),
    hint="""Print the shape of what you picked with targ: N numbers, or N × N? A colon takes every row, for every
    target.""",
    kind=3,
)
the_sign_is_lost = of_loss(
    ("log_sum_exp - right", "right - log_sum_exp"),
    hint="Can a loss be negative? The logarithm of a share is: what is written in front of it?",
)
the_log_is_left_out = from_shares(
    "(1 - right).mean()",
    hint="""Your loss never exceeds 1. What should being sure of a wrong answer cost, and which function makes it
    so?""",
)
the_largest_score_is_not_put_back = of_loss(
    ("largest.squeeze(1) + ", ""),
    hint="""Add 5 to all scores of a row: the shares stay, and so should the loss. Where did the number go that you
    took out?""",
)
judges_the_guess_and_not_the_truth = of_loss(
    ("len(targ)), targ]", "len(targ)), logits.argmax(dim=1)]"),
    hint="""Change targ: does your answer change? The share that counts is that of the right class, not the largest
    one.""",
)
the_squared_error_of_shares = from_shares(
    "(shares - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]).square().mean()",
    hint="""That is the loss of 03, applied to shares. Here only one share of each row is judged, and by its
    logarithm.""",
)
takes_the_largest_score_out_in_place = of_loss(
    ("largest.squeeze(1) + (logits - largest).exp()", "logits.sub_(largest).exp()"),
    hint="After your function, do the logits still hold what the network put there? Who else needs them?",
    kind=13,
)
the_loss_is_always_float32 = of_loss(
    ("largest = logits.max", "logits = logits.float()\n    largest = logits.max"),
    hint="float64 scores have twice the digits; where did yours go? Let the result keep the dtype of the logits.",
)
the_loss_leaves_torch = of_loss(
    (".mean()", ".mean().item()"),
    hint="Which type does the docstring promise: a tensor of shape (), or a Python number?",
)
forgets_to_return_the_loss = of_loss(
    ("return (", "("), hint="A function without `return` gives back None, whatever it has computed.", kind=19
)


@misconception("softmax_cross_entropy", symptom="rule: torch.nn")
def calls_the_ready_made_loss(logits, targ):
    """There is a function for it, and tonight you write it. Which four steps does it hide: largest, exp, sum, …?"""
    return torch.nn.functional.cross_entropy(logits, targ)


adds_a_column_to_a_row = of_loss(
    ("largest.squeeze(1)", "largest"),
    hint="""The number is right, and a table of all pairs of rows was made on the way. Print the shapes on both
    sides of each + and - and bracket: what do (N, 1) and (N,) make, and what does a colon pick?""",
    symptom="memory",
    kind=3,
)
largest_scores_lie_along_the_classes = of_loss(
    ("max(dim=1, keepdim=True)", "max(dim=1)"),
    ("largest.squeeze(1)", "largest"),
    hint="""Shapes are aligned from the right: whose place does a vector of shape (N,) take in (N, C)? A square
    batch hides it. What keeps the axis that max takes away?""",
    kind=8,
)


# --- softmax_cross_entropy_grad --------------------------------------------------------------------------------------

of_grad = partial(mistake, "softmax_cross_entropy_grad")
the_gradient_of_a_sum = of_grad(
    ("shares / len(targ)", "shares"),
    hint="""By which factor are you off: is it the number of rows? The loss is a mean; how many terms does it
    average?""",
    kind=1,
)
divides_by_every_entry = of_grad(
    ("shares / len(targ)", "shares / logits.numel()"),
    hint="The loss is a mean: over rows, or over all entries? By which factor are you off?",
    kind=1,
)
divides_by_the_classes = of_grad(
    ("shares / len(targ)", "shares / logits.shape[1]"),
    hint="You divide by one of the two sizes of the logits. Which of them does the loss average over?",
    kind=1,
)
divides_twice = of_grad(
    ("shares / len(targ)", "shares / len(targ) ** 2"),
    hint="Where do you divide by N, and where once more? The loss takes one mean.",
    kind=1,
)
divides_only_the_one_hot_rows = of_grad(
    ("-= 1", "-= 1 / len(targ)"),
    ("shares / len(targ)", "shares"),
    hint="Add up a row of your gradient: is it 0? Both terms are shared by N rows.",
    kind=1,
)
divides_only_the_shares = of_grad(
    ("-= 1", "-= len(targ)"),
    hint="Add up a row of your gradient: is it 0? N belongs to the whole difference, not to its first term.",
    kind=1,
)
the_right_class_is_left_out = of_grad(
    ("shares[torch.arange(len(targ)), targ] -= 1", ""),
    hint="Change targ: does your gradient change? The loss has two terms; you have the derivative of the first.",
)
truth_minus_shares = of_grad(
    ("shares / len(targ)", "-shares / len(targ)"),
    hint="When the score of the right class rises, the loss falls. Which sign has its gradient then?",
)
lowers_whole_columns = of_grad(
    ("torch.arange(len(targ)), targ]", ":, targ]"),
    hint="How many entries of each row should be lowered by 1? A colon takes all rows, for each of the targets.",
    kind=3,
)
one_hot_rows_as_long_as_the_batch = of_grad(
    ("shares[torch.arange(len(targ)), targ] -= 1", "shares = shares - torch.eye(len(targ), dtype=logits.dtype)[targ]"),
    hint="How long is a one-hot row: is it the number of rows or the number of classes? A square batch hides it.",
)
shares_of_a_column = of_grad(
    ("max(dim=1", "max(dim=0"),
    ("sum(dim=1", "sum(dim=0"),
    hint="Add up a row of your shares, then a column. Which of the two has to be 1?",
    kind=2,
)
only_the_right_score_moves = of_grad(
    ("shares / len(targ)", "shares * torch.eye(logits.shape[1], dtype=logits.dtype)[targ] / len(targ)"),
    hint="Lowering the other scores helps, too. What does the derivative of log-sum-exp say about them?",
)
the_shares_overflow = of_grad(
    ("(logits - logits.max(dim=1, keepdim=True).values).exp()", "logits.exp()"),
    hint="Try a score of 100 in float32: infinity over infinity is no number. What helped the loss helps here.",
)
all_rows_lose_the_same_score = of_grad(
    ("logits.max(dim=1, keepdim=True).values", "logits.max()"),
    hint="""A row around -1000 under a row around 1000: what is its sum of exponentials, once the largest score of
    the whole batch is taken out?""",
)
returns_the_gradient_of_the_loss = of_grad(
    ("logits.g = shares", "return shares"),
    hint="Your gradient is right, but nobody will find it. Where does the network's backward pass look for it?",
    kind=4,
)
writes_it_into_grad = of_grad(
    ("logits.g = shares", "logits.grad = shares"),
    hint="`.grad` is PyTorch's own place. Which attribute have you used since 04?",
    kind=4,
)
writes_it_onto_the_targets = of_grad(
    ("logits.g = shares", "targ.g = shares"),
    hint="Whose derivative is it? A gradient belongs on the tensor that the derivative is taken by.",
    kind=4,
)
writes_the_gradient_into_the_scores = of_grad(
    ("logits.g = shares / len(targ)", "logits[:] = shares / len(targ)\n    logits.g = logits.clone()"),
    hint="After your function, do the logits still hold scores? They have a `.g` next to their values.",
    kind=13,
)
adds_to_the_old_gradient = of_grad(
    ("shares / len(targ)", 'getattr(logits, "g", 0) + shares / len(targ)'),
    hint="""Call it twice with the same arguments: does the second .g equal the first? What was there before is to
    be replaced.""",
    kind=13,
)
the_gradient_is_always_float32 = of_grad(
    ("shares / len(targ)", "(shares / len(targ)).float()"),
    hint="float64 scores have twice the digits; where did those of your gradient go?",
)
calls_the_ready_made_softmax = of_grad(
    ("powers / powers.sum(dim=1, keepdim=True)", "torch.softmax(logits, dim=1)"),
    hint="Softmax itself is not yours until you have written it. Which three steps turn scores into shares?",
    symptom="rule: torch.nn",
)


@misconception("softmax_cross_entropy_grad", symptom="rule: autograd")
def asks_autograd(logits, targ):
    """PyTorch found the derivative for you. The one with pencil and paper fits on one line: shares minus what?"""
    scores = logits.detach().clone().requires_grad_()
    (scores.exp().sum(1).log() - scores[torch.arange(len(targ)), targ]).mean().backward()
    logits.g = scores.grad


sums_lie_along_the_classes = of_grad(
    ("sum(dim=1, keepdim=True)", "sum(dim=1)"),
    hint="""N sums, one for each row, and (N, C) powers: which axis of these does a vector of shape (N,) meet? What
    keeps the axis that sum takes away?""",
    kind=8,
)


# --- sgd_step --------------------------------------------------------------------------------------------------------

of_step = partial(mistake, "sgd_step")
hangs_the_name_on_a_new_tensor = of_step(
    ("param -= lr", "param = param - lr"),
    hint="""Your numbers are right, but they are in a new tensor, to which only the name points. The network holds
    the old one: how does one change what is inside it?""",
)


@misconception("sgd_step")
def fills_the_list_with_new_tensors(params, lr):
    """You put new tensors into the list. The network calculates with the old ones: what has become of them?"""
    for place, p in enumerate(params):
        params[place] = p - lr * p.g
        params[place].g = None


climbs_uphill = of_step(("-=", "+="), hint="The gradient says where the loss grows. Which way do you go?")
the_rate_is_left_out = of_step(("lr * param.g", "param.g"), hint="Change lr: does the length of your step change?")
rounds_the_rate = of_step(
    ("    for param", "    lr = torch.tensor(lr)\n    for param"),
    hint="Print your rate with 20 digits before and after you make a tensor of it. Which dtype did the tensor get?",
)
divides_by_the_rate = of_step(
    ("lr * param.g", "param.g / lr"), hint="Twice the learning rate should be twice the step. Is yours half as long?"
)
clears_before_it_steps = of_step(
    ("param -= lr * param.g\n        param.g = None", "param.g = None\n        param -= lr * param.g"),
    hint="In which order do your two lines run? The gradient is gone when it is needed.",
    kind=11,
)
empties_before_it_steps = of_step(
    ("param -= lr * param.g", "param.g.zero_()\n        param -= lr * param.g"),
    hint="No parameter has moved. What is left in p.g when you multiply it by lr?",
    kind=11,
)
the_gradient_stays = of_step(
    ("param.g = None", ""),
    hint="""After the step the gradient is used up. What does a second step find, if the backward pass is forgotten?""",
)
fills_the_gradient_with_zeros = of_step(
    ("param.g = None", "param.g = torch.zeros_like(param)"),
    hint="""A gradient of zeros is a gradient, and a forgotten backward pass would go unseen. What says that there
    is none?""",
)
clears_the_last_one_only = of_step(
    ("        param.g = None", "    param.g = None"),
    hint="How far is your last line indented? Count how often it runs.",
)
returns_after_the_first = of_step(
    ("param.g = None", "param.g = None\n        return params"),
    hint="""How many parameters have moved? Look for what ends your loop: a `return` inside it does, or a list that
    is too short.""",
    kind=19,
)
steps_by_grad = of_step(
    ("param -= lr * param.g", "param -= lr * param.grad"),
    hint="`.grad` is where PyTorch's autograd puts gradients. Where have yours been since 04?",
    kind=4,
)
overwrites_the_parameter = of_step(
    ("param -= lr * param.g", "param[...] = -lr * param.g"),
    hint="A step starts from where the parameter is. Where do yours start from?",
    kind=4,
)
gives_the_parameter_new_memory = of_step(
    ("param -= lr * param.g", "param.data = param.data - lr * param.g"),
    hint="""The tensor is the same and its memory is new: a view of it still sees the old numbers. Which operator
    writes into the memory that is there?""",
)


@misconception("sgd_step", symptom="rule: torch.optim")
def calls_a_ready_made_optimizer(params, lr):
    """The optimizer's step is one line, and tonight it is yours. What happens to each parameter in it?"""
    for p in params:
        p.grad, p.g = p.g, None
    torch.optim.SGD(params, lr=lr).step()


# --- fit -------------------------------------------------------------------------------------------------------------

of_fit = partial(mistake, "fit")
#: Pieces of the solution that several mistakes change.
ORDER = "torch.randperm(len(x), generator=generator)"
LOOP = f"for rows in {ORDER}.split(bs):"
UNSHUFFLED = "for rows in torch.arange(len(x)).split(bs):"
JUDGED = """        logits = model(valid[0])
        loss = softmax_cross_entropy(logits, valid[1]).item()
        accuracy = (logits.argmax(dim=1) == valid[1]).double().mean().item()
"""
ON_VALID = """        for rows in torch.arange(len(valid[0])).split(bs):
            softmax_cross_entropy_grad(model(valid[0][rows]), valid[1][rows])
            model.backward()
            sgd_step(model.params, lr)
"""
LOADER = """order = torch.utils.data.DataLoader(range(len(x)), batch_size=bs, shuffle=True, generator=generator)
        for rows in order:"""

never_shuffles = of_fit(
    (ORDER, "torch.arange(len(x))"),
    hint="Print the row numbers of your first batch in each epoch. Who uses the generator?",
)
shuffles_once = of_fit(
    (ORDER, "order"),
    ("history = []", f"history, order = [], {ORDER}"),
    hint="""Print the row numbers of your first batch in each epoch: are they the same every time? Look at where the
    order is drawn.""",
)
shuffles_images_and_digits_apart = of_fit(
    (LOOP, f"order = {ORDER}\n        y = y[{ORDER}]\n        for rows in order.split(bs):"),
    hint="Look at one image of a batch and at its digit: do they still belong together after the shuffle?",
)
shuffles_the_images_alone = of_fit(
    (LOOP, f"order = {ORDER}\n        {UNSHUFFLED}"),
    ("model(x[rows])", "model(x[order[rows]])"),
    hint="Images and digits are taken by the same row numbers. Which rows do your digits come from?",
)
forgets_the_smaller_batch = of_fit(
    (ORDER, f"{ORDER}[: len(x) // bs * bs]"),
    ("total / len(x)", "total / max(1, len(x) // bs * bs)"),
    hint="Count the examples of an epoch when bs does not divide their number. Where did the last ones go?",
)
the_generator_is_ignored = of_fit(
    (ORDER, "torch.randperm(len(x))"),
    hint="""Run it twice with generators of one seed: is it the same run? randperm has to be told whose numbers to
    use.""",
)
the_generator_is_seeded_anew = of_fit(
    ("history = []", "history, _ = [], generator.manual_seed(0)"),
    hint="""Run it with generators of two seeds: are the orders the same? The caller chose the seed; leave it alone.""",
)
every_epoch_is_seeded_alike = of_fit(
    ("total = 0.0", "total, _ = 0.0, generator.manual_seed(42)"),
    hint="""Is your second epoch dealt like the first, whatever the seed? A generator continues automatically; who
    sets it back?""",
)
draws_with_replacement = of_fit(
    (ORDER, "torch.randint(len(x), (len(x),), generator=generator)"),
    hint="Is each example met once in an epoch, or some twice and some never? Cards are dealt, dice are thrown.",
)
learns_from_one_batch_an_epoch = of_fit(
    (ORDER, f"{ORDER}[:bs]"),
    ("total / len(x)", "total / len(rows)"),
    hint="How many steps does your epoch have? One batch is not all of them.",
)
steps_once_an_epoch = of_fit(
    ("    sgd_step(", "sgd_step("),
    hint="How far is the line with the step indented? Count how often it runs in an epoch.",
)
goes_uphill = of_fit(
    ("params, lr)", "params, -lr)"),
    hint="Does your training loss grow from epoch to epoch? Look at the sign of what sgd_step is given.",
)
never_steps = of_fit(
    ("params, lr)", "params, 0.0)"), hint="Does your loss change from epoch to epoch? Gradients alone move nothing."
)
replaces_the_parameters = of_fit(
    ("sgd_step(model.params, lr)", 'model.params = [p - lr * p.g if hasattr(p, "g") else p for p in model.params]'),
    hint="You give model.params new tensors. The network still calculates with the old ones.",
)
gradients_are_left_behind = of_fit(
    ("sgd_step(model.params, lr)", "for p in model.params:\n                p -= lr * p.g"),
    hint="""After fit, do the parameters still carry a .g? You took the step by hand: which half of sgd_step is
    missing?""",
    kind=12,
)
learns_from_the_validation_set = of_fit(
    (JUDGED, f"{JUDGED}{ON_VALID}"),
    hint="From which examples may the network learn? What would the accuracy be worth otherwise?",
)
judges_on_the_training_set = of_fit(
    ("x, y = train", "(x, y), valid = train, train"),
    hint='On which examples are "valid" and "accuracy" measured? Those that were learned by heart say little.',
)
judges_before_the_epoch = of_fit(
    (JUDGED, ""),
    ("        total = 0.0\n", f"{JUDGED}        total = 0.0\n"),
    hint="""Is the first accuracy that of an untrained network? Look at whether you judge before the batches or
    after.""",
    kind=11,
)
averages_the_batch_losses = of_fit(
    (" * len(rows)", ""),
    ("total / len(x)", "total / math.ceil(len(x) / bs)"),
    hint="""Batches of 4, 4 and 2: how much does an example of the last one count in your mean, compared with the
    others?""",
    kind=1,
)
reports_the_last_batch = of_fit(
    ("total +=", "total ="),
    (" * len(rows)", ""),
    ("total / len(x)", "total"),
    hint="Your training loss is that of a single batch. Which examples does it leave out?",
)
adds_up_the_batch_losses = of_fit(
    (" * len(rows)", ""),
    ("total / len(x)", "total"),
    hint="Does your training loss grow when the batches get smaller? A sum has to be divided by what was counted.",
    kind=1,
)
divides_by_the_examples_alone = of_fit(
    (" * len(rows)", ""),
    hint="Each batch loss is a mean already. What must it be multiplied by before a sum of them is divided by n?",
    kind=1,
)
measures_the_training_loss_afterwards = of_fit(
    ("total / len(x)", "softmax_cross_entropy(model(x), y).item()"),
    hint="You measure the training set once more when the epoch is over. Which losses does the docstring average?",
)
accuracy_in_percent = of_fit(
    ("accuracy = (", "accuracy = 100 * ("), hint="Is your accuracy a share? By which factor is it off?"
)
counts_the_right_guesses = of_fit((".double().mean()", ".double().sum()"), hint="You count. Out of how many?")
accuracy_from_the_loss = of_fit(
    ('"accuracy": accuracy}', '"accuracy": 1 - loss}'),
    hint="A loss of 0.3 does not mean 70 % right. Which guesses do you compare with which digits?",
)
returns_the_last_epoch_alone = of_fit(
    ("return history", "return history[-1:]"),
    hint="How many entries has your history after three epochs? Curves need them all.",
    kind=19,
)
returns_after_the_first_epoch = of_fit(
    ("    return history", "        return history"),
    hint="How many epochs did your network get? Look at how far `return` is indented.",
    kind=19,
)
forgets_to_return_the_history = of_fit(
    ("return history", ""), hint="A function without `return` gives back None, whatever it has written down.", kind=19
)
the_history_holds_tensors = of_fit(
    (".item() * len(rows)", " * len(rows)"),
    ("valid[1]).item()", "valid[1])"),
    (".mean().item()", ".mean()"),
    hint="""A loss is a tensor of shape (), and the history wants numbers. Which method gives the number that a
    tensor holds, and when is it to be called?""",
    symptom="history of tensors",
)
calls_a_ready_made_loader = of_fit(
    (LOOP, LOADER),
    hint="""A DataLoader deals the cards for you. Which line would draw an order, and which would cut it into
    batches?""",
    symptom="rule: torch.optim",
)
keeps_the_total_of_the_epochs_before = of_fit(
    ("history = []", "history, total = [], 0.0"),
    ("        total = 0.0\n", ""),
    hint="""The first epoch is right, and then your training loss grows. Where is the total set to zero: once, or in
    each epoch?""",
    kind=12,
)
shuffles_the_callers_own_examples = of_fit(
    (LOOP, f"order = {ORDER}\n        x[:], y[:] = x[order], y[order]\n        {UNSHUFFLED}"),
    hint="""In which order are the caller's images after fit? An index makes a new tensor, x[:] = fills the old one.""",
    kind=13,
)


@misconception("fit", kind=12)
def trains_the_network_of_the_notebook(model, train, valid, epochs, lr, bs, generator):  # noqa: PLR0917 - the exercise's
    """fit is given a model. Which network do you train: that one, or one that happens to be in the notebook?"""
    for rows in torch.randperm(len(train[0]), generator=generator).split(bs):
        net(train[0][rows])
