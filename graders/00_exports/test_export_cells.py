"""Hidden checks of ``export_cells(path)``: the sources of code cells marked #export, and what is left of them.

The notebook travels as text and is written to a file where the student's code runs. Of what comes back, spaces and
line breaks at both ends of a source do not count; spaces at the ends of its lines and empty lines inside it count in a
check of theirs.

Sentence of the text → check:

    the sources of its exported cells                            → test_marked
    one for each cell, in the order of the notebook              → test_marked
    A source may be a string or a list of lines                  → test_strings
    spaces at the end of that line do not matter                 → test_marks
    stands further down, or below an empty line                  → test_marks
    markdown or raw, whatever it says                            → test_kinds
    lines whose first character, spaces aside, is `%` or `!`     → test_magics
    A `%` inside a line is arithmetic and stays                  → test_magics
    Indentation and the blank lines inside a cell stay           → test_lines
    If nothing but blank lines remains of a cell, it is left out → test_lines
    and it may be empty                                          → test_lines
    A notebook without marked cells gives an empty list          → test_lines
    `path` is a `Path` or a string                               → test_file
    The file is UTF-8, and is left as it is                      → test_file
"""

from misconceptions import of_notebook

from foundations.authoring import changes_input, check, compare_texts, describe, fail

#: First lines of cells that are not marked.
LOOKALIKES = ["# export", "#exports", "#export later", "#exported = 1", "##export", "# #export", "'#export'"]
#: And beginnings of cells in which the mark stands elsewhere.
LOOKALIKES += ["x = 1 #export", "x = 1\n#export", "\n#export", "%%time\n#export", "!ls\n#export"]


def by_string(names, text):
    """export_cells(str(path))"""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "00_hidden.ipynb"
        path.write_text(text, encoding="utf-8")
        found = names["export_cells"](str(path))
        if found is not None and not isinstance(found, list):
            return type(found).__name__
        return [found, path.read_text(encoding="utf-8") == text]


def must_give(student, text, expected, what, *, exactly=False):
    call = student.call(text, caller=of_notebook)
    call.must_not_raise()
    compare(call.value, expected, call.subject, what, exactly=exactly)


def compare(got, expected, subject, what, *, exactly=False):
    if not isinstance(got, list) or not all(isinstance(one, str) for one in got):
        seen = "a list with other things than strings" if isinstance(got, list) else describe(got)
        shown = compare_texts(got, expected)
        fail("type", f"{subject} returned {seen}; a list of strings is asked for", diagnosis=shown)
    detail = f"got {got!r}, expected {expected!r}"
    shown = compare_texts(got, expected)
    if len(got) != len(expected):
        more = "more" if len(got) > len(expected) else "fewer"
        fail("value", f"{subject} gives {more} cells than it has to, of {what}", detail, diagnosis=shown)
    for place, (one, wanted) in enumerate(zip(got, expected, strict=True)):
        if plain(one, exactly=exactly) != plain(wanted, exactly=exactly):
            text = (
                f"{subject} gives the right number of cells, but number {place + 1} is not what it has to be, of {what}"
            )
            fail("value", text, detail, diagnosis=shown)


def plain(source, *, exactly):
    if exactly:
        return source.strip()
    lines = [line.rstrip() for line in source.strip("\n").split("\n")]
    return [line for line in lines if line]


@check("marked code cells, without their mark, in order", points=0.8, gate=True)
def test_marked(student, notebook, number):
    a, b, c = number(), number(), number()
    pair = [f"x = {a}", f"z = {c}\nw = 1"]
    text = notebook(f"code: #export\n{pair[0]}", f"code: y = {b}", f"code: #export\n{pair[1]}")
    must_give(student, text, pair, "a notebook with marked and unmarked cells")
    function = f"def f(x):\n    return x - {b}"
    text = notebook(f"markdown: # {a}", "code: import math", f"code: #export\n{function}", "code: f(1)")
    must_give(student, text, [function], "a notebook with a single marked cell")
    # Neither names nor lengths rise or fall from cell to cell: whoever sorts them is noticed, whatever the numbers.
    row = [f"row = {c}\nlast = 0", f"z = {a}", f"all_of_them = {b}\nof_these = 1\nhere = 2"]
    must_give(student, notebook(*(f"code: #export\n{one}" for one in row)), row, "a notebook of marked cells only")


@check("sources that are strings, not lists of lines", points=0.3)
def test_strings(student, notebook, number):
    a, b = number(), number()
    cells = f"code: #export\nx = {a}", "code: y = 2", f"code: #export\nif x:\n    x = {b}", "markdown: z"
    for lists in (False, None):
        text = notebook(*cells, lists=lists)
        must_give(student, text, [f"x = {a}", f"if x:\n    x = {b}"], "a notebook whose sources are strings")


@check("marks, and lines that only look like marks", points=0.5)
def test_marks(student, notebook, number):
    a = number()
    for other in LOOKALIKES:
        text = notebook(f"code: {other}\ny = 2", f"code: #export\nx = {a}", f"code: {other}\ny = 2")
        must_give(student, text, [f"x = {a}"], f"a notebook in which a cell begins with {other!r}")
    for lists in (True, False):
        text = notebook(f"code: #export  \nx = {a}", "code: #export \nz = 1", lists=lists)
        must_give(student, text, [f"x = {a}", "z = 1"], "a notebook with spaces after the mark")
    kept = f"mark = '#export'\nx = {a}  # see #export\n#export"
    must_give(
        student, notebook(f"code: #export\n{kept}"), [kept], "a notebook with a marked cell that has #export inside"
    )


@check("markdown and raw cells are none", points=0.3)
def test_kinds(student, notebook, number):
    a = number()
    for kind in ("markdown", "raw"):
        text = notebook(f"{kind}: #export\ny = 2", f"code: #export\nx = {a}", f"{kind}: #export")
        must_give(student, text, [f"x = {a}"], f"a notebook with a {kind} cell that begins with #export")


@check("magics are left out, and arithmetic with % is not", points=0.5)
def test_magics(student, notebook, number):
    a = number()
    for magic in ("%matplotlib inline", "!ls -l", "%%time", "%timeit x", "!pip list"):
        text = notebook(f"code: #export\n{magic}\nx = {a}\nif x:\n    {magic}\n    z = 1\n  {magic}")
        must_give(student, text, [f"x = {a}\nif x:\n    z = 1"], f"a notebook with the magic {magic!r}")
    kept = f"x = {a} % 7\ny = x != 3\nz = '%d!' % x  # 100 %!"
    must_give(student, notebook(f"code: #export\n{kept}"), [kept], "a notebook with % and ! inside its lines")


@check("lines inside a cell stay, empty ones too; empty cells, and those of which nothing is left, go", points=0.4)
def test_lines(student, notebook, number):
    kept = f"def f():\n    text = '''\n\n    {number()}  \n\n    '''\n\n    if text:\n\n        return text"
    note, both = f"# {number()}: a comment", f"x = {number()}\n# of x\nx += 1  # again"
    for lists in (True, False):
        text = notebook(f"code: #export\n{kept}", "code: #export\n\nx = 1\n", lists=lists)
        must_give(student, text, [kept, "x = 1"], "a notebook with empty lines inside a cell", exactly=True)
        text = notebook(f"code: #export\n{note}\n\n\n%time x\n\n    !ls\n{both}", lists=lists)
        expected = [f"{note}\n\n\n\n{both}"]
        must_give(student, text, expected, "a notebook with empty lines above a magic", exactly=True)
    text = notebook(f"code: #export\n{note}", *[f"code: #export\n{both}"] * 2)
    must_give(student, text, [note, both, both], "a notebook with comments, and with two cells alike")
    a = number()
    for lists in (True, False):
        text = notebook("code: ", f"code: #export\nx = {a}", "markdown: ", "code: \n\n", lists=lists)
        must_give(student, text, [f"x = {a}"], "a notebook with empty cells")
        text = notebook("code: #export", f"code: #export\nx = {a}", "code: #export\n\n%time x\n  \n", lists=lists)
        must_give(student, text, [f"x = {a}"], "a notebook with marked cells that hold nothing else")
        must_give(
            student, notebook(f"code: x = {a}", "markdown: y", lists=lists), [], "a notebook without marked cells"
        )
    must_give(student, notebook(), [], "a notebook without cells")


@check("a list; a path that is a string; UTF-8; the file is left as it was", points=0.2)
def test_file(student, notebook, number):
    a = number()
    text = notebook(f"code: #export\nλ = 'größer als {a} · 2'", "markdown: # Ω")
    call = student.call(text, caller=by_string)
    call.must_not_raise()
    if isinstance(call.value, str):
        fail("type", f"{call.subject} returned a {call.value}; a list of strings is asked for")
    found, untouched = call.value if isinstance(call.value, list) and len(call.value) == 2 else (call.value, True)
    compare(found, [f"λ = 'größer als {a} · 2'"], call.subject, "a notebook with letters of other alphabets")
    if not untouched:
        text = f"{call.subject} changed the notebook that it was to read"
        fail("mutation", text, diagnosis=changes_input("The file at `path`"))
