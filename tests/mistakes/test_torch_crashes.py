"""Rules for what torch raises, asked about crashes made by hand: other versions' words, other devices, and doubt."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from graders.harness.base.model import Raised, Where
from graders.harness.base.scene import Scene, Thing
from graders.harness.judge import crashes
from graders.mistakes import CRASHES
from graders.mistakes.crashes import TORCH

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES = [rule for module in TORCH for rule in module.RULES.mistakes]
IMAGES = Thing("torch.Tensor", shape=(32, 784), dtype="float32", device="cpu")
LABELS = Thing("torch.Tensor", shape=(32,), dtype="int64", device="cpu")
LOGITS = Thing("torch.Tensor", shape=(32, 10), dtype="float32", device="cpu", requires_grad=True)
RULES = [rule for module in TORCH for rule in module.RULES.mistakes]
COST = Thing("torch.Tensor", shape=(), dtype="float32", device="cpu", requires_grad=True)
MODEL = Thing("torch.nn.modules.linear.Linear", ("torch.nn.modules.module.Module",))
OPTIMIZER = Thing("torch.optim.sgd.SGD", ("torch.optim.optimizer.Optimizer",))
LOOP = """\
for images, labels in data_loader:
    cost = criterion(model(images), labels)
    {}
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A crash: the body of a function, the expression in it that raised, what was said; and the name it gets."""

    mistake: str | None
    body: str
    raising: str
    kind: str
    text: str
    values: Mapping[str, Thing] = field(default_factory=dict)

    def crash(self) -> crashes.Crash:
        """Make the crash."""
        lines = "".join(f"    {line}\n" for line in self.body.splitlines())
        module = ast.parse(f"def work():\n{lines}")
        found = [node for node in ast.walk(module) if isinstance(node, ast.expr) and ast.unparse(node) == self.raising]
        node = found[-1] if found else None
        span = None
        if node is not None:
            span = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
        where = Where("lab.py", node.lineno if node is not None else 2)
        raised = Raised(self.kind, self.text, where, scene=Scene(span, dict(self.values)))
        return crashes.Crash.of(raised, False, module)


def product(mistake: str | None, sizes: str, raising: str = "model(images)", images: Thing | None = None) -> Case:
    """Make a crash of matrices that do not multiply."""
    text = f"mat1 and mat2 shapes cannot be multiplied ({sizes})"
    values = {"model": MODEL, **({"images": images} if images else {})}
    return Case(mistake, f"return {raising}", raising, "RuntimeError", text, values)


def target(mistake: str | None, text: str, labels: Thing = LABELS, kind: str = "RuntimeError") -> Case:
    """Make a crash of a cost function."""
    values = {"logits": LOGITS, "labels": labels}
    return Case(mistake, "return criterion(logits, labels)", "criterion(logits, labels)", kind, text, values)


def typed(dtype: str, *shape: int) -> Thing:
    """Return a tensor."""
    return Thing("torch.Tensor", shape=shape, dtype=dtype, device="cpu")


def backward(mistake: str | None, cost: str, line: str = "cost.backward()") -> Case:
    """Make a crash of a backward without a graph."""
    text = "element 0 of tensors does not require grad and does not have a grad_fn"
    values = {"cost": COST, "labels": LABELS}
    return Case(mistake, f"cost = {cost}\n{line}", "cost.backward()", "RuntimeError", text, values)


def again(mistake: str | None, body: str, raising: str) -> Case:
    """Make a crash of a graph that is gone through twice."""
    text = "Trying to backward through the graph a second time (or directly access saved tensors …)."
    return Case(mistake, body, raising, "RuntimeError", text)


TWICE = "cost.backward()\n    cost.backward()"
CASES = {
    # matrices
    "lines of images": product("images-not-flattened", "896x28 and 784x10", images=typed("float32", 32, 1, 28, 28)),
    "lines of 28 images": product("images-not-flattened", "784x28 and 784x10", images=typed("float32", 28, 1, 28, 28)),
    "28 images turned, or lines": product(None, "784x28 and 784x10"),
    "30 lines are no images": product(None, "30x28 and 784x10"),
    "a row": product("batch-given-as-one-image", "1x78400 and 784x10"),
    "a row of no whole image": product("layers-do-not-meet", "1x78401 and 784x10"),
    "columns": product("pixels-given-as-images", "784x32 and 784x10", "model(images.t())"),
    "scores": product("scores-given-to-the-layer", "32x10 and 784x10"),
    "a layer of 28": product("wrong-number-of-inputs", "32x784 and 28x10"),
    "a layer turned": product("wrong-number-of-inputs", "32x784 and 10x784"),
    "a layer turned, called linear": product("wrong-number-of-inputs", "32x784 and 10x784", "self.linear(images)"),
    "columns, into a layer called linear": product("pixels-given-as-images", "784x32 and 784x10", "linear(images)"),
    "by hand, by linear": product(
        "weights-the-other-way-round", "32x784 and 10x784", "F.linear(images, weight, bias=bias)"
    ),
    "by hand, turned": product("weights-the-other-way-round", "32x784 and 10x784", "images @ weight"),
    "by hand, weights first": product("weights-before-the-images", "784x10 and 32x784", "torch.mm(weight, images)"),
    "by hand, of other sizes": product(None, "5x6 and 7x8", "a @ b"),
    # shapes
    "a batch size": Case(
        "batch-size-hard-coded-in-the-reshape",
        "return images.view(100, 784)",
        "images.view(100, 784)",
        "RuntimeError",
        "shape '[100, 784]' is invalid for input of size 784",
    ),
    "a batch size in a tuple, of torch": Case(
        "batch-size-hard-coded-in-the-reshape",
        "return torch.reshape(images, (100, -1, 28, 28))",
        "torch.reshape(images, (100, -1, 28, 28))",
        "RuntimeError",
        "shape '[100, 1, 28, 28]' is invalid for input of size 784",
    ),
    "a batch size by a name": Case(
        "reshape-to-a-size-that-does-not-fit",
        "return images.view(batch, 784)",
        "images.view(batch, 784)",
        "RuntimeError",
        "shape '[100, 784]' is invalid for input of size 784",
    ),
    "an axis of numpy": Case(None, "x.sum(axis=2)", "x.sum(axis=2)", "AxisError", "axis 2 is out of bounds"),
    "sizes of scores": Case(
        "all-scores-compared-with-labels",
        "return logits.eq(labels)",
        "logits.eq(labels)",
        "RuntimeError",
        "The size of tensor a (10) must match the size of tensor b (32) at non-singleton dimension 1",
        {"logits": LOGITS, "labels": LABELS},
    ),
    "sizes of something": Case(
        "sizes-do-not-meet",
        "return a + b",
        "a + b",
        "RuntimeError",
        "The size of tensor a (10) must match the size of tensor b (32) at non-singleton dimension 1",
    ),
    # labels
    "fractions, torch 2.4": target(
        "labels-as-fractions", "expected scalar type Long but found Float", typed("float32", 32)
    ),
    "fractions, torch 2.14": target("labels-as-fractions", "expected target dtype to be Long or Byte, but got Float"),
    "fractions of something else": target(None, "expected scalar type Long but found Float"),
    "short ones, torch 2.4": target("labels-of-a-short-type", "expected scalar type Long but found Int"),
    "a column": target(
        "labels-in-a-column", "0D or 1D target tensor expected, multi-target not supported", typed("int64", 32, 1)
    ),
    "two columns": target(None, "0D or 1D target tensor expected, multi-target not supported", typed("int64", 32, 2)),
    "one-hot": target(
        "one-hot-of-whole-numbers",
        "Expected floating point type for target with class probabilities, got Long",
        typed("int64", 32, 10),
    ),
    "a label of ten": target("label-out-of-range", "Target 10 is out of bounds.", kind="IndexError"),
    "a label below zero": target("label-out-of-range", "Target -1 is out of bounds.", kind="IndexError"),
    "a score too few": target("too-few-scores", "Target 9 is out of bounds.", kind="IndexError"),
    "swapped, torch 2.4": Case(
        "cost-arguments-swapped",
        "return F.cross_entropy(labels, logits)",
        "F.cross_entropy(labels, logits)",
        "RuntimeError",
        "\"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'",
        {"logits": LOGITS, "labels": LABELS},
    ),
    # types and devices
    "types of long ago": product(None, "32x784 and 784x10"),
    "an array from a GPU": Case(
        "array-of-a-device-tensor",
        "return scores.numpy()",
        "scores.numpy()",
        "TypeError",
        "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.",
    ),
    "an array with a graph": Case(
        "array-of-a-recorded-tensor",
        "return scores.numpy()",
        "scores.numpy()",
        "RuntimeError",
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
    ),
    "types, once": Case(
        "types-do-not-meet",
        "return model(images)",
        "model(images)",
        "RuntimeError",
        "expected m1 and m2 to have the same dtype, but got: unsigned char != float",
    ),
    # graphs
    "detached": backward("graph-cut", "criterion(model(images), labels).detach()"),
    "labels detached": backward("backward-without-a-graph", "criterion(images, labels.detach())"),
    "made of a number": backward("graph-cut", "torch.tensor(criterion(model(images), labels).item())"),
    "chosen": backward("argmax-before-the-cost", "criterion(model(images).argmax(dim=1).float(), labels)"),
    "chosen, and detached": backward(None, "criterion(model(images).argmax(dim=1), labels).detach()"),
    "switched off": backward(
        "backward-where-nothing-is-recorded",
        "criterion(model(images), labels)",
        "with torch.no_grad():\n    cost.backward()",
    ),
    "of a constant": backward("backward-without-a-graph", "torch.zeros(1)"),
    "twice": again("backward-called-twice", LOOP.format(TWICE), "cost.backward()"),
    "a growing sum": again(
        "backward-of-a-growing-sum", LOOP.format("total = total + cost\n    total.backward()"), "total.backward()"
    ),
    "the same, and twice": again(
        "graph-used-twice", LOOP.format("total += cost\n    total.backward()\n    total.backward()"), "total.backward()"
    ),
    "a graph of before": again("graph-used-twice", LOOP.format("cost.backward()"), "cost.backward()"),
    "a step of the cost": Case(
        "method-of-another-object",
        "cost.step()",
        "cost.step",
        "AttributeError",
        "'Tensor' object has no attribute 'step'",
        {"cost": COST},
    ),
    "a step of something else": Case(
        None,
        "thing.step()",
        "thing.step",
        "AttributeError",
        "'Thing' object has no attribute 'step'",
        {"thing": Thing("lab.Thing")},
    ),
    # optimizers and loaders
    "a rate, and parameters": Case(
        "optimizer-arguments-swapped",
        "return optim.SGD(rate, model.parameters())",
        "optim.SGD(rate, model.parameters())",
        "TypeError",
        "'<' not supported between instances of 'generator' and 'float'",
        {"rate": Thing("builtins.float", value=0.1)},
    ),
    "a text in another call": Case(None, 'work(x, lr="0.1")', "work(x, lr='0.1')", "TypeError", "what?"),
    "a length of a list": Case(None, "len(3)", "len(3)", "TypeError", "object of type 'int' has no len()"),
    "items of a data set": Case(
        "items-of-differing-sizes",
        "for images, labels in loader:\n    pass",
        "loader",
        "RuntimeError",
        "stack expects each tensor to be equal size, but got [1, 28, 28] at entry 0 and [1, 28, 20] at entry 3",
    ),
    "two devices, torch 2.4": Case(
        "tensors-on-two-devices",
        "return model(images)",
        "model(images)",
        "RuntimeError",
        "Expected all tensors to be on the same device, but found at least two devices, cpu and cuda:0! (…)",
    ),
    "two devices, torch 2.14": Case(
        "tensors-on-two-devices",
        "return model(images)",
        "model(images)",
        "RuntimeError",
        "Expected all tensors to be on the same device, but got mat1 is on cpu, different from other tensors on cuda:0",
    ),
    "a truth of options": Case(
        None,
        "return softmax(images, labels)",
        "softmax(images, labels)",
        "RuntimeError",
        "Boolean value of Tensor with more than one value is ambiguous",
    ),
    "a truth within a library": Case(
        None, "pass", "", "RuntimeError", "Boolean value of Tensor with more than one value is ambiguous"
    ),
    "a number of none": Case(
        None,
        "return int(found)",
        "int(found)",
        "RuntimeError",
        "a Tensor with 0 elements cannot be converted to Scalar",
    ),
    "a device with a number": Case(
        "device-name-unknown",
        'x.to("gpu:0")',
        "x.to('gpu:0')",
        "RuntimeError",
        "Expected one of cpu, cuda, … device type at start of device string: gpu",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_rule_names_a_crash_of_its_kind_and_no_other(case: Case) -> None:
    """One rule at most fits, in the words of every version."""
    found = crashes.explain(RULES, case.crash())
    assert [named.name for named in found] == ([case.mistake] if case.mistake else [])


def test_what_the_student_raises_is_not_torchs() -> None:
    """A line with `raise` says what it likes."""
    text = "mat1 and mat2 shapes cannot be multiplied (896x28 and 784x10)"
    module = ast.parse(f'raise RuntimeError("{text}")')
    raised = Raised("RuntimeError", text, Where("lab.py", 1), scene=Scene((1, 0, 1, len(text) + 22)))
    crash = crashes.Crash.of(raised, False, module)
    assert isinstance(crash.statement, ast.Raise)
    assert crashes.explain(RULES, crash) == ()


def test_shapes_are_told_with_what_their_axes_mean() -> None:
    """The message's details are worked out from the product."""
    named = crashes.explain(RULES, product("", "896x28 and 784x10").crash())
    assert [one.params for one in named] == [{"rows": 896, "images": 32}]


def test_sizes_in_a_list_are_no_argument_forgotten() -> None:
    """Python misses the second one; both are there, in one list."""
    text = "Linear.__init__() missing 1 required positional argument: 'out_features'"
    crash = Case(None, "return nn.Linear([784, 10])", "nn.Linear([784, 10])", "TypeError", text).crash()
    assert [named.name for named in crashes.explain(CRASHES, crash)] == ["layer-size-not-whole"]
    crash = Case(None, "return nn.Linear(784)", "nn.Linear(784)", "TypeError", text).crash()
    assert [named.name for named in crashes.explain(CRASHES, crash)] == ["too-few-arguments"]
