"""What learners get wrong in 04_backward, as code that runs.

A function's name is the misconception's id, its docstring the hint. A hint leads and does not tell: it says where to
look, or which question to ask.
"""

import torch

from foundations.grading.misconceptions import battery, misconception

# --- what they are told apart by -----------------------------------------------------------------------------------


def _random(generator, *shape, dtype=torch.float32):
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def quadratic_and_cubic(names, x, a, eps):
    """numerical_grad(f, x, eps)"""
    return names["numerical_grad"](lambda t: (a * t * t * t).sum() + t.sum() ** 2, x, eps)


@battery("numerical_grad", caller=quadratic_and_cubic)
def places(generator):
    """Vectors, matrices, one number, three axes, a transposed view, float32; and steps of many sizes."""
    shapes = [(2, 3), (3, 2), (3, 3), (4, 2), (4,), (2, 1, 2), (1, 3)]
    made = [(_random(generator, *shape, dtype=torch.float64), 0.1) for shape in shapes]
    made += [(_random(generator, 2, 3, dtype=torch.float64), eps) for eps in (0.5, 0.3)]
    made += [(_random(generator, 3, 2), 0.1), (_random(generator, 3, 2, dtype=torch.float64).t(), 0.1)]
    made += [(_random(generator, dtype=torch.float64), 0.1)]
    return [(x, _random(generator, *x.shape, dtype=torch.float64), eps) for x, eps in made]


def after_mse_grad(names, inp, targ):
    """mse_grad(inp, targ)"""
    before = getattr(inp, "g", None)
    try:
        returned = names["mse_grad"](inp, targ)
    except AttributeError as error:
        if error.name == "g":  # anything else that is missing is a slip of another kind
            raise LookupError from error
        raise
    return (returned, inp.grad) if getattr(inp, "g", None) is before else None


@battery("mse_grad", caller=after_mse_grad)
def batches(generator):
    """Of many sizes and of one image, float64 too, with and without an old gradient."""
    made = []
    for number, n in enumerate((4, 2, 5, 3, 6, 1, 4, 3, 1, 2)):
        dtype = torch.float64 if number in (6, 7) else torch.float32
        inp, targ = _random(generator, n, 1, dtype=dtype), _random(generator, n, dtype=dtype)
        if number % 3 == 1:
            inp.g = _random(generator, n, 1, dtype=dtype)
        made.append((inp, targ))
    return made


def after_relu_grad(names, inp, out):
    """relu_grad(inp, out)"""
    before = getattr(inp, "g", None)
    returned = names["relu_grad"](inp, out)
    return (returned, inp.grad) if getattr(inp, "g", None) is before else None


@battery("relu_grad", caller=after_relu_grad)
def switches(generator):
    """Square ones above all, where a matrix product runs; exact zeros, shifted, float64, with an old gradient."""
    made = []
    for number, shape in enumerate([(4, 3), (3, 3), (4, 4), (5,), (2, 2), (3, 3), (4, 4), (5, 5), (3, 4), (3, 3)]):
        dtype = torch.float64 if number in (3, 8) else torch.float32
        inp = _random(generator, *shape, dtype=dtype)
        if number in (1, 6):
            inp.view(-1)[::2] = 0.0
        out = inp.clamp_min(0.0) - (0.5 if number in (2, 7) else 0.0)
        out.g = _random(generator, *shape, dtype=dtype)
        if number in (4, 9):
            inp.g = _random(generator, *shape, dtype=dtype)
        made.append((inp, out))
    return made


def after_lin_grad(names, inp, out, w, b):
    """lin_grad(inp, out, w, b)"""
    tensors = inp, w, b
    before = [getattr(tensor, "g", None) for tensor in tensors]
    try:
        returned = names["lin_grad"](inp, out, w, b)
    except Exception as error:
        for tensor, old in zip(tensors, before, strict=True):
            vars(tensor).pop("g", None)
            if old is not None:
                tensor.g = old
        if isinstance(error, AttributeError) and error.name == "g":  # other slips have other names
            raise LookupError from error
        raise
    unset = [getattr(tensor, "g", None) is old for tensor, old in zip(tensors, before, strict=True)]
    return (returned, [tensor.grad for tensor in tensors]) if all(unset) else None


@battery("lin_grad", caller=after_lin_grad)
def layers(generator):
    """Square ones above all, where a wrong product runs; rectangular ones, sizes of 1, float64, old gradients."""
    sizes = [(3, 3, 3), (4, 4, 4), (2, 2, 2), (3, 3, 3), (5, 5, 5), (4, 3, 2), (5, 3, 1), (1, 3, 2), (2, 4, 3)]
    made = []
    for number, (n, n_in, n_out) in enumerate(sizes):
        dtype = torch.float64 if number in (3, 8) else torch.float32
        inp, w, b = (_random(generator, *shape, dtype=dtype) for shape in ((n, n_in), (n_in, n_out), (n_out,)))
        out = inp @ w + b
        out.g = _random(generator, n, n_out, dtype=dtype)
        if number in (1, 5):
            for tensor in (inp, w, b):
                tensor.g = torch.ones_like(tensor) / 3
        made.append((inp, out, w, b))
    return made


def after_both(names, inp, targ, w1, b1, w2, b2):  # noqa: PLR0917 - .g is seen on arguments alone
    """forward_and_backward(inp, targ, (w1, b1, w2, b2))"""
    from foundations.worker.stand_ins import rebound

    others = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
    tensors = inp, w1, b1, w2, b2
    before = [getattr(tensor, "g", None) for tensor in tensors]
    try:
        with rebound(names, **{name: torch.full_like(tensor, 0.5) for name, tensor in others.items()}):
            return names["forward_and_backward"](inp, targ, (w1, b1, w2, b2))
    except Exception as error:
        for tensor, old in zip(tensors, before, strict=True):
            vars(tensor).pop("g", None)
            if old is not None:
                tensor.g = old
        if isinstance(error, AttributeError) and error.name == "g":  # other mistakes have other names
            raise LookupError from error
        raise


@battery("forward_and_backward", caller=after_both)
def networks(generator):
    """Of many sizes, some with old gradients."""
    made = []
    for number, (n, n_in, nh) in enumerate([(4, 3, 2), (5, 2, 4), (3, 3, 3), (2, 4, 3), (6, 2, 2), (3, 4, 5)]):
        shapes = (n, n_in), (n,), (n_in, nh), (nh,), (nh, 1), (1,)
        tensors = [_random(generator, *shape) for shape in shapes]
        if number in (1, 4):
            for tensor in tensors:
                tensor.g = torch.ones_like(tensor) / 3
        made.append(tuple(tensors))
    return made


# --- numerical_grad ------------------------------------------------------------------------------------------------


def _moves(x, eps):
    """One float64 tensor of the shape of ``x`` for each of its entries, zero everywhere but there."""
    for i in range(x.numel()):
        move = torch.zeros(x.numel(), dtype=torch.float64)
        move[i] = eps
        yield move.reshape(x.shape)


def _stacked(slopes, x):
    return torch.stack([torch.as_tensor(slope, dtype=torch.float64) for slope in slopes]).reshape(x.shape)


@misconception("numerical_grad")
def looks_to_one_side_only(f, x, eps):
    """You compare f after the step with f before it. Taylor's second term stays; which second look makes it cancel?"""
    x = x.double()
    return _stacked([(f(x + move) - f(x)) / eps for move in _moves(x, eps)], x)


@misconception("numerical_grad")
def looks_back_only(f, x, eps):
    """You step back and never forward. From how many sides does a central difference look?"""
    x = x.double()
    return _stacked([(f(x) - f(x - move)) / eps for move in _moves(x, eps)], x)


@misconception("numerical_grad")
def divides_by_half_the_distance(f, x, eps):
    """All your slopes are twice too large. How far apart are the two places where you called f?"""
    x = x.double()
    return _stacked([(f(x + move) - f(x - move)) / eps for move in _moves(x, eps)], x)


@misconception("numerical_grad")
def walks_half_the_step(f, x, eps):
    """Your two places are eps apart altogether. How far is each of them to be from x?"""
    x = x.double()
    return _stacked([(f(x + move / 2) - f(x - move / 2)) / eps for move in _moves(x, eps)], x)


@misconception("numerical_grad")
def a_rise_is_taken_for_a_slope(f, x, eps):
    """You know how far f rises. A slope is rise over run: what was the run?"""
    x = x.double()
    return _stacked([f(x + move) - f(x - move) for move in _moves(x, eps)], x)


@misconception("numerical_grad")
def slopes_point_the_other_way(f, x, eps):
    """Try f(t) = t.sum(): it rises with every entry. Do your slopes say so, or do they have the other sign?"""
    x = x.double()
    return _stacked([(f(x - move) - f(x + move)) / (2 * eps) for move in _moves(x, eps)], x)


@misconception("numerical_grad", kind=7)
def moves_every_entry_at_once(f, x, eps):
    """All your slopes are equal, for you moved all entries together. How would you find out what one of them does?"""
    x = x.double()
    return torch.full(x.shape, float((f(x + eps) - f(x - eps)) / (2 * eps)), dtype=torch.float64)


@misconception("numerical_grad", kind=7)
def moves_a_whole_row(f, x, eps):
    """The slopes of a row are all alike: x[i] of a matrix is a row, and so all of it moved. How many entries has x?"""
    x = x.double()
    slopes = torch.zeros(x.shape, dtype=torch.float64)
    for i in range(x.shape[0] if x.ndim else 1):
        move = torch.zeros(x.shape, dtype=torch.float64)
        move[i if x.ndim else ()] = eps
        slopes[i if x.ndim else ()] = (f(x + move) - f(x - move)) / (2 * eps)
    return slopes


@misconception("numerical_grad", kind=(12, 13))
def steps_pile_up(f, x, eps):
    """The first slope is right, then it goes astray. Is an entry back in its place when the next one moves?"""
    flat = x.double().clone().reshape(-1)
    slopes = []
    for i in range(flat.numel()):
        flat[i] += eps
        up = f(flat.reshape(x.shape))
        flat[i] -= 2 * eps
        slopes.append((up - f(flat.reshape(x.shape))) / (2 * eps))
    return _stacked(slopes, x)


@misconception("numerical_grad", kind=13)
def moves_the_callers_own_x(f, x, eps):
    """Is x the same afterwards, to the last digit? Where it is float64 already, .double() gives you x and no copy of
    it.
    """
    own = x.double()
    slopes = []
    for index in torch.cartesian_prod(*[torch.arange(size) for size in own.shape]).reshape(own.numel(), -1):
        place = tuple(index.tolist())
        own[place] += eps
        up = f(own)
        own[place] -= 2 * eps
        slopes.append((up - f(own)) / (2 * eps))
        own[place] += eps
    return _stacked(slopes, x)


@misconception("numerical_grad")
def works_in_the_dtype_of_x(f, x, eps):
    """What is the dtype of your result when x is float32? Seven digits are too few to subtract almost equal numbers."""
    slopes = torch.zeros_like(x).reshape(-1)
    for i, move in enumerate(one.to(x.dtype) for one in _moves(x, eps)):
        slopes[i] = (f(x + move) - f(x - move)) / (2 * eps)
    return slopes.reshape(x.shape)


@misconception("numerical_grad")
def widens_the_result_alone(f, x, eps):
    """float64 was put on at the end, when the digits were lost already. With which dtype was f called?"""
    moves = [move.to(x.dtype) for move in _moves(x, eps)]
    return _stacked([(f(x + move) - f(x - move)) / (2 * eps) for move in moves], x)


@misconception("numerical_grad", kind=12)
def has_a_step_of_its_own(f, x, eps):
    """Does your result change when your caller asks for a larger step? Look for the number that you wrote in place of
    eps.
    """
    x = x.double()
    return _stacked([(f(x + move) - f(x - move)) / 2e-5 for move in _moves(x, 1e-5)], x)


@misconception("numerical_grad")
def slopes_stay_in_one_row(f, x, eps):
    """Your slopes are right, one after the other. A gradient has the shape of what it is the gradient of."""
    x = x.double()
    return torch.stack([(f(x + move) - f(x - move)) / (2 * eps) for move in _moves(x, eps)])


@misconception("numerical_grad")
def knows_matrices_only(f, x, eps):
    """Two loops, two sizes: what do they make of a vector, or of a single number? Count entries, not rows and
    columns.
    """
    rows, columns = x.shape
    x = x.double()
    slopes = torch.zeros(rows, columns, dtype=torch.float64)
    for i in range(rows):
        for j in range(columns):
            move = torch.zeros(rows, columns, dtype=torch.float64)
            move[i, j] = eps
            slopes[i, j] = (f(x + move) - f(x - move)) / (2 * eps)
    return slopes


@misconception("numerical_grad")
def view_wants_contiguous_memory(f, x, eps):
    """A transposed x lies in memory in another order, and .view refuses to see it as one row. Which method copies
    where it has to?
    """
    x = x.double()
    x.view(-1)
    return _stacked([(f(x + move) - f(x - move)) / (2 * eps) for move in _moves(x, eps)], x)


@misconception("numerical_grad", kind=19)
def forgets_to_return_the_slopes(f, x, eps):
    """A function without `return` gives back None, however carefully it has measured."""


@misconception("numerical_grad", symptom="rule: autograd")
def lets_autograd_measure(f, x, eps):
    """This function is to judge autograd, too. What does it need to know about f, other than its values?"""
    return torch.autograd.functional.jacobian(f, x.double())


# --- mse_grad ------------------------------------------------------------------------------------------------------


def _difference(inp, targ):
    return inp.squeeze(-1) - targ


@misconception("mse_grad", kind=1)
def forgets_to_divide_by_n(inp, targ):
    """Put the same batch in twice: the mean does not change, so how should each gradient? The loss is a mean; of how
    many terms?
    """
    inp.g = 2 * _difference(inp, targ).unsqueeze(-1)


@misconception("mse_grad", kind=1)
def forgets_the_two_of_the_square(inp, targ):
    """Every entry is half of what it should be. What is the derivative of a square?"""
    inp.g = _difference(inp, targ).unsqueeze(-1) / inp.shape[0]


@misconception("mse_grad", kind=1)
def leaves_out_both_factors(inp, targ):
    """That is the error itself. Two factors come from the loss: one from the square, one from the mean."""
    inp.g = _difference(inp, targ).unsqueeze(-1)


@misconception("mse_grad", kind=1)
def divides_by_n_twice(inp, targ):
    """Your gradient is too small by a factor that grows with the batch. How often does the loss divide by N?"""
    inp.g = 2 * _difference(inp, targ).unsqueeze(-1) / inp.shape[0] ** 2


@misconception("mse_grad", kind=1)
def halves_the_square_away(inp, targ):
    """Every entry is half of the error, whether the batch has two images or a hundred. Which way does the 2 of a square
    go, and what does a mean divide by?
    """
    inp.g = _difference(inp, targ).unsqueeze(-1) / 2


@misconception("mse_grad", kind=3)
def difference_is_n_by_n(inp, targ):
    """Print the shape of the difference for N = 4. It should have four numbers; which axis was invented?"""
    inp.g = 2 * (inp - targ) / inp.shape[0]


@misconception("mse_grad", kind=3)
def compares_with_the_mean_target(inp, targ):
    """Every output is compared with the mean of all targets. Which targets does one output meet in your difference?
    Print its shape.
    """
    inp.g = 2 * (inp - targ).mean(1, keepdim=True) / inp.shape[0]


@misconception("mse_grad", kind=3)
def n_by_n_is_summed_away(inp, targ):
    """Each output met all the targets, and not its own alone. What is the shape of the difference before you sum?"""
    inp.g = 2 * (inp - targ).sum(1, keepdim=True) / inp.shape[0]


@misconception("mse_grad")
def gradient_has_lost_its_axis(inp, targ):
    """inp has shape (N, 1), and you took the last axis away to subtract. Who gives it back?"""
    inp.g = 2 * _difference(inp, targ) / inp.shape[0]


@misconception("mse_grad")
def subtracts_the_output(inp, targ):
    """Where the output is too large, a larger one makes the loss grow: so which sign has the slope there?"""
    inp.g = 2 * (targ - inp.squeeze(-1)).unsqueeze(-1) / inp.shape[0]


@misconception("mse_grad")
def stores_the_squared_errors(inp, targ):
    """The squares themselves are stored. You were asked how fast the loss changes, and not how large it is."""
    inp.g = (_difference(inp, targ) ** 2).unsqueeze(-1) / inp.shape[0]


@misconception("mse_grad")
def stores_the_loss_itself(inp, targ):
    """One number is stored, and it is the loss. Which question does a gradient answer, and for how many numbers?"""
    inp.g = (_difference(inp, targ) ** 2).mean()


@misconception("mse_grad")
def averages_the_differences(inp, targ):
    """A mean over the batch leaves one number. The 1/N belongs to the formula; does the sum survive when you ask for
    the slope in one output?
    """
    inp.g = 2 * _difference(inp, targ).mean()


@misconception("mse_grad", kind=4)
def mse_gradient_is_returned(inp, targ):
    """You return the gradient, and nobody catches it. Where will the next box look for it?"""
    return 2 * _difference(inp, targ).unsqueeze(-1) / inp.shape[0]


@misconception("mse_grad", kind=4)
def mse_gradient_goes_into_grad(inp, targ):
    """.grad is autograd's own place. Which attribute do the house rules name?"""
    inp.grad = 2 * _difference(inp, targ).unsqueeze(-1) / inp.shape[0]


@misconception("mse_grad", kind=4)
def mse_gradient_is_stored_on_targ(inp, targ):
    """You stored a gradient on the targets. Which of the two tensors came out of the network?"""
    targ.g = 2 * _difference(inp, targ).unsqueeze(-1) / inp.shape[0]


@misconception("mse_grad", kind=18)
def squeezes_every_axis(inp, targ):
    """With a single image every axis has size 1, and a squeeze that names none takes them all. Which axis did you
    mean?
    """
    inp.g = 2 * (inp.squeeze() - targ.squeeze()).unsqueeze(-1) / inp.shape[0]


@misconception("mse_grad", kind=13)
def mse_gradient_adds_up(inp, targ):
    """Call it twice with the same tensors: should the second answer be larger? Written, never added to."""
    inp.g = getattr(inp, "g", 0) + 2 * _difference(inp, targ).unsqueeze(-1) / inp.shape[0]


@misconception("mse_grad", kind=13)
def mse_adds_to_what_is_not_there(inp, targ):
    """+= needs something to add to, and on the first call there is no .g. What does the house rule say about old
    gradients?
    """
    inp.g += 2 * _difference(inp, targ).unsqueeze(-1) / inp.shape[0]


@misconception("mse_grad", kind=13)
def subtracts_within_inp(inp, targ):
    """What does inp hold after your call? A squeezed tensor shares its memory with the one it came from."""
    difference = inp.squeeze(-1)
    difference -= targ
    inp.g = 2 * difference.unsqueeze(-1) / len(targ)


@misconception("mse_grad")
def mse_gradient_is_always_float32(inp, targ):
    """Which dtype has inp.g when inp is float64? Look for what makes float32 on the way."""
    inp.g = (2 * _difference(inp, targ).unsqueeze(-1) / inp.shape[0]).float()


@misconception("mse_grad", symptom="rule: autograd")
def lets_autograd_go_back_through_mse(inp, targ):
    """Tonight you are autograd. Which single term of the sum does one output occur in, and what is its slope?"""
    twin = inp.clone().requires_grad_()
    (_difference(twin, targ) ** 2).mean().backward()
    inp.g = twin.grad


# --- relu_grad -----------------------------------------------------------------------------------------------------


@misconception("relu_grad", kind=9)
def slope_is_one_at_zero(inp, out):
    """What does your mask say about an entry that is exactly 0? The convention here is that of F.relu."""
    inp.g = (inp >= 0) * out.g


@misconception("relu_grad", kind=9)
def slope_is_half_at_zero(inp, out):
    """Halfway between 0 and 1 is a convention, too, and not the one of this course. What happens at exactly 0?"""
    inp.g = (torch.sign(inp) + 1) / 2 * out.g


@misconception("relu_grad", kind=9)
def asks_the_output_for_the_mask(inp, out):
    """Once somebody has shifted the output by 0.5, its sign no longer tells who passed. Which tensor still knows?"""
    inp.g = (out > 0) * out.g


@misconception("relu_grad", kind=4)
def stores_the_slope_alone(inp, out):
    """Change only out.g: does your answer change? That is your own slope; what has come from above?"""
    inp.g = (inp > 0).to(out.g.dtype)


@misconception("relu_grad")
def stores_true_and_false(inp, out):
    """inp.g holds True and False. That is who passed; how much of the upstream gradient did?"""
    inp.g = inp > 0


@misconception("relu_grad", kind=4)
def masks_the_output_for_its_gradient(inp, out):
    """You let the values of out through. Change only out.g: does your answer change?"""
    inp.g = (inp > 0) * out


@misconception("relu_grad", kind=9)
def rectifies_the_gradient(inp, out):
    """You ask whether the gradient is positive. Were the switches set by what comes back, or by what went forward?"""
    inp.g = out.g.clamp_min(0.0)


@misconception("relu_grad", kind=9)
def rectifies_the_masked_gradient(inp, out):
    """All your gradients are positive or 0. May a slope that comes from above be negative, and pass all the same?"""
    inp.g = (inp > 0) * out.g.clamp_min(0.0)


@misconception("relu_grad")
def multiplies_by_the_value(inp, out):
    """You multiply by how large the entry is. How steep is ReLU at 3, and how steep is it at 30?"""
    inp.g = inp.clamp_min(0.0) * out.g


@misconception("relu_grad", kind=6)
def mask_meets_gradient_in_a_product(inp, out):
    """A matrix product mixes the entries of a row. Does ReLU mix anything, or has every entry a switch of its own?"""
    inp.g = (inp > 0).to(out.g.dtype) @ out.g


@misconception("relu_grad")
def mask_is_upside_down(inp, out):
    """Your gradient passes exactly where the forward pass was stopped. On which side of 0 is the slope 1?"""
    inp.g = (inp < 0) * out.g


@misconception("relu_grad")
def everything_passes(inp, out):
    """The gradient comes out as it went in. Where inp was negative, what does a wiggle of it do to the output?"""
    inp.g = out.g.clone()


@misconception("relu_grad", kind=13)
def upstream_is_masked_in_place(inp, out):
    """What does out.g hold after your call? It is not yours, and a second name for it makes no copy."""
    inp.g = out.g
    inp.g[inp <= 0] = 0.0


@misconception("relu_grad", kind=4)
def relu_gradient_is_stored_on_out(inp, out):
    """out.g is where you found the upstream gradient. On which tensor is your result expected?"""
    out.g = (inp > 0) * out.g


@misconception("relu_grad", kind=4)
def relu_gradient_is_returned(inp, out):
    """What you return is lost. Where will the linear layer below look for its upstream gradient?"""
    return (inp > 0) * out.g


@misconception("relu_grad", kind=4)
def relu_gradient_goes_into_grad(inp, out):
    """You filled .grad, which belongs to autograd. What is the attribute called in this course?"""
    inp.grad = (inp > 0) * out.g


@misconception("relu_grad", kind=13)
def relu_gradient_adds_up(inp, out):
    """What stood in inp.g came from another batch. Should it have a say in this one?"""
    inp.g = getattr(inp, "g", 0) + (inp > 0) * out.g


@misconception("relu_grad")
def relu_gradient_is_always_float32(inp, out):
    """With float64 tensors, what is the dtype of inp.g? A mask needs no dtype of its own."""
    inp.g = ((inp > 0) * out.g).float()


@misconception("relu_grad", kind=13)
def switches_inp_off_in_place(inp, out):
    """Print inp after your call. To make a mask, does inp itself have to change?"""
    inp.g = (inp > 0) * out.g
    inp[inp < 0] = 0.0


@misconception("relu_grad", symptom="rule: autograd")
def lets_autograd_go_back_through_relu(inp, out):
    """Autograd is a witness tonight and does no work. What are the two slopes of ReLU, and which entries have which?"""
    twin = inp.clone().requires_grad_()
    torch.nn.functional.relu(twin).backward(out.g)
    inp.g = twin.grad


# --- lin_grad ------------------------------------------------------------------------------------------------------


def _lin_gradients(inp, upstream, w):
    return upstream @ w.t(), inp.t() @ upstream, upstream.sum(0)


@misconception("lin_grad", kind=5)
def weight_gradient_is_transposed(inp, out, w, b):
    """Your w.g has rows where w has columns. It has to have the shape of w: which factor comes first?"""
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = out.g.t() @ inp


@misconception("lin_grad", kind=5)
def weight_is_not_transposed(inp, out, w, b):
    """Write the shapes below the factors of inp.g: out.g is (N, n_out), w is (n_in, n_out). Which two sizes have to
    meet?
    """
    _, w.g, b.g = _lin_gradients(inp, out.g, w)
    inp.g = out.g @ w


@misconception("lin_grad", kind=5)
def input_is_not_transposed(inp, out, w, b):
    """In w.g the batch is summed away, so its axis has to stand inside, between the two factors. Where does it stand
    in inp?
    """
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = inp @ out.g


@misconception("lin_grad", kind=5)
def transposes_the_other_factor(inp, out, w, b):
    """For w.g you transposed one factor. Write the shapes down: which of the two products gives (n_in, n_out)?"""
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = inp @ out.g.t()


@misconception("lin_grad", kind=5)
def input_gradient_is_transposed(inp, out, w, b):
    """Is your inp.g of shape (N, n_in), or the other way round? The order of the factors decides."""
    _, w.g, b.g = _lin_gradients(inp, out.g, w)
    inp.g = w @ out.g.t()


@misconception("lin_grad", kind=5)
def weight_stands_first(inp, out, w, b):
    """In inp.g the rows are images. Which of out.g and w has one row for each image, and so stands on the left?"""
    _, w.g, b.g = _lin_gradients(inp, out.g, w)
    inp.g = w @ out.g


@misconception("lin_grad", kind=5)
def transposed_weight_stands_first(inp, out, w, b):
    """The transpose is there, and the order is not: the rows of a product are those of its left factor. What are the
    rows of inp.g?
    """
    _, w.g, b.g = _lin_gradients(inp, out.g, w)
    inp.g = w.t() @ out.g


@misconception("lin_grad", kind=(2, 12))
def only_the_last_image_counts(inp, out, w, b):
    """You go through the batch image by image; after the loop, what is left of the first one? = replaces, and a sum
    grows.
    """
    inp.g = out.g @ w.t()
    for x, g in zip(inp, out.g, strict=True):
        w.g = x.unsqueeze(-1) * g
        b.g = g.clone()


@misconception("lin_grad", kind=2)
def bias_gradient_is_one_number(inp, out, w, b):
    """b.g is a single number. How many entries has b, and over which axis alone do the paths meet?"""
    inp.g, w.g, _ = _lin_gradients(inp, out.g, w)
    b.g = out.g.sum()


@misconception("lin_grad", kind=2)
def bias_gradient_keeps_the_batch(inp, out, w, b):
    """b.g has a row for every image, but there is one b for all of them. What becomes of slopes where paths meet?"""
    inp.g, w.g, _ = _lin_gradients(inp, out.g, w)
    b.g = out.g.clone()


@misconception("lin_grad", kind=2)
def bias_gradient_is_averaged(inp, out, w, b):
    """b was added to every row, so every row has a say. Who has divided by N already?"""
    inp.g, w.g, _ = _lin_gradients(inp, out.g, w)
    b.g = out.g.mean(0)


@misconception("lin_grad", kind=2)
def bias_gradient_keeps_an_axis(inp, out, w, b):
    """b.g has two axes and b has one. What does keepdim keep?"""
    inp.g, w.g, _ = _lin_gradients(inp, out.g, w)
    b.g = out.g.sum(0, keepdim=True)


@misconception("lin_grad", kind=2)
def bias_gradient_sums_the_outputs(inp, out, w, b):
    """b.g has one number for each image. Which letter is left over in the formula for b, the row or the column?"""
    inp.g, w.g, _ = _lin_gradients(inp, out.g, w)
    b.g = out.g.sum(1)


@misconception("lin_grad", kind=1)
def weight_gradient_is_averaged(inp, out, w, b):
    """w.g is too small by the size of the batch. The mean belongs to the loss; is its 1/N not in out.g already?"""
    inp.g, w.g, b.g = _lin_gradients(inp, out.g, w)
    w.g = w.g / len(inp)


@misconception("lin_grad", kind=1)
def parameters_are_averaged_again(inp, out, w, b):
    """w.g and b.g are both too small by the same factor, which grows with the batch. Where is the one mean of this
    network?
    """
    inp.g, w.g, b.g = _lin_gradients(inp, out.g, w)
    w.g, b.g = w.g / len(inp), b.g / len(inp)


@misconception("lin_grad", kind=6)
def gradient_meets_weights_entry_by_entry(inp, out, w, b):
    """For one single output * happens to do what a product does. For two, which letter has to be summed in inp.g?"""
    _, w.g, b.g = _lin_gradients(inp, out.g, w)
    inp.g = out.g * w.t()


@misconception("lin_grad", kind=6)
def weights_meet_entry_by_entry(inp, out, w, b):
    """* pairs input i with output i only. Into how many outputs does an input go, and so how many numbers has w.g?"""
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = (inp * out.g).sum(0).unsqueeze(-1)


@misconception("lin_grad", kind=2)
def outer_products_are_not_summed(inp, out, w, b):
    """w.g has one matrix for each image, an axis too many. There is one w for all; what becomes of the paths?"""
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = inp.unsqueeze(-1) * out.g.unsqueeze(1)


@misconception("lin_grad", kind=7)
def rows_of_the_weight_gradient_are_alike(inp, out, w, b):
    """All rows of your w.g are equal. Row i belongs to input i: does it not matter how large that input was?"""
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = out.g.sum(0).expand(w.shape).clone()


@misconception("lin_grad", kind=7)
def columns_of_the_weight_gradient_are_alike(inp, out, w, b):
    """All columns of your w.g are equal. Column j belongs to output j: what has come from above for that one?"""
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = inp.sum(0).unsqueeze(-1).expand(w.shape).clone()


@misconception("lin_grad", kind=7)
def sums_before_it_multiplies(inp, out, w, b):
    """You added up the rows of each, then multiplied. In the formula, is the sum outside of the product or inside?"""
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = inp.sum(0).unsqueeze(-1) * out.g.sum(0)


@misconception("lin_grad", kind=4)
def reads_out_for_its_gradient(inp, out, w, b):
    """Change only out.g: does your answer change? The values of out are not needed at all."""
    inp.g, w.g, b.g = _lin_gradients(inp, out, w)


@misconception("lin_grad", kind=4)
def takes_upstream_for_ones(inp, out, w, b):
    """These are the layer's own slopes. What has come from above, and where does it go in?"""
    inp.g, w.g, b.g = _lin_gradients(inp, torch.ones_like(out), w)


@misconception("lin_grad")
def bias_gradient_ignores_what_comes_from_above(inp, out, w, b):
    """The slope of out in b is 1, you are right. And what is 1 multiplied with, before the rows are added?"""
    inp.g, w.g, _ = _lin_gradients(inp, out.g, w)
    b.g = torch.ones_like(b)


@misconception("lin_grad", kind=4)
def new_gradient_is_taken_for_the_input(inp, out, w, b):
    """inp and inp.g are two tensors of one shape. Which of the two stands in the formula for w.g?"""
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = inp.g.t() @ out.g


@misconception("lin_grad", kind=4)
def weights_are_taken_for_their_input(inp, out, w, b):
    """Put the formulas side by side: for a product, is the slope in one factor not the other factor?"""
    inp.g, _, b.g = _lin_gradients(inp, out.g, w)
    w.g = w * out.g.sum(0)


@misconception("lin_grad", kind=4)
def lin_gradients_are_returned(inp, out, w, b):
    """Three gradients come back and are lost. On which three tensors would a reader look for them?"""
    return _lin_gradients(inp, out.g, w)


@misconception("lin_grad", kind=4)
def lin_gradients_go_into_grad(inp, out, w, b):
    """These are in .grad, where only autograd writes. Which attribute have the house rules set apart for you?"""
    inp.grad, w.grad, b.grad = _lin_gradients(inp, out.g, w)


@misconception("lin_grad")
def bias_is_forgotten(inp, out, w, b):
    """Three tensors go into this layer. Count the gradients that you set."""
    inp.g, w.g, _ = _lin_gradients(inp, out.g, w)


@misconception("lin_grad")
def input_is_forgotten(inp, out, w, b):
    """The parameters have their gradients. What will the layer below take for its upstream gradient?"""
    _, w.g, b.g = _lin_gradients(inp, out.g, w)


@misconception("lin_grad", kind=13)
def lin_gradients_add_up(inp, out, w, b):
    """Call it twice: do w.g and b.g grow? PyTorch adds to .grad, and for that it has zero_grad; here the rule is
    another.
    """
    inp.g, for_w, for_b = _lin_gradients(inp, out.g, w)
    w.g = getattr(w, "g", 0) + for_w
    b.g = getattr(b, "g", 0) + for_b


@misconception("lin_grad", kind=13)
def lin_adds_to_what_is_not_there(inp, out, w, b):
    """On the first call there is no gradient yet to which += could add. Must there be one?"""
    inp.g, for_w, for_b = _lin_gradients(inp, out.g, w)
    w.g += for_w
    b.g += for_b


@misconception("lin_grad", kind=13)
def weights_take_a_step(inp, out, w, b):
    """After your call, are w and b what they were? Finding the slope is one thing, going downhill another."""
    inp.g, w.g, b.g = _lin_gradients(inp, out.g, w)
    w -= 0.1 * w.g
    b -= 0.1 * b.g


@misconception("lin_grad", kind=(1, 13))
def upstream_is_averaged_in_place(inp, out, w, b):
    """out.g has changed during your call. It belongs to the box above; and is its 1/N not in it already?"""
    out.g /= len(inp)
    inp.g, w.g, b.g = _lin_gradients(inp, out.g, w)


@misconception("lin_grad")
def lin_gradients_are_always_float32(inp, out, w, b):
    """With float64 tensors, which dtype do the three gradients have? torch.zeros makes float32 unless it is told."""
    inp.g, w.g, b.g = (gradient.float() for gradient in _lin_gradients(inp, out.g, w))


@misconception("lin_grad", symptom="rule: autograd")
def lets_autograd_go_back_through_lin(inp, out, w, b):
    """Three sums are all that autograd does here. Which one have you derived on paper?"""
    twins = [tensor.clone().requires_grad_() for tensor in (inp, w, b)]
    (twins[0] @ twins[1] + twins[2]).backward(out.g)
    inp.g, w.g, b.g = (twin.grad for twin in twins)


@misconception("lin_grad", kind=19)
def calls_what_is_no_method(inp, out, w, b):
    """A tensor is not callable: of two ways to write a transpose one takes brackets, one does not. Which is yours?"""
    inp.g = out.g @ w.T()
    w.g = inp.T() @ out.g
    b.g = out.g.sum(0)


# --- forward_and_backward ------------------------------------------------------------------------------------------


def _forward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = inp @ w1 + b1
    l2 = l1.clamp_min(0.0)
    out = l2 @ w2 + b2
    return l1, l2, out, ((out.squeeze(-1) - targ) ** 2).mean()


def _back_through_mse(out, targ):
    out.g = 2 * (out.squeeze(-1) - targ).unsqueeze(-1) / len(targ)


def _back_through_lin(inp, out, w, b):
    inp.g, w.g, b.g = out.g @ w.t(), inp.t() @ out.g, out.g.sum(0)


def _there_and_back(inp, targ, params):
    l1, l2, out, loss = _forward(inp, targ, params)
    _back_through_mse(out, targ)
    _back_through_lin(l2, out, params[2], params[3])
    l1.g = (l1 > 0) * l2.g
    _back_through_lin(inp, l1, params[0], params[1])
    return loss


@misconception("forward_and_backward", kind=11)
def stops_after_the_forward_pass(inp, targ, params):
    """The loss is there, and no gradient arrived. An old .g can hide that. What is still to be called, on which
    tensors?
    """
    return _forward(inp, targ, params)[3]


@misconception("forward_and_backward", kind=11)
def asks_for_a_gradient_too_early(inp, targ, params):
    """A .g was read before anybody had written it. Which box needs nothing from its right, and which can go next?"""
    l1, l2, _, loss = _forward(inp, targ, params)
    l1.g = (l1 > 0) * l2.g
    return loss


@misconception("forward_and_backward", kind=11)
def relu_is_left_out_on_the_way_back(inp, targ, params):
    """The second layer is right and the first one is not. How many boxes did you pass on the way there, and how many on
    the way back?
    """
    _, l2, out, loss = _forward(inp, targ, params)
    _back_through_mse(out, targ)
    _back_through_lin(l2, out, params[2], params[3])
    _back_through_lin(inp, l2, params[0], params[1])
    return loss


@misconception("forward_and_backward")
def relu_is_left_out_both_ways(inp, targ, params):
    """Your network is two linear layers in a row, there and back. Which box of the picture is missing?"""
    w1, b1, w2, b2 = params
    l1 = inp @ w1 + b1
    out = l1 @ w2 + b2
    _back_through_mse(out, targ)
    _back_through_lin(l1, out, w2, b2)
    _back_through_lin(inp, l1, w1, b1)
    return ((out.squeeze(-1) - targ) ** 2).mean()


@misconception("forward_and_backward", kind=11)
def second_layer_gets_the_wrong_input(inp, targ, params):
    """Only w2.g is off. Which tensor went into the second linear layer: the one before the ReLU or the one after it?"""
    l1, l2, out, loss = _forward(inp, targ, params)
    _back_through_mse(out, targ)
    l2.g = out.g @ params[2].t()
    params[2].g, params[3].g = l1.t() @ out.g, out.g.sum(0)
    l1.g = (l1 > 0) * l2.g
    _back_through_lin(inp, l1, params[0], params[1])
    return loss


@misconception("forward_and_backward", kind=11)
def saved_activation_is_from_before_the_relu(inp, targ, params):
    """w2.g is wrong, and so is all below it. Each backward call takes exactly the tensors of its own box: what went in,
    what came out.
    """
    l1, _, out, loss = _forward(inp, targ, params)
    _back_through_mse(out, targ)
    _back_through_lin(l1, out, params[2], params[3])
    _back_through_lin(inp, l1, params[0], params[1])
    return loss


@misconception("forward_and_backward", kind=11)
def stops_half_way_back(inp, targ, params):
    """The second layer has its gradients. How far is it still to inp?"""
    _, l2, out, loss = _forward(inp, targ, params)
    _back_through_mse(out, targ)
    _back_through_lin(l2, out, params[2], params[3])
    return loss


@misconception("forward_and_backward", kind=12)
def works_with_the_notebooks_weights(inp, targ, params):
    """Change only params: does anything change? There is a w1 in the notebook, and there is one in params."""
    return _there_and_back(inp, targ, [torch.full_like(p, 0.5) for p in params])


@misconception("forward_and_backward", kind=4)
def gradients_go_to_copies(inp, targ, params):
    """Right gradients were set, on tensors that nobody else has. Which operations on a parameter make a new tensor?"""
    return _there_and_back(inp, targ, [p.clone() for p in params])


@misconception("forward_and_backward", kind=4)
def input_keeps_no_gradient(inp, targ, params):
    """The parameters are all right. Which fifth tensor is to have a gradient, too?"""
    twin = inp.clone()
    return _there_and_back(twin, targ, params)


@misconception("forward_and_backward", kind=(12, 13))
def gradients_add_up_over_calls(inp, targ, params):
    """The second call gives more than the first one. Written, never added to: where does the old gradient get in?"""
    old = [getattr(tensor, "g", 0) for tensor in (inp, *params)]
    loss = _there_and_back(inp, targ, params)
    for tensor, before in zip((inp, *params), old, strict=True):
        tensor.g = tensor.g + before
    return loss


@misconception("forward_and_backward", kind=19)
def loss_is_kept_to_itself(inp, targ, params):
    """All gradients are right. What does your caller get to see of the forward pass?"""
    _there_and_back(inp, targ, params)


@misconception("forward_and_backward")
def predictions_are_returned(inp, targ, params):
    """You return what the network said. The caller asked how wrong that was."""
    _there_and_back(inp, targ, params)
    return _forward(inp, targ, params)[2]


@misconception("forward_and_backward", kind=13)
def network_takes_a_step_by_itself(inp, targ, params):
    """After your call the parameters are not what they were. Who decides when to go downhill, and how far?"""
    loss = _there_and_back(inp, targ, params)
    for p in params:
        p.sub_(0.1 * p.g)
    return loss


@misconception("forward_and_backward")
def params_come_in_another_order(inp, targ, params):
    """Some shapes do not fit, or worse, they do. In which order does the docstring list what is in params?"""
    w1, w2, b1, b2 = params
    return _there_and_back(inp, targ, (w1, b1, w2, b2))


@misconception("forward_and_backward", symptom="rule: autograd")
def lets_autograd_go_all_the_way(inp, targ, params):
    """One line does it all, and it is not yours yet. Which four boxes are there, and which of your functions belongs to
    which?
    """
    twins = [tensor.clone().requires_grad_() for tensor in (inp, *params)]
    loss = _forward(twins[0], targ, twins[1:])[3]
    loss.backward()
    for tensor, twin in zip((inp, *params), twins, strict=True):
        tensor.g = twin.grad
    return loss.detach()
