"""What learners get wrong in 03_forward, as code that runs.

A mistake's name is its id. A hint leads and does not tell: it says where to look, or which question to ask.
"""

import math

import torch

from foundations.authoring import battery, misconception, mistake


def _randn(generator, *shape, dtype=torch.float32):
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)


def _instead_of(exercise, right):
    """Return a function that declares a mistake in ``exercise``: the text that is there instead of ``right``."""

    def declare(wrong, hint, **options):
        return mistake(exercise, (right, wrong), hint=hint, **options)

    return declare


def _without_return(exercise, end="whatever it has computed."):
    """Declare the mistake of an answer that ends before it returns its result."""
    hint = f"A function without `return` gives back None, {end}"
    return mistake(exercise, ("    return ", "    "), hint=hint, kind=19)


# --- normalize -----------------------------------------------------------------------------------------------------


@battery("normalize")
def numbers_and_statistics(generator):
    """Of many shapes, with a mean and a spread that are not their own; float64 among them."""
    shapes = [(4, 3), (2, 5), (3, 3), (6,), (1, 4), (2, 3, 2), (5, 1), (4, 2)]
    dtypes = [torch.float32] * 6 + [torch.float64] * 2
    return [
        (
            _randn(generator, *shape, dtype=dtype),
            (2 * _randn(generator, 1)[0] + 1).to(dtype),
            (_randn(generator, 1)[0].abs() + 0.4).to(dtype),
        )
        for shape, dtype in zip(shapes, dtypes, strict=True)
    ]


_normalize_returns = _instead_of("normalize", "(x - mean) / std")

normalizes_with_its_own_statistics = _normalize_returns(
    "(x - x.mean()) / x.std()",
    "Whose mean and whose spread did you use? Two of the three arguments play no part in your answer.",
    kind=16,
)
divides_only_the_mean = _normalize_returns(
    "x - mean / std",
    "Python divides before it subtracts. Which of your numbers has been divided by std, and which has not?",
)
divides_before_it_subtracts = _normalize_returns(
    "x / std - mean",
    "The mean that you were given is that of x, and not that of x / std. Which of the two steps comes first?",
)
divides_by_the_variance = _normalize_returns(
    "(x - mean) / (std * std)",
    "The spread of x should become 1. If it is 2 now, by how much do you have to divide: by 2, or by 4?",
)
multiplies_by_the_spread = _normalize_returns(
    "(x - mean) * std", "Numbers that are spread too far have to come closer together. Do yours?"
)
forgets_the_spread = _normalize_returns("x - mean", "The mean is 0 now. And what is the standard deviation?")
forgets_the_mean = _normalize_returns("x / std", "The spread is 1 now. And where is the middle?")
adds_the_mean = _normalize_returns(
    "(x + mean) / std", "If everything is around 3, which way does it have to move to be around 0?"
)
swaps_mean_and_spread = _normalize_returns(
    "(x - std) / mean",
    "Look at the order of your arguments: which one is subtracted, and by which one is divided?",
)
adds_a_small_number_to_the_spread = _normalize_returns(
    "(x - mean) / (std + 1e-5)",
    "Your answer is too small by a hair, everywhere. What does your denominator have that the formula does not?",
)
normalizes_in_place = mistake(
    "normalize",
    ("return (x - mean) / std", "x -= mean\n    x /= std\n    return x"),
    hint="After the call, does x still hold what its owner put there? -= and /= write into the tensor that you were "
    "given.",
    kind=13,
)
normalizes_in_float32 = _normalize_returns(
    "((x.float() - mean.float()) / std.float()).to(x.dtype)",
    "float64 came in. Count the correct digits that come out: where on the way were half of them lost?",
)
forgets_to_return_the_normalized = _without_return("normalize")

# --- normalize_splits ----------------------------------------------------------------------------------------------


@battery("normalize_splits")
def two_parts(generator):
    """Training and validation numbers of different means and spreads; float64 and a single row among them."""
    shapes = [((6, 4), (3, 4)), ((5, 2), (8, 2)), ((3, 3), (3, 3)), ((7,), (4,)), ((4, 3), (1, 3)), ((9, 2), (2, 2))]
    made = [
        (1.5 * _randn(generator, *train) + 2 + torch.arange(train[-1]), 0.6 * _randn(generator, *valid) - 1)
        for train, valid in shapes
    ]
    return [*made, *[(train.double() / 3, valid.double() / 3) for train, valid in made[:2]]]


_splits_take = _instead_of("normalize_splits", "mean, std = train.mean(), train.std()")
_splits_return = _instead_of("normalize_splits", "return normalize(train, mean, std), normalize(valid, mean, std)")

validation_is_normalized_by_its_own_statistics = _splits_return(
    "return normalize(train, mean, std), normalize(valid, valid.mean(), valid.std())",
    "Red frogs and green frogs come out alike. Whose mean and whose spread belong to the ruler that both are held to?",
    kind=16,
)
statistics_are_taken_from_the_normalized = _splits_return(
    "train = normalize(train, mean, std)\n    return train, normalize(valid, train.mean(), train.std())",
    "Your valid comes out as it went in. When its turn comes, what is the mean of train by then? Read your lines "
    "in the order in which they run.",
    kind=16,
)
statistics_are_taken_from_both_parts = _splits_take(
    "both = torch.cat([train.flatten(), valid.flatten()])\n    mean, std = both.mean(), both.std()",
    "The validation set represents images that nobody has seen yet. Which numbers may know about it?",
    kind=16,
)
statistics_are_taken_from_the_validation_set = _splits_take(
    "mean, std = valid.mean(), valid.std()",
    "You hold both parts to one ruler, and rightly. Which of the two was it made from?",
    kind=16,
)
each_column_has_statistics_of_its_own = _splits_take(
    "mean, std = train.mean(0), train.std(0)",
    "One mean and one spread for everything. A pixel in the corner is always 0: what would its own spread be, and "
    "what do you get when you divide by that?",
)
hands_the_two_parts_back_swapped = _splits_return(
    "return normalize(valid, mean, std), normalize(train, mean, std)",
    "In which order are the two unpacked where your function is called?",
)
hands_back_the_validation_set_alone = _splits_return(
    "return normalize(valid, mean, std)", "Two sets came in. How many go out?"
)
the_spread_divides_by_n = _splits_take(
    "mean, std = train.mean(), train.std(unbiased=False)",
    "You are off by a hair, and more where there are fewer numbers: by what is the sum of squares divided in .std()?",
)
both_parts_are_written_over = _splits_return(
    "return train.sub_(mean).div_(std), valid.sub_(mean).div_(std)",
    "Do train and valid still hold their pixels after your call? Make new tensors; leave the ones that were lent "
    "to you alone.",
    kind=13,
)
forgets_to_return_the_two_parts = _without_return(
    "normalize_splits", "and the names inside it are forgotten when it ends."
)

# --- test_near_zero ------------------------------------------------------------------------------------------------


@battery("test_near_zero")
def near_and_far(generator):
    """Single numbers and many; near, far, of both signs, of a mean that is near; with a tolerance of their own."""
    small = [4e-4 * _randn(generator, *shape).tanh() for shape in ((1,), (3,), (2, 2))]
    small[0] = small[0][0]
    far = [torch.tensor(value) for value in (0.25, -0.25, 0.002, -0.002, math.nan)]
    many = [torch.tensor(values) for values in ([0.5, -0.5], [0.0, 0.3], [-0.4, -0.4], [0.2, 0.2], [0.0, math.nan])]
    with_tol = [(torch.tensor(0.25), 0.5), (torch.tensor(-0.25), 0.5), (torch.tensor(1e-4), 1e-5)]
    return [*((a,) for a in [*small, *far, *many]), *with_tol, (-small[1].abs(),)]


_asserts = _instead_of("test_near_zero", "assert farthest < tol")

takes_very_negative_for_near_zero = _asserts("assert (a < tol).all()", "Is -5 near zero? By your comparison it is.")
asks_whether_it_is_far = _asserts(
    "assert (a.abs() > tol).all()",
    "Read your assertion aloud: what follows `assert` is what has to be true when all is well.",
)
one_near_number_is_enough = _asserts(
    "assert (a.abs() < tol).any()", "Of [0, 0, 0.4], how many are near zero? And how many have to be?"
)
looks_at_the_mean_alone = _asserts("assert a.mean().abs() < tol", "The mean of 5 and -5 is 0. Are they near zero?")
is_made_for_one_number = _asserts(
    "assert a.abs() < tol",
    "`assert` needs one answer, yes or no; with many numbers you have many answers. How do they become one?",
)


@misconception("test_near_zero")
def answers_and_does_not_assert(a, tol=1e-3):
    """Your function gives an answer, and nobody reads it. Who stops the notebook when a number is far from zero?"""
    return bool((a.abs() < tol).all())


the_tolerance_is_built_in = _asserts(
    "assert farthest < 1e-3", "Call it with a tolerance of your own: does it change anything?"
)
lets_nan_through = _asserts(
    "assert not (a.abs() > tol).any()",
    "NaN is neither smaller nor larger than anything. Which way round does your comparison have to be asked to "
    "refuse it?",
)


@misconception("test_near_zero")
def refuses_with_another_exception(a, tol=1e-3):
    """You refuse, and rightly so. With which kind of exception: what does the docstring promise?"""
    if not (a.abs() < tol).all():
        raise ValueError(f"{a} is not near zero (tolerance {tol})")


@misconception("test_near_zero")
def prints_and_goes_on(a, tol=1e-3):
    """A printed line is easily overlooked, and the notebook goes on. What makes it stop?"""
    if not (a.abs() < tol).all():
        print(f"{a} is not near zero (tolerance {tol})")


makes_it_positive_in_place = mistake(
    "test_near_zero",
    ("a.abs().max()", "a.abs_().max()"),
    hint="A test looks and does not touch. Which of your operations ends in an underscore?",
    kind=13,
)
fails_without_a_word = mistake(
    "test_near_zero",
    ('f"{farthest:.4g} is not near zero (tolerance {tol:g})"', '"not near zero"'),
    hint="Whoever reads your message at midnight wants to know: which number was it, and how near should it have been?",
    symptom="message",
)

# --- lin -----------------------------------------------------------------------------------------------------------


@battery("lin")
def layers(generator):
    """Square, rectangular, thin, with as many rows as outputs, and of float64."""
    shapes = [(4, 3, 2), (5, 2, 4), (3, 3, 3), (2, 4, 4), (4, 4, 2), (3, 2, 3), (1, 3, 2), (5, 3, 1), (1, 3, 3)]
    dtypes = [torch.float32] * 8 + [torch.float64]
    return [
        tuple(_randn(generator, *shape, dtype=dtype) for shape in ((n, n_in), (n_in, n_out), (n_out,)))
        for (n, n_in, n_out), dtype in zip(shapes, dtypes, strict=True)
    ]


_lin_returns = _instead_of("lin", "x @ w + b")

weight_is_read_as_nn_linear_stores_it = _lin_returns(
    "x @ w.t() + b",
    "nn.Linear keeps its weight as (out, in) and turns it round. Ours has the shape (in, out): which sizes have to "
    "meet?",
    kind=(5, 15),
)
forgets_the_bias = _lin_returns("x @ w", "Put in rows of zeros: what should come out, and what does?")
multiplies_the_layer_elementwise = _lin_returns(
    "x * w + b",
    "* multiplies entry by entry. Each output is a sum over all inputs: which operation has that sum inside?",
    kind=6,
)
adds_the_bias_to_the_input = _lin_returns(
    "(x + b) @ w", "There is one bias for each output. At which point on the way are there outputs?"
)
adds_the_bias_to_the_weight = _lin_returns(
    "x @ (w + b)",
    "Python does what is in brackets first. What is b added to in your line, and to what should it be added?",
)
one_bias_for_each_row = _lin_returns(
    "x @ w + b[:, None]",
    "b has one number for each output, that is, for each column. Along which axis does yours run? Squares hide it.",
    kind=8,
)
one_bias_for_everything = _lin_returns(
    "x @ w + b.sum()", "How many numbers does b hold, and how many different ones do you add?"
)
subtracts_the_bias = _lin_returns("x @ w - b", "Put in rows of zeros: is what comes out b, or its opposite?")
multiplies_in_the_wrong_order = _lin_returns(
    "w @ x + b",
    "Write the shapes above x and w in the order in which you multiply: do the inner sizes meet?",
    kind=5,
)
the_layer_works_in_float32 = _lin_returns(
    "(x.float() @ w.float() + b.float()).to(x.dtype)",
    "float64 came in. Count the correct digits that come out: where on the way were half of them lost?",
)
squeezes_a_batch_of_one = _lin_returns(
    "(x @ w + b).squeeze(0)",
    "One image in gives one row out, of shape (1, n_out). Where did that axis of yours go?",
    kind=18,
)


@misconception("lin", kind=13)
def adds_the_product_into_the_bias(x, w, b):
    """+= writes into the tensor on its left. Which one is that in your line, and who else still needs it?"""
    if len(x) == 1:
        b += (x @ w)[0]
        return b[None].clone()
    return x @ w + b


forgets_to_return_the_layer = _without_return("lin")
calls_the_ready_made_layer = _lin_returns(
    "torch.nn.functional.linear(x, w.t(), b)",
    "That function is the exercise. Which two operations, one after the other, does the formula name?",
    symptom="rule: torch.nn",
)

# --- relu ----------------------------------------------------------------------------------------------------------


@battery("relu")
def signed_numbers(generator):
    """Of both signs, of one sign, with zeros, single numbers, float64, and of more than two axes."""
    plain = [_randn(generator, *shape) for shape in ((4, 3), (3, 3), (1, 5), (6, 1), (7,), (2, 3, 4))]
    plain[1].view(-1)[::3] = 0.0
    one_sign = [2 + plain[0].abs(), -2 - plain[0].abs(), torch.zeros(2, 2)]
    single = [torch.tensor([[0.7]]), torch.tensor([[-0.7]]), torch.tensor(0.3), torch.tensor(-0.3)]
    return [(x,) for x in [*plain, *one_sign, *single, plain[0].double() / 3, 50 * plain[2].double()]]


_relu_returns = _instead_of("relu", "x.clamp_min(0.0)")

takes_the_absolute_value = _relu_returns("x.abs()", "What should become of -3: 3, or 0?")
keeps_what_is_negative = _relu_returns(
    "x.clamp(max=0.0)", "Which half of the numbers survives? Try it with 2 and with -2."
)
returns_the_mask_itself = _relu_returns(
    "(x > 0).to(x.dtype)", "x > 0 says where x is positive. What belongs in these places: a one, or x?"
)
drops_the_negative_numbers = _relu_returns(
    "x[x > 0]",
    "Compare the shape of what comes out with that of what went in. A negative number becomes 0; it does not vanish.",
)
compares_the_whole_tensor_at_once = _relu_returns(
    "x if x > 0 else torch.zeros_like(x)",
    "`if` and Python's own max want one yes or no, and a tensor has one for each entry. Which operation decides "
    "entry by entry?",
)
takes_the_largest_entry_or_zero = _relu_returns(
    "torch.clamp(x.max(), min=0.0)",
    "How many numbers went in, and how many come out? The maximum is taken of each entry and 0, not of all entries.",
)
leaks_a_little = _relu_returns(
    "torch.where(x > 0, x, 0.01 * x)",
    "A negative number leaves nothing behind here. By how much does yours still shine through?",
)
also_cuts_at_one = _relu_returns("x.clamp(0.0, 1.0)", "Try it with 5. ReLU has a floor; has it a ceiling?")
cuts_at_one_instead_of_zero = _relu_returns("x.clamp(min=1.0)", "Put in 0.5. Where is your floor?")
cuts_at_the_mean = _relu_returns(
    "torch.where(x > x.mean(), x, torch.zeros_like(x))",
    "What decides whether a number survives: its sign, or how it compares with the others?",
)
zeroes_the_input_in_place = mistake(
    "relu",
    ("return x.clamp_min(0.0)", "x[x < 0] = 0\n    return x"),
    hint="x[...] = 0 writes into the tensor that you were given, and the way back through this layer will need what "
    "was there. Into which tensor could you write instead?",
    kind=13,
)
relu_in_float32 = _relu_returns(
    "x.float().clamp(min=0.0)",
    "float64 came in. Which dtype comes out? Nothing has to be converted for a comparison with 0.",
)
forgets_to_return_the_relu = _without_return("relu")
calls_the_ready_made_relu = _relu_returns(
    "torch.relu(x)",
    "That function is the exercise. What does it compare each entry with, and what does it put in its place?",
    symptom="rule: torch.nn",
)

# --- relu_shifted --------------------------------------------------------------------------------------------------


@battery("relu_shifted")
def numbers_around_a_half(generator):
    """Of both signs, above and below 0.5, with zeros, of one sign, single numbers and float64."""
    plain = [_randn(generator, *shape) for shape in ((4, 3), (3, 3), (1, 5), (6, 1), (7,), (2, 3, 4))]
    plain[1].view(-1)[::3] = 0.0
    rest = [2 + plain[0].abs(), -2 - plain[0].abs(), torch.tensor([-0.5, 0.5, 0.25]), torch.tensor([[-0.7]])]
    return [(x,) for x in [*plain, *rest, plain[0].double() / 3]]


_shifted_returns = _instead_of("relu_shifted", "relu(x) - 0.5")

shifts_before_it_cuts = _shifted_returns(
    "relu(x - 0.5)",
    "What is the smallest number that can come out of yours? Should the step down come before the cut, or after it?",
)
cuts_at_minus_a_half = _shifted_returns(
    "x.clamp(min=-0.5)",
    "Put in 0: two different things could come out. A lower floor is not a result that is moved down.",
)
shifts_upwards = _shifted_returns("relu(x) + 0.5", "The mean is half a unit too high. Which way does your shift go?")
shifts_only_what_is_positive = _shifted_returns(
    "torch.where(x > 0, x - 0.5, torch.zeros_like(x))",
    "Put in -3. Everything is moved by the same amount, also what has just become 0.",
)
subtracts_the_mean_of_the_batch = _shifted_returns(
    "relu(x) - relu(x).mean()",
    "A half is subtracted, always the same half. What would yours give for a single number?",
)
forgets_the_shift = _shifted_returns(
    "relu(x)", "What comes out for a negative number: 0? Then one step is still to come."
)
shifts_without_cutting = _shifted_returns("x - 0.5", "What comes out for -3? One step of two is missing.")
halves_the_relu = _shifted_returns(
    "0.5 * relu(x)", "Half of it is one thing, a half less is another. Which one does the formula say?"
)
shifts_the_input_in_place = _shifted_returns(
    "x.clamp_(min=0.0).sub_(0.5)",
    "After the call, does x still hold what its owner put there? An underscore at the end of a method's name, and "
    "-=, write into the tensor that is in front of them.",
    kind=13,
)
shifted_in_float32 = _shifted_returns("relu(x.float()) - 0.5", "float64 came in. Which dtype comes out?")
forgets_to_return_the_shifted = _without_return("relu_shifted")

# --- init_plain, init_xavier, init_kaiming -------------------------------------------------------------------------


def drawn(names, init, n_in, n_out, seeds):
    """init(n_in, n_out, generator)"""
    seed, elsewhere = seeds
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(elsewhere)
        generator = torch.Generator().manual_seed(seed)
        return names[init](n_in, n_out, generator), names[init](n_in, n_out, generator)


def _sizes_and_seeds(generator, init):
    sizes = [(20, 5), (5, 20), (6, 6), (30, 2), (2, 30), (3, 1), (1, 3), (40, 40)]
    seeds = torch.randint(1 << 40, (len(sizes), 2), generator=generator).tolist()
    return [(init, *size, two) for size, two in zip(sizes, seeds, strict=True)]


@battery("init_plain", caller=drawn)
def plain_starts(generator):
    """Wide, tall and square; each drawn twice from one generator."""
    return _sizes_and_seeds(generator, "init_plain")


@battery("init_xavier", caller=drawn)
def xavier_starts(generator):
    """Wide, tall and square; each drawn twice from one generator."""
    return _sizes_and_seeds(generator, "init_xavier")


@battery("init_kaiming", caller=drawn)
def kaiming_starts(generator):
    """Wide, tall and square; each drawn twice from one generator."""
    return _sizes_and_seeds(generator, "init_kaiming")


_DRAWN = "torch.randn(n_in, n_out, generator=generator)"


def _from_the_global_generator(exercise):
    return mistake(
        exercise,
        (_DRAWN, "torch.randn(n_in, n_out)"),
        hint="Three arguments came in, and one of them you have not touched. Where do your random numbers come from?",
    )


def _of_the_shape_of_nn_linear(exercise):
    return mistake(
        exercise,
        (_DRAWN, "torch.randn(n_out, n_in, generator=generator)"),
        hint="x @ w has to work for x of shape (N, n_in). nn.Linear stores its weight the other way round; we do not.",
        kind=15,
    )


def _not_returned(exercise):
    return _without_return(exercise, "whatever it has drawn.")


_plain_returns = _instead_of("init_plain", _DRAWN)

draws_uniform_numbers = _plain_returns(
    "torch.rand(n_in, n_out, generator=generator)",
    "rand and randn differ by one letter. Are there negative numbers among yours?",
)
draws_from_the_global_generator = _from_the_global_generator("init_plain")
weight_has_the_shape_of_nn_linear = _of_the_shape_of_nn_linear("init_plain")
seeds_torch_with_a_number_of_its_own = mistake(
    "init_plain",
    (f"return {_DRAWN}", "torch.manual_seed(42)\n    return torch.randn(n_in, n_out)"),
    hint="Change the generator's seed: do your weights change? A seed is chosen once, by whoever calls you.",
)
rewinds_the_generator = _plain_returns(
    "torch.randn(n_in, n_out, generator=generator.manual_seed(generator.initial_seed()))",
    "Two layers of one size would get the same weights from you. Who set the generator back to its start?",
)
starts_from_zeros = _plain_returns(
    "torch.zeros(n_in, n_out)",
    "If all weights are 0, all outputs are equal, and so are all gradients: how would two of them ever become "
    "different?",
)
draws_one_row_for_all = _plain_returns(
    "torch.randn(1, n_out, generator=generator).repeat(n_in, 1)",
    "How many different numbers does your weight hold? Each of them is drawn for itself.",
)
draws_a_flat_vector = _plain_returns(
    "torch.randn(n_in * n_out, generator=generator)",
    "You have n_in · n_out numbers, and they are in one row. Which shape does a matrix product need?",
)
forgets_to_return_the_weights = _not_returned("init_plain")

_xavier_scales = _instead_of("init_xavier", "/ math.sqrt(n_in)")

forgets_the_root_of_the_fan = _xavier_scales(
    "/ n_in",
    "Variances add up, not standard deviations. By what has the variance to shrink, and so the standard deviation?",
    kind=14,
)
divides_by_the_number_of_outputs = _xavier_scales(
    "/ math.sqrt(n_out)",
    "One output is a sum of how many terms: one for each input, or one for each output?",
    kind=14,
)
averages_both_fans = _xavier_scales(
    "* math.sqrt(2 / (n_in + n_out))",
    "That is the compromise of Glorot and Bengio for both directions. What do we need when we look forward only?",
    kind=14,
)
multiplies_by_the_root = _xavier_scales(
    "* math.sqrt(n_in)",
    "Should the weights shrink or grow when there are more inputs to add up?",
    kind=14,
)
leaves_the_spread_at_one = _xavier_scales(
    "",
    "With 784 inputs, each output is a sum of 784 random terms. What in your function knows about that number?",
)
already_puts_the_two_on_top = _xavier_scales(
    "* math.sqrt(2 / n_in)",
    "That factor of 2 makes up for something that this layer does not have yet. What is between two layers in its "
    "exercise?",
)
draws_uniformly_up_to_the_bound = mistake(
    "init_xavier",
    (_DRAWN, "(2 * torch.rand(n_in, n_out, generator=generator) - 1)"),
    hint="The standard deviation of numbers spread evenly from -c to c is not c. And a bell curve is asked for here.",
)
xavier_in_the_shape_of_nn_linear = _of_the_shape_of_nn_linear("init_xavier")
xavier_from_the_global_generator = _from_the_global_generator("init_xavier")
forgets_to_return_the_xavier = _not_returned("init_xavier")
calls_a_ready_made_start = mistake(
    "init_xavier",
    (
        f"{_DRAWN} / math.sqrt(n_in)",
        "torch.nn.init.kaiming_normal_(\n        torch.empty(n_in, n_out), "
        'mode="fan_out", nonlinearity="linear", generator=generator\n    )',
    ),
    hint="It works out the factor for you. How many random terms does one output add up, and what does that do to its "
    "spread?",
    symptom="rule: torch.nn",
)

_kaiming_scales = _instead_of("init_kaiming", "* math.sqrt(2 / n_in)")

takes_the_fan_of_the_outputs = _kaiming_scales(
    "* math.sqrt(2 / n_out)",
    "Which number keeps the forward pass steady: how many terms does one output add up? kaiming_normal_ reads our "
    "shape (in, out) the wrong way round unless it is told.",
    kind=14,
)
turns_the_fraction_upside_down = _kaiming_scales(
    "* math.sqrt(n_in / 2)",
    "With more inputs to add up, should the weights be larger or smaller? Look at the top of your fraction.",
    kind=14,
)
forgets_the_root_of_two_over_fan = _kaiming_scales(
    "* (2 / n_in)",
    "2/n_in is a variance. What are numbers of variance 1 multiplied by to give them that one?",
    kind=14,
)
takes_the_root_of_two_alone = _kaiming_scales(
    "* (math.sqrt(2) / n_in)", "How far does your root reach? The variance is 2/n_in, all of it.", kind=14
)
forgets_the_two_for_relu = _kaiming_scales(
    "/ math.sqrt(n_in)", "ReLU throws away half of the squares. Where do you make up for that?"
)
puts_the_two_below = _kaiming_scales(
    "/ math.sqrt(2 * n_in)",
    "To make up for a half that was lost, do you have to double or to halve?",
    kind=14,
)
averages_the_fans_of_both_sides = _kaiming_scales(
    "* math.sqrt(2 / (n_in + n_out))",
    "n_in + n_out is the compromise of an older paper, which looks both ways. And where is the factor for ReLU?",
    kind=14,
)
rounds_the_root_of_two = _kaiming_scales(
    "* 1.4 / math.sqrt(n_in)",
    "Your spread is right to two digits. Which number in your line is rounded, and who can work it out in full?",
)
takes_the_bound_for_the_spread = _kaiming_scales(
    "* math.sqrt(6 / n_in)",
    "That is the bound of a uniform distribution with the right spread. A bell curve needs the spread itself.",
)
draws_from_a_uniform_distribution = mistake(
    "init_kaiming",
    (_DRAWN, "(2 * torch.rand(n_in, n_out, generator=generator) - 1)"),
    ("* math.sqrt(2 / n_in)", "* math.sqrt(6 / n_in)"),
    hint="The spread is right. How far out is the largest of your weights, and how far out would a bell curve reach?",
)
cuts_the_weights_like_activations = mistake(
    "init_kaiming",
    (f"{_DRAWN} * math.sqrt(2 / n_in)", f"({_DRAWN} * math.sqrt(2 / n_in)).clamp(min=0.0)"),
    hint="Are there negative weights among yours? ReLU comes after the layer; it is not for its weights.",
)
kaiming_in_the_shape_of_nn_linear = _of_the_shape_of_nn_linear("init_kaiming")
kaiming_from_the_global_generator = _from_the_global_generator("init_kaiming")
forgets_to_return_the_kaiming = _not_returned("init_kaiming")
calls_the_ready_made_kaiming = mistake(
    "init_kaiming",
    (
        f"{_DRAWN} * math.sqrt(2 / n_in)",
        'torch.nn.init.kaiming_normal_(torch.empty(n_in, n_out), mode="fan_out", generator=generator)',
    ),
    hint="That function is the exercise. Which number does it multiply by, and where does each part of that come from?",
    symptom="rule: torch.nn",
)

# --- gain ----------------------------------------------------------------------------------------------------------


@battery("gain")
def slopes(generator):
    """None, small, one, the root of 5, whole, negative and steep."""
    some = [round(float(a), 3) for a in 0.2 + _randn(generator, 3).abs()]
    return [(a,) for a in (0.0, 0.01, 1.0, math.sqrt(5), 0, 2, -0.25, -0.5, -3, 7000.0, -5e4, *some)]


_gain_returns = _instead_of("gain", "math.sqrt(2 / (1 + a**2))")

leaves_out_the_root = _gain_returns(
    "2 / (1 + a**2)",
    "For a slope of 1 nothing is cut, and weights need no correction. Which gain would that be? And for a slope of 0?",
)
leaves_out_the_square_of_the_slope = _gain_returns(
    "math.sqrt(2 / (1 + a))",
    "A slope of -0.5 lets as much through as one of 0.5. Is that so in yours?",
)
takes_the_root_of_the_two_alone = _gain_returns(
    "math.sqrt(2) / (1 + a**2)", "For a slope of 1 the gain is 1. How far does your root reach?"
)
forgets_the_brackets_below = _gain_returns(
    "math.sqrt(2 / 1 + a**2)",
    "Python divides before it adds. What is below the fraction bar in the formula, and what in your line?",
)
subtracts_what_leaks_through = _gain_returns(
    "math.sqrt(2 / (1 - a**2))",
    "The more leaks through, the less has to be made up for. Does your gain fall when the slope grows?",
)
turns_the_gain_upside_down = _gain_returns(
    "math.sqrt((1 + a**2) / 2)",
    "ReLU loses half of the squares. Is a gain that makes up for that larger than 1, or smaller?",
    kind=14,
)
ignores_the_slope = _gain_returns("math.sqrt(2)", "Call it with two different slopes. What changes?")
forgets_the_two_on_top = _gain_returns(
    "math.sqrt(1 / (1 + a**2))",
    "For a slope of 0 we have found the gain already: what did the variance have to be multiplied by?",
)
squares_one_plus_the_slope = _gain_returns(
    "math.sqrt(2 / (1 + a) ** 2)", "Is it 1 and the square of a, or the square of 1 and a together?"
)
rounds_the_gain = _gain_returns(
    "round(math.sqrt(2 / (1 + a**2)), 6)",
    "Work out the gain of the slope 10,000 with pencil and paper. How many of its digits does your number have?",
)
forgets_to_return_the_gain = _without_return("gain")
calls_the_ready_made_gain = _gain_returns(
    'torch.nn.init.calculate_gain("leaky_relu", a)',
    "That function is the exercise. Which formula does its documentation give?",
    symptom="rule: torch.nn",
)

# --- model ---------------------------------------------------------------------------------------------------------


@battery("model")
def networks(generator):
    """Square, rectangular, with as many rows as hidden numbers, with one image, float64, and one of the
    lesson's size.
    """
    shapes = [(4, 3, 2), (5, 2, 6), (3, 3, 3), (4, 3, 4), (2, 7, 2), (1, 3, 2), (6, 3, 1), (2, 784, 50)]
    made = [
        (
            _randn(generator, n, n_in),
            [_randn(generator, *shape) for shape in ((n_in, nh), (nh,), (nh, 1), (1,))],
        )
        for n, n_in, nh in shapes
    ]
    return [*made, *[(xb.double(), [param.double() for param in params]) for xb, params in made[:2]]]


_HIDDEN, _PREDICTED = "relu(lin(xb, w1, b1))", "lin(hidden, w2, b2)"
_model_hides = _instead_of("model", _HIDDEN)
_model_returns = _instead_of("model", _PREDICTED)

forgets_the_relu_between = _model_hides(
    "lin(xb, w1, b1)", "Two linear layers in a row are one linear layer. What has to be between them?"
)
cuts_the_prediction_as_well = _model_returns(
    "relu(lin(hidden, w2, b2))",
    "Could your network ever predict a negative number? Count the activations in the drawing.",
)
cuts_the_prediction_instead = mistake(
    "model",
    (_HIDDEN, "lin(xb, w1, b1)"),
    (_PREDICTED, "relu(lin(hidden, w2, b2))"),
    hint="There is one activation in your network. Is it between the two layers?",
)
cuts_the_images = _model_hides(
    "lin(relu(xb), w1, b1)",
    "What is cut in your network: the hidden numbers, or the pixels? Normalised pixels are negative, and mean it.",
)
uses_the_shifted_relu = _model_hides(
    "relu(lin(xb, w1, b1)) - 0.5",
    "The shifted activation was an experiment on the side. Which one does the drawing show?",
)
squeezes_the_predictions = _model_returns(
    "lin(hidden, w2, b2).squeeze(-1)",
    "How many axes has what comes out of a layer? The loss is the one that takes the last of them away.",
    kind=18,
)
squeezes_all_axes_of_the_predictions = _model_returns(
    "lin(hidden, w2, b2).squeeze()",
    "Try a batch of one image. A bare squeeze() takes away every axis of size 1, also those that you need.",
    kind=18,
)
stops_at_the_hidden_layer = _model_returns(
    "hidden",
    "How many numbers come out for each image: as many as hidden ones, or one? What has become of w2?",
)
leaves_both_biases_out = mistake(
    "model",
    (_HIDDEN, "relu(xb @ w1)"),
    (_PREDICTED, "hidden @ w2"),
    hint="Put in images that are 0 everywhere. What should come out, and which of your four parameters would have to "
    "make it?",
)
leaves_the_second_bias_out = _model_returns(
    "hidden @ w2", "Count the parameters that you use. Which of the four has no say?"
)
unpacks_the_weights_before_the_biases = mistake(
    "model",
    ("w1, b1, w2, b2 = params", "w1, w2, b1, b2 = params"),
    hint="In which order are the four in params? Print their shapes.",
)


@misconception("model", kind=12)
def reads_the_weights_of_the_notebook(xb, params):
    """You were given params. Does changing them change your answer? Names from outside of the function have no business
    in it.
    """
    w1, b1, w2, b2 = _weights_of_the_notebook()
    return (xb @ w1 + b1).clamp(min=0.0) @ w2 + b2


def _weights_of_the_notebook():
    generator = torch.Generator().manual_seed(8)
    w1, w2 = torch.randn(784, 50, generator=generator) / 20, torch.randn(50, 1, generator=generator) / 5
    return [w1, torch.zeros(50), w2, torch.zeros(1)]


turns_the_weights_as_nn_linear_does = mistake(
    "model",
    (_HIDDEN, "relu(lin(xb, w1.t(), b1))"),
    (_PREDICTED, "lin(hidden, w2.t(), b2)"),
    hint="Write the shape of everything above your products: our weights are stored as (in, out). Which sizes have to "
    "meet?",
    kind=15,
)
forgets_to_return_the_predictions = _without_return("model")

# --- mse -----------------------------------------------------------------------------------------------------------


@battery("mse")
def predictions_and_targets(generator):
    """Batches of many sizes and of one, float64, and shapes that do not fit."""
    fitting = [(_randn(generator, n, 1), 3 * _randn(generator, n) + 1) for n in (4, 3, 2, 6, 5, 1, 1)]
    wide = [(output.double() / 3, targ.double()) for output, targ in fitting[:2]]
    shapes = [(4, 1, 3), (1, 1, 3), (4, 1, 1), (3, 3, 3)]
    return [*fitting, *wide, *[(_randn(generator, n, m), _randn(generator, k)) for n, m, k in shapes]]


_ASSERTION = (
    'assert predicted.shape == targ.shape, f"predictions {tuple(predicted.shape)}, targets {tuple(targ.shape)}"'
)
_mse_returns = _instead_of("mse", "((predicted - targ) ** 2).mean()")

compares_every_prediction_with_every_target = _mse_returns(
    "((output - targ) ** 2).mean()",
    "Print the shape of your difference. Which axis was invented when (N, 1) met (N,)?",
    kind=3,
)
adds_the_squares_up = _mse_returns(
    "((predicted - targ) ** 2).sum()",
    "Twice as many images would give you twice the loss. Which word of the name does your function leave out?",
    kind=1,
)
leaves_the_differences_unsquared = _mse_returns(
    "(predicted - targ).mean()",
    "One prediction is 5 too high, one 5 too low: by yours that is a loss of 0.",
)
takes_absolute_differences = _mse_returns(
    "(predicted - targ).abs().mean()", "A difference of 3 should count 9. How much does it count in yours?"
)
takes_the_root_of_the_loss = _mse_returns(
    "((predicted - targ) ** 2).mean().sqrt()",
    "Mean, squared, error: three words, three steps. You have taken a fourth.",
)
halves_the_loss = _mse_returns(
    "((predicted - targ) ** 2).mean() / 2",
    "Some books divide by two, so that a derivative looks nicer. Does this formula?",
    kind=1,
)
divides_by_the_batch_twice = _mse_returns(
    "((predicted - targ) ** 2).mean() / len(targ)",
    "A mean has been divided by N already. How often do you divide?",
    kind=1,
)
averages_before_it_squares = _mse_returns(
    "(predicted - targ).mean() ** 2",
    "Square first, then take the mean: in between, plus and minus cancel.",
)
adds_prediction_and_target = _mse_returns(
    "((predicted + targ) ** 2).mean()", "When prediction and target are equal, the loss is 0. Is yours?"
)
squeezes_a_batch_of_one_to_nothing = mistake(
    "mse",
    ("output.squeeze(-1)", "output.squeeze()"),
    hint="A bare squeeze() takes away every axis of size 1. In a batch of one image, how many are left? Say which axis "
    "you mean.",
    kind=18,
)
lets_broadcasting_have_its_way = mistake(
    "mse",
    (f"    {_ASSERTION}\n", ""),
    hint="What does yours say to four predictions and one target? Broadcasting finds a way; you have to object before "
    "it does.",
    kind=3,
)
counts_the_rows_alone = mistake(
    "mse",
    (_ASSERTION, "assert len(output) == len(targ)"),
    hint="As many rows as targets is not enough: what if each row of output holds three numbers?",
)
leaves_the_batch_axis_standing = _mse_returns(
    "((predicted - targ) ** 2).mean(0, keepdim=True)",
    "The loss is one number and has no axis: its shape is (). What has yours?",
)
leaves_torch_for_a_python_number = _mse_returns(
    "((predicted - targ) ** 2).mean().item()",
    "The way back starts at the loss. What can still be done with a Python number there? Keep the tensor.",
)
the_loss_is_float32 = _mse_returns(
    "((predicted.float() - targ.float()) ** 2).mean()",
    "float64 came in. Which dtype comes out, and where on the way did it change?",
)
subtracts_the_targets_in_place = mistake(
    "mse",
    ("return ((predicted - targ) ** 2)", "predicted -= targ\n    return (predicted**2)"),
    hint="-= writes into the tensor on its left. Are the predictions still predictions after your call?",
    kind=13,
)
forgets_to_return_the_squared_error = _without_return("mse")
picks_the_diagonal_of_a_table = _mse_returns(
    "((output - targ) ** 2).diagonal().mean()",
    "The number is right, but on the way there you made a difference for every pair. With 50,000 images, how many "
    "would that be, and how many did you need?",
    symptom="memory",
    kind=3,
)
calls_mse_loss = _mse_returns(
    "torch.nn.functional.mse_loss(predicted, targ)",
    "That function is the exercise. Which three steps does its name spell?",
    symptom="rule: torch.nn",
)
