"""The images that hypothesis chooses for part `reshape`, what they catch, and what is told of the smallest."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graders import test_2_reshape as reshape
from graders.harness.base.errors import CheckFailed, HarnessFault
from graders.harness.base.model import Evidence, Failure, TensorValue
from graders.measuring import batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Flatten = Callable[[NDArray[Any]], NDArray[Any]]

SEEDS = range(4)  # a number out of some source is drawn now and then only
ALL = ("test_every_image_becomes_a_row_of_784", "test_pixels_stay_in_reading_order")
# Calls of right work at most, in both checks: 25 examples each, a huge one, 2 as the lesson has, 3 and 6 for the work.
PASSING = 71
FAILING = 80  # calls of wrong work at most, in one check


def flat(images: NDArray[Any]) -> NDArray[Any]:
    """Flatten as one should."""
    return images.reshape(len(images), -1)


def unless(wrong: Flatten, when: Callable[[NDArray[Any]], bool]) -> Flatten:
    """Return a flattening that is wrong for some batches only."""
    return lambda images: wrong(images) if when(images) else flat(images)


def reverse(images: NDArray[Any]) -> NDArray[Any]:
    """Turn the order of the images round."""
    return flat(images[::-1])


class Asked:
    """A lab whose `flatten_images` is a formula; counts what was asked."""

    def __init__(self, flatten: Flatten, seed: int) -> None:
        self.flatten, self.calls, self.seed, self.notes = flatten, 0, seed, SimpleNamespace(wanted=False)

    def seen(self, look: Callable[..., object], *args: object) -> object:
        """Take a look; nothing is remembered from one check to the next."""
        return look(self, *args)

    def call(self, function: str, images: TensorValue) -> Evidence:
        """Answer as a worker does; what torch cannot do is a failed check."""
        self.calls += 1
        asked = f"{function}(tensor {list(images.shape)})"
        try:
            return Evidence(asked, TensorValue.of(np.ascontiguousarray(self.flatten(images.array))))
        except ValueError:
            raise CheckFailed(Failure("raised", {}, asked)) from None


def judged(check: str, flatten: Flatten, seed: int) -> tuple[Failure | None, int]:
    """Return why a check failed, if it did, and how many calls it made."""
    lab: Any = Asked(flatten, seed)
    try:
        getattr(reshape, check)(lab, seed)
    except CheckFailed as failed:
        return failed.failure, lab.calls
    return None, lab.calls


def told(flatten: Flatten, seed: int = 1) -> Failure:
    """Return why the order of pixels is wrong."""
    failure, _ = judged(ALL[1], flatten, seed)
    assert failure
    return failure


def _chosen() -> list[bytes]:
    chosen: list[bytes] = []

    for seed in SEEDS:

        def note(batch: batches.Batch, seed: int = seed) -> None:
            chosen.append(batch.images(seed).tobytes())

        batches.for_any_batch(seed, note)
    return chosen


def test_images_do_not_depend_on_what_else_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grade is the same alone and in a class: numbers in the sources of imported modules change no image."""
    before = _chosen()
    numbers = ", ".join(str(number) for number in range(2, 131))
    (tmp_path / "somebodys_numbers.py").write_text(f"NUMBERS = [{numbers}]\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("somebodys_numbers")
    assert _chosen() == before


def test_another_seed_asks_for_other_batches() -> None:
    """Nobody knows beforehand what is asked; over some seeds every size is, and each seed sees small and large ones."""
    asked: list[set[int]] = []
    for seed in range(60):
        sizes: set[int] = set()
        batches.for_any_batch(seed, lambda batch, sizes=sizes: sizes.add(batch.size))  # type: ignore[misc]  # bound now
        asked.append(sizes)
    assert set.union(*asked) <= set(range(2, batches.LARGEST_BATCH + 1))
    assert len(set.union(*asked)) > 110
    assert len({frozenset(sizes) for sizes in asked}) == len(asked)
    assert all(min(sizes) < 5 and max(sizes) > 100 for sizes in asked)


@pytest.mark.parametrize("seed", SEEDS)
def test_right_work_passes_in_few_calls(seed: int) -> None:
    """A call takes a millisecond."""
    results = [judged(check, flat, seed) for check in ALL]
    assert [failure for failure, _ in results] == [None, None]
    assert sum(calls for _, calls in results) <= PASSING


WRONG_SHAPES: dict[str, Flatten] = {
    "fixed-100": lambda x: x.reshape(100, 784),
    "one-row": lambda x: x.reshape(1, -1),
    "first-100": lambda x: flat(x[:100]),
    "first-2000": lambda x: flat(x[:2_000]),
    "last-image-dropped": lambda x: flat(x[:-1]),
    "only-two": unless(lambda x: x.reshape(-1), lambda x: len(x) == 2),
    "from-three": unless(lambda x: x.reshape(-1), lambda x: len(x) > 2),
    "not-100": unless(lambda x: x.reshape(-1), lambda x: len(x) != 100),
}
WRONG_PIXELS: dict[str, Flatten] = {
    "transposed": lambda x: flat(x.transpose(0, 1, 3, 2)),
    "sorted": lambda x: np.sort(flat(x), axis=1),
    "first-image-repeated": lambda x: np.repeat(flat(x[:1]), len(x), axis=0),
    "reversed": reverse,
    "rolled": lambda x: flat(np.roll(x, 1, axis=0)),
    "mixed": lambda x: np.moveaxis(x, 0, -1).reshape(len(x), -1),
    "mirrored": lambda x: flat(x[..., ::-1]),
    "last-image-black": lambda x: flat(x * (np.arange(len(x)) < len(x) - 1)[:, None, None, None]),
    "clamped": lambda x: flat(x.clip(0, 1)),
    "bright-only": lambda x: flat(np.where(x > 0.5, 0.5, x)),
    "rounded": lambda x: flat(x.round()),
    "centred": lambda x: flat(x - 0.5),
    "scaled": lambda x: flat(x / 255),
    "two-reversed": unless(reverse, lambda x: len(x) == 2),
    "many-reversed": unless(reverse, lambda x: len(x) > 100),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("check", "name"), [(ALL[0], name) for name in WRONG_SHAPES] + [(ALL[1], name) for name in WRONG_PIXELS]
)
def test_wrong_work_fails_in_few_calls_and_always_alike(check: str, name: str, seed: int) -> None:
    """Each mistake is seen with every seed, its smallest batch sought in a bounded number of calls."""
    failure, calls = judged(check, (WRONG_SHAPES | WRONG_PIXELS)[name], seed)
    assert failure is not None
    assert calls <= FAILING
    assert judged(check, (WRONG_SHAPES | WRONG_PIXELS)[name], seed) == (failure, calls)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "size"), [("fixed-100", 2), ("one-row", 2), ("from-three", 3), ("only-two", 2), ("not-100", 2)]
)
def test_the_smallest_batch_of_a_wrong_shape_is_told(name: str, size: int, seed: int) -> None:
    """A student tries two images rather than 117."""
    failure, _ = judged(ALL[0], WRONG_SHAPES[name], seed)
    assert failure
    assert failure.asked == f"flatten_images(tensor [{size}, 1, 28, 28])"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "white", "home", "found"),
    [
        ("transposed", "1, 0, 0, 1", [1, 1], [1, 28]),
        ("sorted", "1, 0, 0, 1", [1, 1], [1, 783]),
        ("reversed", "1, 0, 0, 1", [1, 1], [0, 1]),
        ("mixed", "1, 0, 0, 1", [1, 1], [0, 3]),
        ("mirrored", "1, 0, 0, 1", [1, 1], [1, 26]),
    ],
)
def test_one_white_pixel_shows_where_it_went(name: str, white: str, home: object, found: object, seed: int) -> None:
    """The counterexample can be typed: two images and one white pixel."""
    failure = told(WRONG_PIXELS[name], seed)
    assert failure.key == "pixel_moved"
    assert failure.params == {"expected": home, "got": found}
    made = f"images = torch.zeros(2, 1, 28, 28); images[{white}] = 1"
    assert failure.asked == f"{made}; flatten_images(images)"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_right_for_the_lessons_batches_has_its_pixels_in_order(seed: int) -> None:
    """A size that is written down as a number costs the checks about sizes; the order is right."""
    assert judged(ALL[1], WRONG_SHAPES["fixed-100"], seed)[0] is None
    mixed = judged(ALL[1], lambda images: reverse(images.reshape(100, 784)), seed)[0]
    assert mixed
    assert mixed.key in ("element", "pixel_moved")


def test_a_pixel_that_changes_is_told_as_a_number() -> None:
    """What came is no white pixel on black, so none is said to have moved."""
    failure = told(WRONG_PIXELS["scaled"])
    assert failure.key == "element"
    assert "= 1; flatten_images(images)" in failure.asked


def test_what_needs_many_values_is_told_without_a_pixel() -> None:
    """White on black passes where only greys are changed."""
    failure = told(WRONG_PIXELS["clamped"])
    assert failure.key == "element"
    assert failure.asked == "flatten_images(tensor [2, 1, 28, 28])"


def test_what_was_wrong_once_is_wrong() -> None:
    """Work that answers otherwise when asked again fails with what it answered first, not with an error of ours."""
    answers = iter([reverse])
    failure = told(lambda x: next(answers, flat)(x) if x.sum() > 1 else flat(x))
    assert failure.key in ("element", "pixel_moved")


@pytest.mark.parametrize("error", [HarnessFault("broke"), RuntimeError("broke")], ids=["ours", "unforeseen"])
def test_what_is_no_verdict_is_raised_at_once(error: Exception) -> None:
    """Nothing smaller is sought of what the submission is not to blame for."""
    asked: list[batches.Batch] = []

    def check(batch: batches.Batch) -> None:
        asked.append(batch)
        raise error

    with pytest.raises(type(error), match="broke"):
        batches.for_any_batch(1, check)
    assert len(asked) == 1
