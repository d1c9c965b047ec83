"""What in a submission's text a person should look at: ways by which others have tried to beat graders.

Judge side; nothing runs. What is found moves no points: much of it has honest uses.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from graders.harness.base.model import Suspicion, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = {
    "ctypes": "native",
    "cffi": "native",
    "mmap": "native",
    "inspect": "frames",
    "psutil": "system",
    "subprocess": "processes",
    "signal": "processes",
    "socket": "network",
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
}
NAMES = {  # by the last two names of a dotted path
    "sys._getframe": "frames",
    "sys._current_frames": "frames",
    "sys.exc_info": "frames",
    "traceback.walk_stack": "frames",
    "gc.get_objects": "objects",
    "gc.get_referrers": "objects",
    "gc.get_referents": "objects",
    "os.getppid": "system",
    "os.fork": "processes",
    "os.forkpty": "processes",
    "os.kill": "processes",
    "os.killpg": "processes",
    "os.system": "processes",
    "os.popen": "processes",
    "os.setsid": "processes",
    "os._exit": "ends",
    "os.abort": "ends",
    "os.write": "descriptors",
    "os.dup": "descriptors",
    "os.dup2": "descriptors",
    "os.fdopen": "descriptors",
    "sys.modules": "hooks",
    "sys.meta_path": "hooks",
    "sys.path_hooks": "hooks",
    "sys.settrace": "hooks",
    "sys.setprofile": "hooks",
    "sys.addaudithook": "hooks",
    "threading.settrace": "hooks",
    "importlib.reload": "hooks",
}
ATTRIBUTES = {
    "f_back": "frames",
    "f_locals": "frames",
    "f_globals": "frames",
    "gi_frame": "frames",
    "tb_frame": "frames",
}
CALLS = {"eval": "dynamic", "exec": "dynamic", "compile": "dynamic", "__import__": "dynamic"}
SPECIAL = {"__eq__", "__ne__", "__torch_function__", "__array_function__", "__array_ufunc__", "__torch_dispatch__"}
PRETENDED = {"shape", "dtype", "device", "__class__"}  # as properties
SNIFFED = re.compile(r"CI|PYTEST\w*|GITHUB_\w+|GRAD(ER|ING)\w*|AUTOGRADER\w*")
SECRETS = re.compile(r"/(proc|sys|etc|root)(/|$)|report\.json|sitecustomize|\.pth$")
OPEN_TO_CHANGE = ("torch.backends",)  # settings, not functions
MAX_FOUND, MAX_WHAT = 100, 80


def suspicions(tree: ast.Module, file: str) -> list[Suspicion]:
    """Return what stands out in a file, in the order of its lines, each kind once a line."""
    imported = {name for node in ast.walk(tree) for name in _imported(node)}
    found: dict[tuple[int, str], Suspicion] = {}
    for node in ast.walk(tree):
        for kind, what in _seen_in(node, imported):
            line = getattr(node, "lineno", 1)
            found.setdefault((line, kind), Suspicion(kind, what[:MAX_WHAT], Where(file, line)))
    return [found[key] for key in sorted(found)][:MAX_FOUND]


def _imported(node: ast.AST) -> list[str]:
    """Return the names that a statement binds to modules, or to what is in them."""
    if isinstance(node, ast.Import):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    return [alias.asname or alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []


def _seen_in(node: ast.AST, imported: set[str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from _of_import(node)
    elif isinstance(node, ast.Attribute):
        path = _path(node)
        name = ".".join(path.split(".")[-2:])
        kind = NAMES.get(name) or ATTRIBUTES.get(node.attr)
        if kind:
            yield kind, path
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from _of_call(node, node.func.id, imported)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if SNIFFED.fullmatch(node.value):
            yield "environment", node.value
        elif SECRETS.search(node.value) and "\n" not in node.value:
            yield "system", repr(node.value)
    elif isinstance(node, ast.ClassDef):
        yield from _of_class(node)
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
        yield from _of_assignment(node, imported)


def _of_import(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        names = [module, *(f"{module}.{name}" for name in names)]
    for name in names:
        kind = MODULES.get(name.partition(".")[0]) or NAMES.get(name)
        if kind:
            yield kind, f"import {name}"


def _of_call(node: ast.Call, name: str, imported: set[str]) -> Iterator[tuple[str, str]]:
    if name in CALLS:
        yield CALLS[name], f"{name}(…)"
    if name in ("setattr", "delattr") and node.args and _path(node.args[0]).partition(".")[0] in imported:
        yield "patched", ast.unparse(node)


def _of_class(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef):
            disguised = statement.name in PRETENDED and statement.decorator_list
            if statement.name in SPECIAL or disguised:
                yield "lies", f"{node.name}.{statement.name}"


def _of_assignment(
    node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete, imported: set[str]
) -> Iterator[tuple[str, str]]:
    targets = node.targets if isinstance(node, (ast.Assign, ast.Delete)) else [node.target]
    for target in targets:
        path = _path(target) if isinstance(target, ast.Attribute) else ""
        if path.partition(".")[0] in imported and not path.startswith(OPEN_TO_CHANGE):
            yield "patched", path


def _path(node: ast.AST) -> str:
    """Return a dotted path as text; what is no name has none."""
    if isinstance(node, ast.Attribute):
        return f"{_path(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
