# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% a dictionary for each cell → forgets_between_cells
def run_notebook(path):
    for index, cell in enumerate(json.load(open(path))["cells"]):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not lines[0].startswith("%%"):
            try:
                exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), {"__name__": "__main__"})
            except Exception as error:
                raise RuntimeError(f"{index} {lines[0]}") from error

# %% its own globals → runs_in_its_own_notebook
def run_notebook(path):
    namespace = globals()
    for index, cell in enumerate(json.load(open(path))["cells"]):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not lines[0].startswith("%%"):
            try:
                exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), namespace)
            except Exception as error:
                raise RuntimeError(f"{index} {lines[0]}") from error
    return namespace

# %% a plain dictionary → starts_without_main
def run_notebook(path):
    namespace = dict()
    for index, cell in enumerate(json.load(open(path))["cells"]):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not lines[0].startswith("%%"):
            try:
                exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), namespace)
            except Exception as error:
                raise RuntimeError(f"{index} {lines[0]}") from error
    return namespace

# %% no exception is caught → lets_the_error_pass
def run_notebook(path):
    ns = {"__name__": "__main__"}
    for cell in json.load(open(path))["cells"]:
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not lines[0].startswith("%%"):
            exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), ns)
    return ns

# %% an index from 1 → counts_from_one
def run_notebook(path):
    ns, index = {"__name__": "__main__"}, 0
    for cell in json.load(open(path))["cells"]:
        index += 1
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not lines[0].startswith("%%"):
            try:
                exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), ns)
            except Exception as error:
                raise RuntimeError(f"cell {index}: {lines[0]}") from error
    return ns

# %% magics as they are → takes_magics_for_python
def run_notebook(path):
    ns = {"__name__": "__main__"}
    for index, cell in enumerate(json.load(open(path))["cells"]):
        code = "".join(cell["source"])
        if cell["cell_type"] == "code":
            try:
                exec(code, ns)
            except Exception as error:
                raise RuntimeError(f"cell {index}: {code.splitlines()[0]}") from error
    return ns

# %% a misspelt name →
def run_notebook(path):
    for cell in jsn.load(open(path))["cells"]:
        pass
