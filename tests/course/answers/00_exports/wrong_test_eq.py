# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% identity → zero
def test_eq(a, b):
    assert a is b, f"== {a} {b}"

# %% never complains → zero
def test_eq(a, b):
    a == b

# %% always complains → zero
def test_eq(a, b):
    test(a, b, lambda x, y: False, "==")

# %% the lesson's own → loses
def test_eq(a, b):
    test(a, b, operator.eq, '==')

# %% compares sums → loses
def test_eq(a, b):
    test(a, b, lambda x, y: x.shape == y.shape and bool(x.sum() == y.sum()) if torch.is_tensor(x) else x == y, "==")

# %% types of numbers have to agree → zero
def test_eq(a, b):
    test(a, b, lambda x, y: type(x) is type(y) and (torch.equal(x, y) if torch.is_tensor(x) else x == y), "==")

# %% number of entries instead of the shape → loses
def test_eq(a, b):
    test(a, b, lambda x, y: x.numel() == y.numel() and torch.equal(x.flatten(), y.flatten()) if torch.is_tensor(x) else x == y, "==")

# %% NaN passes → loses
def test_eq(a, b):
    test(a, b, lambda x, y: x.shape == y.shape and not bool(((x < y) | (x > y)).any()) if torch.is_tensor(x) else x == y, "==")

# %% the same object passes at once → loses
def test_eq(a, b):
    if a is b:
        return
    test(a, b, lambda x, y: x.shape == y.shape and bool((x == y).all()) if isinstance(x, torch.Tensor) else x == y, "==")

# %% tolist, so empty ones of another shape are equal → loses
def test_eq(a, b):
    def eq(a, b):
        return a.tolist() == b.tolist() if isinstance(a, torch.Tensor) else a == b
    test(a, b, eq, "==")

# %% as sets → loses
def test_eq(a, b):
    def eq(a, b):
        if isinstance(a, torch.Tensor):
            return a.shape == b.shape and set(a.flatten().tolist()) == set(b.flatten().tolist())
        return a == b
    test(a, b, eq, "==")

# %% float32 of all → loses
def test_eq(a, b):
    def eq(a, b):
        if isinstance(a, torch.Tensor):
            return a.shape == b.shape and torch.equal(a.float(), b.float())
        return a == b
    test(a, b, eq, "==")

# %% another name than == → loses
def test_eq(a, b):
    def eq(a, b):
        if hasattr(a, "tolist"):
            return a.shape == b.shape and a.tolist() == b.tolist()
        return a == b
    test(a, b, eq)

# %% an assert for the shape without a message → loses
def test_eq(a: Any, b: Any) -> None:
    if isinstance(a, torch.Tensor):
        assert a.shape == b.shape
    test(a, b, operator.eq, "==")

# %% a message about the shapes alone → loses
def test_eq(a, b):
    if isinstance(a, torch.Tensor):
        assert a.shape == b.shape, f"== fails: {tuple(a.shape)} and {tuple(b.shape)}"
    test(a, b, operator.eq, "==")

# %% prints that they are equal → loses
def test_eq(a, b):
    test(a, b, torch.equal if torch.is_tensor(a) else operator.eq, "==")
    print("equal")

# %% the smallest of the answers, so no entries are an error → loses
def test_eq(a, b):
    def eq(a, b):
        if torch.is_tensor(a):
            return a.shape == b.shape and bool((a == b).int().min())
        return a == b
    test(a, b, eq, "==")

# %% the difference is 0 → loses
#export
def test_eq(a, b):
    def same(x, y):
        if isinstance(x, torch.Tensor):
            return x.shape == y.shape and bool((x - y == 0).all())
        return x == y

    test(a, b, same, "==")

# %% the share of equal entries, rounded → loses
def test_eq(a, b):
    def same(x, y):
        if isinstance(x, torch.Tensor):
            return x.shape == y.shape and (x.numel() == 0 or round((x == y).double().mean().item(), 2) == 1)
        return x == y
    test(a, b, same, "==")
