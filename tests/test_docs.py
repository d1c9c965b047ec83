"""What the documents name is there: paths, modules, functions, commands; and every room has its place in them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from graders.__main__ import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "SECURITY.md",
    "docs/architecture.md",
    "docs/cluster.md",
    "docs/scaling.md",
    "docs/coming-from.md",
    "docs/for-teachers.md",
    "tests/README.md",
)
FOLDERS = (".ci", "benchmarks", "docs", "graders", "reference", "student_template", "tests")
SUFFIXES = "py|toml|md|json|jsonl|html|jinja|css|yml|sh|txt"
# Of others, or written by a run: files, kinds of files, packages.
OTHER_FILES = {"report.html", "report.json", "graders/manifest.json", "manifest.json", "messages.toml"}
OTHER_FILES |= {"lab/students", "lab/course", "lab/pipeline", "lab/course/graders/rubric.toml", "private/rubric.toml"}
OTHER_FILES |= {"marks/NAME/report.html", "marks/NAME/report.json", "page.html"}
OTHER_SUFFIXES = {"csv", "ini", "ipynb", "zip"}
OTHER_PACKAGES = {"grader", "nn", "sys"}
ROLES = {"evaluate", "lab"}  # single words in the rows of rooms that are no modules: a function, an argument
PLACEHOLDER = re.compile(r"<\w+>|\b[A-Z]{2,}\b|(?<=_)N(?=_)")  # messages/<language>, NAME.py, test_N_*.py


@cache
def files() -> frozenset[str]:
    """Return every file and folder of the repository, as a path from its root."""
    found = [path for folder in FOLDERS for path in (ROOT / folder, *(ROOT / folder).rglob("*"))]
    found += [path for path in ROOT.iterdir() if path.is_file()]
    return frozenset(path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts)


@cache
def names() -> frozenset[str]:
    """Return what the grader's modules define, as `module.name` and `Class.name`."""
    found: set[str] = set()
    for path in sorted(file for file in files() if file.startswith(("graders/", "tests/")) and file.endswith(".py")):
        if not path.startswith("tests/corpus/"):
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            found |= {f"{Path(path).stem}.{name}" for name in defined(tree)}
            classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
            found |= {f"{node.name}.{name}" for node in classes for name in defined(node)}
    return frozenset(found)


def defined(scope: ast.Module | ast.ClassDef) -> set[str]:
    """Return the names that a module or a class defines itself."""
    found = set()
    for node in scope.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if hasattr(node, "target") else []
        found |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def quoted(text: str) -> list[str]:
    """Return what stands in backticks or is the target of a link in a page, but for its blocks."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    links = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    return re.findall(r"`([^`]+)`", text) + links


def words(token: str) -> list[str]:
    """Return the words of a token that may name something of ours."""
    return [word.strip("…,;:()\"'").partition("(")[0] for word in token.split()]


def is_path(word: str) -> bool:
    """Tell whether a word is a path of this repository's, not one that a run writes or a system has."""
    first = word.partition("/")[0]
    if not re.fullmatch(r"[\w./*<>-]*[a-z][\w./*<>-]*", word) or first.isupper() or word.startswith(("/", "-")):
        return False
    return "/" in word or re.search(rf"\.({SUFFIXES})$", word) is not None


def is_there(path: str, page: str = "README.md") -> bool:
    """Tell whether a path, or the end of one, is there; placeholders stand for anything, `.py` may be left out."""
    path = path.rstrip("/")
    if path in OTHER_FILES or ((ROOT / page).parent / path).exists():
        return True
    wanted = PLACEHOLDER.sub("*", path)
    return any(PurePosixPath(file).match(end) for file in files() for end in (wanted, f"{wanted}.py"))


def missing(text: str, page: str = "README.md") -> list[str]:
    """Return what a page names and what is not there."""
    found = []
    for token in quoted(text):
        given = words(token)
        if given[:3] == ["python", "-m", "graders"] and given[3] not in {"", *COMMANDS}:  # "": any of them
            found.append(token)
        for word in given:
            dotted = re.fullmatch(r"(\w+)\.(\w+)", word)
            modules = re.fullmatch(r"graders(\.\w+)+", word)
            if modules:
                path = word.replace(".", "/")
                found += [] if {path, f"{path}.py"} & files() else [word]
            elif is_path(word):
                found += [] if is_there(word, page) else [word]
            elif dotted and dotted[1] not in OTHER_PACKAGES and dotted[2] not in OTHER_SUFFIXES:
                found += [] if word in names() else [word]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_is_there(page: str) -> None:
    """Every path, module, function and command in backticks, and every link."""
    text = (ROOT / page).read_text(encoding="utf-8")
    assert missing(text, page) == []


@pytest.mark.parametrize(
    "gone",
    [
        "`graders/pieces.py`",
        "`harness/outputs.py`",
        "`judge/walls`",
        "`walls.choose`",
        "`Lab.asks`",
        "`graders.racing`",
        "`pytest graders/test_2_shape.py`",
        "`messages/<language>/pictures_*.toml`",
        "`python -m graders mark`",
        "[a page](docs/design.md)",
    ],
)
def test_what_is_gone_is_found(gone: str) -> None:
    """Else the test above would prove nothing."""
    assert len(missing(f"See {gone}.")) == 1


@pytest.mark.parametrize(
    "there",
    [
        "`graders/measuring/pieces.py`",
        "`judge/lab`",
        "`levels.choose`",
        "`Lab.call`",
        "`graders.measuring`",
        "`messages/<language>/mistakes_*.toml`",
        "`graders/test_N_*.py`",
        "`OUT/NAME/report.html`",
        "`/proc`",
        '`expect.fail(evidence, "key", …)`',
        "`python -m graders batch CLASS`",
        "[the tests](tests/README.md)",
    ],
)
def test_what_is_there_is_not_missed(there: str) -> None:
    """Nor what only looks like a path of ours."""
    assert missing(f"See {there}.") == []


def test_every_room_has_its_line() -> None:
    """A new folder of modules, or a new helper of the tests, is told of in docs/architecture.md."""
    told = {token.rstrip("/") for token in quoted((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))}
    rooms = {str(PurePosixPath(file).parent) for file in files() if file.endswith("/__init__.py")}
    rooms = {room for room in rooms if not room.startswith("tests/") and room != "graders"}
    rooms |= {file for file in files() if re.fullmatch(r"tests/\w+", file) and (ROOT / file).is_dir()}
    rooms |= {file for file in files() if re.fullmatch(r"tests/(?!test_|conftest)\w+\.py", file)}
    assert sorted(rooms - told) == []


def test_modules_of_a_room_are_in_it() -> None:
    """In the row of a room in docs/architecture.md, a single word is a module of that room."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(graders/[\w/]+)/` \| (.*)$", text, re.MULTILINE)
    told = {f"{room}/{word}.py" for room, said in rows for word in set(re.findall(r"`([a-z_]+)`", said)) - ROLES}
    assert len(told) > 50
    assert sorted(told - files()) == []


def test_every_command_and_benchmark_has_its_row() -> None:
    """README.md has a table of them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    benchmarks = [file for file in files() if re.fullmatch(r"benchmarks/\w+\.py", file)]
    rows = [f"| `python -m graders {name}" for name in COMMANDS] + [f"| `python {file}" for file in benchmarks]
    assert [row for row in rows if row not in text] == []
