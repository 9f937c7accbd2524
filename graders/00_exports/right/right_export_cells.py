# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% one loop
def export_cells(path):
    found = []
    with open(path, encoding="utf-8") as file:
        notebook = json.load(file)
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        lines = "".join(cell["source"]).split("\n")
        if lines[0].strip() != "#export":
            continue
        lines = [line for line in lines[1:] if not line.strip().startswith(("%", "!"))]
        if any(line.strip() for line in lines):
            found.append("\n".join(lines))
    return found

# %% helpers
def _source(cell):
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)

def _is_magic(line):
    return line.lstrip()[:1] in ("%", "!")

# %+
def export_cells(path):
    cells = [_source(cell) for cell in json.loads(Path(path).read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    marked = [text.partition("\n")[2] for text in cells if text.partition("\n")[0].rstrip() == "#export"]
    plain = ["\n".join(line for line in text.split("\n") if not _is_magic(line)) for text in marked]
    return [text for text in plain if text.strip()]

# %% nbformat
def export_cells(path):
    import nbformat
    notebook = nbformat.read(str(path), as_version=4)
    result = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = cell.source.splitlines()
            if lines and lines[0].rstrip() == "#export":
                kept = [line for line in lines[1:] if not re.match(r"\s*[%!]", line)]
                text = "\n".join(kept)
                if text.strip() != "":
                    result += [text]
    return result

# %% regular expressions
def export_cells(path):
    found = []
    for cell in json.loads(Path(path).read_bytes())["cells"]:
        text = "".join(cell["source"])
        mark = re.match(r"#export[ \t]*(\n|$)", text)
        if cell["cell_type"] == "code" and mark:
            body = re.sub(r"(?m)^[ \t]*[%!].*\n?", "", text[mark.end():])
            if body.strip():
                found.append(body)
    return found

# %% lines with their ends
def export_cells(path):
    with open(str(path), "rb") as f:
        cells = json.load(f)["cells"]
    out = []
    for c in cells:
        src = c["source"]
        if isinstance(src, str):
            src = src.splitlines(keepends=True)
        if c["cell_type"] == "code" and src and src[0].rstrip() == "#export":
            body = "".join([l for l in src[1:] if not (l.lstrip().startswith("%") or l.lstrip().startswith("!"))])
            if body.strip():
                out.append(body)
    return out

# %% a generator inside
def export_cells(path):
    def exported():
        for cell in json.loads(Path(path).read_text(encoding="utf8"))["cells"]:
            first, _, rest = "".join(cell["source"]).partition("\n")
            if (cell["cell_type"], first.rstrip()) == ("code", "#export"):
                yield "\n".join(filter(lambda line: line.strip()[:1] not in {"%", "!"}, rest.split("\n")))
    return [source.strip("\n") for source in exported() if source.strip()]

# %% while
def export_cells(path):
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    found, number = [], 0
    while number < len(cells):
        cell = cells[number]
        number += 1
        text = cell["source"] if type(cell["source"]) is str else "".join(cell["source"])
        if not text or cell["cell_type"] in ("markdown", "raw"):
            continue
        head, *tail = text.split("\n")
        if head.rstrip() != "#export":
            continue
        source = ""
        for line in tail:
            if line.lstrip() and line.lstrip()[0] in "%!":
                continue
            source += line + "\n"
        if source.strip():
            found.append(source)
    return found

# %% one big regex per cell
def export_cells(path):
    out = []
    for c in json.loads(open(path, "rb").read().decode("utf-8"))["cells"]:
        if c["cell_type"] != "code": continue
        s = c["source"] if isinstance(c["source"], str) else "".join(c["source"])
        m = re.match(r"#export[^\S\n]*(?:\n|\Z)", s)
        if m:
            s = re.sub(r"(?m)^[ \t]*[%!].*\n?", "", s[m.end():])
            if s.strip(): out.append(s)
    return out

# %% iterator with next
def export_cells(path):
    cells = json.loads(Path(path).read_text("utf-8"))["cells"]
    result = []
    for cell in cells:
        if cell.get("cell_type") == "code":
            lines = iter("".join(cell.get("source", [])).split("\n"))
            if next(lines, "").rstrip() == "#export":
                keep = [line for line in lines if not (line.lstrip()[0:1] in set("%!"))]
                if any(map(str.strip, keep)):
                    result += ["\n".join(keep)]
    return result

# %% dataclass and yield from
from dataclasses import dataclass
@dataclass
class Cell:
    cell_type: str
    source: object
    @property
    def lines(self): return "".join(self.source).splitlines() or [""]
    @property
    def exported(self): return self.cell_type == "code" and self.lines[0].rstrip(" \t") == "#export"
    def code(self):
        for line in self.lines[1:]:
            if re.match(r"\s*[%!]", line): continue
            yield line
# %+
def export_cells(path):
    document = json.loads(Path(path).read_bytes())
    cells = (Cell(c["cell_type"], c["source"]) for c in document["cells"])
    return [code.strip("\n") for c in cells if c.exported and (code := "\n".join(c.code())).strip()]

# %% spaces after the mark by a pattern
def export_cells(path: str | Path) -> list[str]:
    cells = json.loads(Path(path).read_bytes().decode("utf-8"))["cells"]
    code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    marked = (match.group(1) for match in (re.fullmatch(r"#export *\n((?s:.*))", text) for text in code) if match)
    texts = ["\n".join(line for line in body.split("\n") if not re.match(r"\s*[%!]", line)) for body in marked]
    return [text.strip("\n") for text in texts if re.search(r"\S", text)]

# %% rstrip of spaces alone
def export_cells(path: str | Path) -> list[str]:
    def sources():
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        for cell in document["cells"]:
            if cell["cell_type"] != "code":
                continue
            lines = "".join(cell["source"]).split("\n")
            if lines.pop(0).rstrip(" ") != "#export":
                continue
            kept = [line for line in lines if line.lstrip()[:1] not in ("%", "!")]
            if any(line.strip() for line in kept):
                yield "\n".join(kept)

    return list(sources())

# %% strips the whole source
def export_cells(path: str | Path) -> list[str]:
    found = []
    for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        first, *rest = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            text = "\n".join(line for line in rest if not line.lstrip().startswith(("%", "!"))).strip()
            if text:
                found.append(text)
    return found
