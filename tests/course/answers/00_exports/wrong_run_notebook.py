# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% runs nothing → zero
def run_notebook(path):
    return {}

# %% backwards → zero
def run_notebook(path):
    namespace = {"__name__": "__main__"}
    for cell in reversed(json.load(open(path))["cells"]):
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), namespace)
    return namespace

# %% all at once → loses
def run_notebook(path):
    namespace = {"__name__": "__main__"}
    cells = json.load(open(path))["cells"]
    texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "code" and not "".join(c["source"]).startswith("%%")]
    lines = "\n".join(texts).split("\n")
    try:
        exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), namespace)
    except Exception as error:
        raise RuntimeError(f"{path} failed") from error
    return namespace

# %% in its own notebook → loses
def run_notebook(path):
    for index, cell in enumerate(json.load(open(path))["cells"]):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not lines[0].startswith("%%"):
            try:
                exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), globals())
            except Exception as error:
                raise RuntimeError(f"{index} {lines[0]}") from error
    return globals()

# %% a namespace kept outside → loses
_namespace = {"__name__": "__main__"}

# %+
def run_notebook(path):
    for index, cell in enumerate(json.load(open(path))["cells"]):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not lines[0].startswith("%%"):
            try:
                exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), _namespace)
            except Exception as error:
                raise RuntimeError(f"{index} {lines[0]}") from error
    return _namespace

# %% runpy of the exported cells → zero
def run_notebook(path):
    folder = tempfile.mkdtemp()
    return runpy.run_path(str(notebook2script(path, folder)), run_name="__main__")

# %% the line that failed, not the first → loses
def run_notebook(path):
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(json.load(open(path))["cells"]):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not lines[0].startswith("%%"):
            try:
                exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), namespace)
            except Exception as error:
                raise RuntimeError(f"cell {index} failed in {lines[-1]}") from error
    return namespace

# %% skips cells that fail → loses
def run_notebook(path):
    namespace = {"__name__": "__main__"}
    for cell in json.load(open(path))["cells"]:
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not lines[0].startswith("%%"):
            try:
                exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), namespace)
            except Exception:
                continue
    return namespace

# %% starts with what everybody needs → loses
def run_notebook(path):
    ns = {"__name__": "__main__", "torch": torch, "json": json, "Path": Path}
    for i, c in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))["cells"]):
        lines = "".join(c["source"]).split("\n")
        if c["cell_type"] != "code" or lines[0].startswith("%%"): continue
        try: exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), ns)
        except Exception as e: raise RuntimeError(f"{i} {lines[0]}") from e
    return ns

# %% skips a cell with %% anywhere → loses
def run_notebook(path):
    ns = {"__name__": "__main__"}
    for i, c in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))["cells"]):
        text = "".join(c["source"]); lines = text.split("\n")
        if c["cell_type"] != "code" or "%%" in text: continue
        try: exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), ns)
        except Exception as e: raise RuntimeError(f"{i} {lines[0]}") from e
    return ns

# %% a RuntimeError of the cell's passes as it is → loses
def run_notebook(path):
    ns = {"__name__": "__main__"}
    for i, c in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))["cells"]):
        lines = "".join(c["source"]).split("\n")
        if c["cell_type"] != "code" or lines[0].startswith("%%"): continue
        try: exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), ns)
        except RuntimeError: raise
        except Exception as e: raise RuntimeError(f"{i} {lines[0]}") from e
    return ns

# %% the first line after the magics were taken out → loses
#export
def run_notebook(path):
    space = {"__name__": "__main__"}
    for i, cell in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))["cells"]):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] != "code" or lines[0].startswith("%%"):
            continue
        lines = [l for l in lines if not l.lstrip().startswith(("%", "!"))]
        try:
            exec("\n".join(lines), space)
        except Exception as e:
            raise RuntimeError(f"cell {i}: {lines[0]}") from e
    return space

# %% the first word of the first line → loses
#export
def run_notebook(path):
    space = {"__name__": "__main__"}
    for i, cell in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or source.startswith("%%"):
            continue
        try:
            exec("\n".join(l for l in source.split("\n") if not l.lstrip().startswith(("%", "!"))), space)
        except Exception as e:
            raise RuntimeError(f"cell {i}: {source.split()[0]} ...") from e
    return space

# %% without the names with two underscores → loses
def run_notebook(path):
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(json.loads(Path(path).read_text("utf-8"))["cells"]):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] != "code" or lines[0].startswith("%%"):
            continue
        try:
            exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), namespace)
        except Exception as error:
            raise RuntimeError(f"{index}: {lines[0]}") from error
    return {name: value for name, value in namespace.items() if not name.startswith("__")}

# %% values only, no functions and no modules → loses
def run_notebook(path):
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(json.loads(Path(path).read_text("utf-8"))["cells"]):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] != "code" or lines[0].startswith("%%"):
            continue
        try:
            exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), namespace)
        except Exception as error:
            raise RuntimeError(f"{index}: {lines[0]}") from error
    return {name: value for name, value in namespace.items() if isinstance(value, (int, float, str))}

# %% the index of the first cell that is equal → loses
#export
def run_notebook(path):
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    namespace = {"__name__": "__main__"}
    for cell, source in zip(cells, sources):
        lines = source.split("\n")
        if cell["cell_type"] != "code" or lines[0].startswith("%%"):
            continue
        try:
            exec("\n".join(line for line in lines if not line.lstrip().startswith(("%", "!"))), namespace)
        except Exception as error:
            raise RuntimeError(f"cell {sources.index(source)} fails: {lines[0]!r}") from error
    return namespace

# %% stays in the notebook's folder → loses
#export
import os

def run_notebook(path):
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    os.chdir(Path(path).resolve().parent)
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(cells):
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] != "code" or lines[0].startswith("%%"):
            continue
        try:
            exec("\n".join(line for line in lines if not line.lstrip().startswith(("%", "!"))), namespace)
        except Exception as error:
            raise RuntimeError(f"cell {index} fails: {lines[0]!r}") from error
    return namespace

# %% the index of the first cell that is equal, by the cell → loses
#export
def run_notebook(path):
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    namespace = {"__name__": "__main__"}
    for cell in cells:
        lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] != "code" or lines[0].startswith("%%"):
            continue
        try:
            exec("\n".join(line for line in lines if not line.lstrip().startswith(("%", "!"))), namespace)
        except Exception as error:
            raise RuntimeError(f"cell {cells.index(cell)}: {lines[0]}") from error
    return namespace
