"""Submissions that Python itself refuses: names, attributes, calls, unpacking, items, files, modules.

Each is an edit of the reference; most give a function the body that a beginner would write, with one slip. What torch
refuses (shapes, types, devices, graphs) is in `crashes_torch`. Part "" is the whole lab: the file cannot be imported.
"""

from __future__ import annotations

from .beginners import NET, drawing, epochs, loop, net, reading, rewritten, testing
from .bugs import CRITERION, FLATTEN, LINEAR, SERVE, SGD
from .crashing import Crashing, crashing

SERVED = "    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)\n"
IMPORTED_NN = "from torch import Tensor, nn\n"
IMPORTED_LOADER = "from torch.utils.data import DataLoader, Dataset\n"
IMPORTED_DATASETS = "from torchvision import datasets\n"
LOADED = "    mnist = datasets.MNIST(root, train=train, download=download)\n"
KEPT = "    return Digits(images, mnist.targets)\n"
ITEM = "        return self.images[index], int(self.labels[index])"


def helped(helper: str) -> tuple[str, str]:
    """Return the edit that puts a helper before the functions."""
    return "def load_mnist(", f"{helper.strip()}\n\n\ndef load_mnist("


NAMES = (
    crashing(
        "loader-by-torch-utils",
        "loader",
        "attribute-of-another-module",
        SERVE,
        SERVED.replace("Data", "torch.utils.Data", 1),
    ),
    crashing(
        "random-not-imported",
        "prediction",
        "name-not-imported",
        *reading("    image =", "    random.seed(777)\n    image ="),
    ),
    crashing(
        "numpy-not-imported",
        "training",
        "name-not-imported",
        *loop("return avg_cost", "return float(np.mean(avg_cost))"),
    ),
    crashing(
        "functional-not-imported",
        "evaluation",
        "name-not-imported",
        *testing("model(images)", "F.softmax(model(images), dim=1)"),
    ),
    crashing(
        "pyplot-not-imported", "prediction", "name-not-imported", *drawing("figure = Figure()", "figure = plt.figure()")
    ),
    crashing(
        "transforms-not-imported",
        "data",
        "name-not-imported",
        *rewritten(
            "load_mnist", "return datasets.MNIST(root, train=train, transform=transforms.ToTensor(), download=download)"
        ),
    ),
    crashing(
        "optim-not-imported", "training", "name-not-imported", SGD, "optim.SGD(model.parameters(), lr=learning_rate)"
    ),
    crashing("tqdm-not-imported", "training", "name-not-imported", *loop("in data_loader:", "in tqdm(data_loader):")),
    crashing(
        "seed-without-import",
        "data",
        "name-not-imported",
        IMPORTED_NN,
        IMPORTED_NN + "random.seed(777)\n",
        line="random.seed(777)",
    ),
    crashing(
        "parameter-misspelt",
        "training",
        "name-misspelt",
        *loop("in data_loader:", "in data_loder:"),
        line="for X, Y in data_loder:",
    ),
    crashing(
        "local-misspelt", "training", "name-misspelt", *loop("criterion(hypothesis, Y)", "criterion(hypotesis, Y)")
    ),
    crashing(
        "own-function-misspelt",
        "evaluation",
        "name-misspelt",
        *testing("flatten_images(images", "flaten_images(images"),
    ),
    crashing("builtin-misspelt", "training", "name-misspelt", *epochs("in range(", "in rang(")),
    crashing("function-in-camel-case", "training", "name-misspelt", *epochs("train_epoch(model", "trainEpoch(model")),
    crashing("counter-misspelt", "evaluation", "name-misspelt", *testing("correct +=", "corect +=")),
    crashing("one-image-for-many", "reshape", "name-misspelt", FLATTEN, "image.flatten(start_dim=1)"),
    crashing("class-misspelt", "data", "name-misspelt", "class Digits(Dataset):", "class Digits(DataSet):"),
    crashing(
        "linear-of-the-notebook",
        "training",
        "name-from-elsewhere",
        *loop("= model(X)", "= linear(X)"),
        line="hypothesis = linear(X)",
    ),
    crashing(
        "loader-of-the-notebook",
        "evaluation",
        "name-from-elsewhere",
        *testing("DataLoader(dataset, batch_size=100)", "data_loader"),
    ),
    crashing(
        "cost-function-of-the-notebook",
        "evaluation",
        "name-from-elsewhere",
        *testing("total += len(labels)", "total += len(labels)\n        print(criterion(model(images), labels))"),
    ),
    crashing(
        "no-grad-without-torch", "evaluation", "module-prefix-forgotten", *testing("torch.no_grad()", "no_grad()")
    ),
    crashing("linear-without-nn", "model", "module-prefix-forgotten", LINEAR, "Linear(28 * 28, 10)"),
    crashing("device-of-the-notebook", "model", "name-from-elsewhere", LINEAR, "nn.Linear(28 * 28, 10).to(device)"),
    crashing(
        "test-digits-of-the-notebook",
        "evaluation",
        "name-from-elsewhere",
        *testing("DataLoader(dataset", "DataLoader(mnist_test"),
    ),
    crashing("self-left-out", "model", "self-forgotten", *net("return self.linear(x)", "return linear(x)")),
    crashing("layer-not-kept", "model", "self-forgotten", *net("self.linear = ", "linear = ")),
    crashing(
        "self-in-a-function",
        "evaluation",
        "self-outside-a-class",
        *testing("flatten_images(images", "self.flatten(images"),
    ),
    crashing("length-of-the-loader", "training", "length-as-a-method", *loop("len(data_loader)", "data_loader.len()")),
    crashing("colours-without-quotes", "prediction", "quotes-forgotten", *drawing('cmap="Greys"', "cmap=Greys")),
    crashing(
        "true-in-lower-case", "loader", "constant-in-lower-case", SERVE, SERVED.replace("shuffle=True", "shuffle=true")
    ),
    crashing(
        "called-before-its-definition",
        "data",
        "defined-further-down",
        IMPORTED_DATASETS,
        IMPORTED_DATASETS + "\nmodel = build_model()\n",
    ),
)
UNBOUND = (
    crashing("correct-never-started", "evaluation", "never-started", *testing("correct = 0\n", "")),
    crashing(
        "cost-never-started",
        "training",
        "never-started",
        *loop("avg_cost = 0\n", ""),
        line="avg_cost += cost.item() / total_batch",
    ),
    crashing(
        "function-covered-by-its-result",
        "training",
        "outer-name-assigned-inside",
        *epochs(
            "    avg_cost = train_epoch(",
            "    train_epoch = train_epoch(",
            '"{:.9f}".format(avg_cost)',
            '"{:.9f}".format(train_epoch)',
            "append(avg_cost)",
            "append(train_epoch)",
        ),
    ),
    crashing(
        "counter-outside",
        "evaluation",
        "outer-name-assigned-inside",
        *testing("correct = 0\n", ""),
        "\n\ndef predict(",
        "\n\ncorrect = 0\n\n\ndef predict(",
    ),
    crashing(
        "error-of-the-data-set-let-pass",
        "data",
        "error-let-pass",
        LOADED,
        "    try:\n        mnist = datasets.MNIST(root, train=train, download=download, split=1)\n"
        '    except Exception as error:\n        print("not loaded:", error)\n',
        line="mnist = datasets.MNIST(root, train=train, download=download, split=1)",
    ),
    crashing(
        "counter-of-the-function-around",
        "training",
        "outer-name-assigned-inside",
        *loop(
            "    avg_cost += cost.item() / total_batch\n",
            "    def add(cost):\n        avg_cost += cost.item() / total_batch\n\n    add(cost)\n",
        ),
        line="avg_cost += cost.item() / total_batch",
    ),
    crashing(
        "backward-before-the-cost",
        "training",
        "used-before-assigned",
        *loop(
            "    cost = criterion(hypothesis, Y)\n    cost.backward()\n",
            "    cost.backward()\n    cost = criterion(hypothesis, Y)\n",
        ),
    ),
    crashing(
        "assigned-for-many-only",
        "reshape",
        "assigned-on-some-ways-only",
        *rewritten("flatten_images", "if len(images) > 1:\n    rows = images.view(len(images), -1)\nreturn rows"),
    ),
)
ATTRIBUTES = (
    crashing(
        "backward-misspelt",
        "training",
        "attribute-misspelt",
        *loop("cost.backward()", "cost.backwards()"),
        line="cost.backwards()",
    ),
    crashing("argmax-misspelt", "evaluation", "attribute-misspelt", *testing(".argmax(", ".argMax(")),
    crashing(
        "parameters-misspelt",
        "training",
        "attribute-misspelt",
        SGD,
        "torch.optim.SGD(model.parameter(), lr=learning_rate)",
    ),
    crashing("zero-grad-misspelt", "training", "attribute-misspelt", *loop("zero_grad", "zerograd")),
    crashing("linear-in-lower-case", "model", "attribute-misspelt", LINEAR, "nn.linear(28 * 28, 10)"),
    crashing("loss-misspelt", "loss", "attribute-misspelt", CRITERION, "nn.CrossEntropyloss()"),
    crashing("append-misspelt", "training", "attribute-misspelt", *epochs("costs.append", "costs.apend")),
    crashing(
        "own-layer-misspelt", "model", "attribute-misspelt", *net("return self.linear(x)", "return self.liner(x)")
    ),
    crashing(
        "sgd-by-nn", "training", "attribute-of-another-module", SGD, "nn.SGD(model.parameters(), lr=learning_rate)"
    ),
    crashing("loss-by-torch", "loss", "attribute-of-another-module", CRITERION, "torch.CrossEntropyLoss()"),
    crashing(
        "totensor-by-datasets",
        "data",
        "attribute-of-another-module",
        LOADED,
        LOADED.replace("train=train", "train=train, transform=datasets.ToTensor()"),
    ),
    crashing(
        "item-of-a-float",
        "training",
        "tensor-method-of-a-number",
        *epochs("costs.append(avg_cost)", "costs.append(avg_cost.item())"),
    ),
    crashing(
        "backward-of-a-float",
        "training",
        "tensor-method-of-a-number",
        *loop("cost = criterion(hypothesis, Y)", "cost = criterion(hypothesis, Y).item()"),
    ),
    crashing(
        "label-to-the-device",
        "evaluation",
        "tensor-method-of-a-number",
        *rewritten(
            "evaluate",
            "correct = 0\nwith torch.no_grad():\n    for i in range(len(dataset)):\n"
            "        image, label = dataset[i]\n        label = label.to(device)\n"
            "        correct += int(model(flatten_images(image.unsqueeze(0).to(device))).argmax() == label)\n"
            "return correct / len(dataset)",
        ),
    ),
    crashing(
        "batch-to-the-device",
        "training",
        "tensor-method-of-a-list",
        *loop(
            "for X, Y in data_loader:\n", "for batch in data_loader:\n    batch = batch.to(device)\n    X, Y = batch\n"
        ),
    ),
    crashing(
        "item-to-the-device",
        "evaluation",
        "tensor-method-of-a-list",
        *rewritten(
            "evaluate",
            "correct = 0\nfor i in range(len(dataset)):\n"
            "    correct += predict(model, dataset[i].to(device), device)\nreturn correct / len(dataset)",
        ),
    ),
    crashing(
        "mean-of-a-list",
        "training",
        "tensor-method-of-a-list",
        "torch.stack(costs).mean().item()",
        "costs.mean().item()",
    ),
    crashing("append-to-a-tensor", "training", "append-to-no-list", *epochs("costs = []", "costs = torch.zeros(0)")),
    crashing("append-to-a-tuple", "training", "append-to-no-list", *epochs("costs = []", "costs = ()")),
    crashing(
        "raw-digits-of-any-dataset",
        "evaluation",
        "raw-files-of-a-dataset",
        *rewritten(
            "evaluate",
            "with torch.no_grad():\n    X_test = flatten_images(dataset.test_data.float()).to(device)\n"
            "    Y_test = dataset.test_labels.to(device)\n"
            "    return (model(X_test).argmax(1) == Y_test).float().mean().item()",
        ),
    ),
    crashing(
        "init-with-one-underscore",
        "model",
        "init-misspelt",
        *net(
            "def __init__(self):", "def _init_(self):", "        super().__init__()\n", "        super().__init__()\n"
        ),
    ),
    crashing("init-as-int", "model", "init-misspelt", *net("def __init__(self):", "def __int__(self):")),
    crashing(
        "init-of-the-digits",
        "data",
        "init-misspelt",
        "    def __init__(self, images: Tensor",
        "    def _init_(self, images: Tensor",
    ),
    crashing("forward-misspelt", "model", "forward-misspelt", *net("def forward(self", "def foward(self")),
    crashing(
        "no-module",
        "model",
        "module-base-missing",
        *rewritten(
            "build_model",
            "model = SoftmaxClassifier()\nprint(list(model.parameters()))\nreturn model",
            NET.replace("(nn.Module)", "").replace("        super().__init__()\n", ""),
        ),
    ),
    crashing("super-left-out", "model", "super-init-missing", *net("        super().__init__()\n", "")),
    crashing(
        "super-without-parentheses", "model", "super-init-missing", *net("super().__init__()", "super().__init__")
    ),
    crashing(
        "module-covered",
        "model",
        "import-covered",
        "def build_model(",
        "nn = nn.Linear(28 * 28, 10)\n\n\ndef build_model(",
    ),
)
CALLS = (
    crashing(
        "no-grad-without-parentheses",
        "evaluation",
        "class-in-place-of-a-context",
        *testing("torch.no_grad()", "torch.no_grad"),
        line="with torch.no_grad:",
    ),
    crashing(
        "item-not-called-in-a-sum",
        "training",
        "parentheses-missing",
        *loop("cost.item() / total_batch", "cost.item / total_batch"),
    ),
    crashing(
        "item-not-called-in-the-count", "evaluation", "parentheses-missing", *testing(".sum().item()", ".sum().item")
    ),
    crashing(
        "item-not-called-in-the-line",
        "training",
        "parentheses-missing",
        "cost = {cost:.9f}",
        "cost = {torch.tensor(cost).item:.9f}",
    ),
    crashing(
        "length-not-called",
        "evaluation",
        "parentheses-missing",
        *testing("return correct / total", "return correct / dataset.__len__"),
    ),
    crashing("detach-not-called", "training", "parentheses-missing", "cost.detach())", "cost.detach.item())"),
    crashing(
        "parameters-looped-over",
        "training",
        "parentheses-missing",
        *rewritten(
            "build_optimizer",
            "for parameter in model.parameters:\n    parameter.requires_grad = True\n"
            "return torch.optim.SGD(model.parameters(), lr=learning_rate)",
        ),
    ),
    crashing("sizes-by-brackets", "reshape", "function-indexed", FLATTEN, "images.view(images.size[0], -1)"),
    crashing("view-by-brackets", "reshape", "function-indexed", FLATTEN, "images.view[-1, 28 * 28]"),
    crashing(
        "own-function-by-brackets",
        "evaluation",
        "function-indexed",
        *testing("flatten_images(images.to(device))", "flatten_images[images.to(device)]"),
    ),
    crashing(
        "totensor-not-made",
        "data",
        "class-in-place-of-object",
        *rewritten(
            "load_mnist",
            "from torchvision import transforms\n\n"
            "return datasets.MNIST(root, train=train, transform=transforms.ToTensor, download=download)",
        ),
    ),
    crashing("linear-not-made", "model", "class-in-place-of-object", *net("nn.Linear(28 * 28, 10)", "nn.Linear")),
    crashing(
        "module-called",
        "training",
        "module-called",
        *loop("avg_cost = 0\n", "import tqdm\n\navg_cost = 0\n", "in data_loader:", "in tqdm(data_loader):"),
    ),
    crashing(
        "range-by-brackets", "training", "function-indexed", *epochs("range(training_epochs)", "range[training_epochs]")
    ),
    crashing("shape-called", "reshape", "value-called", FLATTEN, "images.view(images.shape()[0], -1)"),
    crashing("loader-called", "training", "value-called", *loop("in data_loader:", "in data_loader():")),
    crashing("item-called-twice", "training", "value-called", *loop("cost.item()", "cost.item()()")),
    crashing(
        "length-called",
        "evaluation",
        "value-called",
        *testing("return correct / total", "return correct / len(dataset)()"),
    ),
    crashing(
        "sum-covered",
        "training",
        "function-covered-by-a-variable",
        *rewritten(
            "train_epoch",
            "sum = 0\ncosts = []\nfor X, Y in data_loader:\n    optimizer.zero_grad()\n"
            "    cost = criterion(model(flatten_images(X.to(device))), Y.to(device))\n    cost.backward()\n"
            "    optimizer.step()\n    costs.append(cost.item())\nreturn sum(costs) / len(costs)",
        ),
    ),
    crashing(
        "len-covered", "evaluation", "function-covered-by-a-variable", *testing("total = 0\n", "total = 0\nlen = 0\n")
    ),
    crashing("device-left-out", "training", "too-few-arguments", *epochs(", optimizer, device)", ", optimizer)")),
    crashing(
        "only-the-model-given",
        "training",
        "too-few-arguments",
        *epochs("(model, data_loader, criterion, optimizer, device)", "(model, data_loader)"),
    ),
    crashing(
        "epoch-given", "training", "too-many-arguments", *epochs("optimizer, device)", "optimizer, device, epoch)")
    ),
    crashing(
        "size-given-to-flatten",
        "evaluation",
        "too-many-arguments",
        *testing("flatten_images(images.to(device))", "flatten_images(images.to(device), 784)"),
    ),
    crashing(
        "own-keyword",
        "training",
        "unknown-argument",
        *epochs(
            "data_loader, criterion",
            "loader=data_loader, criterion=criterion",
            ", optimizer, device)",
            ", optimizer=optimizer, device=device)",
        ),
    ),
    crashing(
        "learning-rate-keyword",
        "training",
        "unknown-argument",
        SGD,
        "torch.optim.SGD(model.parameters(), learning_rate=learning_rate)",
    ),
    crashing("loader-keyword", "loader", "unknown-argument", SERVE, SERVED.replace("drop_last", "drop")),
    crashing(
        "loader-keyword-of-the-page",
        "loader",
        "unknown-argument",
        SERVE,
        SERVED.replace("(dataset", "(DataLoader=dataset"),
    ),
    crashing(
        "decorator-that-returns-nothing",
        "prediction",
        None,
        "def predict(",
        "def without_gradients(function):\n    def wrapped(*given):\n        with torch.no_grad():\n"
        "            return function(*given)\n\n\n@without_gradients\ndef predict(",
        line="def predict(model: nn.Module, image: Tensor, device: torch.device) -> int:",
    ),
    crashing(
        "forward-without-self",
        "model",
        "self-missing-in-method",
        *net("def forward(self, x):\n        return self.linear(x)", "def forward(x):\n        return x"),
        line="def forward(x):",
    ),
    crashing(
        "criterion-of-three-arguments",
        "loss",
        None,
        CRITERION,
        "lambda model, x, labels: nn.CrossEntropyLoss()(model(x), labels)",
        line="return lambda model, x, labels: nn.CrossEntropyLoss()(model(x), labels)",
    ),
    crashing("init-without-self", "model", "self-missing-in-method", *net("def __init__(self)", "def __init__()")),
    crashing(
        "getitem-without-self",
        "data",
        "self-missing-in-method",
        "def __getitem__(self, index: int)",
        "def __getitem__(index: int)",
    ),
    crashing("self-given-to-super", "model", "self-given-twice", *net("super().__init__()", "super().__init__(self)")),
    crashing(
        "self-given-to-a-method",
        "model",
        "self-given-twice",
        *net(
            "return self.linear(x)",
            "return self.score(self, x)\n\n    def score(self, x):\n        return self.linear(x)",
        ),
    ),
    crashing("linear-without-outputs", "model", "too-few-arguments", LINEAR, "nn.Linear(28 * 28)"),
)
NOTHING = (
    crashing(
        "helper-without-return",
        "training",
        "none-from-a-function",
        *helped("def scores(model, X):\n    hypothesis = model(flatten_images(X))\n"),
        *loop(
            "    X = flatten_images(X.to(device))\n",
            "",
            "model(X)",
            "scores(model, X)",
            "cost = criterion(hypothesis, Y)",
            "cost = criterion(hypothesis.float(), Y)",
        ),
    ),
    crashing(
        "helper-reckoned-with",
        "evaluation",
        "none-from-a-function",
        *helped("def hits(logits, labels):\n    (logits.argmax(dim=1) == labels).sum().item()\n"),
        *testing(
            "        prediction = model(images).argmax(dim=1)\n",
            "",
            "(prediction == labels).sum().item()",
            "hits(model(images), labels)",
        ),
    ),
    crashing(
        "helper-unpacked",
        "evaluation",
        "none-from-a-function",
        *helped("def moved(images, labels, device):\n    images.to(device), labels.to(device)\n"),
        *testing(
            "        images = flatten_images(images.to(device))\n        labels = labels.to(device)\n",
            "        images, labels = moved(flatten_images(images), labels, device)\n",
        ),
    ),
    crashing(
        "append-assigned",
        "training",
        "none-from-a-method",
        *epochs("    costs.append(avg_cost)", "    costs = costs.append(avg_cost)"),
        line="costs = costs.append(avg_cost)",
    ),
    crashing(
        "backward-assigned",
        "training",
        "none-from-a-method",
        *loop("    cost.backward()", "    cost = cost.backward()"),
    ),
    crashing("sort-chained", "training", "none-from-a-method", *epochs("return costs", "return costs.sort()[0]")),
)
UNPACKING = (
    crashing(
        "enumerate-as-batches", "training", "enumerate-misread", *loop("in data_loader:", "in enumerate(data_loader):")
    ),
    crashing(
        "enumerate-as-batches-flattened",
        "evaluation",
        "enumerate-misread",
        *testing(
            "in DataLoader(dataset, batch_size=100):",
            "in enumerate(DataLoader(dataset, batch_size=100)):",
            "flatten_images(images.to(device))",
            "flatten_images(images).to(device)",
        ),
    ),
    crashing(
        "enumerate-as-batches-labels-first",
        "training",
        "enumerate-misread",
        *loop(
            "in data_loader:",
            "in enumerate(data_loader):",
            "    X = flatten_images(X.to(device))\n    Y = Y.to(device)\n",
            "    Y = Y.to(device)\n    X = flatten_images(X.to(device))\n",
        ),
    ),
    crashing(
        "enumerate-of-three",
        "training",
        "enumerate-misread",
        *loop("for X, Y in data_loader:", "for i, X, Y in enumerate(data_loader):"),
    ),
    crashing("batch-of-three", "training", "too-few-values", *loop("for X, Y in", "for i, X, Y in")),
    crashing(
        "rows-and-columns-of-an-image",
        "prediction",
        "too-many-values",
        *drawing(
            "image.view(28, 28)",
            "image.view(rows, columns)",
            "figure = Figure()",
            "rows, columns = image.shape\nfigure = Figure()",
        ),
    ),
    crashing(
        "image-and-label-of-images",
        "evaluation",
        "too-many-values",
        *testing("total += len(labels)", "for image, label in images:\n            total += 1"),
    ),
    crashing(
        "cost-and-accuracy-of-an-epoch",
        "training",
        "one-value-unpacked",
        *epochs("avg_cost = train_epoch", "avg_cost, accuracy = train_epoch"),
    ),
    crashing("pairs-of-a-range", "training", "one-value-unpacked", *epochs("for epoch in", "for epoch, batch in")),
)
ITEMS = (
    crashing(
        "cost-of-the-next-epoch",
        "training",
        "list-index-past-its-end",
        *epochs(
            "    costs.append(avg_cost)", "    costs.append(avg_cost)\n    best = min(costs[epoch], costs[epoch + 1])"
        ),
    ),
    crashing(
        "costs-written-by-index",
        "training",
        "list-still-empty",
        *epochs("    costs.append(avg_cost)", "    costs[epoch] = avg_cost"),
    ),
    crashing(
        "batch-by-name",
        "training",
        "index-no-whole-number",
        *loop("for X, Y in data_loader:\n", 'for batch in data_loader:\n    X, Y = batch["image"], batch["label"]\n'),
    ),
    crashing(
        "index-by-division",
        "training",
        "index-no-whole-number",
        *epochs("return costs", "middle = costs[len(costs) / 2]\nreturn costs"),
    ),
    crashing(
        "key-never-made",
        "training",
        "key-missing",
        *epochs(
            "costs = []",
            'history = {"loss": []}\ncosts = []',
            "    costs.append(avg_cost)",
            '    costs.append(avg_cost)\n    history["cost"].append(avg_cost)',
        ),
    ),
    crashing(
        "loss-data-of-a-float",
        "training",
        "index-into-what-has-no-items",
        *loop("cost.item() / total_batch", "cost.item()[0] / total_batch"),
    ),
    crashing(
        "loader-by-index",
        "training",
        "index-into-what-has-no-items",
        *loop("for X, Y in data_loader:\n", "for i in range(total_batch):\n    X, Y = data_loader[i]\n"),
    ),
    crashing(
        "parameters-by-index",
        "training",
        "index-into-what-has-no-items",
        SGD,
        "torch.optim.SGD([model.parameters()[0], model.parameters()[1]], lr=learning_rate)",
    ),
    crashing(
        "item-of-the-dataset-changed",
        "evaluation",
        "items-not-changeable",
        *rewritten(
            "evaluate",
            "correct = 0\nwith torch.no_grad():\n    for i in range(len(dataset)):\n"
            "        pair = dataset[i]\n        pair[0] = pair[0].unsqueeze(0).to(device)\n"
            "        correct += int(model(flatten_images(pair[0])).argmax() == pair[1])\n"
            "return correct / len(dataset)",
        ),
    ),
    crashing(
        "loop-over-the-number-of-epochs",
        "training",
        "loop-over-a-number",
        *epochs("in range(training_epochs):", "in training_epochs:"),
        line="for epoch in training_epochs:",
    ),
    crashing(
        "loop-over-a-length",
        "evaluation",
        "loop-over-a-number",
        *rewritten(
            "evaluate",
            "correct = 0\nfor i in len(dataset):\n    image, label = dataset[i]\n"
            "    correct += int(predict(model, image, device) == label)\nreturn correct / len(dataset)",
        ),
    ),
    crashing(
        "loop-over-the-optimizer",
        "training",
        "loop-over-what-has-no-items",
        *loop("    optimizer.zero_grad()\n", "    for p in optimizer:\n        p.grad = None\n"),
    ),
    crashing(
        "length-of-a-float", "training", "no-length", *loop("return avg_cost", "return avg_cost / len(cost.item())")
    ),
    crashing(
        "length-of-the-parameters",
        "training",
        "no-length",
        *rewritten(
            "build_optimizer",
            'print(len(model.parameters()), "parameters")\n'
            "return torch.optim.SGD(model.parameters(), lr=learning_rate)",
        ),
    ),
    crashing(
        "iterator-past-its-end",
        "training",
        "iterator-used-up",
        *loop(
            "for X, Y in data_loader:\n",
            "batches = iter(data_loader)\nfor step in range(total_batch + 1):\n    X, Y = next(batches)\n",
        ),
    ),
    crashing(
        "parameters-counted-first",
        "training",
        "parameters-used-up",
        *rewritten(
            "build_optimizer",
            'parameters = model.parameters()\nprint(sum(p.numel() for p in parameters), "parameters")\n'
            "return torch.optim.SGD(parameters, lr=learning_rate)",
        ),
    ),
)
TYPES = (
    crashing("text-plus-number", "prediction", "text-plus-number", *drawing("str(label)", "label")),
    crashing("number-plus-text", "training", "text-plus-number", *epochs('"%04d" % (epoch + 1)', 'epoch + 1 + ""')),
    crashing(
        "list-divided",
        "training",
        "list-reckoned-with",
        *epochs("return costs", "print(costs / training_epochs)\nreturn costs"),
    ),
    crashing(
        "list-plus-number",
        "training",
        "list-reckoned-with",
        *epochs("    costs.append(avg_cost)", "    costs = costs + avg_cost"),
    ),
    crashing(
        "list-plus-number-in-place",
        "training",
        "list-reckoned-with",
        *epochs("    costs.append(avg_cost)", "    costs += avg_cost"),
    ),
    crashing(
        "list-printed-with-decimals",
        "training",
        "format-of-no-number",
        *epochs('"{:.9f}".format(avg_cost)', '"{:.9f}".format(costs)'),
    ),
    crashing("list-in-an-f-string", "training", "format-of-no-number", "{cost:.9f}", "{costs:.9f}"),
    crashing(
        "list-by-percent", "training", "format-of-no-number", *epochs('"{:.9f}".format(avg_cost)', '"%.9f" % costs')
    ),
    crashing("text-printed-with-decimals", "training", "format-of-no-number", "{cost:.9f}", "{str(cost):.9f}"),
    crashing("cost-printed-as-whole-number", "training", "fraction-formatted-as-whole", "{cost:.9f}", "{cost:d}"),
    crashing(
        "more-fields-than-values",
        "training",
        "format-fields-miscounted",
        *epochs(
            '"Epoch:", "%04d" % (epoch + 1), "cost =", "{:.9f}".format(avg_cost)',
            '"Epoch: {:04d} cost = {:.9f}".format(epoch + 1)',
        ),
    ),
    crashing(
        "values-without-parentheses",
        "training",
        "format-values-not-together",
        *epochs(
            '"Epoch:", "%04d" % (epoch + 1), "cost =", "{:.9f}".format(avg_cost)',
            '"Epoch: %04d cost = %.9f" % (epoch + 1), avg_cost',
        ),
        line='print("Epoch: %04d cost = %.9f" % (epoch + 1), avg_cost)',
    ),
    crashing(
        "more-values-than-fields",
        "training",
        "format-fields-miscounted",
        *epochs('"%04d" % (epoch + 1)', '"%04d" % (epoch + 1, avg_cost)'),
    ),
    crashing(
        "range-of-a-fraction",
        "evaluation",
        "fraction-for-a-whole-number",
        *testing("total = 0\n", "total = 0\nfor i in range(len(dataset) / 100):\n    print(i)\n"),
    ),
    crashing(
        "range-of-a-text",
        "training",
        "text-for-a-whole-number",
        *epochs("in range(training_epochs)", "in range(str(training_epochs))"),
    ),
    crashing(
        "number-of-a-sentence",
        "training",
        "text-no-number",
        *epochs("    costs.append(avg_cost)", '    costs.append(float(f"cost = {avg_cost:.9f}"))'),
    ),
    crashing(
        "text-compared-with-number",
        "training",
        "compared-across-kinds",
        *epochs(
            "    costs.append(avg_cost)",
            '    if "%.9f" % avg_cost < 0.5:\n        print("good")\n    costs.append(avg_cost)',
        ),
    ),
    crashing(
        "math-of-many",
        "loss",
        "math-of-a-tensor",
        *rewritten(
            "build_criterion",
            "import math\n\ndef cost(logits, labels):\n"
            "    return -math.log(torch.softmax(logits, dim=1))\n\nreturn cost",
        ),
    ),
)
ENDS = (
    crashing(
        "flatten-calls-itself",
        "reshape",
        "function-calls-itself",
        FLATTEN,
        "flatten_images(images.flatten(start_dim=1))",
    ),
    crashing(
        "forward-calls-itself",
        "model",
        "function-calls-itself",
        *net("return self.linear(x)", "return self.forward(x)"),
    ),
    crashing("model-calls-itself", "model", "function-calls-itself", *net("return self.linear(x)", "return self(x)")),
    crashing(
        "epoch-trains",
        "training",
        "functions-call-each-other",
        *loop(
            "    avg_cost += cost.item() / total_batch\nreturn avg_cost",
            "    avg_cost += cost.item() / total_batch\n"
            "train(model, data_loader, criterion, optimizer, device)\nreturn avg_cost",
        ),
    ),
    crashing(
        "own-assert", "prediction", "own-assert", *reading("with torch", "assert image.shape == (28, 28)\nwith torch")
    ),
    crashing(
        "own-raise",
        "evaluation",
        "own-raise",
        *testing(
            "correct = 0\n", 'correct = 0\nif len(dataset) != 10000:\n    raise ValueError("10,000 digits, please")\n'
        ),
    ),
    crashing("total-never-counted", "evaluation", "division-by-zero", *testing("        total += len(labels)\n", "")),
    crashing(
        "weights-from-a-file",
        "training",
        "file-not-found",
        *epochs("costs = []\n", 'costs = []\nmodel.load_state_dict(torch.load("softmax.pt"))\n'),
    ),
    crashing(
        "digits-from-drive",
        "data",
        "path-of-another-machine",
        LOADED,
        LOADED + '    with open("/content/drive/MyDrive/mnist/labels.csv") as file:\n        print(len(file.read()))\n',
    ),
    crashing(
        "digits-from-a-disk",
        "data",
        "path-of-another-machine",
        IMPORTED_DATASETS,
        IMPORTED_DATASETS + '\nlabels = open(r"C:\\Users\\kim\\labels.csv").read()\n',
    ),
    crashing(
        "digits-loaded-in-evaluate",
        "evaluation",
        "digits-loaded-anew",
        *testing("correct = 0\n", 'correct = 0\ndataset = datasets.MNIST("MNIST_data/", train=False)\n'),
    ),
    crashing(
        "log-closed",
        "training",
        "file-closed",
        *epochs(
            "costs = []\n",
            'costs = []\nwith open("/dev/null", "w") as log:\n    log.write("epochs")\n',
            "    costs.append(avg_cost)",
            "    costs.append(avg_cost)\n    log.write(str(avg_cost))",
        ),
    ),
    crashing(
        "folder-opened",
        "data",
        "folder-opened-as-a-file",
        LOADED,
        LOADED + "    with open(root) as file:\n        print(file.read())\n",
    ),
)
MODULES = (
    crashing(
        "loader-from-utils",
        "data",
        "import-from-another-module",
        IMPORTED_LOADER,
        "from torch.utils import DataLoader\n" + IMPORTED_LOADER,
    ),
    crashing(
        "totensor-from-datasets",
        "data",
        "import-from-another-module",
        IMPORTED_DATASETS,
        IMPORTED_DATASETS + "from torchvision.datasets import ToTensor\n",
    ),
    crashing("datasets-misspelt", "data", "import-misspelt", IMPORTED_DATASETS, "from torchvision import dataset\n"),
    crashing("torch-misspelt", "data", "import-misspelt", "import torch\n", "import tourch\nimport torch\n"),
    crashing(
        "functional-misspelt", "data", "import-misspelt", IMPORTED_NN, IMPORTED_NN + "import torch.nn.funtional as F\n"
    ),
    crashing(
        "class-imported-as-a-module",
        "data",
        "imported-as-a-module",
        IMPORTED_LOADER,
        "import torch.utils.data.DataLoader\n" + IMPORTED_LOADER,
    ),
    crashing(
        "lab-imports-itself",
        "data",
        "imports-itself",
        IMPORTED_DATASETS,
        IMPORTED_DATASETS + "from lab import flatten_images\n",
    ),
)
NEIGHBOURS = (
    crashing("a-name-like-no-other", "training", None, *loop("hypothesis = model(X)", "hypothesis = zzz(X)")),
    crashing(
        "cost-line-forgotten",
        "training",
        None,
        "        cost = criterion(model(images), labels)  # logits [B, 10], labels [B] -> []\n",
        "",
    ),
    crashing("variable-deleted", "training", None, *loop("return avg_cost", "del avg_cost\nreturn avg_cost")),
    crashing("attribute-like-no-other", "reshape", None, FLATTEN, "images.into_rows()"),
    crashing("optimizer-not-kept", "training", None, SGD, "optimizer"),
    crashing("method-of-another-library", "training", None, *loop("optimizer.step()", "model.fit(X, Y)")),
    crashing("attribute-asked-by-getattr", "reshape", None, FLATTEN, "getattr(images, 'flattens')(1)"),
    crashing(
        "none-by-default",
        "training",
        None,
        *helped("def noted(epoch, log=None):\n    log.append(epoch)\n"),
        *epochs("    costs.append(avg_cost)", "    costs.append(avg_cost)\n    noted(epoch)"),
    ),
    crashing(
        "none-from-a-lookup",
        "training",
        None,
        *epochs("costs = []\n", 'costs = []\nrate = {}.get("lr")\nprint(rate + 1)\n'),
    ),
    crashing(
        "keywords-passed-on",
        "training",
        None,
        *helped("def built(parameters, **options):\n    return torch.optim.SGD(parameters, **options)\n"),
        SGD,
        "built(model.parameters(), rate=learning_rate)",
    ),
    crashing(
        "values-by-a-star",
        "training",
        None,
        *epochs("(model, data_loader, criterion, optimizer, device)", "(*[model, data_loader, criterion, optimizer])"),
    ),
    crashing(
        "key-of-a-library",
        "data",
        None,
        LOADED,
        LOADED + '    import os\n\n    print(os.environ["MNIST_FOLDER_OF_MINE"])\n',
    ),
    crashing(
        "object-that-refuses-a-call",
        "model",
        None,
        *rewritten(
            "build_model",
            "return Scores()",
            "class Scores(nn.Linear):\n    def __init__(self):\n        super().__init__(784, 10)\n\n"
            "    def forward(self, x):\n        return super().forward(x, x)",
        ),
    ),
    crashing(
        "error-of-json", "training", None, *epochs("costs = []\n", 'costs = []\nimport json\n\njson.loads("{")\n')
    ),
    crashing("package-not-there", "data", None, IMPORTED_NN, IMPORTED_NN + "import sklearn_of_mine\n"),
    crashing("value-no-colours", "prediction", None, *drawing('cmap="Greys"', 'cmap="Grays of mine"')),
    crashing(
        "overflow", "training", None, *epochs("costs = []\n", "costs = []\nimport math\n\nprint(math.exp(1000))\n")
    ),
    crashing(
        "domain-error", "training", None, *epochs("costs = []\n", "costs = []\nimport math\n\nprint(math.log(-1))\n")
    ),
    crashing(
        "decimal-in-a-range-of-a-library",
        "training",
        None,
        *epochs("costs = []\n", "costs = []\nimport itertools\n\nprint(list(itertools.islice(costs, 0.5)))\n"),
    ),
)
PYTHON: tuple[Crashing, ...] = (
    *NAMES,
    *UNBOUND,
    *ATTRIBUTES,
    *CALLS,
    *NOTHING,
    *UNPACKING,
    *ITEMS,
    *TYPES,
    *ENDS,
    *MODULES,
    *NEIGHBOURS,
)
