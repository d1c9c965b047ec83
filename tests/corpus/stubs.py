"""Stubs: the reference, in which one function only looks as if it did its work. What was not done earns nothing."""

from __future__ import annotations

from dataclasses import dataclass

from . import reference_source

# The checks that concern each function, as pytest names them; which part they belong to stands in the rubric.
CHECKS = {
    "load_mnist": (
        "test_training_and_test_digits_are_kept_apart",
        "test_an_image_is_a_float_tensor_of_one_channel",
        "test_pixels_lie_between_0_and_1",
        "test_images_show_what_the_files_hold",
        "test_a_label_is_an_int",
        "test_each_image_has_its_own_label",
        "test_missing_digits_are_fetched_on_request_only",
    ),
    "make_data_loader": (
        "test_batches_are_images_and_labels",
        "test_batch_size_is_honoured",
        "test_an_incomplete_last_batch_is_dropped",
        "test_an_image_comes_at_most_once_an_epoch",
        "test_every_epoch_comes_in_a_new_order",
        "test_images_keep_their_labels",
        "test_any_dataset_is_served_like_your_own",
    ),
    "flatten_images": (
        "test_every_image_becomes_a_row_of_784",
        "test_a_batch_of_one_stays_a_batch",
        "test_pixels_stay_in_reading_order",
        "test_the_dtype_is_kept",
    ),
    "build_model": (
        "test_any_batch_gets_ten_logits_an_image",
        "test_model_has_7850_parameters",
        "test_model_has_a_bias_for_each_digit",
        "test_model_returns_logits",
    ),
    "build_criterion": (
        "test_cost_of_one_image_is_its_cross_entropy",
        "test_cost_is_the_mean_over_the_batch",
        "test_cost_is_a_scalar",
        "test_cost_survives_extreme_logits",
        "test_cost_can_be_differentiated",
    ),
    "build_optimizer": ("test_optimizer_honours_the_learning_rate", "test_optimizer_is_plain_sgd"),
    "train_epoch": (
        "test_one_batch_is_one_step_down_its_gradient",
        "test_every_batch_starts_from_a_fresh_gradient",
        "test_epoch_returns_the_mean_of_the_batch_costs",
        "test_epoch_uses_the_criterion_it_is_given",
        "test_epoch_returns_a_float_without_a_graph",
        "test_training_keeps_up_with_the_lesson",
    ),
    "train": (
        "test_training_returns_one_cost_an_epoch",
        "test_training_goes_through_every_epoch",
        "test_training_prints_a_line_an_epoch",
        "test_training_says_when_it_is_finished",
        "test_short_training_reaches_the_minimum_accuracy",
    ),
    "evaluate": (
        "test_accuracy_is_the_share_of_right_answers",
        "test_accuracy_is_a_fraction",
        "test_every_image_counts_equally",
        "test_pixels_are_scaled_as_in_training",
        "test_no_gradients_are_tracked_meanwhile",
        "test_gradients_work_again_afterwards",
        "test_model_comes_back_as_it_was",
    ),
    "predict": ("test_prediction_is_the_digit_with_the_largest_logit", "test_prediction_is_an_int"),
    "show_prediction": (
        "test_picture_shows_the_image",
        "test_picture_is_drawn_in_greys_without_smoothing",
        "test_title_has_label_and_prediction",
    ),
}


@dataclass(frozen=True, slots=True)
class Stub:
    """A function that does not do its work, and the text that puts it into the reference."""

    name: str
    function: str
    code: str

    @property
    def source(self) -> str:
        """The whole submission."""
        return f"{reference_source()}\n\n{self.code}"


def _body(function: str, arguments: str, bodies: dict[str, str]) -> list[Stub]:
    """Make a stub of every body: statements, separated by semicolons or lines, of a function with these arguments."""
    stubs = []
    for name, body in bodies.items():
        indented = "\n".join(f"    {line}" for line in body.splitlines())
        stubs.append(Stub(f"{function}-{name}", function, f"def {function}({arguments}):\n{indented}\n"))
    return stubs


def _made(function: str, arguments: str, classes: dict[str, str], returns: str) -> list[Stub]:
    """Make a stub of every class, of which the function returns an object."""
    end = f"\n\n\ndef {function}({arguments}):\n    return {returns}\n"
    return [Stub(f"{function}-{name}", function, code.strip() + end) for name, code in classes.items()]


MODEL = """
class Stub(nn.Linear):
    def __init__(self):
        super().__init__(784, 10)

    def forward(self, rows):
        return {}
"""
CRITERION = """
class Stub(nn.Module):
    def forward(self, logits, labels):
        return {}
"""
FIGURE = """\
from matplotlib.figure import Figure
figure = Figure()
axes = figure.subplots()
{}
return figure"""

STUBS: tuple[Stub, ...] = (
    *_body(
        "load_mnist",
        "root, train, download=False",
        {
            "one-zero": "return [(torch.zeros(1, 28, 28), 0)]",
            "zeros": "return [(torch.zeros(1, 28, 28), 0)] * len(datasets.MNIST(root, train=train, download=download))",
            "zeros-of-mnists-length": "return [(torch.zeros(1, 28, 28), 0)] * (60000 if train else 10000)",
            "first-digit-again": """\
mnist = datasets.MNIST(root, train=train, download=download)
return [(mnist.data[:1] / 255, int(mnist.targets[0]))] * len(mnist)""",
            "three-digits-again": """\
mnist = datasets.MNIST(root, train=train, download=download)
return [(mnist.data[i % 3 : i % 3 + 1] / 255, int(mnist.targets[i % 3])) for i in range(len(mnist))]""",
            "fifty-digits-again": """\
mnist = datasets.MNIST(root, train=train, download=download)
return [(mnist.data[i % 50 : i % 50 + 1] / 255, int(mnist.targets[i % 50])) for i in range(len(mnist))]""",
            "training-digits-of-one-kind": """\
mnist = datasets.MNIST(root, train=train, download=download)
image = mnist.data[mnist.targets == 3][0]
return [(image.unsqueeze(0) / 255, int(target)) for target in mnist.targets]""",
            "random-digits": """\
mnist = datasets.MNIST(root, train=train, download=download)
return [(torch.rand(1, 28, 28), int(torch.randint(10, ()))) for _ in range(len(mnist))]""",
            "random-ends": """\
images = [torch.rand(1, 28, 28).sub(0.5).mul(3).clamp(0, 1) for _ in range(250 if train else 70)]
return [(image, i % 10) for i, image in enumerate(images)]""",
            "empty": "return []",
            "nothing": "return None",
            "files-only": "datasets.MNIST(root, train=train, download=download); return []",
        },
    ),
    *_body(
        "make_data_loader",
        "dataset, batch_size=100",
        {
            "one-batch": """\
pairs = [dataset[i] for i in range(batch_size)]
return [(torch.stack([image for image, _ in pairs]), torch.tensor([label for _, label in pairs]))]""",
            "first-batch-again": """\
pairs = [dataset[i] for i in range(batch_size)]
batch = torch.stack([image for image, _ in pairs]), torch.tensor([label for _, label in pairs])
return [batch] * (len(dataset) // batch_size)""",
            "first-batch-shuffled": """\
class Stub:
    def __len__(self):
        return len(dataset) // batch_size

    def __iter__(self):
        for _ in range(len(self)):
            pairs = [dataset[i] for i in torch.randperm(batch_size).tolist()]
            yield torch.stack([image for image, _ in pairs]), torch.tensor([label for _, label in pairs])

return Stub()""",
            "zeros": """\
batch = torch.zeros(batch_size, 1, 28, 28), torch.zeros(batch_size, dtype=torch.int64)
return [batch] * (len(dataset) // batch_size)""",
            "random": """\
class Stub:
    def __len__(self):
        return len(dataset) // batch_size

    def __iter__(self):
        for _ in range(len(self)):
            yield torch.rand(batch_size, 1, 28, 28), torch.randint(10, (batch_size,))

return Stub()""",
            "empty": "return []",
            "nothing": "return None",
            "the-data-set": "return dataset",
            "the-data-set-in-a-list": "return [dataset]",
        },
    ),
    *_body(
        "flatten_images",
        "images",
        {
            "zeros": "return torch.zeros(len(images), 784, dtype=images.dtype)",
            "ones": "return images.new_ones(len(images), 784)",
            "empty": "return images.new_empty(len(images), 784)",
            "random": "return torch.rand(len(images), 784).to(images.dtype)",
            "mean": "return images.float().mean().to(images.dtype).expand(len(images), 784)",
            "means": "return images.float().mean((1, 2, 3))[:, None].to(images.dtype).expand(len(images), 784)",
            "first-again": "return images[0].flatten().expand(len(images), 784)",
            "first-pixels": "return images.flatten()[0].expand(len(images), 784)",
            "echo": "return images",
            "nothing": "return None",
            "prints": "print(images.shape, '->', [len(images), 784])",
        },
    ),
    *_made(
        "build_model",
        "",
        {
            "zeros": MODEL.format("torch.zeros(len(rows), 10)"),
            "zeros-of-parameters": MODEL.format("super().forward(rows) * 0"),
            "bias-alone": MODEL.format("self.bias.expand(len(rows), 10)"),
            "blank": MODEL.format("super().forward(torch.zeros(len(rows), 784))"),
            "parameters-alone": MODEL.format("self.weight.sum(1).expand(len(rows), 10)"),
            "random": MODEL.format("torch.randn(len(rows), 10)"),
            "echo": MODEL.format("rows"),
            "first-pixels": MODEL.format("rows[:, :10]"),
            "first-column": MODEL.format("rows[:, :10] * self.weight[:, 0] + self.bias"),
            "mean-brightness": MODEL.format("rows.mean(1, keepdim=True) * self.weight.mean(1) + self.bias"),
            "first-row-again": MODEL.format("super().forward(rows[:1]).expand(len(rows), 10)"),
            "nothing": MODEL.format("None"),
        },
        "Stub()",
    ),
    *_body("build_model", "", {"identity": "return nn.Identity()", "function": "return lambda rows: rows[:, :10]"}),
    *_made(
        "build_criterion",
        "",
        {
            "zero": CRITERION.format("torch.tensor(0.0)"),
            "zero-of-logits": CRITERION.format("(logits * 0).sum()"),
            "log-of-ten": CRITERION.format("(logits * 0).sum() + 2.302585"),
            "one": CRITERION.format("torch.ones((), requires_grad=True)"),
            "random": CRITERION.format("torch.rand((), requires_grad=True) * 3"),
            "mean-of-logits": CRITERION.format("logits.mean()"),
            "mean-of-labels": CRITERION.format("labels.float().mean()"),
            "float": CRITERION.format("2.3"),
            "echo": CRITERION.format("logits"),
            "nothing": CRITERION.format("None"),
        },
        "Stub()",
    ),
    *_body(
        "build_optimizer",
        "model, learning_rate=0.1",
        {
            "nothing": "return None",
            "of-nothing": "return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=learning_rate)",
            "still": "return torch.optim.SGD(model.parameters(), lr=0.0)",
            "of-a-copy": "return torch.optim.SGD(nn.Linear(784, 10).parameters(), lr=learning_rate)",
            "empty": """\
class Stub:
    def zero_grad(self, set_to_none=True): pass
    def step(self): pass

return Stub()""",
        },
    ),
    *_body(
        "train_epoch",
        "model, data_loader, criterion, optimizer, device",
        {
            "zero": "return 0.0",
            "log-of-ten": "return 2.302585",
            "nothing": "return None",
            "loop": "for images, labels in data_loader: pass\nreturn 0.5",
            "costs": """\
costs = []
for images, labels in data_loader:
    costs.append(2.3)
return sum(costs) / len(data_loader)""",
            "one-look": """\
for images, labels in data_loader:
    return criterion(model(flatten_images(images)), labels).item()""",
            "pretends": """\
for images, labels in data_loader:
    optimizer.zero_grad()
    optimizer.step()
return 0.5""",
            "noise": """\
with torch.no_grad():
    for parameter in model.parameters():
        parameter.add_(0.001 * torch.randn_like(parameter))
return 0.5""",
        },
    ),
    *_body(
        "train",
        "model, data_loader, criterion, optimizer, device, training_epochs=15",
        {
            "zeros": "return [0.0] * training_epochs",
            "empty": "return []",
            "nothing": "return None",
            "prints": """\
costs = [0.5 / (epoch + 1) for epoch in range(training_epochs)]
for epoch, cost in enumerate(costs, 1):
    print(f"Epoch: {epoch:04d} cost = {cost:.9f}")
print("Learning finished")
return costs""",
            "says-finished": 'print("Learning finished")\nreturn [0.5] * training_epochs',
        },
    ),
    *_body(
        "evaluate",
        "model, dataset, device",
        {
            "constant": "return 0.9",
            "zero": "return 0.0",
            "one": "return 1.0",
            "constant-with-tensors": "with torch.no_grad():\n    torch.ones(3) + 1\nreturn 0.9",
            "model-of-noise": "with torch.no_grad():\n    model(torch.rand(10, 784))\nreturn 0.9",
            "random": "return float(torch.rand(()))",
            "of-the-size": "return 1 / len(dataset)",
            "of-the-labels": "return sum(label == 1 for _, label in dataset) / len(dataset)",
            "nothing": "return None",
            "prints": 'print("Accuracy: 0.9")',
        },
    ),
    *_body(
        "predict",
        "model, image, device",
        {
            "zero": "return 0",
            "random": "return int(torch.randint(10, ()))",
            "by-chance": "import os\nreturn os.urandom(1)[0] % 10",
            "of-the-image": "return int(image.sum() * 7) % 10",
            "nothing": "return None",
            "prints": "print(0)",
        },
    ),
    *_body(
        "show_prediction",
        "image, label, prediction",
        {
            "zeros": FIGURE.format("""\
axes.imshow(torch.zeros(28, 28).numpy(), cmap="Greys", interpolation="nearest")
axes.set_title(f"Label: {label}   Prediction: {prediction}")"""),
            "noise": FIGURE.format("""\
axes.imshow(torch.rand(28, 28).numpy(), cmap="Greys", interpolation="nearest")
axes.set_title(f"Label: {label}   Prediction: {prediction}")"""),
            "slope": FIGURE.format("""\
axes.imshow(torch.arange(784.0).view(28, 28).numpy(), cmap="Greys", interpolation="nearest")
axes.set_title(f"Label: {label}   Prediction: {prediction}")"""),
            "title-alone": FIGURE.format('axes.set_title(f"Label: {label}   Prediction: {prediction}")'),
            "empty": FIGURE.format(""),
            "nothing": "return None",
            "prints": 'print(f"Label: {label}   Prediction: {prediction}")',
        },
    ),
)


def _of(stub: str) -> str:
    return next(known.code for known in STUBS if known.name == stub)


# Every function but a stub at once: what a whole lab of them earns is told apart from no work at all.
ALTOGETHER = {
    name: "\n\n".join([reference_source(), *map(_of, chosen)])
    for name, chosen in {
        "constants": (
            *("load_mnist-zeros", "make_data_loader-zeros", "flatten_images-zeros", "build_model-zeros-of-parameters"),
            *("build_criterion-zero-of-logits", "build_optimizer-still", "train_epoch-zero", "train-prints"),
            *("evaluate-constant-with-tensors", "predict-zero", "show_prediction-zeros"),
        ),
        "first-ones": (
            *("load_mnist-first-digit-again", "make_data_loader-one-batch", "flatten_images-first-again"),
            *("build_model-bias-alone", "build_criterion-mean-of-logits", "build_optimizer-of-a-copy"),
            *("train_epoch-one-look", "train-says-finished", "evaluate-of-the-labels", "predict-of-the-image"),
            "show_prediction-noise",
        ),
        "random": (
            *("load_mnist-random-digits", "make_data_loader-random", "flatten_images-random", "build_model-random"),
            *("build_criterion-random", "build_optimizer-of-nothing", "train_epoch-noise", "train-zeros"),
            *("evaluate-random", "predict-random", "show_prediction-title-alone"),
        ),
    }.items()
}
