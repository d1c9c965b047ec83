"""Submissions that crash in PyTorch, matplotlib or torchvision: small named edits of the reference.

Each is what a beginner really writes. Neighbours, at the end, crash in a similar way for another reason, and no
misconception may be claimed for them.
"""

from __future__ import annotations

from .beginners import net
from .bugs import (
    ACCURACY,
    BACKWARD,
    BATCHES,
    CORRECT,
    COST,
    CRITERION,
    FILES,
    FLATTEN,
    ITEM_IMAGE,
    ITEM_LABEL,
    KEEP_COST,
    LABELS_MOVED,
    LINEAR,
    LOGITS,
    MEAN_COST,
    NEAREST,
    ONE_IMAGE,
    PIXELS,
    PREDICT,
    SERVE,
    SGD,
    SHOWN,
    STEP,
    TRAINING_IMAGES,
)
from .crashing import Crashing, crashing

COST_LINE = f"{COST}  # logits [B, 10], labels [B] -> []"
UNREDUCED = 'cost = nn.functional.cross_entropy(model(images), labels, reduction="none")'
LOAD = f"""\
    mnist = {FILES}
    images = {PIXELS}  # uint8 [N, 28, 28] -> float32 [N, 1, 28, 28]
    return Digits(images, mnist.targets)
"""
TRANSFORMS = "    from torchvision import transforms\n\n"
EPOCH = """\
    for images, labels in data_loader:
        images = flatten_images(images.to(device))  # [B, 1, 28, 28] -> [B, 784]
        labels = labels.to(device)  # [B]

        optimizer.zero_grad()
        cost = criterion(model(images), labels)  # logits [B, 10], labels [B] -> []
        cost.backward()
        optimizer.step()

        costs.append(cost.detach())  # its value without its graph; .item() here would make a GPU wait for every batch
    return torch.stack(costs).mean().item()
"""
EVALUATE = """\
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=1000):  # the incomplete last batch counts too
            logits = model(flatten_images(images.to(device)))  # [B, 10]
            correct += (logits.argmax(dim=1) == labels.to(device)).sum().item()
    model.train(was_training)
    return correct / len(dataset)
"""
BUILD_MODEL = f"    return {LINEAR}\n"
BUILD_CRITERION = f"    return {CRITERION}\n"
PREDICTION = f"""\
    with torch.no_grad():
        images = {ONE_IMAGE}  # [1, 28, 28] -> [1, 1, 28, 28]
        return {PREDICT}
"""
SUM_CORRECT = "(logits.argmax(dim=1) == labels.to(device)).sum().item()"


def own_layer(weight: str, forward: str) -> str:
    """Return build_model's body with a layer written by hand."""
    return f"""\
    class Softmax(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter({weight})
            self.bias = nn.Parameter(torch.zeros(10))

        def forward(self, x):
            return {forward}

    return Softmax()
"""


def own_cost(*lines: str) -> str:
    """Return build_criterion's body with a cost written by hand."""
    body = "".join(f"        {line}\n" for line in lines)
    return f"    def cost(logits, labels):\n{body}\n    return cost\n"


def own_evaluation(*lines: str) -> str:
    """Return evaluate's body that gathers predictions and labels, with a last part of its own."""
    return """\
    predictions, answers = [], []
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=1000):
            predictions.append(model(flatten_images(images.to(device))).argmax(dim=1))
            answers.append(labels.to(device))
    model.train(was_training)
""" + "".join(f"    {line}\n" for line in lines)


def transformed(transform: str) -> str:
    """Return load_mnist's body with torchvision's data set and a transform."""
    return f"{TRANSFORMS}    return datasets.MNIST(root, train=train, transform={transform}, download=download)\n"


def pictures(*lines: str) -> str:
    """Return load_mnist's body with a data set that changes torchvision's pictures on its own."""
    body = "".join(f"            {line}\n" for line in lines)
    return f"""\
    class Pictures(Dataset):
        def __init__(self):
            self.mnist = {FILES}

        def __len__(self):
            return len(self.mnist)

        def __getitem__(self, index):
            image, label = self.mnist[index]
{body}
    return Pictures()
"""


SHAPES = (
    crashing(
        *("images-not-flattened-for-training", "training", "images-not-flattened"),
        *(TRAINING_IMAGES, "images = images.to(device)"),
        line=COST_LINE,
    ),
    crashing(
        *("rows-of-pixels-taken-for-images", "training", "images-not-flattened"),
        *(TRAINING_IMAGES, "images = images.to(device).view(-1, 28)"),
    ),
    crashing(
        *("images-not-flattened-for-evaluation", "evaluation", "images-not-flattened"),
        *(LOGITS, "logits = model(images.to(device))"),
        line="logits = model(images.to(device))  # [B, 10]",
    ),
    crashing(
        *("image-not-flattened-for-prediction", "prediction", "images-not-flattened"),
        *(PREDICT, "int(model(images).argmax())"),
    ),
    crashing(
        *("whole-batch-in-one-row", "training", "batch-given-as-one-image"),
        *(TRAINING_IMAGES, "images = images.to(device).view(1, -1)"),
        line=COST_LINE,
    ),
    crashing(
        *("whole-batch-flattened", "training", "batch-given-as-one-image"),
        *(TRAINING_IMAGES, "images = images.to(device).flatten()"),
    ),
    crashing(
        *("batch-flattened-for-evaluation", "evaluation", "batch-given-as-one-image"),
        *(LOGITS, "logits = model(torch.flatten(images.to(device)))"),
    ),
    crashing(
        *("pixels-and-images-swapped", "training", "pixels-given-as-images"),
        *(TRAINING_IMAGES, "images = images.to(device).view(28 * 28, -1)"),
    ),
    crashing(
        *("images-transposed", "training", "pixels-given-as-images"),
        *(COST, "cost = criterion(model(images.t()), labels)"),
    ),
    crashing(
        *("weights-transposed", "model", "weights-the-other-way-round"),
        *(BUILD_MODEL, own_layer("torch.zeros(10, 784)", "x @ self.weight + self.bias")),
        line="return x @ self.weight + self.bias",
    ),
    crashing(
        *("weights-times-images", "model", "weights-before-the-images"),
        *(BUILD_MODEL, own_layer("torch.zeros(784, 10)", "torch.matmul(self.weight, x) + self.bias")),
    ),
    crashing(
        *("layer-the-other-way-round", "model", "wrong-number-of-inputs"),
        *net("nn.Linear(28 * 28, 10)", "nn.Linear(10, 28 * 28)"),
        line="return self.linear(x)",
    ),
    crashing("layer-of-28", "model", "wrong-number-of-inputs", LINEAR, "nn.Linear(28, 10)"),
    crashing("layer-sizes-swapped", "model", "wrong-number-of-inputs", LINEAR, "nn.Linear(10, 28 * 28)"),
    crashing(
        *("layers-that-do-not-meet", "model", "layers-do-not-meet"),
        *(LINEAR, "nn.Sequential(nn.Linear(784, 128), nn.Linear(100, 10))"),
    ),
    crashing(
        *("model-called-twice", "evaluation", "scores-given-to-the-layer"),
        *("(logits.argmax(dim=1) ==", "(model(logits).argmax(dim=1) =="),
    ),
    crashing(
        *("pixels-miscounted", "reshape", "reshape-to-a-size-that-does-not-fit"),
        *(FLATTEN, "images.view(-1, 28 * 38)"),
        line="return images.view(-1, 28 * 38)  # [B, 1, 28, 28] -> [B, 784]",
    ),
    crashing(
        *("three-channels-expected", "prediction", "reshape-to-a-size-that-does-not-fit"),
        *(SHOWN, "image.reshape(28, 28, 3)"),
    ),
    crashing(
        *("batch-size-in-the-evaluation", "evaluation", "batch-size-hard-coded-in-the-reshape"),
        *(LOGITS, "logits = model(images.to(device).view(1000, 784))"),
    ),
    crashing(
        *("one-row-in-the-evaluation", "evaluation", "one-row-for-all-images"),
        *(LOGITS, "logits = model(images.to(device).view(1, 784))"),
    ),
    crashing(
        *("view-of-a-transposed-image", "reshape", "view-of-scattered-numbers"),
        *(FLATTEN, "images.transpose(2, 3).view(len(images), -1)"),
    ),
    crashing(
        *("view-of-a-permuted-batch", "evaluation", "view-of-scattered-numbers"),
        *(LOGITS, "logits = model(images.to(device).permute(0, 3, 2, 1).view(-1, 784))"),
    ),
    crashing(
        *("argmax-of-a-single-row", "prediction", "axis-out-of-range"),
        *(PREDICT, "int(model(images.flatten()).argmax(dim=1))"),
    ),
    crashing(
        *("softmax-of-a-single-row", "prediction", "axis-out-of-range"),
        *(PREDICT, "int(torch.softmax(model(flatten_images(images))[0], dim=1).argmax())"),
    ),
    crashing(
        *("sum-over-an-axis-that-is-gone", "evaluation", "axis-out-of-range"),
        *(CORRECT, CORRECT.replace(".sum()", ".sum(1)")),
    ),
    crashing(
        *("channels-moved-to-the-end-of-a-row", "prediction", "axis-out-of-range"),
        *(SHOWN, "image.squeeze().transpose(0, 2)"),
    ),
    crashing("picture-of-one-channel", "prediction", "picture-with-more-than-two-axes", SHOWN, "image"),
    crashing("picture-of-a-row", "prediction", "picture-of-a-row", SHOWN, "image.flatten()"),
    crashing(
        *("scores-compared-with-labels", "evaluation", "all-scores-compared-with-labels"),
        *(CORRECT, "correct += (logits == labels.to(device)).sum().item()"),
    ),
    crashing(
        *("best-image-of-each-digit", "evaluation", "argmax-over-the-batch"),
        *(CORRECT, CORRECT.replace("dim=1", "dim=0")),
    ),
    crashing(
        *("bias-for-every-pixel", "model", "sizes-do-not-meet"),
        *(BUILD_MODEL, own_layer("torch.zeros(784, 10)", "(x + self.bias) @ self.weight")),
    ),
    crashing(
        *("predictions-stacked", "evaluation", "stack-of-differing-sizes"),
        EVALUATE,
        own_evaluation(
            "predictions, answers = torch.stack(predictions), torch.stack(answers)",
            "return (predictions == answers).sum().item() / len(dataset)",
        ),
    ),
    crashing(
        *("predictions-joined-to-answers", "evaluation", "cat-of-differing-sizes"),
        CORRECT,
        CORRECT.replace("logits.argmax(dim=1)", "torch.cat([logits, labels.unsqueeze(1)]).argmax(dim=1)"),
    ),
    crashing(
        *("costs-concatenated", "training", "cat-of-single-numbers"),
        *(MEAN_COST, "return torch.cat(costs).mean().item()"),
    ),
    crashing(
        *("numbers-stacked", "training", "stack-of-numbers"),
        *(KEEP_COST, "costs.append(cost.item())"),
        line=MEAN_COST,
    ),
    crashing(
        *("mean-of-a-list", "training", "list-for-a-tensor"),
        *(MEAN_COST, "return torch.mean(costs).item()"),
    ),
    crashing(
        *("tensors-without-a-list", "evaluation", "tensors-not-in-a-list"),
        EVALUATE,
        own_evaluation("return torch.stack(predictions[0], answers[0]).float().mean().item()"),
    ),
    crashing(
        *("batch-into-the-model", "training", "list-for-a-tensor"),
        *(BATCHES, "    for batch in data_loader:\n        images, labels = batch\n"),
        *(COST, "cost = criterion(model(batch), labels)"),
    ),
    crashing(
        *("mean-of-a-plain-number", "evaluation", "number-for-a-tensor"),
        *(ACCURACY, "return torch.mean(correct / len(dataset)).item()"),
    ),
    crashing(
        *("array-reshaped-to-colours", "prediction", "reshape-to-a-size-that-does-not-fit"),
        *("image.reshape(28, 28).cpu().numpy()", "image.cpu().numpy().reshape(28, 28, 3)"),
    ),
    crashing(
        *("tensor-of-tensors", "evaluation", "tensor-of-tensors"),
        EVALUATE,
        own_evaluation(
            "predictions, answers = torch.tensor(predictions), torch.tensor(answers)",
            "return (predictions == answers).sum().item() / len(dataset)",
        ),
    ),
    crashing(
        *("array-into-the-model", "prediction", "array-for-a-tensor"),
        *(PREDICT, "int(model(flatten_images(images).numpy()).argmax())"),
    ),
    crashing(
        *("images-counted-from-one", "evaluation", "index-past-the-end"),
        EVALUATE,
        """\
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=1000):
            predictions = model(flatten_images(images.to(device))).argmax(dim=1)
            for i in range(1, len(labels) + 1):
                correct += int(predictions[i] == labels[i])
    model.train(was_training)
    return correct / len(dataset)
""",
    ),
    crashing(
        *("labels-taken-for-columns", "evaluation", "too-many-indices"),
        *(CORRECT, CORRECT.replace("labels.to(device)", "labels[:, 0].to(device)")),
    ),
    crashing(
        *("gather-of-a-row-of-labels", "loss", "gather-wants-a-column"),
        BUILD_CRITERION,
        own_cost("return -torch.log_softmax(logits, dim=1).gather(1, labels).mean()"),
    ),
    crashing(
        *("floats-as-indices", "loss", "index-of-another-type"),
        BUILD_CRITERION,
        own_cost(
            "scores = torch.log_softmax(logits, dim=1)",
            "rows = torch.linspace(0, len(labels) - 1, len(labels))",
            "return -scores[rows, labels].mean()",
        ),
    ),
)

LABELS = (
    crashing("labels-from-one", "training", "label-out-of-range", COST, COST.replace("labels)", "labels + 1)")),
    crashing(
        *("labels-from-one-in-the-cost", "loss", "labels-shifted"),
        BUILD_CRITERION,
        own_cost("return nn.functional.cross_entropy(logits, labels + 1)"),
    ),
    crashing(
        *("one-hot-of-nine", "loss", "one-hot-too-small"),
        BUILD_CRITERION,
        own_cost(
            "targets = nn.functional.one_hot(labels, 9).float()",
            "return -(targets * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()",
        ),
    ),
    crashing(
        *("labels-in-a-column", "training", "labels-in-a-column"),
        *(LABELS_MOVED, "        labels = labels.to(device).view(-1, 1)\n"),
        line=COST_LINE,
    ),
    crashing(
        *("labels-unsqueezed-in-the-cost", "loss", "labels-in-a-column"),
        BUILD_CRITERION,
        own_cost("return nn.functional.cross_entropy(logits, labels.unsqueeze(1))"),
    ),
    crashing(
        *("one-hot-labels", "training", "one-hot-of-whole-numbers"),
        *(LABELS_MOVED, "        labels = nn.functional.one_hot(labels, 10).to(device)\n"),
    ),
    crashing(
        *("labels-made-floats", "training", "labels-as-fractions"),
        *(LABELS_MOVED, "        labels = labels.float().to(device)\n"),
    ),
    crashing(
        *("labels-made-floats-in-the-cost", "loss", "labels-as-fractions"),
        BUILD_CRITERION,
        own_cost("return nn.CrossEntropyLoss()(logits, labels.float())"),
    ),
    crashing(
        *("labels-of-32-bits", "training", "labels-of-a-short-type"),
        *(LABELS_MOVED, "        labels = labels.to(device, torch.int32)\n"),
    ),
    crashing(
        *("one-hot-of-fractions", "loss", "one-hot-of-another-type"),
        BUILD_CRITERION,
        own_cost(
            "targets = nn.functional.one_hot(labels.float(), 10)",
            "return -(targets * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()",
        ),
    ),
    crashing(
        *("cost-of-labels-and-scores", "training", "cost-arguments-swapped"),
        *(COST, "cost = criterion(labels, model(images))"),
    ),
    crashing(
        *("cost-of-labels-and-logits", "loss", "criterion-arguments-swapped"),
        BUILD_CRITERION,
        own_cost("return nn.functional.cross_entropy(labels, logits)"),
    ),
    crashing(
        *("cost-class-called", "training", "cost-class-called"),
        *(COST, "cost = nn.CrossEntropyLoss(model(images), labels)"),
    ),
    crashing(
        *("one-label-for-the-batch", "training", "other-number-of-labels"),
        *(COST, "cost = criterion(model(images), labels[:1])"),
    ),
    crashing(
        *("yes-or-no-cost", "training", "cost-wants-labels-like-scores"),
        *(COST, "cost = nn.functional.binary_cross_entropy_with_logits(model(images), labels.float())"),
    ),
    crashing(
        *("cost-of-predictions", "training", "argmax-before-the-cost"),
        *(COST, "cost = criterion(model(images).argmax(dim=1), labels)"),
    ),
)

MORE_LABELS = (
    crashing(
        *("images-with-a-channel-axis", "training", "scores-with-another-axis"),
        *(TRAINING_IMAGES, "images = images.to(device).flatten(start_dim=2)"),
        line=COST_LINE,
    ),
    crashing(
        *("scores-of-the-first-image", "training", "one-row-for-all-labels"),
        *(COST, "cost = criterion(model(images)[0], labels)"),
    ),
    crashing(
        *("score-of-the-zero-left-out", "training", "too-few-scores"),
        *(COST, "cost = criterion(model(images)[:, 1:], labels)"),
    ),
    crashing(
        *("model-in-place-of-scores", "training", "model-for-a-tensor"),
        *(COST, "cost = nn.functional.cross_entropy(model, labels)"),
    ),
)

TYPES = (
    crashing(
        *("images-of-whole-numbers", "training", "types-do-not-meet"),
        *(TRAINING_IMAGES, "images = flatten_images(images.to(device)).long()"),
        line=COST_LINE,
    ),
    crashing(
        *("images-of-64-bits", "training", "types-do-not-meet"),
        *(TRAINING_IMAGES, "images = flatten_images(images.to(device).double())"),
    ),
    crashing(
        *("images-as-bytes-in-the-evaluation", "evaluation", "types-do-not-meet"),
        *(LOGITS, "logits = model(flatten_images((images * 255).byte().to(device)))"),
    ),
    crashing(
        *("bytes-divided-in-place", "data", "divided-in-place"),
        "    images = mnist.data.unsqueeze(1) / 255  #",
        "    images = mnist.data.unsqueeze(1)\n    images /= 255  #",
    ),
    crashing(
        *("mean-of-true-and-false", "evaluation", "mean-of-true-and-false"),
        EVALUATE,
        own_evaluation(
            "right = torch.cat(predictions) == torch.cat(answers)",
            "return right.mean().item()",
        ),
        line="return right.mean().item()",
    ),
    crashing(
        *("torch-mean-of-true-and-false", "evaluation", "mean-of-true-and-false"),
        EVALUATE,
        own_evaluation("return torch.mean(torch.cat(predictions) == torch.cat(answers)).item()"),
    ),
    crashing(
        *("mean-of-ones-and-zeros", "evaluation", "mean-of-whole-numbers"),
        EVALUATE,
        own_evaluation(
            "right = (torch.cat(predictions) == torch.cat(answers)).long()",
            "return right.mean().item()",
        ),
    ),
    crashing(
        *("softmax-of-whole-numbers", "prediction", "not-for-whole-numbers"),
        *(PREDICT, "int(torch.softmax(model(flatten_images(images)).long(), dim=1).argmax())"),
    ),
    crashing(
        *("array-with-a-graph", "prediction", "array-of-a-recorded-tensor"),
        PREDICTION,
        """\
    images = image.unsqueeze(0).to(device)
    return int(model(flatten_images(images)).numpy().argmax())
""",
    ),
    crashing(
        *("costs-as-arrays", "training", "array-of-a-recorded-tensor"),
        *(KEEP_COST, "costs.append(cost.numpy())"),
    ),
    crashing(
        *("item-of-ten-scores", "prediction", "item-of-several"),
        *(PREDICT, "model(flatten_images(images)).item()"),
    ),
    crashing(
        *("item-of-a-batch", "evaluation", "item-of-several"),
        *(CORRECT, CORRECT.replace(".sum()", "")),
    ),
    crashing(
        *("int-of-a-batch", "evaluation", "number-from-several"),
        *(CORRECT, "correct += int(logits.argmax(dim=1) == labels.to(device))"),
    ),
    crashing(
        *("float-of-all-costs", "training", "number-from-several"),
        MEAN_COST,
        "return float(torch.stack(costs))",
    ),
    crashing(
        *("if-of-a-batch", "evaluation", "truth-of-several"),
        CORRECT,
        "if logits.argmax(dim=1) == labels.to(device):\n                correct += 1",
    ),
    crashing(
        *("old-way-to-a-number", "training", "index-into-a-single-number"),
        *(KEEP_COST, "costs.append(cost.data[0])"),
    ),
    crashing(
        *("length-of-a-number", "evaluation", "single-number-taken-for-many"),
        *(CORRECT, "correct += len((logits.argmax(dim=1) == labels.to(device)).sum())"),
    ),
    crashing(
        *("sum-of-a-number", "training", "single-number-taken-for-many"),
        *(KEEP_COST, "costs.append(sum(cost.detach()))"),
    ),
    crashing(
        *("scores-printed-as-a-number", "prediction", "format-of-no-number"),
        PREDICTION,
        """\
    with torch.no_grad():
        scores = model(flatten_images(image.unsqueeze(0).to(device)))
        print(f"scores: {scores:.3f}")
        return int(scores.argmax())
""",
    ),
    crashing(
        *("two-things-made-a-number", "prediction", "max-gives-two-things"),
        *(PREDICT, "int(torch.max(model(flatten_images(images)), 1))"),
    ),
    crashing(
        *("item-of-two-things", "prediction", "max-gives-two-things"),
        *(PREDICT, "model(flatten_images(images)).max(dim=1).item()"),
    ),
    crashing(
        *("two-things-compared", "evaluation", "max-gives-two-things"),
        CORRECT,
        """\
predicted = torch.max(logits, 1)
            correct += (predicted == labels.to(device)).sum().item()""",
    ),
)

GRAPHS = (
    crashing(
        *("backward-from-every-image", "training", "backward-from-many-costs"),
        *(COST, UNREDUCED),
        line="cost.backward()",
    ),
    crashing(
        *("training-without-gradients", "training", "backward-where-nothing-is-recorded"),
        EPOCH,
        """\
    with torch.no_grad():
        for images, labels in data_loader:
            images = flatten_images(images.to(device))
            labels = labels.to(device)
            optimizer.zero_grad()
            cost = criterion(model(images), labels)
            cost.backward()
            optimizer.step()
            costs.append(cost)
    return torch.stack(costs).mean().item()
""",
        line="with torch.no_grad():",
    ),
    crashing(
        *("cost-detached", "training", "graph-cut"),
        *(COST, "cost = criterion(model(images), labels).detach()"),
    ),
    crashing(
        *("logits-data", "training", "graph-cut"),
        *(COST, "cost = criterion(model(images).data, labels)"),
    ),
    crashing(
        *("cost-made-anew", "training", "graph-cut"),
        *(COST, "cost = torch.tensor(criterion(model(images), labels).item())"),
    ),
    crashing(
        *("backward-of-a-number", "training", "tensor-method-of-a-number"),
        *(COST, "cost = criterion(model(images), labels).item()"),
    ),
    crashing(
        *("cost-of-the-predicted-digits", "training", "argmax-before-the-cost"),
        *(COST, "cost = nn.functional.mse_loss(model(images).argmax(dim=1).float(), labels.float())"),
    ),
    crashing(
        *("backward-called-twice", "training", "backward-called-twice"),
        *(BACKWARD, BACKWARD * 2),
    ),
    crashing(
        *("backward-of-the-sum-so-far", "training", "backward-of-a-growing-sum"),
        EPOCH,
        """\
    total = 0
    for images, labels in data_loader:
        images = flatten_images(images.to(device))
        labels = labels.to(device)
        optimizer.zero_grad()
        total += criterion(model(images), labels)
        total.backward()
        optimizer.step()
    return total.item() / len(data_loader)
""",
    ),
    crashing(
        *("penalty-before-the-loop", "training", "graph-used-twice"),
        *(
            "    costs = []\n    for images",
            "    penalty = sum((p**2).sum() for p in model.parameters())\n    costs = []\n    for images",
        ),
        *(COST, "cost = criterion(model(images), labels) + 0.0001 * penalty"),
    ),
    crashing(
        *("model-left-out", "training", "backward-without-a-graph"),
        *(COST, "cost = criterion(images[:, :10], labels)"),
    ),
    crashing(
        *("probabilities-overwritten", "training", "overwritten-for-the-gradient"),
        COST,
        """\
scores = model(images).exp()
        scores /= scores.sum(dim=1, keepdim=True)
        cost = -scores.log()[torch.arange(len(labels)), labels].mean()""",
    ),
    crashing(
        *("own-step-recorded", "training", "weights-changed-while-recorded"),
        STEP,
        "        for parameter in model.parameters():\n            parameter -= 0.1 * parameter.grad\n",
    ),
    crashing(
        *("weights-zeroed", "model", "weights-changed-while-recorded"),
        BUILD_MODEL,
        f"    layer = {LINEAR}\n    layer.weight.zero_()\n    return layer\n",
    ),
    crashing(
        *("step-of-the-cost", "training", "method-of-another-object"),
        *(STEP, "        cost.step()\n"),
        line="cost.step()",
    ),
    crashing(
        *("zero-grad-of-the-cost", "training", "method-of-another-object"),
        *(
            "        optimizer.zero_grad()\n        cost =",
            "        cost =",
            BACKWARD,
            f"        cost.zero_grad()\n{BACKWARD}",
        ),
    ),
    crashing(
        *("backward-of-the-optimizer", "training", "method-of-another-object"),
        *(BACKWARD, "        optimizer.backward()\n"),
    ),
    crashing(
        *("backward-of-the-cost-function", "training", "cost-function-for-the-cost"),
        *(COST, "criterion = nn.CrossEntropyLoss()\n        cost = criterion(model(images), labels)"),
        *(BACKWARD, "        criterion.backward()\n"),
        line="criterion.backward()",
    ),
    crashing(
        *("step-of-the-model", "training", "method-of-another-object"),
        *(STEP, "        model.step()\n"),
    ),
)

OPTIMIZERS = (
    crashing(
        *("parameters-counted-first", "training", "parameters-used-up"),
        f"    return {SGD}\n",
        """\
    parameters = model.parameters()
    print("parameters:", sum(p.numel() for p in parameters))
    return torch.optim.SGD(parameters, lr=learning_rate)
""",
    ),
    crashing(
        *("no-parameters", "training", "optimizer-without-parameters"),
        *(SGD, "torch.optim.SGD([p for p in model.parameters() if not p.requires_grad], lr=learning_rate)"),
    ),
    crashing("model-as-parameters", "training", "no-parameters-given", SGD, SGD.replace(".parameters()", "")),
    crashing("method-as-parameters", "training", "no-parameters-given", SGD, SGD.replace("()", "", 1)),
    crashing("model-in-a-list", "training", "no-parameters-given", SGD, SGD.replace("model.parameters()", "[model]")),
    crashing(
        "names-as-parameters", "training", "no-parameters-given", SGD, SGD.replace("parameters()", "state_dict()")
    ),
    crashing(
        *("rate-below-zero", "training", "learning-rate-below-zero"),
        *(SGD, SGD.replace("lr=learning_rate", "lr=-learning_rate")),
    ),
    crashing(
        *("rate-as-text", "training", "learning-rate-as-text"),
        *(SGD, SGD.replace("lr=learning_rate", 'lr="0.1"')),
    ),
    crashing(
        *("rate-before-the-parameters", "training", "optimizer-arguments-swapped"),
        *(SGD, "torch.optim.SGD(learning_rate, model.parameters())"),
    ),
    crashing(
        *("cost-given-to-step", "training", "cost-given-to-step"),
        *(STEP, "        optimizer.step(cost)\n"),
    ),
)

LAYERS = (
    crashing("layer-size-a-fraction", "model", "layer-size-not-whole", LINEAR, "nn.Linear(28 * 56 / 2, 10)"),
    crashing("layer-size-a-pair", "model", "layer-size-not-whole", LINEAR, "nn.Linear((28, 28), 10)"),
    crashing("layer-size-a-text", "model", "layer-size-not-whole", LINEAR, 'nn.Linear("784", 10)'),
    crashing(
        *("flatten-made-of-images", "training", "layer-made-but-not-applied"),
        *(TRAINING_IMAGES, "images = nn.Flatten(images.to(device))"),
        line=COST_LINE,
    ),
    crashing(
        *("softmax-made-of-scores", "prediction", "layer-made-but-not-applied"),
        *(PREDICT, "int(torch.argmax(nn.Softmax(model(flatten_images(images)))))"),
    ),
    crashing(
        *("flatten-without-images", "reshape", "layer-made-but-not-applied"),
        *(f"return {FLATTEN}", "return torch.reshape(nn.Flatten(images), (-1, 784))"),
    ),
    crashing("list-of-layers", "model", "layers-in-a-list", LINEAR, f"nn.Sequential([{LINEAR}])"),
    crashing("flatten-not-built", "model", "layer-not-built", LINEAR, f"nn.Sequential(nn.Flatten, {LINEAR})"),
    crashing(
        *("state-of-another-shape", "evaluation", "state-of-another-model"),
        *(
            "    correct = 0\n",
            "    copy = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"
            "    copy.load_state_dict(model.state_dict())\n    correct = 0\n",
        ),
    ),
    crashing(
        *("model-as-state", "evaluation", "state-is-no-dictionary"),
        *("    correct = 0\n", "    copy = nn.Linear(784, 10)\n    copy.load_state_dict(model)\n    correct = 0\n"),
    ),
    crashing(
        *("no-grad-around-a-value", "prediction", "no-grad-is-no-function"),
        *(
            PREDICTION,
            f"    images = {ONE_IMAGE}\n    return int(torch.no_grad(model(flatten_images(images))).argmax())\n",
        ),
    ),
    crashing(
        *("device-called-gpu", "prediction", "device-name-unknown"),
        *(ONE_IMAGE, 'image.unsqueeze(0).to("gpu")'),
    ),
    crashing(
        *("device-made-of-gpu", "training", "device-name-unknown"),
        *("    costs = []\n    for images", '    costs = []\n    device = torch.device("GPU")\n    for images'),
    ),
)

DATA = (
    crashing(
        *("batch-size-as-text", "loader", "batch-size-not-whole"),
        *(SERVE, "    return DataLoader(dataset, batch_size=str(batch_size), shuffle=True, drop_last=True)\n"),
    ),
    crashing(
        *("batch-size-a-fraction", "loader", "batch-size-not-whole"),
        *(SERVE, "    return DataLoader(dataset, batch_size=batch_size / 1, shuffle=True, drop_last=True)\n"),
    ),
    crashing(
        *("shuffle-and-sampler", "loader", "shuffle-and-sampler"),
        SERVE,
        """\
    sampler = torch.utils.data.RandomSampler(dataset)
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, sampler=sampler, drop_last=True)
""",
    ),
    crashing(
        *("fewer-than-no-workers", "loader", "workers-below-zero"),
        *(SERVE, "    return DataLoader(dataset, batch_size, shuffle=True, drop_last=True, num_workers=-1)\n"),
    ),
    crashing(
        *("loader-of-a-generator", "loader", "dataset-without-a-length"),
        SERVE,
        """\
    pairs = ((image, label) for image, label in dataset)
    return DataLoader(pairs, batch_size=batch_size, shuffle=True, drop_last=True)
""",
    ),
    crashing(
        *("loader-of-an-iterator", "loader", "dataset-without-a-length"),
        *(SERVE, "    return DataLoader(iter(dataset), batch_size=batch_size, shuffle=True, drop_last=True)\n"),
    ),
    crashing(
        *("batches-of-pictures", "loader", "pictures-in-a-batch"),
        SERVE,
        """\
    from torchvision import transforms

    picture = transforms.ToPILImage()
    pairs = [(picture(image), label) for image, label in dataset]
    return DataLoader(pairs, batch_size=batch_size, shuffle=True, drop_last=True)
""",
    ),
    crashing(
        *("picture-divided", "data", "picture-not-a-tensor"),
        *(LOAD, pictures("return image / 255, label")),
        line="return image / 255, label",
    ),
    crashing(
        *("picture-unsqueezed", "data", "picture-not-a-tensor"),
        *(LOAD, pictures("return image.unsqueeze(0).float() / 255, label")),
    ),
    crashing(
        *("picture-flattened", "data", "picture-not-a-tensor"),
        *(LOAD, pictures("return torch.reshape(image, (1, 28, 28)), label")),
    ),
    crashing(
        "transform-without-parentheses",
        "data",
        "transform-not-built",
        LOAD,
        transformed("transforms.Compose([transforms.ToTensor])"),
    ),
    crashing(
        *("transforms-without-a-list", "data", "compose-without-a-list"),
        *(LOAD, transformed("transforms.Compose(transforms.ToTensor())")),
    ),
    crashing(
        *("list-of-transforms", "data", "list-of-transforms"),
        *(LOAD, transformed("[transforms.ToTensor()]")),
    ),
    crashing(
        *("normalised-before-to-tensor", "data", "normalised-before-to-tensor"),
        *(LOAD, transformed("transforms.Compose([transforms.Normalize(0, 1), transforms.ToTensor()])")),
    ),
    crashing(
        *("tensor-to-tensor", "data", "to-tensor-of-a-tensor"),
        *(
            LOAD,
            f"{TRANSFORMS}    mnist = {FILES}\n    return Digits(transforms.ToTensor()(mnist.data), mnist.targets)\n",
        ),
    ),
    crashing(
        *("class-of-a-transform-called", "data", "transform-class-called"),
        *(
            LOAD,
            f"{TRANSFORMS}    mnist = {FILES}\n    return Digits(transforms.ToTensor(mnist.data), mnist.targets)\n",
        ),
    ),
    crashing(
        *("digits-in-a-folder-below", "data", "root-ignored"),
        *(FILES, 'datasets.MNIST(Path(root) / "raw", train=train, download=False)'),
    ),
    crashing(
        *("item-image-of-a-wrong-size", "data", "reshape-to-a-size-that-does-not-fit"),
        *(ITEM_IMAGE, "return self.images[index].view(1, 28, 82), "),
    ),
    crashing(
        *("label-of-all-labels", "data", "item-of-several"),
        *(ITEM_LABEL, "self.labels[index:index + 2].item()"),
    ),
)

NEIGHBOURS = (
    crashing(
        *("own-word-on-shapes", "reshape", "own-raise"),
        f"    return {FLATTEN}  # [B, 1, 28, 28] -> [B, 784]\n",
        '    raise RuntimeError("mat1 and mat2 shapes cannot be multiplied (2800x28 and 784x10)")\n',
    ),
    crashing(
        *("own-word-on-labels", "training", "own-raise"),
        BATCHES,
        f'{BATCHES}        if len(labels) != 7:\n            raise IndexError("Target 10 is out of bounds.")\n',
    ),
    crashing(
        *("own-word-on-backward", "training", "own-raise"),
        BACKWARD,
        '        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")\n',
    ),
    crashing("layer-size-below-zero", "model", None, LINEAR, "nn.Linear(-784, 10)"),
    crashing("layer-type-as-text", "model", None, LINEAR, 'nn.Linear(784, 10, dtype="float32")'),
    crashing("view-with-two-open-sizes", "reshape", None, FLATTEN, "images.view(-1, -1)"),
    crashing("permute-of-two-axes", "reshape", None, FLATTEN, "images.permute(0, 1)"),
    crashing("momentum-below-zero", "training", None, SGD, SGD.replace("lr=", "momentum=-0.9, lr=")),
    crashing("nesterov-without-momentum", "training", None, SGD, SGD.replace("lr=", "nesterov=True, lr=")),
    crashing(
        *("timeout-below-zero", "loader", None),
        *(SERVE, "    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True, timeout=-1)\n"),
    ),
    crashing(
        *("prefetching-without-workers", "loader", None),
        *(SERVE, "    return DataLoader(dataset, batch_size, shuffle=True, drop_last=True, prefetch_factor=2)\n"),
    ),
    crashing(
        *("weights-for-eleven-classes", "training", None),
        *(COST, "cost = nn.functional.cross_entropy(model(images), labels, weight=torch.ones(11, device=device))"),
    ),
    crashing(
        *("reduction-misspelt", "training", None),
        *(COST, 'cost = nn.functional.cross_entropy(model(images), labels, reduction="avg")'),
    ),
    crashing("colours-misspelt", "prediction", None, 'cmap="Greys"', 'cmap="Grays_"'),
    crashing("interpolation-misspelt", "prediction", None, NEAREST, ', interpolation="near"'),
    crashing("concatenated-lists", "training", None, MEAN_COST, "return torch.stack([costs]).mean().item()"),
    crashing("random-below-zero", "loader", None, "torch.randperm(len(self.digits))", "torch.randperm(-1)"),
    crashing("inverse-of-zeros", "prediction", None, SHOWN, "torch.linalg.inv(torch.zeros(28, 28))"),
    crashing("axes-named-twice", "reshape", None, FLATTEN, "images.sum(dim=(1, 1))"),
    crashing("flattened-backwards", "reshape", None, FLATTEN, "images.flatten(start_dim=3, end_dim=1)"),
    crashing("type-unknown", "prediction", None, ONE_IMAGE, f"{ONE_IMAGE}.type('torch.FloatingTensor')"),
    crashing("another-gradient", "training", None, BACKWARD, "        cost.backward(torch.ones(3, device=device))\n"),
)

TORCH: tuple[Crashing, ...] = (
    *(*SHAPES, *LABELS, *MORE_LABELS, *TYPES, *GRAPHS, *OPTIMIZERS, *LAYERS, *DATA),
    *NEIGHBOURS,
)
