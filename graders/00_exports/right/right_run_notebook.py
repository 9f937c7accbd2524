# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% one loop
def run_notebook(path):
    namespace = {"__name__": "__main__"}
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    for index, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        lines = "".join(cell["source"]).split("\n")
        if lines[0].startswith("%%"):
            continue
        code = "\n".join(l for l in lines if not l.lstrip().startswith(("%", "!")))
        try:
            exec(code, namespace)
        except Exception as error:
            raise RuntimeError(f"cell {index}: {lines[0]}: {error!r}") from error
    return namespace

# %% compiles each cell with a name
def run_notebook(path):
    with open(path, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    ns = dict(__name__="__main__")
    for i, cell in enumerate(cells):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        first = source.split("\n")[0]
        if cell["cell_type"] == "code" and not source.startswith("%%"):
            try:
                python = re.sub(r"(?m)^\s*[%!].*$", "", source)
                exec(compile(python, f"<cell {i}>", "exec"), ns)
            except Exception as e:
                message = f"Cell [{i}] failed.\nIt starts with: {first}\nThe error is {type(e).__name__}"
                raise RuntimeError(message)
    return ns

# %% an own error below RuntimeError
class CellFailed(RuntimeError):
    pass

# %+
def run_notebook(path):
    names = {"__name__": "__main__"}
    for number, cell in enumerate(json.loads(Path(path).read_bytes())["cells"]):
        lines = "".join(cell["source"]).splitlines()
        if cell["cell_type"] == "code" and lines and not lines[0].startswith("%%"):
            kept = [line for line in lines if line.strip()[:1] not in ("%", "!")]
            try:
                exec("\n".join(kept), names)
            except Exception as error:
                raise CellFailed(f"{lines[0]!r} is cells[{number}], and stops with {error}") from error
    return names

# %% helpers
def _lines(cell):
    return "".join(cell["source"]).split("\n")

def _run_cell(cell, namespace):
    if cell["cell_type"] == "code" and not _lines(cell)[0].startswith("%%"):
        exec("\n".join(line for line in _lines(cell) if line.lstrip()[:1] not in ("%", "!")), namespace)

# %+
def run_notebook(path):
    namespace = {}
    namespace["__name__"] = "__main__"
    for index, cell in enumerate(json.loads(Path(path).read_text("utf-8"))["cells"]):
        try:
            _run_cell(cell, namespace)
        except Exception as error:
            first_line = _lines(cell)[0]
            raise RuntimeError("cell number " + str(index) + " failed: " + first_line) from error
    return namespace

# %% a counter of one's own
def run_notebook(path):
    index = -1
    space = {"__name__": "__main__"}
    for cell in json.load(open(path, encoding="utf-8"))["cells"]:
        index += 1
        text = "".join(cell["source"])
        if cell["cell_type"] in ("markdown", "raw") or text[:2] == "%%":
            continue
        code = []
        for line in text.split("\n"):
            if line.lstrip().startswith("%") or line.lstrip().startswith("!"):
                continue
            code += [line]
        failed = None
        try:
            exec("\n".join(code), space, space)
        except Exception as error:
            failed = error
        if failed is not None:
            raise RuntimeError(f"index {index} | {text.partition(chr(10))[0]} | {type(failed).__name__}: {failed}")
    return space

# %% any exception whatever
def run_notebook(path):
    namespace = {"__name__": "__main__", "__builtins__": __builtins__}
    code = [(n, "".join(c["source"])) for n, c in enumerate(json.loads(Path(path).read_text("utf-8"))["cells"]) if c["cell_type"] == "code"]
    for n, source in code:
        if source.startswith("%%"):
            continue
        try:
            exec("\n".join("" if re.match(r"\s*[%!]", line) else line for line in source.split("\n")), namespace)
        except BaseException as e:
            raise RuntimeError(f"{n}: {source.split(chr(10))[0]}") from e
    return namespace

# %% nbformat
def run_notebook(path):
    import nbformat
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(nbformat.read(str(path), as_version=4).cells):
        if cell.cell_type != "code" or cell.source.startswith("%%"):
            continue
        lines = cell.source.split("\n")
        try:
            exec("\n".join(line for line in lines if not line.strip().startswith(("%", "!"))), namespace)
        except Exception as error:
            print("failed:", index)
            raise RuntimeError(f"In cell {index} of {Path(path).name}, '{lines[0]}': {error}") from error
    return namespace

# %% a module for a namespace
def run_notebook(path):
    import types
    module = types.ModuleType("__main__")
    for place, cell in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))["cells"]):
        head, *_ = lines = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and not head.startswith("%%"):
            try:
                exec("\n".join([x for x in lines if not x.lstrip().startswith(("%", "!"))]), vars(module))
            except Exception as error:
                raise RuntimeError(f"cell {place} ({head})") from error
    return vars(module)

# %% recursion over the cells
def run_notebook(path):
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    def go(k, space):
        if k == len(cells): return space
        src = "".join(cells[k]["source"])
        if cells[k]["cell_type"] == "code" and not src.startswith("%%"):
            code = "\n".join(line for line in src.split("\n") if not re.match(r"\s*[!%]", line))
            try:
                exec(code, space)
            except Exception as e:
                raise RuntimeError("cell #%d (%s): %r" % (k, src.split("\n")[0], e)) from None
        return go(k + 1, space)
    return go(0, {"__name__": "__main__"})

# %% in a thread
import threading
def run_notebook(path):
    ns, caught = {"__name__": "__main__"}, []
    def work():
        for i, c in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))["cells"]):
            lines = "".join(c["source"]).split("\n")
            if c["cell_type"] != "code" or lines[0].startswith("%%"): continue
            try: exec("\n".join(l for l in lines if not l.lstrip().startswith(("%", "!"))), ns)
            except Exception as e:
                caught.append((i, lines[0], e)); return
    t = threading.Thread(target=work); t.start(); t.join()
    if caught: raise RuntimeError(f"cell {caught[0][0]}: {caught[0][1]!r}") from caught[0][2]
    return ns

# %% a generator of jobs
def jobs(path):
    with open(path, encoding="utf-8") as f:
        for n, cell in enumerate(json.load(f)["cells"]):
            lines = "".join(cell["source"]).splitlines()
            if cell["cell_type"] == "code" and lines and not lines[0].startswith("%%"):
                yield n, lines[0], "\n".join(l for l in lines if l.lstrip()[:1] not in ("%", "!") or not l.strip())
# %+
def run_notebook(path):
    scope = {"__name__": "__main__"}
    for n, first, code in jobs(path):
        try:
            exec(code, scope)
        except BaseException as oops:
            raise RuntimeError(n, first) from oops
    return scope
