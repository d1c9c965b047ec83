"""Finds the lesson's roles in a levelled script by where values come from: data, loop, model, cost, optimizer."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graders.harness.base import trees

from . import flow

if TYPE_CHECKING:
    from .script import Script

OPTIMIZERS = {
    *("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "LBFGS", "Rprop"),
}
BY_HAND = "flat_model_by_hand"  # in child/flat: makes a model of a script's weights
LAYERS = {"Linear", "Sequential", BY_HAND}
LEARNING = ("backward", "step", "zero_grad")


@dataclass
class Roles:
    """What was found, None where it was not. Names are the script's own."""

    script: Script
    datasets: dict[str, ast.Assign] = field(default_factory=dict)
    loaders: dict[str, ast.Assign] = field(default_factory=dict)
    loop: ast.For | ast.While | None = None  # over the batches
    epochs: ast.For | ast.While | None = None  # around it
    loader: str | None = None
    kept: str | None = None  # the list of the loader's batches that the loop goes through in its place
    train_set: str | None = None
    model: str | None = None
    optimizer: str | None = None
    output: ast.Call | None = None  # the model's, in the loop
    cost: str | None = None
    costing: ast.Assign | None = None  # what gives the cost its value
    devices: set[str] = field(default_factory=set)
    sizes: set[str] = field(default_factory=set)  # of a batch

    @property
    def test_sets(self) -> list[str]:
        """The data sets that are not trained on."""
        trained_on = self.script.alias(self.train_set) if self.train_set else None
        return [name for name in self.datasets if name not in (self.train_set, trained_on)]

    @property
    def count(self) -> int:
        """How many of the lesson's pieces there are."""
        found = (self.loader, self.model, self.optimizer, self.loop, self.cost)
        return bool(self.datasets) + sum(piece is not None for piece in found)


def find(script: Script) -> Roles:
    """Find the roles in a script."""
    roles = Roles(script)
    kinds = {"MNIST"} | {name for name, node in script.classes.items() if _is_of_mnist(node)}
    for statement in script.every:
        if isinstance(statement, ast.Assign) and (name := flow.target(statement)):
            value = statement.value
            if isinstance(value, ast.Call) and trees.called(value) in kinds:
                roles.datasets.setdefault(name, statement)
            elif trees.calls(statement, "DataLoader"):
                roles.loaders.setdefault(name, statement)
            elif tells_device(value):
                roles.devices.add(name)
    _find_loop(roles)
    _find_pieces(roles)
    _find_cost(roles)
    _find_output(roles)
    _find_data(roles)
    return roles


def _is_of_mnist(node: ast.ClassDef) -> bool:
    """Tell whether a class is a data set of MNIST's digits, or holds one."""
    return bool(trees.calls(node, "MNIST")) or "MNIST" in bases(node)


def tells_device(value: ast.expr) -> bool:
    """Tell whether a value is where a script computes, a GPU or not."""
    said = flow.text_in(value)
    is_choice = isinstance(value, (ast.IfExp, ast.Constant)) and any(word in said.split() for word in ("cuda", "cpu"))
    return is_choice or (isinstance(value, ast.Call) and trees.called(value) in ("device", "flat_device"))


# ---- the loop


def _find_loop(roles: Roles) -> None:
    script = roles.script
    for wanted in (("backward",), ("step", "zero_grad"), ("CrossEntropyLoss", "cross_entropy", "nll_loss")):
        asking = [s for s in script.every if not flow.blocks(s) and not isinstance(s, flow.DEFINITIONS)]
        asking = [s for s in asking if trees.calls(s, *wanted)]
        # Who trains twice tells of the last: its loop comes first, if it goes through batches.
        for statement in sorted(asking, key=lambda s: _is_in_batches(roles, s), reverse=True):
            around = [outer for outer in script.around(statement) if isinstance(outer, flow.LOOPS)]
            if not around:
                continue
            batches = next((loop for loop in around if served(roles, loop)), None)
            if batches is None:
                # What is done once an epoch: the batches have a loop inside that one.
                inside = [s for s in flow.every(around[0].body) if isinstance(s, flow.LOOPS) and served(roles, s)]
                batches = inside[0] if inside else around[0]
            roles.loop = batches
            outer = [loop for loop in script.around(batches) if isinstance(loop, flow.LOOPS)]
            roles.epochs = outer[0] if outer else None
            return
    for statement in script.every:  # nothing is learned in any loop; the first that goes through batches, in another
        outer = [loop for loop in script.around(statement) if isinstance(loop, flow.LOOPS)]
        if isinstance(statement, flow.LOOPS) and outer and served(roles, statement):
            roles.loop, roles.epochs = statement, outer[0]
            return


def _is_in_batches(roles: Roles, statement: ast.stmt) -> int:
    """Return the line of a statement in a loop over batches, 0 of any other."""
    around = [outer for outer in roles.script.around(statement) if isinstance(outer, flow.LOOPS)]
    return statement.lineno if any(served(roles, loop) for loop in around) else 0


def served(roles: Roles, loop: ast.stmt) -> str | None:
    """Return the loader that a loop goes through, by itself or by `next`."""
    asked = [loop.iter] if isinstance(loop, ast.For) else []
    within = [s for s in flow.every(loop.body) if not flow.blocks(s)] if isinstance(loop, flow.LOOPS) else []
    asked += [part for call in (c for s in within for c in trees.calls(s, "next", "__next__")) for part in [call]]
    direct = flow.reads(*asked) & roles.loaders.keys()
    if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Call) and trees.called(loop.iter) == "range":
        direct = flow.reads(*asked[1:]) & roles.loaders.keys()  # range(len(loader)) only counts
        asked = asked[1:]
    if direct:
        return min(direct)
    iterators = (s for name in flow.reads(*asked) for s in roles.script.assigned(name))
    through = {name for s in iterators for name in flow.reads(s.value) & roles.loaders.keys()}
    return min(through) if through else None


# ---- model, optimizer, cost


def _find_pieces(roles: Roles) -> None:
    script = roles.script
    inside = list(flow.every(roles.loop.body)) if roles.loop else []
    around = list(flow.every(roles.epochs.body)) if roles.epochs else inside
    for statement in script.every:
        name = flow.target(statement)
        if name and any(map(_is_optimizer, trees.calls(statement))):
            stepped = any(flow.root(call.func) == name for s in around for call in trees.calls(s, *LEARNING))
            roles.optimizer = name if stepped or roles.optimizer is None else roles.optimizer
    if roles.optimizer:
        asked = trees.calls(script.assigned(roles.optimizer)[-1], "parameters")
        roles.model = flow.root(asked[0]) if asked else None
    if roles.model is None:
        modules = {name for name, node in script.classes.items() if "Module" in bases(node)} | LAYERS
        for call in (c for s in inside for c in trees.calls(s) if isinstance(c.func, ast.Name)):
            made = [c for s in script.assigned(trees.called(call)) for c in trees.calls(s.value)]
            if any(trees.called(c) in modules for c in made):
                roles.model = trees.called(call)
                break
    asked = [c for s in inside if not flow.blocks(s) for c in trees.calls(s) if is_output(roles, c)]
    roles.output = asked[0] if asked else None


def bases(node: ast.ClassDef) -> set[str]:
    """Return the last names of a class's bases."""
    return {getattr(base, "attr", getattr(base, "id", "")) for base in node.bases}


def _is_optimizer(call: ast.Call) -> bool:
    name = trees.called(call)
    is_own = bool(trees.calls(call, "parameters")) and "optim" in ast.unparse(call.func).lower()
    return name in OPTIMIZERS or (is_own and "sched" not in name.lower())


def is_output(roles: Roles, call: ast.Call) -> bool:
    """Tell whether a call asks the model for its answers."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr == "forward":
        function = function.value
    if not isinstance(function, ast.Name) or roles.model is None or not (call.args or call.keywords):
        return False
    return roles.script.alias(function.id) == roles.script.alias(roles.model)


def _find_cost(roles: Roles) -> None:
    if roles.loop is None:
        return
    within = list(flow.every((roles.epochs or roles.loop).body))
    asked = [c for s in within if not flow.blocks(s) for c in trees.calls(s, "backward")]
    names = [name for call in asked if (name := flow.root(call.func))]
    assigned = [s for s in flow.every(roles.loop.body) if isinstance(s, ast.Assign) and flow.target(s)]
    if not names:  # the cost is asked for, and nothing is done with it
        outputs = {flow.target(s) for s in assigned if roles.output in trees.calls(s.value)}
        asking = [s for s in assigned if any(len(call.args) > 1 for call in trees.calls(s.value))]
        costs = [s for s in asking if flow.reads(s.value) & outputs or roles.output in trees.calls(s.value)]
        found = [flow.target(s) or "" for s in costs]
        names = [name for name in found if "cost" in name.lower() or "loss" in name.lower()] or found
    if names:
        roles.cost = names[0]
        made = [s for s in assigned if flow.target(s) == names[0]]
        roles.costing = made[-1] if made else None


def _find_output(roles: Roles) -> None:
    """Take the answers that the cost is made of, where the loop asks the model for others, too."""
    if roles.loop is None or roles.costing is None:
        return
    made = roles.script.sources(roles.costing.value)
    leading = [s for s in flow.every(roles.loop.body) if isinstance(s, ast.Assign) and flow.binds(s) & made]
    asked = [c for s in (roles.costing, *leading) for c in trees.calls(s.value) if is_output(roles, c)]
    roles.output = asked[0] if asked else roles.output


# ---- data


def _find_data(roles: Roles) -> None:
    script = roles.script
    if roles.loop:
        roles.loader = served(roles, roles.loop)
        if roles.loader is None:
            roles.kept, roles.loader = _kept_batches(roles, roles.loop)
    if roles.loader is None and len(roles.loaders) == 1:
        roles.loader = next(iter(roles.loaders))
    if roles.loader:
        reached = script.sources(roles.loaders[roles.loader].value) & roles.datasets.keys()
        roles.train_set = min(reached, key=lambda name: not says(roles.datasets[name], True)) if reached else None
        sizes = [size_of(call) for call in trees.calls(roles.loaders[roles.loader], "DataLoader")]
        roles.sizes |= {size.id for size in sizes if isinstance(size, ast.Name)}
    if roles.train_set is None and roles.datasets:
        roles.train_set = min(roles.datasets, key=lambda name: not says(roles.datasets[name], True))


def _kept_batches(roles: Roles, loop: ast.stmt) -> tuple[str | None, str | None]:
    """Return the list that a loop goes through in the place of a loader whose batches it holds, and the loader."""
    names = flow.reads(loop.iter) if isinstance(loop, ast.For) else set()
    for statement in roles.script.every:
        filled = flow.changes(statement) & names
        for outer in roles.script.around(statement) if filled else ():
            loader = served(roles, outer) if isinstance(outer, flow.LOOPS) and outer is not loop else None
            if loader:
                return min(filled), loader
    return None, None


def says(statement: ast.Assign, train: bool) -> bool:
    """Tell whether a data set is said to be of the training digits, or of the test digits."""
    call = statement.value
    assert isinstance(call, ast.Call)
    said = [word.value for word in call.keywords if word.arg == "train"] or call.args[1:2]
    return train != any(isinstance(value, ast.Constant) and value.value is False for value in said)


def size_of(call: ast.Call) -> ast.expr | None:
    """Return what a DataLoader is told about the size of its batches."""
    said = [word.value for word in call.keywords if word.arg == "batch_size"] or call.args[1:2]
    return said[0] if said else None
