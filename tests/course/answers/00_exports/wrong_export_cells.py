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

# %% removes every mention of the mark → loses
def export_cells(path):
    out = []
    for c in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        s = "".join(c["source"])
        if c["cell_type"] == "code" and s.split("\n")[0].rstrip() == "#export":
            s = s.replace("#export", "")
            s = "\n".join(l for l in s.split("\n") if not l.lstrip().startswith(("%", "!")))
            if s.strip(): out.append(s)
    return out

# %% magics are taken out first, then the mark is looked for → loses
def export_cells(path):
    out = []
    for c in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        lines = [l for l in "".join(c["source"]).split("\n") if not l.lstrip().startswith(("%", "!"))]
        if c["cell_type"] == "code" and lines and lines[0].rstrip() == "#export":
            s = "\n".join(lines[1:])
            if s.strip(): out.append(s)
    return out

# %% no cell twice → loses
def export_cells(path):
    out = {}
    for c in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        first, *rest = "".join(c["source"]).split("\n")
        if c["cell_type"] == "code" and first.rstrip() == "#export":
            s = "\n".join(l for l in rest if not l.lstrip().startswith(("%", "!")))
            if s.strip(): out[s] = None
    return list(out)

# %% comments count as nothing → loses
import ast
def export_cells(path):
    out = []
    for c in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        first, *rest = "".join(c["source"]).split("\n")
        if c["cell_type"] == "code" and first.rstrip() == "#export":
            s = "\n".join(l for l in rest if not l.lstrip().startswith(("%", "!")))
            if ast.parse(s).body: out.append(s)
    return out

# %% comment lines are dropped with the mark → loses
def export_cells(path):
    out = []
    for c in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        first, *rest = "".join(c["source"]).split("\n")
        if c["cell_type"] == "code" and first.rstrip() == "#export":
            s = "\n".join(l for l in rest if not l.lstrip().startswith(("%", "!", "#")))
            if s.strip(): out.append(s)
    return out

# %% a tuple → loses
def export_cells(path):
    found = ()
    for cell in json.load(open(path, encoding="utf-8")).get("cells", []):
        if cell.get("cell_type") == "code":
            lines = "".join(cell.get("source", [])).splitlines()
            if lines[:1] and lines[0].rstrip() == "#export":
                lines = ["" if line.lstrip().startswith(("%", "!")) else line.rstrip() for line in lines[1:]]
                if "".join(lines).strip():
                    found += ("\n".join(lines),)
    return found

# %% a generator → loses
#export
def export_cells(path):
    for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        first, *rest = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            kept = "\n".join(l for l in rest if not l.lstrip().startswith(("%", "!")))
            if kept.strip():
                yield kept

# %% the keys of a dict → loses
#export
def export_cells(path):
    kept = {}
    for number, cell in enumerate(json.loads(Path(path).read_text(encoding="utf-8"))["cells"]):
        first, *rest = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            text = "\n".join(l for l in rest if not l.lstrip().startswith(("%", "!")))
            if text.strip():
                kept[number] = text
    return kept.values()

# %% blank lines above a magic go with it → loses
#export
def export_cells(path):
    found = []
    for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        first, _, body = "".join(cell["source"]).partition("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            body = re.sub(r"(?m)^\s*[%!].*\n?", "", body)
            if body.strip():
                found.append(body)
    return found

# %% no spaces at the ends of lines → loses
#export
def export_cells(path):
    found = []
    for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        first, *rest = [line.rstrip() for line in "".join(cell["source"]).split("\n")]
        if cell["cell_type"] == "code" and first == "#export":
            body = "\n".join(line for line in rest if not line.lstrip().startswith(("%", "!")))
            if body.strip():
                found.append(body)
    return found
