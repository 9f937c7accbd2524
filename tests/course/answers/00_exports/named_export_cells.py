# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% all lines kept → keeps_the_mark
def export_cells(path):
    found = []
    for cell in json.load(open(path))["cells"]:
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and lines[0].rstrip() == "#export" and "".join(lines[1:]).strip():
            kept = [line for line in lines if not line.lstrip().startswith(("%", "!"))]
            if len(kept) > 1 and "".join(kept[1:]).strip():
                found.append("\n".join(kept))
    return found

# %% strings only → no_such_attribute
def export_cells(path):
    found = []
    for cell in json.load(open(path))["cells"]:
        source = cell["source"]
        if source.startswith("#export\n"):
            found.append(source[8:])
    return found

# %% magics in the first column → misses_indented_magics
def export_cells(path):
    found = []
    for cell in json.load(open(path))["cells"]:
        first, *rest = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            text = "\n".join(l for l in rest if l[:1] not in ("%", "!"))
            if text.strip():
                found += [text]
    return found

# %% markdown as well → takes_prose_for_code
def export_cells(path):
    found = []
    for cell in json.load(open(path))["cells"]:
        first, *rest = "".join(cell["source"]).split("\n")
        if first.rstrip() == "#export":
            text = "\n".join(l for l in rest if not l.lstrip().startswith(("%", "!")))
            if text.strip():
                found += [text]
    return found

# %% exactly the line → trips_over_spaces_after_the_mark
def export_cells(path):
    found = []
    for cell in json.load(open(path))["cells"]:
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and lines[0] == "#export":
            text = "\n".join(l for l in lines[1:] if not l.lstrip().startswith(("%", "!")))
            if text.strip():
                found += [text]
    return found

# %% a key that does not exist →
def export_cells(path):
    return [cell["text"] for cell in json.load(open(path))["cells"]]
