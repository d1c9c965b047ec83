"""What student code asks of the interpreter, by Python's audit events, and what the code that it runs names.

Child side. It tells; what of it a person should look at, the judge decides. Names that are put together at run time
show here when they are used. The hook sees every event of this process and stays until its end, so it has to be quick:
what is not watched costs one look into a table.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from . import exits
from .codes import Reader
from .wire import tidy

if TYPE_CHECKING:
    from types import FrameType

    from .observer import Places

# Events, and the modules of Python's whose own frames may stand between them and whoever has asked. What torch,
# matplotlib or another library asks is theirs, also where a student's function has called them.
PLAIN = ("subprocess", "os", "socket", "ctypes", "urllib", "http", "ftplib", "pty", "signal", "mmap")
FILES = ("pathlib", "io", "shutil", "os", "glob")
FRAMES = ("inspect", "traceback")
PATHS = ("open", "os.chdir", "os.listdir", "os.scandir")
WATCHED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("sys._getframe", "sys._getframemodulename", "sys._current_frames"), FRAMES),
    **dict.fromkeys(("sys.settrace", "sys.setprofile", "sys.addaudithook", "sys._current_exceptions"), ()),
    **dict.fromkeys(("gc.get_objects", "gc.get_referrers", "gc.get_referents"), ()),
    **dict.fromkeys(("exec", "compile", "code.__new__", "function.__new__", "marshal.loads", "marshal.load"), ()),
    **dict.fromkeys(("import", "object.__getattr__", "object.__setattr__"), ()),
    **dict.fromkeys(PATHS, FILES),
    **dict.fromkeys(("subprocess.Popen", "pty.spawn", "os.system", "os.exec", "os.posix_spawn", "os.spawn"), PLAIN),
    **dict.fromkeys(("os.fork", "os.forkpty", "os.kill", "os.killpg", "signal.pthread_kill"), PLAIN),
    **dict.fromkeys(("ctypes.dlopen", "ctypes.dlsym", "ctypes.string_at", "ctypes.cdata", "mmap.__new__"), PLAIN),
    **dict.fromkeys(("ctypes.addressof", "ctypes.cdata/buffer", "ctypes.call_function", "ctypes.PyObj_FromPtr"), PLAIN),
    **dict.fromkeys(("socket.__new__", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"), PLAIN),
    **dict.fromkeys(("urllib.Request", "http.client.connect", "ftplib.connect"), PLAIN),
}
READS, CHANGES = {"tb_frame", "gi_frame", "cr_frame", "ag_frame"}, {"__code__"}  # of attributes, that are watched
MAX_WORDS, MAX_EVENTS = 3_000, 100  # of code, all together; of each event
MAX_READ = 200_000  # instructions; a lab has 2,000
MAX_CODES = 20_000
LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120  # compared with texts, as code has them
TRANSPARENT = exits.__file__
GETFRAME, LENGTH = sys._getframe, len  # as they are before a submission may put its own in their place


class Lookout:
    """Notes what student code does, from `begin` on, and tells what is new."""

    def __init__(self) -> None:
        self._places: Places | None = None
        self._busy = set[int]()  # threads in which the hook itself is at work
        self._home = ""  # the process's own folder: what is opened there is nobody's business
        self._codes: dict[int, tuple[CodeType, tuple[str, int | None] | None]] = {}
        self._counts: dict[str, int] = {}
        self._told = set[tuple[str, str, str]]()
        self._fresh: list[list[Any]] = []
        self._readers: dict[str, Reader] = {}
        self._left = MAX_READ

    def begin(self, places: Places) -> None:
        """Watch from now on, for as long as the process lives."""
        self._places, self._home = places, os.path.join(Path.cwd(), "")  # noqa: PTH118  # a text that ends in a slash
        sys.addaudithook(self._hook)

    def fresh(self) -> list[list[Any]]:
        """Return what was noted since this was asked last: rows of kind, name, file and line."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        through = WATCHED.get(event)
        if through is None:
            return
        thread = get_ident()
        if thread in self._busy:
            return
        self._busy.add(thread)
        try:
            self._see(event, args, GETFRAME(1), through)
        except Exception:  # what cannot be read is let be: an error here would be raised in the student's line
            self._note("unread", event, "", None)
        finally:
            self._busy.discard(thread)

    def _see(self, event: str, args: tuple[Any, ...], frame: FrameType | None, through: tuple[str, ...]) -> None:
        made = args[0] if event == "exec" else args[2] if event == "object.__setattr__" else None
        code = made if type(made) is CodeType else None
        theirs = self._is_theirs(code) if code else None
        if code and theirs:
            self._read(code, *theirs)  # a module of the submission's is loaded
        name = self._name(event, args)
        asking = self._asking(frame, through) if name is not None else None
        if name is None or asking is None:
            return
        self._note(event, name, *asking)
        if code and theirs is None:
            self._take(code, asking)

    def _name(self, event: str, args: tuple[Any, ...]) -> str | None:
        """Return what an event is about, or nothing; None where it is not worth telling."""
        if event.startswith("object."):
            watched = READS if event.endswith("getattr__") else CHANGES
            return args[1] if args[1] in watched else None
        if event == "import":
            return args[0] if type(args[0]) is str else ""
        if event in PATHS:
            path = args[0].decode("utf-8", "replace") if type(args[0]) is bytes else args[0]
            if type(path) is not str or path.startswith(self._home) or not (os.sep in path[:1] or ".." in path):
                return None
            return path
        return ""

    def _asking(self, frame: FrameType | None, through: tuple[str, ...]) -> tuple[str, int] | None:
        """Return the student's line that has asked, where nobody but Python's own modules `through` stands between."""
        while frame is not None:
            theirs = self._is_theirs(frame.f_code)
            if theirs:
                file, line = theirs
                return file, frame.f_lineno if line is None else line
            path = frame.f_code.co_filename
            if path != TRANSPARENT and not (path.startswith(LIBRARY) and _is_of(path, through)):
                return None
            frame = frame.f_back
        return None

    def _is_theirs(self, code: CodeType) -> tuple[str, int | None] | None:
        """Return the student's file that a code is from, and its line where it was made at that; None for others'."""
        known = self._codes.get(id(code))
        if known is None or known[0] is not code:
            file = self._places.file_of(code) if self._places else None
            if LENGTH(self._codes) > MAX_CODES:  # texts run by the thousand: that it did so is told by now
                self._codes.clear()
            known = self._codes[id(code)] = code, (file, None) if file is not None else None
        return known[1]

    def _take(self, code: CodeType, place: tuple[str, int]) -> None:
        """Take code that was made at a student's line, whatever it says of itself, for theirs."""
        self._read(code, *place)
        codes = [code]
        while codes:
            one = codes.pop()
            self._codes[id(one)] = one, place
            codes += [const for const in one.co_consts if type(const) is CodeType]

    def _read(self, code: CodeType, file: str, line: int | None) -> None:
        """Note what a code names, as far as there is room for that."""
        reader = self._readers.setdefault(file, Reader())
        for kind, text, at in reader.words(code):
            self._left -= 1
            if self._left < 0 or LENGTH(self._told) > MAX_WORDS:
                self._note("unread", file, file, None)
                return
            if kind and (kind, text, file) not in self._told:
                self._told.add((kind, text, file))
                self._fresh.append([kind, tidy(text), file, at if line is None else line])

    def _note(self, event: str, name: str, file: str, line: int | None) -> None:
        """Note an event, each line once and of each event a few."""
        key = event, name, f"{file}:{line}"
        count = self._counts.get(event, 0)
        if key in self._told or count > MAX_EVENTS:
            return
        self._counts[event] = count + 1
        self._told.add(key)
        self._fresh.append([event, tidy(name), file, line] if count < MAX_EVENTS else ["unread", event, file, line])


def _is_of(path: str, modules: tuple[str, ...]) -> bool:
    """Tell whether a file of Python's own is one of these modules, or in one."""
    first = path[LENGTH(LIBRARY) :].replace("\\", "/").partition("/")[0]
    return first.removesuffix(".py") in modules
