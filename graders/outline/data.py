"""Makes `load_mnist`, `make_data_loader` and `flatten_images` of a script's own statements."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from . import cuts, flow
from .cuts import GIVEN, Cutter, NotFoundError
from .roles import size_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def load_mnist(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of the calls that load the training and the test digits, at the root that is given."""
    roles = cutter.roles
    if not roles.datasets:
        raise NotFoundError("looked_for_datasets")
    train = roles.train_set or min(roles.datasets)
    test = next((name for name in roles.test_sets if says_test(roles.datasets[name])), None)
    test = test or next(iter(roles.test_sets), train)
    line = roles.datasets[train].lineno
    body = [*_loaded(cutter, train), cuts.returned(train, line)]
    branch = ast.parse(f"if {GIVEN}train:\n    pass").body[0]
    assert isinstance(branch, ast.If)
    branch.body, branch.lineno = body, line
    rest = [*_loaded(cutter, test), cuts.returned(test, roles.datasets[test].lineno)]
    return cutter.function("load_mnist", "root, train, download=False", [branch, *rest], line)


def says_test(statement: ast.Assign) -> bool:
    """Tell whether a data set is said to be of the test digits."""
    call = statement.value
    assert isinstance(call, ast.Call)
    said = [word.value for word in call.keywords if word.arg == "train"] or call.args[1:2]
    return any(isinstance(value, ast.Constant) and value.value is False for value in said)


def _loaded(cutter: Cutter, name: str) -> list[ast.stmt]:
    """Return what makes a data set, and what changes it before anything is trained."""
    roles = cutter.roles
    others = roles.datasets.keys() - {name}
    stretch = cutter.before(cutter.around)
    if not any(roles.datasets[name] is s for s in flow.every(stretch)):  # it is loaded after the training
        stretch = [*cutter.before(roles.datasets[name]), roles.datasets[name]]
    cut = cutter.cut([(stretch, True)], others, {name})
    if cut.open:
        raise NotFoundError("looked_for_datasets")
    return [_at_root(statement) for statement in cut.body]


def _at_root(statement: ast.stmt) -> ast.stmt:
    """Have digits looked for, and stored, where the function's caller says."""
    statement = copy.deepcopy(statement)
    for call in flow.calls(statement, "MNIST"):
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
    call = flow.calls(made, "DataLoader")[0]
    served = [word.value for word in call.keywords if word.arg == "dataset"] or call.args[:1]
    given = dict.fromkeys(roles.datasets, f"{GIVEN}dataset")
    given |= {value.id: f"{GIVEN}dataset" for value in served if isinstance(value, ast.Name)}
    instead = {id(made): [_with_size(made)]}
    cut = cutter.cut([(cutter.before(made) + [made], False)], given.keys(), {roles.loader}, instead=instead)
    if cut.open:
        raise NotFoundError("looked_for_loader")
    body = [*cut.body, cuts.returned(roles.loader, made.lineno)]
    return cutter.function("make_data_loader", "dataset, batch_size=100", body, made.lineno, given)


def _with_size(statement: ast.stmt) -> ast.stmt:
    """Have batches of the size that is asked for."""
    statement = copy.deepcopy(statement)
    for call in flow.calls(statement, "DataLoader"):
        size = size_of(call)
        for word in call.keywords:
            word.value = (
                ast.copy_location(ast.Name(f"{GIVEN}batch_size", ast.Load()), call)
                if word.value is size
                else word.value
            )
        call.args = [
            ast.copy_location(ast.Name(f"{GIVEN}batch_size", ast.Load()), call) if a is size else a for a in call.args
        ]
    return statement


# ---- reshape


def flatten_images(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of what the loop does with a batch before its images enter the model's first layer."""
    roles, loop, output = cutter.roles, cutter.roles.loop, cutter.roles.output
    if loop is None or output is None:
        raise NotFoundError("looked_for_reshape")
    given = _argument(output)
    statement = next(s for s in flow.every(loop.body) if not flow.blocks(s) and output in flow.calls(s))
    path = [statement, *cutter.roles.script.around(statement)]
    within = path[: next(i for i, part in enumerate(path) if part is loop)]
    steps = [part for step in within[::-1] for part in cutter._until(step)]
    batch = f"({GIVEN}images, torch.zeros(len({GIVEN}images), dtype=torch.int64))"
    entered, names = entering(loop, batch)
    told = cuts.returned(copy.deepcopy(given), statement.lineno)
    counted = flow.binds(cutter.roles.epochs) if cutter.roles.epochs else set()
    known: Mapping[str, str] = {
        **dict.fromkeys(counted, "0"),
        **{size: f"len({GIVEN}images)" for size in cutter.roles.sizes},
    }
    taken = cutter.cut([([*map(_without_next(batch), steps), told], True)], {*known, *names}, goals={id(told)})
    before = cutter.cut(
        [(cutter.before(loop), True)],
        {*known, *names, *cutter.roles.datasets, *cutter.roles.loaders},
        taken.open - names - known.keys(),
    )
    if before.open:
        raise NotFoundError("looked_for_reshape")
    last = taken.body[-1]
    assert isinstance(last, ast.Return) and last.value is not None
    if cutter.roles.model is not None:
        last.value = ast.copy_location(
            ast.Call(ast.Name("flat_rows", ast.Load()), [ast.Name("build_model", ast.Load()), last.value], []), last
        )
    cutter.reshaping = [s for s in taken.body if flow.target(s)]
    body = [*before.body, *entered, *taken.body]
    return cutter.function("flatten_images", "images", body, statement.lineno, known)


def _argument(call: ast.Call) -> ast.expr:
    return call.args[0] if call.args else call.keywords[0].value


def entering(loop: ast.For | ast.While, batch: str) -> tuple[list[ast.stmt], set[str]]:
    """Return what gives the loop's own names a batch, and these names."""
    if not isinstance(loop, ast.For) or (isinstance(loop.iter, ast.Call) and flow.called(loop.iter) == "range"):
        counted = flow.binds(loop)
        return [cuts.assign(name, "0", loop.lineno) for name in counted], counted
    is_counted = bool(flow.calls(loop.iter, "enumerate"))
    entered = cuts.assign("_", f"(0, {batch})" if is_counted else batch, loop.lineno)
    assert isinstance(entered, ast.Assign)
    entered.targets = [copy.deepcopy(loop.target)]
    return [entered], flow.binds(loop)


def _without_next(batch: str):  # type: ignore[no-untyped-def]
    def replaced(statement: ast.stmt) -> ast.stmt:
        if not flow.calls(statement, "next", "__next__"):
            return statement
        made = copy.deepcopy(statement)
        for node in ast.walk(made):
            for name, value in ast.iter_fields(node):
                if isinstance(value, ast.Call) and flow.called(value) in ("next", "__next__"):
                    setattr(node, name, ast.copy_location(ast.parse(batch, mode="eval").body, value))
        return made

    return replaced
