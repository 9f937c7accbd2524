# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% pathlib
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = export_cells(path)
    if len(cells) == 0:
        raise ValueError(f"nothing to export in {path}")
    target = Path(out_dir) / ("nb_" + re.split(r"[_-]", path.stem)[0] + ".py")
    target.parent.mkdir(exist_ok=True, parents=True)
    target.write_text(f"# from {path.name}\n\n" + "\n\n".join(cells) + "\n", encoding="utf-8")
    return target

# %% os and open, a string for a path
def notebook2script(path, out_dir="exp"):
    import os
    name = os.path.basename(str(path))
    stem = os.path.splitext(name)[0]
    prefix = stem.replace("-", "_").split("_")[0]
    cells = export_cells(path)
    if not cells:
        raise ValueError(name + " has no #export")
    os.makedirs(out_dir, exist_ok=True)
    target = os.path.join(str(out_dir), f"nb_{prefix}.py")
    with open(target, "w", encoding="utf-8") as f:
        f.write("#" * 50 + "\n")
        f.write("### This file was generated from " + name + ". Do not edit! ###\n")
        f.write("#" * 50 + "\n")
        for cell in cells:
            f.write("\n" + cell + "\n")
    return target

# %% a docstring for a header
def notebook2script(path, out_dir="exp"):
    path, out_dir = Path(path), Path(out_dir)
    exported = export_cells(path)
    if exported == []:
        raise ValueError(f"{path.name}: nothing to export")
    parts = [f'"""Generated from {path.name}."""', *exported]
    out_dir.mkdir(parents=True, exist_ok=True)
    script = out_dir / f"nb_{re.match('[^_-]*', path.stem).group()}.py"
    script.write_text("\n\n\n".join(parts) + "\n", encoding="utf-8")
    return script

# %% an own error below ValueError
class NothingToExport(ValueError):
    pass

# %+
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    text = "\n".join(export_cells(path))
    if not text.strip():
        raise NothingToExport(path.name)
    prefix = path.stem.partition("_")[0].partition("-")[0]
    script = Path(out_dir, f"nb_{prefix}.py")
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("# " + path.name + "\n" + text, encoding="utf-8")
    return script

# %% makes a package, compares names
def notebook2script(path, out_dir="exp"):
    path, folder = Path(str(path)), Path(str(out_dir))
    cells = list(export_cells(str(path)))
    if not cells:
        raise ValueError("No exported cell in " + str(path))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").touch()
    cut = min([place for place in (path.stem.find("_"), path.stem.find("-")) if place >= 0], default=len(path.stem))
    script = folder / ("nb_" + path.stem[:cut] + ".py")
    with script.open("w", encoding="utf-8") as file:
        print("# made from", path.name, file=file)
        for cell in cells:
            print(file=file)
            print(cell, file=file)
    print(f"Converted {path.name} to {script.name}")
    return script

# %% a loop for the prefix
def notebook2script(path, out_dir="exp"):
    cells = export_cells(path)
    name = Path(path).name
    if not cells:
        raise ValueError("nothing to export from %s" % name)
    prefix = ""
    for letter in name[: -len(".ipynb")]:
        if letter in "_-":
            break
        prefix += letter
    lines = ["# -*- coding: utf-8 -*-", "# notebook: " + name, ""]
    for cell in cells:
        lines.extend(cell.split("\n"))
        lines.append("")
    script = Path(out_dir) / ("nb_" + prefix + ".py")
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n".join(lines), "utf-8")
    return str(script)

# %% a try around the cells
def notebook2script(path, out_dir="exp"):
    p = Path(path)
    try:
        first, *others = export_cells(p)
    except ValueError:
        raise ValueError(f"{p.name} exports nothing") from None
    body = first + "".join("\n\n" + other for other in others)
    dest = Path(out_dir).resolve() / f"nb_{re.sub('[_-].*', '', p.stem)}.py"
    dest.parent.mkdir(parents=True, exist_ok=True)
    dest.write_text("#\n# " + str(p) + "\n#\n" + body + "\n", encoding="utf-8")
    return dest

# %% by a temporary file
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = export_cells(path)
    if not cells:
        raise ValueError(f"{path.name} has no exported cells")
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    script = Path(out_dir) / f"nb_{path.stem.replace('-', '_').split('_', 1)[0]}.py"
    half_way = script.with_suffix(".new")
    half_way.write_text("\n\n".join([f"# Exported from {path.name}", *cells, ""]), encoding="utf-8")
    half_way.replace(script)
    return script

# %% takewhile, absolute path returned
from itertools import takewhile
def notebook2script(path: Path, out_dir="exp") -> Path:
    p = Path(path).resolve()
    prefix = "".join(takewhile(lambda ch: ch not in "-_", p.stem))
    if not (body := "\n\n".join(export_cells(p))).strip():
        raise ValueError(f"{p.name}: nothing")
    folder = Path(out_dir).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    (target := folder / f"nb_{prefix}.py").write_text(f"# {p.name}\n\n{body}\n", encoding="utf-8")
    return target

# %% translate, docstring below the comment
def notebook2script(path, out_dir="exp"):
    cells = export_cells(str(path))
    assert isinstance(cells, list)
    if not any(cells): raise ValueError("Nothing to export from %s!" % Path(path).name)
    prefix = Path(path).stem.replace("-", "_").split("_", maxsplit=1)[0]
    target = Path(out_dir, "nb_" + prefix).with_suffix(".py")
    os_dir = target.parent; os_dir.mkdir(parents=True, exist_ok=True)
    target.write_bytes(("\n".join([f"# from {Path(path).name}", f'"""Made from {Path(path).name}."""', *cells, ""])).encode())
    return str(target)
