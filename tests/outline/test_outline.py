"""What of a flat script lands in which of the contract's functions, by the lines of the script."""

from __future__ import annotations

import ast
import sysconfig
import tomllib
from pathlib import Path

import pytest

from graders.harness.judge.rubric import load_rubric
from graders.outline import inlining
from graders.outline import outline as outlining
from graders.outline.outline import outline
from graders.spec import SPEC

ROOT = Path(__file__).parents[2]
FLAT = """\
import random
import torch
from torch import nn
from torchvision import datasets, transforms
import matplotlib.pyplot as plt
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(777)
epochs, size = 15, 100
train_set = datasets.MNIST("data", train=True, transform=transforms.ToTensor(), download=True)
test_set = datasets.MNIST("data", train=False, transform=transforms.ToTensor(), download=True)
loader = torch.utils.data.DataLoader(train_set, size, shuffle=True, drop_last=True, num_workers=4)
linear = nn.Linear(784, 10).to(device)
nn.init.normal_(linear.weight)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)
for epoch in range(epochs):
    mean = 0
    for images, labels in loader:
        rows = images.view(-1, 784).to(device)
        labels = labels.to(device)
        optimizer.zero_grad()
        cost = criterion(linear(rows), labels)
        cost.backward()
        optimizer.step()
        mean += cost / len(loader)
    print("Epoch:", epoch + 1, "cost =", mean.item())
linear.eval()
with torch.no_grad():
    rows = test_set.data.view(-1, 784).float().to(device)
    right = linear(rows).argmax(1) == test_set.targets.to(device)
    print("Accuracy:", right.float().mean().item())
    r = random.randint(0, len(test_set) - 1)
    print("Label:", test_set.targets[r].item())
    print("Prediction:", linear(rows[r:r + 1]).argmax(1).item())
    plt.imshow(test_set.data[r], cmap="Greys")
    plt.title("a digit")
    plt.show()
"""
NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(784, 10)
    def forward(self, x):
        return torch.log_softmax(self.layer(x), dim=1)
"""
OF = {  # the lines of FLAT that each function is made of
    "load_mnist": {9, 10},
    "make_data_loader": {11},
    "flatten_images": {6, 18, 19, 22},
    "build_model": {6, 12, 13},
    "build_criterion": {14},
    "build_optimizer": {15},
    "train_epoch": {*range(17, 27)},
    "train": {16},
    "evaluate": {27, 28, 29, 30, 31},
    "predict": {27, 28, 29, 32, 34},
    "show_prediction": {28, 32, 35},
}


def made_of(text: str) -> dict[str, set[int]]:
    """Return the lines of a script that each function of its outline is made of."""
    made = outline(ast.parse(text))
    assert made is not None
    functions = [node for node in ast.parse(made.text).body if isinstance(node, ast.FunctionDef)]
    return {
        node.name: {made.lines[line] for line in range(node.lineno, (node.end_lineno or 0) + 1) if line in made.lines}
        for node in functions
        if node.name in outlining.MAKERS
    }


def function(text: str, name: str) -> str:
    """Return one function of a script's outline."""
    made = outline(ast.parse(text))
    assert made is not None
    return next(
        ast.unparse(node)
        for node in ast.parse(made.text).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )


def changed(old: str, new: str) -> str:
    """Return the script with one text replaced."""
    assert FLAT.count(old) == 1
    return FLAT.replace(old, new)


@pytest.fixture(scope="module")
def lines():
    """Return of which lines the functions of the script are made."""
    return made_of(FLAT)


@pytest.mark.parametrize("name", OF)
def test_function_is_made_of_its_own_lines(lines, name):
    """Each gets the statements that its value hangs on, and no other."""
    assert lines[name] == OF[name]


def test_functions_are_those_of_the_contract():
    """Every function of the rubric has a maker, in the same order."""
    assert tuple(outlining.MAKERS) == load_rubric(SPEC.folder / "rubric.toml", SPEC.thresholds, SPEC.tiers).functions


@pytest.mark.parametrize(
    "path",
    [
        ROOT / "reference" / "lab.py",
        ROOT / "student_template" / "lab.py",
        *(ROOT / "tests/corpus/correct").glob("*.py"),
    ],
    ids=lambda path: path.stem,
)
def test_contracts_form_is_run_as_it_is(path):
    """A file that defines the contract's functions is not flat, however it writes them."""
    assert outline(ast.parse(path.read_bytes())) is None


@pytest.mark.parametrize(
    "text", ["", "print('hello')\n", "import torch\nlinear = torch.nn.Linear(784, 10)\nprint(linear)\n"]
)
def test_file_without_the_lesson_is_not_flat(text):
    """Where nearly nothing of the lesson is there, the functions are what is missing."""
    assert outline(ast.parse(text)) is None


def test_what_is_asked_takes_the_place_of_the_scripts_own_numbers():
    """Root, batch size, learning rate and number of epochs are those that the function is called with."""
    assert "datasets.MNIST(root, train=True, transform=transforms.ToTensor(), download=download)" in function(
        FLAT, "load_mnist"
    )
    assert "DataLoader(train_set, batch_size, shuffle=True, drop_last=True)" in function(FLAT, "make_data_loader")
    assert "lr=learning_rate" in function(FLAT, "build_optimizer")
    assert "range(training_epochs)" in function(FLAT, "train")


@pytest.mark.parametrize(
    ("name", "line", "key"),
    [
        ("show_prediction", '    plt.imshow(test_set.data[r], cmap="Greys")\n', "looked_for_picture"),
        ("predict", '    print("Prediction:", linear(rows[r:r + 1]).argmax(1).item())\n', "looked_for_prediction"),
        ("build_optimizer", "optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)\n", "looked_for_optimizer"),
        ("make_data_loader", FLAT.splitlines(keepends=True)[10], "looked_for_loader"),
    ],
)
def test_role_that_is_not_there_is_named(name, line, key):
    """Its function is left out, and the key says what was looked for."""
    made = outline(ast.parse(changed(line, "")))
    assert made is not None
    assert made.missing[name] == key


def test_every_sentence_that_can_be_said_has_words():
    """What was looked for has a sentence in the messages, and no sentence is left over."""
    said = {
        node.value
        for path in (ROOT / "graders" / "outline").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and str(node.value).startswith("looked_for_")
    }
    for language in ("en", "ko"):
        path = ROOT / "graders" / "messages" / language / "outline.toml"
        assert set(tomllib.loads(path.read_text(encoding="utf-8"))["words"]) == {*said, "read_as_script"}


def test_accuracy_of_training_digits_is_no_accuracy():
    """Measured on what was trained on, it is not the one that is asked for."""
    text = FLAT.replace("test_set.data.v", "train_set.data.v").replace("test_set.targets.t", "train_set.targets.t")
    made = outline(ast.parse(text))
    assert made is not None
    assert made.missing == {"evaluate": "looked_for_test_accuracy"}


@pytest.mark.parametrize(("place", "is_another"), [("r", False), ("0", True), ("r + 1", True), ("[r, r][0]", False)])
def test_picture_of_another_digit_is_none_of_the_prediction(place, is_another):
    """Where the text tells that it is another; what cannot be told is let be."""
    text = FLAT.replace("linear(rows[r:r + 1])", "linear(test_set[r][0].view(1, 784))")
    made = outline(ast.parse(text.replace("imshow(test_set.data[r]", f"imshow(test_set.data[{place}]")))
    assert made is not None
    assert made.missing == ({"show_prediction": "looked_for_same_picture"} if is_another else {})


def test_sum_that_is_never_reset_lives_on():
    """What every epoch adds to, and none begins anew, is one variable for all of them."""
    text = FLAT.replace("    mean = 0\n", "").replace("for epoch in", "mean = 0\nfor epoch in", 1)
    assert "    global mean\n" in function(text, "train_epoch")
    made = outline(ast.parse(text))
    assert made is not None
    assert "\nmean = 0\n" in made.text


def test_percent_is_told_as_a_fraction():
    """A script may tell its accuracy as it likes; what is wrong with it is known by the fraction."""
    text = changed("right.float().mean().item())", "100 * right.float().mean().item())")
    assert "return float(flat_value) / 100" in function(text, "evaluate")


def test_statements_in_functions_count_as_well():
    """A `main` that does everything is the same script."""
    body = "".join(f"    {line}" for line in FLAT.splitlines(keepends=True)[5:])
    imports = "".join(FLAT.splitlines(keepends=True)[:5])
    text = f"{imports}def main():\n{body}\nif __name__ == '__main__':\n    main()\n"
    assert made_of(text) == {name: {line + 1 for line in lines} for name, lines in OF.items()}


def test_functions_with_arguments_are_put_in_place():
    """Parameters stand for what they are given; what a function returns, for its call."""
    text = FLAT.replace("right.float().mean().item()", "share(right)").replace(
        "device =", "def share(answers):\n    return answers.float().mean().item()\ndevice =", 1
    )
    assert "share_returned = right.float().mean().item()" in function(text, "evaluate")


def test_logarithm_of_the_softmax_moves_from_the_model_to_the_cost():
    """With NLLLoss it is half of the cross-entropy, so the model gives logits and the criterion takes them."""
    text = FLAT.replace("nn.CrossEntropyLoss()", "nn.NLLLoss()").replace("nn.Linear(784, 10).to", "Net().to")
    text = text.replace("nn.init.normal_(linear.weight)", "pass").replace("device =", f"{NET}device =", 1)
    made = outline(ast.parse(text))
    assert made is not None
    assert "return self.layer(x)\n" in made.text
    assert "criterion(torch.log_softmax(flat_output, dim=1), labels)" in function(text, "build_criterion")


IN_ONE = FLAT.replace("criterion = nn.CrossEntropyLoss()\n", "pass\n")


@pytest.mark.parametrize("cost", ["nn.functional.cross_entropy", "nn.CrossEntropyLoss()"])
def test_cost_of_answers_that_have_no_name(cost):
    """Asked of the criterion that is given, the model within it, so that a wrong cost is judged in one part.

    The script's own cost is what `build_criterion` gives back.
    """
    text = IN_ONE.replace("criterion(linear(rows), labels)", f"{cost}(linear(rows), labels)")
    epoch = function(text, "train_epoch")
    assert "cost = criterion((flat_output := linear(" in epoch
    assert epoch.count("linear(") == 1
    assert f"cost = {cost}(flat_output, labels)" in function(text, "build_criterion")


@pytest.mark.parametrize("place", ["        cost = ", "        cost.backward()"], ids=["before the cost", "behind it"])
def test_cost_is_of_its_own_answers(place):
    """A loop may ask the model once more, for the accuracy of a batch say."""
    text = IN_ONE.replace("criterion(linear(rows)", "nn.functional.cross_entropy(linear(rows)")
    text = text.replace(place, f"        hits = linear(rows).argmax(1) == labels\n{place}")
    assert "cost = criterion((flat_output := linear(" in function(text, "train_epoch")
    assert "cost = nn.functional.cross_entropy(flat_output, labels)" in function(text, "build_criterion")


def test_cost_of_answers_that_come_later_is_none():
    """Two lines changed places, which Python says of the file itself."""
    cost = "        cost = nn.functional.cross_entropy(answers, labels)\n"
    text = IN_ONE.replace("        cost = criterion(linear(rows), labels)\n", f"{cost}        answers = linear(rows)\n")
    made = outline(ast.parse(text))
    assert made is not None
    assert made.missing["build_criterion"] == "looked_for_cost"


def test_cost_may_count_the_images():
    """Who divides a sum by the number of images asks the batch for it; the criterion has labels alone."""
    counted = "nn.functional.cross_entropy(linear(rows), labels, reduction='sum') / len(images)"
    text = IN_ONE.replace("criterion(linear(rows), labels)", counted)
    assert "images, labels = (torch.zeros(len(flat_labels), 1, 28, 28), flat_labels)" in function(
        text, "build_criterion"
    )


def test_name_without_a_value_stays_without_one():
    """A parameter of the contract's does not stand in for what the script forgot to say."""
    assert "def train(model, data_loader, criterion, optimizer, device, training_epochs_given=15)" in function(
        changed("range(epochs)", "range(training_epochs)"), "train"
    )


def test_undefined_device_is_charged_once():
    """All parts ask for it; only the training says that it has no value."""
    text = "\n".join(line for line in FLAT.splitlines() if not line.startswith("device ="))
    assert "device = flat_device()" in function(text, "build_model")
    assert "device = device_given" in function(text, "evaluate")
    assert "device = " not in function(text, "train_epoch")


@pytest.mark.parametrize("line", range(1, FLAT.count("\n") + 1))
def test_any_line_may_be_missing(line):
    """Whatever is left out, there is an outline, and it is Python."""
    lines = FLAT.splitlines(keepends=True)
    kept = lines[: line - 1] + lines[line:]
    try:
        tree = ast.parse("".join(kept))
    except SyntaxError:
        pytest.skip("a block without its head")
    made = outline(tree)
    assert made is not None
    ast.parse(made.text)
    assert len(made.missing) <= 8  # a loop's head takes all with it that hangs on it


def test_other_programs_are_left_alone():
    """Files of Python's own are no flat scripts, and none makes it raise."""
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("[a-d]*.py")):
        assert outline(ast.parse(path.read_bytes())) is None


def test_very_long_script_is_not_looked_into():
    """Nobody writes thousands of statements of this lesson by hand, and they would take minutes."""
    assert outline(ast.parse(FLAT + "x = 1\n" * inlining.MOST)) is None


@pytest.mark.parametrize(
    ("head", "images"),
    [
        ("for images, labels in loader:\n", "images"),
        ("for i, (images, labels) in enumerate(loader):\n", "images"),
        ("for i, batch in enumerate(loader, 0):\n        images, labels = batch\n", "images"),
        ("for batch in loader:\n        images = batch[0]; labels = batch[1]\n", "batch[0]"),
        (
            "batches = iter(loader)\n    for i in range(len(loader)):\n        images, labels = next(batches)\n",
            "images",
        ),
    ],
    ids=["pairs", "enumerated", "enumerated batches", "indexed", "next"],
)
def test_batches_are_found_however_the_loop_asks_for_them(head, images):
    """A stand-in for the reshape gets the images of the loader, and `flatten_images` begins with them."""
    text = changed("for images, labels in loader:\n", head)
    assert f"flat_images = {images}\n" in function(text, "train_epoch")
    reshaping = function(text, "flatten_images")
    assert "torch.zeros(len(images_given), dtype=torch.int64)" in reshaping
    assert reshaping.endswith("return flat_rows(build_model, rows)")


def test_what_is_given_stays_where_nothing_is_trained():
    """Without a training before it, the examination still asks the model and the digits that it is given."""
    lines = FLAT.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("for epoch"))
    behind = next(number for number, line in enumerate(lines) if number > first and line and not line.startswith(" "))
    outlined = outline(ast.parse("\n".join([*lines[:first], *lines[behind:]])))
    assert outlined is not None
    assert {"train_epoch", "train"} <= set(outlined.missing)
    functions = {node.name: node for node in ast.parse(outlined.text).body if isinstance(node, ast.FunctionDef)}
    for name in ("evaluate", "predict"):
        assert not {"MNIST", "Linear"} & {getattr(node, "attr", "") for node in ast.walk(functions[name])}


@pytest.mark.parametrize(
    "around",
    ["run = True\nif run:\n{}", "try:\n{}except KeyboardInterrupt:\n    pass", "for rate in [0.01, 0.1]:\n{}"],
    ids=["if", "try", "for"],
)
def test_block_around_the_lesson_changes_nothing(around):
    """Training and test may stand in one block, the model with them or not."""
    lines = FLAT.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.startswith("linear ="))
    inside = "".join(f"    {line}" for line in lines[first:])
    outlined = outline(ast.parse("".join(lines[:first]) + around.format(inside)))
    assert outlined is not None
    assert not outlined.missing
    functions = {node.name: node for node in ast.parse(outlined.text).body if isinstance(node, ast.FunctionDef)}
    assert "MNIST" not in ast.unparse(functions["evaluate"])


def test_loader_of_training_digits_is_no_test():
    """Dividing by the number of test digits does not make a test of them."""
    text = (
        FLAT.replace("test_set = ", "tests = ").split("with torch.no_grad")[0]
        + """\
correct = 0
with torch.no_grad():
    for images, labels in torch.utils.data.DataLoader(train_set, batch_size=100):
        correct += (linear(images.view(-1, 784)).argmax(1) == labels).sum().item()
print("accuracy", correct / len(tests))
"""
    )
    outlined = outline(ast.parse(text))
    assert outlined is not None
    assert outlined.missing["evaluate"] == "looked_for_test_accuracy"


def test_who_trains_twice_tells_of_the_last():
    """What was tried first, with a model and a loop of its own, is no part of what was examined."""
    first, last = FLAT.index("linear ="), FLAT.index("with torch.no_grad")
    again = FLAT[first:last].replace("linear", "second").replace("        optimizer.zero_grad()\n", "")
    text = FLAT[:last] + again + FLAT[last:].replace("linear", "second")
    outlined = outline(ast.parse(text))
    assert outlined is not None
    assert not outlined.missing
    functions = {
        node.name: ast.unparse(node) for node in ast.parse(outlined.text).body if isinstance(node, ast.FunctionDef)
    }
    assert "zero_grad" not in functions["train_epoch"]
    assert "Linear" not in functions["evaluate"]


def test_another_lesson_is_no_flat_script():
    """A script that trains something else, on data of its own, has none of this lesson's parts."""
    text = """\
import torch
x, y = torch.ones(3, 1), torch.ones(3, 1)
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(20):
    cost = torch.nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
"""
    assert outline(ast.parse(text)) is None


BY_HAND = (
    FLAT.replace("linear = nn.Linear(784, 10).to(device)", "W = torch.zeros(784, 10, requires_grad=True)")
    .replace("nn.init.normal_(linear.weight)", "b = torch.zeros(10, requires_grad=True)")
    .replace("linear.parameters()", "[W, b]")
    .replace("linear.eval()", "print(W.norm())")
    .replace("linear(rows)", "(rows.matmul(W) + b)")
    .replace("linear(rows[r:r + 1])", "(rows[r:r + 1].matmul(W) + b)")
)


@pytest.mark.parametrize(
    "asked",
    [
        "(rows.matmul(W) + b)",
        "(b + rows @ W)",
        "torch.add(torch.matmul(rows, W), b)",
        "torch.mm(rows, W).add(b)",
        "torch.addmm(b, rows, W)",
    ],
)
def test_weights_by_hand_are_a_model(asked):
    """However they are multiplied with the images, the expression is its answer."""
    text = BY_HAND.replace("(rows.matmul(W) + b)", asked)
    made = outline(ast.parse(text))
    assert made is not None
    assert made.missing == {}
    own = ast.unparse(ast.parse(asked.replace("rows", "flat_input"), mode="eval"))
    assert f"flat_logits = lambda flat_input, W, b: {own}" in function(text, "build_model")
    assert "SGD(flat_by_hand.parameters(), lr=learning_rate)" in function(text, "build_optimizer")
    assert {12, 13} <= made_of(text)["build_model"] <= {12, 13, 15, 22}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cost.backward()", "(cost + W.norm()).backward()"),
        ("optimizer.step()", "W.data.clamp_(-1, 1)"),
        ("(rows[r:r + 1].matmul(W) + b)", "rows[r:r + 1].matmul(W)"),
        ("[W, b]", "[c]"),
    ],
)
def test_weights_by_hand_that_are_used_otherwise_are_left_alone(old, new):
    """Nothing is made up of what is not understood, and what hangs on the model is told to."""
    made = outline(ast.parse(BY_HAND.replace(old, new)))
    assert made is not None
    assert "flat_by_hand" not in made.text
    hanging = {made.missing.get(name) for name in ("build_model", "build_optimizer", "train_epoch", "evaluate")}
    assert hanging == {"looked_for_model"}


def test_steps_by_hand_want_an_optimizer():
    """All but the training is asked about the weights, where the script changes them without one."""
    text = BY_HAND.replace("optimizer = torch.optim.SGD([W, b], lr=0.1)\n", "pass\n")
    text = text.replace("optimizer.zero_grad()", "pass").replace("optimizer.step()", "W.data -= 0.1 * W.grad")
    made = outline(ast.parse(text))
    assert made is not None
    assert made.missing == dict.fromkeys(("build_optimizer", "train_epoch"), "looked_for_optimizer")
