"""Assignments that declare files: the one folder that student code may write to, and its bounds."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from attacks.harness import ATTEMPT, WRONG, Attack, AttackHarness, at_import, attacks
from attacks.hostile_course import ATTACKED, HONEST, submission

_REFUSED = r"refused: (EACCES|EPERM|ENOENT|EXDEV|ENOSYS|EROFS|EFBIG)"
_HERE = ATTEMPT + "\nimport time\nprint('in', os.getcwd(), sorted(os.listdir('.')), open('data.csv').read())\n"

ATTACKS = (
    at_import(
        "more bytes than it may have",
        r"files have more than 1,000,000 bytes",
        _HERE
        + """
for number in range(18):
    with open(f"{mark}-{number}", "wb") as file:
        for _ in range(20): file.write(bytes(10_000))
time.sleep(1e6)
""",
    ),
    at_import(
        "one file larger than it may have",
        r"large refused: EFBIG",
        _HERE + "open('{mark}', 'wb', 0).write(b'x' * 20_000_000)  # as much of it as may be\n"
        "def more():\n    with open('{mark}', 'ab', 0) as file: file.write(b'x')\n"
        "attempt('large', more)\nos.remove('{mark}')",
    ),
    at_import(
        "more files than it may have",
        r"made more than 20 files",
        _HERE + "for number in range(100): open(f'{mark}-{number}', 'w').close()\ntime.sleep(1e6)",
    ),
    at_import(
        "folders a thousand levels deep",
        r"made more than 20 files|too long|stopped after",
        _HERE + "for number in range(1000):\n    os.mkdir('d'); os.chdir('d')\ntime.sleep(1e6)",
    ),
    at_import(
        "bytes where nobody may look",
        r"files have more than 1,000,000 bytes|cannot be looked into",
        _HERE
        + """
os.mkdir("{mark}", 0o300)
for number in range(10):
    with open(f"{mark}/{number}", "wb") as file: file.write(bytes(500_000))
time.sleep(1e6)
""",
    ),
    at_import(
        "links out of it",
        rf"symlink {_REFUSED}",
        _HERE
        + """
for name, make in (("symlink", os.symlink), ("hard link", os.link)):
    for target in ("{gradebook}", "{graders}", "/etc/passwd", "/proc/self/environ"):
        attempt(name, lambda: make(target, "{mark}-link"))
attempt("fifo", lambda: os.mkfifo("{mark}-fifo"))
attempt("device", lambda: os.mknod("{mark}-device", 0o20666, os.makedev(1, 5)))
attempt("socket", lambda: __import__("socket").socket(1).bind("{mark}-socket"))
""",
    ),
    at_import(
        "out of it by name",
        rf"above {_REFUSED}",
        _HERE
        + """
here = os.getcwd()
attempt("above", lambda: os.listdir(".."))
attempt("above", lambda: open("../{mark}", "w"))
attempt("moved out", lambda: os.rename("data.csv", "/tmp/{mark}"))
attempt("moved out", lambda: os.rename("data.csv", "{course}/{mark}"))
attempt("moved in", lambda: os.rename("{gradebook}", "mine"))
attempt("itself moved", lambda: os.rename(here, here + "-{mark}"))
attempt("itself removed", lambda: os.rmdir(here))
attempt("by descriptor", lambda: os.open("../..", os.O_RDONLY, dir_fd=os.open(".", os.O_RDONLY)))
attempt("rights", lambda: os.chmod(".", 0o777))
attempt("owner", lambda: os.chown("data.csv", 0, 0))
attempt("set-user-id", lambda: os.chmod("data.csv", 0o4755))
attempt("run", lambda: os.execv("data.csv", ["x"]))
""",
    ),
    at_import(
        "left for the next one",
        r"planted",
        _HERE
        + """
for name in ("torch.py", "sitecustomize.py", "conftest.py", "foundations.py", "data.csv"):
    with open(name, "w") as file: file.write("print('ATTACK-' 'SUCCEEDED')")
print("planted")
""",
    ),
    at_import(
        "written to until the end",
        r"writing|cannot be looked into",
        _HERE
        + """
file = open("{mark}", "w")
import atexit
atexit.register(lambda: open("{mark}-late", "w"))
os.mkdir("closed"); os.mkdir("closed/in", 0)
print("writing")
""",
    ),
)


@attacks(*ATTACKS)
def test_attack_is_contained(harness: AttackHarness, attack: Attack) -> None:
    """The folder is bounded, closed to all sides, and gone with the notebook; the next one finds its own file."""
    path, honest = harness.scratch.place("s01"), harness.scratch.place("s03")
    for file, notebook in ((path, attack.notebook(harness.places)), (honest, reading_notebook())):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(notebook))
        file.with_name("data.csv").write_text(f"1,{file.parents[1].name}")

    with harness.no_remains():
        outcome = harness.grade(path)
        after = harness.grade(honest, "s03")

    assert outcome.scores == ATTACKED, outcome.story()
    harness.must_be_harmless(outcome, attack.seen)
    assert after.scores == HONEST, after.story()
    assert "found ['data.csv'] 1,s03" in after.shown_text
    assert path.with_name("data.csv").read_text() == "1,s01"


def reading_notebook() -> object:
    """Return an honest notebook that prints its files."""
    text = "import os\nprint('found', os.listdir('.'), open('data.csv').read())\ndef shift(x):\n    return x + 1\n"
    return submission({"shift": text})


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "large"])
def test_declared_file_of_another_kind_is_left_out(harness: AttackHarness, kind: str) -> None:
    """The file is left out with a message; the target of a link is not read."""
    path = harness.scratch.place("s05")
    path.parent.mkdir(parents=True)
    data = path.with_name("data.csv")
    match kind:
        case "link":
            data.symlink_to(harness.course.graders / "test_product.py")
        case "folder":
            data.mkdir()
        case "pipe":
            os.mkfifo(data)
        case "large":
            data.write_bytes(bytes(2_000_000))
    text = f"try: print(open('data.csv').read())\nexcept OSError as error: print('no file:', error)\n{WRONG}"
    path.write_text(json.dumps(submission({"product": text})))

    with harness.no_remains():
        outcome = harness.grade(path)

    assert outcome.scores == ATTACKED, outcome.story()
    assert "'data.csv' was left out" in str(outcome.report["repairs"])
    harness.must_be_harmless(outcome, "no file: ")
    shutil.rmtree(path.parents[1])
