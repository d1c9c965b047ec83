"""Submissions with one mistake each: small named edits of the reference.

Every bug breaks the contract in one thing only and has to cost points in the one part it names. The pairs at the end
are submissions with two of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bug:
    """One mistake: what it is called, which part it costs points in, and the edits of the reference that make it."""

    name: str
    part: str
    mistake: str  # the misconception it is an instance of; several bugs may share one
    edits: tuple[tuple[str, str], ...]  # (old text, new text); each old text occurs exactly once in the reference
    along: str = ""  # another part that goes with it: an epoch that does not end is not timed


@dataclass(frozen=True, slots=True)
class TwoBugs:
    """A submission with two mistakes, each named as in BUGS."""

    name: str
    first: str
    second: str
    mistakes: tuple[str, ...] = ()  # the names of both, where one beside the other has another name than alone


def bug(name: str, part: str, mistake: str, *texts: str, along: str = "") -> Bug:
    """Make a bug of old and new texts in turn."""
    return Bug(name, part, mistake, tuple(zip(texts[::2], texts[1::2], strict=True)), along)


# The reference's own words, where several bugs start from.
FILES = "datasets.MNIST(root, train=train, download=download)"
PIXELS = "mnist.data.unsqueeze(1) / 255"
DIGITS = "Digits(images, mnist.targets)"
ITEM_IMAGE = "return self.images[index], "
ITEM_LABEL = "int(self.labels[index])"
ORDER = "torch.randperm(len(self.digits))"
SERVED_LABELS = "self.digits.labels.index_select(0, rows)"
SERVE = """\
    if isinstance(dataset, Digits):
        return ShuffledBatches(dataset, batch_size)
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)
"""
FLATTEN = "images.flatten(start_dim=1)"
LINEAR = "nn.Linear(28 * 28, 10)"
CRITERION = "nn.CrossEntropyLoss()"
SGD = "torch.optim.SGD(model.parameters(), lr=learning_rate)"
BATCHES = "    for images, labels in data_loader:\n"
TRAINING_IMAGES = "images = flatten_images(images.to(device))"
ZERO = "        optimizer.zero_grad()\n"
COST = "cost = criterion(model(images), labels)"
BACKWARD = "        cost.backward()\n"
STEP = "        optimizer.step()\n"
KEEP_COST = "costs.append(cost.detach())"
MEAN_COST = "return torch.stack(costs).mean().item()"
EPOCHS = "range(1, training_epochs + 1)"
EPOCH_COST = "cost = train_epoch(model, data_loader, criterion, optimizer, device)"
PRINT = '        print(f"Epoch: {epoch:04d} cost = {cost:.9f}")\n'
KEEP_EPOCH_COST = "        costs.append(cost)\n"
FINISHED = '    print("Learning finished")\n'
RETURN_COSTS = "    return costs\n"
NO_GRAD = "    with torch.no_grad():\n        for images, labels in DataLoader(dataset, batch_size=1000):"
TEST_BATCHES = "DataLoader(dataset, batch_size=1000)"
LABELS_MOVED = "        labels = labels.to(device)  # [B]\n"
OWN_DEVICE = 'to("cuda" if torch.cuda.is_available() else "cpu")'
LOGITS = "logits = model(flatten_images(images.to(device)))"
CORRECT = "correct += (logits.argmax(dim=1) == labels.to(device)).sum().item()"
ACCURACY = "return correct / len(dataset)"
ONE_IMAGE = "image.unsqueeze(0).to(device)"
PREDICT = "int(model(flatten_images(images)).argmax())"
SHOWN = "image.reshape(28, 28)"
DRAW = '    axes.imshow(image.reshape(28, 28).cpu().numpy(), cmap="Greys", interpolation="nearest")\n'
CMAP = 'cmap="Greys"'
NEAREST = ', interpolation="nearest"'
TITLE = 'axes.set_title(f"Label: {label}   Prediction: {prediction}")'
RETURN_FIGURE = "    return figure\n"


def pixels(name: str, mistake: str, new: str) -> Bug:
    """Make a bug in the pixels of the dataset."""
    return bug(name, "data", mistake, PIXELS, new)


DATA = (
    bug("dataset-forgotten", "data", "dataset-not-returned", f"    return {DIGITS}\n", f"    digits = {DIGITS}\n"),
    bug("never-fetched", "data", "download-ignored", ", download=download)\n    images", ")\n    images"),
    bug("always-fetched", "data", "download-always", "download=download)\n    images", "download=True)\n    images"),
    bug(
        "fetched-by-default",
        "data",
        "download-default-changed",
        "train: bool, download: bool = False",
        "train: bool, download: bool = True",
    ),
    bug("train-and-test-swapped", "data", "train-flag-inverted", FILES, FILES.replace("=train,", "=not train,")),
    bug("always-training-digits", "data", "train-flag-ignored", FILES, FILES.replace("=train,", "=True,")),
    bug("always-test-digits", "data", "train-flag-ignored", FILES, FILES.replace("=train,", "=False,")),
    bug("root-ignored", "data", "root-ignored", FILES, FILES.replace("(root,", '("MNIST_data",')),
    pixels("pixels-0-to-255", "pixels-not-scaled", "mnist.data.unsqueeze(1).float()"),
    pixels("pixels-divided-by-256", "pixels-scaled-otherwise", "mnist.data.unsqueeze(1) / 256"),
    pixels("pixels-scaled-twice", "pixels-scaled-otherwise", "mnist.data.unsqueeze(1) / 255 / 255"),
    pixels("pixels-minus-one-to-one", "pixels-normalised", "mnist.data.unsqueeze(1) / 127.5 - 1"),
    pixels("pixels-mean-and-std", "pixels-normalised", "(mnist.data.unsqueeze(1) / 255 - 0.1307) / 0.3081"),
    pixels("pixels-inverted", "pixels-inverted", "1 - mnist.data.unsqueeze(1) / 255"),
    pixels("pixels-black-or-white", "pixels-rounded", "(mnist.data.unsqueeze(1) > 127).float()"),
    pixels(
        "pixels-by-their-own-brightest",
        "pixels-scaled-by-their-own-image",
        "mnist.data.unsqueeze(1) / mnist.data.amax((1, 2)).float()[:, None, None, None]",
    ),
    pixels(
        "pixels-by-their-own-norm",
        "",
        "mnist.data.unsqueeze(1) / mnist.data.float().norm(dim=(1, 2))[:, None, None, None]",
    ),
    pixels("image-uint8", "image-left-as-bytes", "mnist.data.unsqueeze(1)"),
    pixels("image-float64", "image-not-float32", "mnist.data.unsqueeze(1).double() / 255"),
    pixels("image-float16", "image-not-float32", "mnist.data.unsqueeze(1).half() / 255"),
    pixels("image-transposed", "image-transposed", "mnist.data.mT.unsqueeze(1) / 255"),
    pixels("image-mirrored", "image-mirrored", "mnist.data.flip(2).unsqueeze(1) / 255"),
    pixels("image-three-channels", "image-of-three-channels", "mnist.data.unsqueeze(1).repeat(1, 3, 1, 1) / 255"),
    bug("image-without-channel", "data", "image-without-channel", ITEM_IMAGE, "return self.images[index, 0], "),
    bug("image-flattened", "data", "image-flattened", ITEM_IMAGE, "return self.images[index].flatten(), "),
    bug("image-channel-last", "data", "image-channel-last", ITEM_IMAGE, "return self.images[index].movedim(0, 2), "),
    bug("label-float", "data", "label-float", ITEM_LABEL, "float(self.labels[index])"),
    bug("label-tensor", "data", "label-tensor", ITEM_LABEL, "self.labels[index]"),
    bug("label-one-hot", "data", "label-one-hot", ITEM_LABEL, "nn.functional.one_hot(self.labels[index], 10)"),
    bug("label-text", "data", "label-text", ITEM_LABEL, "str(int(self.labels[index]))"),
    bug(
        "labels-one-too-many", "data", "labels-shifted-in-the-data", DIGITS, "Digits(images, (mnist.targets + 1) % 10)"
    ),
    bug("labels-of-the-next-image", "data", "labels-of-other-images", DIGITS, "Digits(images, mnist.targets.roll(-1))"),
    bug("last-digit-missing", "data", "digits-missing", DIGITS, "Digits(images[:-1], mnist.targets[:-1])"),
    bug("two-tensors-returned", "data", "tensors-for-dataset", f"return {DIGITS}", "return images, mnist.targets"),
    bug(
        "every-fourth-label-zero",
        "data",
        "labels-changed-at-regular-places",
        f"    return {DIGITS}\n",
        f"    mnist.targets[::4] = 0\n    return {DIGITS}\n",
    ),
    bug(
        "every-third-label-one-too-many",
        "data",
        "labels-changed-at-regular-places",
        f"    return {DIGITS}\n",
        f"    mnist.targets[1::3] = (mnist.targets[1::3] + 1) % 10\n    return {DIGITS}\n",
    ),
    bug(
        "sevens-labelled-one",
        "data",
        "labels-of-one-digit-changed",
        f"    return {DIGITS}\n",
        f"    mnist.targets[mnist.targets == 7] = 1\n    return {DIGITS}\n",
    ),
    bug(
        "some-labels-drawn-anew",
        "data",
        "",
        f"    return {DIGITS}\n",
        f"    mnist.targets[:20] = torch.randint(10, (20,))\n    return {DIGITS}\n",
    ),
    bug(
        "noise-on-every-image",
        "data",
        "image-drawn-anew-each-time",
        ITEM_IMAGE,
        "return (self.images[index] + 0.05 * torch.randn(1, 28, 28)).clamp(0, 1), ",
    ),
    bug(
        "images-turned-at-random",
        "data",
        "image-drawn-anew-each-time",
        ITEM_IMAGE,
        "return self.images[index].roll(int(torch.randint(5, ())), 2), ",
    ),
    bug("noise-on-all-images-once", "data", "", PIXELS, f"({PIXELS} + 0.05 * torch.rand(28, 28)).clamp(0, 1)"),
)


def serve(name: str, mistake: str, *lines: str) -> Bug:
    """Make a bug in the body of make_data_loader."""
    return bug(name, "loader", mistake, SERVE, "".join(f"    {line}\n" for line in lines))


def collate(name: str, mistake: str, images: str, labels: str) -> Bug:
    """Make a bug in how a batch is put together: `x` are its images, `y` its labels, both as DataLoader gives them."""
    return serve(
        name,
        mistake,
        "def collate(items):",
        "    x, y = torch.utils.data.default_collate(items)",
        f"    return {images}, {labels}",
        "",
        "return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True, collate_fn=collate)",
    )


def within(name: str, mistake: str, size: str) -> Bug:
    """Make a bug in which images are shuffled among so many neighbours only."""
    return serve(
        name,
        mistake,
        "class Batches:",
        "    def __len__(self):",
        "        return len(dataset) // batch_size",
        "",
        "    def __iter__(self):",
        "        order = []",
        f"        for near in torch.arange(len(dataset)).split({size}):",
        "            order += near[torch.randperm(len(near))].tolist()",
        "        for number in range(len(self)):",
        "            yield order[number * batch_size : (number + 1) * batch_size]",
        "",
        "return DataLoader(dataset, batch_sampler=Batches())",
    )


def length(name: str, mistake: str, count: str) -> Bug:
    """Make a bug in what a data loader says of its length."""
    return serve(
        name,
        mistake,
        "class Batches(DataLoader):",
        "    def __len__(self):",
        f"        return {count}",
        "",
        "return Batches(dataset, batch_size=batch_size, shuffle=True, drop_last=True)",
    )


def outside(name: str, keep: str, served: str) -> Bug:
    """Make a bug in which load_mnist keeps its digits outside, and the loader serves those."""
    kept = f"    global kept\n    digits = {DIGITS}\n    {keep}\n    return digits\n"
    return bug(
        name, "loader", "dataset-argument-ignored", f"    return {DIGITS}\n", kept, SERVE, f"    return {served}\n"
    )


LOADER = (
    serve(
        "loader-forgotten", "data-loader-not-returned", "DataLoader(dataset, batch_size, shuffle=True, drop_last=True)"
    ),
    serve("never-shuffled", "never-shuffled", "return DataLoader(dataset, batch_size=batch_size, drop_last=True)"),
    serve(
        "shuffled-once",
        "shuffled-once",
        "order = torch.randperm(len(dataset)).tolist()",
        "shuffled = torch.utils.data.Subset(dataset, order)",
        "return DataLoader(shuffled, batch_size=batch_size, drop_last=True)",
    ),
    serve(
        "batches-kept-in-a-list",
        "shuffled-once",
        "return list(DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True))",
    ),
    serve(
        "incomplete-batch-kept",
        "incomplete-batch-kept",
        "return DataLoader(dataset, batch_size=batch_size, shuffle=True)",
    ),
    serve(
        "one-batch-too-few",
        "full-batch-dropped",
        "some = torch.utils.data.RandomSampler(dataset, num_samples=len(dataset) - batch_size)",
        "return DataLoader(dataset, batch_size=batch_size, sampler=some, drop_last=True)",
    ),
    serve(
        "batches-of-100-always",
        "batch-size-ignored",
        "return DataLoader(dataset, batch_size=100, shuffle=True, drop_last=True)",
    ),
    serve(
        "batches-of-one",
        "batch-size-ignored",
        "return DataLoader(dataset, shuffle=True, drop_last=True)",
    ),
    serve(
        "half-the-batch-size",
        "batch-size-scaled",
        "return DataLoader(dataset, batch_size=batch_size // 2, shuffle=True, drop_last=True)",
    ),
    serve(
        "twice-the-batch-size",
        "batch-size-scaled",
        "return DataLoader(dataset, batch_size=2 * batch_size, shuffle=True, drop_last=True)",
    ),
    serve(
        "batches-one-too-large",
        "batch-size-off-by-one",
        "return DataLoader(dataset, batch_size=batch_size + 1, shuffle=True, drop_last=True)",
    ),
    bug(
        "batch-size-64-by-default",
        "loader",
        "batch-size-default-changed",
        "batch_size: int = 100",
        "batch_size: int = 64",
    ),
    serve(
        "images-drawn-with-replacement",
        "images-repeated",
        "draws = torch.utils.data.RandomSampler(dataset, replacement=True)",
        "return DataLoader(dataset, batch_size=batch_size, sampler=draws, drop_last=True)",
    ),
    serve(
        "one-epoch-only-iterator",
        "one-epoch-only",
        "return iter(DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True))",
    ),
    serve(
        "one-epoch-only-generator",
        "one-epoch-only",
        "loader = DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)",
        "return (batch for batch in loader)",
    ),
    collate("labels-sorted-in-the-batch", "labels-torn-from-their-images", "x", "y.sort().values"),
    collate("labels-rolled-in-the-batch", "labels-torn-from-their-images", "x", "y.roll(1)"),
    collate("labels-int32", "labels-not-int64", "x", "y.int()"),
    collate("labels-float", "labels-not-int64", "x", "y.float()"),
    collate("labels-one-hot-in-the-batch", "labels-one-hot-in-the-batch", "x", "nn.functional.one_hot(y, 10)"),
    collate("batch-without-channel", "batch-without-channel", "x.squeeze(1)", "y"),
    collate("batch-flattened", "batch-flattened", "x.flatten(1)", "y"),
    collate("batch-float64", "batch-not-float32", "x.double()", "y"),
    collate("batch-scaled-again", "pixels-changed-by-the-loader", "x / 255", "y"),
    collate("labels-before-images", "images-and-labels-swapped", "y", "x"),
    serve(
        "only-batches-shuffled",
        "images-stay-in-their-batches",
        "batches = list(DataLoader(dataset, batch_size=batch_size, drop_last=True))",
        "return DataLoader(batches, batch_size=None, shuffle=True)",
    ),
    within("shuffled-within-batches", "images-stay-in-their-batches", "batch_size"),
    within("shuffled-within-three-batches", "", "3 * batch_size"),
    serve(
        "loader-without-length",
        "loader-without-length",
        "class Batches:",
        "    def __iter__(self):",
        "        return iter(DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True))",
        "",
        "return Batches()",
    ),
    length("length-in-images", "loader-length-wrong", "len(self.dataset)"),
    length("length-with-the-incomplete-batch", "loader-length-wrong", "-(-len(self.dataset) // self.batch_size)"),
    length("length-no-whole-number", "loader-length-no-whole-number", "len(self.dataset) / self.batch_size"),
    outside("last-data-set-served", "kept = digits", "ShuffledBatches(kept, batch_size)"),
    outside("last-training-digits-served", "if train:\n        kept = digits", "ShuffledBatches(kept, batch_size)"),
    outside(
        "last-own-data-set-served",
        "kept = digits",
        "DataLoader(kept if isinstance(dataset, Digits) else dataset, batch_size, shuffle=True, drop_last=True)",
    ),
    serve(
        "lists-served-blank",
        "",
        "if not isinstance(dataset, Digits):",
        "    dataset = [(torch.zeros(1, 28, 28), label) for _, label in dataset]",
        "return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)",
    ),
    # The next three are wrong only for the dataset that the reference's own load_mnist returns.
    bug("own-digits-in-order", "loader", "never-shuffled", ORDER, "torch.arange(len(self.digits))"),
    bug(
        "own-labels-in-order",
        "loader",
        "labels-torn-from-their-images",
        SERVED_LABELS,
        "self.digits.labels[: len(rows)]",
    ),
    bug(
        "own-incomplete-batch-kept",
        "loader",
        "incomplete-batch-kept",
        ".split(self.batch_size)[: len(self)]",
        ".split(self.batch_size)",
    ),
)


def reshape(name: str, mistake: str, new: str) -> Bug:
    """Make a bug in what flatten_images returns."""
    return bug(name, "reshape", mistake, FLATTEN, new)


RESHAPE = (
    reshape("flat-images-as-columns", "axes-swapped", "images.flatten(start_dim=1).T"),
    reshape("reshape-784-first", "axes-swapped", "images.reshape(28 * 28, -1)"),
    reshape("rows-of-28", "image-rows-taken-for-images", "images.reshape(-1, 28)"),
    reshape("batch-axis-lost", "batch-axis-lost", "images.flatten()"),
    reshape("single-image-squeezed", "batch-of-one-squeezed", "images.flatten(start_dim=1).squeeze()"),
    reshape("channel-axis-kept", "channel-axis-kept", "images.flatten(start_dim=2)"),
    reshape("columns-first", "columns-first", "images.mT.flatten(start_dim=1)"),
    reshape("images-resized-in-place", "argument-changed-in-place", "images.resize_(images.shape[0], 784)"),
    reshape("image-rows-squeezed-in-place", "argument-changed-in-place", "images.squeeze_(1).flatten(start_dim=1)"),
    reshape("batch-of-100-only", "batch-size-hard-coded-in-the-reshape", "images.reshape(100, 28 * 28)"),
    reshape("batch-of-64-by-view", "batch-size-hard-coded-in-the-reshape", "images.view(64, -1)"),
    reshape("one-row-for-the-batch", "one-row-for-all-images", "images.view(1, -1)"),
    reshape("one-row-of-784-only", "one-row-for-all-images", "images.reshape(1, 28 * 28)"),
    reshape("batch-flattened-then-unsqueezed", "one-row-for-all-images", "images.flatten().unsqueeze(0)"),
    reshape("first-image-only", "images-missing", "images[:1].flatten(start_dim=1)"),
    reshape("last-pixel-missing", "pixels-missing", "images.flatten(start_dim=1)[:, :-1]"),
    reshape(
        "pixels-mixed-between-images", "pixels-mixed-between-images", "images.movedim(0, -1).reshape(len(images), -1)"
    ),
    reshape("images-in-reverse-order", "images-out-of-order", "images.flip(0).flatten(start_dim=1)"),
    reshape("images-flipped", "image-mirrored-in-the-reshape", "images.flip(3).flatten(start_dim=1)"),
    reshape("images-upside-down", "image-mirrored-in-the-reshape", "images.flip(2).flatten(start_dim=1)"),
    reshape("pixels-sorted", "pixels-sorted", "images.flatten(start_dim=1).sort(dim=1).values"),
    reshape("mean-over-rows", "pixels-averaged", "images.mean(dim=2).flatten(start_dim=1)"),
    reshape("flat-float64", "dtype-changed", "images.flatten(start_dim=1).double()"),
    reshape("flat-float16", "dtype-changed", "images.flatten(start_dim=1).half()"),
    reshape("flat-always-float32", "dtype-changed", "images.flatten(start_dim=1).float()"),
    reshape("flat-pixels-scaled", "values-changed-in-the-reshape", "images.flatten(start_dim=1) / 255"),
    reshape("flat-pixels-rounded", "values-changed-in-the-reshape", "images.flatten(start_dim=1).round()"),
    reshape("flat-pixels-centred", "values-changed-in-the-reshape", "images.flatten(start_dim=1) - 0.5"),
    reshape("flat-numpy", "flat-not-a-tensor", "images.flatten(start_dim=1).numpy()"),
)


def model(name: str, mistake: str, new: str) -> Bug:
    """Make a bug in what build_model returns."""
    return bug(name, "model", mistake, LINEAR, new)


MODEL = (
    model("no-bias", "no-bias", "nn.Linear(28 * 28, 10, bias=False)"),
    model("softmax-inside", "softmax-in-the-model", "nn.Sequential(nn.Linear(28 * 28, 10), nn.Softmax(dim=1))"),
    model(
        "log-softmax-inside", "log-softmax-in-the-model", "nn.Sequential(nn.Linear(28 * 28, 10), nn.LogSoftmax(dim=1))"
    ),
    model("sigmoid-inside", "activation-in-the-model", "nn.Sequential(nn.Linear(28 * 28, 10), nn.Sigmoid())"),
    model("relu-inside", "activation-in-the-model", "nn.Sequential(nn.Linear(28 * 28, 10), nn.ReLU())"),
    model("tanh-inside", "activation-in-the-model", "nn.Sequential(nn.Linear(28 * 28, 10), nn.Tanh())"),
    model("nine-outputs", "wrong-number-of-outputs", "nn.Linear(28 * 28, 9)"),
    model("eleven-outputs", "wrong-number-of-outputs", "nn.Linear(28 * 28, 11)"),
    model("one-output", "wrong-number-of-outputs", "nn.Linear(28 * 28, 1)"),
    model("no-outputs", "wrong-number-of-outputs", "nn.Linear(28 * 28, 0)"),
    model("inputs-of-one-row", "wrong-number-of-inputs", "nn.Linear(28, 10)"),
    model("inputs-and-outputs-swapped", "wrong-number-of-inputs", "nn.Linear(10, 28 * 28)"),
    model("hidden-layer", "hidden-layer", "nn.Sequential(nn.Linear(28 * 28, 32), nn.ReLU(), nn.Linear(32, 10))"),
    model("hidden-layer-without-bend", "hidden-layer", "nn.Sequential(nn.Linear(28 * 28, 16), nn.Linear(16, 10))"),
    model("ten-to-ten-on-top", "hidden-layer", "nn.Sequential(nn.Linear(28 * 28, 10), nn.Linear(10, 10))"),
    model("frozen", "parameters-frozen", "nn.Linear(28 * 28, 10).requires_grad_(False)"),
    bug(
        "frozen-bias",
        "model",
        "parameters-frozen",
        f"    return {LINEAR}\n",
        f"    model = {LINEAR}\n    model.bias.requires_grad_(False)\n    return model\n",
    ),
    model("dropout-inside", "layer-too-many", "nn.Sequential(nn.Dropout(0.5), nn.Linear(28 * 28, 10))"),
    model(
        "batch-norm-inside",
        "layer-too-many",
        "nn.Sequential(nn.BatchNorm1d(28 * 28, affine=False), nn.Linear(28 * 28, 10))",
    ),
    model("model-ends-the-process", "process-ended", "__import__('os')._exit(3)"),
    model("model-class-returned", "model-not-built", "nn.Linear"),
    model("forward-returned", "model-not-a-module", "nn.Linear(28 * 28, 10).forward"),
    bug(
        "lower-half-unseen",
        "model",
        "",
        f"    return {LINEAR}\n",
        """\
    class Upper(nn.Linear):
        def forward(self, rows):
            return super().forward(torch.cat([rows[:, :392], rows[:, 392:] * 0], 1))

    return Upper(784, 10)
""",
    ),
    model("model-float64", "model-not-float32", "nn.Linear(28 * 28, 10).double()"),
    bug(
        "one-bias-for-all",
        "model",
        "one-bias-for-all-digits",
        f"    return {LINEAR}\n",
        """\
    class Softmax(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(28 * 28, 10))
            self.bias = nn.Parameter(torch.zeros(1))

        def forward(self, images):
            return images @ self.weight + self.bias

    return Softmax()
""",
    ),
    bug(
        "bias-for-every-pixel",
        "model",
        "",
        f"    return {LINEAR}\n",
        """\
    class Softmax(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(28 * 28, 10))
            self.bias = nn.Parameter(torch.zeros(28 * 28))

        def forward(self, images):
            return (images + self.bias) @ self.weight

    return Softmax()
""",
    ),
    bug(
        "parameters-not-registered",
        "model",
        "parameters-not-registered",
        f"    return {LINEAR}\n",
        """\
    class Softmax(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.zeros(28 * 28, 10, requires_grad=True)
            self.bias = torch.zeros(10, requires_grad=True)

        def forward(self, images):
            return images @ self.weight + self.bias

    return Softmax()
""",
    ),
)


def loss(name: str, mistake: str, formula: str) -> Bug:
    """Make a bug in the cost: a criterion object, or a formula of `logits` and `labels`."""
    made = formula if formula.startswith("nn.") and "logits" not in formula else f"lambda logits, labels: {formula}"
    return bug(name, "loss", mistake, CRITERION, made)


CE = "nn.functional.cross_entropy"
LOSS = (
    loss("loss-summed", "loss-summed", 'nn.CrossEntropyLoss(reduction="sum")'),
    loss("loss-unreduced", "loss-unreduced", 'nn.CrossEntropyLoss(reduction="none")'),
    loss(
        "logits-shifted-in-place",
        "argument-changed-in-place",
        f"{CE}(logits.sub_(logits.detach().amax(dim=1, keepdim=True)), labels)",
    ),
    loss("loss-halved", "loss-scaled", f"{CE}(logits, labels) / 2"),
    loss("loss-divided-by-classes", "loss-scaled", f"{CE}(logits, labels) / 10"),
    loss("loss-averaged-twice", "loss-averaged-twice", f"{CE}(logits, labels) / len(labels)"),
    loss("loss-divided-by-100", "batch-size-hard-coded-in-the-cost", f'{CE}(logits, labels, reduction="sum") / 100'),
    loss("loss-base-two", "log-of-another-base", f"{CE}(logits, labels) / 0.6931471805599453"),
    loss("loss-base-ten", "log-of-another-base", "-logits.softmax(dim=1)[range(len(labels)), labels].log10().mean()"),
    loss("loss-without-minus", "sign-forgotten", "logits.log_softmax(dim=1)[range(len(labels)), labels].mean()"),
    loss("loss-of-the-worst-image", "loss-of-the-extreme-image", f'{CE}(logits, labels, reduction="none").max()'),
    loss("loss-of-the-first-image", "loss-of-one-image", f"{CE}(logits[:1], labels[:1])"),
    loss("loss-median", "loss-median", f'{CE}(logits, labels, reduction="none").median()'),
    loss("softmax-before-cross-entropy", "softmax-twice", f"{CE}(logits.softmax(dim=1), labels)"),
    loss(
        "softmax-over-the-batch", "softmax-over-the-batch", "nn.functional.nll_loss(logits.log_softmax(dim=0), labels)"
    ),
    loss("sigmoid-before-cross-entropy", "activation-before-the-cost", f"{CE}(logits.sigmoid(), labels)"),
    loss("relu-before-cross-entropy", "activation-before-the-cost", f"{CE}(logits.relu(), labels)"),
    loss("logits-clamped", "logits-clamped", f"{CE}(logits.clamp(-10, 10), labels)"),
    loss("logits-tempered", "logits-scaled", f"{CE}(logits / 2, labels)"),
    loss("nll-of-logits", "softmax-missing", "nn.NLLLoss()"),
    loss("nll-of-probabilities", "log-missing", "nn.functional.nll_loss(logits.softmax(dim=1), labels)"),
    loss(
        "naive-exp",
        "softmax-and-log-apart",
        "(logits.exp().sum(dim=1).log() - logits[range(len(labels)), labels]).mean()",
    ),
    loss("log-of-softmax", "softmax-and-log-apart", "-logits.softmax(dim=1).log()[range(len(labels)), labels].mean()"),
    loss(
        "log-of-softmax-plus-epsilon",
        "probability-floored",
        "-(logits.softmax(dim=1) + 1e-7).log()[range(len(labels)), labels].mean()",
    ),
    loss(
        "mse-of-probabilities",
        "squared-error",
        "nn.functional.mse_loss(logits.softmax(dim=1), nn.functional.one_hot(labels, 10).float())",
    ),
    loss(
        "mse-of-logits",
        "squared-error",
        "nn.functional.mse_loss(logits, nn.functional.one_hot(labels, 10).float())",
    ),
    loss(
        "smooth-l1", "absolute-error", "nn.functional.smooth_l1_loss(logits, nn.functional.one_hot(labels, 10).float())"
    ),
    loss(
        "l1-of-probabilities",
        "absolute-error",
        "nn.functional.l1_loss(logits.softmax(dim=1), nn.functional.one_hot(labels, 10).float())",
    ),
    loss(
        "binary-cross-entropy",
        "binary-cross-entropy",
        "nn.functional.binary_cross_entropy_with_logits(logits, nn.functional.one_hot(labels, 10).float())",
    ),
    loss("margin-loss", "margin-loss", "nn.MultiMarginLoss()"),
    loss("labels-shifted-in-the-cost", "labels-shifted", f"{CE}(logits, (labels + 1) % 10)"),
    loss(
        "cost-wants-one-hot-labels",
        "one-hot-labels-expected",
        "-(labels * logits.log_softmax(dim=1)).sum(dim=1).mean()",
    ),
    loss("label-smoothing", "label-smoothing", "nn.CrossEntropyLoss(label_smoothing=0.1)"),
    loss("class-zero-ignored", "classes-weighted", "nn.CrossEntropyLoss(ignore_index=0)"),
    loss("classes-weighted", "classes-weighted", "nn.CrossEntropyLoss(weight=torch.arange(1.0, 11.0))"),
    loss("nine-ignored", "classes-weighted", "nn.CrossEntropyLoss(ignore_index=9)"),
    loss(
        "classes-weighted-unevenly",
        "classes-weighted",
        "nn.CrossEntropyLoss(weight=1 / torch.tensor([5923.0, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]))",
    ),
    loss(
        "one-class-weighted",
        "classes-weighted",
        "nn.CrossEntropyLoss(weight=torch.ones(10).index_fill(0, torch.tensor(1), 0.3))",
    ),
    loss("class-one-ignored", "classes-weighted", "nn.CrossEntropyLoss(ignore_index=1)"),
    loss(
        "weighted-costs-averaged-plainly",
        "classes-weighted",
        f"({CE}(logits, labels, reduction='none') * torch.arange(1.0, 11.0)[labels]).mean()",
    ),
    loss("log-of-sigmoid", "sigmoid-for-softmax", "nn.functional.nll_loss(logits.sigmoid().log(), labels)"),
    loss("labels-not-used", "labels-unused", "-logits.log_softmax(dim=1).mean()"),
    loss("digits-compared", "digits-compared-in-the-cost", "(logits.argmax(dim=1) != labels).float().mean()"),
    loss("labels-shifted-off-the-end", "labels-shifted", f"{CE}(logits, labels - 1)"),
    loss("cost-always-zero", "cost-constant", "logits.sum() * 0"),
    loss("mse-with-numbers", "squared-error", "nn.MSELoss()"),
    loss("binary-cost-of-numbers", "one-hot-labels-expected", "nn.BCEWithLogitsLoss()"),
    loss(
        "binary-cross-entropy-of-probabilities",
        "binary-cross-entropy",
        "nn.functional.binary_cross_entropy(logits.softmax(dim=1), nn.functional.one_hot(labels, 10).float())",
    ),
    loss("cost-as-numpy-array", "cost-without-graph", f"{CE}(logits, labels).detach().numpy()"),
    bug("criterion-forgotten", "loss", "criterion-not-returned", f"return {CRITERION}", f"criterion = {CRITERION}"),
    loss("cost-detached", "cost-without-graph", f"{CE}(logits, labels).detach()"),
    loss("cost-as-float", "cost-without-graph", f"{CE}(logits, labels).item()"),
    loss("cost-keeps-an-axis", "cost-not-scalar", f"{CE}(logits, labels).reshape(1)"),
    loss("criterion-ends-the-process", "process-ended", "__import__('os')._exit(3)"),
    loss("criterion-class-returned", "criterion-not-built", "nn.CrossEntropyLoss"),
    bug(
        "criterion-takes-labels-first",
        "loss",
        "criterion-arguments-swapped",
        CRITERION,
        f"lambda labels, logits: {CE}(logits, labels)",
    ),
)


def optimizer(name: str, mistake: str, new: str) -> Bug:
    """Make a bug in what build_optimizer returns."""
    return bug(name, "training", mistake, SGD, new)


def training(name: str, mistake: str, *texts: str, along: str = "") -> Bug:
    """Make a bug in train_epoch or train."""
    return bug(name, "training", mistake, *texts, along=along)


def own_optimizer(name: str, mistake: str, *lines: str) -> Bug:
    """Make a bug in what a hand-written optimizer does to each parameter `p`."""
    made = (
        "    class Own(torch.optim.Optimizer):",
        "        def __init__(self):",
        '            super().__init__(model.parameters(), {"lr": learning_rate})',
        "",
        "        def step(self):",
        "            with torch.no_grad():",
        "                for p in model.parameters():",
        *(f"                    {line}" for line in lines),
        "",
        "    return Own()",
    )
    return bug(name, "training", mistake, f"    return {SGD}\n", "".join(f"{line}\n" for line in made))


WEIGHTS = "[p for p in model.parameters() if p.dim() > 1]"
BIASES = "[p for p in model.parameters() if p.dim() == 1]"
OPTIMIZER = (
    optimizer("learning-rate-ignored", "learning-rate-ignored", "torch.optim.SGD(model.parameters(), lr=0.1)"),
    optimizer(
        "learning-rate-halved", "learning-rate-scaled", "torch.optim.SGD(model.parameters(), lr=learning_rate / 2)"
    ),
    optimizer(
        "learning-rate-per-image", "learning-rate-scaled", "torch.optim.SGD(model.parameters(), lr=learning_rate / 100)"
    ),
    training(
        "learning-rate-0.01-by-default",
        "learning-rate-default-changed",
        "learning_rate: float = 0.1",
        "learning_rate: float = 0.01",
    ),
    optimizer("momentum", "momentum", "torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)"),
    optimizer(
        "nesterov",
        "momentum",
        "torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True)",
    ),
    optimizer(
        "weight-decay", "weight-decay", "torch.optim.SGD(model.parameters(), lr=learning_rate, weight_decay=1e-2)"
    ),
    optimizer("adam", "adam", "torch.optim.Adam(model.parameters(), lr=learning_rate)"),
    optimizer("nadam", "nadam", "torch.optim.NAdam(model.parameters(), lr=learning_rate)"),
    optimizer("adamax", "adamax", "torch.optim.Adamax(model.parameters(), lr=learning_rate)"),
    optimizer("adagrad", "adagrad", "torch.optim.Adagrad(model.parameters(), lr=learning_rate)"),
    optimizer("rmsprop", "rmsprop", "torch.optim.RMSprop(model.parameters(), lr=learning_rate)"),
    optimizer("momentum-of-0.7", "momentum", "torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.7)"),
    optimizer(
        "weight-decay-of-0.002",
        "weight-decay",
        "torch.optim.SGD(model.parameters(), lr=learning_rate, weight_decay=2e-3)",
    ),
    optimizer("model-optimised-itself", "no-parameters-given", "torch.optim.SGD(model, lr=learning_rate)"),
    optimizer("parameters-not-called", "no-parameters-given", "torch.optim.SGD(model.parameters, lr=learning_rate)"),
    bug("optimizer-forgotten", "training", "optimizer-not-returned", f"return {SGD}", f"optimizer = {SGD}"),
    optimizer(
        "gradient-ascent", "gradient-ascent", "torch.optim.SGD(model.parameters(), lr=learning_rate, maximize=True)"
    ),
    optimizer("bias-not-optimised", "parameters-left-out", f"torch.optim.SGD({WEIGHTS}, lr=learning_rate)"),
    optimizer("weight-not-optimised", "parameters-left-out", f"torch.optim.SGD({BIASES}, lr=learning_rate)"),
    optimizer(
        "another-model-optimised",
        "optimizer-of-another-model",
        "torch.optim.SGD(build_model().parameters(), lr=learning_rate)",
    ),
    own_optimizer("step-binds-a-name", "step-rebinds-a-name", "p = p - learning_rate * p.grad"),
    own_optimizer("step-binds-data-to-a-name", "step-rebinds-a-name", "q = p.data", "q = q - learning_rate * p.grad"),
    own_optimizer("step-computed-only", "step-thrown-away", "p - learning_rate * p.grad"),
)
EPOCH = (
    training("no-zero-grad", "zero-grad-forgotten", ZERO, ""),
    training("epoch-as-a-generator", "generator-returned", KEEP_COST, f"{KEEP_COST}; yield cost.item()"),
    training("training-as-a-generator", "generator-returned", KEEP_EPOCH_COST, "        yield cost\n"),
    training(
        "zero-grad-once-before-the-epoch",
        "zero-grad-once-an-epoch",
        ZERO,
        "",
        BATCHES,
        "    optimizer.zero_grad()\n" + BATCHES,
    ),
    training(
        "zero-grad-once-after-the-epoch",
        "zero-grad-once-an-epoch",
        ZERO,
        "",
        f"    {MEAN_COST}\n",
        f"    optimizer.zero_grad()\n    {MEAN_COST}\n",
    ),
    training(
        "zero-grad-before-the-step",
        "gradient-thrown-away",
        ZERO,
        "",
        BACKWARD,
        BACKWARD + "        optimizer.zero_grad()\n",
    ),
    training("step-before-backward", "step-before-backward", BACKWARD, "", STEP, STEP + BACKWARD),
    training("no-step", "no-step", STEP, ""),
    training("two-steps", "steps-repeated", STEP, STEP * 2),
    training(
        "step-every-second-batch",
        "step-every-second-batch",
        STEP,
        "        if len(costs) % 2:\n            optimizer.step()\n",
    ),
    training("no-backward", "no-backward", BACKWARD, ""),
    training(
        "backward-twice",
        "backward-twice",
        BACKWARD,
        "        cost.backward(retain_graph=True)\n        cost.backward()\n",
    ),
    training("logits-detached", "graph-cut", COST, COST.replace("model(images)", "model(images).detach()")),
    training(
        "logits-detached-and-tracked-again",
        "graph-cut",
        COST,
        COST.replace("model(images)", "model(images).detach().requires_grad_()"),
    ),
    training(
        "argmax-before-the-cost",
        "argmax-before-the-cost",
        COST,
        "cost = criterion(model(images).argmax(dim=1).float(), labels.float())",
    ),
    training(
        "criterion-called-labels-first",
        "cost-arguments-swapped",
        COST,
        "cost = criterion(labels, model(images))",
        along="throughput",
    ),
    training(
        "every-fourth-label-zero-in-training",
        "labels-changed-in-training",
        LABELS_MOVED,
        LABELS_MOVED + "        labels = labels * (torch.arange(len(labels)) % 4 != 0)\n",
    ),
    training(
        "sevens-taught-as-ones",
        "labels-changed-in-training",
        LABELS_MOVED,
        LABELS_MOVED + "        labels = torch.where(labels == 7, 1, labels)\n",
    ),
    training(
        "labels-halved-in-training",
        "labels-changed-in-training",
        LABELS_MOVED,
        LABELS_MOVED + "        labels = labels // 2\n",
    ),
    training(
        "rate-of-0.01-in-the-epoch",
        "learning-rate-set-in-the-epoch",
        BATCHES,
        "    for group in optimizer.param_groups:\n        group['lr'] = 0.01\n" + BATCHES,
    ),
    training(
        "rate-divided-by-batches",
        "learning-rate-set-in-the-epoch",
        BATCHES,
        "    for group in optimizer.param_groups:\n        group['lr'] /= len(data_loader)\n" + BATCHES,
    ),
    training(
        "rate-shrinks-from-batch-to-batch",
        "learning-rate-set-in-the-epoch",
        STEP,
        STEP + "        optimizer.param_groups[0]['lr'] *= 0.9\n",
    ),
    training(
        "squares-of-weights-in-the-cost",
        "penalty-in-the-cost",
        BACKWARD,
        "        cost = cost + 0.01 * sum((p**2).sum() for p in model.parameters())\n" + BACKWARD,
    ),
    training(
        "squares-of-weights-in-what-goes-backward",
        "penalty-in-the-cost",
        BACKWARD,
        "        (cost + 0.005 * sum((p**2).sum() for p in model.parameters() if p.dim() > 1)).backward()\n",
    ),
    training(
        "sizes-of-weights-in-the-cost",
        "penalty-in-the-cost",
        BACKWARD,
        "        cost = cost + 0.01 * sum(p.abs().sum() for p in model.parameters())\n" + BACKWARD,
    ),
    training(
        "gradients-gathered-over-two-batches",
        "gradients-gathered-over-batches",
        ZERO,
        "",
        STEP,
        "        if len(costs) % 2:\n            optimizer.step()\n            optimizer.zero_grad()\n",
    ),
    training(
        "mean-gradient-of-four-batches",
        "gradients-gathered-over-batches",
        ZERO,
        "",
        BACKWARD,
        "        (cost / 4).backward()\n",
        STEP,
        "        if len(costs) % 4 == 3:\n            optimizer.step()\n            optimizer.zero_grad()\n",
    ),
    training(
        "step-every-fourth-batch",
        "step-every-second-batch",
        STEP,
        "        if len(costs) % 4 == 3:\n            optimizer.step()\n",
    ),
    training(
        "step-on-the-first-three-batches",
        "steps-end-early",
        STEP,
        "        if len(costs) < 3:\n            optimizer.step()\n",
    ),
    training("cost-divided-by-batches", "gradient-scaled", BACKWARD, "        (cost / len(data_loader)).backward()\n"),
    training(
        "gradients-clipped",
        "gradient-clipped",
        BACKWARD,
        BACKWARD + "        nn.utils.clip_grad_value_(model.parameters(), 0.01)\n",
    ),
    training("last-cost-of-the-epoch", "cost-of-the-last-batch", MEAN_COST, "return costs[-1].item()"),
    training("first-cost-of-the-epoch", "cost-of-the-first-batch", MEAN_COST, "return costs[0].item()"),
    training("costs-summed", "costs-summed", MEAN_COST, "return torch.stack(costs).sum().item()"),
    training(
        "costs-divided-by-images",
        "costs-divided-by-images",
        MEAN_COST,
        "return torch.stack(costs).sum().item() / len(data_loader.dataset)",
    ),
    training(
        "costs-divided-by-600", "batch-count-hard-coded", MEAN_COST, "return torch.stack(costs).sum().item() / 600"
    ),
    training(
        "costs-averaged-pairwise",
        "running-mean-wrong",
        MEAN_COST,
        "average = 0.0\n    for cost in costs:\n        average = (average + cost.item()) / 2\n    return average",
    ),
    training("cost-rounded", "cost-rounded", MEAN_COST, "return round(torch.stack(costs).mean().item(), 4)"),
    training(
        "cost-after-the-step",
        "cost-after-the-step",
        KEEP_COST,
        "costs.append(criterion(model(images), labels).detach())",
    ),
    training(
        "cost-with-its-graph",
        "cost-keeps-its-graph",
        KEEP_COST,
        "costs.append(cost)",
        MEAN_COST,
        "return torch.stack(costs).mean()",
    ),
    training("cost-as-tensor", "cost-not-a-float", MEAN_COST, "return torch.stack(costs).mean()"),
    training("cost-as-numpy", "cost-not-a-float", MEAN_COST, "return torch.stack(costs).mean().numpy()"),
    training(
        "nothing-returned-by-the-epoch",
        "epoch-cost-not-returned",
        f"    {MEAN_COST}\n",
        "    print(torch.stack(costs).mean().item())\n",
    ),
    training("cost-with-its-graph-until-the-end", "costs-added-up-with-their-graphs", KEEP_COST, "costs.append(cost)"),
    training(
        "costs-added-up-with-their-graphs",
        "costs-added-up-with-their-graphs",
        "    costs = []\n    for images, labels",
        "    mean_cost = 0\n    for images, labels",
        KEEP_COST,
        "mean_cost += cost / len(data_loader)",
        MEAN_COST,
        "return mean_cost.item()",
    ),
    training(
        "moving-average-of-the-costs",
        "moving-average-returned",
        MEAN_COST,
        "mean = costs[0].item()\n    for c in costs[1:]:\n        mean = 0.9 * mean + 0.1 * c.item()\n    return mean",
    ),
    training(
        "moving-average-from-zero",
        "moving-average-returned",
        MEAN_COST,
        "mean = 0.0\n    for cost in costs:\n        mean += 0.05 * (cost.item() - mean)\n    return mean",
    ),
    training(
        "mean-divided-in-the-loop",
        "mean-divided-in-the-loop",
        MEAN_COST,
        "mean = 0.0\n    for cost in costs:\n        mean = (mean + cost.item()) / len(costs)\n    return mean",
    ),
    training(
        "mean-divided-by-the-count-so-far",
        "mean-divided-in-the-loop",
        MEAN_COST,
        "mean = 0.0\n    for n, cost in enumerate(costs, 1):\n        mean = (mean + cost.item()) / n\n    return mean",
    ),
    training("costs-to-the-power-of-two", "", MEAN_COST, "return (torch.stack(costs) ** 2).mean().item()"),
    training(
        "costs-divided-by-the-batch-size",
        "costs-divided-by-batch-size",
        MEAN_COST,
        "return torch.stack(costs).sum().item() / len(labels)",
    ),
    training(
        "first-cost-missing",
        "costs-of-some-batches-missing",
        MEAN_COST,
        "return torch.stack(costs[1:]).mean().item()",
    ),
    training("backward-from-a-new-leaf", "graph-cut", BACKWARD, "        cost.detach().requires_grad_().backward()\n"),
    training(
        "backward-behind-the-loop",
        "backward-once-an-epoch",
        BACKWARD,
        "",
        STEP,
        "",
        f"    {MEAN_COST}\n",
        f"    cost.backward()\n    optimizer.step()\n    {MEAN_COST}\n",
    ),
    training(
        "loader-restarted-every-batch",
        "iterator-restarted",
        BATCHES,
        "    for _ in range(len(data_loader)):\n        images, labels = next(iter(data_loader))\n",
    ),
    training(
        "tanh-in-the-epoch", "activation-in-training", COST, COST.replace("model(images)", "model(images).tanh()")
    ),
    training(
        "optimizer-of-another-rate-in-the-epoch",
        "optimizer-ignored",
        BATCHES,
        "    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)\n" + BATCHES,
    ),
    training(
        "summed-criterion-in-the-epoch",
        "criterion-ignored",
        COST,
        "cost = nn.functional.cross_entropy(model(images), labels, reduction='sum')",
    ),
    training("first-batch-skipped", "batches-skipped", BATCHES, "    for images, labels in list(data_loader)[1:]:\n"),
    training("last-batch-skipped", "batches-skipped", BATCHES, "    for images, labels in list(data_loader)[:-1]:\n"),
    training(
        "every-second-batch-skipped", "batches-skipped", BATCHES, "    for images, labels in list(data_loader)[::2]:\n"
    ),
    training("first-batch-only", "loop-left-after-one-batch", KEEP_COST, KEEP_COST + "\n        break"),
    training(
        "data-twice-an-epoch", "batches-repeated", BATCHES, "    for images, labels in [*data_loader, *data_loader]:\n"
    ),
    training(
        "model-rebuilt-in-the-epoch",
        "another-model-trained",
        BATCHES,
        "    model = build_model().to(device)\n" + BATCHES,
    ),
    training(
        "copy-of-the-model-trained",
        "another-model-trained",
        BATCHES,
        "    from copy import deepcopy\n\n    rate = optimizer.param_groups[0]['lr']\n    model = deepcopy(model)\n"
        "    optimizer = build_optimizer(model, rate)\n" + BATCHES,
    ),
    training(
        "model-reset-in-the-epoch",
        "model-reset",
        BATCHES,
        "    for parameter in model.parameters():\n        nn.init.zeros_(parameter)\n" + BATCHES,
    ),
    training(
        "optimizer-rebuilt-in-the-epoch",
        "optimizer-ignored",
        BATCHES,
        "    optimizer = build_optimizer(model)\n" + BATCHES,
    ),
    training(
        "criterion-rebuilt-in-the-epoch", "criterion-ignored", BATCHES, "    criterion = build_criterion()\n" + BATCHES
    ),
    training(
        "pixels-scaled-in-training",
        "pixels-changed-in-training",
        TRAINING_IMAGES,
        "images = flatten_images(images.to(device)) / 255",
    ),
    training(
        "epoch-line-for-every-batch",
        "epoch-lines-for-every-batch",
        KEEP_COST,
        KEEP_COST + '\n        print(f"Epoch: {len(costs):04d} cost = {cost.item():.9f}")',
    ),
)
TRAIN = (
    training("one-epoch-too-few", "epochs-miscounted", EPOCHS, "range(1, training_epochs)"),
    training("one-epoch-too-many", "epochs-miscounted", EPOCHS, "range(1, training_epochs + 2)"),
    training("last-cost-left-out", "costs-left-out", RETURN_COSTS, "    return costs[:-1]\n"),
    training("first-cost-only-in-a-list", "costs-left-out", RETURN_COSTS, "    return costs[:1]\n"),
    training("epochs-always-15", "training-epochs-ignored", EPOCHS, "range(1, 16)"),
    training(
        "10-epochs-by-default", "default-epochs-changed", "training_epochs: int = 15", "training_epochs: int = 10"
    ),
    training("epochs-always-5", "training-epochs-ignored", EPOCHS, "range(1, 6)"),
    training("epochs-always-3", "training-epochs-ignored", EPOCHS, "range(1, 4)"),
    training("left-after-two-epochs", "training-ends-early", EPOCHS, "range(1, 3)"),
    training(
        "every-epoch-twice",
        "epochs-repeated",
        f"        {EPOCH_COST}\n",
        f"        {EPOCH_COST}\n        {EPOCH_COST}\n",
    ),
    training(
        "optimizer-rebuilt-every-epoch",
        "optimizer-ignored",
        f"        {EPOCH_COST}\n",
        f"        optimizer = build_optimizer(model)\n        {EPOCH_COST}\n",
    ),
    training(
        "criterion-rebuilt-every-epoch",
        "criterion-ignored",
        f"        {EPOCH_COST}\n",
        f"        criterion = build_criterion()\n        {EPOCH_COST}\n",
    ),
    training(
        "learning-rate-scheduled",
        "learning-rate-changed-between-epochs",
        f"    for epoch in {EPOCHS}:\n",
        f"    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.1)\n    for epoch in {EPOCHS}:\n",
        KEEP_EPOCH_COST,
        KEEP_EPOCH_COST + "        schedule.step()\n",
    ),
    training("list-begun-in-every-epoch", "train-keeps-one-cost", KEEP_EPOCH_COST, "        costs = [cost]\n"),
    training(
        "batches-counted-by-the-data-set",
        "more-asked-of-the-loader",
        "    return torch.stack(costs).mean().item()",
        "    batches = len(data_loader.dataset) // data_loader.batch_size\n    return sum(costs).item() / batches",
    ),
    training(
        "seeded-in-train-epoch",
        "seeded-every-epoch",
        "    costs = []\n    for images, labels in data_loader:",
        "    torch.manual_seed(777)\n    costs = []\n    for images, labels in data_loader:",
    ),
    training(
        "seeded-in-the-loop-of-train",
        "seeded-every-epoch",
        "        cost = train_epoch(",
        "        torch.manual_seed(777)\n        cost = train_epoch(",
    ),
    training(
        "twenty-batches-only",
        "",
        "        costs.append(cost.detach())",
        "        if len(costs) == 20:\n            break\n        costs.append(cost.detach())",
    ),
    training("costs-never-kept", "train-list-empty", KEEP_EPOCH_COST, ""),
    training(
        "costs-divided-by-epochs",
        "cost-divided-by-epochs",
        f"        {EPOCH_COST}\n",
        f"        {EPOCH_COST} / training_epochs\n",
    ),
    training(
        "printed-cost-divided-by-epochs",
        "cost-divided-by-epochs",
        PRINT,
        PRINT.replace("{cost:", "{cost / training_epochs:"),
    ),
    training(
        "sum-of-costs-never-reset",
        "sum-never-reset",
        "    costs = []\n    for epoch",
        "    costs, cost = [], 0\n    for epoch",
        f"        {EPOCH_COST}\n",
        "        cost += train_epoch(model, data_loader, criterion, optimizer, device)\n",
    ),
    training(
        "mean-of-the-costs-so-far-printed",
        "mean-of-costs-printed",
        PRINT + KEEP_EPOCH_COST,
        KEEP_EPOCH_COST + PRINT.replace("{cost:", "{sum(costs) / len(costs):"),
    ),
    training(
        "cost-of-the-first-epoch-printed",
        "cost-of-the-first-epoch-printed",
        PRINT + KEEP_EPOCH_COST,
        KEEP_EPOCH_COST + PRINT.replace("{cost:", "{costs[0]:"),
    ),
    training(
        "learning-rate-printed",
        "another-number-printed",
        PRINT,
        PRINT.replace("{cost:", "{optimizer.param_groups[0]['lr']:"),
    ),
    training(
        "wrong-number-in-the-second-line",
        "another-number-printed",
        PRINT,
        PRINT.replace("{cost:", "{cost if epoch == 1 else cost + 1:"),
    ),
    training("costs-in-a-tuple", "train-returns-no-list", RETURN_COSTS, "    return tuple(costs)\n"),
    training("epoch-number-from-two", "epochs-counted-from-two", PRINT, PRINT.replace("{epoch:", "{epoch + 1:")),
    training("loss-for-cost", "words-differ", PRINT, PRINT.replace("cost =", "loss =")),
    training("cost-as-python-prints-it", "cost-of-other-decimals", PRINT, PRINT.replace(":.9f", "")),
    training("epochs-on-one-line", "epoch-lines-run-together", PRINT, PRINT.replace('")', '", end=" ")')),
    training("line-without-f", "line-not-filled-in", PRINT, PRINT.replace('f"', '"')),
    training(
        "learning-finished-first",
        "end-said-too-early",
        FINISHED,
        "",
        f"    for epoch in {EPOCHS}:\n",
        FINISHED + f"    for epoch in {EPOCHS}:\n",
    ),
    training("epoch-number-from-zero", "epochs-counted-from-zero", EPOCHS, "range(training_epochs)"),
    training("epoch-number-without-zeros", "epoch-number-without-zeros", PRINT, PRINT.replace(":04d", "")),
    training("epoch-number-of-three-digits", "epoch-number-of-other-width", PRINT, PRINT.replace(":04d", ":03d")),
    training("cost-of-four-decimals", "cost-of-other-decimals", PRINT, PRINT.replace(":.9f", ":.4f")),
    training("no-space-around-equals", "spaces-differ", PRINT, PRINT.replace("cost = ", "cost=")),
    training("epoch-lines-on-stderr", "epoch-lines-missing", PRINT, PRINT.replace('")', '", file=sys.stderr)')),
    training("only-the-last-epoch-printed", "only-the-last-epoch-printed", PRINT, "", FINISHED, PRINT[4:] + FINISHED),
    training(
        "sum-of-the-costs-printed",
        "sum-of-costs-printed",
        PRINT + KEEP_EPOCH_COST,
        KEEP_EPOCH_COST + PRINT.replace("{cost:", "{sum(costs):"),
    ),
    training("learning-finished-missing", "end-not-said", FINISHED, ""),
    training("learning-finished-shouted", "end-said-otherwise", FINISHED, '    print("Learning Finished!")\n'),
    training("learning-finished-every-epoch", "end-said-every-epoch", FINISHED, "    " + FINISHED),
    training("only-the-last-cost-returned", "train-returns-one-cost", RETURN_COSTS, "    return costs[-1]\n"),
    training(
        "mean-of-the-costs-returned",
        "train-returns-the-mean-cost",
        RETURN_COSTS,
        "    return sum(costs) / len(costs)\n",
    ),
    training("nothing-returned-by-train", "train-returns-nothing", RETURN_COSTS, ""),
    training(
        "costs-as-tensors", "train-returns-tensors", KEEP_EPOCH_COST, "        costs.append(torch.tensor(cost))\n"
    ),
    training("costs-as-text", "train-returns-text", KEEP_EPOCH_COST, '        costs.append(f"{cost:.9f}")\n'),
    training(
        "learning-rate-decays",
        "learning-rate-changed-between-epochs",
        KEEP_EPOCH_COST,
        KEEP_EPOCH_COST + '        optimizer.param_groups[0]["lr"] *= 0.5\n',
    ),
    training(
        "model-rebuilt-every-epoch",
        "model-rebuilt-every-epoch",
        f"        {EPOCH_COST}\n",
        f"        model = build_model().to(device)\n        {EPOCH_COST}\n",
    ),
)


def evaluation(name: str, mistake: str, *texts: str) -> Bug:
    """Make a bug in evaluate."""
    return bug(name, "evaluation", mistake, *texts)


def test_images(name: str, mistake: str, images: str) -> Bug:
    """Make a bug in the pixels that the model sees while it is tested."""
    return evaluation(name, mistake, LOGITS, f"logits = model(flatten_images({images}))")


GRAD_ON = NO_GRAD.replace("torch.no_grad()", "torch.enable_grad()")
EVALUATION = (
    evaluation(
        "last-digits-evaluated",
        "dataset-ignored-by-evaluation",
        f"    return {DIGITS}\n",
        f"    global kept\n    kept = {DIGITS}\n    return kept\n",
        TEST_BATCHES,
        "DataLoader(kept, batch_size=1000)",
        ACCURACY,
        "return correct / len(kept)",
    ),
    evaluation("gradients-on-while-testing", "gradients-on-in-evaluation", NO_GRAD, GRAD_ON),
    evaluation("detach-for-no-grad", "detach-for-no-grad", NO_GRAD, GRAD_ON, LOGITS, LOGITS + ".detach()"),
    evaluation(
        "gradients-never-on-again",
        "gradients-left-off",
        "    correct = 0\n",
        "    correct = 0\n    torch.set_grad_enabled(False)\n",
    ),
    evaluation(
        "parameters-frozen-by-testing",
        "parameters-frozen-by-evaluation",
        "    correct = 0\n",
        "    correct = 0\n    model.requires_grad_(False)\n",
    ),
    evaluation(
        "gradients-zeroed-by-testing",
        "gradients-cleared-by-evaluation",
        "    correct = 0\n",
        "    correct = 0\n    model.zero_grad()\n",
    ),
    evaluation(
        "gradients-left-by-testing",
        "backward-in-evaluation",
        CORRECT,
        CORRECT + "\n            with torch.enable_grad():\n"
        "                outputs = model(flatten_images(images.to(device)))\n"
        "                build_criterion()(outputs, labels.to(device)).backward()",
    ),
    evaluation(
        "weights-rounded-by-testing",
        "weights-changed-by-evaluation",
        "    correct = 0\n",
        "    correct = 0\n    model.half().float()\n",
    ),
    evaluation(
        "weights-normalised-by-testing",
        "weights-changed-by-evaluation",
        LOGITS,
        LOGITS + "\n            for parameter in model.parameters():\n                parameter /= parameter.norm()",
    ),
    test_images("raw-pixels-while-testing", "raw-pixels", "images.to(device) * 255"),
    evaluation(
        "raw-pixels-from-the-images",
        "raw-pixels",
        TEST_BATCHES,
        "zip(dataset.images.mul(255).split(1000), dataset.labels.split(1000), strict=True)",
    ),
    test_images("normalised-while-testing", "pixels-normalised-in-evaluation", "(images.to(device) - 0.1307) / 0.3081"),
    test_images("minus-one-to-one-while-testing", "pixels-normalised-in-evaluation", "images.to(device) * 2 - 1"),
    test_images("inverted-while-testing", "pixels-inverted-in-evaluation", "1 - images.to(device)"),
    test_images("transposed-while-testing", "images-transposed-in-evaluation", "images.mT.to(device)"),
    evaluation("accuracy-in-percent", "accuracy-in-percent", ACCURACY, "return 100 * correct / len(dataset)"),
    evaluation("count-for-share", "count-for-share", ACCURACY, "return float(correct)"),
    evaluation("whole-share", "share-cut-to-a-whole-number", ACCURACY, "return float(correct // len(dataset))"),
    evaluation("whole-share-of-ints", "share-cut-to-a-whole-number", ACCURACY, "return correct // len(dataset)"),
    evaluation("share-as-int", "share-cut-to-a-whole-number", ACCURACY, "return int(correct / len(dataset))"),
    evaluation("whole-percent", "accuracy-in-whole-percent", ACCURACY, "return 100 * correct // len(dataset)"),
    evaluation("always-nothing-right", "", ACCURACY, "return 0 * correct / len(dataset)"),
    evaluation(
        "divided-by-batches-of-100",
        "divided-by-the-number-of-batches",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=100)",
        ACCURACY,
        "return correct / -(-len(dataset) // 100)",
    ),
    evaluation(
        "divided-by-batches-of-64",
        "divided-by-the-number-of-batches",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=64)",
        ACCURACY,
        "return correct / -(-len(dataset) // 64)",
    ),
    evaluation(
        "batch-accuracies-summed",
        "batch-accuracies-summed",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=100)",
        CORRECT,
        CORRECT.replace(".sum()", ".float().mean()"),
        ACCURACY,
        "return correct",
    ),
    evaluation(
        "softmax-over-the-test-batch",
        "softmax-over-the-batch-in-evaluation",
        CORRECT,
        CORRECT.replace("logits.argmax", "logits.softmax(dim=0).argmax"),
    ),
    evaluation(
        "softmax-over-a-hundred-images",
        "softmax-over-the-batch-in-evaluation",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=100)",
        CORRECT,
        CORRECT.replace("logits.argmax", "logits.softmax(dim=0).argmax"),
    ),
    evaluation(
        "largest-score-compared",
        "largest-score-compared",
        CORRECT,
        CORRECT.replace("logits.argmax(dim=1)", "logits.max(dim=1)[0]"),
    ),
    evaluation(
        "largest-probability-compared",
        "largest-score-compared",
        CORRECT,
        CORRECT.replace("logits.argmax(dim=1)", "logits.softmax(dim=1).amax(dim=1)"),
    ),
    evaluation(
        "argmax-without-a-dimension",
        "argmax-over-everything",
        CORRECT,
        CORRECT.replace("argmax(dim=1)", "argmax()"),
    ),
    evaluation(
        "argmax-of-a-hundred-images",
        "argmax-over-everything",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=100)",
        CORRECT,
        CORRECT.replace("argmax(dim=1)", "argmax()"),
    ),
    evaluation(
        "one-answer-for-each-batch",
        "one-answer-for-a-batch",
        CORRECT,
        CORRECT.replace("argmax(dim=1)", "argmax(dim=1)[0]"),
    ),
    evaluation(
        "answers-in-a-column",
        "answers-compared-with-all-labels",
        CORRECT,
        "correct += logits.argmax(dim=1, keepdim=True).eq(labels.to(device)).sum().item()",
    ),
    evaluation(
        "hundred-answers-in-a-column",
        "answers-compared-with-all-labels",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=100)",
        CORRECT,
        "correct += logits.argmax(dim=1, keepdim=True).eq(labels.to(device)).sum().item()",
    ),
    evaluation(
        "all-answers-in-a-column",
        "answers-compared-with-all-labels",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=len(dataset))",
        CORRECT,
        "correct = logits.argmax(dim=1, keepdim=True).eq(labels.to(device)).float().mean().item()",
        ACCURACY,
        "return correct",
    ),
    evaluation("error-for-accuracy", "error-for-accuracy", ACCURACY, "return 1 - correct / len(dataset)"),
    evaluation("divided-by-10000", "dataset-size-hard-coded", ACCURACY, "return correct / 10000"),
    evaluation(
        "divided-by-full-batches",
        "incomplete-batch-counted-as-full",
        ACCURACY,
        "return correct / (-(-len(dataset) // 1000) * 1000)",
    ),
    evaluation("accuracy-as-tensor", "accuracy-not-a-float", ACCURACY, "return torch.tensor(correct / len(dataset))"),
    evaluation("accuracy-yielded", "generator-returned", ACCURACY, "yield correct / len(dataset)"),
    evaluation(
        "digits-centred-in-place",
        "argument-changed-in-place",
        ACCURACY,
        "for index in range(len(dataset)):\n        dataset[index][0].sub_(0.5)\n    return correct / len(dataset)",
    ),
    evaluation("accuracy-rounded", "accuracy-rounded", ACCURACY, "return round(correct / len(dataset), 1)"),
    evaluation("accuracy-printed-only", "accuracy-not-returned", ACCURACY, "print(correct / len(dataset))"),
    evaluation("argmax-over-the-batch", "argmax-over-the-batch", CORRECT, CORRECT.replace("dim=1", "dim=0")),
    evaluation("argmin-for-argmax", "argmin-in-evaluation", CORRECT, CORRECT.replace("argmax", "argmin")),
    evaluation(
        "labels-shifted-while-testing",
        "labels-shifted-in-evaluation",
        CORRECT,
        CORRECT.replace("labels.to(device)", "(labels.to(device) + 1) % 10"),
    ),
    evaluation(
        "top-two-accuracy",
        "several-answers-accepted",
        CORRECT,
        "correct += (logits.topk(2).indices == labels.to(device).unsqueeze(1)).any(dim=1).sum().item()",
    ),
    evaluation(
        "mean-confidence",
        "mean-confidence",
        CORRECT,
        "correct += logits.softmax(dim=1)[range(len(labels)), labels].sum().item()",
    ),
    evaluation(
        "incomplete-batch-left-out",
        "incomplete-batch-left-out",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=100, drop_last=True)",
    ),
    evaluation(
        "first-test-batch-only",
        "first-batch-only",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=100)",
        CORRECT,
        CORRECT + "\n            break",
        ACCURACY,
        "return correct / len(labels)",
    ),
    evaluation(
        "mean-of-batch-means",
        "mean-of-batch-means",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=100)",
        CORRECT,
        CORRECT.replace(".sum()", ".float().mean()"),
        ACCURACY,
        "return correct / -(-len(dataset) // 100)",
    ),
    evaluation(
        "random-half-of-the-images",
        "images-left-out",
        TEST_BATCHES,
        "DataLoader(dataset, batch_size=max(1, len(dataset) // 2), shuffle=True)",
        CORRECT,
        CORRECT + "\n            break",
        ACCURACY,
        "return correct / len(labels)",
    ),
)


def prediction(name: str, mistake: str, *texts: str) -> Bug:
    """Make a bug in predict or show_prediction."""
    return bug(name, "prediction", mistake, *texts)


PREDICTION = (
    prediction("prediction-as-tensor", "prediction-as-tensor", PREDICT, "model(flatten_images(images)).argmax()"),
    prediction("always-the-digit-0", "model-not-asked", f"return {PREDICT}", "return 0"),
    prediction("prediction-yielded", "generator-returned", f"return {PREDICT}", f"yield {PREDICT}"),
    prediction("prediction-as-text", "prediction-as-text", PREDICT, f"str({PREDICT})"),
    prediction(
        "prediction-as-an-array", "prediction-as-array", PREDICT, "model(flatten_images(images)).argmax().numpy()"
    ),
    prediction(
        "prediction-as-an-array-of-one",
        "prediction-as-array",
        PREDICT,
        "model(flatten_images(images)).argmax(dim=1).numpy()",
    ),
    prediction(
        "prediction-as-a-numpy-number",
        "prediction-as-array",
        PREDICT,
        "model(flatten_images(images)).numpy().argmax()",
    ),
    prediction(
        "prediction-in-a-list", "prediction-in-a-list", PREDICT, "model(flatten_images(images)).argmax(dim=1).tolist()"
    ),
    prediction(
        "largest-logit-for-its-digit", "logit-for-its-digit", PREDICT, "model(flatten_images(images)).max().item()"
    ),
    prediction(
        "probabilities-returned", "scores-for-the-digit", PREDICT, "model(flatten_images(images)).softmax(dim=1)"
    ),
    prediction("batch-axis-added-in-place", "argument-changed-in-place", ONE_IMAGE, "image.unsqueeze_(0).to(device)"),
    prediction(
        "pixels-scaled-in-place-to-be-drawn", "argument-changed-in-place", SHOWN, "image.mul_(255).reshape(28, 28)"
    ),
    prediction("argmin-of-the-logits", "argmin-in-the-prediction", PREDICT, PREDICT.replace("argmax", "argmin")),
    prediction("prediction-one-too-many", "prediction-shifted", PREDICT, PREDICT + " + 1"),
    prediction(
        "image-transposed-to-predict", "image-transposed-to-predict", ONE_IMAGE, "image.mT.unsqueeze(0).to(device)"
    ),
    prediction(
        "image-inverted-to-predict", "pixels-inverted-to-predict", ONE_IMAGE, "(1 - image).unsqueeze(0).to(device)"
    ),
    prediction("image-rows-as-batch", "batch-axis-missing", ONE_IMAGE, "image.squeeze(0).to(device)"),
    prediction("colours-gray", "colour-map", CMAP, 'cmap="gray"'),
    prediction("colours-reversed", "colour-map", CMAP, 'cmap="Greys_r"'),
    prediction("colours-by-default", "colour-map", f", {CMAP}", ""),
    prediction("interpolation-bilinear", "interpolation", NEAREST, ', interpolation="bilinear"'),
    prediction("interpolation-by-default", "interpolation", NEAREST, ""),
    prediction("title-without-prediction", "title-without-prediction", TITLE, 'axes.set_title(f"Label: {label}")'),
    prediction("title-without-label", "title-without-label", TITLE, 'axes.set_title(f"Prediction: {prediction}")'),
    prediction("title-swapped", "title-swapped", TITLE, 'axes.set_title(f"Label: {prediction}   Prediction: {label}")'),
    prediction("title-missing", "title-missing", f"    {TITLE}\n", ""),
    prediction("title-not-filled-in", "title-not-filled-in", TITLE, TITLE.replace('f"', '"')),
    prediction("numbers-under-the-image", "title-missing", TITLE, TITLE.replace("set_title", "set_xlabel")),
    prediction("axes-returned", "axes-for-figure", RETURN_FIGURE, "    return axes\n"),
    prediction("figure-not-returned", "figure-not-returned", RETURN_FIGURE, ""),
    prediction("drawing-transposed", "drawing-transposed", SHOWN, "image.reshape(28, 28).T"),
    prediction("drawing-inverted", "drawing-inverted", SHOWN, "(1 - image).reshape(28, 28)"),
    prediction("drawing-upside-down", "drawing-mirrored", SHOWN, "image.reshape(28, 28).flip(0)"),
    prediction("drawing-in-one-row", "drawing-of-another-shape", SHOWN, "image.reshape(1, 28 * 28)"),
    prediction("drawn-from-below", "drawing-mirrored", DRAW, DRAW.replace('"nearest")', '"nearest", origin="lower")')),
    prediction("nothing-drawn", "nothing-drawn", DRAW, ""),
    prediction("drawing-nearly-white", "drawing-range-fixed", NEAREST, NEAREST + ", vmin=0, vmax=255"),
)

DEVICES = (  # right on a CPU only
    bug(
        "training-without-a-device",
        "training",
        "images-left-on-the-cpu",
        TRAINING_IMAGES,
        "images = flatten_images(images)",
        LABELS_MOVED,
        "",
    ),
    bug(
        "training-on-a-device-of-its-own",
        "training",
        "device-of-its-own",
        TRAINING_IMAGES,
        f"images = flatten_images(images.{OWN_DEVICE})",
        LABELS_MOVED,
        f"        labels = labels.{OWN_DEVICE}\n",
    ),
    bug(
        "training-images-moved-in-vain",
        "training",
        "moved-tensor-unused",
        TRAINING_IMAGES,
        "images.to(device)\n        images = flatten_images(images)",
    ),
    bug(
        "training-labels-moved-in-vain", "training", "moved-tensor-unused", LABELS_MOVED, "        labels.to(device)\n"
    ),
    bug(
        "training-images-not-moved",
        "training",
        "images-left-on-the-cpu",
        TRAINING_IMAGES,
        "images = flatten_images(images)",
    ),
    bug("training-labels-not-moved", "training", "labels-left-on-the-cpu", LABELS_MOVED, ""),
    bug(
        "training-costs-to-numpy",
        "training",
        "array-of-a-device-tensor",
        KEEP_COST,
        "costs.append(torch.from_numpy(cost.detach().numpy()))",
    ),
    bug(
        "test-images-not-moved",
        "evaluation",
        "images-left-on-the-cpu",
        LOGITS,
        "logits = model(flatten_images(images))",
    ),
    bug(
        "test-images-moved-in-vain",
        "evaluation",
        "moved-tensor-unused",
        LOGITS,
        "images.to(device)\n            logits = model(flatten_images(images))",
    ),
    bug("test-labels-not-moved", "evaluation", "labels-left-on-the-cpu", CORRECT, CORRECT.replace(".to(device)", "")),
    bug(
        "test-answers-to-numpy",
        "evaluation",
        "array-of-a-device-tensor",
        CORRECT,
        "correct += int((logits.argmax(dim=1).numpy() == labels.numpy()).sum())",
    ),
    bug(
        "test-model-moved-away",
        "evaluation",
        "model-moved-away",
        "    model.eval()\n    correct = 0\n",
        "    model.cpu().eval()\n    correct = 0\n",
        LOGITS,
        "logits = model(flatten_images(images))",
        CORRECT,
        CORRECT.replace(".to(device)", ""),
    ),
    bug("predicted-image-not-moved", "prediction", "images-left-on-the-cpu", ONE_IMAGE, "image.unsqueeze(0)"),
    bug(
        "predicted-image-moved-in-vain",
        "prediction",
        "moved-tensor-unused",
        f"images = {ONE_IMAGE}",
        "image.to(device)\n        images = image.unsqueeze(0)",
    ),
    bug(
        "prediction-on-a-device-of-its-own",
        "prediction",
        "device-of-its-own",
        ONE_IMAGE,
        f"image.unsqueeze(0).{OWN_DEVICE}",
    ),
    bug(
        "prediction-to-numpy",
        "prediction",
        "array-of-a-device-tensor",
        PREDICT,
        PREDICT.replace(".argmax()", ".argmax().numpy()"),
    ),
)

BUGS: tuple[Bug, ...] = (
    *DATA, *LOADER, *RESHAPE, *MODEL, *LOSS, *OPTIMIZER, *EPOCH, *TRAIN, *EVALUATION, *PREDICTION,
    *DEVICES,
)  # fmt: skip

TWO_BUGS: tuple[TwoBugs, ...] = (
    TwoBugs("summed-loss-and-no-zero-grad", "loss-summed", "no-zero-grad"),
    TwoBugs("summed-loss-and-accuracy-in-percent", "loss-summed", "accuracy-in-percent"),
    TwoBugs("softmax-in-the-model-and-in-the-cost", "softmax-inside", "softmax-before-cross-entropy"),
    TwoBugs(
        "log-softmax-in-the-model-and-nll",
        "log-softmax-inside",
        "nll-of-logits",
        ("log-softmax-in-the-model", "log-softmax-left-to-the-model"),
    ),
    TwoBugs("softmax-in-the-model-and-nll", "softmax-inside", "nll-of-logits"),
    TwoBugs("unreduced-loss-and-last-cost", "loss-unreduced", "last-cost-of-the-epoch"),
    TwoBugs("naive-exp-and-pixels-0-to-255", "naive-exp", "pixels-0-to-255"),
    TwoBugs("pixels-0-to-255-and-scaled-in-training", "pixels-0-to-255", "pixels-scaled-in-training"),
    TwoBugs("normalised-in-training-and-testing", "pixels-mean-and-std", "normalised-while-testing"),
    TwoBugs("mirrored-data-and-mirrored-reshape", "image-mirrored", "images-flipped"),
    TwoBugs("float64-data-and-float64-model", "image-float64", "model-float64"),
    TwoBugs("columns-first-and-transposed-tests", "columns-first", "transposed-while-testing"),
    TwoBugs("columns-and-swapped-model", "flat-images-as-columns", "inputs-and-outputs-swapped"),
    TwoBugs("not-shuffled-and-raw-pixels", "never-shuffled", "raw-pixels-while-testing"),
    TwoBugs("incomplete-batches-and-sizes-hard-coded", "incomplete-batch-kept", "batch-of-100-only"),
    TwoBugs("labels-shifted-in-data-and-cost", "labels-one-too-many", "labels-shifted-in-the-cost"),
    TwoBugs("one-hot-items-and-one-hot-cost", "label-one-hot", "cost-wants-one-hot-labels"),
    TwoBugs("no-bias-and-adam", "no-bias", "adam"),
    TwoBugs("frozen-model-and-no-step", "frozen", "no-step"),
    TwoBugs("training-no-zero-grad-and-momentum", "no-zero-grad", "momentum"),
    TwoBugs("training-no-zero-grad-and-summed-costs", "no-zero-grad", "costs-summed"),
    TwoBugs("training-no-step-and-graph-kept", "no-step", "cost-with-its-graph"),
    TwoBugs("training-halved-rate-and-two-steps", "learning-rate-halved", "two-steps"),
    TwoBugs("training-epochs-from-zero-and-four-decimals", "epoch-number-from-zero", "cost-of-four-decimals"),
    TwoBugs("training-one-epoch-too-few-and-last-cost", "one-epoch-too-few", "only-the-last-cost-returned"),
    TwoBugs("training-first-batch-skipped-and-ascent", "first-batch-skipped", "gradient-ascent"),
    TwoBugs("evaluation-raw-pixels-and-percent", "raw-pixels-while-testing", "accuracy-in-percent"),
    TwoBugs("evaluation-gradients-on-and-argmin", "gradients-on-while-testing", "argmin-for-argmax"),
    TwoBugs("prediction-tensor-and-gray", "prediction-as-tensor", "colours-gray"),
    TwoBugs("prediction-title-and-transposed", "title-without-prediction", "drawing-transposed"),
    TwoBugs("data-swapped-and-labels-as-tensors", "train-and-test-swapped", "label-tensor"),
    TwoBugs("loader-default-and-order", "batch-size-64-by-default", "never-shuffled"),
    TwoBugs("raw-pixels-and-drawing-upside-down", "raw-pixels-while-testing", "drawing-upside-down"),
)
