"""Submissions as they are handed in at midnight: unfinished, misspelled, broken, or of another lab."""

from __future__ import annotations

from dataclasses import dataclass

ALL = (
    "load_mnist",
    "make_data_loader",
    "flatten_images",
    "build_model",
    "build_criterion",
    "build_optimizer",
    "train_epoch",
    "train",
    "evaluate",
    "predict",
    "show_prediction",
)
PARTS = ("data", "loader", "reshape", "model", "loss", "training", "evaluation", "accuracy", "prediction")
UNWRITTEN = "raise NotImplementedError"


@dataclass(frozen=True, slots=True)
class HalfDone:
    """A half-finished submission and the parts it still earns.

    Without `source` it is the reference in which every function not in `keep` has `body` for its body, then edited,
    then cut off after the text `cut_after`. `full` are the parts with full marks and `partial` those that may have
    some, because only some of their functions are there; every other part has 0 points. `throughput` is in none of
    them: its points hang on a clock, and are 0 where train_epoch cannot be called.
    """

    name: str
    keep: tuple[str, ...]
    comment: str
    full: tuple[str, ...]
    partial: tuple[str, ...] = ()
    body: str = UNWRITTEN
    edits: tuple[tuple[str, str], ...] = ()
    cut_after: str = ""
    source: str | None = None


def without(*parts: str) -> tuple[str, ...]:
    """Name all parts but these."""
    return tuple(part for part in PARTS if part not in parts)


WRONG_LAB = '''\
"""Lab 2: linear regression."""
import torch

x_train = torch.FloatTensor([[1], [2], [3]])
y_train = torch.FloatTensor([[2], [4], [6]])


class LinearRegressionModel(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(1, 1)

    def forward(self, x):
        return self.linear(x)


def fit(model, epochs=20):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for epoch in range(epochs):
        cost = torch.nn.functional.mse_loss(model(x_train), y_train)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    return cost.item()


print(fit(LinearRegressionModel()))
'''

NOTEBOOK = """\
# In[1]:
%matplotlib inline
!pip install torchvision
import torch


# In[2]:
def flatten_images(images):
    return images.view(-1, 28 * 28)
"""

TABS_AND_SPACES = (
    "import torch\n\n\ndef flatten_images(images):\n        if images.dim() == 4:\n\t    images = images.flatten(1)\n"
    "        return images\n"
)

HALF_DONE: tuple[HalfDone, ...] = (
    HalfDone("nothing-written", (), "The template, handed in untouched.", ()),
    HalfDone("nothing-written-pass", (), "Every body is pass.", (), body="pass"),
    HalfDone("nothing-written-dots", (), "Every body is three dots.", (), body="..."),
    HalfDone("data-only", ("load_mnist",), "Gave up after the first function.", ("data",)),
    HalfDone(
        "first-three",
        ("load_mnist", "make_data_loader", "flatten_images"),
        "Up to the reshape.",
        ("data", "loader", "reshape"),
    ),
    HalfDone("until-the-loss", ALL[:5], "All that needs no loop.", ("data", "loader", "reshape", "model", "loss")),
    HalfDone(
        "until-the-loss-pass",
        ALL[:5],
        "The same with pass.",
        without("training", "evaluation", "accuracy", "prediction"),
        body="pass",
    ),
    HalfDone("until-the-training", ALL[:8], "No evaluation yet.", without("evaluation", "prediction")),
    HalfDone("all-but-the-prediction", ALL[:9], "No time for the picture.", without("prediction")),
    HalfDone("all-but-the-reshape", (*ALL[:2], *ALL[3:]), "One hole in the middle.", without("reshape")),
    HalfDone("all-but-the-reshape-dots", (*ALL[:2], *ALL[3:]), "The same with dots.", without("reshape"), body="..."),
    HalfDone("all-but-the-model", (*ALL[:3], *ALL[4:]), "No model.", without("model")),
    HalfDone("all-but-the-loss", (*ALL[:4], *ALL[5:]), "No cost function.", without("loss"), body="pass"),
    HalfDone("all-but-the-data", ALL[1:], "MNIST did not download.", without("data")),
    HalfDone("all-but-the-loader", (ALL[0], *ALL[2:]), "No loader.", without("loader")),
    HalfDone("all-but-the-training", (*ALL[:5], *ALL[8:]), "No training.", without("training", "accuracy")),
    HalfDone("evaluation-only", ("evaluate",), "Took the lab from its end.", ("evaluation",)),
    HalfDone("training-only", ALL[5:8], "The loop and nothing else.", ("training", "accuracy")),
    HalfDone("model-and-loss-only", ("build_model", "build_criterion"), "The two one-liners.", ("model", "loss")),
    HalfDone("prediction-only", ALL[9:], "Only the picture.", ("prediction",)),
    HalfDone("optimizer-only", ("build_optimizer",), "A third of the training.", (), partial=("training",)),
    HalfDone(
        "epoch-without-train",
        ALL[:7],
        "train is missing.",
        ("data", "loader", "reshape", "model", "loss"),
        partial=("training",),
    ),
    HalfDone("show-without-predict", ALL[10:], "Half of the prediction.", (), partial=("prediction",)),
    HalfDone(
        "name-misspelled",
        ALL,
        "Calls flatten_images, defines flaten_images.",
        without("reshape"),
        edits=(("def flatten_images(", "def flaten_images("),),
    ),
    HalfDone(
        "name-in-camel-case",
        ALL,
        "Defines and calls buildModel.",
        without("model"),
        edits=(("def build_model(", "def buildModel("), ("model = build_model()", "model = buildModel()")),
    ),
    HalfDone(
        "function-missing",
        ALL,
        "Deleted what was not finished.",
        without("loss"),
        edits=(("def build_criterion(", "def _unused("),),
    ),
    HalfDone(
        "syntax-error",
        ALL,
        "A colon is missing in the middle.",
        (),
        edits=(("    for images, labels in data_loader:\n", "    for images, labels in data_loader\n"),),
    ),
    HalfDone(
        "bracket-not-closed",
        ALL,
        "A bracket is missing in the middle.",
        (),
        edits=(("nn.Linear(28 * 28, 10)", "nn.Linear(28 * 28, 10"),),
    ),
    HalfDone(
        "indentation-error",
        ALL,
        "One line stands too far left.",
        (),
        edits=(("        optimizer.zero_grad()\n", "     optimizer.zero_grad()\n"),),
    ),
    HalfDone(
        "cut-off-in-the-last-function",
        ALL,
        "The editor crashed before it had saved the rest.",
        (),
        cut_after="    figure = Figure(figsize=(4,",
    ),
    HalfDone(
        "unknown-module",
        ALL,
        "Imports what is not installed here.",
        (),
        edits=(
            ("from torchvision import datasets\n", "from torchvision import datasets\nimport mnist_tools_of_mine\n"),
        ),
    ),
    HalfDone(
        "name-error-at-the-end",
        ALL,
        "The last line of the module uses a name that is nowhere.",
        (),
        edits=(('if __name__ == "__main__":\n', 'print(accuracy_of_my_model)\n\nif __name__ == "__main__":\n'),),
    ),
    HalfDone(
        "print-loop-at-the-top",
        ALL,
        "Prints three thousand lines when it is imported.",
        PARTS,
        edits=(
            (
                "class Digits(Dataset):\n",
                'for line in range(3000):\n    print("line", line)\n\n\nclass Digits(Dataset):\n',
            ),
        ),
    ),
    HalfDone(
        "trains-when-imported",
        ALL,
        "Leaves a trial run at module level.",
        PARTS,
        edits=(
            (
                'if __name__ == "__main__":\n',
                "trial = Digits(torch.rand(200, 1, 28, 28), torch.randint(10, (200,)))\n"
                "trial_model = build_model()\n"
                "train(\n"
                "    trial_model,\n"
                "    make_data_loader(trial),\n"
                "    build_criterion(),\n"
                "    build_optimizer(trial_model),\n"
                '    torch.device("cpu"),\n'
                "    3,\n"
                ")\n\n"
                'if __name__ == "__main__":\n',
            ),
        ),
    ),
    HalfDone(
        "loads-mnist-when-imported",
        ALL,
        "Opens MNIST at module level, from a folder that only its author has.",
        (),
        edits=(
            (
                'if __name__ == "__main__":\n',
                'train_set = load_mnist("no_such_folder/MNIST_data", train=True)\n\nif __name__ == "__main__":\n',
            ),
        ),
    ),
    HalfDone("notebook-magics", (), "A notebook saved as .py.", (), source=NOTEBOOK),
    HalfDone("tabs-and-spaces", (), "Tabs and spaces in one block.", (), source=TABS_AND_SPACES),
    HalfDone("empty-file", (), "Nothing at all.", (), source=""),
    HalfDone("comments-only", (), "A plan.", (), source="# TODO: everything\n# ask about the deadline\n"),
    HalfDone("another-lab", (), "The lab of five weeks ago.", (), source=WRONG_LAB),
)
