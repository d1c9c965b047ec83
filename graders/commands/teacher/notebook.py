"""Make the students' notebook from the template: a text and a cell for each function, then the run step by step."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import ConfigurationError

from .script import GRADED, TEMPLATE, keep_imports, strip_solution

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

NOTEBOOK = TEMPLATE.with_suffix(".ipynb")

COLAB = "https://colab.research.google.com"
BADGE = "[![Open in Colab]({colab}/assets/colab-badge.svg)]({colab}/github/{owner_and_name}/blob/{branch}/{path})"

HOW = """\
Write the functions below from top to bottom; the text above each one, which is its docstring too, says what it takes,
returns and has to mind. The cells at the end are given: they run the whole lab.

Run a cell with Shift+Enter. Then have yourself graded, as often as you like:

    %grade                   see your score, and what to look at next
    %grade flatten_images    look at one function, or one part, only"""

INSTALL = """\
# The grader. Where it is missing{where}, which takes a minute.
import importlib.util

if importlib.util.find_spec("graders") is None:
    %pip install -q {source}

%load_ext graders
"""

# What `main` does in the script, a step a cell.
RUN = (
    "# Run the whole lab\n\nFrom here on everything is given: it puts your functions together.\n\n"
    "First load the digits; the first time, this fetches MNIST into `MNIST_data`.",
    """\
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.set_num_threads(1)  # so small a model gains nothing from more, and on a busy machine they hold each other up
torch.manual_seed(777)

train_set = load_mnist("MNIST_data", train=True, download=True)
test_set = load_mnist("MNIST_data", train=False, download=True)
data_loader = make_data_loader(train_set, batch_size=100)
""",
    "Train: 15 epochs take about a minute.",
    """\
model = build_model().to(device)
optimizer = build_optimizer(model, learning_rate=0.1)
costs = train(model, data_loader, build_criterion(), optimizer, device, training_epochs=15)
""",
    "Measure the accuracy on digits that the model has never seen.",
    """\
print(f"Accuracy: {evaluate(model, test_set, device):.4f}")
""",
    "Predict one random test digit.",
    """\
image, label = test_set[int(torch.randint(len(test_set), ()))]
prediction = predict(model, image, device)
print(f"Label: {label}")
print(f"Prediction: {prediction}")
""",
    "Show it.",
    """\
%matplotlib inline

show_prediction(image, label, prediction)
""",
    "Last, your points.",
    """\
%grade
""",
)


@dataclass(frozen=True, slots=True)
class Repository:
    """Where students find the lab on GitHub: the badge leads there, and the grader is installed from there."""

    owner_and_name: str
    branch: str = "main"

    @property
    def badge(self) -> str:
        """Markdown for a button that opens the notebook in Colab."""
        path = f"{NOTEBOOK.parent.name}/{NOTEBOOK.name}"
        return BADGE.format(colab=COLAB, owner_and_name=self.owner_and_name, branch=self.branch, path=path)

    @property
    def source(self) -> str:
        """What pip installs the grader from."""
        return f'"git+https://github.com/{self.owner_and_name}@{self.branch}"'


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where students will find the lab."""
    parser.add_argument(
        "--repository",
        metavar="OWNER/NAME",
        help="of the students' repository on GitHub: the notebook gets a button that opens it in Colab, and installs "
        "the grader from there (default: no button, installed from the folder above)",
    )
    parser.add_argument("--branch", default="main", help="of that repository (default: %(default)s)")


def repository_of(options: argparse.Namespace) -> Repository | None:
    """Return the repository that the options name. Raises ConfigurationError where that is none of GitHub's."""
    if options.repository is None:
        return None
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", options.repository, re.ASCII):
        raise ConfigurationError(f"--repository {options.repository}: give OWNER/NAME, as in its address on GitHub")
    return Repository(options.repository, options.branch)


HERE = '".."'  # what pip installs the grader from where no repository is known: the folder above the notebook's


def make_notebook(source: str, repository: Repository | None = None) -> str:
    """Return the students' notebook, as its file's text, for the reference's `source`.

    The same `source` gives the same bytes. Raises ValueError where there can be no template.
    """
    import nbformat

    nb: Any = nbformat  # whose functions have no types
    cells = []
    for number, (is_text, text) in enumerate(_cells(strip_solution(source), repository)):
        make = nb.v4.new_markdown_cell if is_text else nb.v4.new_code_cell
        cells.append(make(text.rstrip("\n"), id=f"cell-{number}"))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = nb.v4.new_notebook(cells=cells, metadata=metadata)
    nb.validate(notebook)
    return str(nb.writes(notebook)).rstrip("\n") + "\n"


def write_notebook(reference: Path, target: Path, repository: Repository | None = None) -> None:
    """Write the notebook made from the file `reference` to the file `target`."""
    text = make_notebook(reference.read_text(encoding="utf-8"), repository)
    target.write_text(text, encoding="utf-8", newline="\n")


def _cells(template: str, repository: Repository | None) -> Iterator[tuple[bool, str]]:
    """Yield the notebook's cells: whether each is text, and what it says."""
    tree = ast.parse(template)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in GRADED}
    stubs = {name: _segment(template, node) for name, node in functions.items()}
    where = ", as in Colab, this installs it" if repository else ", this installs it from the folder above"
    install = INSTALL.format(where=where, source=repository.source if repository else HERE)
    yield True, _introduction(inspect.cleandoc(ast.get_docstring(tree) or ""), repository)
    yield False, install
    yield True, "Everything that you need is imported here; add what you like."
    yield False, _imports(template, tree, [*stubs.values(), *_given()])
    for name, node in functions.items():
        yield True, f"## {name}\n\n{ast.get_docstring(node)}"
        yield False, stubs[name]
    for number, text in enumerate(RUN):
        yield number % 2 == 0, text


def _given() -> Iterator[str]:
    """Yield the given cells' Python, without the notebook's own lines."""
    for text in RUN[1::2]:
        yield "\n".join(line for line in text.splitlines() if not line.startswith("%"))


def _introduction(docstring: str, repository: Repository | None) -> str:
    """Return the first text: the module's docstring, with a notebook's way of running in place of a script's."""
    title, story, *rest = docstring.split("\n\n")
    kept = [paragraph for paragraph in rest if "`main`" not in paragraph and not paragraph.startswith("    ")]
    badge = [repository.badge] if repository else []
    return "\n\n".join([*badge, f"# {title.rstrip('.')}", story, HOW, *kept])


def _imports(template: str, tree: ast.Module, cells: list[str]) -> str:
    """Return the template's imports as far as the notebook's cells need them."""
    first = next(node for node in tree.body if not isinstance(node, (ast.Expr, ast.Import, ast.ImportFrom, ast.If)))
    start = next(node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))).lineno - 1
    head = "".join(template.splitlines(keepends=True)[start : first.lineno - 1])
    mark = "# ---- cells\n"
    kept = keep_imports("\n".join([head, mark, *cells])).partition(mark)[0]
    return kept.strip("\n").replace("\n\n\n", "\n\n")


def _segment(text: str, node: ast.FunctionDef) -> str:
    return ast.get_source_segment(text, node) or ""
