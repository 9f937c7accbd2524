"""Hidden checks of ``notebook2script(path, out_dir)``: a module of the exported cells.

The notebook's ``export_cells`` is replaced by a right one while it runs, so that a mistake there costs nothing here.
The right one returns cells that travel with the call, because code that finds them would be a solution. The script is
judged by running it, in the student's process: its layout is free.

Sentence of the text → check:

    Then come the cells, in order                                        → test_module
    the whole can be imported                                            → test_module
    up to its first `_` or `-`; without either, all of it                → test_prefix
    that contains the notebook's file name                               → test_header
    with every character                                                 → test_header
    The file is UTF-8                                                    → test_header
    `out_dir` and the folders above it are made where they are missing   → test_folders
    An older script is replaced                                          → test_folders
    a `ValueError` names the notebook, and no file is written or changed → test_nothing
    It returns the path of the script                                    → test_returned
    The file is `<out_dir>/nb_<prefix>.py`                               → test_strings
    `path` and `out_dir` are Paths or strings                            → test_strings
"""

from pathlib import Path

from misconceptions import as_module, marked_in

from foundations.authoring import (
    CheckFailed,
    acts_before_it_refuses,
    check,
    compare_names,
    compare_texts,
    describe,
    fail,
    needs_a_later_line,
    not_refused,
    other_exception,
    stays_as_it_was,
)

#: Names whose prefix has letters and digits in it, in either order, of any alphabet, or a space.
MIXED = ("07b_extra.ipynb", "b12-x_y.ipynb", "2k.ipynb", "Teil2_a.ipynb", "Übung2_a.ipynb", "03 loss_new.ipynb")
#: Texts that a template, a pattern or a tidy layout would change.
CHARACTERS = r"{} {0} {name} {{x}} %d %s %% $x ${x} \1 \g<0> \n \\ # 'a'"
BLANK_LINES = "above\n\n\n\n  \n\n# below\n\t\n"


def of_nothing(names, text, name, older):
    """notebook2script(path, out_dir)"""
    import tempfile
    from pathlib import Path

    from foundations.worker.stand_ins import stand_ins

    with stand_ins(names, {"export_cells": lambda path: []}, "notebook2script"), tempfile.TemporaryDirectory() as top:
        path, out = Path(top, name), Path(top, "exp")
        path.write_text(text, encoding="utf-8")
        if older:
            out.mkdir()
            (out / f"nb_{path.stem}.py").write_text(older, encoding="utf-8")
        bases, told = [], False
        try:
            names["notebook2script"](path, out)
        except NotImplementedError:
            raise
        except Exception as error:
            bases, told = [base.__name__ for base in type(error).__mro__], name in str(error)
        files = [one.read_text(encoding="utf-8") for one in Path(top).rglob("*.py")]
        return {"error": bases[:1], "refused": "ValueError" in bases, "told": told, "files": files}


def where_it_went(names, text, cells, name, folder):
    """Names of all files that a call leaves in the working folder, or in folders there.

    ``name`` is the notebook's path from the working folder. ``folder`` may be None.
    """
    import os
    import tempfile
    from pathlib import Path

    from foundations.worker.stand_ins import stand_ins

    before = os.getcwd()
    with (
        stand_ins(names, {"export_cells": lambda path: list(cells)}, "notebook2script"),
        tempfile.TemporaryDirectory() as top,
    ):
        os.chdir(top)
        try:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
            names["notebook2script"](name, *([] if folder is None else [folder]))
            return sorted(str(one) for one in Path().rglob("*") if one.is_file() and str(one) != name)
        finally:
            os.chdir(before)


def watched(call, *keys):
    """What was seen has the form in which it is told."""
    if not isinstance(call.value, dict) or any(key not in call.value for key in keys or ("returned",)):
        text = f"{call.subject} could not be watched: does it change what Python itself does?"
        fail("type", text)


def must_make(student, folder, name, text, values, *earlier, beside=()):
    """The one script, of that name, with those values, and those of ``earlier`` calls that are ``beside`` it; the call
    for further looks at it.
    """
    pairs = [(each, given, marked_in(given)) for each, given in (*earlier, (name, text))]
    call = student.call(folder, *pairs, caller=as_module)
    call.must_not_raise()
    watched(call)
    made = {file: what for file, what in call.value.items() if file != "returned"}
    if not made:
        strayed = student.probe(where_it_went, text, marked_in(text), name, "elsewhere/deep")
        symptom = (
            "place"
            if isinstance(strayed, list) and strayed and not any(file.startswith("elsewhere/") for file in strayed)
            else None
        )
        where = "; it is in a folder of its own choice" if symptom else ""
        fail("value", f"{call.subject} leaves no file in out_dir{where}", symptom=symptom)
    prefix = name.removesuffix(".ipynb").replace("-", "_").partition("_")[0]
    expected = f"{folder}/nb_{prefix}.py"
    if expected not in made:
        text = f"{call.subject} of {name!r} gives the script another name than it has to"
        stems = [Path(file).stem for file in made if "__init__" not in file]
        shown = compare_names(stems[0], Path(expected).stem) if len(stems) == 1 else None
        fail("value", text, f"got {sorted(made)}, expected {expected}", diagnosis=shown)
    found = made[expected]
    if not isinstance(found, tuple) or len(found) != 2:
        text = f"the script that {call.subject} writes cannot be imported: it stops with {found}"
        fail("value", text, diagnosis=stops(str(found)))
    if found[0] != values:
        text = f"importing the script that {call.subject} writes does not define what the exported cells define"
        shown = old_script(found[0], earlier) or texts_apart(found[0], values)
        fail("value", text, f"got {found[0]}, expected {values}", diagnosis=shown)
    if extra := sorted(set(made) - {expected, f"{folder}/__init__.py", *beside}):
        fail("value", f"{call.subject} leaves another file as well", f"got {extra}")
    if lost := sorted(set(beside) - set(made)):
        text = f"{call.subject} takes the script of another notebook away, which was in out_dir already"
        fail("value", text, f"{lost} is missing")
    return call


def stops(found):
    """Return the diagnosis of a script that cannot be imported, by the class of its exception, or ``None``."""
    return needs_a_later_line("the script") if found == "NameError" else None


def old_script(found, earlier):
    """Return the diagnosis of a script that defines what that of an earlier notebook does, or ``None``."""
    older = [cell for _, text in earlier for cell in marked_in(text)]
    same = isinstance(found, dict) and f"FIRST = {found.get('FIRST')}" in older
    return stays_as_it_was("The script") if same else None


def texts_apart(found, values):
    """Return how the texts among the defined values differ from the right ones, or ``None``."""
    if not isinstance(found, dict) or found.keys() != values.keys():
        return None
    pairs = [(found[name], value) for name, value in values.items() if found[name] != value]
    shown = [compare_texts(got, value) if isinstance(value, str) else None for got, value in pairs]
    return shown[0] if shown and all(shown) else None


@check("a module that defines the names of the exported cells, in order", points=1.3, gate=True)
def test_module(student, notebook, number):
    for name in ("00_small.ipynb", "07_more_of_it.ipynb"):
        a, b = number(), number()
        text = notebook(
            "markdown: # Prose",
            f"code: #export\nFIRST = {a}",
            "code: FIRST = 0",
            f"code: #export\ndef shifted(x):\n    return x + {b}",
            "code: #export\nSECOND = shifted(FIRST)",
        )
        must_make(student, "exp", name, text, {"FIRST": a, "SECOND": a + b})


@check("the prefix: the file name up to its first _ or -, or all of it", points=0.6)
def test_prefix(student, notebook, number):
    for name in ("01-matmul_old.ipynb", "02_a-b.ipynb", "plain.ipynb", "3.ipynb", "04-.ipynb", "x_.ipynb", *MIXED):
        a = number()
        must_make(student, "exp", name, notebook(f"code: #export\nFIRST = {a}"), {"FIRST": a})


@check("a header that names the notebook, and below it every letter of the cells", points=0.3)
def test_header(student, notebook, number):
    for name in (f"05_part{number()}.ipynb", f"{number()}.ipynb", f"05_let's {{go}} {number()}%.ipynb"):
        a = number()
        call = must_make(student, "exp", name, notebook(f"code: #export\nFIRST = {a}"), {"FIRST": a})
        (found,) = [what for file, what in call.value.items() if file != "returned" and "__init__" not in file]
        if not found[1]:
            text = f"the script that {call.subject} writes does not name the notebook above the first of its cells"
            fail("value", text)
    a = number()
    text = notebook(
        f"code: #export\nFIRST = {a}",
        "code: #export\n# α ≤ β\nSECOND = 'größer · Ω · 二'",
        "code: #export\nTHIRD = '''spaces  \n\tat both ends '''",
    )
    values = {"FIRST": a, "SECOND": "größer · Ω · 二", "THIRD": "spaces  \n\tat both ends "}
    must_make(student, "exp", "06_letters.ipynb", text, values)
    for what in (CHARACTERS, BLANK_LINES):
        a = number()
        text = notebook(f"code: #export\nFIRST = {a}", f'code: #export\nSECOND = r"""{what}{a} """')
        must_make(student, "exp", "06_text.ipynb", text, {"FIRST": a, "SECOND": f"{what}{a} "})


@check("folders that are missing are made; an older script is replaced, and no other one", points=0.6)
def test_folders(student, notebook, number):
    a, b = number(), number()
    small = notebook(f"code: #export\nFIRST = {a}")
    must_make(student, "new/and/deep", "08_x.ipynb", small, {"FIRST": a})
    longer = notebook(f"code: #export\nFIRST = {b}", "code: #export\nSECOND = 2", "code: #export\nTHIRD = '3'")
    must_make(student, "exp", "08_x.ipynb", small, {"FIRST": a}, ("08_x.ipynb", longer))
    must_make(student, "exp", "08_y.ipynb", small, {"FIRST": a}, ("08_x.ipynb", longer))
    must_make(student, "exp", "08_x.ipynb", small, {"FIRST": a}, ("09_x.ipynb", longer), beside=["exp/nb_09.py"])


@check("nothing to export is a ValueError that names the notebook; no file is written or changed", points=0.6)
def test_nothing(student, notebook, number):
    for text in (notebook("code: x = 1", "markdown: #export"), notebook()):
        for older in ("", f"FIRST = {number()}\n"):
            name = f"{number()}.ipynb"
            call = student.call(text, name, older, caller=of_nothing)
            call.must_not_raise()
            watched(call, "error", "refused", "files", "told")
            value, subject = call.value, f"{call.subject} of a notebook without marked cells"
            if not value["refused"]:
                seen = f"stops with {value['error'][0]}" if value["error"] else "does not complain"
                because = "nothing is to be exported"
                shown = other_exception(value["error"][0], "ValueError") if value["error"] else not_refused(because)
                fail("exception", f"{subject} {seen}; a ValueError is asked for", diagnosis=shown)
            if value["files"] != [older] * bool(older):
                what = "changes the older script" if older else "leaves a file"
                shown = acts_before_it_refuses("changed the older script" if older else "made a file")
                fail("value", f"{subject} refuses, and rightly; but it {what} all the same", diagnosis=shown)
            if not value["told"]:
                told = f"{subject} refuses, and rightly; but its message does not name the notebook"
                fail("value", told, symptom="message")


@check("the path of the script is returned", points=0.3)
def test_returned(student, notebook, number):
    for folder, name, expected in [("exp", "08_x.ipynb", "exp/nb_08.py"), ("a/b", "09.ipynb", "a/b/nb_09.py")]:
        a = number()
        call = must_make(student, folder, name, notebook(f"code: #export\nFIRST = {a}"), {"FIRST": a})
        if call.value["returned"] != expected:
            kind = describe(None) if call.value["returned"] == "NoneType" else "something else"
            text = f"{call.subject} writes the script and returns {kind}; its path is asked for"
            fail("value", text, f"got {call.value['returned']}, expected {expected}")


@check("paths that are strings; without out_dir, the folder exp where one is", points=0.3)
def test_strings(student, notebook, number):
    text = notebook(f"code: #export\nFIRST = {number()}")
    cases = [("10_x.ipynb", "some"), ("10_x.ipynb", None), ("notes/10_x.ipynb", "a/b"), ("notes/10_x.ipynb", None)]
    for name, folder in cases:
        expected = folder or "exp"
        try:
            files = student.probe(where_it_went, text, marked_in(text), name, folder)
        except CheckFailed as failed:
            told = failed.finding.text
            fail("exception", told, symptom="strings" if "'str'" in told else None)
        found = [file for file in files if "__init__" not in file] if isinstance(files, list) else files
        if found != [f"{expected}/nb_10.py"]:
            call = "notebook2script(path, out_dir)" if folder else "notebook2script(path)"
            told = f"{call} with strings for paths does not write the script, and it alone, where it has to"
            symptom = None
            if found == [f"notes/{expected}/nb_10.py"]:
                told = f"{call} with relative paths writes the script into a folder next to the notebook"
                symptom = "next to the notebook"
            fail("value", told, f"got {found}, expected {expected}/nb_10.py", symptom=symptom)
