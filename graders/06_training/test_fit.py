"""Hidden checks of ``fit(model, train, valid, epochs, lr, bs, generator)``: on small made data, and on digits.

What a right ``fit`` does depends on the orders it draws, and how it draws them from the generator is its own affair.
The model notes which batches it learned from. Student code can write these notes, so they count only after the training
was repeated here with the noted batches, by autograd, and has ended at the parameters that came back.

``stand_ins.py`` replaces the loss, its gradient and the step while ``fit`` runs. If a check fails with these, it is
tried with the notebook's own.
"""

import math
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from foundations import data
from foundations.analysis.torch_operations import all_but
from foundations.grading.attempts import tried_on_either
from foundations.grading.compare import CheckFailed, Finding, describe, difference
from foundations.grading.misconceptions import load_bank
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule, must_be_none, read_source_for
from foundations.grading.student import Trial

#: ``fit`` on a model that notes what it learns from; written once, for the checks and for the battery.
trained = load_bank(Path(__file__).parent).batteries["fit"].caller

RULE = Rule(about="writing the training loop yourself", allow=all_but("torch.optim"), numbers=True)
#: For the source. The right versions of the loss and its gradient, on which it runs, use torch.nn and autograd.
WRITTEN = Rule(about=RULE.about, allow=RULE.allow - {"torch.nn", "autograd"})
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
#: The real thing. The threshold lies nine standard deviations below the mean of 20 runs of the solution, each with a
#: split and a start of its own: ``python -m benchmarks capstone`` measures it, benchmarks/results/README.md has it.
TRAINED_ON, VALIDATED_ON, HIDDEN, EPOCHS, RATE, BATCH, THRESHOLD = 3500, 500, 1000, 8, 0.1, 50, 0.85


def fail(text, stage="value", detail=""):
    raise CheckFailed(Finding(stage, text, detail))


def arguments(matrix, classes, sizes, seed=1):
    """Of ``trained``: n examples of two numbers in c classes, and seven for validation."""
    n, c, epochs, bs = sizes
    params = [matrix(*shape, dtype=torch.float64) for shape in ((2, 3), (3,), (3, c), (c,))]
    train, valid = (
        (matrix(n, 2, dtype=torch.float64), classes(n, c)),
        (matrix(7, 2, dtype=torch.float64), classes(7, c)),
    )
    return params, train, valid, epochs, 0.3, bs, seed


@dataclass(frozen=True)
class Training:
    """One run of ``trained``: its arguments, the data as it left them, and what it returned."""

    args: tuple
    value: object
    args_after: tuple = ()


def training_of(student, *given):
    call = student.call(*given, caller=trained)
    call.must_not_raise()
    return Training(call.args, call.value, call.args_after)


def seen(training, part):
    """One entry of the dict that ``trained`` returned."""
    if type(training.value) is not dict or part not in training.value:
        fail("the training was not seen to its end", "type")
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
        fail(f"the network took more than {most} steps, or none that could be seen")
    for rows in batches:
        if not isinstance(rows, list) or not all(type(row) is int and 0 <= row < n for row in rows):
            fail("the network learns from something that is no training example")
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
    """The training repeated by autograd, with these batches: the parameters at its end, and the history."""
    params, (x, y), (x_valid, y_valid), _, lr = given[:5]
    params = [p.clone().requires_grad_() for p in params]
    history = []
    for batches in epochs:
        total = 0.0
        for rows in batches:
            loss = cross_entropy(scores(params, x[rows]), y[rows])
            total += loss.item() * len(rows)
            for p, slope in zip(params, torch.autograd.grad(loss, params), strict=True):
                p.data -= lr * slope
        logits = scores(params, x_valid).detach()
        accuracy = (logits.argmax(1) == y_valid).double().mean().item()
        history.append((total / len(x), cross_entropy(logits, y_valid).item(), accuracy))
    return [p.detach() for p in params], history


def scores(params, x):
    w1, b1, w2, b2 = params
    return (x @ w1 + b1).relu() @ w2 + b2


def must_end_at(training, expected, why=""):
    """Every parameter of the network has the expected values; ``why`` begins the message if one has not."""
    got = seen(training, "params")
    if not isinstance(got, list) or len(got) != len(expected):
        fail("the network was not seen after its training", "type")
    for name, before, after, wanted in zip(("w1", "b1", "w2", "b2"), training.args[0], got, expected, strict=True):
        finding = difference(after, wanted, subject=f"the network's {name} after training", scale=1.0, relative=CLOSE)
        if finding:
            untouched = difference(after, before, subject="", relative=1e-30) is None
            told = finding.text + ("; it has not changed at all" if untouched else "")
            fail(why + told, finding.stage, finding.detail)


def must_report(training, expected, keys):
    """The history has an entry for each epoch, and in each the expected number under each of ``keys``."""
    history = seen(training, "history")
    if not isinstance(history, list | tuple):
        fail(f"fit returned {describe(history)}; expected a list with a dict for each epoch", "type")
    epochs = training.args[3]
    if len(history) != epochs:
        fail(f"the history has {len(history)} entries after {epochs} epochs")
    if len(expected) != epochs:
        fail(f"the network met as many examples as {len(expected)} epochs have, not {epochs}")
    for number, (entry, wanted) in enumerate(zip(history, expected, strict=True), 1):
        for key in keys:
            if type(entry) is not dict or key not in entry:
                fail(f"epoch {number} of the history has no {key!r}: it is {describe(entry)}", "type")
            value = entry[key]
            if isinstance(value, torch.Tensor) and value.dim() == 0:
                value = value.item()
            if type(value) is int and value in (0, 1):
                value = float(value)
            if type(value) is not float:
                fail(f"{key!r} of epoch {number} is {describe(value)}; expected a Python float", "type")
            right = wanted[KEYS.index(key)]
            if not abs(value - right) <= CLOSE * max(1.0, abs(right)):
                fail(f"{key!r} of epoch {number} is wrong", detail=f"got {value:.6g}, expected {right:.6g}")


@check("with all examples in one batch, the network ends where it should", points=0.7, gate=True)
@tried_on_either
def test_whole_set(student, matrix, classes):
    for n, c, epochs in ((6, 3, 1), (6, 3, 1), (5, 2, 3), (1, 4, 2)):
        training = training_of(student, *arguments(matrix, classes, (n, c, epochs, n)))
        must_end_at(training, descent(training.args, [[list(range(n))]] * epochs)[0])


@check("the loop is your own", points=0.3, gate=True)
def test_rule(student, matrix, classes):
    def must_train(call):
        call.must_not_raise()
        followed(Training(call.args, call.value))

    # The source is read without the functions above: a rule that is broken there has cost its points already.
    sources = [*student.sources, student.stand_ins.stubs]
    must_be_none(read_source_for(WRITTEN, sources, "fit"))
    trial = Trial(lambda *sizes: arguments(matrix, classes, sizes), must_train, trained)
    cases = [(6, 3, 1, 4), (5, 2, 2, 3), (4, 3, 2, 4)]
    with student.using("right"):
        student.must_obey(RULE, trial, cases, sources, wrong_elsewhere=True)


@check("every example comes once an epoch, in batches of bs, the smaller rest included", points=0.7)
@tried_on_either
def test_batches(student, matrix, classes):
    for n, bs in ((10, 4), (9, 4), (6, 3), (5, 1), (6, 20)):
        training = training_of(student, *arguments(matrix, classes, (n, 3, 2, bs)))
        epochs, _ = followed(training)
        for number, batches in enumerate(epochs, 1):
            rows = sorted(row for batch in batches for row in batch)
            if rows != list(range(n)):
                met = f"{len(set(rows))} of {n} examples were met, in {len(rows)} places"
                fail(f"with n = {n} and bs = {bs}, an epoch is not every example once: in epoch {number}, {met}")
            if sorted(map(len, batches), reverse=True) != [min(bs, n - start) for start in range(0, n, bs)]:
                sizes = [len(batch) for batch in batches]
                fail(f"with n = {n} and bs = {bs}, the batches of epoch {number} have the sizes {sizes}")
        if len(epochs) != 2:
            fail(f"with n = {n} and bs = {bs}, the network met as many examples as {len(epochs)} epochs have, not 2")


@check("each batch makes a step of its own, with images and digits that belong together", points=0.6)
@tried_on_either
def test_steps(student, matrix, classes):
    for n, c, epochs, bs in ((10, 3, 2, 4), (6, 2, 3, 2), (4, 4, 1, 1)):
        followed(training_of(student, *arguments(matrix, classes, (n, c, epochs, bs))))


@check("every epoch has an order of its own", points=0.6)
@tried_on_either
def test_new_orders(student, matrix, classes):
    # That 24 examples fall into the same six batches by chance has a probability of 6! (4!)^6 / 24!, below 1e-12; that
    # each batch is where it was at the start, of (4!)^6 / 24!.
    n, bs = 24, 4
    epochs, _ = followed(training_of(student, *arguments(matrix, classes, (n, 3, 3, bs))))
    if [row for batch in epochs[0] for row in batch] == list(range(n)):
        fail("the first epoch takes the examples in the order in which they lie")
    for before, after in combinations(epochs, 2):
        if before == after:
            fail("two epochs take the examples in the same order")
        if sorted(before) == sorted(after):
            fail("two epochs have the same batches in another order; the cards are to be shuffled, not the packs")
        if turned(before, after):
            fail("two epochs take the examples in the same order, begun in another place; a new order is to be drawn")


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


@check("the orders come from the generator, and from nothing else", points=0.3)
@tried_on_either
def test_generator(student, matrix, classes):
    # A seed of ``trained`` is 1000 · the generator's + that of torch's own numbers.
    *rest, _ = arguments(matrix, classes, (24, 3, 2, 4))
    runs = [followed(training_of(student, *rest, seed))[0] for seed in (5001, 5002, 6001)]
    if runs[0] != runs[1]:
        fail("two runs with generators of the same seed have different orders")
    if runs[0] == runs[2]:
        fail("two runs with generators of different seeds have the same order")


@check("validation loss and accuracy, after each epoch", points=0.6)
@tried_on_either
def test_validation(student, matrix, classes):
    # With a single class every guess is right from the start: that is no reason to stop.
    runs = [arguments(matrix, classes, sizes) for sizes in ((9, 3, 3, 9), (10, 3, 3, 4), (5, 4, 1, 2), (6, 1, 3, 4))]
    for given in [*runs, with_a_setback(matrix, classes), away_from_valid(matrix, classes)]:
        training = training_of(student, *given)
        must_report(training, followed(training)[1], ("valid", "accuracy"))


def with_a_setback(matrix, classes):
    """A training after one of whose epochs the accuracy is lower than before: the best so far is not asked for."""
    n, epochs = 9, 5
    while True:  # one of three is like that
        given = arguments(matrix, classes, (n, 3, epochs, n))
        accuracies = [entry[-1] for entry in descent(given, [[list(range(n))]] * epochs)[1]]
        if accuracies != sorted(accuracies):
            return given


def away_from_valid(matrix, classes):
    """A training whose validation loss rises in most epochs, because its digits are wrong: it has to go on."""
    n, epochs = 9, 12
    while True:  # nearly all are like that
        params, (x, y), _, *rest = arguments(matrix, classes, (n, 3, epochs, n))
        given = (params, (x, y), (x, (y + 1) % 3), *rest)
        losses = [entry[1] for entry in descent(given, [[list(range(n))]] * epochs)[1]]
        if losses[4:] == sorted(losses[4:]):
            return given


@check("training loss: the mean over the examples of an epoch, as they were met", points=0.3)
@tried_on_either
def test_training_loss(student, matrix, classes):
    for sizes in ((9, 3, 3, 9), (10, 3, 3, 4), (5, 4, 2, 3)):
        training = training_of(student, *arguments(matrix, classes, sizes))
        must_report(training, followed(training)[1], ("train",))


@check("the numbers in the history are Python floats", points=0.3)
@tried_on_either
def test_floats(student, matrix, classes):
    training = training_of(student, *arguments(matrix, classes, (7, 3, 2, 3)))
    history = seen(training, "history")
    if not isinstance(history, list) or not all(type(entry) is dict for entry in history):
        fail(f"fit returned {describe(history)}; expected a list with a dict for each epoch", "type")
    for number, entry in enumerate(history, 1):
        for key in KEYS:
            if isinstance(entry.get(key), torch.Tensor):
                text = f"{key!r} of epoch {number} is {describe(entry[key])}; expected a Python float"
                raise CheckFailed(Finding("type", text, symptom="history of tensors"))


@check("the data are left as they were, and no gradient is left behind", points=0.3)
@tried_on_either
def test_clean(student, matrix, classes):
    for _ in range(2):
        training = training_of(student, *arguments(matrix, classes, (7, 3, 2, 3)))
        if seen(training, "left") is not False:
            fail("after fit, a parameter still has a gradient in .g")
        for name, before, after in zip(("train", "valid"), training.args[1:3], training.args_after[1:3], strict=True):
            if any(difference(new, old, subject="", relative=1e-30) for old, new in zip(before, after, strict=True)):
                fail(f"fit changed {name} in place; its caller still needs it", "mutation")


@check("digits: at least 85 % of 1,000 images that it never saw are read right", points=1.3)
@tried_on_either
def test_digits(student):
    generator = student.generator("digits")
    train, valid, hidden = digits(generator)
    params = [
        torch.randn(784, 50, generator=generator) * (2 / 784) ** 0.5,
        torch.zeros(50),
        torch.randn(50, 10, generator=generator) * (2 / 50) ** 0.5,
        torch.zeros(10),
    ]
    given = params, train, valid, EPOCHS, RATE, BATCH, 77_000
    # A probe and no call: the images do not travel back, and it is not repeated with each known mistake.
    training = Training(given, student.probe(trained, *given))
    got = seen(training, "params")
    if not isinstance(got, list) or [getattr(p, "shape", None) for p in got] != [p.shape for p in params]:
        fail("the network was not seen after its training", "type")
    most = EPOCHS * math.ceil(TRAINED_ON / BATCH)
    ends, _ = descent(given, [noted(training, most)])
    gaps = torch.cat([(after - wanted).abs().flatten() for after, wanted in zip(got, ends, strict=True)])
    if not float(gaps.median()) <= ROUNDED:
        fail(f"{UNSEEN}half of its numbers are more than {float(gaps.median()):.2g} off")
    accuracy = float((scores([p.float() for p in got], hidden[0]).argmax(1) == hidden[1]).double().mean())
    if accuracy < THRESHOLD:
        fail(f"{accuracy:.1%} of {HIDDEN:,} images are read right after {EPOCHS} epochs; {THRESHOLD:.0%} are needed")
    student.notes.append(f"{accuracy:.1%} are read right; {THRESHOLD:.0%} are needed")


def digits(generator):
    """The bundled digits, dealt anew: pairs to learn from, to validate on, and for the judge alone."""
    mnist = data.load_mnist(full=False)
    x, y = torch.cat([mnist.x_train, mnist.x_valid]), torch.cat([mnist.y_train, mnist.y_valid])
    rows = torch.randperm(len(x), generator=generator)
    learned, checked, kept = rows.split([TRAINED_ON, VALIDATED_ON, HIDDEN])
    x = (x - x[learned].mean()) / x[learned].std()
    return tuple((x[part], y[part]) for part in (learned, checked, kept))
