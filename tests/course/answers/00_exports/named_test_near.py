# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% an answer that nobody hears → throws_the_answer_away
def test_near(a, b):
    ok = near(a, b)

# %% handed back → hands_back_whether_near
def test_near(a, b):
    if near(a, b):
        return True
    return False

# %% called too early → calls_near_too_early
def test_near(a, b):
    test(a, b, near(a, b), "near")

# %% equality → tests_for_equality
def test_near(a, b):
    test(a, b, torch.equal, "near")

# %% allclose → goes_past_its_own_near
def test_near(a, b):
    assert torch.allclose(a, b), f"near: {a} {b}"

# %% silent assertion → stops_without_the_values
def test_near(a, b):
    assert near(a, b)

# %% a misspelt name → undefined_name
def test_near(a, b):
    tset(a, b, near)
