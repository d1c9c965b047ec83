"""Functions of the lab as beginners write them: what crashing submissions put in the reference's place."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from textwrap import dedent, indent

REFERENCE = Path(__file__).parents[2] / "reference" / "lab.py"

LOOP = """
avg_cost = 0
total_batch = len(data_loader)
for X, Y in data_loader:
    X = flatten_images(X.to(device))
    Y = Y.to(device)
    optimizer.zero_grad()
    hypothesis = model(X)
    cost = criterion(hypothesis, Y)
    cost.backward()
    optimizer.step()
    avg_cost += cost.item() / total_batch
return avg_cost
"""
EPOCHS = """
costs = []
for epoch in range(training_epochs):
    avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
    print("Epoch:", "%04d" % (epoch + 1), "cost =", "{:.9f}".format(avg_cost))
    costs.append(avg_cost)
print("Learning finished")
return costs
"""
TESTING = """
correct = 0
total = 0
with torch.no_grad():
    for images, labels in DataLoader(dataset, batch_size=100):
        images = flatten_images(images.to(device))
        labels = labels.to(device)
        prediction = model(images).argmax(dim=1)
        correct += (prediction == labels).sum().item()
        total += len(labels)
return correct / total
"""
READING = """
with torch.no_grad():
    image = image.unsqueeze(0).to(device)
    logits = model(flatten_images(image))
    return logits.argmax(dim=1).item()
"""
DRAWING = """
from matplotlib.figure import Figure

figure = Figure()
axes = figure.subplots()
axes.imshow(image.view(28, 28), cmap="Greys", interpolation="nearest")
axes.set_title("Label: " + str(label) + " Prediction: " + str(prediction))
return figure
"""
NET = '''
class SoftmaxClassifier(nn.Module):
    """Softmax regression."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(28 * 28, 10)

    def forward(self, x):
        return self.linear(x)
'''


@cache
def _reference() -> tuple[str, dict[str, ast.FunctionDef]]:
    text = REFERENCE.read_text(encoding="utf-8")
    return text, {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


def rewritten(function: str, body: str, before: str = "") -> tuple[str, str]:
    """Return the edit that gives a function of the reference another body, and lines before it."""
    text, functions = _reference()
    lines = text.splitlines(keepends=True)
    node = functions[function]
    first = node.body[1].lineno  # after the docstring
    old = "".join(lines[node.lineno - 1 : node.end_lineno])
    head = "".join(lines[node.lineno - 1 : first - 1])
    new = head + indent(dedent(body).strip("\n"), "    ") + "\n"
    return old, (dedent(before).strip("\n") + "\n\n\n" if before else "") + new


def slip(function: str, body: str, *texts: str) -> tuple[str, str]:
    """Return the edit that gives a function a body in which old texts, each there once, have given way to new ones."""
    for old, new in zip(texts[::2], texts[1::2], strict=True):
        assert body.count(old) == 1, f"{function}: {body.count(old)} times {old!r}"
        body = body.replace(old, new)
    return rewritten(function, body)


def loop(*texts: str) -> tuple[str, str]:
    """Return the edit by which `train_epoch` is a beginner's, with a slip."""
    return slip("train_epoch", LOOP, *texts)


def epochs(*texts: str) -> tuple[str, str]:
    """Return the edit by which `train` is a beginner's, with a slip."""
    return slip("train", EPOCHS, *texts)


def testing(*texts: str) -> tuple[str, str]:
    """Return the edit by which `evaluate` is a beginner's, with a slip."""
    return slip("evaluate", TESTING, *texts)


def reading(*texts: str) -> tuple[str, str]:
    """Return the edit by which `predict` is a beginner's, with a slip."""
    return slip("predict", READING, *texts)


def drawing(*texts: str) -> tuple[str, str]:
    """Return the edit by which `show_prediction` is a beginner's, with a slip."""
    return slip("show_prediction", DRAWING, *texts)


def net(*texts: str) -> tuple[str, str]:
    """Return the edit by which the model is a class of the beginner's, with a slip."""
    before = NET
    for old, new in zip(texts[::2], texts[1::2], strict=True):
        assert before.count(old) == 1, f"{before.count(old)} times {old!r}"
        before = before.replace(old, new)
    return rewritten("build_model", "return SoftmaxClassifier()", before)
