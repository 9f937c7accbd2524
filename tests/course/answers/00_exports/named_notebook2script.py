# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% the whole stem → is_called_like_the_whole_file
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = export_cells(path)
    if not cells:
        raise ValueError(path.name)
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    target = Path(out_dir) / f"nb_{path.stem}.py"
    target.write_text("\n".join([f"# from {path.name}", *cells]), "utf-8")
    return target

# %% the folder has to be there → expects_the_folder
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = export_cells(path)
    if not cells:
        raise ValueError(path.name)
    target = Path(out_dir) / f"nb_{re.split('[-_]', path.stem)[0]}.py"
    with open(target, "w") as f:
        f.write(f"# from {path.name}\n")
        f.write("\n".join(cells))
    return target

# %% opened for adding → adds_to_an_older_script
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = export_cells(path)
    if not cells:
        raise ValueError(path.name)
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    target = Path(out_dir) / f"nb_{re.split('[-_]', path.stem)[0]}.py"
    with open(target, "a") as f:
        f.write("\n".join([f"# from {path.name}", *cells, ""]))
    return target

# %% opened before it is looked → empties_before_it_looks
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    target = Path(out_dir) / f"nb_{re.split('[-_]', path.stem)[0]}.py"
    with open(target, "w") as f:
        cells = export_cells(path)
        if not cells:
            raise ValueError(path.name)
        f.write("\n".join([f"# from {path.name}", *cells]))
    return target

# %% nothing comes back → keeps_the_path_to_itself
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = export_cells(path)
    if not cells:
        raise ValueError(path.name)
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    target = Path(out_dir) / f"nb_{re.split('[-_]', path.stem)[0]}.py"
    target.write_text("\n".join([f"# from {path.name}", *cells]), "utf-8")
    print("Converted", path.name, "to", target)

# %% its own folder → has_a_folder_of_its_own
def notebook2script(path, out_dir="exp"):
    path = Path(path)
    cells = export_cells(path)
    Path("exp").mkdir(exist_ok=True)
    target = Path("exp") / f"nb_{re.split('[-_]', path.stem)[0]}.py"
    target.write_text("\n".join([f"# from {path.name}", *cells]), "utf-8")
    return target

# %% a misspelt name → undefined_name
def notebook2script(path, out_dir="exp"):
    cells = exported_cells(path)
