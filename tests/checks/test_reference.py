"""The reference does what the lab asks for, on any digits and on MNIST itself."""

from __future__ import annotations

import gzip
import importlib.util
import inspect
import math
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "lab.py"
CPU = torch.device("cpu")
RAW_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
TRAIN_DIGITS, TEST_DIGITS = 250, 130  # of the small stand-in for MNIST; neither is a multiple of a batch

CONTRACT = {
    "load_mnist": "root, train, download=False",
    "make_data_loader": "dataset, batch_size=100",
    "flatten_images": "images",
    "build_model": "",
    "build_criterion": "",
    "build_optimizer": "model, learning_rate=0.1",
    "train_epoch": "model, data_loader, criterion, optimizer, device",
    "train": "model, data_loader, criterion, optimizer, device, training_epochs=15",
    "evaluate": "model, dataset, device",
    "predict": "model, image, device",
    "show_prediction": "image, label, prediction",
}

LESSON_COSTS = (0.5352, 0.3596)  # epochs 1 and 2 of the lesson's loop on MNIST
COST_TOLERANCE = 0.004  # another order of the batches moves an epoch's cost by a tenth of this
ACCURACY, ACCURACY_TOLERANCE = 0.909, 0.006  # after 2 epochs; it reaches 0.92 after 15
STEP_TOLERANCE = 1e-6  # float32 eps is 1.2e-7; a few steps of a few terms


@pytest.fixture(autouse=True)
def one_thread():
    """Compute in one thread: beside other work two wait for each other, and an epoch takes ten times as long."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def lab():
    """Import the reference."""
    spec = importlib.util.spec_from_file_location("reference_lab", REFERENCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def small_root(tmp_path_factory):
    """Write a few random digits in MNIST's own file format, an IDX header and then the bytes."""
    root = tmp_path_factory.mktemp("small")
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in RAW_NAMES:
        count = TRAIN_DIGITS if name.startswith("train") else TEST_DIGITS
        shape, high = ((count, 28, 28), 256) if "images" in name else ((count,), 10)
        header = struct.pack(f">{1 + len(shape)}I", 0x800 + len(shape), *shape)
        (raw / name).write_bytes(header + rng.integers(high, size=shape, dtype=np.uint8).tobytes())
    return root


@pytest.fixture(scope="module")
def mnist_root(tmp_path_factory):
    """Unpack MNIST from MNIST_ROOT into a folder of our own, or skip."""
    given = os.environ.get("MNIST_ROOT")
    if not given:
        pytest.skip("MNIST_ROOT is not set: the figures of the lesson need MNIST itself")
    root = tmp_path_factory.mktemp("mnist")
    (root / "MNIST" / "raw").mkdir(parents=True)
    for name in RAW_NAMES:
        source = Path(given) / "MNIST" / "raw" / name
        packed = source.with_name(name + ".gz")
        contents = source.read_bytes() if source.is_file() else gzip.decompress(packed.read_bytes())
        (root / "MNIST" / "raw" / name).write_bytes(contents)
    return root


def numbered(count):
    """Make a dataset in which image and label i both carry the number i."""
    return [(torch.full((1, 28, 28), float(i)), i) for i in range(count)]


def state(model):
    """Copy all that a measurement must not change."""
    gradients = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    values = {name: value.clone() for name, value in model.state_dict().items()}
    return values, gradients, [module.training for module in model.modules()]


@pytest.mark.parametrize("name", CONTRACT)
def test_signature_is_the_contract(lab, name):
    """Names, order and defaults of the parameters are those of the contract."""
    parameters = inspect.signature(getattr(lab, name)).parameters.values()
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
    assert ", ".join(map(str, bare)) == CONTRACT[name]
    assert all(p.annotation is not inspect.Parameter.empty for p in parameters)


@pytest.mark.parametrize(("train", "count"), [(True, TRAIN_DIGITS), (False, TEST_DIGITS)])
def test_loaded_digits_are_the_files_scaled_to_one(lab, small_root, train, count):
    """Each item is the file's image divided by 255, with its label as an int."""
    dataset = lab.load_mnist(small_root, train)
    name = RAW_NAMES[0 if train else 2]
    raw = np.frombuffer((small_root / "MNIST/raw" / name).read_bytes()[16:], np.uint8).reshape(-1, 1, 28, 28)
    assert len(dataset) == count
    image, label = dataset[count - 1]
    assert (image.shape, image.dtype, type(label)) == ((1, 28, 28), torch.float32, int)
    np.testing.assert_array_equal(image.numpy(), raw[-1].astype(np.float32) / np.float32(255))


@pytest.fixture(params=["any dataset", "own dataset"])
def make_numbered(request, lab):
    """Make a numbered dataset of the given length: a plain list, or one as `load_mnist` makes it."""
    if request.param == "any dataset":
        return numbered
    return lambda count: lab.Digits(
        torch.arange(float(count)).repeat(784, 1).T.view(-1, 1, 28, 28), torch.arange(count)
    )


def test_batches_pair_each_image_with_its_label_and_drop_the_rest(lab, make_numbered):
    """An epoch gives whole batches of distinct images, each with its own label."""
    data_loader = lab.make_data_loader(make_numbered(25), batch_size=10)
    batches = list(data_loader)
    assert len(data_loader) == len(batches) == 2
    for images, labels in batches:
        assert (images.shape, images.dtype) == ((10, 1, 28, 28), torch.float32)
        assert (labels.shape, labels.dtype) == ((10,), torch.int64)
        assert torch.equal(images, labels.float().view(-1, 1, 1, 1).expand_as(images))
    assert len(set(torch.cat([labels for _, labels in batches]).tolist())) == 20


def test_every_epoch_has_an_order_of_its_own(lab, make_numbered):
    """Two epochs of one loader, and the dataset itself, come in three different orders."""
    data_loader = lab.make_data_loader(make_numbered(100), batch_size=10)
    first, second = (torch.cat([labels for _, labels in data_loader]).tolist() for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != second
    assert list(range(100)) not in (first, second)


@pytest.mark.parametrize("count", [1, 3])
def test_each_image_becomes_a_row(lab, count):
    """Row i holds image i, line by line, for any batch size."""
    images = torch.arange(count * 784, dtype=torch.float64).view(count, 1, 28, 28)
    assert torch.equal(lab.flatten_images(images), torch.arange(count * 784, dtype=torch.float64).view(count, 784))


def test_model_is_one_affine_layer(lab):
    """The model has 7,850 parameters and f(x + y) - f(y) does not depend on y."""
    model = lab.build_model().double()
    x, y = torch.rand(2, 3, 784, dtype=torch.float64)
    assert sum(p.numel() for p in model.parameters()) == 7850
    assert model(x).shape == (3, 10)
    torch.testing.assert_close(model(x + y) - model(y), model(x) - model(torch.zeros_like(x)))


def test_cost_is_the_mean_in_nats(lab):
    """Ten equal logits cost log 10, whatever the batch size; large logits cost their difference and not infinity."""
    criterion = lab.build_criterion()
    assert criterion(torch.zeros(7, 10), torch.arange(7)).item() == pytest.approx(math.log(10))
    logits = torch.zeros(2, 10)
    logits[:, 0] = 1000.0
    assert criterion(logits, torch.tensor([0, 1])).item() == pytest.approx(500.0)


def numpy_sgd(weight, bias, batches, learning_rate=0.1):
    """Train softmax regression in float64: p = softmax(x W' + b), gradient of the mean cost (p - onehot)' x / B."""
    costs = []
    for images, labels in batches:
        x = images.reshape(len(images), 784).double().numpy()
        scores = x @ weight.T + bias
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        costs.append(-np.log(p[np.arange(len(x)), labels]).mean())
        error = (p - np.eye(10)[labels]) / len(x)
        weight, bias = weight - learning_rate * error.T @ x, bias - learning_rate * error.sum(axis=0)
    return weight, bias, np.mean(costs)


def test_an_epoch_is_one_step_of_descent_a_batch(lab):
    """After an epoch the weights and the cost are those of gradient descent in float64."""
    torch.manual_seed(0)
    batches = [(torch.rand(b, 1, 28, 28), torch.randint(10, (b,))) for b in (4, 4, 3)]
    model = lab.build_model()
    weight, bias = (p.detach().double().numpy() for p in model.parameters())
    cost = lab.train_epoch(model, batches, lab.build_criterion(), lab.build_optimizer(model), CPU)
    weight, bias, expected = numpy_sgd(weight, bias, batches)
    assert type(cost) is float
    assert cost == pytest.approx(expected, abs=STEP_TOLERANCE)
    np.testing.assert_allclose(model.weight.detach().numpy(), weight, atol=STEP_TOLERANCE)
    np.testing.assert_allclose(model.bias.detach().numpy(), bias, atol=STEP_TOLERANCE)


def test_training_prints_the_lines_of_the_lesson(lab, capsys):
    """`train` prints each epoch's cost with nine decimals and then that it is finished, and returns the costs."""
    model = lab.build_model()
    batches = [(torch.rand(4, 1, 28, 28), torch.arange(4))]
    costs = lab.train(model, batches, lab.build_criterion(), lab.build_optimizer(model), CPU, 2)
    lines = [f"Epoch: {epoch:04d} cost = {cost:.9f}" for epoch, cost in enumerate(costs, start=1)]
    assert capsys.readouterr().out.splitlines() == [*lines, "Learning finished"]
    assert [type(cost) for cost in costs] == [float, float]


def test_every_image_counts_once_in_the_accuracy(lab):
    """The accuracy over 1,003 images counts those of the incomplete last batch like all others."""
    always_three = nn.Linear(784, 10)
    with torch.no_grad():
        always_three.weight.zero_()
        always_three.bias.copy_(nn.functional.one_hot(torch.tensor(3), 10))
    dataset = [(torch.rand(1, 28, 28), 3 if i >= 1000 else 4) for i in range(1003)]
    assert lab.evaluate(always_three, dataset, CPU) == 3 / 1003


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("grad_enabled", [True, False])
def test_measuring_changes_nothing(lab, training, grad_enabled):
    """Weights, buffers, gradients, the model's mode and the gradient mode outlive a measurement unchanged."""
    model = nn.Sequential(nn.BatchNorm1d(784), nn.Linear(784, 10)).train(training)
    model(torch.rand(4, 784)).sum().backward()
    before = state(model)
    with torch.set_grad_enabled(grad_enabled):
        lab.evaluate(model, [(torch.rand(1, 28, 28), 3)] * 5, CPU)
        if not training:  # a batch of one has no statistics to normalise by
            lab.predict(model, torch.rand(1, 28, 28), CPU)
        assert torch.is_grad_enabled() is grad_enabled
    torch.testing.assert_close(state(model), before, rtol=0, atol=0)


def test_prediction_is_the_digit_with_the_largest_logit(lab):
    """`predict` returns a plain int for a single image."""
    model = lab.build_model()
    image = torch.rand(1, 28, 28)
    prediction = lab.predict(model, image, CPU)
    assert type(prediction) is int
    assert prediction == model(image.view(1, 784)).argmax().item()


def test_picture_shows_the_image_and_both_numbers(lab):
    """The figure holds the image in grey with sharp pixels, and the label and the prediction in its title."""
    image = torch.rand(1, 28, 28)
    figure = lab.show_prediction(image, 7, 2)
    (axes,) = figure.axes
    (picture,) = axes.images
    np.testing.assert_array_equal(picture.get_array(), image.numpy()[0])
    assert (picture.get_cmap().name, picture.get_interpolation()) == ("Greys", "nearest")
    assert "7" in axes.get_title()
    assert "2" in axes.get_title()
    assert figure.canvas.manager is None  # no window


def test_program_runs_without_a_screen(small_root, tmp_path):
    """`python lab.py --epochs 1` prints the lesson's lines and nothing else, and saves a picture, without a display."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")}
    command = [sys.executable, REFERENCE, "--root", small_root, "--epochs", "1", "--device", "cpu"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    starts = ["Epoch: 0001 cost = ", "Learning finished", "Accuracy: ", "Label: ", "Prediction: ", "Picture saved as "]
    lines = done.stdout.splitlines()
    assert len(lines) == len(starts)
    assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True))
    assert done.stderr == ""
    assert (tmp_path / "prediction.png").read_bytes().startswith(b"\x89PNG")


def test_missing_digits_are_one_clear_line(lab, tmp_path):
    """Without MNIST the program ends with one line that names the folder and the way out."""
    with pytest.raises(SystemExit) as stopped:
        lab.main(["--root", str(tmp_path)])
    assert stopped.value.code == (
        f"lab.py: there is no MNIST in {tmp_path}: add --download to fetch it, or give its folder as --root"
    )


def test_packed_digits_are_told_from_missing_ones(lab, tmp_path):
    """Where MNIST lies only as .gz archives, the one line says that and how to unpack them."""
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    (tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte.gz").touch()
    with pytest.raises(SystemExit, match=r"only as \.gz archives.*add --download") as stopped:
        lab.main(["--root", str(tmp_path)])
    assert "\n" not in str(stopped.value.code)


def test_impossible_download_is_one_clear_line(lab, tmp_path):
    """Where MNIST cannot be stored, the program ends with one line that gives the reason."""
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match="could not put MNIST into") as stopped:
        lab.main(["--root", str(tmp_path / "file"), "--download"])
    assert "\n" not in str(stopped.value.code)


def test_costs_on_mnist_are_those_of_the_lesson(lab, mnist_root):
    """Two epochs on MNIST with seed 777 cost what the lesson printed, and read 91 test digits in 100 rightly."""
    torch.manual_seed(777)
    data_loader = lab.make_data_loader(lab.load_mnist(mnist_root, train=True))
    model = lab.build_model()
    costs = lab.train(model, data_loader, lab.build_criterion(), lab.build_optimizer(model), CPU, len(LESSON_COSTS))
    assert costs == pytest.approx(LESSON_COSTS, abs=COST_TOLERANCE)
    accuracy = lab.evaluate(model, lab.load_mnist(mnist_root, train=False), CPU)
    assert accuracy == pytest.approx(ACCURACY, abs=ACCURACY_TOLERANCE)
