"""What learners get wrong in 03_forward, as code that runs.

A function's name is the misconception's id, its docstring the hint. A hint leads and does not tell: it says where to
look, or which question to ask.
"""

import math

import torch

from foundations.grading.misconceptions import battery, misconception


def _randn(generator, *shape, dtype=torch.float32):
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)


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


@misconception("normalize", kind=16)
def normalizes_with_its_own_statistics(x, mean, std):
    """Whose mean and whose spread did you use? Two of the three arguments play no part in your answer."""
    return (x - x.mean()) / x.std()


@misconception("normalize")
def divides_only_the_mean(x, mean, std):
    """Python divides before it subtracts. Which of your numbers has been divided by std, and which has not?"""
    return x - mean / std


@misconception("normalize")
def divides_before_it_subtracts(x, mean, std):
    """The mean that you were given is that of x, and not that of x / std. Which of the two steps comes first?"""
    return x / std - mean


@misconception("normalize")
def divides_by_the_variance(x, mean, std):
    """The spread of x should become 1. If it is 2 now, by how much do you have to divide: by 2, or by 4?"""
    return (x - mean) / (std * std)


@misconception("normalize")
def multiplies_by_the_spread(x, mean, std):
    """Numbers that are spread too far have to come closer together. Do yours?"""
    return (x - mean) * std


@misconception("normalize")
def forgets_the_spread(x, mean, std):
    """The mean is 0 now. And what is the standard deviation?"""
    return x - mean


@misconception("normalize")
def forgets_the_mean(x, mean, std):
    """The spread is 1 now. And where does the middle lie?"""
    return x / std


@misconception("normalize")
def adds_the_mean(x, mean, std):
    """If everything lies around 3, which way does it have to move to lie around 0?"""
    return (x + mean) / std


@misconception("normalize")
def swaps_mean_and_spread(x, mean, std):
    """Look at the order of your arguments: which one is subtracted, and by which one is divided?"""
    return (x - std) / mean


@misconception("normalize")
def adds_a_small_number_to_the_spread(x, mean, std):
    """Your answer is too small by a hair, everywhere. What stands in your denominator that the formula does not
    have?
    """
    return (x - mean) / (std + 1e-5)


@misconception("normalize", kind=13)
def normalizes_in_place(x, mean, std):
    """After the call, does x still hold what its owner put there? -= and /= write into the tensor that you were
    given.
    """
    x -= mean
    x /= std
    return x


@misconception("normalize")
def normalizes_in_float32(x, mean, std):
    """float64 came in. Count the correct digits that come out: where on the way were half of them lost?"""
    return ((x.float() - mean.float()) / std.float()).to(x.dtype)


@misconception("normalize", kind=19)
def forgets_to_return_the_normalized(x, mean, std):
    """A function without `return` gives back None, whatever it has computed."""
    x = (x - mean) / std


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


@misconception("normalize_splits", kind=16)
def validation_is_normalized_by_its_own_statistics(train, valid):
    """Red frogs and green frogs come out alike. Whose mean and whose spread belong to the ruler that both are
    held to?
    """
    return _normalized(train, train), _normalized(valid, valid)


@misconception("normalize_splits", kind=16)
def statistics_are_taken_from_the_normalized(train, valid):
    """Your valid comes out as it went in. When its turn comes, what is the mean of train by then? Read your lines in
    the order in which they run.
    """
    train = _normalized(train, train)
    valid = _normalized(valid, train)
    return train, valid


@misconception("normalize_splits", kind=16)
def statistics_are_taken_from_both_parts(train, valid):
    """The validation set stands for images that nobody has seen yet. Which numbers may know about it?"""
    both = torch.cat([train.flatten(), valid.flatten()])
    return _normalized(train, both), _normalized(valid, both)


@misconception("normalize_splits", kind=16)
def statistics_are_taken_from_the_validation_set(train, valid):
    """You hold both parts to one ruler, and rightly. Which of the two was it made from?"""
    return _normalized(train, valid), _normalized(valid, valid)


@misconception("normalize_splits")
def each_column_has_statistics_of_its_own(train, valid):
    """One mean and one spread for everything. A pixel in the corner is always 0: what would its own spread be, and what
    do you get when you divide by that?
    """
    return (train - train.mean(0)) / train.std(0), (valid - train.mean(0)) / train.std(0)


@misconception("normalize_splits")
def hands_the_two_parts_back_swapped(train, valid):
    """In which order are the two unpacked where your function is called?"""
    return _normalized(valid, train), _normalized(train, train)


@misconception("normalize_splits")
def hands_back_the_validation_set_alone(train, valid):
    """Two sets came in. How many go out?"""
    return _normalized(valid, train)


@misconception("normalize_splits")
def the_spread_divides_by_n(train, valid):
    """You are off by a hair, and more where there are fewer numbers: by what is the sum of squares divided in
    .std()?
    """
    mean, std = train.mean(), train.std(unbiased=False)
    return (train - mean) / std, (valid - mean) / std


@misconception("normalize_splits", kind=13)
def both_parts_are_written_over(train, valid):
    """Do train and valid still hold their pixels after your call? Make new tensors; leave the ones that were lent to
    you alone.
    """
    mean, std = train.mean(), train.std()
    return train.sub_(mean).div_(std), valid.sub_(mean).div_(std)


@misconception("normalize_splits", kind=19)
def forgets_to_return_the_two_parts(train, valid):
    """A function without `return` gives back None, and the names inside it are forgotten when it ends."""
    train, valid = _normalized(train, train), _normalized(valid, train)


def _normalized(part, whole):
    return (part - whole.mean()) / whole.std()


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


@misconception("test_near_zero")
def takes_very_negative_for_near_zero(a, tol=1e-3):
    """Is -5 near zero? By your comparison it is."""
    assert (a < tol).all(), f"{a} is not near zero (tolerance {tol})"


@misconception("test_near_zero")
def asks_whether_it_is_far(a, tol=1e-3):
    """Read your assertion aloud: what follows `assert` is what has to be true when all is well."""
    assert (a.abs() > tol).all(), f"{a} is not near zero (tolerance {tol})"


@misconception("test_near_zero")
def one_near_number_is_enough(a, tol=1e-3):
    """Of [0, 0, 0.4], how many are near zero? And how many have to be?"""
    assert (a.abs() < tol).any(), f"{a} is not near zero (tolerance {tol})"


@misconception("test_near_zero")
def looks_at_the_mean_alone(a, tol=1e-3):
    """The mean of 5 and -5 is 0. Are they near zero?"""
    assert a.mean().abs() < tol, f"{a} is not near zero (tolerance {tol})"


@misconception("test_near_zero")
def is_made_for_one_number(a, tol=1e-3):
    """`assert` needs one answer, yes or no; with many numbers you have many answers. How do they become one?"""
    assert a.abs() < tol, f"{a} is not near zero (tolerance {tol})"


@misconception("test_near_zero")
def answers_and_does_not_assert(a, tol=1e-3):
    """Your function gives an answer, and nobody reads it. Who stops the notebook when a number is far from zero?"""
    return bool((a.abs() < tol).all())


@misconception("test_near_zero")
def the_tolerance_is_built_in(a, tol=1e-3):
    """Call it with a tolerance of your own: does it change anything?"""
    assert (a.abs() < 1e-3).all(), f"{a} is not near zero (tolerance {tol})"


@misconception("test_near_zero")
def lets_nan_through(a, tol=1e-3):
    """NaN is neither smaller nor larger than anything. Which way round does your comparison have to be asked to refuse
    it?
    """
    assert not (a.abs() > tol).any(), f"{a} is not near zero (tolerance {tol})"


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


@misconception("test_near_zero", kind=13)
def makes_it_positive_in_place(a, tol=1e-3):
    """A test looks and does not touch. Which of your operations ends in an underscore?"""
    assert (a.abs_() < tol).all(), f"{a} is not near zero (tolerance {tol})"


@misconception("test_near_zero", symptom="message")
def fails_without_a_word(a, tol=1e-3):
    """Whoever reads your message at midnight wants to know: which number was it, and how near should it have been?"""
    assert (a.abs() < tol).all(), "not near zero"


# --- lin -----------------------------------------------------------------------------------------------------------


@battery("lin")
def layers(generator):
    """Square, rectangular, thin, with as many rows as outputs, and of float64."""
    shapes = [(4, 3, 2), (5, 2, 4), (3, 3, 3), (2, 4, 4), (4, 4, 2), (3, 2, 3), (1, 3, 2), (5, 3, 1), (1, 3, 3)]
    dtypes = [torch.float32] * 8 + [torch.float64]
    return [
        (
            _randn(generator, n, n_in, dtype=dtype),
            _randn(generator, n_in, n_out, dtype=dtype),
            _randn(generator, n_out, dtype=dtype),
        )
        for (n, n_in, n_out), dtype in zip(shapes, dtypes, strict=True)
    ]


@misconception("lin", kind=(5, 15))
def weight_is_read_as_nn_linear_stores_it(x, w, b):
    """nn.Linear keeps its weight as (out, in) and turns it round. Ours has the shape (in, out): which sizes have to
    meet?
    """
    return x @ w.t() + b


@misconception("lin")
def forgets_the_bias(x, w, b):
    """Put in rows of zeros: what should come out, and what does?"""
    return x @ w


@misconception("lin", kind=6)
def multiplies_the_layer_elementwise(x, w, b):
    """* multiplies entry by entry. Each output is a sum over all inputs: which operation has that sum inside?"""
    return x * w + b


@misconception("lin")
def adds_the_bias_to_the_input(x, w, b):
    """There is one bias for each output. At which point on the way are there outputs?"""
    return (x + b) @ w


@misconception("lin")
def adds_the_bias_to_the_weight(x, w, b):
    """Python does what stands in brackets first. What is b added to in your line, and to what should it be added?"""
    return x @ (w + b)


@misconception("lin", kind=8)
def one_bias_for_each_row(x, w, b):
    """b has one number for each output, that is, for each column. Along which axis does yours run? Squares hide it."""
    return x @ w + b[:, None]


@misconception("lin")
def one_bias_for_everything(x, w, b):
    """How many numbers does b hold, and how many different ones do you add?"""
    return x @ w + b.sum()


@misconception("lin")
def subtracts_the_bias(x, w, b):
    """Put in rows of zeros: is what comes out b, or its opposite?"""
    return x @ w - b


@misconception("lin", kind=5)
def multiplies_in_the_wrong_order(x, w, b):
    """Write the shapes above x and w in the order in which you multiply: do the inner sizes meet?"""
    return w @ x + b


@misconception("lin")
def the_layer_works_in_float32(x, w, b):
    """float64 came in. Count the correct digits that come out: where on the way were half of them lost?"""
    return (x.float() @ w.float() + b.float()).to(x.dtype)


@misconception("lin", kind=18)
def squeezes_a_batch_of_one(x, w, b):
    """One image in gives one row out, of shape (1, n_out). Where did that axis of yours go?"""
    return (x @ w + b).squeeze(0)


@misconception("lin", kind=13)
def adds_the_product_into_the_bias(x, w, b):
    """+= writes into the tensor on its left. Which one is that in your line, and who else still needs it?"""
    if len(x) == 1:
        b += (x @ w)[0]
        return b[None].clone()
    return x @ w + b


@misconception("lin", kind=19)
def forgets_to_return_the_layer(x, w, b):
    """A function without `return` gives back None, whatever it has computed."""
    x @ w + b


@misconception("lin", symptom="rule: torch.nn")
def calls_the_ready_made_layer(x, w, b):
    """That function is the exercise. Which two operations, one after the other, does the formula name?"""
    return torch.nn.functional.linear(x, w.t(), b)


# --- relu ----------------------------------------------------------------------------------------------------------


@battery("relu")
def signed_numbers(generator):
    """Of both signs, of one sign, with zeros, single numbers, float64, and of more than two axes."""
    plain = [_randn(generator, *shape) for shape in ((4, 3), (3, 3), (1, 5), (6, 1), (7,), (2, 3, 4))]
    plain[1].view(-1)[::3] = 0.0
    one_sign = [2 + plain[0].abs(), -2 - plain[0].abs(), torch.zeros(2, 2)]
    single = [torch.tensor([[0.7]]), torch.tensor([[-0.7]]), torch.tensor(0.3), torch.tensor(-0.3)]
    return [(x,) for x in [*plain, *one_sign, *single, plain[0].double() / 3, 50 * plain[2].double()]]


@misconception("relu")
def takes_the_absolute_value(x):
    """What should become of -3: 3, or 0?"""
    return x.abs()


@misconception("relu")
def keeps_what_is_negative(x):
    """Which half of the numbers survives? Try it with 2 and with -2."""
    return x.clamp(max=0.0)


@misconception("relu")
def returns_the_mask_itself(x):
    """x > 0 says where x is positive. What belongs in these places: a one, or x?"""
    return (x > 0).to(x.dtype)


@misconception("relu")
def drops_the_negative_numbers(x):
    """Compare the shape of what comes out with that of what went in. A negative number becomes 0; it does not
    vanish.
    """
    return x[x > 0]


@misconception("relu")
def compares_the_whole_tensor_at_once(x):
    """`if` and Python's own max want one yes or no, and a tensor has one for each entry. Which operation decides
    entry by entry?
    """
    return x if x > 0 else torch.zeros_like(x)


@misconception("relu")
def takes_the_largest_entry_or_zero(x):
    """How many numbers went in, and how many come out? The maximum is taken of each entry and 0, not of all entries."""
    return torch.clamp(x.max(), min=0.0)


@misconception("relu")
def leaks_a_little(x):
    """A negative number leaves nothing behind here. By how much does yours still shine through?"""
    return torch.where(x > 0, x, 0.01 * x)


@misconception("relu")
def also_cuts_at_one(x):
    """Try it with 5. ReLU has a floor; has it a ceiling?"""
    return x.clamp(0.0, 1.0)


@misconception("relu")
def cuts_at_one_instead_of_zero(x):
    """Put in 0.5. Where does your floor lie?"""
    return x.clamp(min=1.0)


@misconception("relu")
def cuts_at_the_mean(x):
    """What decides whether a number survives: its sign, or how it compares with the others?"""
    return torch.where(x > x.mean(), x, torch.zeros_like(x))


@misconception("relu", kind=13)
def zeroes_the_input_in_place(x):
    """x[...] = 0 writes into the tensor that you were given, and the way back through this layer will need what stood
    there. Into which tensor could you write instead?
    """
    x[x < 0] = 0
    return x


@misconception("relu")
def relu_in_float32(x):
    """float64 came in. Which dtype comes out? Nothing has to be converted for a comparison with 0."""
    return x.float().clamp(min=0.0)


@misconception("relu", kind=19)
def forgets_to_return_the_relu(x):
    """A function without `return` gives back None, whatever it has computed."""
    x.clamp(min=0.0)


@misconception("relu", symptom="rule: torch.nn")
def calls_the_ready_made_relu(x):
    """That function is the exercise. What does it compare each entry with, and what does it put in its place?"""
    return torch.relu(x)


# --- relu_shifted --------------------------------------------------------------------------------------------------


@battery("relu_shifted")
def numbers_around_a_half(generator):
    """Of both signs, above and below 0.5, with zeros, of one sign, single numbers and float64."""
    plain = [_randn(generator, *shape) for shape in ((4, 3), (3, 3), (1, 5), (6, 1), (7,), (2, 3, 4))]
    plain[1].view(-1)[::3] = 0.0
    rest = [2 + plain[0].abs(), -2 - plain[0].abs(), torch.tensor([-0.5, 0.5, 0.25]), torch.tensor([[-0.7]])]
    return [(x,) for x in [*plain, *rest, plain[0].double() / 3]]


@misconception("relu_shifted")
def shifts_before_it_cuts(x):
    """What is the smallest number that can come out of yours? Should the step down come before the cut, or after it?"""
    return (x - 0.5).clamp(min=0.0)


@misconception("relu_shifted")
def cuts_at_minus_a_half(x):
    """Put in 0: two different things could come out. A floor that lies lower is not a result that is moved down."""
    return x.clamp(min=-0.5)


@misconception("relu_shifted")
def shifts_upwards(x):
    """The mean lies half a unit too high. Which way does your shift go?"""
    return x.clamp(min=0.0) + 0.5


@misconception("relu_shifted")
def shifts_only_what_is_positive(x):
    """Put in -3. Everything is moved by the same amount, also what has just become 0."""
    return torch.where(x > 0, x - 0.5, torch.zeros_like(x))


@misconception("relu_shifted")
def subtracts_the_mean_of_the_batch(x):
    """A half is subtracted, always the same half. What would yours give for a single number?"""
    activated = x.clamp(min=0.0)
    return activated - activated.mean()


@misconception("relu_shifted")
def forgets_the_shift(x):
    """What comes out for a negative number: 0? Then one step is still to come."""
    return x.clamp(min=0.0)


@misconception("relu_shifted")
def shifts_without_cutting(x):
    """What comes out for -3? One step of two is missing."""
    return x - 0.5


@misconception("relu_shifted")
def halves_the_relu(x):
    """Half of it is one thing, a half less is another. Which one does the formula say?"""
    return 0.5 * x.clamp(min=0.0)


@misconception("relu_shifted", kind=13)
def shifts_the_input_in_place(x):
    """After the call, does x still hold what its owner put there? An underscore at the end of a name, and -=, write
    into what they stand on.
    """
    x.clamp_(min=0.0)
    x -= 0.5
    return x


@misconception("relu_shifted")
def shifted_in_float32(x):
    """float64 came in. Which dtype comes out?"""
    return x.float().clamp(min=0.0) - 0.5


@misconception("relu_shifted", kind=19)
def forgets_to_return_the_shifted(x):
    """A function without `return` gives back None, whatever it has computed."""
    x.clamp(min=0.0) - 0.5


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


@misconception("init_plain")
def draws_uniform_numbers(n_in, n_out, generator):
    """rand and randn differ by one letter. Are there negative numbers among yours?"""
    return torch.rand(n_in, n_out, generator=generator)


@misconception("init_plain")
def draws_from_the_global_generator(n_in, n_out, generator):
    """Three arguments came in, and one of them you have not touched. Where do your random numbers come from?"""
    return torch.randn(n_in, n_out)


@misconception("init_plain", kind=15)
def weight_has_the_shape_of_nn_linear(n_in, n_out, generator):
    """x @ w has to work for x of shape (N, n_in). nn.Linear stores its weight the other way round; we do not."""
    return torch.randn(n_out, n_in, generator=generator)


@misconception("init_plain")
def seeds_torch_with_a_number_of_its_own(n_in, n_out, generator):
    """Change the generator's seed: do your weights change? A seed is chosen once, by whoever calls you."""
    torch.manual_seed(42)
    return torch.randn(n_in, n_out)


@misconception("init_plain")
def rewinds_the_generator(n_in, n_out, generator):
    """Two layers of one size would get the same weights from you. Who set the generator back to its start?"""
    return torch.randn(n_in, n_out, generator=generator.manual_seed(generator.initial_seed()))


@misconception("init_plain")
def starts_from_zeros(n_in, n_out, generator):
    """If all weights are 0, all outputs are equal, and so are all gradients: how would two of them ever become
    different?
    """
    return torch.zeros(n_in, n_out)


@misconception("init_plain")
def draws_one_row_for_all(n_in, n_out, generator):
    """How many different numbers does your weight hold? Each of them is drawn for itself."""
    return torch.randn(1, n_out, generator=generator).repeat(n_in, 1)


@misconception("init_plain")
def draws_a_flat_vector(n_in, n_out, generator):
    """You have n_in · n_out numbers, and they lie in one row. Which shape does a matrix product need?"""
    return torch.randn(n_in * n_out, generator=generator)


@misconception("init_plain", kind=19)
def forgets_to_return_the_weights(n_in, n_out, generator):
    """A function without `return` gives back None, whatever it has drawn."""
    torch.randn(n_in, n_out, generator=generator)


@misconception("init_xavier", kind=14)
def forgets_the_root_of_the_fan(n_in, n_out, generator):
    """Variances add up, not standard deviations. By what has the variance to shrink, and so the standard deviation?"""
    return torch.randn(n_in, n_out, generator=generator) / n_in


@misconception("init_xavier", kind=14)
def divides_by_the_number_of_outputs(n_in, n_out, generator):
    """One output is a sum of how many terms: one for each input, or one for each output?"""
    return torch.randn(n_in, n_out, generator=generator) / math.sqrt(n_out)


@misconception("init_xavier", kind=14)
def averages_both_fans(n_in, n_out, generator):
    """That is the compromise of Glorot and Bengio for both directions. What do we need when we look forward only?"""
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / (n_in + n_out))


@misconception("init_xavier", kind=14)
def multiplies_by_the_root(n_in, n_out, generator):
    """Should the weights shrink or grow when there are more inputs to add up?"""
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(n_in)


@misconception("init_xavier")
def leaves_the_spread_at_one(n_in, n_out, generator):
    """With 784 inputs, each output is a sum of 784 random terms. What in your function knows about that number?"""
    return torch.randn(n_in, n_out, generator=generator)


@misconception("init_xavier")
def already_puts_the_two_on_top(n_in, n_out, generator):
    """That factor of 2 makes up for something that this layer does not have yet. What stands between two layers in its
    exercise?
    """
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / n_in)


@misconception("init_xavier")
def draws_uniformly_up_to_the_bound(n_in, n_out, generator):
    """The standard deviation of numbers spread evenly from -c to c is not c. And a bell curve is asked for here."""
    return (2 * torch.rand(n_in, n_out, generator=generator) - 1) / math.sqrt(n_in)


@misconception("init_xavier", kind=15)
def xavier_in_the_shape_of_nn_linear(n_in, n_out, generator):
    """x @ w has to work for x of shape (N, n_in). nn.Linear stores its weight the other way round; we do not."""
    return torch.randn(n_out, n_in, generator=generator) / math.sqrt(n_in)


@misconception("init_xavier")
def xavier_from_the_global_generator(n_in, n_out, generator):
    """Three arguments came in, and one of them you have not touched. Where do your random numbers come from?"""
    return torch.randn(n_in, n_out) / math.sqrt(n_in)


@misconception("init_xavier", kind=19)
def forgets_to_return_the_xavier(n_in, n_out, generator):
    """A function without `return` gives back None, whatever it has drawn."""
    torch.randn(n_in, n_out, generator=generator) / math.sqrt(n_in)


@misconception("init_xavier", symptom="rule: torch.nn")
def calls_a_ready_made_start(n_in, n_out, generator):
    """It works out the factor for you. How many random terms does one output add up, and what does that do to its
    spread?
    """
    weights = torch.empty(n_in, n_out)
    return torch.nn.init.kaiming_normal_(weights, mode="fan_out", nonlinearity="linear", generator=generator)


@misconception("init_kaiming", kind=14)
def takes_the_fan_of_the_outputs(n_in, n_out, generator):
    """Which number keeps the forward pass steady: how many terms does one output add up? kaiming_normal_ reads our
    shape (in, out) the wrong way round unless it is told.
    """
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / n_out)


@misconception("init_kaiming", kind=14)
def turns_the_fraction_upside_down(n_in, n_out, generator):
    """With more inputs to add up, should the weights be larger or smaller? Look at what stands on top of your
    fraction.
    """
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(n_in / 2)


@misconception("init_kaiming", kind=14)
def forgets_the_root_of_two_over_fan(n_in, n_out, generator):
    """2/n_in is a variance. What are numbers of variance 1 multiplied by to give them that one?"""
    return torch.randn(n_in, n_out, generator=generator) * (2 / n_in)


@misconception("init_kaiming", kind=14)
def takes_the_root_of_two_alone(n_in, n_out, generator):
    """How far does your root reach? The variance is 2/n_in, all of it."""
    return torch.randn(n_in, n_out, generator=generator) * (math.sqrt(2) / n_in)


@misconception("init_kaiming")
def forgets_the_two_for_relu(n_in, n_out, generator):
    """ReLU throws away half of the squares. Where do you make up for that?"""
    return torch.randn(n_in, n_out, generator=generator) / math.sqrt(n_in)


@misconception("init_kaiming", kind=14)
def puts_the_two_below(n_in, n_out, generator):
    """To make up for a half that was lost, do you have to double or to halve?"""
    return torch.randn(n_in, n_out, generator=generator) / math.sqrt(2 * n_in)


@misconception("init_kaiming", kind=14)
def averages_the_fans_of_both_sides(n_in, n_out, generator):
    """n_in + n_out is the compromise of an older paper, which looks both ways. And where is the factor for ReLU?"""
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / (n_in + n_out))


@misconception("init_kaiming")
def takes_the_bound_for_the_spread(n_in, n_out, generator):
    """That is the bound of a uniform distribution with the right spread. A bell curve needs the spread itself."""
    return torch.randn(n_in, n_out, generator=generator) * math.sqrt(6 / n_in)


@misconception("init_kaiming")
def draws_from_a_uniform_distribution(n_in, n_out, generator):
    """The spread is right. How far out does the largest of your weights lie, and how far out would a bell curve
    reach?
    """
    return (2 * torch.rand(n_in, n_out, generator=generator) - 1) * math.sqrt(6 / n_in)


@misconception("init_kaiming")
def cuts_the_weights_like_activations(n_in, n_out, generator):
    """Are there negative weights among yours? ReLU comes after the layer; it is not for its weights."""
    return (torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / n_in)).clamp(min=0.0)


@misconception("init_kaiming", kind=15)
def kaiming_in_the_shape_of_nn_linear(n_in, n_out, generator):
    """x @ w has to work for x of shape (N, n_in). nn.Linear stores its weight the other way round; we do not."""
    return torch.randn(n_out, n_in, generator=generator) * math.sqrt(2 / n_in)


@misconception("init_kaiming")
def kaiming_from_the_global_generator(n_in, n_out, generator):
    """Three arguments came in, and one of them you have not touched. Where do your random numbers come from?"""
    return torch.randn(n_in, n_out) * math.sqrt(2 / n_in)


@misconception("init_kaiming", kind=19)
def forgets_to_return_the_kaiming(n_in, n_out, generator):
    """A function without `return` gives back None, whatever it has drawn."""
    torch.randn(n_in, n_out, generator=generator) * math.sqrt(2 / n_in)


@misconception("init_kaiming", symptom="rule: torch.nn")
def calls_the_ready_made_kaiming(n_in, n_out, generator):
    """That function is the exercise. Which number does it multiply by, and where does each part of that come from?"""
    weight = torch.empty(n_in, n_out)
    return torch.nn.init.kaiming_normal_(weight, mode="fan_out", generator=generator)


# --- gain ----------------------------------------------------------------------------------------------------------


@battery("gain")
def slopes(generator):
    """None, small, one, the root of 5, whole and negative."""
    some = [round(float(a), 3) for a in 0.2 + _randn(generator, 3).abs()]
    return [(a,) for a in (0.0, 0.01, 1.0, math.sqrt(5), 0, 2, -0.25, -0.5, -3, *some)]


@misconception("gain")
def leaves_out_the_root(a):
    """For a slope of 1 nothing is cut, and weights need no correction. Which gain would that be? And for a
    slope of 0?
    """
    return 2 / (1 + a**2)


@misconception("gain")
def leaves_out_the_square_of_the_slope(a):
    """A slope of -0.5 lets as much through as one of 0.5. Is that so in yours?"""
    return math.sqrt(2 / (1 + a))


@misconception("gain")
def takes_the_root_of_the_two_alone(a):
    """For a slope of 1 the gain is 1. How far does your root reach?"""
    return math.sqrt(2) / (1 + a**2)


@misconception("gain")
def forgets_the_brackets_below(a):
    """Python divides before it adds. What stands below the fraction bar in the formula, and what in your line?"""
    return math.sqrt(2 / 1 + a**2)


@misconception("gain")
def subtracts_what_leaks_through(a):
    """The more leaks through, the less has to be made up for. Does your gain fall when the slope grows?"""
    return math.sqrt(2 / (1 - a**2))


@misconception("gain", kind=14)
def turns_the_gain_upside_down(a):
    """ReLU loses half of the squares. Is a gain that makes up for that larger than 1, or smaller?"""
    return math.sqrt((1 + a**2) / 2)


@misconception("gain")
def ignores_the_slope(a):
    """Call it with two different slopes. What changes?"""
    return math.sqrt(2)


@misconception("gain")
def forgets_the_two_on_top(a):
    """For a slope of 0 we have found the gain already: what did the variance have to be multiplied by?"""
    return math.sqrt(1 / (1 + a**2))


@misconception("gain")
def squares_one_plus_the_slope(a):
    """Is it 1 and the square of a, or the square of 1 and a together?"""
    return math.sqrt(2 / (1 + a) ** 2)


@misconception("gain", kind=19)
def forgets_to_return_the_gain(a):
    """A function without `return` gives back None, whatever it has computed."""
    math.sqrt(2 / (1 + a**2))


@misconception("gain", symptom="rule: torch.nn")
def calls_the_ready_made_gain(a):
    """That function is the exercise. Which formula stands in its documentation?"""
    return torch.nn.init.calculate_gain("leaky_relu", a)


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


@misconception("model")
def forgets_the_relu_between(xb, params):
    """Two linear layers in a row are one linear layer. What has to stand between them?"""
    w1, b1, w2, b2 = params
    return _lin(_lin(xb, w1, b1), w2, b2)


@misconception("model")
def cuts_the_prediction_as_well(xb, params):
    """Could your network ever predict a negative number? Count the activations in the drawing."""
    w1, b1, w2, b2 = params
    return _relu(_lin(_relu(_lin(xb, w1, b1)), w2, b2))


@misconception("model")
def cuts_the_prediction_instead(xb, params):
    """There is one activation in your network. Does it stand between the two layers?"""
    w1, b1, w2, b2 = params
    return _relu(_lin(_lin(xb, w1, b1), w2, b2))


@misconception("model")
def cuts_the_images(xb, params):
    """What is cut in your network: the hidden numbers, or the pixels? Normalised pixels are negative, and mean it."""
    w1, b1, w2, b2 = params
    return _lin(_lin(_relu(xb), w1, b1), w2, b2)


@misconception("model")
def uses_the_shifted_relu(xb, params):
    """The shifted activation was an experiment on the side. Which one does the drawing show?"""
    w1, b1, w2, b2 = params
    return _lin(_relu(_lin(xb, w1, b1)) - 0.5, w2, b2)


@misconception("model", kind=18)
def squeezes_the_predictions(xb, params):
    """How many axes has what comes out of a layer? The loss is the one that takes the last of them away."""
    w1, b1, w2, b2 = params
    return _lin(_relu(_lin(xb, w1, b1)), w2, b2).squeeze(-1)


@misconception("model", kind=18)
def squeezes_all_axes_of_the_predictions(xb, params):
    """Try a batch of one image. A bare squeeze() takes away every axis of size 1, also those that you need."""
    w1, b1, w2, b2 = params
    return _lin(_relu(_lin(xb, w1, b1)), w2, b2).squeeze()


@misconception("model")
def stops_at_the_hidden_layer(xb, params):
    """How many numbers come out for each image: as many as hidden ones, or one? What has become of w2?"""
    w1, b1, _, _ = params
    return _relu(_lin(xb, w1, b1))


@misconception("model")
def leaves_both_biases_out(xb, params):
    """Put in images that are 0 everywhere. What should come out, and which of your four parameters would have to make
    it?
    """
    w1, _, w2, _ = params
    return _relu(xb @ w1) @ w2


@misconception("model")
def leaves_the_second_bias_out(xb, params):
    """Count the parameters that you use. Which of the four has no say?"""
    w1, b1, w2, _ = params
    return _relu(_lin(xb, w1, b1)) @ w2


@misconception("model")
def unpacks_the_weights_before_the_biases(xb, params):
    """In which order do the four lie in params? Print their shapes."""
    w1, w2, b1, b2 = params
    return _lin(_relu(_lin(xb, w1, b1)), w2, b2)


@misconception("model", kind=12)
def reads_the_weights_of_the_notebook(xb, params):
    """You were given params. Does changing them change your answer? Names from outside of the function have no business
    in it.
    """
    w1, b1, w2, b2 = _weights_of_the_notebook()
    return _lin(_relu(_lin(xb, w1, b1)), w2, b2)


@misconception("model", kind=15)
def turns_the_weights_as_nn_linear_does(xb, params):
    """Write the shape of everything above your products: our weights are stored as (in, out). Which sizes have
    to meet?
    """
    w1, b1, w2, b2 = params
    return _lin(_relu(_lin(xb, w1.t(), b1)), w2.t(), b2)


@misconception("model", kind=19)
def forgets_to_return_the_predictions(xb, params):
    """A function without `return` gives back None, whatever it has computed."""
    w1, b1, w2, b2 = params
    _lin(_relu(_lin(xb, w1, b1)), w2, b2)


def _lin(x, w, b):
    return x @ w + b


def _relu(x):
    return x.clamp(min=0.0)


def _weights_of_the_notebook():
    generator = torch.Generator().manual_seed(8)
    w1, w2 = torch.randn(784, 50, generator=generator) / 20, torch.randn(50, 1, generator=generator) / 5
    return [w1, torch.zeros(50), w2, torch.zeros(1)]


# --- mse -----------------------------------------------------------------------------------------------------------


@battery("mse")
def predictions_and_targets(generator):
    """Batches of many sizes and of one, float64, and shapes that do not fit."""
    fitting = [(_randn(generator, n, 1), 3 * _randn(generator, n) + 1) for n in (4, 3, 2, 6, 5, 1, 1)]
    wide = [(output.double() / 3, targ.double()) for output, targ in fitting[:2]]
    shapes = [(4, 1, 3), (1, 1, 3), (4, 1, 1), (3, 3, 3)]
    return [*fitting, *wide, *[(_randn(generator, n, m), _randn(generator, k)) for n, m, k in shapes]]


@misconception("mse", kind=3)
def compares_every_prediction_with_every_target(output, targ):
    """Print the shape of your difference. Which axis was invented when (N, 1) met (N,)?"""
    _fit(output, targ)
    return ((output - targ) ** 2).mean()


@misconception("mse", kind=1)
def adds_the_squares_up(output, targ):
    """Twice as many images would give you twice the loss. Which word of the name does your function leave out?"""
    _fit(output, targ)
    return ((output.squeeze(-1) - targ) ** 2).sum()


@misconception("mse")
def leaves_the_differences_unsquared(output, targ):
    """One prediction is 5 too high, one 5 too low: by yours that is a loss of 0."""
    _fit(output, targ)
    return (output.squeeze(-1) - targ).mean()


@misconception("mse")
def takes_absolute_differences(output, targ):
    """A difference of 3 should count 9. How much does it count in yours?"""
    _fit(output, targ)
    return (output.squeeze(-1) - targ).abs().mean()


@misconception("mse")
def takes_the_root_of_the_loss(output, targ):
    """Mean, squared, error: three words, three steps. You have taken a fourth."""
    _fit(output, targ)
    return ((output.squeeze(-1) - targ) ** 2).mean().sqrt()


@misconception("mse", kind=1)
def halves_the_loss(output, targ):
    """Some books divide by two, so that a derivative looks nicer. Does this formula?"""
    _fit(output, targ)
    return ((output.squeeze(-1) - targ) ** 2).mean() / 2


@misconception("mse", kind=1)
def divides_by_the_batch_twice(output, targ):
    """A mean has been divided by N already. How often do you divide?"""
    _fit(output, targ)
    return ((output.squeeze(-1) - targ) ** 2).mean() / len(targ)


@misconception("mse")
def averages_before_it_squares(output, targ):
    """Square first, then take the mean: in between, plus and minus cancel."""
    _fit(output, targ)
    return (output.squeeze(-1) - targ).mean() ** 2


@misconception("mse")
def adds_prediction_and_target(output, targ):
    """When prediction and target are equal, the loss is 0. Is yours?"""
    _fit(output, targ)
    return ((output.squeeze(-1) + targ) ** 2).mean()


@misconception("mse", kind=18)
def squeezes_a_batch_of_one_to_nothing(output, targ):
    """A bare squeeze() takes away every axis of size 1. In a batch of one image, how many are left? Say which axis you
    mean.
    """
    predictions = output.squeeze()
    assert predictions.shape == targ.shape, f"{tuple(predictions.shape)} against {tuple(targ.shape)}"
    return ((predictions - targ) ** 2).mean()


@misconception("mse", kind=3)
def lets_broadcasting_have_its_way(output, targ):
    """What does yours say to four predictions and one target? Broadcasting finds a way; you have to object before it
    does.
    """
    return ((output.squeeze(-1) - targ) ** 2).mean()


@misconception("mse")
def counts_the_rows_alone(output, targ):
    """As many rows as targets is not enough: what if each row of output holds three numbers?"""
    assert len(output) == len(targ)
    return ((output.squeeze(-1) - targ) ** 2).mean()


@misconception("mse")
def leaves_the_batch_axis_standing(output, targ):
    """The loss is one number and has no axis: its shape is (). What has yours?"""
    _fit(output, targ)
    return ((output.squeeze(-1) - targ) ** 2).mean(0, keepdim=True)


@misconception("mse")
def leaves_torch_for_a_python_number(output, targ):
    """The way back starts at the loss. What can still be done with a Python number there? Keep the tensor."""
    _fit(output, targ)
    return ((output.squeeze(-1) - targ) ** 2).mean().item()


@misconception("mse")
def the_loss_is_float32(output, targ):
    """float64 came in. Which dtype comes out, and where on the way did it change?"""
    _fit(output, targ)
    return ((output.squeeze(-1).float() - targ.float()) ** 2).mean()


@misconception("mse", kind=13)
def subtracts_the_targets_in_place(output, targ):
    """-= writes into the tensor on its left. Are the predictions still predictions after your call?"""
    _fit(output, targ)
    output -= targ[:, None]
    return (output * output).mean()


@misconception("mse", kind=19)
def forgets_to_return_the_squared_error(output, targ):
    """A function without `return` gives back None, whatever it has computed."""
    _fit(output, targ)
    ((output.squeeze(-1) - targ) ** 2).mean()


@misconception("mse", symptom="memory", kind=3)
def picks_the_diagonal_of_a_table(output, targ):
    """The number is right, but on the way there you made a difference for every pair. With 50,000 images, how many
    would that be, and how many did you need?
    """
    _fit(output, targ)
    return ((output - targ) ** 2).diagonal().mean()


@misconception("mse", symptom="rule: torch.nn")
def calls_mse_loss(output, targ):
    """That function is the exercise. Which three steps does its name spell?"""
    _fit(output, targ)
    return torch.nn.functional.mse_loss(output.squeeze(-1), targ)


def _fit(output, targ):
    assert output.shape == (len(targ), 1), f"output {tuple(output.shape)}, targ {tuple(targ.shape)}"
