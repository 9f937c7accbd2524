"""The IPython shell that runs cells, and magics that work without programs, folders and third-party extensions.

Notebooks contain lines that cannot work during grading and do not affect the result: ``!pip install``, ``%cd``,
``%load_ext tensorboard``. They print why they have no effect, and the cell continues. They are recognised by the
IPython method that they call, not by their spelling: :meth:`Shell.system` or :meth:`Shell.getoutput` starts every
program, and two methods run all magics.
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

#: Numbers of frames that are shown from the beginning and the end of a traceback: IPython takes seconds to format all
#: frames of an endless recursion, and then shows a few.
_FIRST_FRAMES, _LAST_FRAMES = 5, 15

_PROGRAMS = "Programs are not run during grading; the cell continues."
_FOLDERS = "Folders are not changed during grading; the cell continues."
#: Magics of IPython that change folders, and aliases for programs that change folders.
_OF_FOLDERS = frozenset({"cd", "pushd", "popd", "mkdir", "rmdir", "bookmark"})
_SCRIPTS, _PACKAGES = "IPython.core.magics.script", "IPython.core.magics.packaging"


class Shell(InteractiveShell):
    """A shell without a terminal, a history, a front end, or programs to run."""

    def system(self, cmd: str) -> None:
        """Skip a program: ``!cmd``, ``%pip``, aliases such as ``%ls``."""
        note(_PROGRAMS)
        self.user_ns["_exit_code"] = 0

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Skip a program and return empty output: ``x = !cmd``, ``!!cmd``, ``%sx``."""
        self.system(cmd)
        return SList() if split else LSString("")

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run ``%magic_name line``; print that it was skipped if it does not exist or its own code fails."""
        if self.find_line_magic(magic_name) is None:
            return note(_unavailable(f"%{magic_name}"))
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except Exception as error:
            self._skip(f"%{magic_name}", error)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run ``%%magic_name line`` on the text ``cell``, with the same rules as :meth:`run_line_magic`."""
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
        magic = super()._find_with_lazy_load(type_, magic_name)
        module = getattr(magic, "__module__", "")
        if type_ == "line" and magic_name in _OF_FOLDERS:
            return lambda line: note(_FOLDERS)
        if type_ == "line" and module == _PACKAGES:
            return self.system
        if type_ == "cell" and module == _SCRIPTS:
            return self._script
        return magic

    def _script(self, line: str, cell: str) -> None:
        """Skip a script: ``%%bash``, ``%%python3``. The names for its outputs are bound to empty values."""
        note(_PROGRAMS)
        options = _options.parser.parse_known_args(line.split())[0]
        empty = {options.out: "", options.err: "", options.proc: None}
        self.user_ns.update({name: value for name, value in empty.items() if name})

    def _skip(self, magic: str, error: Exception) -> None:
        """Print that ``magic`` was skipped, or raise ``error`` if it came from code of the notebook that it ran."""
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
        """Show figures inline with every backend, because neither windows nor a front end for widgets exist."""
        if gui not in (None, "auto", "inline"):
            note(f"Figures are shown inline during grading, not by {gui!r}.")
        return super().enable_matplotlib("inline")

    def enable_gui(self, gui: str | None = None) -> None:
        """Ignore the request of ``%matplotlib inline`` for an event loop: figures are shown without one."""

    def ask_exit(self) -> None:
        """Ignore ``exit``, because the cells below need this process."""
        note("`exit` does nothing during grading; the notebook continues.")

    def init_traceback_handlers(self, custom_exceptions: Any) -> None:
        """Read the frames of an error as IPython does, without the middle of a long traceback.

        ``%xmode Verbose`` has no effect: the values in all frames take seconds of the cell's CPU time to format.
        """
        super().init_traceback_handlers(custom_exceptions)
        set_mode = self.InteractiveTB.set_mode
        self.InteractiveTB.set_mode = lambda mode=None: set_mode(  # type: ignore[method-assign]
            "Context" if mode == "Verbose" else mode
        )
        get_records = self.InteractiveTB.get_records
        self.InteractiveTB.get_records = lambda trace, *rest: get_records(  # type: ignore[method-assign]
            without_middle(trace), *rest
        )

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """Skip IPython's second copy of the streams in its history, which has no limit."""
        yield

    def _showtraceback(self, etype, evalue, stb) -> None:  # type: ignore[no-untyped-def]
        text = "\n".join(stb) if isinstance(stb, list) else str(stb)
        RECORDER.error(type_name(etype), message_of(evalue), text[:MAX_ERROR_CHARACTERS].split("\n"))


def without_middle(trace: TracebackType) -> TracebackType:
    """Return a long traceback with only its first and its last frames."""
    frames = []
    part: TracebackType | None = trace
    while part is not None:
        frames.append(part)
        part = part.tb_next
    if len(frames) <= _FIRST_FRAMES + _LAST_FRAMES:
        return trace
    rest = frames[-_LAST_FRAMES]
    for frame in reversed(frames[:_FIRST_FRAMES]):
        rest = TracebackType(rest, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return rest


def _unavailable(magic: str) -> str:
    rest = "this cell is not run" if magic.startswith("%%") else "the cell continues"
    return f"`{magic}` is not available during grading; {rest}."


@magic_arguments.magic_arguments()
@script_args
def _options(line: str, cell: str) -> None:
    """Parse the options of a script magic."""


def make_shell() -> Shell:
    """Make a shell with inline figures, ready to be forked."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    shell = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Hook)
    shell.run_line_magic("matplotlib", "inline")
    return shell
