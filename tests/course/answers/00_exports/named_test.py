# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% an assertion of a tuple → asserts_a_tuple
def test(a, b, cmp, cname=None):
    assert (cmp(a, b), f"{cname}: {a} {b}")

# %% returns → hands_back_the_answer
def test(a, b, cmp, cname=None):
    result = cmp(a, b)
    return result.all() if torch.is_tensor(result) else result

# %% the lesson's own → asserts_a_whole_tensor
def test(a, b, cmp, cname=None):
    if cname is None: cname = cmp.__name__
    assert cmp(a, b), f"{cname}:\n{a}\n{b}"

# %% any → one_yes_is_enough
def test(a, b, cmp, cname=None):
    ok = cmp(a, b)
    if torch.is_tensor(ok):
        ok = ok.any()
    assert ok, f"{cname or cmp.__name__}:\n{a}\n{b}"

# %% b before a → asks_the_other_way_round
def test(a, b, cmp, cname=None):
    ok = cmp(b, a)
    assert torch.as_tensor(ok).all(), f"{cname or cmp.__name__}:\n{a}\n{b}"

# %% no message → keeps_the_values_to_itself
def test(a, b, cmp, cname=None):
    assert torch.as_tensor(cmp(a, b)).all()

# %% a misspelt name → undefined_name
def test(a, b, cmp, cname=None):
    assert torch.as_tensor(cpm(a, b)).all(), f"{cname or cmp.__name__}:\n{a}\n{b}"
