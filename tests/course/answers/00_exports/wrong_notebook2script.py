# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% writes nothing → zero
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    return Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"

# %% the whole notebook → zero
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = ["".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.write_text("\n".join(cells), "utf-8")
    return script

# %% a list in a file → zero
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.write_text(f"# {path.name}\n{export_cells(path)}", "utf-8")
    return script

# %% splits the whole path → zero
def notebook2script(path, out_dir="exp"):
    prefix = re.split("[_-]", str(path))[0]
    script = Path(out_dir) / f"nb_{prefix}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([f"# {path}", *export_cells(path)]), "utf-8")
    return script

# %% beside the notebook → zero
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    folder = path.parent / "exp"
    folder.mkdir(exist_ok=True)
    script = folder / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.write_text("\n\n".join([f"# {path.name}", *export_cells(path)]), "utf-8")
    return script

# %% digits only → loses
def notebook2script(path, out_dir="exp"):
    path, cells = Path(path), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{path.stem[:2]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([f"# {path.name}", *cells]), "utf-8")
    return script

# %% the header below → loses
def notebook2script(path, out_dir="exp"):
    path, cells = Path(path), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([*cells, f"# {path.name}"]), "utf-8")
    return script

# %% keeps an older script → loses
def notebook2script(path, out_dir="exp"):
    path, cells = Path(path), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    if not script.exists():
        script.write_text("\n\n".join([f"# {path.name}", *cells]), "utf-8")
    return script

# %% another exception → loses
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    first, *others = [*export_cells(path)] or [export_cells(path)[0]]
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([f"# {path.name}", first, *others]), "utf-8")
    return script

# %% a default of its own → loses
def notebook2script(path, out_dir="scripts"):
    path, cells = Path(path), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([f"# {path.name}", *cells]), "utf-8")
    return script

# %% clears the folder before → loses
import shutil
def notebook2script(path, out_dir="exp"):
    cells = export_cells(path)
    if not cells: raise ValueError(Path(path).name)
    shutil.rmtree(out_dir, ignore_errors=True)
    Path(out_dir).mkdir(parents=True)
    t = Path(out_dir) / f"nb_{re.split('[_-]', Path(path).stem)[0]}.py"
    t.write_text("\n\n".join([f"# {Path(path).name}", *cells]) + "\n", encoding="utf-8")
    return t

# %% refuses with SystemExit → loses
import sys
def notebook2script(path, out_dir="exp"):
    cells = export_cells(path)
    if not cells: sys.exit(f"nothing in {Path(path).name}")
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    t = Path(out_dir) / f"nb_{re.split('[_-]', Path(path).stem)[0]}.py"
    t.write_text("\n\n".join([f"# {Path(path).name}", *cells]) + "\n", encoding="utf-8")
    return t

# %% deletes the older one, then finds nothing → loses
def notebook2script(path, out_dir="exp"):
    t = Path(out_dir) / f"nb_{re.split('[_-]', Path(path).stem)[0]}.py"
    t.unlink(missing_ok=True)
    cells = export_cells(path)
    if not cells: raise ValueError(Path(path).name)
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    t.write_text("\n\n".join([f"# {Path(path).name}", *cells]) + "\n", encoding="utf-8")
    return t

# %% leaves out letters beyond ASCII → loses
def notebook2script(path: str | Path, out_dir: str | Path = "exp") -> Path:
    path, out_dir = Path(path), Path(out_dir)
    cells = export_cells(path)
    if not cells:
        raise ValueError(f"nothing to export in {path.name}")
    out_dir.mkdir(parents=True, exist_ok=True)
    script = out_dir / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    text = "\n\n".join([f"# made of {path.name}", *cells]) + "\n"
    script.write_text(text, encoding="ascii", errors="ignore")
    return script

# %% question marks for letters beyond ASCII → loses
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([f"# {path.name}", *cells, ""]), encoding="ascii", errors="replace")
    return script

# %% in Latin-1 → loses
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([f"# {path.name}", *cells, ""]), encoding="latin-1", errors="replace")
    return script

# %% the name by a percent sign, over the whole text → loses
def notebook2script(path, out_dir="exp"):
    path, cells = Path(path), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join(["# from %s", *cells]) % path.name, "utf-8")
    return script

# %% the cells as the replacement of a pattern → loses
def notebook2script(path, out_dir="exp"):
    path, cells = Path(path), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(re.sub("CELLS", "\n\n".join(cells), f"# from {path.name}\nCELLS\n"), "utf-8")
    return script

# %% a blank line at most, even with spaces in it → loses
def notebook2script(path, out_dir="exp"):
    path, cells = Path(path), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    lines, kept = "\n".join([f"# from {path.name}", *cells]).split("\n"), []
    for line in lines:
        if line.strip() or not kept or kept[-1].strip():
            kept.append(line)
    script.write_text("\n".join(kept), "utf-8")
    return script

# %% a prefix in small letters → loses
def notebook2script(path, out_dir="exp"):
    path, cells = Path(path), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    prefix = re.split("[_-]", path.stem)[0]
    script = Path(out_dir) / f"nb_{prefix.lower()}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([f"# from {path.name}", *cells]), "utf-8")
    return script

# %% a relative folder is below the notebook's, by chdir → loses
def notebook2script(path, out_dir="exp"):
    import os
    path, cells = Path(path).resolve(), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    before = os.getcwd()
    os.chdir(path.parent)
    try:
        script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("\n\n".join([f"# from {path.name}", *cells]), "utf-8")
        return script
    finally:
        os.chdir(before)

# %% the file name between single quotes → loses
#export
def notebook2script(path, out_dir="exp"):
    path, out_dir = Path(path), Path(out_dir)
    cells = export_cells(path)
    if not cells:
        raise ValueError(f"{path.name}: nothing to export")
    script = out_dir / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    out_dir.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([f"'made from {path.name}, do not edit'", *cells]) + "\n", encoding="utf-8")
    return script

# %% a prefix of letters and digits of ASCII → loses
#export
def notebook2script(path, out_dir="exp"):
    path, out_dir = Path(path), Path(out_dir)
    cells = export_cells(path)
    if not cells:
        raise ValueError(f"{path.name}: nothing to export")
    prefix = re.match("[A-Za-z0-9]*", path.stem).group()
    script = out_dir / f"nb_{prefix}.py"
    out_dir.mkdir(parents=True, exist_ok=True)
    script.write_text("\n\n".join([f"# made from {path.name}", *cells]) + "\n", encoding="utf-8")
    return script

# %% the file name by a percent sign, with one in the name → loses
def notebook2script(path, out_dir="exp"):
    path, cells = Path(path), export_cells(path)
    if not cells:
        raise ValueError(path.name)
    script = Path(out_dir) / f"nb_{re.split('[_-]', path.stem)[0]}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    header = f"# made from {path.name} for %s\n" % out_dir
    script.write_text(header + "\n\n".join(cells), "utf-8")
    return script
