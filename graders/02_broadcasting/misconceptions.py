"""What learners get wrong in 02_broadcasting, as code that runs.

A function's name is the misconception's id, its docstring the hint. A hint leads and does not tell: it says where to
look, or which question to ask.
"""

import torch

from foundations.grading.misconceptions import battery, misconception


def _matrix(generator, *shape, dtype=torch.float32):
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)


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


@misconception("as_row", kind=5)
def makes_a_column_of_the_row(c):
    """A row has one row and many columns. Which of the two places does the 1 belong in: before n, or behind it?"""
    return c[:, None]


@misconception("as_row")
def row_stays_a_vector(c):
    """A vector of shape (n,) is neither a row nor a column: it has one axis. Where does yours get its second?"""
    return c


@misconception("as_row", kind=17)
def row_is_a_copy(c):
    """The numbers are right, and they are others: write into c, and look at the row again. What made the copy?"""
    return c.clone().unsqueeze(0)


@misconception("as_row")
def row_is_built_from_a_list(c):
    """A list of numbers forgets the dtype and where the numbers lay. Which index adds an axis and moves nothing?"""
    return torch.tensor([c.tolist()], dtype=torch.float32)


@misconception("as_row", kind=17)
def row_is_already_stretched(c):
    """Shape (n, n) comes later, when the row meets something. For now one axis of length 1 is enough."""
    return c.expand(len(c), len(c))


@misconception("as_row", kind=13)
def turns_the_caller_s_vector_into_a_row(c):
    """A name that ends in _ works in place: which shape has c itself after your function?"""
    return c.unsqueeze_(0)


@misconception("as_row", kind=19)
def forgets_to_return_the_row(c):
    """A function without `return` gives back None, whatever it has made."""
    c.unsqueeze(0)


@misconception("as_row")
def row_has_an_axis_too_many(c):
    """How many square brackets does your row print? A matrix has two axes."""
    return c[None, None, :]


@misconception("as_column", kind=5)
def makes_a_row_of_the_column(c):
    """A column has many rows and one column. Which of the two places does the 1 belong in: before n, or behind it?"""
    return c[None, :]


@misconception("as_column", kind=5)
def a_vector_has_no_transpose(c):
    """With one axis there is nothing to exchange: .t() gives a vector back as it was. First it needs a second axis."""
    return c.t()


@misconception("as_column", kind=17)
def column_is_a_copy(c):
    """The numbers are right, and they are others: write into c, and look at the column again. What made the copy?"""
    return c.clone().unsqueeze(1)


@misconception("as_column")
def column_is_built_from_a_list(c):
    """A list of numbers forgets the dtype and where the numbers lay. Which index adds an axis and moves nothing?"""
    return torch.tensor([[x] for x in c.tolist()], dtype=torch.float32)


@misconception("as_column", kind=17)
def column_is_already_stretched(c):
    """Shape (n, n) comes later, when the column meets something. For now one axis of length 1 is enough."""
    return c[:, None].expand(len(c), len(c))


@misconception("as_column", kind=13)
def turns_the_caller_s_vector_into_a_column(c):
    """A name that ends in _ works in place: which shape has c itself after your function?"""
    return c.unsqueeze_(1)


@misconception("as_column", kind=19)
def forgets_to_return_the_column(c):
    """A function without `return` gives back None, whatever it has made."""
    c.unsqueeze(1)


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


@misconception("stored_floats", kind=17)
def counts_what_the_shape_shows(t):
    """That is how many numbers t shows. How many of them are read more than once from the same place?"""
    return t.numel()


@misconception("stored_floats")
def counts_bytes(t):
    """By which factor are you off? A float32 takes several bytes, and the question was how many floats."""
    return t.untyped_storage().nbytes()


@misconception("stored_floats")
def every_float_has_four_bytes(t):
    """Right for float32. Ask the tensor how many bytes one of its elements takes."""
    return t.untyped_storage().nbytes() // 4


@misconception("stored_floats", kind=17)
def counts_only_what_the_view_reaches(t):
    """Axes of stride 0 repeat, and you left them out. But a row of a matrix keeps the whole matrix alive: ask
    the storage itself.
    """
    count = 1
    for size, step in zip(t.shape, t.stride(), strict=True):
        count *= size if step else 1
    return count


@misconception("stored_floats")
def counts_the_rows(t):
    """len(t) is the size of the first axis, and of no other. Which object knows about memory?"""
    return len(t)


@misconception("stored_floats", kind=17)
def asks_the_storage_of_a_copy(t):
    """What you made on the way has a storage of its own, written out in full. Ask t itself."""
    return t.contiguous().untyped_storage().nbytes() // t.element_size()


@misconception("stored_floats", kind=19)
def forgets_to_return_the_count(t):
    """A function without `return` gives back None, whatever it has counted."""
    t.untyped_storage()


@misconception("stored_floats", symptom="no int")
def count_is_a_fraction(t):
    """Nothing is stored by halves. Python has two divisions: which one gives an int?"""
    return t.untyped_storage().nbytes() / t.element_size()


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


@misconception("broadcast_shape", kind=8)
def shapes_are_aligned_from_the_left(s, t):
    """Write (2, 3) and (3,) below each other as numbers in a sum are written: at which end do they line up?"""
    rank = max(len(s), len(t))
    return _met(s + (1,) * (rank - len(s)), t + (1,) * (rank - len(t)))


@misconception("broadcast_shape")
def shapes_have_to_be_of_one_length(s, t):
    """(2, 3) meets (3,) every day. What counts where a shape has no size left?"""
    if len(s) != len(t):
        raise ValueError("the shapes differ in length")
    return _met(s, t)


@misconception("broadcast_shape", kind=8)
def forgets_the_leading_sizes(s, t):
    """zip ends with the shorter of the two. Which sizes of the longer shape never came to their turn?"""
    return tuple(reversed(_met(s[::-1], t[::-1])))


@misconception("broadcast_shape")
def result_is_read_backwards(s, t):
    """You started at the right end, so your sizes come in that order. In which order is a shape written?"""
    rank = max(len(s), len(t))
    return _met((1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t)[::-1]


@misconception("broadcast_shape")
def refuses_no_shape_at_all(s, t):
    """What does yours say to (3,) and (4,)? Neither of them can be stretched."""
    return tuple(q if p == 1 else p for p, q in _pairs(s, t))


@misconception("broadcast_shape")
def the_larger_size_wins_always(s, t):
    """Is the larger of two sizes always right? Look at 3 against 4, and at 0 against 1."""
    return tuple(max(p, q) for p, q in _pairs(s, t))


@misconception("broadcast_shape")
def the_larger_size_wins(s, t):
    """Only a size of 1 is stretched, and it may be stretched to any size. To which, where the other one is 0?"""
    _refuse_misfits(s, t)
    return tuple(max(p, q) for p, q in _pairs(s, t))


@misconception("broadcast_shape")
def a_size_that_divides_is_repeated(s, t):
    """Two could be repeated to make six, but broadcasting does not do that. Which is the only size that stretches?"""
    if not all(0 not in pair and max(pair) % min(pair) == 0 for pair in _pairs(s, t)):
        _refuse_misfits(s, t)
    return tuple(q if p == 1 else p if q == 1 else max(p, q) for p, q in _pairs(s, t))


@misconception("broadcast_shape")
def a_size_of_zero_fits_everything(s, t):
    """Only a size of 1 is stretched. What does yours say to 0 against 2?"""
    pairs = _pairs(s, t)
    for place, (p, q) in enumerate(pairs):
        if p != q and min(p, q) > 1:
            raise ValueError(f"dimension {place - len(pairs)}: {p} against {q}")
    return tuple(q if p == 1 else p for p, q in _pairs(s, t))


@misconception("broadcast_shape")
def only_the_second_shape_is_stretched(s, t):
    """The rule treats both shapes alike. What does yours make of a 1 in the first one?"""
    for p, q in _pairs(s, t):
        if q not in (p, 1):
            raise ValueError
    return tuple(p for p, _ in _pairs(s, t))


@misconception("broadcast_shape")
def a_one_is_not_stretched(s, t):
    """Equal sizes fit. Which other case of the rule has your function not heard of?"""
    for p, q in _pairs(s, t):
        if p != q:
            raise ValueError
    return tuple(p for p, _ in _pairs(s, t))


@misconception("broadcast_shape")
def misfit_is_refused_with_an_assertion(s, t):
    """You refuse, and rightly so. With which kind of exception: what does the docstring promise?"""
    for p, q in _pairs(s, t):
        assert p == q or 1 in (p, q)
    return tuple(q if p == 1 else p for p, q in _pairs(s, t))


@misconception("broadcast_shape")
def a_misfit_gives_none(s, t):
    """None is an answer, and its receiver will stumble over it much later. How does a function say: there is none?"""
    for p, q in _pairs(s, t):
        if p != q and 1 not in (p, q):
            return None
    return tuple(q if p == 1 else p for p, q in _pairs(s, t))


@misconception("broadcast_shape", kind=19)
def forgets_to_return_the_shape(s, t):
    """A function without `return` gives back None, whatever it has found out."""
    _met(*zip(*_pairs(s, t), strict=True)) if s or t else ()


@misconception("broadcast_shape", symptom="names no dimension")
def does_not_say_which_dimension(s, t):
    """That something does not fit, the reader knows from the error's name. What would help to find the place?"""
    for p, q in _pairs(s, t):
        if p != q and 1 not in (p, q):
            raise ValueError("these shapes do not fit")
    return tuple(q if p == 1 else p for p, q in _pairs(s, t))


@misconception("broadcast_shape", symptom="names another dimension", kind=8)
def counts_the_dimensions_from_the_left(s, t):
    """The two shapes agree about their right ends alone. Which number has the last dimension then, and the one
    before it?
    """
    for place, (p, q) in enumerate(_pairs(s, t)):
        if p != q and 1 not in (p, q):
            raise ValueError(f"dimension {place}: {p} against {q}")
    return tuple(q if p == 1 else p for p, q in _pairs(s, t))


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


@misconception("broadcast_shape", symptom="a list")
def gives_a_list_for_a_shape(s, t):
    """Compare yours with (3, 4) by ==: what do the square brackets make of it?"""
    return list(_met(*zip(*_pairs(s, t), strict=True))) if s or t else []


def _pairs(s, t):
    rank = max(len(s), len(t))
    return list(zip((1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t, strict=True))


def _refuse_misfits(s, t):
    pairs = _pairs(s, t)
    for place, (p, q) in enumerate(pairs):
        if p != q and 1 not in (p, q):
            raise ValueError(f"dimension {place - len(pairs)}")


def _met(s, t):
    for place, (p, q) in enumerate(zip(s, t, strict=False)):
        if p != q and 1 not in (p, q):
            raise ValueError(f"dimension {place - max(len(s), len(t))}")
    return tuple(q if p == 1 else p for p, q in zip(s, t, strict=False))


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


@misconception("outer", kind=6)
def vectors_meet_entry_by_entry(u, v):
    """Two vectors of shape (n,) meet entry by entry. Every u[i] has to meet EVERY v[j]: who has to be the column?"""
    return u * v


@misconception("outer", kind=5)
def outer_is_transposed(u, v):
    """Which vector runs down the rows of the result? u[i] belongs in row i."""
    return u * v[:, None]


@misconception("outer", kind=6)
def gives_the_inner_product(u, v):
    """You summed. An outer product has as many entries as there are pairs, and nothing is added up."""
    return (u * v).sum()


@misconception("outer")
def adds_the_pairs(u, v):
    """In the formula, what stands between u_i and v_j: a plus or a times?"""
    return u[:, None] + v


@misconception("outer")
def outer_is_flat(u, v):
    """All the products are there, in one long row. Which shape is asked for?"""
    return (u[:, None] * v).flatten()


@misconception("outer")
def multiplies_u_by_itself(u, v):
    """Change v alone: does your result change?"""
    return u[:, None] * u


@misconception("outer")
def outer_is_float32(u, v):
    """What should the result be when the vectors are float64, or whole numbers?"""
    return u.float()[:, None] * v.float()


@misconception("outer", kind=13)
def turns_u_into_a_column_for_good(u, v):
    """A name that ends in _ works in place: which shape has u itself after your function?"""
    return u.unsqueeze_(-1) * v


@misconception("outer", kind=19)
def forgets_to_return_the_products(u, v):
    """A function without `return` gives back None, whatever it has computed."""
    u[:, None] * v


@misconception("outer", symptom="growth")
def loops_over_the_entries(u, v):
    """Once for each entry of u, or of v, something is done in Python. Stretch a column and a row over each other
    instead.
    """
    result = torch.zeros(len(u), len(v), dtype=u.dtype)
    for i in range(len(u)):
        result[i] = u[i] * v
    return result


@misconception("outer", symptom="rule: matrix product")
def calls_the_library_s_outer(u, v):
    """There is a function for it, and you are about to write it: which two shapes have to meet?"""
    return torch.outer(u, v)


@misconception("outer", symptom="rule: einsum")
def spells_outer_in_letters(u, v):
    """Einstein summation comes further down. Here a column meets a row, and `*` does the rest."""
    return torch.einsum("i,j->ij", u, v)


@misconception("outer", symptom="rule: list round trip")
def multiplies_lists(u, v):
    """Lists are multiplied one by one, in Python. Tensors of the right shapes need a single `*`."""
    return torch.tensor([[x * y for y in v.tolist()] for x in u.tolist()], dtype=u.dtype)


@misconception("outer_greater", kind=6)
def compares_entry_by_entry(u, v):
    """Two vectors of shape (n,) meet entry by entry. Every u[i] has to meet EVERY v[j]: who has to be the column?"""
    return u > v


@misconception("outer_greater", kind=5)
def comparison_is_transposed(u, v):
    """Which vector runs down the rows of the result? u[i] belongs in row i."""
    return u > v[:, None]


@misconception("outer_greater")
def compares_the_other_way_round(u, v):
    """Who has to be greater for a True: the entry of u, or that of v?"""
    return u[:, None] < v


@misconception("outer_greater")
def takes_equal_for_greater(u, v):
    """What does yours say about 2 > 2? Look at the pairs that are equal."""
    return u[:, None] >= v


@misconception("outer_greater", kind=5)
def rows_and_comparison_are_both_swapped(u, v):
    """You wrote v > u, with v down the rows. Keep the order of the words: u[i] in row i, and greater than v[j]."""
    return v[:, None] > u


@misconception("outer_greater")
def gives_the_difference(u, v):
    """The sign of a difference knows who is greater, but the question was yes or no. Which operator answers that?"""
    return u[:, None] - v


@misconception("outer_greater")
def gives_the_larger_of_each_pair(u, v):
    """That is the larger number of each pair. Asked for is whether the first is greater: True or False."""
    return torch.maximum(u[:, None], v)


@misconception("outer_greater")
def answers_in_numbers(u, v):
    """1.0 and 0.0 are numbers. What does a comparison give by itself, before anybody converts it?"""
    return (u[:, None] > v).float()


@misconception("outer_greater")
def asks_whether_all_are_greater(u, v):
    """One answer for each pair is asked for. Which word in your function makes one of many?"""
    return (u[:, None] > v).all(1)


@misconception("outer_greater", kind=13)
def turns_u_round_before_it_compares(u, v):
    """A name that ends in _ works in place: which shape has the caller's u after your function?"""
    u.unsqueeze_(-1)
    return u > v


@misconception("outer_greater", kind=19)
def forgets_to_return_the_answers(u, v):
    """A function without `return` gives back None, whatever it has compared."""
    answers = u[:, None] > v
    del answers


@misconception("outer_greater", symptom=("rule: matrix product", "rule: einsum"))
def stretches_by_a_product(u, v):
    """A product with ones only stretches, and it is not yours yet. What is stretched all by itself, and when?"""
    return torch.outer(u, torch.ones_like(v)) > v


@misconception("outer_greater", symptom="growth")
def compares_in_a_loop(u, v):
    """Once for each entry of u, or of v, something is done in Python. Stretch a column and a row over each other
    instead.
    """
    return torch.stack([x > v for x in u])


@misconception("outer_greater", symptom="rule: list round trip")
def compares_lists(u, v):
    """Lists are compared one by one, in Python. Tensors of the right shapes need a single `>`."""
    return torch.tensor([[x > y for y in v.tolist()] for x in u.tolist()])


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


@misconception("normalize_channels", kind=8)
def statistics_lie_along_the_width(images, mean, std):
    """Shapes are aligned from the right: which axis of NCHW does a vector of shape (C,) lie on, as it comes?"""
    return (images - mean) / std


@misconception("normalize_channels", kind=8)
def statistics_lie_along_the_height(images, mean, std):
    """With one more axis on the right your statistics lie along the rows. How many axes stand to the right of C?"""
    return (images - mean[:, None]) / std[:, None]


@misconception("normalize_channels", kind=8)
def statistics_lie_along_the_batch(images, mean, std):
    """One axis too many stands to the right: now image 0 gets the statistics of channel 0. Count from C to the end."""
    return (images - mean[:, None, None, None]) / std[:, None, None, None]


@misconception("normalize_channels")
def images_are_divided_before_the_mean_goes(images, mean, std):
    """/ binds before −. What is divided by the standard deviation: the mean alone, the images alone, or the
    difference?
    """
    return images / std[:, None, None] - mean[:, None, None]


@misconception("normalize_channels")
def divides_the_mean_alone(images, mean, std):
    """Without parentheses, what does your / divide? The difference has to be made first."""
    return images - mean[:, None, None] / std[:, None, None]


@misconception("normalize_channels")
def channels_are_multiplied_by_their_spread(images, mean, std):
    """A channel that varies much has to be made smaller. Which way does your std work?"""
    return (images - mean[:, None, None]) * std[:, None, None]


@misconception("normalize_channels")
def leaves_the_spread_as_it_is(images, mean, std):
    """Change std alone: does your result change?"""
    return images - mean[:, None, None]


@misconception("normalize_channels")
def leaves_the_centre_where_it_is(images, mean, std):
    """Change mean alone: does your result change?"""
    return images / std[:, None, None]


@misconception("normalize_channels")
def channel_means_are_added(images, mean, std):
    """Afterwards the channels should lie around 0. Is the mean added or taken away?"""
    return (images + mean[:, None, None]) / std[:, None, None]


@misconception("normalize_channels")
def takes_the_root_of_the_spread(images, mean, std):
    """A root makes a standard deviation of a variance. Which of the two did you get?"""
    return (images - mean[:, None, None]) / std[:, None, None].sqrt()


@misconception("normalize_channels", kind=16)
def uses_statistics_of_its_own(images, mean, std):
    """Mean and std were given. Why do yours come from the images: what if these are new ones?"""
    axes = (0, 2, 3)
    return (images - images.mean(axes, keepdim=True)) / images.std(axes, keepdim=True)


@misconception("normalize_channels")
def one_mean_for_all_channels(images, mean, std):
    """Each channel has numbers of its own. How many numbers did yours make of mean?"""
    return (images - mean.mean()) / std.mean()


@misconception("normalize_channels", kind=13)
def normalises_the_caller_s_images(images, mean, std):
    """-= and /= write into the images that your caller still needs. Which operators make a new tensor?"""
    images -= mean[:, None, None]
    images /= std[:, None, None]
    return images


@misconception("normalize_channels")
def normalised_images_are_float32(images, mean, std):
    """What should the result be when the images are float64?"""
    return (images.float() - mean.float()[:, None, None]) / std.float()[:, None, None]


@misconception("normalize_channels", kind=19)
def forgets_to_return_the_images(images, mean, std):
    """A function without `return` gives back None, whatever it has computed."""
    (images - mean[:, None, None]) / std[:, None, None]


@misconception("normalize_channels", symptom="growth")
def loops_over_the_channels(images, mean, std):
    """Something is done once for each channel, or for each image. Which shape would let all channels go at once?"""
    result = torch.zeros_like(images)
    for channel in range(images.shape[1]):
        result[:, channel] = (images[:, channel] - mean[channel]) / std[channel]
    return result


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


@misconception("matmul_broadcast", kind=8)
def the_row_stays_a_row(a, b):
    """a[i] has shape (k,) and is stretched DOWN over b, so its entries meet columns. Which entry of it should meet
    row 0 of b, all along?
    """
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        c[i] = (a[i] * b).sum(dim=0)
    return c


@misconception("matmul_broadcast", kind=5)
def sums_along_the_rows(a, b):
    """After the product, k runs down the rows and j along the columns. Which of the two has to go?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) * b).sum(dim=1)
    return c


@misconception("matmul_broadcast")
def sums_over_everything(a, b):
    """sum() without a dim leaves one number, and a whole row of c gets it. How many numbers should come out?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) * b).sum()
    return c


@misconception("matmul_broadcast")
def forgets_the_sum_over_k(a, b):
    """What you put into c[i] has shape (k, m). Which axis is still to be summed away?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        c[i] = a[i].unsqueeze(-1) * b
    return c


@misconception("matmul_broadcast")
def averages_over_k(a, b):
    """By which factor are you off: is it the inner size? The formula adds; it does not average."""
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) * b).double().mean(dim=0)
    return c


@misconception("matmul_broadcast", kind=5)
def stretches_a_column_of_a(a, b):
    """a[:, i] is a column of a. Row i has its colon in the other place."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        c[i] = (a[:, i].unsqueeze(-1) * b).sum(dim=0)
    return c


@misconception("matmul_broadcast", kind=5)
def writes_rows_into_columns(a, b):
    """Row i of a makes row i of c. What does c[:, i] name?"""
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(b.shape[1], a.shape[0], dtype=a.dtype)
    for i in range(a.shape[0]):
        c[:, i] = (a[i].unsqueeze(-1) * b).sum(dim=0)
    return c


@misconception("matmul_broadcast", kind=12)
def adds_every_row_to_all_rows(a, b):
    """c += changes every row of c, by broadcasting. Which row belongs to a[i]?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        c += (a[i].unsqueeze(-1) * b).sum(dim=0)
    return c


@misconception("matmul_broadcast")
def broadcast_adds_instead(a, b):
    """Pairs are multiplied before they are added up. What does yours do with a pair?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) + b).sum(dim=0)
    return c


@misconception("matmul_broadcast", kind=6)
def multiplies_whole_matrices_entry_by_entry(a, b):
    """a * b meets entry by entry, and needs equal shapes. In a product each row of a meets all of b."""
    assert a.shape[1] == b.shape[0]
    return a * b


@misconception("matmul_broadcast", kind=13)
def multiplies_into_b(a, b):
    """b *= ... changes b for your caller, and for your own next row. Keep the product in a tensor of its own."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        b *= a[i].unsqueeze(-1)
        c[i] = b.sum(dim=0)
    return c


@misconception("matmul_broadcast")
def a_single_column_is_stretched(a, b):
    """A row of one number is stretched over any b, and b with one row under any a[i], without an error. What has to be
    compared before?
    """
    return _one_loop(a, b, torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype))


@misconception("matmul_broadcast")
def broadcast_result_is_float32(a, b):
    """torch.zeros makes float32 unless it is told otherwise. What should the result be when the inputs are float64, or
    whole numbers?
    """
    assert a.shape[1] == b.shape[0]
    return _one_loop(a, b, torch.zeros(a.shape[0], b.shape[1]))


@misconception("matmul_broadcast")
def broadcast_refuses_with_a_value_error(a, b):
    """You refuse, and rightly so. With which kind of exception: what does the docstring promise?"""
    if a.shape[1] != b.shape[0]:
        raise ValueError("inner sizes differ")
    return _one_loop(a, b, torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype))


@misconception("matmul_broadcast", kind=19)
def returns_after_the_first_row(a, b):
    """How many rows of the result are still zero? Look at how far `return` is indented."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) * b).sum(dim=0)
        return c
    return c


@misconception("matmul_broadcast", kind=19)
def forgets_to_return_what_was_broadcast(a, b):
    """A function without `return` gives back None, whatever it has computed."""
    _one_loop(a, b, _checked_zeros(a, b))


@misconception("matmul_broadcast", symptom=("growth", "speed"))
def keeps_a_second_loop(a, b):
    """Something is still done once for each column, for each k, or for each entry. What would a whole row of c need
    at once?
    """
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :] * b[:, j]).sum()
    return c


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


@misconception("matmul_einsum", kind=(5, 10))
def letters_of_b_are_exchanged(a, b):
    """The letter that is summed stands at the same end of which axis? It walks along a row of a and DOWN a column
    of b.
    """
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ij,kj->ik", a, b)


@misconception("matmul_einsum", kind=(5, 10))
def letters_of_a_are_exchanged(a, b):
    """The letter that is summed walks ALONG a row of a: is it the first or the second letter of a?"""
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ki,kj->ij", a, b)


@misconception("matmul_einsum", kind=(5, 10))
def einsum_result_is_transposed(a, b):
    """The letters behind the arrow are the axes of the result, in this order. Which one counts the rows?"""
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ji", a, b)


@misconception("matmul_einsum", kind=10)
def inner_letter_is_kept(a, b):
    """A letter behind the arrow stays an axis. Which of your three should be summed away?"""
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ikj", a, b)


@misconception("matmul_einsum", kind=10)
def sums_the_wrong_letter(a, b):
    """Which letter is missing behind your arrow? That one is summed, and it should be the one that a and b share."""
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ik", a, b)


@misconception("matmul_einsum", kind=10)
def two_letters_for_one_axis(a, b):
    """Different letters run on their own: yours multiplies a whole row's sum by a whole column's sum. Which two axes
    should walk together?
    """
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,lj->ij", a, b)


@misconception("matmul_einsum", kind=10)
def everything_is_summed(a, b):
    """With nothing behind the arrow every letter is summed. Which two should be left?"""
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->", a, b)


@misconception("matmul_einsum")
def einsum_is_left_to_refuse(a, b):
    """einsum refuses some sizes, but a size of 1 it stretches, without a word. Which comparison did the other products
    begin with?
    """
    return torch.einsum("ik,kj->ij", a, b)


@misconception("matmul_einsum")
def einsum_refuses_with_a_value_error(a, b):
    """You refuse, and rightly so. With which kind of exception: what does the docstring promise?"""
    if a.shape[1] != b.shape[0]:
        raise ValueError("inner sizes differ")
    return torch.einsum("ik,kj->ij", a, b)


@misconception("matmul_einsum")
def einsum_works_in_float32(a, b):
    """einsum keeps the dtype of its operands by itself. Who turned them into float32?"""
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ij", a.float(), b.float())


@misconception("matmul_einsum", kind=19)
def forgets_to_return_the_einsum(a, b):
    """A function without `return` gives back None, whatever it has computed."""
    assert a.shape[1] == b.shape[0]
    torch.einsum("ik,kj->ij", a, b)


@misconception("matmul_einsum", symptom=("growth", "speed"))
def a_loop_is_left_around_einsum(a, b):
    """einsum can take whole matrices and sum on its own. What is done around it, again and again or on all products at
    once?
    """
    assert a.shape[1] == b.shape[0]
    return torch.stack([torch.einsum("k,kj->j", row, b) for row in a])


@misconception("matmul_einsum", symptom="rule: matrix product")
def calls_the_product_for_einsum(a, b):
    """@ comes next. Here the letters say it: which ones does a have, which ones b, and which are left?"""
    assert a.shape[1] == b.shape[0]
    return a @ b


@misconception("matmul_einsum", symptom="rule: no einsum")
def multiplies_without_letters(a, b):
    """Right, and by what you had already. Now say it with letters: one for each axis, and an arrow."""
    assert a.shape[1] == b.shape[0]
    return (a[:, :, None] * b).sum(1)


@misconception("matmul_einsum", symptom="rule: changed einsum", kind=10)
def sums_k_outside(a, b):
    """einsum has left an axis more than c has, and something else adds it up. Which letter is it, and who sums it?"""
    assert a.shape[1] == b.shape[0]
    return torch.einsum("ik,kj->ikj", a, b).sum(1)


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


@misconception("bmm_einsum", kind=10)
def the_batch_is_summed(a, b):
    """The batch's letter is missing behind your arrow, so all products were added up. How many should come out?"""
    return torch.einsum("bik,bkj->ij", a, b)


@misconception("bmm_einsum", kind=(5, 10))
def second_factors_are_transposed(a, b):
    """Leave the batch's letter aside, and compare with the single product: where does the summed letter stand in b?"""
    return torch.einsum("bik,bjk->bij", a, b)


@misconception("bmm_einsum", kind=(5, 10))
def first_factors_are_transposed(a, b):
    """Leave the batch's letter aside, and compare with the single product: where does the summed letter stand in a?"""
    return torch.einsum("bki,bkj->bij", a, b)


@misconception("bmm_einsum", kind=(5, 10))
def products_of_the_batch_are_transposed(a, b):
    """The letters behind the arrow are the axes of the result, in this order. Which one counts the rows?"""
    return torch.einsum("bik,bkj->bji", a, b)


@misconception("bmm_einsum", kind=10)
def every_batch_meets_every_batch(a, b):
    """Two different letters for the two batches: product 0 of a met all of b's. They should walk together."""
    return torch.einsum("aik,bkj->abij", a, b)


@misconception("bmm_einsum", kind=10)
def batch_of_b_is_summed_on_its_own(a, b):
    """The letter of b's batch occurs once and not behind the arrow, so it was summed. Which letter should it share?"""
    return torch.einsum("bik,ckj->bij", a, b)


@misconception("bmm_einsum", kind=10)
def batch_has_no_letter(a, b):
    """a has three axes. How many letters did you give it?"""
    return torch.einsum("ik,kj->ij", a, b)


@misconception("bmm_einsum")
def only_the_first_of_the_batch(a, b):
    """How many products did you compute? The batch is an axis of the result, too."""
    return torch.einsum("ik,kj->ij", a[0], b[0])


@misconception("bmm_einsum", kind=10)
def batch_comes_last(a, b):
    """Which axis of your result counts the batch? The letters behind the arrow have an order."""
    return torch.einsum("bik,bkj->ijb", a, b)


@misconception("bmm_einsum", kind=19)
def forgets_to_return_the_batch(a, b):
    """A function without `return` gives back None, whatever it has multiplied."""
    torch.einsum("nik,nkj->nij", a, b)


@misconception("bmm_einsum", symptom="growth")
def loops_over_the_batch(a, b):
    """Something is done once for each pair of matrices. einsum takes the whole batch, if the batch has a letter."""
    return torch.stack([torch.einsum("ik,kj->ij", left, right) for left, right in zip(a, b, strict=True)])


@misconception("bmm_einsum", symptom="rule: matrix product")
def calls_bmm_itself(a, b):
    """That is the function you are re-creating. Take the letters of the single product, and add one."""
    return torch.bmm(a, b)


@misconception("bmm_einsum", symptom="rule: changed einsum", kind=10)
def sums_the_batches_outside(a, b):
    """einsum has left an axis more than c has, and something else adds it up. Which letter is it, and who sums it?"""
    return torch.einsum("bik,bkj->bikj", a, b).sum(2)


@misconception("bmm_einsum", symptom="rule: no einsum")
def multiplies_batches_without_letters(a, b):
    """Right, by broadcasting. Now say it with letters: one for each axis, and an arrow."""
    return (a[:, :, :, None] * b[:, None]).sum(2)


@battery("transpose_einsum")
def any_matrices(generator):
    """Rectangular, square, thin, float64."""
    made = [_matrix(generator, *shape) for shape in [(2, 3), (4, 2), (3, 3), (2, 2), (1, 3), (4, 1), (5, 4)]]
    return [(m,) for m in [*made, made[0].double() / 3]]


@misconception("transpose_einsum", kind=(5, 10))
def letters_stay_in_order(m):
    """Behind your arrow stand the letters in the order in which they came. What would another order mean?"""
    return torch.einsum("ij->ij", m)


@misconception("transpose_einsum", kind=10)
def one_letter_is_summed_away(m):
    """A letter that is missing behind the arrow is summed. A transposed matrix has as many axes as before."""
    return torch.einsum("ij->j", m)


@misconception("transpose_einsum", kind=10)
def the_other_letter_is_summed_away(m):
    """Your result is a vector of row sums. Both letters have to arrive behind the arrow."""
    return torch.einsum("ij->i", m)


@misconception("transpose_einsum", kind=10)
def all_letters_are_summed_away(m):
    """Nothing stands behind your arrow, so nothing but a number is left. Which two letters belong there?"""
    return torch.einsum("ij->", m)


@misconception("transpose_einsum", kind=10)
def transposes_a_diagonal(m):
    """One letter twice means: row and column are the same. How many different letters does a matrix need?"""
    return torch.einsum("ii->i", m)


@misconception("transpose_einsum", kind=19)
def forgets_to_return_the_transpose(m):
    """A function without `return` gives back None, whatever it has turned."""
    torch.einsum("ij->ji", m)


@misconception("transpose_einsum", symptom="rule: no einsum")
def transposes_without_letters(m):
    """Right, but by the method you are re-creating. Say it in letters: an order before the arrow, another behind it."""
    return m.t()


@battery("trace_einsum")
def square_matrices(generator):
    """Several sizes, one of them 1, and float64."""
    made = [_matrix(generator, n, n) for n in (3, 2, 4, 5, 1, 3)]
    return [(m,) for m in [*made, made[0].double() / 3, made[1].abs()]]


@misconception("trace_einsum", kind=10)
def sums_the_whole_matrix(m):
    """Two letters run on their own, so every entry was added. How do you say that row and column are the same?"""
    return torch.einsum("ij->", m)


@misconception("trace_einsum", kind=10)
def keeps_the_diagonal(m):
    """That is the diagonal, still one number for each row. What does a letter behind the arrow do?"""
    return torch.einsum("ii->i", m)


@misconception("trace_einsum", kind=10)
def squares_the_entries(m):
    """The matrix was given twice, and each entry met itself. The trace needs m once."""
    return torch.einsum("ij,ij->", m, m)


@misconception("trace_einsum", kind=10)
def traces_the_square(m):
    """That is the trace of m times m. The trace needs m once."""
    return torch.einsum("ij,ji->", m, m)


@misconception("trace_einsum", kind=10)
def squares_the_diagonal(m):
    """Entries of the diagonal met themselves. The trace adds them as they are, so m is needed once."""
    return torch.einsum("ii,ii->", m, m)


@misconception("trace_einsum")
def averages_the_diagonal(m):
    """By which factor are you off: is it the number of rows? A trace adds up."""
    return torch.einsum("ii->", m.double()).div(len(m)).to(m.dtype)


@misconception("trace_einsum")
def trace_is_a_vector_of_one(m):
    """It is a list of one number: a sum over everything has no axis left. What was added afterwards?"""
    return torch.einsum("ii->", m)[None]


@misconception("trace_einsum", kind=19)
def forgets_to_return_the_trace(m):
    """A function without `return` gives back None, whatever it has added up."""
    torch.einsum("ii->", m)


@misconception("trace_einsum", symptom="rule: no einsum")
def adds_the_diagonal_without_letters(m):
    """Right, but by a method that knows the diagonal. Say it in letters: which letter stands for row and column?"""
    return m.diagonal().sum()


@misconception("trace_einsum", symptom="rule: changed einsum", kind=10)
def sums_the_diagonal_outside(m):
    """einsum has left an axis, and something else adds it up. Which letters have to be missing behind the arrow?"""
    return torch.einsum("ii->i", m).sum()


@misconception("trace_einsum", symptom="growth")
def walks_down_the_diagonal(m):
    """Something is done once for each entry of the diagonal. One call can take the whole matrix."""
    return torch.stack([torch.einsum("j->", m[i, i : i + 1]) for i in range(len(m))]).sum()


# --- matmul_torch --------------------------------------------------------------------------------------------------


@misconception("matmul_torch", kind=6)
def takes_the_star_for_the_product(a, b):
    """`*` meets entry by entry, and refuses most shapes that a product takes. Which operator is the matrix product?"""
    return a * b


@misconception("matmul_torch", kind=5)
def order_is_exchanged(a, b):
    """b times a is another product, if there is one at all. Who stands on the left?"""
    return b @ a


@misconception("matmul_torch", kind=5)
def library_gets_b_transposed(a, b):
    """The library goes down the columns of b by itself. Is there anything for you to transpose?"""
    return a @ b.t()


@misconception("matmul_torch", kind=5)
def library_gets_a_transposed(a, b):
    """The library goes along the rows of a by itself. Is there anything for you to transpose?"""
    return a.t() @ b


@misconception("matmul_torch", kind=5)
def library_result_is_transposed(a, b):
    """The shape is (m, n) where it should be (n, m). Who turned it round at the end?"""
    return (a @ b).t()


@misconception("matmul_torch")
def library_works_in_float32(a, b):
    """The library keeps the dtype of its operands by itself. Who turned them into float32?"""
    return a.float() @ b.float()


@misconception("matmul_torch", kind=18)
def axes_of_one_are_squeezed(a, b):
    """What shape does yours give for one row of a, or one column of b? An axis of size 1 is an axis."""
    return (a @ b).squeeze()


@misconception("matmul_torch", kind=19)
def forgets_to_return_the_library_s_product(a, b):
    """A function without `return` gives back None, whatever it has computed."""
    a @ b


@misconception("matmul_torch", symptom="growth")
def calls_the_library_row_by_row(a, b):
    """The library is called once for each row. It takes whole matrices, and that is where its speed comes from."""
    return torch.stack([row @ b for row in a])


@misconception("matmul_torch", symptom="rule: no matrix product")
def does_the_library_s_work(a, b):
    """You have earned it, so you may use it now: which operator does in one call what yours does in several?"""
    return (a[:, :, None] * b).sum(1)


@misconception("matmul_torch", symptom="rule: einsum")
def stays_with_einsum(a, b):
    """That was the step before. Which operator needs no letters?"""
    return torch.einsum("ik,kj->ij", a, b)


def _checked_zeros(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)


def _one_loop(a, b, c):
    for i in range(a.shape[0]):
        c[i] = (a[i].unsqueeze(-1) * b).sum(dim=0)
    return c
