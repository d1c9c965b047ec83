"""Makes `load_mnist` and `make_data_loader` of a script's own statements."""

from __future__ import annotations

import ast
import copy

from graders.harness.base import trees

from . import cuts, flow
from .cuts import GIVEN, Cutter, NotFoundError
from .roles import says, size_of


def load_mnist(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of the calls that load the training and the test digits, at the root that is given."""
    roles = cutter.roles
    if roles.train_set is None:
        raise NotFoundError("looked_for_datasets")
    train = roles.train_set
    others = sorted(roles.test_sets, key=lambda name: not says(roles.datasets[name], False))
    test = others[0] if others else train
    line = roles.datasets[train].lineno
    branch = ast.parse(f"if {GIVEN}train:\n    pass").body[0]
    assert isinstance(branch, ast.If)
    branch.body, branch.lineno = [*_loaded(cutter, train), cuts.returned(train, line)], line
    rest = [*_loaded(cutter, test), cuts.returned(test, roles.datasets[test].lineno)]
    return cutter.function("load_mnist", "root, train, download=False", [branch, *rest], line)


def _loaded(cutter: Cutter, name: str) -> list[ast.stmt]:
    """Return what makes a data set, and what changes it before anything is trained."""
    made, others = cutter.roles.datasets[name], cutter.roles.datasets.keys() - {name}
    stretch = cutter.before(cutter.around)
    if not any(made is statement for statement in flow.every(stretch)):  # it is loaded after the training
        stretch = cutter.until(made)
    cut = cutter.cut([(stretch, True)], others, {name}).closed("looked_for_datasets")
    return [_at_root(statement) for statement in cut.body]


def _at_root(statement: ast.stmt) -> ast.stmt:
    """Have digits looked for, and stored, where the function's caller says."""
    statement = copy.deepcopy(statement)
    for call in trees.calls(statement, "MNIST"):
        words = {word.arg: word for word in call.keywords}
        for place, name in ((0, "root"), (4, "download")):
            given = ast.copy_location(ast.Name(GIVEN + name, ast.Load()), call)
            if name in words:
                words[name].value = given
            elif len(call.args) > place:
                call.args[place] = given
            else:
                call.keywords.append(ast.keyword(name, given))
    return statement


def make_data_loader(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of the call that makes the training's data loader."""
    roles = cutter.roles
    if roles.loader is None:
        raise NotFoundError("looked_for_loader")
    made = roles.loaders[roles.loader]
    call = trees.calls(made, "DataLoader")[0]
    served = [word.value for word in call.keywords if word.arg == "dataset"] or call.args[:1]
    names = {value.id for value in served if isinstance(value, ast.Name)}
    given = dict.fromkeys({*roles.datasets, *names}, f"{GIVEN}dataset")
    instead = {id(made): [_of_size(made)]}
    stretch, piece = (cutter.before(cutter.around), roles.kept) if roles.kept else (cutter.until(made), roles.loader)
    cut = cutter.cut([(stretch, False)], given, {piece}, instead=instead).closed("looked_for_loader")
    body = [*cut.body, cuts.returned(piece, made.lineno)]
    return cutter.function("make_data_loader", "dataset, batch_size=100", body, made.lineno, given)


def _of_size(statement: ast.stmt) -> ast.stmt:
    """Have batches of the size that is asked for, where the script says one at all."""
    statement = copy.deepcopy(statement)
    for call in trees.calls(statement, "DataLoader"):
        said = size_of(call)
        size = ast.copy_location(ast.Name(f"{GIVEN}batch_size", ast.Load()), call)
        call.args = [size if part is said else part for part in call.args]
        for word in call.keywords:
            word.value = size if word.value is said else word.value
    return statement
