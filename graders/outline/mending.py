"""Has a script take no more for granted than a grader's machine has: a GPU, a command line, processes of its own."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING

from graders.harness.base import trees

from . import flow
from .roles import size_of

if TYPE_CHECKING:
    from .roles import Roles

CUDA = re.compile(r"cuda(:\d+)?")
MACHINES = ("num_workers", "pin_memory", "persistent_workers", "prefetch_factor", "multiprocessing_context", "timeout")
PLACING = ("to", "device", "zeros", "ones", "tensor", "randn", "rand", "load")  # are told a device
SHAPING = ("view", "reshape")
KNOWN = {*sys.stdlib_module_names, "torch", "torchvision", "numpy", "matplotlib", "tqdm", "PIL"}
SIZE = "flat_batch_size"
LEAST_SIZE = 2  # of a batch; -1 and 1 mean something else in a shape
SHAPES = (10, 28, 784)  # the lesson's own sizes


def mend_machine(statements: list[ast.stmt]) -> None:
    """Have `cuda` mean the GPU where there is one, no command line asked for, and loaders work by themselves."""
    for statement in statements:
        _Mended().visit(statement)


class _Mended(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        name = trees.called(node)
        if name == "cuda" and isinstance(node.func, ast.Attribute) and flow.root(node.func) not in ("torch", None):
            node.func.attr, node.args, node.keywords = "to", [_device(node)], []
        elif name == "parse_args" and not node.args:
            node.args = [ast.copy_location(ast.List([], ast.Load()), node)]
        elif name == "DataLoader":
            node.keywords = [word for word in node.keywords if word.arg not in MACHINES]
        elif name in PLACING:
            node.args = [_device(value) if _is_cuda(value) else value for value in node.args]
            for word in node.keywords:
                word.value = _device(word.value) if _is_cuda(word.value) else word.value
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        self.generic_visit(node)
        node.value = _device(node.value) if _is_cuda(node.value) else node.value
        return node


def _is_cuda(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and bool(CUDA.fullmatch(value.value))


def _device(at: ast.AST) -> ast.expr:
    made = ast.parse("flat_device()", mode="eval").body
    for node in ast.walk(made):
        ast.copy_location(node, at)
    return made


def mend_sizes(roles: Roles) -> None:
    """Have the loop reshape batches of any size, where it has the size of its own written down as a number."""
    if roles.loop is None or roles.loader is None:
        return
    sizes = [size_of(call) for call in trees.calls(roles.loaders[roles.loader], "DataLoader")]
    known = {
        s.value.value for name in roles.sizes for s in roles.script.assigned(name) if isinstance(s.value, ast.Constant)
    }
    known |= {size.value for size in sizes if isinstance(size, ast.Constant)}
    known = {size for size in known if isinstance(size, int) and size >= LEAST_SIZE and size not in SHAPES}
    for call in (c for s in roles.loop.body for c in trees.calls(s, *SHAPING)):
        first = call.args[0] if call.args else None
        if isinstance(first, ast.Constant) and first.value in known:
            call.args[0] = ast.copy_location(ast.Name(SIZE, ast.Load()), first)
            roles.sizes.add(SIZE)


def mend_logs(statements: list[ast.stmt]) -> None:
    """Have printed what is told to a module that nobody but the learner has, for its own sake: it need not be there."""
    imports = [statement for statement in flow.every(statements) if isinstance(statement, ast.Import)]
    aliases = [alias for statement in imports for alias in statement.names if alias.name.partition(".")[0] not in KNOWN]
    modules = {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
    for statement in flow.every(statements):
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and flow.root(call.func) in modules:
            call.func = ast.copy_location(ast.Name("print", ast.Load()), call.func)
