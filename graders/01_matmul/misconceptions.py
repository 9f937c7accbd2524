"""What learners get wrong in 01_matmul, as code that runs.

A function's name is the misconception's id, its docstring the hint. A hint leads and does not tell: it says where to
look, or which question to ask.
"""

import torch

from foundations.grading.misconceptions import battery, misconception


def _pairs(generator, shapes, dtype=torch.float32):
    for n, k, other, m in shapes:
        yield (
            torch.randn(n, k, generator=generator, dtype=torch.float64).to(dtype),
            torch.randn(other, m, generator=generator, dtype=torch.float64).to(dtype),
        )


@battery("matmul_naive")
@battery("matmul_elementwise")
def products(generator):
    """Square, rectangular, thin, float64, whole numbers, and inner sizes that do not fit."""
    fitting = [
        (2, 3, 3, 4),
        (4, 2, 2, 3),
        (3, 3, 3, 3),
        (2, 2, 2, 2),
        (1, 4, 4, 2),
        (3, 1, 1, 2),
        (2, 5, 5, 3),
        (3, 2, 2, 4),
    ]
    return [
        *_pairs(generator, fitting),
        *_pairs(generator, [(2, 3, 3, 4), (3, 3, 3, 3)], torch.float64),
        *[(a.mul(9).long(), b.mul(9).long()) for a, b in _pairs(generator, [(2, 3, 3, 2)])],
        *_pairs(generator, [(2, 3, 4, 2), (3, 1, 4, 2), (2, 4, 1, 3)]),
    ]


@battery("frobenius_norm")
def matrices(generator):
    """Square, rectangular, thin, float64, of both signs and of one: the root of a negative sum tells nothing apart."""
    shapes = [(2, 3), (4, 2), (3, 3), (1, 4), (4, 1), (1, 1)]
    made = [torch.randn(*shape, generator=generator) for shape in shapes]
    positive = [m.abs() for m in (made[0], made[3], made[5] + 1)]
    return [(m,) for m in [*made, *positive, made[0].double() / 3, -made[1].abs(), made[2].abs() * 40]]


# --- matmul_naive --------------------------------------------------------------------------------------------------


@misconception("matmul_naive", kind=12)
def keeps_only_the_last_product(a, b):
    """An entry of c is a sum of many products. After the innermost loop, how many of them are left in c[i, j]?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] = a[i, k] * b[k, j]
    return c


@misconception("matmul_naive")
def result_is_always_float32(a, b):
    """torch.zeros makes float32 unless it is told otherwise. What should the result be when the inputs are float64, or
    whole numbers?
    """
    assert a.shape[1] == b.shape[0]
    return _three_loops(a, b, torch.zeros(a.shape[0], b.shape[1]))


@misconception("matmul_naive")
def inner_sizes_are_not_compared(a, b):
    """What does your function do with a (2, 3) and b (4, 2)? No such product exists; say so before anything is
    computed.
    """
    return _three_loops(a, b, torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype))


@misconception("matmul_naive")
def an_index_error_is_taken_for_a_refusal(a, b):
    """An IndexError from deep inside is no refusal, and it does not come for every misfit. Compare the inner sizes
    before the first loop.
    """
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(b.shape[0]):
                c[i, j] += a[i, k] * b[k, j]
    return c


@misconception("matmul_naive")
def refuses_with_a_value_error(a, b):
    """You refuse, and rightly so. With which kind of exception: what does the docstring promise?"""
    if a.shape[1] != b.shape[0]:
        raise ValueError("inner sizes differ")
    return _three_loops(a, b, _checked_zeros(a, b))


@misconception("matmul_naive")
def an_inner_size_of_one_fits_everything(a, b):
    """For * a size of 1 fits every other size; for a matrix product it does not. Compare the inner sizes
    with == alone.
    """
    assert a.shape[1] == b.shape[0] or 1 in (a.shape[1], b.shape[0])
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(max(a.shape[1], b.shape[0])):
                c[i, j] += a[i, min(k, a.shape[1] - 1)] * b[min(k, b.shape[0] - 1), j]
    return c


@misconception("matmul_naive")
def asks_for_equal_shapes(a, b):
    """Is a (2, 3) times a (3, 4) a product? Then only one size of a has to meet one size of b: which?"""
    assert a.shape == b.shape
    return _three_loops(a, b, torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype))


@misconception("matmul_naive")
def compares_the_outer_sizes(a, b):
    """A row of a lies along a column of b: how long is each? Compare those two sizes, and not the outer ones."""
    assert a.shape[0] == b.shape[1]
    return _three_loops(a, b, torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype))


@misconception("matmul_naive", kind=5)
def loop_bounds_are_swapped(a, b):
    """Which size of which matrix does each of i, j and k run over? Write (n, k) and (k, m) above the loops; square
    matrices hide the slip.
    """
    c = _checked_zeros(a, b)
    for i in range(a.shape[1]):
        for j in range(b.shape[1]):
            for k in range(a.shape[0]):
                c[i, j] += a[i, k] * b[k, j]
    return c


@misconception("matmul_naive", kind=5)
def second_matrix_is_read_transposed(a, b):
    """k walks along a row of a and down a column of b. In b[row, column], which of the two places does k belong in?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[j, k]
    return c


@misconception("matmul_naive", kind=5)
def first_matrix_is_read_transposed(a, b):
    """k walks along a row of a and down a column of b. In a[row, column], which of the two places does k belong in?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[k, i] * b[k, j]
    return c


@misconception("matmul_naive", kind=5)
def result_is_transposed(a, b):
    """Row i of a and column j of b meet in c[i, j]. Where did you put their sum?"""
    assert a.shape[1] == b.shape[0]
    return _three_loops(a, b, torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)).t().contiguous()


@misconception("matmul_naive", kind=5)
def entry_is_written_to_c_j_i(a, b):
    """i counts the rows of c and j its columns. In c[row, column], which of the two places does each belong in?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[j, i] += a[i, k] * b[k, j]
    return c


@misconception("matmul_naive", kind=12)
def total_is_never_reset(a, b):
    """Each entry of c starts from zero. Where is your running total set to zero: once, or once for each entry?"""
    c = _checked_zeros(a, b)
    total = 0
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                total = total + a[i, k] * b[k, j]
            c[i, j] = total
    return c


@misconception("matmul_naive")
def stops_one_step_early(a, b):
    """range(n) ends at n - 1 already. Count the turns of your innermost loop for an inner size of 3."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1] - 1):
                c[i, j] += a[i, k] * b[k, j]
    return c


@misconception("matmul_naive")
def starts_at_one(a, b):
    """Indices start at 0. Which step of the innermost loop did you leave out?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(1, a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c


@misconception("matmul_naive")
def adds_where_it_should_multiply(a, b):
    """In the formula, what stands between a_ik and b_kj: a plus or a times?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] + b[k, j]
    return c


@misconception("matmul_naive", kind=19)
def returns_inside_the_loop(a, b):
    """How many rows of the result are still zero? Look at how far `return` is indented."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
        return c
    return c


@misconception("matmul_naive", kind=19)
def returns_after_one_entry(a, b):
    """How many entries of the result are not zero? The first `return` that is met ends all three loops."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
            return c
    return c


@misconception("matmul_naive", kind=19)
def returns_after_one_product(a, b):
    """How many products did your function add up before `return`? Look at how far that line is indented."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
                return c
    return c


@misconception("matmul_naive", kind=19)
def forgets_to_return(a, b):
    """A function without `return` gives back None, whatever it has computed."""
    _three_loops(a, b, _checked_zeros(a, b))


@misconception("matmul_naive")
def result_has_the_wrong_sizes(a, b):
    """The inner size is summed away. Which two of the four sizes are left for the result?"""
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], a.shape[1], dtype=a.dtype)
    return _three_loops(a, b, c)


@misconception("matmul_naive", kind=13)
def scales_the_input_in_place(a, b):
    """After your function, does a still hold what its caller put there? Assign to c alone."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0
            for k in range(a.shape[1]):
                total = total + a[i, k] * b[k, j]
            c[i, j] = total
    a[:] = 0
    return c


@misconception("matmul_naive", symptom="rule: matrix product")
def calls_the_library_product(a, b):
    """That line does all the work, and it is not yours yet. Which three sizes would you have to loop over to do without
    it?
    """
    return a @ b


@misconception("matmul_naive", symptom="rule: einsum")
def calls_einsum_already(a, b):
    """Einstein summation comes in the next notebook; here its letters i, j, k are three loops that you write."""
    return torch.einsum("ik,kj->ij", a, b)


@misconception("matmul_naive", symptom="rule: numbers only")
def multiplies_whole_rows(a, b):
    """You took a whole row or column at once. That is exercise 3; here every + and * has single numbers on
    both sides.
    """
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :] * b[:, j]).sum()
    return c


@misconception("matmul_naive", symptom="rule: numpy")
def asks_numpy(a, b):
    """NumPy's product is a library call as well. Stay with tensors, and multiply one pair of numbers at a time."""
    return torch.from_numpy(a.numpy() @ b.numpy())


# --- frobenius_norm ------------------------------------------------------------------------------------------------


@misconception("frobenius_norm")
def forgets_the_root(m):
    """Twice the matrix should have twice the norm. Does yours have four times?"""
    return (m * m).sum()


@misconception("frobenius_norm")
def roots_before_it_sums(m):
    """Read the formula from the outside in: is the root taken of the sum, or of each term?"""
    return (m * m).sqrt().sum()


@misconception("frobenius_norm")
def squares_after_it_sums(m):
    """A sum of squares is not the square of a sum: try it with 3 and -3."""
    return (m.sum() * m.sum()).sqrt()


@misconception("frobenius_norm")
def takes_the_mean_of_the_squares(m):
    """Put two equal matrices side by side: should the norm grow? A mean does not."""
    return (m * m).mean().sqrt()


@misconception("frobenius_norm", kind=6)
def multiplies_the_matrix_with_itself(m):
    """m @ m is rows times columns; the formula squares each entry by itself. Which operator works entry by entry?"""
    return (m @ m).sum().sqrt()


@misconception("frobenius_norm")
def doubles_where_it_should_square(m):
    """a² is a times a. For which single number is twice a the same?"""
    return (m * 2).sum().sqrt()


@misconception("frobenius_norm")
def sums_the_rows_only(m):
    """The formula has two sums, and one number comes out. Over how many axes did yours add?"""
    return (m * m).sum(dim=1).sqrt()


@misconception("frobenius_norm")
def sums_the_columns_only(m):
    """The formula has two sums, and one number comes out. Which axis is left in yours?"""
    return (m * m).sum(dim=0).sqrt()


@misconception("frobenius_norm")
def keeps_the_axes(m):
    """The result is one number: a tensor of shape (), without axes of size 1."""
    return (m * m).sum(dim=(0, 1), keepdim=True).sqrt()


@misconception("frobenius_norm")
def takes_the_largest_entry(m):
    """Every entry has its share in this norm. What happens to yours when a small entry changes?"""
    return m.abs().max()


@misconception("frobenius_norm")
def squares_the_diagonal_only(m):
    """i and j run separately, over all rows and all columns. Which entries have i = j?"""
    return (m.diagonal() * m.diagonal()).sum().sqrt()


@misconception("frobenius_norm")
def skips_negative_entries(m):
    """What is (-3)²? An entry counts by its size, whatever its sign."""
    positive = m.clamp(min=0)
    return (positive * positive).sum().sqrt()


@misconception("frobenius_norm", kind=13)
def squares_the_input_in_place(m):
    """m *= m changes the matrix that your caller gave you. Make a new one."""
    m *= m
    return m.sum().sqrt()


@misconception("frobenius_norm")
def norm_is_always_float32(m):
    """A float64 matrix holds twice the digits; where did yours go? Let the result keep the dtype of m."""
    return (m.float() * m.float()).sum().sqrt()


@misconception("frobenius_norm", kind=19)
def forgets_to_return_the_norm(m):
    """A function without `return` gives back None, whatever it has computed."""
    (m * m).sum().sqrt()


@misconception("frobenius_norm", kind=19)
def forgets_the_parentheses_of_sum(m):
    """Without () a method is only named, and nothing is added up. Which pair is missing?"""
    return (m * m).sum.sqrt()


@misconception("frobenius_norm", symptom="rule: norm")
def calls_norm(m):
    """There is a function for it, and you are about to write it. Which three steps are in the formula?"""
    return m.norm()


@misconception("frobenius_norm", symptom="rule: pow")
def calls_pow(m):
    """** and pow are not yours yet. What else gives a · a?"""
    return (m**2).sum().sqrt()


@misconception("frobenius_norm", symptom="rule: numpy")
def takes_the_norm_in_numpy(m):
    """Stay with tensors: the formula needs *, a sum and a square root, and tensors have all three."""
    return torch.tensor((m.numpy() * m.numpy()).sum()).sqrt()


# --- matmul_elementwise --------------------------------------------------------------------------------------------


@misconception("matmul_elementwise", kind=5)
def reads_a_row_of_b(a, b):
    """b[j] is a row. Which index has to be the colon, so that a whole column of b comes out?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[j]).sum()
    return c


@misconception("matmul_elementwise", kind=5)
def reads_a_column_of_a(a, b):
    """a[:, i] is a column. Row i of a has its colon in the other place."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[:, i] * b[:, j]).sum()
    return c


@misconception("matmul_elementwise")
def forgets_the_sum(a, b):
    """a[i, :] * b[:, j] is still a whole row of numbers. What turns it into the one number that c[i, j] can hold?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = a[i, :] * b[:, j]
    return c


@misconception("matmul_elementwise")
def takes_the_mean(a, b):
    """By which factor are you off: is it the inner size? The formula adds; it does not average."""
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :] * b[:, j]).to(torch.float64).mean()
    return c


@misconception("matmul_elementwise")
def adds_row_and_column(a, b):
    """Pairs are multiplied before they are added up. What does yours do with a pair?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :] + b[:, j]).sum()
    return c


@misconception("matmul_elementwise", kind=19)
def forgets_to_call_sum(a, b):
    """Without () a method is only named, and nothing is added up. What did you put into c[i, j]?"""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :] * b[:, j]).sum
    return c


@misconception("matmul_elementwise")
def elementwise_asks_for_equal_shapes(a, b):
    """Is a (2, 3) times a (3, 4) a product? Then only one size of a has to meet one size of b: which?"""
    assert a.shape == b.shape
    return _two_loops(a, b, torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype))


@misconception("matmul_elementwise")
def multiplies_the_sums(a, b):
    """First multiply pair by pair, then sum: the product of two sums is another number. Try it with rows of
    length 2.
    """
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = a[i, :].sum() * b[:, j].sum()
    return c


@misconception("matmul_elementwise")
def elementwise_result_is_float32(a, b):
    """torch.zeros makes float32 unless it is told otherwise. What should the result be when the inputs are float64, or
    whole numbers?
    """
    assert a.shape[1] == b.shape[0]
    c = torch.zeros(a.shape[0], b.shape[1])
    return _two_loops(a, b, c)


@misconception("matmul_elementwise")
def a_row_of_one_is_stretched(a, b):
    """A row of length 1 is stretched to fit any column, without an error. Compare the inner sizes before
    you multiply.
    """
    return _two_loops(a, b, torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype))


@misconception("matmul_elementwise")
def elementwise_refuses_with_a_value_error(a, b):
    """You refuse, and rightly so. With which kind of exception: what does the docstring promise?"""
    if a.shape[1] != b.shape[0]:
        raise ValueError("inner sizes differ")
    return _two_loops(a, b, _checked_zeros(a, b))


@misconception("matmul_elementwise", kind=5)
def elementwise_result_is_transposed(a, b):
    """Row i of a and column j of b meet in c[i, j]. Where did you put their sum?"""
    c = _checked_zeros(a, b)
    return _two_loops(a, b, c).t().contiguous()


@misconception("matmul_elementwise", kind=12)
def elementwise_total_is_never_reset(a, b):
    """Each entry of c is a sum of its own. What does yours still hold of the entry before?"""
    c = _checked_zeros(a, b)
    total = 0
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = total + (a[i, :] * b[:, j]).sum()
            c[i, j] = total
    return c


@misconception("matmul_elementwise", kind=13)
def overwrites_a_row_of_a(a, b):
    """a[i] *= ... changes the matrix that your caller gave you, and your own next column works with the spoilt row."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            row = a[i, :]
            row *= b[:, j]
            c[i, j] = row.sum()
    return c


@misconception("matmul_elementwise", kind=5)
def elementwise_bounds_are_swapped(a, b):
    """i counts rows of a and j counts columns of b. Square matrices hide it when the bounds are swapped."""
    c = _checked_zeros(a, b)
    for i in range(b.shape[1]):
        for j in range(a.shape[0]):
            c[i, j] = (a[i, :] * b[:, j]).sum()
    return c


@misconception("matmul_elementwise", kind=19)
def elementwise_returns_inside_the_loop(a, b):
    """How many rows of the result are still zero? Look at how far `return` is indented."""
    c = _checked_zeros(a, b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :] * b[:, j]).sum()
        return c
    return c


@misconception("matmul_elementwise", kind=19)
def forgets_to_return_the_product(a, b):
    """A function without `return` gives back None, whatever it has computed."""
    _two_loops(a, b, _checked_zeros(a, b))


@misconception("matmul_elementwise", symptom=("growth", "speed"))
def keeps_the_inner_loop(a, b):
    """Something is still done once for each k: by a loop, by Python's own sum(...), which walks through a tensor entry
    by entry, or by a print of a whole row. Tensors have a .sum() of their own.
    """
    return _three_loops(a, b, _checked_zeros(a, b))


@misconception("matmul_elementwise", symptom="rule: matrix product")
def calls_a_product_of_the_library(a, b):
    """@, dot and inner hold the sum over k inside. Write it: multiply elementwise, then sum."""
    return a @ b


@misconception("matmul_elementwise", symptom="rule: einsum")
def calls_einsum_one_notebook_early(a, b):
    """Einstein summation comes in the next notebook. Which * and which .sum() are hidden in its letters?"""
    return torch.einsum("ik,kj->ij", a, b)


@misconception("matmul_elementwise", symptom="rule: list round trip")
def goes_through_lists(a, b):
    """A list of Python numbers is multiplied one by one. Keep the row as a tensor, and multiply it whole."""
    return torch.tensor(
        [
            [sum(x * y for x, y in zip(row, column, strict=True)) for column in zip(*b.tolist(), strict=True)]
            for row in a.tolist()
        ]
    )


def _checked_zeros(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)


def _three_loops(a, b, c):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c


def _two_loops(a, b, c):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i, :] * b[:, j]).sum()
    return c
