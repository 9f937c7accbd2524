# Mistakes as they come: in other words than the bank's, two at once, or unknown to it; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% a product over the shape → counts_what_the_shape_shows
def stored_floats(t):
    count = 1
    for size in t.shape:
        count *= size
    return count

# %% the clone's storage → counts_what_the_shape_shows
def stored_floats(t):
    return t.flatten().clone().untyped_storage().nbytes() // t.element_size()

# %% bytes by len → counts_bytes
def stored_floats(t):
    return len(t.untyped_storage())

# %% a true division → count_is_a_fraction
def stored_floats(t):
    return len(t.untyped_storage()) / t.itemsize

# %% the address →
def stored_floats(t):
    return t.data_ptr()
