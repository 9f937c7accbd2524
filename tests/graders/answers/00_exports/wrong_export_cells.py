# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% an empty list → zero
def export_cells(path):
    return []

# %% the cells themselves → zero
def export_cells(path):
    return [cell for cell in json.load(open(path))["cells"] if "".join(cell["source"]).startswith("#export")]

# %% a dictionary → zero
def export_cells(path):
    cells = json.load(open(path))["cells"]
    return {n: "".join(c["source"][1:]) for n, c in enumerate(cells) if c["source"] and c["source"][0].strip() == "#export"}

# %% the wrong order → zero
def export_cells(path):
    cells = json.load(open(path))["cells"]
    sources = ["".join(c["source"]).partition("\n") for c in cells if c["cell_type"] == "code"]
    return sorted(rest for first, _, rest in sources if first.strip() == "#export")

# %% as in the lesson, with its own idea of a mark → loses
def export_cells(path):
    def is_export(cell):
        src = cell["source"]
        if cell["cell_type"] != "code" or len(src) == 0 or len(src[0]) < 7:
            return False
        return re.match(r"^\s*#\s*export\s*$", src[0], re.IGNORECASE) is not None
    return ["".join(c["source"][1:]) for c in json.load(open(path))["cells"] if is_export(c)]

# %% magics by two names only → loses
def export_cells(path):
    found = []
    for cell in json.load(open(path))["cells"]:
        first, *rest = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            text = "\n".join(l for l in rest if not l.lstrip().startswith(("%matplotlib", "%time", "!ls")))
            if text.strip():
                found.append(text)
    return found

# %% everything after the first magic is lost → loses
def export_cells(path):
    found = []
    for cell in json.load(open(path))["cells"]:
        first, *rest = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            kept = []
            for line in rest:
                if line.lstrip().startswith(("%", "!")):
                    break
                kept.append(line)
            if "".join(kept).strip():
                found.append("\n".join(kept))
    return found

# %% writes the notebook again → loses
def export_cells(path):
    document = json.loads(Path(path).read_text("utf-8"))
    found = []
    for cell in document["cells"]:
        first, *rest = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            text = "\n".join(l for l in rest if not l.lstrip().startswith(("%", "!")))
            if text.strip():
                found.append(text)
    Path(path).write_text(json.dumps(document), "utf-8")
    return found

# %% Paths only → loses
def export_cells(path):
    found = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        first, *rest = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            text = "\n".join(l for l in rest if not l.lstrip().startswith(("%", "!")))
            if text.strip():
                found.append(text)
    return found
