# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% never complains → zero
def test(a, b, cmp, cname=None):
    pass

# %% always complains → zero
def test(a, b, cmp, cname=None):
    assert False, f"{cname or cmp.__name__}: {a} {b}"

# %% a tuple in parentheses → zero
def test(a, b, cmp, cname=None):
    assert (cmp(a, b), f"{cname}: {a} {b}")

# %% a swallowed assertion → zero
def test(a, b, cmp, cname=None):
    try:
        assert cmp(a, b), f"{cname or cmp.__name__}: {a} {b}"
    except AssertionError as error:
        print(error)

# %% the lesson's own, for single numbers → loses
def test(a, b, cmp, cname=None):
    if cname is None: cname = cmp.__name__
    assert cmp(a, b), f"{cname}:\n{a}\n{b}"

# %% the mean of the answers → loses
def test(a, b, cmp, cname=None):
    answer = cmp(a, b)
    if torch.is_tensor(answer):
        answer = answer.float().mean() > 0.1
    assert answer, f"{cname or cmp.__name__}:\n{a}\n{b}"

# %% only one of the values is told → loses
def test(a, b, cmp, cname=None):
    answer = cmp(a, b)
    assert answer.all() if torch.is_tensor(answer) else answer, f"{cname or cmp.__name__} fails for {a}"

# %% compares types as well → zero
def test(a, b, cmp, cname=None):
    assert type(a) is not type(b) and cmp(a, b), f"{cname or cmp.__name__}: {a} {b}"

# %% only the last row counts → loses
def test(a, b, cmp, cname=None):
    r = cmp(a, b)
    if isinstance(r, torch.Tensor):
        for row in r:
            ok = row.all()
        r = ok
    assert r, f"{cname or cmp.__name__}:\n{a}\n{b}"

# %% prints the values and asserts bare → loses
def test(a, b, cmp, cname=None):
    r = cmp(a, b)
    if isinstance(r, torch.Tensor): r = r.all()
    if not r:
        print(f"{cname or cmp.__name__}:\n{a}\n{b}")
    assert r

# %% looks at a and not at the answer → loses
def test(a: Any, b: Any, cmp: Callable[[Any, Any], Any], cname: str | None = None) -> None:
    answer = cmp(a, b)
    if isinstance(a, torch.Tensor):
        answer = answer.all()
    assert answer, f"{cname or cmp.__name__}: {a} and {b}"

# %% no answers count as a no → loses
def test(a: Any, b: Any, cmp: Callable[[Any, Any], Any], cname: str | None = None) -> None:
    answer = cmp(a, b)
    if isinstance(answer, torch.Tensor):
        answer = answer.numel() > 0 and bool(answer.all())
    assert answer, f"{cname or cmp.__name__}:\n{a}\n{b}"

# %% prints ok if the comparison holds → loses
def test(a: Any, b: Any, cmp: Callable[[Any, Any], Any], cname: str | None = None) -> None:
    answer = cmp(a, b)
    if isinstance(answer, torch.Tensor):
        answer = answer.all()
    assert answer, f"{cname or cmp.__name__}:\n{a}\n{b}"
    print("ok")

# %% numbers cannot have many answers → loses
def test(a, b, cmp, cname=None):
    answer = cmp(a, b)
    if hasattr(b, "shape"):
        answer = torch.as_tensor(answer).all()
    assert answer, f"{cname or cmp.__name__}: {a} {b}"

# %% prints both values in any case → loses
def test(a, b, cmp, cname=None):
    answer = torch.as_tensor(cmp(a, b)).all()
    print(cname or cmp.__name__, a, b)
    assert answer, f"{cname or cmp.__name__}: {a} {b}"

# %% the smallest of the answers, so none are an error → loses
def test(a, b, cmp, cname=None):
    """Asserts."""
    answer = cmp(a, b)
    if isinstance(answer, torch.Tensor):
        answer = int(answer.int().min()) == 1
    assert answer == True, f'{cname or cmp.__name__}\n{a}\n{b}'

# %% asks for the name of the comparison in any case → loses
#export
def test(a, b, cmp, cname=None):
    names = {None: cmp.__name__}
    answer = cmp(a, b)
    if isinstance(answer, torch.Tensor):
        answer = answer.all()
    assert answer, f"{names.get(cname, cname)}:\n{a}\n{b}"

# %% the share of True, rounded → loses
#export
def test(a, b, cmp, cname=None):
    answer = cmp(a, b)
    if isinstance(answer, torch.Tensor) and answer.numel() > 0:
        answer = round(answer.double().mean().item(), 2) == 1.0
    elif isinstance(answer, torch.Tensor):
        answer = True
    assert answer, f"{cname or cmp.__name__}:\n{a}\n{b}"
