"""What the engine must know of this lab."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from graders.harness.judge.spec import LabSpec

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping, Sequence

    from graders.digits.find import Digits
    from graders.harness.base.exhibits import Picture
    from graders.harness.base.outlined import Outline
    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.clues import Clue, Mistake
    from graders.harness.judge.forms import Form
    from graders.harness.judge.lab import Lab
    from graders.harness.judge.rubric import Rubric

FOLDER = Path(__file__).parent
# What Pillow imports by itself for the first picture that it packs.
PILLOW = tuple(f"PIL.{form}ImagePlugin" for form in ("Bmp", "Gif", "Jpeg", "Ppm", "Png"))


def read_messages() -> None:
    """Read the messages of every language, and look at them: they are known as long as their files stay as they are.

    Raises ConfigurationError.
    """
    from graders.harness.judge.catalogue import expect_whole
    from graders.harness.judge.messages import Messages

    expect_whole(FOLDER)
    for folder in (FOLDER / "messages").iterdir():
        if any(folder.glob("*.toml")):
            Messages.of_lab(FOLDER, folder.name)


def read_digits(root: str) -> None:
    """Read MNIST where it lies below `root`: it is then known as long as its files stay as they are.

    Raises ConfigurationError where it does not, as judges may do again.
    """
    from graders.harness.judge.rubric import load_rubric

    rubric = load_rubric(FOLDER / "rubric.toml", SPEC.thresholds, SPEC.tiers)
    _find(rubric, Path(root))


# Imported when they are asked for: nobody needs all of them, and an untouched template none.


def _draw(report: Tamed, words: Mapping[str, str], missed: Callable[[str, Exception], None]) -> tuple[Picture, ...]:
    from graders.pictures import figures  # only a page needs it

    return figures.draw(report, words, missed)


def _view() -> type[Lab]:
    from graders.measuring import pieces

    return pieces.Lab


def _sound() -> Mapping[str, Callable[[Any], None]]:
    from graders.measuring import soundness

    return soundness.OF


def _forms() -> Mapping[str, Form]:
    from graders.measuring import answers

    return answers.FORMS


def _clues() -> Sequence[Clue]:
    from graders import mistakes

    return mistakes.CLUES


def _crashes() -> Sequence[Mistake]:
    from graders import mistakes

    return mistakes.CRASHES


def _places() -> Mapping[str, Callable[[ast.FunctionDef], int | None]]:
    from graders.mistakes import places

    return places.PLACES


def _outline() -> Outline:
    from graders.outline import outline

    return outline.outline


def _digits(source: str) -> str:
    from graders.digits import find

    return find.fingerprint(source)


def _data(rubric: Rubric, root: Path | None) -> str:
    return _find(rubric, root).source


def _find(rubric: Rubric, root: Path | None) -> Digits:
    from graders.digits import find

    sizes = int(rubric.thresholds["accuracy_train_digits"]), int(rubric.thresholds["accuracy_test_digits"])
    return find.find_digits(root, train_size=sizes[0], test_size=sizes[1])


SPEC = LabSpec(
    folder=FOLDER,
    default_submission=FOLDER.parent / "student_template",
    thresholds={  # the rubric's numbers for this lab: lowest and highest sensible value
        "accuracy_minimum": (0.1, 1.0),
        "accuracy_train_digits": (100, 60_000),
        "accuracy_test_digits": (100, 10_000),
        "accuracy_epochs": (1, 50),
        "throughput_seconds": (0.1, 600.0),
    },
    tiers=("throughput",),
    draw=_draw,
    beside=("contents.py", "rounds.py", "figures.py", "elsewhere.py", "loaders.py", "network.py", "watches.py"),
    imports=(  # what each one uses
        *("torch", "torchvision", "matplotlib.figure", "matplotlib.backends.backend_agg"),
        *("multiprocessing.synchronize", "encodings.hex_codec", *PILLOW),
    ),
    types=("torch.nn.modules.module.Module", "matplotlib.figure.Figure"),
    timed=("throughput",),
    root="MNIST_data",
    judges_import=(
        *("hypothesis.strategies", "numpy.random"),
        *("graders.conftest", "graders.test_0_data", "graders.test_1_loader", "graders.test_2_reshape"),
        *("graders.test_3_model", "graders.test_4_loss", "graders.test_5_training", "graders.test_6_evaluation"),
        *("graders.test_7_accuracy", "graders.test_8_prediction", "graders.test_9_throughput"),
        *("graders.measuring.soundness", "graders.measuring.answers", "graders.measuring.throughput"),
        *("graders.measuring.showing", "graders.measuring.disguise", "graders.measuring.predictions"),
        *("graders.measuring.ahead", "graders.measuring.batches"),
        *("graders.mistakes", "graders.mistakes.places", "graders.outline.outline"),
        *("graders.digits.find", "graders.pictures.figures"),
        *("matplotlib.figure", "matplotlib.backends.backend_svg", *PILLOW),  # for the page
    ),
    judges_ready=("graders.spec:read_messages", "graders.pictures.figures:prepare"),
    judges_read="graders.spec:read_digits",
    judges_draw="graders.measuring.ahead:draw",
    needs={
        "build_model": ("flatten_images",),
        "train_epoch": ("flatten_images",),
        "train": ("flatten_images", "train_epoch"),
        "evaluate": ("flatten_images", "make_data_loader"),
        "predict": ("flatten_images",),
    },
    view=_view,
    sound=_sound,
    forms=_forms,
    clues=_clues,
    crashes=_crashes,
    places=_places,
    outline=_outline,
    digits=_digits,
    data=_data,
)
