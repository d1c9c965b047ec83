"""Imports run one way, and the judge's process stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from graders.harness.walls import CHILD_SIDE

ROOT = Path(__file__).parents[1]
GRADERS = ROOT / "graders"
FILES = sorted(GRADERS.rglob("*.py"))
HARNESS = "graders.harness"
BESIDE_STUDENT_CODE = tuple(  # the only ones for torch
    f"graders.{name}" for name in ("probes", "standins", "timed", "watches", "yardstick")
)
MAX_LINES = 300

# What each module of the engine may import of ours; those that are not named here may import any of the engine.
ALLOWED = {
    "wire": set(),
    "paired": set(),
    "process_tree": set(),
    "race": {"paired", "process_tree"},
    "observer": {"wire"},
    "exhibits": set(),
    "speed": set(),
    "model": {"exhibits", "speed"},
    "errors": {"model"},
    "rubric": {"errors", "model"},
    "messages": {"errors", "model", "render.telling"},
    "files": {"errors"},
    "seals": {"observer"},
    "slate": {"observer"},
    "suspicion": {"model"},
    "worker": {"wire", "observer", "seals", "slate"},
    "plan": set(),
    "seccomp": set(),
    "layout": {"plan"},
    "namespaces": {"layout"},
    "bubblewrap": {"layout", "plan"},
    "family": {"plan"},
    "landlock": set(),
    "restrict": {"landlock", "plan", "seccomp"},
    "confine": {"bubblewrap", "family", "namespaces", "plan", "restrict", "worker"},  # the worker once the walls stand
    "describe": {"model"},
    "expect": {"describe", "errors", "model"},
    "archive": set(),
    "excerpt": set(),
    "reading": {"model"},
    "raising": {"model"},
    "source": {"archive", "errors", "model", "reading", "suspicion"},
    "scoring": {"model", "rubric"},
}
JUDGE_MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in FILES
    if path.stem not in ("__init__", "__main__") and f"graders.{path.stem}" not in BESIDE_STUDENT_CODE
)


def module_of(path: Path) -> str:
    """Return a file's module name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path, node: ast.AST) -> set[str]:
    """Return the modules that one statement of a file imports, with absolute names."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if not isinstance(node, ast.ImportFrom):
        return set()
    package = path.relative_to(ROOT).parent.parts
    above = list(package[: len(package) - node.level + 1]) if node.level else []
    base = ".".join([*above, *([node.module] if node.module else [])])
    modules = {module_of(file) for file in FILES}
    whole = {f"{base}.{alias.name}" for alias in node.names} & modules  # `from . import oracle`
    return whole or {base}


def imports(path: Path) -> set[str]:
    """Return all that a file imports, wherever in it, for type checkers too."""
    return set().union(*(imported(path, node) for node in ast.walk(tree_of(path))))


def is_type_checking(node: ast.AST) -> bool:
    """Tell whether a statement is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports_on_loading(path: Path) -> set[str]:
    """Return what a file imports when it is itself imported: not in functions, not for type checkers."""
    found, left = set(), list(tree_of(path).body)
    while left:
        node = left.pop()
        found |= imported(path, node)
        if not is_type_checking(node) and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            left += ast.iter_child_nodes(node)
    return found


def ours(names: set[str]) -> set[str]:
    """Return the modules among `names` that are of this project."""
    return {name for name in names if name.partition(".")[0] in ("graders", "reference", "tests", "student_template")}


def identify(path: Path) -> str:
    """Return a file's name for a test's id."""
    return path.relative_to(GRADERS).as_posix()


each_file = pytest.mark.parametrize("path", FILES, ids=identify)


def test_imports_are_found():
    """The walk sees absolute, relative and lazy imports; else the tests below would prove nothing."""
    assert {"graders.harness.model", "graders.harness.errors"} <= imports(GRADERS / "harness" / "expect.py")
    assert "graders.oracle" in imports(GRADERS / "pieces.py")
    assert "hypothesis" in imports(GRADERS / "test_2_reshape.py")
    assert "hypothesis" not in imports_on_loading(GRADERS / "test_2_reshape.py")


def test_a_sandbox_shows_all_that_a_worker_imports():
    """What the worker imports of ours, itself or by the way, lies where a fresh process in a sandbox can read it."""
    needed, more = set(), {"worker"}
    while more:
        needed |= more
        more = {module for name in more for module in ALLOWED[name]} - needed
    assert set(CHILD_SIDE) == needed | {"__init__"}


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_module_of_the_engine_imports_no_more_than_it_may(name):
    """The leaves of the engine import nothing of ours, the others only what stands below them."""
    allowed = {f"{HARNESS}.{module}" for module in ALLOWED[name]}
    assert ours(imports(GRADERS / "harness" / f"{name}.py")) <= allowed


def test_errors_needs_model_for_type_checkers_only():
    """Importing the exceptions imports nothing of ours."""
    assert ours(imports_on_loading(GRADERS / "harness" / "errors.py")) == set()


@pytest.mark.parametrize("path", sorted((GRADERS / "harness" / "render").glob("*.py")), ids=identify)
def test_renderer_knows_the_report_only(path):
    """A renderer turns a Report into text: it imports the model, what is in it, and other renderers."""
    foreign = {name for name in ours(imports(path)) if not name.startswith(f"{HARNESS}.render")}
    assert foreign <= {f"{HARNESS}.{name}" for name in ("model", "exhibits", "speed")}


@pytest.mark.parametrize("path", sorted((GRADERS / "harness").rglob("*.py")), ids=identify)
def test_engine_names_no_lab(path):
    """Nothing in the engine imports what belongs to a lab."""
    assert {name for name in ours(imports(path)) if not f"{name}.".startswith(f"{HARNESS}.")} == set()


@each_file
def test_grader_does_not_import_the_reference(path):
    """The students' repository has no reference: nothing that grades imports it, or the tests."""
    assert {name for name in ours(imports(path)) if not f"{name}.".startswith("graders.")} == set()


@each_file
def test_torch_is_imported_beside_student_code_only(path):
    """Only what runs in the worker imports torch."""
    heavy = {name for name in imports(path) if name.partition(".")[0] in ("torch", "torchvision")}
    assert not heavy or module_of(path) in BESIDE_STUDENT_CODE


@each_file
def test_torch_is_imported_by_name_in_the_worker_only(path):
    """Nobody else comes to torch by importlib."""
    calls = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    by_name = [c for c in calls if ast.unparse(c.func) in ("importlib.import_module", "import_module", "__import__")]
    texts = {arg.value for call in by_name for arg in call.args if isinstance(arg, ast.Constant)}
    assert "torch" not in texts or module_of(path) == f"{HARNESS}.worker"


@each_file
def test_probes_are_imported_by_the_worker_only(path):
    """Nothing of the judge's imports what imports torch."""
    assert module_of(path) in BESIDE_STUDENT_CODE or not imports(path) & set(BESIDE_STUDENT_CODE)


@pytest.mark.parametrize("heavy", ["matplotlib", "hypothesis", "torchvision", "scipy"])
def test_heavy_package_is_imported_where_it_is_used(heavy):
    """What takes long to import is imported in the function that needs it."""
    assert [p.name for p in FILES if any(n.partition(".")[0] == heavy for n in imports_on_loading(p))] == []


@each_file
def test_module_is_of_a_size_to_be_read(path):
    """No module has more lines than somebody reads at one sitting."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_judge_side_modules_leave_torch_alone():
    """Importing every module of the judge's side imports neither torch nor matplotlib."""
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(sorted({'torch', 'torchvision', 'matplotlib'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", code, *JUDGE_MODULES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
