"""The IPython shell that runs cells, and magics that do without programs, folders and other people's extensions.

A notebook written elsewhere is full of lines that cannot work here and matter to nothing: ``!pip install``, ``%cd``,
``%load_ext tensorboard``. They print why they do nothing, and the cell continues. What decides is where such a line
ends up in IPython, not how it is written: every program is started by :meth:`Shell.system` or :meth:`Shell.getoutput`,
every magic by one of two methods.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from IPython.core import magic_arguments
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magics.script import script_args
from IPython.utils.text import LSString, SList

from foundations.worker.exceptions import MAX_ERROR_CHARACTERS, message_of, type_name
from foundations.worker.outputs import RECORDER, Hook, Publisher, note

#: Frames of an error that are shown from its beginning and from its end: IPython takes seconds for those of an endless
#: recursion, and shows a few.
_FIRST_FRAMES, _LAST_FRAMES = 5, 15

_PROGRAMS = "Programs are not run during grading; the cell continues."
_FOLDERS = "Folders are not changed during grading; the cell continues."
#: Magics of IPython that change folders, and aliases for programs that do.
_OF_FOLDERS = frozenset({"cd", "pushd", "popd", "mkdir", "rmdir", "bookmark"})
_SCRIPTS, _PACKAGES = "IPython.core.magics.script", "IPython.core.magics.packaging"


class Shell(InteractiveShell):
    """A shell without a terminal, a history, a front end, or programs to run."""

    def system(self, cmd: str) -> None:
        """Run no program: ``!cmd``, ``%pip``, aliases such as ``%ls``."""
        note(_PROGRAMS)
        self.user_ns["_exit_code"] = 0

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Return the output of a program that printed nothing: ``x = !cmd``, ``!!cmd``, ``%sx``."""
        self.system(cmd)
        return SList() if split else LSString("")

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run ``%magic_name line``; one that is not there, or fails by itself, prints that it was skipped."""
        if self.find_line_magic(magic_name) is None:
            return note(_unavailable(f"%{magic_name}"))
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except Exception as error:
            self._skip(f"%{magic_name}", error)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run ``%%magic_name line`` on the text ``cell``, as :meth:`run_line_magic`."""
        if self.find_cell_magic(magic_name) is None:
            return note(_unavailable(f"%%{magic_name}"))
        try:
            return super().run_cell_magic(magic_name, line, cell)
        except Exception as error:
            self._skip(f"%%{magic_name}", error)

    def magic(self, arg_s: str) -> Any:
        """Run a line magic with its arguments in one text, as notebooks of older IPython versions do."""
        name, _, line = arg_s.lstrip("% ").partition(" ")
        return self.run_line_magic(name, line, _stack_depth=2)

    def _find_with_lazy_load(self, /, type_: str, magic_name: str) -> Any:
        found = super()._find_with_lazy_load(type_, magic_name)
        module = getattr(found, "__module__", "")
        if type_ == "line" and magic_name in _OF_FOLDERS:
            return lambda line: note(_FOLDERS)
        if type_ == "line" and module == _PACKAGES:
            return self.system
        if type_ == "cell" and module == _SCRIPTS:
            return self._script
        return found

    def _script(self, line: str, cell: str) -> None:
        """Run no script: ``%%bash``, ``%%python3``. The names for its outputs are bound, to nothing."""
        note(_PROGRAMS)
        options = _options.parser.parse_known_args(line.split())[0]
        empty = {options.out: "", options.err: "", options.proc: None}
        self.user_ns.update({name: value for name, value in empty.items() if name})

    def _skip(self, magic: str, error: Exception) -> None:
        """Print that ``magic`` was skipped, unless ``error`` came from code of the notebook that it ran."""
        if isinstance(error, SyntaxError | MemoryError) or self._is_of_notebook(error):
            raise error
        if isinstance(error, PermissionError):
            note(f"Files are not written during grading, and few can be read; `{magic}` is skipped.")
        else:
            note(f"`{magic}` does not work during grading and is skipped: {message_of(error)}")

    def _is_of_notebook(self, error: Exception) -> bool:
        frame = error.__traceback__
        while frame is not None:
            if frame.tb_frame.f_globals is self.user_global_ns:
                return True
            frame = frame.tb_next
        return False

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """Show figures inline, whatever backend is asked for: there is no window, and no front end for widgets."""
        if gui not in (None, "auto", "inline"):
            note(f"Figures are shown inline during grading, not by {gui!r}.")
        return super().enable_matplotlib("inline")

    def enable_gui(self, gui: str | None = None) -> None:
        """``%matplotlib inline`` asks for an event loop; there is none and none is needed."""

    def ask_exit(self) -> None:
        """Stay: ``exit`` would leave the cells below without a process."""
        note("`exit` does nothing during grading; the notebook continues.")

    def init_traceback_handlers(self, custom_exceptions: Any) -> None:
        """Read the frames of an error as IPython does, without the middle of a long traceback."""
        super().init_traceback_handlers(custom_exceptions)
        get_records = self.InteractiveTB.get_records
        self.InteractiveTB.get_records = lambda trace, *rest: get_records(  # type: ignore[method-assign]
            without_middle(trace), *rest
        )

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """Keep no second copy of the streams in IPython's history: it would have no limit."""
        yield

    def _showtraceback(self, etype, evalue, stb) -> None:  # type: ignore[no-untyped-def]
        text = "\n".join(stb) if isinstance(stb, list) else str(stb)
        RECORDER.error(type_name(etype), message_of(evalue), text[:MAX_ERROR_CHARACTERS].split("\n"))


def without_middle(trace: TracebackType) -> TracebackType:
    """Leave out the frames of a long traceback that are neither among its first nor among its last."""
    frames = []
    part: TracebackType | None = trace
    while part is not None:
        frames.append(part)
        part = part.tb_next
    if len(frames) <= _FIRST_FRAMES + _LAST_FRAMES:
        return trace
    rest = frames[-_LAST_FRAMES]
    for one in reversed(frames[:_FIRST_FRAMES]):
        rest = TracebackType(rest, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return rest


def _unavailable(magic: str) -> str:
    rest = "this cell is not run" if magic.startswith("%%") else "the cell continues"
    return f"`{magic}` is not available during grading; {rest}."


@magic_arguments.magic_arguments()
@script_args
def _options(line: str, cell: str) -> None:
    """The options of a script magic."""


def make_shell() -> Shell:
    """A shell with inline figures, ready to be forked."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    shell = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Hook)
    shell.run_line_magic("matplotlib", "inline")
    return shell
