"""What learners get wrong in 01_matmul, as code that runs.

Most mistakes are a change of the instructor's solution; any other is a function, whose docstring is the hint. A hint
says where to look, or asks a question; it does not give the answer away.
"""

import torch

from foundations.authoring import battery, misconception, mistake


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
    fitting = [(2, 3, 4), (4, 2, 3), (3, 3, 3), (2, 2, 2), (1, 4, 2), (3, 1, 2), (2, 5, 3), (3, 2, 4)]
    return [
        *_pairs(generator, [(n, k, k, m) for n, k, m in fitting]),
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


# --- both matrix products ------------------------------------------------------------------------------------------


def in_both(*changes, **options):
    """Return a mistake that learners make in each of the two products."""
    return [mistake(exercise, *changes, **options) for exercise in ("matmul_naive", "matmul_elementwise")]


UNCHECKED = "assert inner", "# assert inner"

result_is_always_float32, elementwise_result_is_float32 = in_both(
    (", dtype=a.dtype", ""),
    hint="""torch.zeros makes float32 unless it is told otherwise. What should the result be when the inputs are
    float64, or whole numbers?""",
)
refuses_with_a_value_error, elementwise_refuses_with_a_value_error = in_both(
    ("    assert inner", "    if inner != b_rows:\n        raise ValueError\n    assert inner"),
    hint="You refuse, and rightly so. With which kind of exception: what does the docstring promise?",
)
asks_for_equal_shapes, elementwise_asks_for_equal_shapes = in_both(
    ("inner == b_rows", "a.shape == b.shape"),
    hint="Is a (2, 3) times a (3, 4) a product? Then only one size of a has to meet one size of b: which?",
)
result_is_transposed, elementwise_result_is_transposed = in_both(
    ("return c", "return c.t().contiguous()"),
    hint="Row i of a and column j of b meet in c[i, j]. Where did you put their sum?",
    kind=5,
)
returns_inside_the_loop, elementwise_returns_inside_the_loop = in_both(
    ("    return c", "        return c"),
    hint="How many rows of the result are still zero? Look at how far `return` is indented.",
    kind=19,
)
forgets_to_return, forgets_to_return_the_product = in_both(
    ("return c", ""), hint="A function without `return` gives back None, whatever it has computed.", kind=19
)


# --- matmul_naive --------------------------------------------------------------------------------------------------

keeps_only_the_last_product = mistake(
    "matmul_naive",
    ("+= a", "= a"),
    hint="An entry of c is a sum of many products. After the innermost loop, how many of them are left in c[i, j]?",
    kind=12,
)
inner_sizes_are_not_compared = mistake(
    "matmul_naive",
    UNCHECKED,
    hint="""What does your function do with a (2, 3) and b (4, 2)? No such product exists; say so before anything is
    computed.""",
)
an_index_error_is_taken_for_a_refusal = mistake(
    "matmul_naive",
    UNCHECKED,
    ("k in range(inner)", "k in range(b_rows)"),
    hint="""An IndexError from deep inside is not a refusal, and it does not come for every misfit. Compare the inner
    sizes before the first loop.""",
)
an_inner_size_of_one_fits_everything = mistake(
    "matmul_naive",
    ("inner == b_rows", "inner == b_rows or 1 in (inner, b_rows)"),
    ("k in range(inner)", "k in range(max(inner, b_rows))"),
    ("a[i, k] * b[k, j]", "a[i, min(k, inner - 1)] * b[min(k, b_rows - 1), j]"),
    hint="""For * a size of 1 fits every other size; for a matrix product it does not. Compare the inner sizes
    with == alone.""",
)
compares_the_outer_sizes = mistake(
    "matmul_naive",
    ("inner == b_rows", "n == m"),
    hint="A row of a lies along a column of b: how long is each? Compare those two sizes, and not the outer ones.",
)
loop_bounds_are_swapped = mistake(
    "matmul_naive",
    ("k in range(inner)", "k in range(n)"),
    ("i in range(n)", "i in range(inner)"),
    hint="""Which size of which matrix does each of i, j and k run over? Write (n, k) and (k, m) above the loops; square
    matrices hide the slip.""",
    kind=5,
)
second_matrix_is_read_transposed = mistake(
    "matmul_naive",
    ("* b[k, j]", "* b[j, k]"),
    hint="""k walks along a row of a and down a column of b. In b[row, column], which of the two places does k
    belong in?""",
    kind=5,
)
first_matrix_is_read_transposed = mistake(
    "matmul_naive",
    ("+= a[i, k]", "+= a[k, i]"),
    hint="""k walks along a row of a and down a column of b. In a[row, column], which of the two places does k
    belong in?""",
    kind=5,
)
entry_is_written_to_c_j_i = mistake(
    "matmul_naive",
    ("c[i, j] +=", "c[j, i] +="),
    hint="i counts the rows of c and j its columns. In c[row, column], which of the two places does each belong in?",
    kind=5,
)
total_is_never_reset = mistake(
    "matmul_naive",
    ("    c = torch", "    total = 0\n    c = torch"),
    ("c[i, j] += a[i, k] * b[k, j]", "total = total + a[i, k] * b[k, j]\n            c[i, j] = total"),
    hint="Each entry of c starts from zero. Where is your running total set to zero: once, or once for each entry?",
    kind=12,
)
stops_one_step_early = mistake(
    "matmul_naive",
    ("range(inner)", "range(inner - 1)"),
    hint="range(n) ends at n - 1 already. Count the turns of your innermost loop for an inner size of 3.",
)
starts_at_one = mistake(
    "matmul_naive",
    ("range(inner)", "range(1, inner)"),
    hint="Indices start at 0. Which step of the innermost loop did you leave out?",
)
adds_where_it_should_multiply = mistake(
    "matmul_naive", ("] * b[", "] + b["), hint="In the formula, what is between a_ik and b_kj: a plus or a times?"
)
returns_after_one_entry = mistake(
    "matmul_naive",
    ("    return c", "            return c"),
    hint="How many entries of the result are not zero? The first `return` that is met ends all three loops.",
    kind=19,
)
returns_after_one_product = mistake(
    "matmul_naive",
    ("    return c", "                return c"),
    hint="How many products did your function add up before `return`? Look at how far that line is indented.",
    kind=19,
)
result_has_the_wrong_sizes = mistake(
    "matmul_naive",
    ("zeros(n, m,", "zeros(n, inner,"),
    hint="The inner size is summed away. Which two of the four sizes are left for the result?",
)
scales_the_input_in_place = mistake(
    "matmul_naive",
    ("    return c", "    a[:] = 0\n    return c"),
    hint="After your function, does a still hold what its caller put there? Assign to c alone.",
    kind=13,
)
multiplies_whole_rows = mistake(
    "matmul_naive",
    ("for k in range(inner):\n                c[i, j] += a[i, k] * b[k, j]", "c[i, j] = (a[i, :] * b[:, j]).sum()"),
    hint="""You took a whole row or column at once. That is exercise 3; here every + and * has single numbers on
    both sides.""",
    symptom="rule: numbers only",
)


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


@misconception("matmul_naive", symptom="rule: numpy")
def asks_numpy(a, b):
    """NumPy's product is a library call as well. Stay with tensors, and multiply one pair of numbers at a time."""
    return torch.from_numpy(a.numpy() @ b.numpy())


# --- frobenius_norm ------------------------------------------------------------------------------------------------

forgets_the_root = mistake(
    "frobenius_norm", (".sqrt()", ""), hint="Twice the matrix should have twice the norm. Does yours have four times?"
)
roots_before_it_sums = mistake(
    "frobenius_norm",
    (".sum().sqrt()", ".sqrt().sum()"),
    hint="Read the formula from the outside in: is the root taken of the sum, or of each term?",
)
squares_after_it_sums = mistake(
    "frobenius_norm",
    ("(m * m).sum()", "(m.sum() * m.sum())"),
    hint="A sum of squares is not the square of a sum: try it with 3 and -3.",
)
takes_the_mean_of_the_squares = mistake(
    "frobenius_norm",
    (".sum()", ".mean()"),
    hint="Put two equal matrices side by side: should the norm grow? A mean does not.",
)
multiplies_the_matrix_with_itself = mistake(
    "frobenius_norm",
    ("m * m", "m @ m"),
    hint="m @ m is rows times columns; the formula squares each entry by itself. Which operator works entry by entry?",
    kind=6,
)
doubles_where_it_should_square = mistake(
    "frobenius_norm", ("m * m", "m * 2"), hint="a² is a times a. For which single number is twice a the same?"
)
sums_the_rows_only = mistake(
    "frobenius_norm",
    (".sum()", ".sum(dim=1)"),
    hint="The formula has two sums, and one number comes out. Over how many axes did yours add?",
)
sums_the_columns_only = mistake(
    "frobenius_norm",
    (".sum()", ".sum(dim=0)"),
    hint="The formula has two sums, and one number comes out. Which axis is left in yours?",
)
keeps_the_axes = mistake(
    "frobenius_norm",
    (".sum()", ".sum(dim=(0, 1), keepdim=True)"),
    hint="The result is one number: a tensor of shape (), without axes of size 1.",
)
takes_the_largest_entry = mistake(
    "frobenius_norm",
    ("(m * m).sum().sqrt()", "m.abs().max()"),
    hint="Every entry has its share in this norm. What happens to yours when a small entry changes?",
)
squares_the_diagonal_only = mistake(
    "frobenius_norm",
    ("m * m", "m.diagonal() * m.diagonal()"),
    hint="i and j run separately, over all rows and all columns. Which entries have i = j?",
)
skips_negative_entries = mistake(
    "frobenius_norm",
    ("m * m", "m.clamp(min=0) * m.clamp(min=0)"),
    hint="What is (-3)²? An entry counts by its size, whatever its sign.",
)
squares_the_input_in_place = mistake(
    "frobenius_norm",
    ("return (m * m)", "m *= m\n    return m"),
    hint="m *= m changes the matrix that your caller gave you. Make a new one.",
    kind=13,
)
norm_is_always_float32 = mistake(
    "frobenius_norm",
    ("m * m", "m.float() * m.float()"),
    hint="A float64 matrix holds twice the digits; where did yours go? Let the result keep the dtype of m.",
)
forgets_to_return_the_norm = mistake(
    "frobenius_norm",
    ("return ", ""),
    hint="A function without `return` gives back None, whatever it has computed.",
    kind=19,
)
forgets_the_parentheses_of_sum = mistake(
    "frobenius_norm",
    (".sum()", ".sum"),
    hint="Without () a method is only named, and nothing is added up. Which pair is missing?",
    kind=19,
)
calls_norm = mistake(
    "frobenius_norm",
    ("(m * m).sum().sqrt()", "m.norm()"),
    hint="There is a function for it, and you are about to write it. Which three steps are in the formula?",
    symptom="rule: norm",
)
calls_pow = mistake(
    "frobenius_norm",
    ("m * m", "m**2"),
    hint="** and pow are not yours yet. What else gives a · a?",
    symptom="rule: pow",
)
takes_the_norm_in_numpy = mistake(
    "frobenius_norm",
    ("(m * m).sum()", "torch.tensor((m.numpy() * m.numpy()).sum())"),
    hint="Stay with tensors: the formula needs *, a sum and a square root, and tensors have all three.",
    symptom="rule: numpy",
)


# --- matmul_elementwise --------------------------------------------------------------------------------------------

reads_a_row_of_b = mistake(
    "matmul_elementwise",
    ("* b[:, j]", "* b[j]"),
    hint="b[j] is a row. Which index has to be the colon, so that a whole column of b comes out?",
    kind=5,
)
reads_a_column_of_a = mistake(
    "matmul_elementwise",
    ("(a[i, :] *", "(a[:, i] *"),
    hint="a[:, i] is a column. Row i of a has its colon in the other place.",
    kind=5,
)
forgets_the_sum = mistake(
    "matmul_elementwise",
    (".sum()", ""),
    hint="a[i, :] * b[:, j] is still a whole row of numbers. What turns it into the one number that c[i, j] can hold?",
)
takes_the_mean = mistake(
    "matmul_elementwise",
    (".sum()", ".double().mean()"),
    hint="By which factor are you off: is it the inner size? The formula adds; it does not average.",
)
adds_row_and_column = mistake(
    "matmul_elementwise",
    ("] * b", "] + b"),
    hint="Pairs are multiplied before they are added up. What does yours do with a pair?",
)
forgets_to_call_sum = mistake(
    "matmul_elementwise",
    (".sum()", ".sum"),
    hint="Without () a method is only named, and nothing is added up. What did you put into c[i, j]?",
    kind=19,
)
multiplies_the_sums = mistake(
    "matmul_elementwise",
    ("(a[i, :] * b[:, j]).sum()", "a[i, :].sum() * b[:, j].sum()"),
    hint="""First multiply pair by pair, then sum: the product of two sums is another number. Try it with rows of
    length 2.""",
)
a_row_of_one_is_stretched = mistake(
    "matmul_elementwise",
    UNCHECKED,
    hint="""A row of length 1 is stretched to fit any column, without an error. Compare the inner sizes before
    you multiply.""",
)
elementwise_total_is_never_reset = mistake(
    "matmul_elementwise",
    ("    c = torch", "    total = 0\n    c = torch"),
    ("c[i, j] = (a[i, :] * b[:, j]).sum()", "total = total + (a[i, :] * b[:, j]).sum()\n            c[i, j] = total"),
    hint="Each entry of c has its own sum. What does yours still hold of the entry before?",
    kind=12,
)
overwrites_a_row_of_a = mistake(
    "matmul_elementwise",
    (
        "c[i, j] = (a[i, :] * b[:, j]).sum()",
        "row = a[i, :]\n            row *= b[:, j]\n            c[i, j] = row.sum()",
    ),
    hint="""a[i] *= ... changes the matrix that your caller gave you, and your own next column works with the spoilt
    row.""",
    kind=13,
)
elementwise_bounds_are_swapped = mistake(
    "matmul_elementwise",
    ("i in range(n)", "i in range(m)"),
    ("j in range(m)", "j in range(n)"),
    hint="i counts rows of a and j counts columns of b. Square matrices hide it when the bounds are swapped.",
    kind=5,
)
keeps_the_inner_loop = mistake(
    "matmul_elementwise",
    ("c[i, j] = (a[i, :] * b[:, j]).sum()", "for k in range(inner):\n                c[i, j] += a[i, k] * b[k, j]"),
    hint="""Something is still done once for each k: by a loop, by Python's own sum(...), which walks through a tensor
    entry by entry, or by a print of a whole row. Tensors have a .sum() of their own.""",
    symptom=("growth", "speed"),
)


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
    columns = list(zip(*b.tolist(), strict=True))
    rows = [[sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a.tolist()]
    return torch.tensor(rows)
