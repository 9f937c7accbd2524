"""Traced calls of student code that keeps rules, breaks them, or hides and so asks for a review."""

from __future__ import annotations

import pytest
import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.call import Trial
from foundations.grading.compare import CheckFailed
from foundations.grading.evidence import Replayer
from foundations.grading.growth import Growth
from foundations.grading.rules import Rule
from foundations.grading.speed import Stopwatch
from foundations.grading.student import Student

RULE = Rule(about="rows and columns", allow=all_but("matrix product", "einsum", "numpy", "list round trip"))
CASES = [(2, 3, 4), (3, 2, 2), (1, 4, 3)]


@pytest.fixture
def student(session, forkserver):
    """Return a function that makes the ``Student`` of the exercise ``product`` from the sources of cells."""
    replayers = []

    def make(*cells):
        notebook = session("import torch", *cells)
        notebook.finish()
        assert not any(run.error for run in notebook.runs.values()), notebook.runs
        replayers.append(Replayer(forkserver))
        # Without the source, so that the trace alone decides.
        return Student("product", (), notebook, 1, [], None, Stopwatch(forkserver), replayers[-1])

    yield make
    for replayer in replayers:
        replayer.close()


def trial(student):
    generator = student.generator("inputs")

    def make(n, k, m):
        return torch.randn(n, k, generator=generator), torch.randn(k, m, generator=generator)

    def check(call):
        a, b = call.args
        call.must_return(a @ b, scale=float(a.shape[1]))

    return Trial(make, check)


HONEST = {
    "rows": "def product(a, b):\n    return torch.stack([(r.unsqueeze(-1) * b).sum(0) for r in a])",
    "loops over single numbers": """
def product(a, b):
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[:, j]).sum().item()
    return c
""",
    "a list of sums": "def product(a, b):\n    return torch.tensor([[(r * c).sum() for c in b.T] for r in a])",
    "vmap": "def product(a, b):\n    return torch.vmap(lambda r: (r[:, None] * b).sum(0))(a)",
    "text that is run": "exec('def product(a, b):\\n    return (a[:, :, None] * b).sum(1)')",
    "a thread that sleeps": """
import threading, time
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
def product(a, b):
    return (a[:, :, None] * b).sum(1)
""",
    "a print and an assertion": """
def product(a, b):
    assert torch.isfinite(a).all()
    print(a, b)
    return (a[:, :, None] * b).sum(1)
""",
    "compared with the library elsewhere": """
def product(a, b):
    return (a[:, :, None] * b).sum(1)
assert torch.allclose(product(torch.ones(2, 3), torch.ones(3, 2)), torch.ones(2, 3) @ torch.ones(3, 2))
""",
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_call_is_proved(student, name) -> None:
    """For every honest idiom the replay gives the value, without a review."""
    product = student(HONEST[name])
    product.must_obey(RULE, trial(product), CASES)
    assert product.reviews == []


BROKEN = {
    "at": "def product(a, b):\n    return a @ b",
    "by a name made of parts": "def product(a, b):\n    return getattr(torch, 'mat' + 'mul')(a, b)",
    "in text that is run": "exec('def product(a, b):\\n    return a ' + chr(64) + ' b')",
    "an operator of the library below": "def product(a, b):\n    return torch.ops.aten.mm(a, b)",
    "with functions switched off": """
def product(a, b):
    with torch._C.DisableTorchFunction():
        return a @ b
""",
    "a convolution": """
def product(a, b):
    return torch.ops.aten.slow_conv3d(
        a.t()[None, :, :, None, None], b.t()[:, :, None, None, None], [1, 1, 1]
    )[0, :, :, 0, 0].t().clone()
""",
    "hidden unless traced, then something else": """
def product(a, b):
    if torch._C._len_torch_function_stack():
        return torch.zeros(a.shape[0], b.shape[1])
    return a @ b
""",
    "a patched function": "torch.atan2 = lambda a, b: a @ b\ndef product(a, b):\n    return torch.atan2(a, b)",
}


@pytest.mark.parametrize("name", BROKEN)
def test_forbidden_operation_that_ran_is_evidence(student, name) -> None:
    """A forbidden operation fails the check, and so does a wrong value in the traced call."""
    product = student(BROKEN[name])
    with pytest.raises(CheckFailed):
        product.must_obey(RULE, trial(product), CASES)


BELOW = {
    "an object that a layer asks": """
table = vars(torch)
def product(a, b):
    found = []
    class No:
        def __bool__(self):
            found.append(table['mat' + 'mul'](a, b))
            return False
    torch.nn.functional.relu(a, inplace=No())
    return found[0]
""",
    "a hook that a layer calls": """
table = vars(torch)
def product(a, b):
    found = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: found.append(table['mat' + 'mul'](a, b)) or t, lambda t: t):
        torch.nn.functional.softplus(torch.ones(1, requires_grad=True))
    return found[0]
""",
    "counts that leave it out": """
import foundations.worker.tracing as tracing
add, table = tracing._Tally.add, vars(torch)
tracing._Tally.add = lambda self, name, *more: None if name.endswith(('mm', 'matmul')) else add(self, name, *more)
def product(a, b):
    return table['mat' + 'mul'](a, b)
""",
}


@pytest.mark.parametrize("name", BELOW)
def test_forbidden_operator_of_the_record_is_evidence(student, name) -> None:
    """A recorded operator counts below any function, and even if it was not counted, because the replay runs it."""
    product = student(BELOW[name])
    with pytest.raises(CheckFailed, match=r"`aten\.mm` \(a matrix product\)"):
        product.must_obey(RULE, trial(product), CASES)


def test_operator_that_was_recorded_and_not_counted_asks_for_a_review(student) -> None:
    """An allowed operator costs no points, but a trace that does not count it was manipulated."""
    product = student(
        "import foundations.worker.tracing as tracing\nadd = tracing._Tally.add\n"
        "tracing._Tally.add = lambda self, name, *more: None if 'sum' in name else add(self, name, *more)",
        "def product(a, b):\n    return (a[:, :, None] * b).sum(1)",
    )
    product.must_obey(RULE, trial(product), CASES)
    assert "`aten.sum` ran without being seen" in product.reviews[0].reason


def test_a_call_too_long_to_record_is_followed_by_another_size(student) -> None:
    """An honest loop over many numbers asks for no review."""
    source = """
def product(a, b):
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c
"""
    product = student(source)
    for _ in range(4):
        product.must_obey(RULE, trial(product), [(2, 3, 4), (3, 784, 3)])
    assert product.reviews == []


NUMBERS = Rule(about="adding up", allow=all_but("matrix product"), numbers=True)


def test_numbers_that_a_thread_may_have_computed_ask_for_a_review(student) -> None:
    """A number that was read in the open is not evidence if another thread worked in the meantime."""
    source = """
from concurrent.futures import ThreadPoolExecutor
pool, table = ThreadPoolExecutor(1), vars(torch)
def product(a, b):
    a.sum().item()
    return torch.tensor(WORK)
"""
    hidden = "pool.submit(lambda: table['mat' + 'mul'](a, b).tolist()).result()"
    product = student(source.replace("WORK", hidden))
    product.must_obey(NUMBERS, trial(product), CASES)
    assert product.reviews[0].reason.endswith("numbers were read while another thread worked")
    product = student(source.replace("WORK", "[[sum((r * c).tolist()) for c in b.T] for r in a]"))
    product.must_obey(NUMBERS, trial(product), CASES)
    assert product.reviews == []


GUARD = """
def unseen(f, *args):
    key = torch._C.DispatchKey
    keys = torch._C.DispatchKeySet(key.Python) | torch._C.DispatchKeySet(key.PythonTLSSnapshot)
    with torch._C.DisableTorchFunction(), torch._C._ExcludeDispatchKeyGuard(keys):
        return f(*args)
"""
HIDDEN = {
    "both modes off": (GUARD, "def product(a, b):\n    return unseen(torch.matmul, a, b)"),
    "as constants": (GUARD, "def product(a, b):\n    return torch.tensor(unseen(lambda: (a @ b).tolist()))"),
    "written into a tensor that was seen": (
        GUARD,
        """
def product(a, b):
    c = (a[:, :1] * b[:1]) * 0
    unseen(c.copy_, unseen(torch.matmul, a, b))
    return c
""",
    ),
    "numbers of it stored one by one": (
        GUARD,
        """
def product(a, b):
    c, hidden = torch.zeros(a.shape[0], b.shape[1]), unseen(lambda: (a @ b).tolist())
    for i, row in enumerate(hidden):
        for j, x in enumerate(row):
            c[i, j] = x
    return c
""",
    ),
    "an operator overridden": (
        "library = torch.library.Library('aten', 'IMPL')\nlibrary.impl('atan2', lambda a, b: torch.mm(a, b), 'CPU')",
        "def product(a, b):\n    return torch.atan2(a, b)",
    ),
    "a custom operator": (
        "library = torch.library.Library('mine', 'DEF')\nlibrary.define('product(Tensor a, Tensor b) -> Tensor')\n"
        "library.impl('product', lambda a, b: torch.mm(a, b), 'CPU')",
        "def product(a, b):\n    return torch.ops.mine.product(a, b)",
    ),
    "the tracing replaced": (
        "import sys\nmodules = sys.modules\nplace = modules['foundations.worker.tracing']\n"
        "place.trace_call = lambda f, a, k=None, inputs=None: (f(*a, **(k or {})), {'function': [], 'dispatch': []})",
        "def product(a, b):\n    return a @ b",
    ),
    "a record of something else": (
        "import foundations.worker.dataflow as d\nkept = d.Dataflow.plain\n"
        "def plain(self, value, args):\n    self.entries, self.calls, self.broken = [], [], ''\n"
        "    return kept(self, value, args)\nd.Dataflow.plain = plain\n",
        "def product(a, b):\n    return (a[:, :, None] * b).sum(1)",
    ),
    "NumPy in the same memory": (
        "import numpy\nfrom_dlpack = numpy.from_dlpack\n",
        "def product(a, b):\n    c = torch.zeros(a.shape[0], b.shape[1])\n"
        "    from_dlpack(c)[:] = from_dlpack(a) @ from_dlpack(b)\n    return c + 0",
    ),
}
#: The cases whose trace shows a forbidden operation: leaving PyTorch for NumPy is itself forbidden.
IN_SIGHT = {"NumPy in the same memory"}


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_work_asks_for_a_review(student, name) -> None:
    """The value is right and no forbidden operation was seen, but the record does not give the value."""
    product = student(*HIDDEN[name])
    if name in IN_SIGHT:
        with pytest.raises(CheckFailed):
            product.must_obey(RULE, trial(product), CASES)
        return
    product.must_obey(RULE, trial(product), CASES)
    [review] = product.reviews
    assert review.exercises == ("product",)
    assert review.reason.startswith("how it computed its result could not be confirmed: ")


def test_growth_is_proved_at_every_size(student) -> None:
    """A function that hides its loop from the trace has no counted operations, and asks for a review."""
    hidden = "def product(a, b):\n    return unseen(lambda: torch.stack([(r[:, None] * b).sum(0) for r in a]))"
    product = student(GUARD, hidden)
    product.must_scale_as(Growth(n=0, k=0, m=0), trial(product), (2, 4, 3), "no loop")
    assert product.reviews
    product = student(HONEST["rows"])
    with pytest.raises(CheckFailed, match="grows as n; no loop"):
        product.must_scale_as(Growth(n=0, k=0, m=0), trial(product), (2, 4, 3), "no loop")
    assert product.reviews == []


def test_value_is_required_at_every_size_of_growth(student) -> None:
    """Zeros without work at the traced sizes are a wrong value, and not an efficient answer."""
    source = "def product(a, b):\n    return a @ b if len(a) < 8 else torch.zeros(len(a), b.shape[1])"
    product = student(source)
    with pytest.raises(CheckFailed, match="are wrong"):
        product.must_scale_as(Growth(n=0, k=0, m=0), trial(product), (2, 4, 3), "no loop")


IN_A_THREAD = """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
def long(a, b):
    for _ in range(2000):
        c = (a[:, :, None] * b).sum(1)
    return c
def product(a, b):
    return pool.submit(long, a, b).result()
"""


def test_work_of_other_threads_during_the_call_is_evidence(student) -> None:
    """The process's clock, read from outside, shows that other threads worked in three calls in a row."""
    product = student(IN_A_THREAD)
    with pytest.raises(CheckFailed, match="other threads worked while it ran"):
        product.must_obey(RULE, trial(product), CASES)
