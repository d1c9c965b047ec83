"""The drawn digits: always the same, quick to draw, and as hard for softmax regression as MNIST."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tiny_mnist import calls

from graders.digits import synthetic
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Drawn = tuple[NDArray[np.uint8], NDArray[np.uint8]]  # images, labels
    Model = tuple[NDArray[np.float32], NDArray[np.float32]]  # weights, biases

DIGITS = 12_000
WITHIN_SEEDS = 0.01  # accuracies of 2,000 to 10,000 digits move by 0.003 from seed to seed


@pytest.fixture(scope="module")
def train() -> Drawn:
    """Draw the digits to train on, once."""
    return synthetic.draw_digits("train", 20_000)


@pytest.fixture(scope="module")
def test() -> Drawn:
    """Draw the digits to test on, once."""
    return synthetic.draw_digits("test", 10_000)


@pytest.fixture(scope="module")
def model(train: Drawn) -> Model:
    """Train on 20,000 digits for the lesson's 15 epochs, once."""
    return _trained(train, epochs=15)


def _trained(digits: Drawn, epochs: int) -> Model:
    """Return weights [28, 28, 10] and biases [10] of the lesson's training: SGD, learning rate 0.1, batches of 100.

    Each of an image's 28 rows has a product of its own: so small, they are not split over threads, which would wait for
    each other when the cores are busy.
    """
    x, y = np.ascontiguousarray(digits[0].swapaxes(0, 1)) / np.float32(255), np.eye(10, dtype=np.float32)[digits[1]]
    weight, bias = np.zeros((28, 28, 10), np.float32), np.zeros(10, np.float32)
    rng = np.random.default_rng(777)
    for _ in range(epochs):
        for rows in rng.permutation(len(y)).reshape(-1, 100):
            batch = x[:, rows]
            raised = np.exp((batch @ weight).sum(0) + bias)
            step = (raised / raised.sum(1, keepdims=True) - y[rows]) * np.float32(0.1 / 100)
            weight -= batch.swapaxes(1, 2) @ step
            bias -= step.sum(0)
    return weight, bias


def _accuracy(model: Model, digits: Drawn, scale: float = 1 / 255) -> float:
    """Return the accuracy on pixels that were multiplied by `scale`."""
    weight, bias = model
    logits = (digits[0].swapaxes(0, 1) * np.float32(scale) @ weight).sum(0) + bias
    return float(np.mean(logits.argmax(1) == digits[1]))


def test_softmax_regression_is_as_right_as_on_mnist(model: Model, test: Drawn) -> None:
    """Trained on 20,000 digits for 15 epochs it reaches 0.912, where MNIST gives 0.917 (0.923 both, on 60,000)."""
    assert _accuracy(model, test) == pytest.approx(0.912, abs=WITHIN_SEEDS)


def test_testing_on_raw_pixels_costs_accuracy(model: Model, test: Drawn) -> None:
    """The lesson's slip is visible: 0.022 are lost here, and 0.045 on 60,000 digits, where MNIST loses 0.037."""
    assert _accuracy(model, test) - _accuracy(model, test, scale=1) >= 0.01


def test_early_training_is_as_fast_as_on_mnist(train: Drawn, test: Drawn) -> None:
    """After 200 steps it reaches 0.866, where MNIST gives 0.881."""
    early = _trained((train[0][:10_000], train[1][:10_000]), epochs=2)
    assert _accuracy(early, test) == pytest.approx(0.866, abs=2 * WITHIN_SEEDS)


def test_ink_is_as_much_as_on_mnist(train: Drawn) -> None:
    """Mean and standard deviation of the pixels are MNIST's 0.131 and 0.308."""
    pixels = train[0] / np.float32(255)
    assert pixels.mean() == pytest.approx(0.131, abs=0.005)
    assert pixels.std() == pytest.approx(0.308, abs=0.01)


def test_digits_are_centred_by_mass(test: Drawn) -> None:
    """The centre of mass lies within a pixel of the middle, in 98 of 100 images."""
    pixels, grid = test[0].astype(np.float64), np.arange(28) - 13.5
    mass = pixels.sum((1, 2))
    x, y = pixels.sum(1) @ grid / mass, pixels.sum(2) @ grid / mass
    assert np.mean(np.hypot(x, y) < 1) > 0.98


def test_digits_stay_inside_the_frame(test: Drawn) -> None:
    """The outermost pixels are black in 95 of 100 images: what a lopsided digit lost there does not matter."""
    frame = test[0].copy()
    frame[:, 1:-1, 1:-1] = 0
    assert np.mean(frame.max((1, 2)) == 0) > 0.95


def test_every_digit_is_as_frequent(train: Drawn) -> None:
    """Each of the ten labels has a tenth of the images, give or take."""
    shares = np.bincount(train[1], minlength=10) / len(train[1])
    assert shares == pytest.approx(np.full(10, 0.1), abs=0.01)


def test_images_and_labels_are_bytes(test: Drawn) -> None:
    """Images are uint8 [N, 28, 28] and use the whole range; labels are uint8 [N]."""
    images, labels = test
    assert (images.dtype.name, images.shape) == ("uint8", (10_000, 28, 28))
    assert (labels.dtype.name, labels.shape) == ("uint8", (10_000,))
    assert (images.min(), images.max(), labels.min(), labels.max()) == (0, 255, 0, 9)


@pytest.mark.parametrize("size", [0, 1, 499, 500, 501, 1_234])
def test_first_digits_do_not_depend_on_the_size(test: Drawn, size: int) -> None:
    """Asking for fewer digits gives the beginning of the same sequence."""
    images, labels = synthetic.draw_digits("test", size)
    assert np.array_equal(images, test[0][:size])
    assert np.array_equal(labels, test[1][:size])


def test_another_process_draws_the_same() -> None:
    """Nothing of the process, such as its hash seed, goes into the digits; only arrays of NumPy make them."""
    code = (
        "import hashlib, sys; from graders.digits.synthetic import draw_digits\n"
        "images, labels = draw_digits('train', 600)\n"
        "print(hashlib.md5(images.tobytes() + labels.tobytes()).hexdigest(), {'torch', 'matplotlib'} & {*sys.modules})"
    )
    printed = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(printed) == 1
    assert printed.pop().split()[1:] == [b"set()"]


def test_train_and_test_share_no_image(train: Drawn, test: Drawn) -> None:
    """No test image was trained on, and the labels come in another order."""
    seen = {image.tobytes() for image in train[0]}
    assert len(seen) == len(train[0])
    assert not seen & {image.tobytes() for image in test[0]}
    assert np.mean(train[1][:10_000] == test[1]) < 0.2


def test_digits_are_drawn_many_at_a_time() -> None:
    """Python calls less than one function a digit: NumPy warps hundreds at once. Fonts are thinned once for all."""

    def draw() -> None:
        synthetic.draw_digits("train", DIGITS - 2_000)
        synthetic.draw_digits("test", 2_000)

    synthetic.draw_digits("test", 1)  # what is imported for it is no part of drawing
    synthetic._templates.cache_clear()
    first, again = calls(draw), calls(draw)
    assert again < DIGITS  # 5,700
    assert first - again < 10 * DIGITS  # 94,000


@pytest.mark.parametrize("text", ["0", "8", "|"])
def test_thinned_glyph_is_a_line_and_stays_whole(text: str) -> None:
    """Thinning leaves no block of 2 by 2 pixels in more than a corner or two, and as many pieces as before: one."""
    line = synthetic._thin(synthetic._glyph(synthetic._font_folder(), "DejaVuSans-Bold", text)[None])[0]
    blocks = line[1:, 1:] & line[1:, :-1] & line[:-1, 1:] & line[:-1, :-1]
    assert blocks.sum() <= 2
    assert _piece(line).sum() == line.sum() > 30


def _piece(line: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the part of a line that hangs together with its first pixel."""
    piece, before = np.zeros_like(line), None
    piece[tuple(np.argwhere(line)[0])] = True
    while before is None or (piece != before).any():
        before, page = piece, np.pad(piece, 1)
        grown = [page[y : y + line.shape[0], x : x + line.shape[1]] for y in range(3) for x in range(3)]
        piece = np.any(grown, axis=0) & line
    return piece


def test_distances_are_euclidean() -> None:
    """The distance map of a single point holds the distances to it, at twice the canvas' resolution."""
    canvas = np.zeros((1, synthetic.CANVAS, synthetic.CANVAS), bool)
    canvas[0, 10, 20] = True
    y, x = np.mgrid[: synthetic.CANVAS, : synthetic.CANVAS]
    expected = np.hypot(y - 10, x - 20) * synthetic.SIDE / synthetic.CANVAS
    np.testing.assert_allclose(synthetic._distances(canvas)[0, ::2, ::2], expected, rtol=1e-6)


def test_missing_font_is_named_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one of matplotlib's fonts the error names it and says what to do."""
    synthetic._templates.cache_clear()
    monkeypatch.setattr(synthetic, "FONTS", ("NoSuchFont",))
    with pytest.raises(ConfigurationError, match=r"NoSuchFont.*Reinstall matplotlib"):
        synthetic.draw_digits("train", 1)


def test_missing_matplotlib_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the error says so."""
    synthetic._templates.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="matplotlib is not installed"):
        synthetic.draw_digits("train", 1)
