"""Hidden checks of ``run_notebook(path)``: code cells in order, in one fresh namespace, up to the first that fails.

What ran is seen by what the cells print, in lines that begin with "witness". The names of the function's own module,
where a student's answer has its notebook's, are compared before and after, and put back.

Sentence of the text → check:

    Code cells run, in order; markdown and raw cells do not → test_order
    What cells print appears as usual                       → test_order
    or functions will not find each other                   → test_functions
    The namespace starts as `{"__name__": "__main__"}`      → test_fresh
    Nothing is left behind                                  → test_fresh
    the next call starts from nothing                       → test_fresh
    are neither used nor changed                            → test_fresh
    no later cell runs                                      → test_first_failure
    A cell that is no Python fails with a SyntaxError       → test_first_failure
    its **index**                                           → test_message
    its **first line**                                      → test_message
    Magics are left out, as in exercise 5                   → test_sources
    is skipped as a whole                                   → test_sources
    of a notebook (nbformat 4: JSON, UTF-8)                 → test_sources
    It returns the namespace                                → test_returned
"""

import re

from misconceptions import as_witness

from foundations.authoring import check, compare_printed, fail


def until_it_fails(names, text):
    """run_notebook(path)"""
    import contextlib
    import io
    import tempfile
    from pathlib import Path

    outside = getattr(names["run_notebook"], "__globals__", names)
    before = dict(outside)
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            path = Path(folder) / "hidden.ipynb"
            path.write_text(text, encoding="utf-8")
            names["run_notebook"](str(path))
    finally:
        for key in [key for key in outside if key not in before]:
            del outside[key]
        outside.update(before)


def run(student, *texts):
    """What was seen of the run of each notebook, and the names outside that were changed."""
    call = student.call(*texts, caller=as_witness)
    call.must_not_raise()
    *runs, changed = call.value if isinstance(call.value, list) and call.value else [None]
    keys = {"said", "error", "returned"}
    watched = all(isinstance(one, dict) and one.keys() == keys for one in runs)
    if not watched or len(runs) != len(texts) or not isinstance(changed, list):
        fail("type", f"{call.subject} could not be watched: does it change what Python itself does?")
    return call.subject, call.value


def must_run(student, text, *witnesses, why):
    """It runs to the end, and its cells print just these."""
    subject, (seen, _) = run(student, text)
    if seen["error"]:
        fail("exception", f"{subject} stops with {seen['error']}, though {why}")
    compare(subject, seen, witnesses, why)
    return subject, seen


def compare(subject, seen, witnesses, why):
    expected = [f"witness {each}" for each in witnesses]
    if seen["said"] != expected:
        text = f"{subject}: the cells do not print what they print in Jupyter, though {why}"
        shown = compare_printed(seen["said"], expected) if isinstance(seen["said"], list) else None
        fail("value", text, f"got {seen['said']}, expected {expected}", diagnosis=shown)


def must_fail(subject, seen, witnesses, why):
    if seen["error"] != "RuntimeError":
        what = f"stops with {seen['error']}" if seen["error"] else "does not complain"
        fail("exception", f"{subject} {what}; a RuntimeError is asked for: {why}")
    compare(subject, seen, witnesses, why)


@check("code cells run in order, in one namespace", points=0.7, gate=True)
def test_order(student, notebook, number):
    for lists in (True, True):
        a, b, c = number(), number(), number()
        text = notebook(
            "markdown: print('witness prose')",
            f"code: own_first = {a}",
            f"code: own_first += {b}\nprint('witness', own_first)",
            f"raw: own_first = {c}",
            f"code: own_second = own_first - {c}",
            "code: print('witness', own_second)",
            lists=lists,
        )
        must_run(student, text, a + b, a + b - c, why="each cell stands on those above it")


@check("functions find each other, and names that were defined later", points=0.2)
def test_functions(student, notebook, number):
    a, b = number(), number()
    text = notebook(
        f"code: own_shift = {a}\nimport math",
        "code: def own_inner(n):\n    return math.floor(n + 0.5) + own_shift",
        "code: def own_outer(n):\n    return [own_inner(m) for m in range(n)][-1] + own_late",
        f"code: own_late = {b}",
        "code: print('witness', own_outer(3), [own_shift for _ in range(2)])",
    )
    must_run(student, text, f"{2 + a + b} [{a}, {a}]", why="a function looks its names up when it is called")


def as_relative(names, text):
    """run_notebook(path)"""
    import os
    import tempfile
    from pathlib import Path

    try:
        before = os.getcwd()
    except FileNotFoundError:  # an earlier run has left Python in a folder that is gone
        return False
    outside = getattr(names["run_notebook"], "__globals__", names)
    kept = dict(outside)
    with tempfile.TemporaryDirectory() as top:
        os.chdir(top)
        try:
            Path("notes").mkdir()
            Path("notes", "hidden.ipynb").write_text(text, encoding="utf-8")
            names["run_notebook"]("notes/hidden.ipynb")
            return Path().resolve() == Path(top).resolve()
        finally:
            os.chdir(before)
            for key in [key for key in outside if key not in kept]:
                del outside[key]
            outside.update(kept)


@check("a fresh namespace: nothing from outside, nothing from the run before, and __name__ is __main__", points=0.5)
def test_fresh(student, notebook, number):
    a = number()
    makes = notebook(f"code: own_made = {a}\nprint('witness', own_made)")
    asks = notebook("code: print('witness', 1)", "code: own_made + 1", "code: print('witness', 2)")
    subject, (first, second, changed) = run(student, makes, asks)
    compare(subject, first, [a], "the notebook is a single cell")
    must_fail(subject, second, [1], "a name that only an earlier notebook has made is missing")
    if changed:
        fail("value", f"{subject} changes names of the notebook that calls it")
    subject, (seen, _) = run(student, notebook("code: print('witness', 1)", "code: planted_outside"))
    must_fail(subject, seen, [1], "a name that only the calling notebook has is missing")
    must_run(student, notebook("code: print('witness', __name__)"), "__main__", why="that is the name in Jupyter")
    asks = notebook("code: print('witness', sorted(own for own in globals() if own[:2] != '__'))")
    must_run(student, asks, "[]", why="a fresh namespace holds no other names")
    call = student.call(notebook(f"code: own_made = {a}"), caller=as_relative)
    call.must_not_raise()
    if call.value is not True:
        fail("value", f"{call.subject} leaves Python in another working directory")


@check("it ends at the first cell that fails, also with a SyntaxError", points=0.5)
def test_first_failure(student, notebook, number):
    a = number()
    for failing in (
        "assert 1 == 2",
        "1 / 0",
        "print(",
        "raise KeyError('x')",
        "own_missing",
        "x = 1\nimport own_no_module",
    ):
        text = notebook(f"code: print('witness', {a})", f"code: {failing}", "code: print('witness', 0)", "code: 1 / 0")
        subject, (seen, _) = run(student, text)
        must_fail(subject, seen, [a], f"a cell with {failing!r} fails, those above it run and those below do not")


@check("the message names the cell's index and its first line", points=0.5)
def test_message(student, notebook, number):
    a, b, c = number(), number(), number()
    for prose, failing, last in (
        (6, f"total = {a} + part", "assert part < 3"),
        (9, f"total = {b} + part", "if part == 3:\n    raise RuntimeError('too large')"),
        # The first line of the cell as it is in the notebook.
        (7, f"%matplotlib {c}", "total = part\n1 / 0"),
    ):
        before = [f"markdown: {n}" for n in range(prose)] + [f"code: part = {n}" for n in range(4)]
        cell, index = f"code: {failing}\n{last}", prose + 4
        if not failing.startswith("%"):
            before[-2] = cell  # which does not fail there
        text = notebook(*before, cell, "code: 1", ids=False)
        call = student.call(text, caller=until_it_fails)
        call.must_raise(RuntimeError, because="one of its cells fails")
        said = str(call.error["text"])
        counted = {int(one) for one in re.findall(r"\d+", said.replace(failing, " "))}
        symptom = None
        if index not in counted:
            symptom = "one more" if index + 1 in counted else "code cells" if {4, 5} & counted else "index"
        told = f"{call.subject} fails, and rightly; but the message does not name the cell's "
        if said == "too large":
            text = f"{told}index and first line: the cell raised a RuntimeError itself, and that is all that comes out"
            fail("value", text, symptom="message: the cell's own")
        if failing not in said:
            both = symptom == "index"
            text = told + ("index and first line" if both else "first line")
            fail("value", text, symptom="message: nothing" if both else "message: first line")
        if symptom:
            detail = f"expected {index} in it"
            fail("value", f"{told}index in the list of cells", detail, symptom=f"message: {symptom}")


@check("magics are left out, cells that begin with %% are skipped; sources are strings or lists, or empty", points=0.4)
def test_sources(student, notebook, number):
    a, b = number(), number()
    text = notebook(
        f"code: %matplotlib inline\nown = {a}\nif own:\n    !ls -l\n    own += {b} % 7",
        "code: %%bash\necho $HOME; for f in *; do cat $f; done",
        "code: %%html\nprint('witness html')",
        "code: !pip list",
        "code: print('witness', own)",
        "code: own = '%d%%' % own\nprint('witness', own)",
        # A line of a text may well begin with %%: only the first line of a cell makes it a cell magic.
        "code: note = '''\n%%time\n'''\nprint('witness', own[:-1])",
    )
    must_run(
        student,
        text,
        a + b % 7,
        f"{a + b % 7}%",
        f"{a + b % 7}",
        why="magics are no Python, and the rest of a cell with %% on top neither",
    )
    a = number()
    cells = f"code: #export\nλ = {a}", "code: ", "markdown: ", "code: print('witness', λ, 'Ω')", "code: \n\n"
    for lists in (False, None, True):
        must_run(student, notebook(*cells, lists=lists), f"{a} Ω", why="it is a notebook like others")


@check("the namespace is returned", points=0.2)
def test_returned(student, notebook, number):
    a, b, c, d = number(), number(), number(), number()
    text = notebook(
        f"code: own_first = {a}",
        f"code: own_second = own_first + {b}",
        f"code: _own_third = {c}\n__own_fourth__ = {d}",
        "code: import math as own_module\nown_list = [own_first]\ndef own_function():\n    return 1",
    )
    subject, seen = must_run(student, text, why="it is a notebook like others")
    if not isinstance(seen["returned"], dict):
        fail("type", f"{subject} returned a {seen['returned']}; the namespace is asked for")
    made = {"own_first": a, "own_second": a + b, "_own_third": c, "__own_fourth__": d}
    made |= {"own_module": "module", "own_list": "list", "own_function": "function"}
    if made.items() - seen["returned"].items():
        detail = f"got {seen['returned']}, expected {made}"
        fail("value", f"{subject} returned a dictionary in which names that the cells made are missing", detail)
