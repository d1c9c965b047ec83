"""Flat files as learners write the lesson: no functions of the contract, all at the top level, in many forms.

The files of `flat/` are written by hand; others are edits of them that make one mistake. Each has the expectation of a
careful reader, part by part. What a flat file is not asked costs nothing: batch size, learning rate, criterion and
epochs as parameters, a plain float or a cost without its graph, the printed lines, fraction or percent, the type of a
prediction, colour map and title of the picture, batches of one, other data sets than MNIST. The lesson's own prediction
is made of raw pixels, so how pixels are scaled is judged in the evaluation, not again in the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from notebooks import notebook

from .cells import cells

FLAT = Path(__file__).resolve().parent / "flat"
PICTURE = ("predict", "show_prediction")


@dataclass(frozen=True, slots=True)
class FlatFile:
    """A flat file: what it loses, and by what mistake or for want of which functions of the contract."""

    name: str
    lost: tuple[str, ...] = ()  # parts
    mistake: str = ""  # a bug's name in the catalogue; none where several would do
    missing: tuple[str, ...] = ()  # functions of the contract that nothing in the file can be made into
    base: str = ""  # the file of flat/ that is edited, where it is not one of its own
    edits: tuple[tuple[str, str], ...] = ()  # (old text, new text); each old text occurs exactly once
    notebook: bool = False  # handed in as a notebook, not as a script

    @property
    def is_bug(self) -> bool:
        """Whether it is another file with one mistake."""
        return bool(self.base)


def bug(
    name: str, base: str, part: str, mistake: str, *texts: str, notebook: bool = False, missing: tuple[str, ...] = ()
) -> FlatFile:
    """Make a file with one mistake of old and new texts in turn."""
    edits = tuple(zip(texts[::2], texts[1::2], strict=True))
    return FlatFile(name, (part,), mistake, missing, base, edits, notebook)


WRITTEN = (
    FlatFile("whole_tensor_scaled"),
    FlatFile("data_and_targets", notebook=True),
    FlatFile("counts_by_batches", ("loader", "training", "prediction"), missing=PICTURE),  # costs of steps only
    FlatFile("counts_with_all_roles"),
    FlatFile("class_flattens_inside"),
    FlatFile("class_and_functional_cost", notebook=True),
    FlatFile("sequential_with_flatten"),
    FlatFile("sequential_bare", notebook=True),
    FlatFile("own_dataset"),
    FlatFile("tqdm_over_epochs"),
    FlatFile("tqdm_over_batches"),
    FlatFile("functions_on_globals"),
    FlatFile("functions_that_return", notebook=True),
    FlatFile("main_function"),
    FlatFile("main_block"),
    FlatFile("windows_root"),
    FlatFile("variable_style"),
    FlatFile("data_zero", ("training",)),  # today's PyTorch refuses it
    FlatFile("plots_with_visdom"),
    FlatFile("log_softmax_and_nll"),
    FlatFile("tests_inside_the_epochs", notebook=True),
    FlatFile("topk_and_axes"),
    FlatFile("no_picture", ("prediction",), missing=("show_prediction",)),
    FlatFile("never_tested", ("evaluation", "prediction"), missing=("evaluate", *PICTURE), notebook=True),
    FlatFile("no_epoch_cost", ("training",)),
    FlatFile(
        "only_the_loader",
        ("reshape", "model", "loss", "training", "evaluation", "accuracy", "prediction"),
        missing=(
            "flatten_images",
            "build_model",
            "build_criterion",
            "build_optimizer",
            "train_epoch",
            "train",
            "evaluate",
            *PICTURE,
        ),
    ),
    FlatFile("while_over_epochs"),
    FlatFile("korean_names"),
    FlatFile("ten_pictures"),
    FlatFile("cuda_by_hand"),
    FlatFile("everything_twice"),
    FlatFile("colab_cells", notebook=True),
    FlatFile("cells_that_try_things", notebook=True),
    FlatFile("optimizer_called_optim"),
    FlatFile("helper_for_accuracy"),
    FlatFile("another_lesson_behind"),
    FlatFile("own_log_module"),  # which was not handed in
    FlatFile(
        "lines_made_up",
        ("reshape", "model", "loss", "training", "evaluation", "accuracy", "prediction"),
        missing=(
            "flatten_images",
            "build_model",  # a layer that nobody asks about anything
            "build_criterion",
            "build_optimizer",
            "train_epoch",
            "train",
            "evaluate",
            "predict",
        ),
    ),
    FlatFile("picture_before_the_training", ("prediction",), missing=("predict",)),
    FlatFile("weights_as_pictures", ("prediction",), missing=PICTURE),
    FlatFile("weights_by_hand"),
    FlatFile("parameters_by_hand", notebook=True),
    FlatFile("korean_by_hand"),
    FlatFile("class_trainer"),
    FlatFile("object_without_a_name", ("prediction",), missing=PICTURE),
    FlatFile("cost_in_one_expression"),
    FlatFile("history_in_a_dictionary"),
    FlatFile("chained_trainer", notebook=True),
    FlatFile("digits_and_trainer"),
    FlatFile("trainer_given_its_parts", ("prediction",), missing=PICTURE, notebook=True),
)

WHOLE = "whole_tensor_scaled"
TARGETS = "data_and_targets"
COUNTS = "counts_with_all_roles"
CLASS = "class_and_functional_cost"
BARE = "sequential_bare"
OWN = "own_dataset"
BARS = "tqdm_over_batches"
GLOBALS = "functions_on_globals"
RETURN = "functions_that_return"
MAIN = "main_function"
HAND = "weights_by_hand"
PARAMETERS = "parameters_by_hand"
KOREAN = "korean_by_hand"
OBJECT = "class_trainer"
ONE = "cost_in_one_expression"
CHAIN = "chained_trainer"
DIGITS = "digits_and_trainer"

DATA = (
    bug(
        "pixels-by-256",
        OWN,
        "data",
        "pixels-scaled-otherwise",
        "return self.to_tensor(image), label",
        "return torch.tensor(list(image.getdata())).view(1, 28, 28) / 256, label",
    ),
    bug(
        "pixels-as-they-are",
        OWN,
        "data",
        "pixels-not-scaled",
        "self.to_tensor(image), label",
        "transforms.PILToTensor()(image).float(), label",
        notebook=True,
    ),
    bug(
        "normalised",
        RETURN,
        "data",
        "pixels-normalised",
        "transform = torchvision.transforms.ToTensor()",
        "T = torchvision.transforms\ntransform = T.Compose([T.ToTensor(), T.Normalize((0.1307,), (0.3081,))])",
    ),
    bug("labels-one-too-large", OWN, "data", "labels-shifted-in-the-data", "image), label", "image), (label + 1) % 10"),
    bug(
        "test-digits-twice",
        WHOLE,
        "data",
        "train-flag-ignored",
        'mnist_train = dsets.MNIST(root="MNIST_data/", train=True',
        'mnist_train = dsets.MNIST(root="MNIST_data/", train=False',
    ),
)

CRASHING = (
    bug(
        "transforms-not-imported",
        WHOLE,
        "data",
        "name-not-imported",
        "import torchvision.transforms as transforms\n",
        "",
    ),
    bug("method-misspelt", TARGETS, "training", "attribute-misspelt", "loss.backward()", "loss.backword()"),
    bug("argument-misspelt", WHOLE, "prediction", "", 'cmap="Greys"', 'camp="Greys"', notebook=True),
    bug(
        "rows-not-joined",
        WHOLE,
        "reshape",
        "",
        "X = X.view(-1, 28 * 28).to(device)  #",
        "X = X.view(-1, 28, 28).to(device)  #",
    ),
)

LOADER = (
    bug("not-shuffled", TARGETS, "loader", "never-shuffled", "BATCH, shuffle=True", "BATCH, shuffle=False"),
    bug("shuffle-left-out", BARE, "loader", "never-shuffled", "shuffle=True, ", "", notebook=True),
    bug("last-batch-kept", MAIN, "loader", "incomplete-batch-kept", ", drop_last=True", ""),
    bug("last-batch-kept-by-false", BARS, "loader", "incomplete-batch-kept", "drop_last=True", "drop_last=False"),
)

RESHAPE = (
    bug(
        "columns-first-in-one-expression",
        ONE,
        "reshape",
        "columns-first",
        "net(x.view(-1, 784))",
        "net(x.transpose(2, 3).reshape(-1, 784))",
    ),
    bug(
        "columns-first",
        WHOLE,
        "reshape",
        "columns-first",
        "X = X.view(-1, 28 * 28).to(device)  #",
        "X = X.transpose(2, 3).reshape(-1, 28 * 28).to(device)  #",
    ),
    bug(
        "pixels-mixed",
        TARGETS,
        "reshape",
        "pixels-mixed-between-images",
        "x = x.reshape(-1, 784)\n",
        "x = x.reshape(784, -1).T\n",
        notebook=True,
    ),
)

MODEL = (
    bug("no-bias", WHOLE, "model", "no-bias", "bias=True", "bias=False"),
    bug(
        "softmax-in-the-class",
        CLASS,
        "model",
        "softmax-in-the-model",
        "return self.linear(x)",
        "return F.softmax(self.linear(x), dim=1)",
    ),
    bug(
        "two-layers",
        BARE,
        "model",
        "hidden-layer",
        "Sequential(layer)",
        "Sequential(torch.nn.Linear(784, 784), torch.nn.ReLU(), layer)",
    ),
)

LOSS = (
    bug(
        "softmax-twice",
        WHOLE,
        "loss",  # the cost of the file's own statements has both
        "softmax-twice",
        "hypothesis = linear(X)",
        "hypothesis = torch.softmax(linear(X), dim=1)",
        notebook=True,
    ),
    bug(
        "costs-of-a-batch-summed",
        BARE,
        "loss",
        "loss-summed",
        "CrossEntropyLoss()",
        'CrossEntropyLoss(reduction="sum")',
    ),
    bug("smoothed", GLOBALS, "loss", "label-smoothing", "CrossEntropyLoss()", "CrossEntropyLoss(label_smoothing=0.1)"),
    bug("costs-summed-in-one-expression", ONE, "loss", "loss-summed", "), y)\n", '), y, reduction="sum")\n'),
    bug(
        "squared-error",
        WHOLE,
        "loss",
        "",
        "torch.nn.CrossEntropyLoss().to(device)",
        "torch.nn.MSELoss().to(device)",
        "criterion(hypothesis, Y)",
        "criterion(hypothesis, torch.nn.functional.one_hot(Y, 10).float())",
        notebook=True,
    ),
)

OBJECTS = (
    bug(
        "no-zero-grad-in-a-method", OBJECT, "training", "zero-grad-forgotten", "            self.opt.zero_grad()\n", ""
    ),
    bug("last-batch-kept-by-an-object", OBJECT, "loader", "incomplete-batch-kept", ", drop_last=True", ""),
    bug("adam-of-an-object", OBJECT, "training", "adam", "optim.SGD(", "optim.Adam("),
    bug(
        "raw-pixels-in-a-method",
        OBJECT,
        "evaluation",
        "raw-pixels",
        "images = self.test_data.data.view(-1, 784).float().to(self.device) / 255",
        "images = self.test_data.data.view(-1, 784).float().to(self.device)",
    ),
    bug(
        "sum-of-an-object",
        OBJECT,
        "training",
        "costs-summed",
        "return running / len(self.train_iter)",
        "return running",
        notebook=True,
    ),
    bug(
        "raw-pixels-in-a-chain",
        CHAIN,
        "evaluation",
        "raw-pixels",
        ".to(self.device) / 255\n        hits",
        ".to(self.device)\n        hits",
    ),
    bug(
        "softmax-twice-in-a-chain",
        CHAIN,
        "loss",
        "softmax-twice",
        "F.cross_entropy(self.layer(x.view(-1, 784).to(self.device)),",
        "F.cross_entropy(F.softmax(self.layer(x.view(-1, 784).to(self.device)), dim=1),",
    ),
    bug(
        "last-batch-kept-by-one-of-two", DIGITS, "loader", "incomplete-batch-kept", "drop_last=train", "drop_last=False"
    ),
    bug(
        "test-digits-of-both",
        DIGITS,
        "evaluation",
        "",
        "Trainer(train_digits, test_digits)",
        "Trainer(train_digits, train_digits)",
        missing=("evaluate",),
    ),
    bug("no-step-of-a-trainer-with-digits", DIGITS, "training", "no-step", "            self.optimizer.step()\n", ""),
    FlatFile(
        "labels-of-all-in-a-method",
        ("evaluation", "prediction"),
        "",
        PICTURE,
        "trainer_given_its_parts",
        (("hits / seen", "hits / len(self.batches)"),),
    ),
)

TRAINING = (
    bug("no-zero-grad", WHOLE, "training", "zero-grad-forgotten", "        optimizer.zero_grad()\n", ""),
    bug(
        "no-zero-grad-in-a-function", GLOBALS, "training", "zero-grad-forgotten", "        optimizer.zero_grad()\n", ""
    ),
    bug("no-zero-grad-beside-one-expression", ONE, "training", "zero-grad-forgotten", "        opt.zero_grad()\n", ""),
    bug("no-backward", COUNTS, "training", "no-backward", "        loss.backward()\n", ""),
    bug("no-step", BARS, "training", "no-step", "        optimizer.step()\n", ""),
    bug(
        "cleared-too-late",
        TARGETS,
        "training",
        "gradient-thrown-away",
        "        opt.zero_grad()\n        loss.backward()\n",
        "        loss.backward()\n        opt.zero_grad()\n",
    ),
    bug(
        "cleared-once-an-epoch",
        BARS,
        "training",
        "zero-grad-once-an-epoch",
        "    loss_sum = 0\n",
        "    loss_sum = 0\n    optimizer.zero_grad()\n",
        "        optimizer.zero_grad()\n",
        "",
    ),
    bug(
        "step-outside-the-loop",
        MAIN,
        "training",
        "",
        "            optimizer.step()\n            avg_cost += cost / total_batch\n",
        "            avg_cost += cost / total_batch\n        optimizer.step()\n",
    ),
    bug(
        "adam",
        WHOLE,
        "training",
        "adam",
        "torch.optim.SGD(linear.parameters(), lr=0.1)",
        "torch.optim.Adam(linear.parameters(), lr=0.001)",
    ),
    bug("momentum", GLOBALS, "training", "momentum", "lr=0.1)", "lr=0.1, momentum=0.9)"),
    bug("weight-decay", BARS, "training", "weight-decay", "lr=0.1)", "lr=0.1, weight_decay=0.01)", notebook=True),
    bug("sum-for-mean", CLASS, "training", "costs-summed", "cost_sum / len(loader)", "cost_sum"),
    bug(
        "mean-by-batch-size",
        COUNTS,
        "training",
        "costs-divided-by-batch-size",
        "running_loss / len(train_loader)",
        "running_loss / batch_size",
        notebook=True,
    ),
    bug(
        "last-cost",
        RETURN,
        "training",
        "cost-of-the-last-batch",
        "mean += loss.item() / len(trainloader)",
        "mean = loss.item()",
    ),
    bug(
        "sum-never-reset",
        TARGETS,
        "training",
        "",  # each epoch's cost is right the first time
        "for ep in range(1, EPOCHS + 1):\n    total = 0.0\n",
        "total = 0.0\nfor ep in range(1, EPOCHS + 1):\n",
    ),
)

EVALUATION = (
    bug(
        "incomplete-test-batch-dropped-beside-a-history",
        "history_in_a_dictionary",
        "evaluation",
        "incomplete-batch-left-out",
        "DataLoader(test_ds, batch_size=100)",
        "DataLoader(test_ds, batch_size=100, drop_last=True)",
    ),
    bug(
        "raw-pixels",
        WHOLE,
        "evaluation",
        "raw-pixels",
        "X_test = mnist_test.test_data.view(-1, 28 * 28).float().to(device) / 255",
        "X_test = mnist_test.test_data.view(-1, 28 * 28).float().to(device)",
        "X_single = mnist_test.test_data[r : r + 1].view(-1, 28 * 28).float().to(device) / 255",
        "X_single = mnist_test.test_data[r : r + 1].view(-1, 28 * 28).float().to(device)",
    ),
    bug("raw-pixels-in-main", MAIN, "evaluation", "raw-pixels", ".float().div(255)", ".float()"),
    bug(
        "raw-pixels-in-the-epochs",
        "tests_inside_the_epochs",
        "evaluation",
        "raw-pixels",
        "mnist_test.data.view(-1, 784).float() / 255",
        "mnist_test.data.view(-1, 784).float()",
        notebook=True,
    ),
    bug(
        "no-no-grad",
        TARGETS,
        "evaluation",
        "gradients-on-in-evaluation",
        """with torch.no_grad():
    pixels = test_data.data.reshape(-1, 784).float() / 255.0
    guesses = net(pixels).argmax(dim=1)
    acc = (guesses == test_data.targets).float().mean().item()
""",
        """pixels = test_data.data.reshape(-1, 784).float() / 255.0
guesses = net(pixels).argmax(dim=1)
acc = (guesses == test_data.targets).float().mean().item()
""",
    ),
    bug(
        "no-grad-without-with",
        BARE,
        "evaluation",
        "gradients-on-in-evaluation",
        "with torch.no_grad():\n    answers = model(x_all).argmax(1)",
        "torch.no_grad()\nanswers = model(x_all).argmax(1)",
    ),
    bug(
        "tested-by-training-digits",
        COUNTS,
        "evaluation",
        "",
        "DataLoader(mnist_test,",
        "DataLoader(mnist_train,",
        missing=("evaluate",),
    ),
    bug(
        "tested-on-training-tensor",
        CLASS,
        "evaluation",
        "",
        "x_test = test_set.data.view",
        "x_test = train_set.data.view",
        "y_test = test_set.targets",
        "y_test = train_set.targets",
        "len(test_set) - 1",
        "len(x_test) - 1",
        missing=("evaluate",),
    ),
    bug(
        "largest-of-the-batch",
        COUNTS,
        "evaluation",
        "",
        "_, predicted = torch.max(outputs, 1)",
        "_, predicted = torch.max(outputs, 0)",
    ),
    bug(
        "mean-of-batch-means",
        BARS,
        "evaluation",
        "mean-of-batch-means",
        "torch.sum(torch.argmax(fc(images), dim=1) == labels).item()",
        "torch.mean((torch.argmax(fc(images), dim=1) == labels).float()).item()",
        "n_right / len(mnist_test)",
        "n_right / len(test_loader)",
    ),
    bug(
        "incomplete-test-batch-dropped",
        COUNTS,
        "evaluation",
        "incomplete-batch-left-out",
        "batch_size=batch_size, shuffle=False)",
        "batch_size=batch_size, shuffle=False, drop_last=True)",
        notebook=True,
    ),
    bug(
        "dropped-images-counted-wrong",
        GLOBALS,
        "evaluation",
        "",
        "batch_size=batch_size, shuffle=False)",
        "batch_size=batch_size, shuffle=False, drop_last=True)",
    ),
    bug(
        "smallest-score",
        "tests_inside_the_epochs",
        "evaluation",
        "argmin-in-evaluation",
        "torch.argmax(prediction, 1)",
        "torch.argmin(prediction, 1)",
    ),
    bug(
        "returns-in-the-loop",
        RETURN,
        "evaluation",
        "",
        "    return right / len(testset)\n",
        "            return right / len(testset)\n",
    ),
    bug(
        "count-of-the-training-digits",
        BARS,
        "evaluation",
        "dataset-size-hard-coded",
        "n_right / len(mnist_test)",
        "n_right / 60000",
        notebook=True,
    ),
)

PREDICTION = (
    bug(
        "another-image-shown",
        WHOLE,
        "prediction",
        "",
        "plt.imshow(mnist_test.test_data[r : r + 1].view(28, 28)",
        "plt.imshow(mnist_test.test_data[0].view(28, 28)",
        missing=("show_prediction",),
    ),
    bug(
        "picture-transposed",
        "ten_pictures",
        "prediction",
        "drawing-transposed",
        "plt.imshow(image.squeeze()",
        "plt.imshow(image.squeeze().T",
    ),
    bug(
        "smallest-score-predicted",
        GLOBALS,
        "prediction",
        "argmin-in-the-prediction",
        "model(image.view(-1, 784)).max(1)[1].item()",
        "model(image.view(-1, 784)).min(1)[1].item()",
    ),
)

# Weights by hand, and no nn.Module.
BY_HAND = (
    bug(
        "by-hand-no-zero-grad",
        HAND,
        "training",
        "zero-grad-forgotten",
        "        optimizer.zero_grad()\n",
        "",
        notebook=True,
    ),
    bug("by-hand-no-step", PARAMETERS, "training", "no-step", "        opt.step()\n", ""),
    bug(
        "by-hand-share-of-the-batches",
        PARAMETERS,
        "evaluation",
        "",
        "{correct / total:.4f}",
        "{correct / len(test_loader):.4f}",
    ),
    bug("by-hand-raw-pixels", HAND, "evaluation", "raw-pixels", ".float().to(device) / 255", ".float().to(device)"),
    bug(
        "by-hand-columns-first",
        HAND,
        "reshape",
        "columns-first",
        "X.view(-1, 28 * 28)",
        "X.transpose(2, 3).reshape(-1, 784)",
    ),
    bug(
        "by-hand-softmax-twice",
        KOREAN,
        "loss",
        "softmax-twice",
        "z = torch.matmul(x, W) + b",
        "z = F.softmax(torch.matmul(x, W) + b, dim=1)",
    ),
    bug("by-hand-weights-alone", HAND, "training", "", "optim.SGD([W, b], lr=0.1)", "optim.SGD([W], lr=0.1)"),
    bug(
        "by-hand-no-bias",
        PARAMETERS,
        "model",
        "no-bias",
        "return xb @ weight + bias",
        "return xb @ weight",
        ".reshape(-1, 784) @ weight + bias)",
        ".reshape(-1, 784) @ weight)",
    ),
    bug(
        "by-hand-nine-digits",
        KOREAN,
        "model",
        "",
        "torch.randn(784, 10)",
        "torch.randn(784, 9)",
        "torch.zeros(10)",
        "torch.zeros(9)",
    ),
    bug("by-hand-no-gradient", KOREAN, "model", "", "W.requires_grad_()\nb.requires_grad_()\n", ""),
    bug(
        "by-hand-no-leaf",
        HAND,
        "model",
        "",
        "torch.zeros((784, 10), requires_grad=True, device=device)",
        "torch.randn((784, 10), requires_grad=True, device=device) * 0.01",
    ),
)

STEPS_BY_HAND = FlatFile(
    "by-hand-steps-by-hand",
    ("training", "accuracy"),
    missing=("build_optimizer", "train_epoch"),
    base=HAND,
    edits=(
        ("optimizer = optim.SGD([W, b], lr=0.1)\n", ""),
        ("        optimizer.zero_grad()\n", ""),
        (
            "        optimizer.step()\n",
            "        with torch.no_grad():\n            W -= 0.1 * W.grad\n            b -= 0.1 * b.grad\n"
            "            W.grad.zero_()\n            b.grad.zero_()\n",
        ),
    ),
)

FLAT_FILES = (
    *(*WRITTEN, *DATA, *CRASHING, *LOADER, *RESHAPE, *MODEL, *LOSS, *TRAINING, *EVALUATION, *PREDICTION),
    *OBJECTS,
    *BY_HAND,
    STEPS_BY_HAND,
)


def flat_source(file: FlatFile) -> str:
    """Make a flat file's text as a script. Raises AssertionError naming it where an edit does not apply once."""
    path = FLAT / f"{file.base or file.name}.py"
    source = path.read_text(encoding="utf-8")
    for old, new in file.edits:
        count = source.count(old)
        assert count == 1, f"{file.name}: {old!r} occurs {count} times in {path.name}; expected exactly one"
        source = source.replace(old, new)
    return source


def handed_in(file: FlatFile) -> tuple[str, str]:
    """Return the name and the text of the file as it is handed in: a script or a notebook of the same code."""
    source = flat_source(file)
    return ("lab.ipynb", notebook(*cells(source))) if file.notebook else ("lab.py", source)
