"""Hidden checks of ``fit(model, train, valid, epochs, lr, bs, generator)``: on small made data, and on digits.

What a right ``fit`` does depends on the orders it draws, and how it draws them from the generator is its own affair.
The model notes which batches it learned from. Student code can write these notes, so they count only after the training
was repeated here with the noted batches, by autograd, and has ended at the parameters that came back.

``stand_ins.py`` replaces the loss, its gradient and the step while ``fit`` runs. If a check fails with these, it is
tried with the notebook's own.

Sentence of the text → check:

    Train the model in place                                                        → test_whole_set
    Of the model use only what it promises                                          → test_whole_set
    nothing out of `torch.nn`, `torch.optim` or `torch.utils.data`, and no autograd → test_rule
    Every training example is used once an epoch.                                   → test_batches
    The last batch may be smaller; `bs` may be larger than the set.                 → test_batches
    forward, loss, gradient of the loss, backward, step                             → test_steps
    nothing is learned from `valid`                                                 → test_steps
    draw a new order of the training examples                                       → test_new_orders
    another order each epoch                                                        → test_new_orders
    Orders come from `generator`                                                    → test_generator
    The same generator state gives the same run.                                    → test_generator
    the loss of the validation examples, once the epoch is over                     → test_validation
    whose largest score is that of the right class                                  → test_validation
    the mean loss over all training examples, each as it was met                    → test_training_loss
    Returned is a list with one dict an epoch                                       → test_floats
    of Python floats                                                                → test_floats
    The data are left as they are                                                   → test_clean
    in the end no parameter carries a `.g`                                          → test_clean
    **At least 85 % of them must be read right.**                                   → test_digits
"""

import math
from functools import cache
from itertools import chain, combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from foundations import data
from foundations.authoring import (
    CheckFailed,
    Exercise,
    Finding,
    Rule,
    Training,
    all_but,
    another_quantity,
    check,
    compare_runs,
    compare_training,
    compare_values,
    describe,
    difference,
    ends_early,
    fail,
    load_bank,
    must_be_none,
    read_source_for,
    tried_on_either,
    values,
)

#: ``fit`` on a model that notes what it learns from; written once, for the checks and for the battery.
trained: Any = load_bank(Path(__file__).parent).batteries["fit"].caller
#: What may differ in float64: a right loss or gradient above `fit` may have been computed in float32.
CLOSE = 2e-5
#: For half of all numbers after 560 steps on the digits in float32, where rounding may turn a ReLU for one image and
#: move a few numbers far. In 33 trainings half of them moved by at most 1.4e-4; other orders than those that were used,
#: or eight epochs more, move half of them by at least 1.4e-3.
ROUNDED = 1e-3
UNSEEN = "the batches that the network was seen to learn from do not lead to where it ended: "
KEYS = ("train", "valid", "accuracy")
#: No check here needs more than a tenth of it.
MOST_BATCHES = 300
#: The real thing. The threshold is nine standard deviations below the mean of 20 runs of the solution, each with a
#: split and a start of its own: ``python -m benchmarks capstone`` measures it, benchmarks/results/README.md has it.
TRAINED_ON, VALIDATED_ON, HIDDEN, EPOCHS, RATE, BATCH, THRESHOLD = 3500, 500, 1000, 8, 0.1, 50, 0.85


def sizes_in_words(training):
    return f"with {len(training.args[1][0])} examples in batches of {training.args[5]}"


def seen(training, part):
    """One entry of the dict that ``trained`` returned."""
    if type(training.value) is not dict or part not in training.value:
        fail("type", "the training was not seen to its end")
    return training.value[part]


def followed(training):
    """For each epoch its batches, as sorted row numbers, and the history that they lead to.

    Both count only because the batches lead from the parameters that were sent to those that came back.
    """
    epochs = into_epochs(noted(training), len(training.args[1][0]), training.args[3])
    ends, history = descent(training.args, epochs)
    must_end_at(training, ends, UNSEEN)
    return epochs, history


def noted(training, most=MOST_BATCHES):
    """The batches in the model's notes, each as sorted row numbers: a mean over a batch knows no order."""
    n, batches = len(training.args[1][0]), seen(training, "batches")
    if not isinstance(batches, list) or len(batches) > most:
        fail("value", f"the network took more than {most} steps, or none that could be seen")
    for rows in batches:
        if not isinstance(rows, list) or not all(type(row) is int and 0 <= row < n for row in rows):
            fail("value", "the network learns from something that is no training example")
    return [sorted(rows) for rows in batches]


def into_epochs(batches, n, asked):
    """Split after as many examples as there are; if some are left out, into equal shares of the batches."""
    share, rest = divmod(len(batches), asked)
    if sum(map(len, batches)) < n * asked and share and not rest:
        return [batches[start : start + share] for start in range(0, len(batches), share)]
    epochs: list[list[list[int]]] = [[]]
    for rows in batches:
        if sum(map(len, epochs[-1])) >= n:
            epochs.append([])
        epochs[-1].append(rows)
    return epochs


def descent(given, epochs):
    """The training repeated with these batches: the parameters at its end, and the history."""
    params, (x, y), (x_valid, y_valid), _, lr = given[:5]
    params = [p.clone() for p in params]
    history = []
    for batches in epochs:
        total = 0.0
        for rows in batches:
            loss, gradients = loss_and_slopes(params, x[rows], y[rows])
            total += loss * len(rows)
            for p, slope in zip(params, gradients, strict=True):
                p.sub_(slope, alpha=lr)
        logits = scores(params, x_valid)
        accuracy = (logits.argmax(1) == y_valid).double().mean().item()
        history.append((total / len(x), cross_entropy(logits, y_valid).item(), accuracy))
    return params, history


def loss_and_slopes(params, x, y):
    """The mean loss of a batch, and its gradients by formula."""
    w1, b1, w2, b2 = params
    before = torch.addmm(b1, x, w1)
    hidden = before.relu()
    logs = torch.addmm(b2, hidden, w2).log_softmax(1)
    own = logs.gather(1, y[:, None])
    upstream = logs.exp().scatter_add_(1, y[:, None], torch.full_like(own, -1.0)) / len(x)
    back = (upstream @ w2.t()) * (before > 0)
    return -own.mean().item(), (x.t() @ back, back.sum(0), hidden.t() @ upstream, upstream.sum(0))


def on_whole_set(given):
    """:func:`descent` with all examples in one batch, so that no order matters."""
    return descent(given, [[list(range(len(given[1][0])))]] * given[3])


def scores(params, x):
    w1, b1, w2, b2 = params
    return (x @ w1 + b1).relu() @ w2 + b2


def must_end_at(training, expected, why):
    """Every parameter of the network has the expected values; ``why`` begins the message if one has not."""
    got = seen(training, "params")
    if not isinstance(got, list) or len(got) != len(expected):
        fail("type", "the network was not seen after its training")
    for name, before, after, wanted in zip(("w1", "b1", "w2", "b2"), training.args[0], got, expected, strict=True):
        finding = difference(after, wanted, subject=f"the network's {name} after training", scale=1.0, relative=CLOSE)
        if finding:
            untouched = difference(after, before, subject="", relative=1e-30) is None
            text = f"{why}{finding.text}{'; it has not changed at all' if untouched else ''}"
            raise CheckFailed(Finding(finding.stage, text, finding.detail, diagnosis=other_steps(training, got)))


def other_steps(training, got):
    """Return how the steps of a training on the whole set differed; ``None`` if it has several batches an epoch."""
    start, train, valid, epochs, lr, bs, _ = training.args
    if bs < len(train[0]):
        return None
    words = "the examples of the validation"
    parts = list(zip(*(part.split(bs) for part in valid), strict=True))
    others = (words, [valid]), (words, parts)
    return compare_training(got, Training(start, [[train]] * epochs, lr, slopes, others))


def slopes(params, examples):
    """The gradients of the loss of these examples."""
    return loss_and_slopes(params, *examples)[1]


def must_report(training, batches, expected, keys):
    """The history has an entry for each epoch, and in each the expected number under each of ``keys``."""
    history, epochs = seen(training, "history"), training.args[3]
    if not isinstance(history, list | tuple):
        fail("type", f"fit returned {describe(history)}; expected a list with a dict for each epoch")
    if len(history) != epochs:
        text = f"the history has {len(history)} entries after {epochs} epochs"
        fail("value", text, diagnosis=ends_early(len(history), epochs))
    if len(expected) != epochs:
        fail("value", f"the network met as many examples as {len(expected)} epochs have, not {epochs}")
    for number, (entry, wanted) in enumerate(zip(history, expected, strict=True), 1):
        for key in keys:
            if type(entry) is not dict or key not in entry:
                fail("type", f"epoch {number} of the history has no {key!r}: it is {describe(entry)}")
            value = entry[key]
            if isinstance(value, torch.Tensor) and value.dim() == 0:
                value = value.item()
            if type(value) is int and value in (0, 1):
                value = float(value)
            if type(value) is not float:
                fail("type", f"{key!r} of epoch {number} is {describe(value)}; expected a Python float")
            right = wanted[KEYS.index(key)]
            if not abs(value - right) <= CLOSE * max(1.0, abs(right)):
                text = f"{key!r} of epoch {number} is wrong, {sizes_in_words(training)}"
                shown = explained(training, batches, history, expected, key)
                raise CheckFailed(Finding("value", text, f"got {value:.6g}, expected {right:.6g}", diagnosis=shown))


def explained(training, batches, history, expected, key):
    """Return how the whole history differs from the expected one, or one of its three columns; ``None`` if unknown."""
    try:
        got = torch.tensor([[float(entry[name]) for name in KEYS] for entry in history], dtype=torch.float64)
    except (KeyError, TypeError, ValueError):
        return None
    right, column = torch.tensor(expected, dtype=torch.float64), KEYS.index(key)
    if len(got) > 1 and bool((got == got[-1]).all()):
        return compare_values(got, right, "the history")
    (x, _), (x_valid, _) = training.args[1:3]
    about = f"{key!r} in the history"
    others = {words: torch.tensor(numbers) for words, numbers in quantities(training, batches, key).items()}
    shown = compare_values(got[:, column], right[:, column], about, train=x, valid=x_valid)
    return another_quantity(got[:, column], right[:, column], about, others) or shown


def quantities(training, epochs, key):
    """Return what may be taken for an entry of the history: in words, and for each epoch as a float64 number."""
    params, (x, y), valid, _, lr, bs, _ = training.args
    found: dict[str, list[float]] = {}
    measure = right_share if key == "accuracy" else mean_loss
    name = "the accuracy" if key == "accuracy" else "the loss"

    def note(words, number):
        found.setdefault(words, []).append(number)

    for batches in epochs:
        note(f"{name} of the validation examples before the epoch", measure(params, valid))
        met, after = [], []
        for rows in batches:
            batch = x[rows], y[rows]
            met.append(measure(params, batch))
            params = [p - lr * slope for p, slope in zip(params, slopes(params, batch), strict=True)]
            after.append(measure(params, batch))
        sizes = [len(rows) for rows in batches]
        note(f"{name} of each batch after its step, averaged over the examples", averaged(after, sizes))
        note(f"{name} of each batch after its step, averaged over the batches", averaged(after, [1] * len(after)))
        note(f"{name} of the batches, each counted as bs examples", sum(met) * bs / len(x))
        note(f"{name} of the last batch before its step", met[-1])
        note(f"{name} of the last batch after its step", after[-1])
        note(f"{name} of the training examples once the epoch is over", measure(params, (x, y)))
        note(f"{name} of the validation examples once the epoch is over", measure(params, valid))
        note(f"{name} of the training examples as they were met", averaged(met, sizes))
    return found


def averaged(numbers, weights):
    return sum(number * weight for number, weight in zip(numbers, weights, strict=True)) / sum(weights)


def mean_loss(params, examples):
    return cross_entropy(scores(params, examples[0]), examples[1]).item()


def right_share(params, examples):
    return (scores(params, examples[0]).argmax(1) == examples[1]).double().mean().item()


class TestFit(Exercise):
    #: Examples, classes, epochs, batch size.
    sizes = ((6, 3, 1, 4), (5, 2, 2, 3), (4, 3, 2, 4))
    allowed = Rule(about="writing the training loop yourself", allow=all_but("torch.optim"), numbers=True)
    caller = trained

    def inputs(self, n, c, epochs, bs, seed=1):
        """Return the arguments of ``trained``: n examples of two numbers in c classes, and seven for validation."""
        params = [self.normal(*shape, dtype=torch.float64) for shape in ((2, 3), (3,), (3, c), (c,))]
        train, valid = (
            (self.normal(m, 2, dtype=torch.float64), torch.randint(c, (m,), generator=self.generator)) for m in (n, 7)
        )
        return params, train, valid, epochs, 0.3, bs, seed

    def must_be_right(self, call, *, dtype=False):
        call.must_not_raise()
        followed(call)

    def trainings(self, *each):
        """Yield a call of ``trained`` for each tuple of arguments, and what :func:`followed` returns."""
        for call in self.student.calls(*each, caller=trained):
            call.must_not_raise()
            yield call, *followed(call)

    def remarkable(self, epochs, wanted, valid_is_wrong=False):
        """Return a training on the whole set whose history of validation losses and accuracies is as ``wanted``."""
        while True:
            params, train, valid, *rest = self.inputs(9, 3, epochs, 9)
            if valid_is_wrong:
                valid = train[0], (train[1] + 1) % 3
            given = params, train, valid, *rest
            if wanted(*([entry[place] for entry in on_whole_set(given)[1]] for place in (1, 2))):
                return given

    @check("with all examples in one batch, the network ends where it should", points=0.7, gate=True)
    @tried_on_either
    def test_whole_set(self):
        for n, c, epochs in ((6, 3, 1), (6, 3, 1), (5, 2, 3), (1, 4, 2)):
            call = self.call(*self.inputs(n, c, epochs, n))
            call.must_not_raise()
            must_end_at(call, on_whole_set(call.args)[0], f"{sizes_in_words(call)}, epochs = {epochs}: ")

    @check("the loop is your own", points=0.3, gate=True)
    def test_rule(self):
        # The right versions of the loss and its gradient, on which it runs, use torch.nn and autograd.
        written = Rule(about=self.allowed.about, allow=self.allowed.allow - {"torch.nn", "autograd"})
        must_be_none(read_source_for(written, self.sources_alone, "fit"))
        with self.student.using("right"):
            self.student.must_obey(self.allowed, self.trial, self.sizes, self.sources_alone, wrong_elsewhere=True)

    @check("every example comes once an epoch, in batches of bs, the smaller rest included", points=0.7)
    @tried_on_either
    def test_batches(self):
        for n, bs in ((10, 4), (9, 4), (6, 3), (5, 1), (6, 20)):
            [(call, epochs, _)] = self.trainings(self.inputs(n, 3, 2, bs))
            where = sizes_in_words(call)
            for number, batches in enumerate(epochs, 1):
                rows = sorted(row for batch in batches for row in batch)
                if rows != list(range(n)):
                    met = f"{len(set(rows))} of {n} examples were met, in {len(rows)} places"
                    fail("value", f"{where}, an epoch is not every example once: in epoch {number}, {met}")
                if sorted(map(len, batches), reverse=True) != [min(bs, n - start) for start in range(0, n, bs)]:
                    fail("value", f"{where}, the batches of epoch {number} have the sizes {[*map(len, batches)]}")
            if len(epochs) != 2:
                fail("value", f"{where}, the network met as many examples as {len(epochs)} epochs have, not 2")

    test_steps = values(
        "each batch makes a step of its own, with images and digits that belong together",
        only=((10, 3, 2, 4), (6, 2, 3, 2), (4, 4, 1, 1)),
        points=0.6,
    )

    @check("every epoch has an order of its own", points=0.6)
    @tried_on_either
    def test_new_orders(self):
        # That 24 examples fall into the same six batches by chance has a probability of 6! (4!)^6 / 24!, below 1e-12;
        # that each batch is where it was at the start, of (4!)^6 / 24!.
        [(_, epochs, _)] = self.trainings(self.inputs(24, 3, 3, 4))
        if [row for batch in epochs[0] for row in batch] == list(range(24)):
            fail("value", "the first epoch takes the examples in the order in which they were given")
        for before, after in combinations(epochs, 2):
            if before == after:
                fail("value", "two epochs take the examples in the same order")
            if sorted(before) == sorted(after):
                fail("value", "two epochs have the same batches in another order; shuffle the cards, not the packs")
            if turned(before, after):
                fail("value", "two epochs take the examples in the same order, begun in another place; draw a new one")

    @check("the orders come from the generator, and from nothing else", points=0.3)
    @tried_on_either
    def test_generator(self):
        # A seed of ``trained`` is 1000 · the generator's + that of torch's own numbers; millions are numbers that the
        # generator has given before.
        *rest, _ = self.inputs(24, 3, 2, 4)
        seeds = 5001, 5002, 6001, 3_005_001
        first, same, other, later = (epochs for _, epochs, _ in self.trainings(*((*rest, seed) for seed in seeds)))
        shown = compare_runs(*(torch.tensor([*chain.from_iterable(epochs[0])]) for epochs in (first, same, later)))
        if first != same:
            fail("value", "two runs with generators of the same seed have different orders", diagnosis=shown)
        if first == other:
            fail("value", "two runs with generators of different seeds have the same order")
        if first == later:
            text = "a generator that has given numbers before leads to the orders of a new one with its seed"
            fail("value", f"{text}: they have to come from the generator itself", diagnosis=shown)

    @check("validation loss and accuracy, after each epoch", points=0.6)
    @tried_on_either
    def test_validation(self):
        # With a single class every guess is right from the start: that is no reason to stop.
        cases = [self.inputs(*sizes) for sizes in ((10, 3, 3, 4), (9, 3, 3, 9), (5, 4, 1, 2), (6, 1, 3, 4))]
        # The best accuracy so far is not asked for. One training of three falls behind it.
        cases.append(self.remarkable(5, lambda losses, accuracies: accuracies != sorted(accuracies)))
        # The digits of the validation are wrong, so that its loss rises in most epochs: the training has to go on.
        cases.append(
            self.remarkable(12, lambda losses, accuracies: losses[4:] == sorted(losses[4:]), valid_is_wrong=True)
        )
        for call, epochs, history in self.trainings(*cases):
            must_report(call, epochs, history, ("valid", "accuracy"))

    @check("training loss: the mean over the examples of an epoch, as they were met", points=0.3)
    @tried_on_either
    def test_training_loss(self):
        cases = [self.inputs(*sizes) for sizes in ((10, 3, 3, 4), (9, 3, 3, 9), (5, 4, 2, 3))]
        for call, epochs, history in self.trainings(*cases):
            must_report(call, epochs, history, ("train",))

    @check("the numbers in the history are Python floats", points=0.3)
    @tried_on_either
    def test_floats(self):
        call = self.call(*self.inputs(7, 3, 2, 3))
        call.must_not_raise()
        history = seen(call, "history")
        if not isinstance(history, list) or not all(type(entry) is dict for entry in history):
            fail("type", f"fit returned {describe(history)}; expected a list with a dict for each epoch")
        for number, entry in enumerate(history, 1):
            for key in KEYS:
                if isinstance(entry.get(key), torch.Tensor):
                    text = f"{key!r} of epoch {number} is {describe(entry[key])}; expected a Python float"
                    fail("type", text, symptom="history of tensors")

    @check("the data are left as they were, and no gradient is left behind", points=0.3)
    @tried_on_either
    def test_clean(self):
        for _ in range(2):
            call = self.call(*self.inputs(7, 3, 2, 3))
            call.must_not_raise()
            if seen(call, "left") is not False:
                fail("value", "after fit, a parameter still has a gradient in .g")
            for name, before, after in zip(("train", "valid"), call.args[1:3], call.args_after[1:3], strict=True):
                if any(
                    difference(new, old, subject="", relative=1e-30) for old, new in zip(before, after, strict=True)
                ):
                    fail("mutation", f"fit changed {name} in place; its caller still needs it")

    @check("digits: at least 85 % of 1,000 images that it never saw are read right", points=1.3)
    @tried_on_either
    def test_digits(self):
        generator = self.student.generator("digits")
        train, valid, hidden = digits(generator)
        params = [
            torch.randn(784, 50, generator=generator) * (2 / 784) ** 0.5,
            torch.zeros(50),
            torch.randn(50, 10, generator=generator) * (2 / 50) ** 0.5,
            torch.zeros(10),
        ]
        given = params, train, valid, EPOCHS, RATE, BATCH, 77_000
        # A probe and no call: the images do not travel back, and it is not repeated with each known mistake.
        training = SimpleNamespace(args=given, value=self.student.probe(trained, *given))
        got = seen(training, "params")
        if not isinstance(got, list) or [getattr(p, "shape", None) for p in got] != [p.shape for p in params]:
            fail("type", "the network was not seen after its training")
        ends, _ = descent(given, [noted(training, EPOCHS * math.ceil(TRAINED_ON / BATCH))])
        gaps = torch.cat([(after - wanted).abs().flatten() for after, wanted in zip(got, ends, strict=True)])
        if not float(gaps.median()) <= ROUNDED:
            fail("value", f"{UNSEEN}half of its numbers are more than {float(gaps.median()):.2g} off")
        accuracy = float((scores([p.float() for p in got], hidden[0]).argmax(1) == hidden[1]).double().mean())
        text = f"{accuracy:.1%} of {HIDDEN:,} images are read right after {EPOCHS} epochs; {THRESHOLD:.0%} are needed"
        if accuracy < THRESHOLD:
            fail("value", text)
        self.student.notes.append(text)


def turned(before, after):
    """Whether each example has moved by one number of batches, or by one more: as if one order began in another place.

    The parameters prove which examples were in a batch, and nothing of their order within it. If k of each batch have
    moved by the larger number, the other 4 - k by the smaller one, there are 6 · Σ C(4, k)^6 such shuffles for six
    batches, of 24! / (4!)^6 in all: a new order is one of them with a probability of 1.1e-10.
    """
    count = len(before)
    places = {row: number for number, batch in enumerate(before) for row in batch}
    moves = {(number - places[row]) % count for number, batch in enumerate(after) for row in batch if row in places}
    return len(moves) == 1 or (len(moves) == 2 and (max(moves) - min(moves)) in (1, count - 1))


@cache
def bundled_digits():
    """All bundled images and their digits, read once for a class."""
    mnist = data.load_mnist(full=False)
    return torch.cat([mnist.x_train, mnist.x_valid]), torch.cat([mnist.y_train, mnist.y_valid])


def digits(generator):
    """The bundled digits, dealt anew: pairs to learn from, to validate on, and for the judge alone."""
    x, y = bundled_digits()
    rows = torch.randperm(len(x), generator=generator)
    learned, checked, kept = rows.split([TRAINED_ON, VALIDATED_ON, HIDDEN])
    x = (x - x[learned].mean()) / x[learned].std()
    return tuple((x[part], y[part]) for part in (learned, checked, kept))
