"""What a person should look at in a submission: ways by which others have tried to beat graders.

Judge side; nothing runs. What is found moves no points: much of it has honest uses. Here are the names; `search` looks
for them in a text, and a worker tells which of them it saw used.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from graders.harness.base.model import Suspicion, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MODULES = {
    "ctypes": "native",
    "_ctypes": "native",
    "cffi": "native",
    "mmap": "native",
    "inspect": "frames",
    "psutil": "system",
    "subprocess": "processes",
    "signal": "processes",
    "socket": "network",
    "_socket": "network",
    "urllib": "network",
    "http": "network",
    "requests": "network",
    "ftplib": "network",
    "builtins": "builtin",
    "graders": "grader",
    "graders_probes": "grader",
    "pytest": "grader",
    "_pytest": "grader",
    "conftest": "grader",
    "atexit": "ends",
    "marshal": "dynamic",
    "runpy": "dynamic",
}
NAMES = {  # by the last two names of a dotted path
    "sys.exc_info": "frames",
    "os.fork": "processes",
    "os.kill": "processes",
    "os.system": "processes",
    "os.popen": "processes",
    "os.setsid": "processes",
    "os.abort": "ends",
    "os.write": "descriptors",
    "os.dup": "descriptors",
    "os.fdopen": "descriptors",
    "sys.modules": "hooks",
    "importlib.reload": "hooks",
    "importlib.import_module": "dynamic",
}
ATTRIBUTES = {  # whoever has them: these names mean nothing else
    "_getframe": "frames",
    "_getframemodulename": "frames",
    "_current_frames": "frames",
    "_current_exceptions": "frames",
    "walk_stack": "frames",
    "f_back": "frames",
    "f_locals": "frames",
    "f_globals": "frames",
    "f_builtins": "frames",
    "gi_frame": "frames",
    "cr_frame": "frames",
    "ag_frame": "frames",
    "tb_frame": "frames",
    "__globals__": "frames",
    "__closure__": "frames",
    "cell_contents": "frames",
    "get_objects": "objects",
    "get_referrers": "objects",
    "get_referents": "objects",
    "__subclasses__": "objects",
    "getppid": "system",
    "forkpty": "processes",
    "killpg": "processes",
    "posix_spawn": "processes",
    "_exit": "ends",
    "dup2": "descriptors",
    "meta_path": "hooks",
    "path_hooks": "hooks",
    "settrace": "hooks",
    "setprofile": "hooks",
    "addaudithook": "hooks",
    "__builtins__": "builtin",
}
CALLS = {"eval": "dynamic", "exec": "dynamic", "compile": "dynamic", "__import__": "dynamic"}
EVENTS = {  # of Python's audit, by their names or what these begin with
    "sys._getframe": "frames",
    "sys._getframemodulename": "frames",
    "sys._current_frames": "frames",
    "sys._current_exceptions": "frames",
    "object.__getattr__": "frames",
    "object.__setattr__": "patched",
    "gc.": "objects",
    "ctypes.": "native",
    "mmap.": "native",
    "socket.": "network",
    "urllib.": "network",
    "http.": "network",
    "ftplib.": "network",
    "subprocess.": "processes",
    "os.": "processes",
    "pty.": "processes",
    "signal.": "processes",
    "sys.": "hooks",
    "exec": "dynamic",
    "compile": "dynamic",
    "code.": "dynamic",
    "function.": "dynamic",
    "marshal.": "dynamic",
}
SPECIAL = {"__eq__", "__ne__", "__torch_function__", "__array_function__", "__array_ufunc__", "__torch_dispatch__"}
SNIFFED = re.compile(r"CI|PYTEST\w*|GITHUB_\w+|GRAD(ER|ING)\w*|AUTOGRADER\w*")
SECRETS = re.compile(r"/(proc|sys|etc|root)(/|$)|/dev/(tty|pts)|report\.json|sitecustomize|\.pth$")
OPEN_TO_CHANGE = ("torch.backends",)  # settings, not functions
UNSEARCHED = "unsearched"
MAX_EACH, MAX_WHAT = 20, 80  # of a kind; characters


def of_import(name: str) -> str | None:
    """Return the kind of suspicion that an import of `name`, a module or what is in one, gives rise to."""
    return MODULES.get(name.partition(".")[0]) or of_path(name)


def of_path(path: str) -> str | None:
    """Return the kind of suspicion that a dotted path gives rise to."""
    *_, owner, last = path.rsplit(".", 2) if "." in path else ("", path)
    return ATTRIBUTES.get(last) or NAMES.get(f"{owner}.{last}")


def of_text(text: str) -> str | None:
    """Return the kind of suspicion that a text among the code gives rise to."""
    if SNIFFED.fullmatch(text):
        return "environment"
    if "\n" not in text and SECRETS.search(text):
        return "system"
    return ATTRIBUTES.get(text)


def of_change(path: str) -> str | None:
    """Return the kind of suspicion that a change of what was imported gives rise to."""
    return None if path.startswith(OPEN_TO_CHANGE) else "patched"


def of_event(event: str, detail: str) -> str | None:
    """Return the kind of suspicion that an event of Python's audit gives rise to."""
    if event == "import":
        return of_import(detail)
    if event in ("open", "os.chdir", "os.listdir", "os.scandir"):
        return "system" if SECRETS.search(detail) else None
    group = event[: event.find(".") + 1]
    return EVENTS.get(event) or EVENTS.get(group)


def ranked(found: Iterable[Suspicion]) -> tuple[Suspicion, ...]:
    """Return what was found, the rarest first, so that no flood of one kind hides another; what is left out is told."""
    distinct = list(dict.fromkeys(found))
    kinds = Counter(one.kind for one in distinct)
    whats = Counter((one.kind, one.what) for one in distinct)
    order = sorted(distinct, key=lambda one: (kinds[one.kind], one.kind, whats[one.kind, one.what], _place(one.where)))
    return tuple(_cut(order, kinds))


def _cut(order: list[Suspicion], kinds: Counter[str]) -> Iterator[Suspicion]:
    told = Counter[str]()
    for one in order:
        told[one.kind] += 1
        if told[one.kind] <= MAX_EACH:
            yield one
    for kind, count in kinds.items():
        if count > MAX_EACH:
            yield Suspicion(UNSEARCHED, f"{count - MAX_EACH} more: {kind}")


def _place(where: Where | None) -> tuple[str, int]:
    return (where.file, where.line) if where else ("", 0)
