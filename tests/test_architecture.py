"""Rooms and what may pass between them: the contracts in pyproject.toml, each of which can fail; the light judge."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from graders.harness.walls.levels import BUILDERS, CHILD_SIDE, ENGINE

ROOT = Path(__file__).parents[1]
GRADERS = ROOT / "graders"
FILES = sorted(GRADERS.rglob("*.py"))
HEAVY = ("matplotlib", "hypothesis", "scipy")
BEFOREHAND = {
    ("matplotlib", GRADERS / "child" / "figures.py")
}  # taken before a submission can put its own in the place
MAX_LINES = 300
# A fault for each contract: an import that it forbids, and the file that has it.
PLANTED = {
    "house": ("measuring/oracle.py", "from graders.mistakes import ideas"),
    "engine": ("harness/link/transport.py", "from graders.harness.judge import grading"),
    "circles": ("measuring/measure.py", "if TYPE_CHECKING:\n    from . import trainings"),
    "renderers": ("harness/render/svg.py", "from graders.harness.link import transport"),
    "reading": ("harness/source/slips.py", "from graders.harness.worker import wire"),
    "apart": ("digits/idx.py", "from graders.harness.judge import rubric"),
    "torch": ("mistakes/formulas/costs.py", "def f():\n    import torch"),
    "child": ("child/watches.py", "from graders.harness.base import model"),
    "released": ("commands/report.py", "def f():\n    from graders.commands.teacher import batch"),
}
MORE_PLANTED = {
    "an oracle that knows a command": ("measuring/oracle.py", "from graders.commands.teacher import batch"),
    "a part of the engine that names the lab": ("harness/judge/scoring.py", "from graders import spec"),
    "a base that stands on something": ("harness/base/model.py", "from graders.harness.timing import intervals"),
    "a worker that knows its walls": ("harness/worker/wire.py", "from graders.harness.walls import plan"),
    "a judge that imports what imports torch": ("measuring/inputs.py", "from graders.child import probes"),
    "a grader that reads the reference": ("measuring/inputs.py", "from reference import lab"),
    "a room that no contract knows": ("attic.py", ""),
    "a room of the engine that no contract knows": ("harness/attic/__init__.py", ""),
}


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Hold the code in a folder against its contracts, some of them or all."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    chosen = [option for contract in contracts for option in ("--contract", contract)]
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo", *chosen]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_contracts_are_kept() -> None:
    """Every import runs the way in which docs/architecture.md says it does."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the code and of its contracts."""
    shutil.copytree(GRADERS, tmp_path / "graders", ignore=shutil.ignore_patterns("__pycache__", "messages", "*_files"))
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def plant(copy: Path, where: str, fault: str) -> None:
    """Put a fault at the end of a file."""
    path = copy / "graders" / where
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{fault}\n")


@pytest.mark.parametrize("contract", PLANTED)
def test_contract_finds_a_planted_fault(copy: Path, contract: str) -> None:
    """A contract is kept by the code as it is and broken by an import that it forbids, be it for type checkers."""
    assert lint(copy, contract).returncode == 0
    plant(copy, *PLANTED[contract])
    done = lint(copy, contract)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout


@pytest.mark.parametrize("fault", MORE_PLANTED)
def test_contracts_find(copy: Path, fault: str) -> None:
    """Other kinds of faults that some contract has to find."""
    plant(copy, *MORE_PLANTED[fault])
    assert lint(copy).returncode == 1


def test_every_contract_has_its_planted_fault() -> None:
    """A contract without one might never fail."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert text.count("[[tool.importlinter.contracts]]") == len(PLANTED)


# ---- what no contract can say


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def packages(tree: ast.AST) -> set[str]:
    """Return the packages that are imported in a tree."""
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}


def packages_on_loading(path: Path) -> set[str]:
    """Return the packages that a file imports when it is itself imported: not in functions, not for type checkers."""
    found: set[str] = set()
    left: list[ast.AST] = list(tree_of(path).body)
    while left:
        node = left.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= packages(node)
        for_checkers = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not for_checkers and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            left += ast.iter_child_nodes(node)
    return found


def test_imports_are_found() -> None:
    """The walk sees lazy imports, and tells them from others; else the tests below would prove nothing."""
    assert "hypothesis" in packages(tree_of(GRADERS / "measuring" / "batches.py"))
    assert "hypothesis" not in packages_on_loading(GRADERS / "measuring" / "batches.py")
    assert "numpy" in packages_on_loading(GRADERS / "measuring" / "batches.py")


@pytest.mark.parametrize("heavy", HEAVY)
def test_heavy_package_is_imported_where_it_is_used(heavy: str) -> None:
    """What takes long to import is imported in the function that needs it."""
    found = [path for path in FILES if heavy in packages_on_loading(path)]
    assert [path.name for path in found if (heavy, path) not in BEFOREHAND] == []


def test_torch_is_imported_by_name_in_the_worker_only() -> None:
    """Nobody else comes to torch by importlib, which no contract sees."""
    found = set()
    for path in FILES:
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith(("import_module", "__import__")):
                continue
            if any(isinstance(arg, ast.Constant) and arg.value == "torch" for arg in node.args):
                found.add(path.relative_to(ENGINE).as_posix())
    assert found == {"worker/worker.py"}


@pytest.mark.parametrize("path", sorted((ENGINE / "render").glob("*.py")), ids=lambda path: path.stem)
def test_renderer_takes_tamed_reports_only(path: Path) -> None:
    """No function of a format takes a report as it is, so that mypy lets none through that `tame` has not made."""
    functions = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)]
    named = {name.id for f in functions for name in ast.walk(f.args) if isinstance(name, ast.Name)}
    assert "Report" not in named or path.stem == "tame"


def test_only_tame_makes_a_tamed_report() -> None:
    """The type is nobody else's to give; `shown` takes away from what has it already."""
    calls = [(path, node) for path in FILES for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    made = {path.stem for path, call in calls if ast.unparse(call.func).rpartition(".")[2] == "Tamed"}
    assert made == {"tame", "shown"}


def test_a_sandbox_shows_whole_rooms() -> None:
    """What a worker imports of ours lies where a fresh process in a sandbox can read it: in rooms closed in themselves.

    Contract `engine` has the worker's room import nothing of ours, and that of the walls only the worker's and base.
    """
    assert (CHILD_SIDE, BUILDERS) == (("worker",), ("walls",))
    needed = packages_of_ours(ENGINE / "worker") | packages_of_ours(ENGINE / "walls", but=("levels.py",))
    assert needed <= {"graders.harness.worker", "graders.harness.walls"}


def packages_of_ours(room: Path, but: tuple[str, ...] = ()) -> set[str]:
    """Return the rooms of the engine that a room's files import when they run."""
    found = set()
    for path in sorted(set(room.glob("*.py")) - {room / name for name in but}):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("graders."):
                found.add(".".join((node.module or "").split(".")[:3]))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(GRADERS).as_posix())
def test_module_is_of_a_size_to_be_read(path: Path) -> None:
    """No module has more lines than somebody reads at one sitting."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_few_files_lie_beside_the_checks() -> None:
    """Who opens `graders/` sees what is graded."""
    beside = {path.name for path in GRADERS.iterdir() if path.is_file() and not path.name.startswith("test_")}
    assert beside == {"__init__.py", "__main__.py", "conftest.py", "rubric.toml", "spec.py"}


def test_judge_side_modules_leave_torch_alone() -> None:
    """Importing every module of the judge's side imports neither torch nor matplotlib."""
    judges = [path for path in FILES if path.stem != "__main__" and "child" not in path.relative_to(GRADERS).parts]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in judges]
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(sorted({'torch', 'torchvision', 'matplotlib'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
