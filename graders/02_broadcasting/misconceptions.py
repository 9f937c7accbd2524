"""What learners get wrong in 02_broadcasting, as code that runs.

The id of a mistake is its name here. Its hint points to the place to look, or asks a question.
"""

import torch

from foundations.authoring import battery, misconception, mistake


def _matrix(generator, *shape, dtype=torch.float32):
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)


#: Pieces of solutions that several mistakes change.
ASSERT = 'assert a.shape[1] == b.shape[0], f"{a.shape[1]} columns cannot meet {b.shape[0]} rows"\n    '
VALUE_ERROR = 'if a.shape[1] != b.shape[0]:\n        raise ValueError("inner sizes differ")\n    '
MISFIT, KEPT = "p != q and 1 not in (p, q)", "q if p == 1 else p"
REFUSAL = (
    f"        if {MISFIT}:\n"
    '            raise ValueError(f"dimension {place - rank}: {p} meets {q}, and neither is 1")\n'
)


def instead_of(exercise, solution):
    """Return a function that makes mistakes: other words instead of ``solution``, the hint, and options."""

    def made(words, hint, **options):
        return mistake(exercise, (solution, words), hint=hint, **options)

    return made


# --- as_row, as_column ---------------------------------------------------------------------------------------------


def row_then_written(names, c):
    """as_row(c), and then c += 1"""
    made = names["as_row"](c)
    c += 1
    return made


def column_then_written(names, c):
    """as_column(c), and then c += 1"""
    made = names["as_column"](c)
    c += 1
    return made


@battery("as_row", caller=row_then_written)
@battery("as_column", caller=column_then_written)
def vectors(generator):
    """Several lengths, one of them 1, and other dtypes."""
    made = [_matrix(generator, n) for n in (3, 2, 5, 4, 1)]
    return [(c,) for c in [*made, made[0].double() / 3, made[2].mul(9).long(), _matrix(generator, 4, 3)[:, 1]]]


row = instead_of("as_row", "c[None, :]")
makes_a_column_of_the_row = row(
    "c[:, None]",
    "A row has one row and many columns. Which of the two places does the 1 belong in: before n, or behind it?",
    kind=5,
)
row_stays_a_vector = row(
    "c", "A vector of shape (n,) is neither a row nor a column: it has one axis. Where does yours get its second?"
)
row_is_a_copy = row(
    "c.clone().unsqueeze(0)",
    "The numbers are right, and they are others: write into c, and look at the row again. What made the copy?",
    kind=17,
)
row_is_built_from_a_list = row(
    "torch.tensor([c.tolist()], dtype=torch.float32)",
    "A list of numbers forgets the dtype and where the numbers lay. Which index adds an axis and moves nothing?",
)
row_is_already_stretched = row(
    "c.expand(len(c), len(c))",
    "Shape (n, n) comes later, when the row meets something. For now one axis of length 1 is enough.",
    kind=17,
)
turns_the_caller_s_vector_into_a_row = row(
    "c.unsqueeze_(0)", "A name that ends in _ works in place: which shape has c itself after your function?", kind=13
)
forgets_to_return_the_row = mistake(
    "as_row", ("return ", ""), hint="A function without `return` gives back None, whatever it has made.", kind=19
)
row_has_an_axis_too_many = row(
    "c[None, None, :]", "How many square brackets does your row print? A matrix has two axes."
)

column = instead_of("as_column", "c[:, None]")
makes_a_row_of_the_column = column(
    "c[None, :]",
    "A column has many rows and one column. Which of the two places does the 1 belong in: before n, or behind it?",
    kind=5,
)
a_vector_has_no_transpose = column(
    "c.t()",
    "With one axis there is nothing to exchange: .t() gives a vector back as it was. First it needs a second axis.",
    kind=5,
)
column_is_a_copy = column(
    "c.clone().unsqueeze(1)",
    "The numbers are right, and they are others: write into c, and look at the column again. What made the copy?",
    kind=17,
)
column_is_built_from_a_list = column(
    "torch.tensor([[x] for x in c.tolist()], dtype=torch.float32)",
    "A list of numbers forgets the dtype and where the numbers lay. Which index adds an axis and moves nothing?",
)
column_is_already_stretched = column(
    "c[:, None].expand(len(c), len(c))",
    "Shape (n, n) comes later, when the column meets something. For now one axis of length 1 is enough.",
    kind=17,
)
turns_the_caller_s_vector_into_a_column = column(
    "c.unsqueeze_(1)", "A name that ends in _ works in place: which shape has c itself after your function?", kind=13
)
forgets_to_return_the_column = mistake(
    "as_column", ("return ", ""), hint="A function without `return` gives back None, whatever it has made.", kind=19
)


# --- stored_floats -------------------------------------------------------------------------------------------------


def of_a_view(names, m, kind):
    """stored_floats of a view of m"""
    views = {"m": m, "row": m[0], "stretched": m[0].expand(5, -1), "t": m.t(), "part": m[1:, ::2], "copy": m[0].clone()}
    views["stretched copy"] = views["copy"][:, None].expand(-1, 4)
    return names["stored_floats"](views[kind])


@battery("stored_floats", caller=of_a_view)
def seen_in_many_ways(generator):
    """Whole, in parts, transposed and stretched, in dtypes of 2, 4 and 8 bytes."""
    kinds = ("m", "row", "stretched", "t", "part", "copy", "stretched copy")
    single = [(_matrix(generator, 3, 4), kind) for kind in kinds]
    other = [torch.float64, torch.float16]
    return single + [(_matrix(generator, 2, 5, dtype=dtype), kind) for dtype in other for kind in kinds[1:4]]


count = instead_of("stored_floats", "t.untyped_storage().nbytes() // t.element_size()")
counts_what_the_shape_shows = count(
    "t.numel()",
    "That is how many numbers t shows. How many of them are read more than once from the same place?",
    kind=17,
)
counts_bytes = mistake(
    "stored_floats",
    (" // t.element_size()", ""),
    hint="By which factor are you off? A float32 takes several bytes, and the question was how many floats.",
)
every_float_has_four_bytes = mistake(
    "stored_floats",
    ("t.element_size()", "4"),
    hint="Right for float32. Ask the tensor how many bytes one of its elements takes.",
)


@misconception("stored_floats", kind=17)
def counts_only_what_the_view_reaches(t):
    """Axes of stride 0 repeat, and you left them out. But a row of a matrix keeps the whole matrix alive: ask
    the storage itself.
    """
    count = 1
    for size, step in zip(t.shape, t.stride(), strict=True):
        count *= size if step else 1
    return count


counts_the_rows = count(
    "len(t)", "len(t) is the size of the first axis, and of no other. Which object knows about memory?"
)
asks_the_storage_of_a_copy = mistake(
    "stored_floats",
    ("return t.", "return t.contiguous()."),
    hint="What you made on the way has a storage of its own, written out in full. Ask t itself.",
    kind=17,
)
forgets_to_return_the_count = mistake(
    "stored_floats",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has counted.",
    kind=19,
)
count_is_a_fraction = mistake(
    "stored_floats",
    ("//", "/"),
    hint="Nothing is stored by halves. Python has two divisions: which one gives an int?",
    symptom="no int",
)


# --- broadcast_shape -----------------------------------------------------------------------------------------------


def shape_as_tuple(names, s, t):
    """broadcast_shape(s, t)"""
    result = names["broadcast_shape"](s, t)
    return tuple(result) if isinstance(result, torch.Size) else result


@battery("broadcast_shape", caller=shape_as_tuple)
def shapes(generator):
    """Shapes that fit, of one length and of several; of size 0; and shapes that do not fit."""
    del generator  # nothing here is random
    fitting = [
        ((2, 3), (2, 3)),
        ((3, 1), (1, 4)),
        ((3, 1), (3, 4)),
        ((2, 3), (1, 3)),
        ((2, 3), (3,)),
        ((4,), (2, 1)),
        ((8, 1, 6, 1), (7, 1, 5)),
        ((5, 4, 3), (5, 1, 1)),
        ((), (3, 2)),
        ((0, 3), (1, 3)),
        ((1,), (2, 0)),
    ]
    return [
        *fitting,
        ((2, 3), (2,)),
        ((4,), (2,)),
        ((2, 3, 4), (2, 4)),
        ((3, 6), (3, 2)),
        ((2, 3), (2, 4)),
        ((0,), (2,)),
    ]


shapes_are_aligned_from_the_left = mistake(
    "broadcast_shape",
    ("(1,) * (rank - len(s)) + s", "s + (1,) * (rank - len(s))"),
    ("(1,) * (rank - len(t)) + t", "t + (1,) * (rank - len(t))"),
    hint="Write (2, 3) and (3,) below each other as numbers in a sum are written: at which end do they line up?",
    kind=8,
)
shapes_have_to_be_of_one_length = mistake(
    "broadcast_shape",
    ("    rank = ", '    if len(s) != len(t):\n        raise ValueError("the shapes differ in length")\n    rank = '),
    hint="(2, 3) meets (3,) every day. What counts where a shape has no size left?",
)
forgets_the_leading_sizes = mistake(
    "broadcast_shape",
    ("max(", "min("),
    ("(1,) * (rank - len(s)) + s", "s[len(s) - rank :]"),
    ("(1,) * (rank - len(t)) + t", "t[len(t) - rank :]"),
    hint="zip ends with the shorter of the two. Which sizes of the longer shape never came to their turn?",
    kind=8,
)
result_is_read_backwards = mistake(
    "broadcast_shape",
    ("tuple(shape)", "tuple(shape[::-1])"),
    hint="You started at the right end, so your sizes come in that order. In which order is a shape written?",
)
refuses_no_shape_at_all = mistake(
    "broadcast_shape", (REFUSAL, ""), hint="What does yours say to (3,) and (4,)? Neither of them can be stretched."
)
the_larger_size_wins_always = mistake(
    "broadcast_shape",
    (REFUSAL, ""),
    (KEPT, "max(p, q)"),
    hint="Is the larger of two sizes always right? Look at 3 against 4, and at 0 against 1.",
)
the_larger_size_wins = mistake(
    "broadcast_shape",
    (KEPT, "max(p, q)"),
    hint="Only a size of 1 is stretched, and it may be stretched to any size. To which, where the other one is 0?",
)
a_size_that_divides_is_repeated = mistake(
    "broadcast_shape",
    (MISFIT, "p != q and 1 not in (p, q) and (0 in (p, q) or max(p, q) % min(p, q))"),
    (KEPT, "q if p == 1 else p if q == 1 else max(p, q)"),
    hint="Two could be repeated to make six, but broadcasting does not do that. Which is the only size that stretches?",
)
a_size_of_zero_fits_everything = mistake(
    "broadcast_shape",
    (MISFIT, "p != q and min(p, q) > 1"),
    hint="Only a size of 1 is stretched. What does yours say to 0 against 2?",
)
only_the_second_shape_is_stretched = mistake(
    "broadcast_shape",
    (MISFIT, "q not in (p, 1)"),
    (KEPT, "p"),
    hint="The rule treats both shapes alike. What does yours make of a 1 in the first one?",
)
a_one_is_not_stretched = mistake(
    "broadcast_shape",
    (MISFIT, "p != q"),
    hint="Equal sizes fit. Which other case of the rule has your function not heard of?",
)
misfit_is_refused_with_an_assertion = mistake(
    "broadcast_shape",
    (REFUSAL, "        assert p == q or 1 in (p, q)\n"),
    hint="You refuse, and rightly so. With which kind of exception: what does the docstring promise?",
)
a_misfit_gives_none = mistake(
    "broadcast_shape",
    (REFUSAL, "        if p != q and 1 not in (p, q):\n            return None\n"),
    hint="None is an answer, and its receiver will stumble over it much later. How does a function say: there is none?",
)
forgets_to_return_the_shape = mistake(
    "broadcast_shape",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has found out.",
    kind=19,
)
does_not_say_which_dimension = mistake(
    "broadcast_shape",
    ('f"dimension {place - rank}: {p} meets {q}, and neither is 1"', '"these shapes do not fit"'),
    hint="That something does not fit, the reader knows from the error's name. What would help to find the place?",
    symptom="names no dimension",
)
counts_the_dimensions_from_the_left = mistake(
    "broadcast_shape",
    ("{place - rank}", "{place}"),
    hint=(
        "The two shapes agree about their right ends alone. Which number has the last dimension then, and the one "
        "before it?"
    ),
    symptom="names another dimension",
    kind=8,
)


@misconception("broadcast_shape", symptom="rule: broadcasting")
def asks_torch_for_the_shape(s, t):
    """That function knows the rules, and you are about to learn them. What does it do with each pair of sizes?"""
    try:
        return tuple(torch.broadcast_shapes(s, t))
    except RuntimeError as error:
        raise ValueError("dimension -1") from error


@misconception("broadcast_shape", symptom="rule: numbers only")
def lets_tensors_find_the_shape(s, t):
    """Tensors were made, and torch did the thinking. The rule needs nothing but pairs of sizes."""
    try:
        return tuple((torch.ones(s) + torch.ones(t)).shape)
    except RuntimeError as error:
        raise ValueError("dimension -1") from error


@misconception("broadcast_shape", symptom="rule: numpy")
def asks_numpy_for_the_shape(s, t):
    """NumPy knows the same rules. Here they are yours to write, with len, a loop and two comparisons."""
    import numpy as np

    return tuple(np.broadcast_shapes(s, t))


gives_a_list_for_a_shape = mistake(
    "broadcast_shape",
    ("tuple(shape)", "shape"),
    hint="Compare yours with (3, 4) by ==: what do the square brackets make of it?",
    symptom="a list",
)


# --- outer, outer_greater ------------------------------------------------------------------------------------------


@battery("outer")
def two_vectors(generator):
    """Of different lengths, of one length, of one entry, of other dtypes."""
    sizes = [(3, 4), (4, 2), (3, 3), (2, 2), (2, 5), (1, 4), (4, 1), (1, 1)]
    made = [(_matrix(generator, n), _matrix(generator, m)) for n, m in sizes]
    u, v = made[0]
    return [*made, (u.double() / 3, v.double() / 3), (u.mul(9).long(), v.mul(9).long())]


@battery("outer_greater")
def two_vectors_with_equal_entries(generator):
    """As for outer, with few different numbers, so that many pairs are equal."""
    pairs = two_vectors(generator)
    return [(u.mul(1.5).round(), v.mul(1.5).round()) for u, v in pairs if u.is_floating_point()]


pairs = instead_of("outer", "u[:, None] * v")
vectors_meet_entry_by_entry = pairs(
    "u * v",
    "Two vectors of shape (n,) meet entry by entry. Every u[i] has to meet EVERY v[j]: who has to be the column?",
    kind=6,
)
outer_is_transposed = pairs(
    "u * v[:, None]", "Which vector runs down the rows of the result? u[i] belongs in row i.", kind=5
)
gives_the_inner_product = pairs(
    "(u * v).sum()",
    "You summed. An outer product has as many entries as there are pairs, and nothing is added up.",
    kind=6,
)
adds_the_pairs = pairs("u[:, None] + v", "In the formula, what stands between u_i and v_j: a plus or a times?")
outer_is_flat = pairs(
    "(u[:, None] * v).flatten()", "All the products are there, in one long row. Which shape is asked for?"
)
multiplies_u_by_itself = pairs("u[:, None] * u", "Change v alone: does your result change?")
outer_is_float32 = pairs(
    "u.float()[:, None] * v.float()", "What should the result be when the vectors are float64, or whole numbers?"
)
turns_u_into_a_column_for_good = pairs(
    "u.unsqueeze_(-1) * v",
    "A name that ends in _ works in place: which shape has u itself after your function?",
    kind=13,
)
forgets_to_return_the_products = mistake(
    "outer", ("return ", ""), hint="A function without `return` gives back None, whatever it has computed.", kind=19
)
loops_over_the_entries = pairs(
    "torch.stack([x * v for x in u])",
    (
        "Once for each entry of u, or of v, something is done in Python. Stretch a column and a row over each other "
        "instead."
    ),
    symptom="growth",
)
calls_the_library_s_outer = pairs(
    "torch.outer(u, v)",
    "There is a function for it, and you are about to write it: which two shapes have to meet?",
    symptom="rule: matrix product",
)
spells_outer_in_letters = pairs(
    'torch.einsum("i,j->ij", u, v)',
    "Einstein summation comes further down. Here a column meets a row, and `*` does the rest.",
    symptom="rule: einsum",
)
multiplies_lists = pairs(
    "torch.tensor([[x * y for y in v.tolist()] for x in u.tolist()], dtype=u.dtype)",
    "Lists are multiplied one by one, in Python. Tensors of the right shapes need a single `*`.",
    symptom="rule: list round trip",
)

answers = instead_of("outer_greater", "u[:, None] > v")
compares_entry_by_entry = answers(
    "u > v",
    "Two vectors of shape (n,) meet entry by entry. Every u[i] has to meet EVERY v[j]: who has to be the column?",
    kind=6,
)
comparison_is_transposed = answers(
    "u > v[:, None]", "Which vector runs down the rows of the result? u[i] belongs in row i.", kind=5
)
compares_the_other_way_round = answers(
    "u[:, None] < v", "Who has to be greater for a True: the entry of u, or that of v?"
)
takes_equal_for_greater = answers(
    "u[:, None] >= v", "What does yours say about 2 > 2? Look at the pairs that are equal."
)
rows_and_comparison_are_both_swapped = answers(
    "v[:, None] > u",
    "You wrote v > u, with v down the rows. Keep the order of the words: u[i] in row i, and greater than v[j].",
    kind=5,
)
gives_the_difference = answers(
    "u[:, None] - v",
    "The sign of a difference knows who is greater, but the question was yes or no. Which operator answers that?",
)
gives_the_larger_of_each_pair = answers(
    "torch.maximum(u[:, None], v)",
    "That is the larger number of each pair. Asked for is whether the first is greater: True or False.",
)
answers_in_numbers = answers(
    "(u[:, None] > v).float()",
    "1.0 and 0.0 are numbers. What does a comparison give by itself, before anybody converts it?",
)
asks_whether_all_are_greater = answers(
    "(u[:, None] > v).all(1)", "One answer for each pair is asked for. Which word in your function makes one of many?"
)
turns_u_round_before_it_compares = answers(
    "u.unsqueeze_(-1) > v",
    "A name that ends in _ works in place: which shape has the caller's u after your function?",
    kind=13,
)
forgets_to_return_the_answers = mistake(
    "outer_greater",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has compared.",
    kind=19,
)
stretches_by_a_product = answers(
    "torch.outer(u, torch.ones_like(v)) > v",
    "A product with ones only stretches, and it is not yours yet. What is stretched all by itself, and when?",
    symptom=("rule: matrix product", "rule: einsum"),
)
compares_in_a_loop = answers(
    "torch.stack([x > v for x in u])",
    (
        "Once for each entry of u, or of v, something is done in Python. Stretch a column and a row over each other "
        "instead."
    ),
    symptom="growth",
)
compares_lists = answers(
    "torch.tensor([[x > y for y in v.tolist()] for x in u.tolist()])",
    "Lists are compared one by one, in Python. Tensors of the right shapes need a single `>`.",
    symptom="rule: list round trip",
)


# --- normalize_channels --------------------------------------------------------------------------------------------


@battery("normalize_channels")
def batches(generator):
    """Sizes that all differ; a width, a height or a batch as large as the channels; float64."""
    sizes = [
        (2, 3, 4, 5),
        (2, 3, 4, 3),
        (2, 3, 3, 4),
        (3, 3, 2, 4),
        (3, 3, 3, 3),
        (1, 2, 2, 2),
        (1, 3, 4, 5),
        (4, 2, 3, 2),
    ]
    single = [_images(generator, *size) for size in sizes]
    return [*single, tuple(part.double() / 3 for part in single[0]), tuple(part.double() / 7 for part in single[4])]


normalised = instead_of("normalize_channels", "(images - mean[:, None, None]) / std[:, None, None]")
statistics_lie_along_the_width = normalised(
    "(images - mean) / std",
    "Shapes are aligned from the right: which axis of NCHW does a vector of shape (C,) lie on, as it comes?",
    kind=8,
)
statistics_lie_along_the_height = normalised(
    "(images - mean[:, None]) / std[:, None]",
    "With one more axis on the right your statistics lie along the rows. How many axes stand to the right of C?",
    kind=8,
)
statistics_lie_along_the_batch = normalised(
    "(images - mean[:, None, None, None]) / std[:, None, None, None]",
    "One axis too many stands to the right: now image 0 gets the statistics of channel 0. Count from C to the end.",
    kind=8,
)
images_are_divided_before_the_mean_goes = normalised(
    "images / std[:, None, None] - mean[:, None, None]",
    (
        "/ binds before −. What is divided by the standard deviation: the mean alone, the images alone, or the "
        "difference?"
    ),
)
divides_the_mean_alone = normalised(
    "images - mean[:, None, None] / std[:, None, None]",
    "Without parentheses, what does your / divide? The difference has to be made first.",
)
channels_are_multiplied_by_their_spread = normalised(
    "(images - mean[:, None, None]) * std[:, None, None]",
    "A channel that varies much has to be made smaller. Which way does your std work?",
)
leaves_the_spread_as_it_is = normalised("images - mean[:, None, None]", "Change std alone: does your result change?")
leaves_the_centre_where_it_is = normalised("images / std[:, None, None]", "Change mean alone: does your result change?")
channel_means_are_added = normalised(
    "(images + mean[:, None, None]) / std[:, None, None]",
    "Afterwards the channels should lie around 0. Is the mean added or taken away?",
)
takes_the_root_of_the_spread = normalised(
    "(images - mean[:, None, None]) / std[:, None, None].sqrt()",
    "A root makes a standard deviation of a variance. Which of the two did you get?",
)
uses_statistics_of_its_own = normalised(
    "(images - images.mean((0, 2, 3), keepdim=True)) / images.std((0, 2, 3), keepdim=True)",
    "Mean and std were given. Why do yours come from the images: what if these are new ones?",
    kind=16,
)
one_mean_for_all_channels = normalised(
    "(images - mean.mean()) / std.mean()",
    "Each channel has numbers of its own. How many numbers did yours make of mean?",
)
normalises_the_caller_s_images = mistake(
    "normalize_channels",
    (
        "return (images - mean[:, None, None]) / std[:, None, None]",
        "images -= mean[:, None, None]\n    images /= std[:, None, None]\n    return images",
    ),
    hint="-= and /= write into the images that your caller still needs. Which operators make a new tensor?",
    kind=13,
)
normalised_images_are_float32 = normalised(
    "(images.float() - mean.float()[:, None, None]) / std.float()[:, None, None]",
    "What should the result be when the images are float64?",
)
forgets_to_return_the_images = mistake(
    "normalize_channels",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has computed.",
    kind=19,
)
loops_over_the_channels = normalised(
    "torch.stack([(images[:, c] - mean[c]) / std[c] for c in range(len(mean))], dim=1)",
    "Something is done once for each channel, or for each image. Which shape would let all channels go at once?",
    symptom="growth",
)


def _images(generator, n, c, h, w):
    images = torch.randn(n, c, h, w, generator=generator)
    return images, torch.randn(c, generator=generator), torch.rand(c, generator=generator) + 0.5


# --- matmul_broadcast ----------------------------------------------------------------------------------------------


@battery("matmul_broadcast")
@battery("matmul_einsum")
@battery("matmul_torch")
def products(generator):
    """Square, k = m, rectangular, thin, float64, whole numbers, and inner sizes that do not fit."""
    fitting = [(2, 3, 4), (4, 2, 3), (3, 3, 3), (2, 2, 2), (4, 3, 3), (1, 4, 2), (3, 1, 2), (3, 4, 1)]
    pairs = [(_matrix(generator, n, k), _matrix(generator, k, m)) for n, k, m in fitting]
    misfits = [((2, 3), (4, 2)), ((3, 1), (4, 2)), ((2, 4), (1, 3))]
    return [
        *pairs,
        *[(a.double() / 3, b.double() / 3) for a, b in pairs[:3:2]],
        (pairs[0][0].mul(9).long(), pairs[0][1].mul(9).long()),
        *[(_matrix(generator, *left), _matrix(generator, *right)) for left, right in misfits],
    ]


row_of_c = instead_of("matmul_broadcast", "c[i] = (a[i].unsqueeze(-1) * b).sum(dim=0)")
the_row_stays_a_row = mistake(
    "matmul_broadcast",
    (".unsqueeze(-1)", ""),
    hint=(
        "a[i] has shape (k,) and is stretched DOWN over b, so its entries meet columns. Which entry of it should "
        "meet row 0 of b, all along?"
    ),
    kind=8,
)
sums_along_the_rows = mistake(
    "matmul_broadcast",
    ("dim=0", "dim=1"),
    hint="After the product, k runs down the rows and j along the columns. Which of the two has to go?",
    kind=5,
)
sums_over_everything = mistake(
    "matmul_broadcast",
    ("dim=0", ""),
    hint="sum() without a dim leaves one number, and a whole row of c gets it. How many numbers should come out?",
)
forgets_the_sum_over_k = row_of_c(
    "c[i] = a[i].unsqueeze(-1) * b", "What you put into c[i] has shape (k, m). Which axis is still to be summed away?"
)
averages_over_k = mistake(
    "matmul_broadcast",
    (".sum(dim=0)", ".double().mean(dim=0)"),
    hint="By which factor are you off: is it the inner size? The formula adds; it does not average.",
)
stretches_a_column_of_a = mistake(
    "matmul_broadcast",
    ("a[i].", "a[:, i]."),
    hint="a[:, i] is a column of a. Row i has its colon in the other place.",
    kind=5,
)
writes_rows_into_columns = mistake(
    "matmul_broadcast",
    ("a.shape[0], b.shape[1], dtype", "b.shape[1], a.shape[0], dtype"),
    ("c[i] =", "c[:, i] ="),
    hint="Row i of a makes row i of c. What does c[:, i] name?",
    kind=5,
)
adds_every_row_to_all_rows = mistake(
    "matmul_broadcast",
    ("c[i] =", "c +="),
    hint="c += changes every row of c, by broadcasting. Which row belongs to a[i]?",
    kind=12,
)
broadcast_adds_instead = mistake(
    "matmul_broadcast",
    ("* b)", "+ b)"),
    hint="Pairs are multiplied before they are added up. What does yours do with a pair?",
)


@misconception("matmul_broadcast", kind=6)
def multiplies_whole_matrices_entry_by_entry(a, b):
    """a * b meets entry by entry, and needs equal shapes. In a product each row of a meets all of b."""
    assert a.shape[1] == b.shape[0]
    return a * b


multiplies_into_b = row_of_c(
    "b *= a[i].unsqueeze(-1)\n        c[i] = b.sum(dim=0)",
    "b *= ... changes b for your caller, and for your own next row. Keep the product in a tensor of its own.",
    kind=13,
)
a_single_column_is_stretched = mistake(
    "matmul_broadcast",
    (ASSERT, ""),
    hint=(
        "A row of one number is stretched over any b, and b with one row under any a[i], without an error. What has "
        "to be compared before?"
    ),
)
broadcast_result_is_float32 = mistake(
    "matmul_broadcast",
    (", dtype=a.dtype", ""),
    hint=(
        "torch.zeros makes float32 unless it is told otherwise. What should the result be when the inputs are "
        "float64, or whole numbers?"
    ),
)
broadcast_refuses_with_a_value_error = mistake(
    "matmul_broadcast",
    (ASSERT, VALUE_ERROR),
    hint="You refuse, and rightly so. With which kind of exception: what does the docstring promise?",
)
returns_after_the_first_row = mistake(
    "matmul_broadcast",
    ("    return c", "        return c"),
    hint="How many rows of the result are still zero? Look at how far `return` is indented.",
    kind=19,
)
forgets_to_return_what_was_broadcast = mistake(
    "matmul_broadcast",
    ("    return c", ""),
    hint="A function without `return` gives back None, whatever it has computed.",
    kind=19,
)
keeps_a_second_loop = row_of_c(
    "for j in range(b.shape[1]):\n            c[i, j] = (a[i, :] * b[:, j]).sum()",
    (
        "Something is still done once for each column, for each k, or for each entry. What would a whole row of c "
        "need at once?"
    ),
    symptom=("growth", "speed"),
)


@misconception("matmul_broadcast", symptom="rule: matrix product")
def calls_a_product_while_broadcasting(a, b):
    """@, mv and their family hold the sum over k inside. Write it: stretch, multiply elementwise, then sum."""
    return torch.stack([row @ b for row in a])


@misconception("matmul_broadcast", symptom="rule: einsum")
def calls_einsum_one_exercise_early(a, b):
    """Einstein summation is next. Which * and which .sum() are hidden in its letters?"""
    return torch.einsum("ik,kj->ij", a, b)


@misconception("matmul_broadcast", symptom="rule: list round trip")
def broadcasts_lists(a, b):
    """A list of Python numbers is multiplied one by one. Keep the row as a tensor, and stretch it."""
    columns = b.t().tolist()
    return torch.tensor([[sum(map(lambda x, y: x * y, row, column)) for column in columns] for row in a.tolist()])


# --- einsum --------------------------------------------------------------------------------------------------------


einsum = instead_of("matmul_einsum", 'torch.einsum("ik,kj->ij", a, b)')
letters_of_b_are_exchanged = einsum(
    'torch.einsum("ij,kj->ik", a, b)',
    (
        "The letter that is summed stands at the same end of which axis? It walks along a row of a and DOWN a "
        "column of b."
    ),
    kind=(5, 10),
)
letters_of_a_are_exchanged = einsum(
    'torch.einsum("ki,kj->ij", a, b)',
    "The letter that is summed walks ALONG a row of a: is it the first or the second letter of a?",
    kind=(5, 10),
)
einsum_result_is_transposed = einsum(
    'torch.einsum("ik,kj->ji", a, b)',
    "The letters behind the arrow are the axes of the result, in this order. Which one counts the rows?",
    kind=(5, 10),
)
inner_letter_is_kept = einsum(
    'torch.einsum("ik,kj->ikj", a, b)',
    "A letter behind the arrow stays an axis. Which of your three should be summed away?",
    kind=10,
)
sums_the_wrong_letter = einsum(
    'torch.einsum("ik,kj->ik", a, b)',
    "Which letter is missing behind your arrow? That one is summed, and it should be the one that a and b share.",
    kind=10,
)
two_letters_for_one_axis = einsum(
    'torch.einsum("ik,lj->ij", a, b)',
    (
        "Different letters run on their own: yours multiplies a whole row's sum by a whole column's sum. Which two "
        "axes should walk together?"
    ),
    kind=10,
)
everything_is_summed = einsum(
    'torch.einsum("ik,kj->", a, b)',
    "With nothing behind the arrow every letter is summed. Which two should be left?",
    kind=10,
)
einsum_is_left_to_refuse = mistake(
    "matmul_einsum",
    (ASSERT, ""),
    hint=(
        "einsum refuses some sizes, but a size of 1 it stretches, without a word. Which comparison did the other "
        "products begin with?"
    ),
)
einsum_refuses_with_a_value_error = mistake(
    "matmul_einsum",
    (ASSERT, VALUE_ERROR),
    hint="You refuse, and rightly so. With which kind of exception: what does the docstring promise?",
)
einsum_works_in_float32 = einsum(
    'torch.einsum("ik,kj->ij", a.float(), b.float())',
    "einsum keeps the dtype of its operands by itself. Who turned them into float32?",
)
forgets_to_return_the_einsum = mistake(
    "matmul_einsum",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has computed.",
    kind=19,
)
a_loop_is_left_around_einsum = einsum(
    'torch.stack([torch.einsum("k,kj->j", row, b) for row in a])',
    (
        "einsum can take whole matrices and sum on its own. What is done around it, again and again or on all "
        "products at once?"
    ),
    symptom=("growth", "speed"),
)
calls_the_product_for_einsum = einsum(
    "a @ b",
    "@ comes next. Here the letters say it: which ones does a have, which ones b, and which are left?",
    symptom="rule: matrix product",
)
multiplies_without_letters = einsum(
    "(a[:, :, None] * b).sum(1)",
    "Right, and by what you had already. Now say it with letters: one for each axis, and an arrow.",
    symptom="rule: no einsum",
)
sums_k_outside = einsum(
    'torch.einsum("ik,kj->ikj", a, b).sum(1)',
    "einsum has left an axis more than c has, and something else adds it up. Which letter is it, and who sums it?",
    symptom="rule: changed einsum",
    kind=10,
)


@battery("bmm_einsum")
def batches_of_products(generator):
    """All sizes different; square; thin; a batch of one; float64."""
    sizes = [
        (2, 3, 4, 5),
        (3, 2, 5, 4),
        (3, 3, 3, 3),
        (2, 2, 2, 2),
        (1, 2, 3, 4),
        (2, 3, 2, 3),
        (2, 1, 3, 1),
        (3, 2, 1, 2),
    ]
    single = [(_matrix(generator, n, i, k), _matrix(generator, n, k, j)) for n, i, k, j in sizes]
    return [*single, *[(a.double() / 3, b.double() / 3) for a, b in single[:3:2]]]


batch = instead_of("bmm_einsum", 'torch.einsum("nik,nkj->nij", a, b)')
the_batch_is_summed = batch(
    'torch.einsum("bik,bkj->ij", a, b)',
    "The batch's letter is missing behind your arrow, so all products were added up. How many should come out?",
    kind=10,
)
second_factors_are_transposed = batch(
    'torch.einsum("bik,bjk->bij", a, b)',
    "Leave the batch's letter aside, and compare with the single product: where does the summed letter stand in b?",
    kind=(5, 10),
)
first_factors_are_transposed = batch(
    'torch.einsum("bki,bkj->bij", a, b)',
    "Leave the batch's letter aside, and compare with the single product: where does the summed letter stand in a?",
    kind=(5, 10),
)
products_of_the_batch_are_transposed = batch(
    'torch.einsum("bik,bkj->bji", a, b)',
    "The letters behind the arrow are the axes of the result, in this order. Which one counts the rows?",
    kind=(5, 10),
)
every_batch_meets_every_batch = batch(
    'torch.einsum("aik,bkj->abij", a, b)',
    "Two different letters for the two batches: product 0 of a met all of b's. They should walk together.",
    kind=10,
)
batch_of_b_is_summed_on_its_own = batch(
    'torch.einsum("bik,ckj->bij", a, b)',
    "The letter of b's batch occurs once and not behind the arrow, so it was summed. Which letter should it share?",
    kind=10,
)
batch_has_no_letter = batch(
    'torch.einsum("ik,kj->ij", a, b)', "a has three axes. How many letters did you give it?", kind=10
)
only_the_first_of_the_batch = batch(
    'torch.einsum("ik,kj->ij", a[0], b[0])',
    "How many products did you compute? The batch is an axis of the result, too.",
)
batch_comes_last = batch(
    'torch.einsum("bik,bkj->ijb", a, b)',
    "Which axis of your result counts the batch? The letters behind the arrow have an order.",
    kind=10,
)
forgets_to_return_the_batch = mistake(
    "bmm_einsum",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has multiplied.",
    kind=19,
)
loops_over_the_batch = batch(
    'torch.stack([torch.einsum("ik,kj->ij", left, right) for left, right in zip(a, b, strict=True)])',
    "Something is done once for each pair of matrices. einsum takes the whole batch, if the batch has a letter.",
    symptom="growth",
)
calls_bmm_itself = batch(
    "torch.bmm(a, b)",
    "That is the function you are re-creating. Take the letters of the single product, and add one.",
    symptom="rule: matrix product",
)
sums_the_batches_outside = batch(
    'torch.einsum("bik,bkj->bikj", a, b).sum(2)',
    "einsum has left an axis more than c has, and something else adds it up. Which letter is it, and who sums it?",
    symptom="rule: changed einsum",
    kind=10,
)
multiplies_batches_without_letters = batch(
    "(a[:, :, :, None] * b[:, None]).sum(2)",
    "Right, by broadcasting. Now say it with letters: one for each axis, and an arrow.",
    symptom="rule: no einsum",
)


@battery("transpose_einsum")
def any_matrices(generator):
    """Rectangular, square, thin, float64."""
    made = [_matrix(generator, *shape) for shape in [(2, 3), (4, 2), (3, 3), (2, 2), (1, 3), (4, 1), (5, 4)]]
    return [(m,) for m in [*made, made[0].double() / 3]]


turned = instead_of("transpose_einsum", 'torch.einsum("ij->ji", m)')
letters_stay_in_order = turned(
    'torch.einsum("ij->ij", m)',
    "Behind your arrow stand the letters in the order in which they came. What would another order mean?",
    kind=(5, 10),
)
one_letter_is_summed_away = turned(
    'torch.einsum("ij->j", m)',
    "A letter that is missing behind the arrow is summed. A transposed matrix has as many axes as before.",
    kind=10,
)
the_other_letter_is_summed_away = turned(
    'torch.einsum("ij->i", m)',
    "Your result is a vector of row sums. Both letters have to arrive behind the arrow.",
    kind=10,
)
all_letters_are_summed_away = turned(
    'torch.einsum("ij->", m)',
    "Nothing stands behind your arrow, so nothing but a number is left. Which two letters belong there?",
    kind=10,
)
transposes_a_diagonal = turned(
    'torch.einsum("ii->i", m)',
    "One letter twice means: row and column are the same. How many different letters does a matrix need?",
    kind=10,
)
forgets_to_return_the_transpose = mistake(
    "transpose_einsum",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has turned.",
    kind=19,
)
transposes_without_letters = turned(
    "m.t()",
    "Right, but by the method you are re-creating. Say it in letters: an order before the arrow, another behind it.",
    symptom="rule: no einsum",
)


@battery("trace_einsum")
def square_matrices(generator):
    """Several sizes, one of them 1, and float64."""
    made = [_matrix(generator, n, n) for n in (3, 2, 4, 5, 1, 3)]
    return [(m,) for m in [*made, made[0].double() / 3, made[1].abs()]]


trace = instead_of("trace_einsum", 'torch.einsum("ii->", m)')
sums_the_whole_matrix = trace(
    'torch.einsum("ij->", m)',
    "Two letters run on their own, so every entry was added. How do you say that row and column are the same?",
    kind=10,
)
keeps_the_diagonal = trace(
    'torch.einsum("ii->i", m)',
    "That is the diagonal, still one number for each row. What does a letter behind the arrow do?",
    kind=10,
)
squares_the_entries = trace(
    'torch.einsum("ij,ij->", m, m)',
    "The matrix was given twice, and each entry met itself. The trace needs m once.",
    kind=10,
)
traces_the_square = trace(
    'torch.einsum("ij,ji->", m, m)', "That is the trace of m times m. The trace needs m once.", kind=10
)
squares_the_diagonal = trace(
    'torch.einsum("ii,ii->", m, m)',
    "Entries of the diagonal met themselves. The trace adds them as they are, so m is needed once.",
    kind=10,
)
averages_the_diagonal = trace(
    'torch.einsum("ii->", m.double()).div(len(m)).to(m.dtype)',
    "By which factor are you off: is it the number of rows? A trace adds up.",
)
trace_is_a_vector_of_one = trace(
    'torch.einsum("ii->", m)[None]',
    "It is a list of one number: a sum over everything has no axis left. What was added afterwards?",
)
forgets_to_return_the_trace = mistake(
    "trace_einsum",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has added up.",
    kind=19,
)
adds_the_diagonal_without_letters = trace(
    "m.diagonal().sum()",
    "Right, but by a method that knows the diagonal. Say it in letters: which letter stands for row and column?",
    symptom="rule: no einsum",
)
sums_the_diagonal_outside = trace(
    'torch.einsum("ii->i", m).sum()',
    "einsum has left an axis, and something else adds it up. Which letters have to be missing behind the arrow?",
    symptom="rule: changed einsum",
    kind=10,
)
walks_down_the_diagonal = trace(
    'torch.stack([torch.einsum("j->", m[i, i : i + 1]) for i in range(len(m))]).sum()',
    "Something is done once for each entry of the diagonal. One call can take the whole matrix.",
    symptom="growth",
)


# --- matmul_torch --------------------------------------------------------------------------------------------------


library = instead_of("matmul_torch", "a @ b")
takes_the_star_for_the_product = library(
    "a * b",
    "`*` meets entry by entry, and refuses most shapes that a product takes. Which operator is the matrix product?",
    kind=6,
)
order_is_exchanged = library(
    "b @ a", "b times a is another product, if there is one at all. Who stands on the left?", kind=5
)
library_gets_b_transposed = library(
    "a @ b.t()", "The library goes down the columns of b by itself. Is there anything for you to transpose?", kind=5
)
library_gets_a_transposed = library(
    "a.t() @ b", "The library goes along the rows of a by itself. Is there anything for you to transpose?", kind=5
)
library_result_is_transposed = library(
    "(a @ b).t()", "The shape is (m, n) where it should be (n, m). Who turned it round at the end?", kind=5
)
library_works_in_float32 = library(
    "a.float() @ b.float()", "The library keeps the dtype of its operands by itself. Who turned them into float32?"
)
axes_of_one_are_squeezed = library(
    "(a @ b).squeeze()",
    "What shape does yours give for one row of a, or one column of b? An axis of size 1 is an axis.",
    kind=18,
)
forgets_to_return_the_library_s_product = mistake(
    "matmul_torch",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has computed.",
    kind=19,
)
calls_the_library_row_by_row = library(
    "torch.stack([row @ b for row in a])",
    "The library is called once for each row. It takes whole matrices, and that is where its speed comes from.",
    symptom="growth",
)
does_the_library_s_work = library(
    "(a[:, :, None] * b).sum(1)",
    "You have earned it, so you may use it now: which operator does in one call what yours does in several?",
    symptom="rule: no matrix product",
)
stays_with_einsum = library(
    'torch.einsum("ik,kj->ij", a, b)',
    "That was the step before. Which operator needs no letters?",
    symptom="rule: einsum",
)
