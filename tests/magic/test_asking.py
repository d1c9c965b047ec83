"""What is typed behind `%grade` is understood, or told what there is instead."""

from __future__ import annotations

import pytest

from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.rubric import Rubric, load_rubric
from graders.magic.asking import Asked, understand
from graders.spec import SPEC


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    """Read the lab's rubric."""
    return load_rubric(SPEC.folder / "rubric.toml", SPEC.thresholds, SPEC.tiers)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("", Asked()),
        ("reshape", Asked(("reshape",))),
        ("flatten_images", Asked(("reshape",))),
        ("train_epoch", Asked(("training",))),
        ("reshape flatten_images model", Asked(("reshape", "model"))),
        ("--language ko", Asked(language="ko")),
        ("--seed 7 loss", Asked(("loss",), seed=7)),
        ("--timing", Asked(timing=True)),
    ],
)
def test_lines_are_understood(line: str, asked: Asked, rubric: Rubric) -> None:
    """A part, or a function whose part it is, and few options."""
    assert understand(line, SPEC, rubric) == asked


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "%grade nonsense: there is no such part and no such function. Parts: data, loader, reshape, "),
        ("nonsense --language ko", "%grade nonsense: 그런 이름의 부분도 함수도 없어요. 부분: data, loader, reshape, "),
        ("--language xx nonsense", "--language xx: there are no messages in it; there are in: en, ko"),
        ("--seed x", "%grade: --seed x: a seed is a whole number from 0"),
        ("--seed=-1", "%grade: --seed -1: a seed is a whole number from 0"),
        ("--sead 1", "%grade: unrecognized arguments: --sead"),
        ("'reshape", "%grade 'reshape: No closing quotation"),
    ],
)
def test_what_there_is_not_is_told(line: str, said: str, rubric: Rubric) -> None:
    """A slip is answered with what there is."""
    with pytest.raises(ConfigurationError) as caught:
        understand(line, SPEC, rubric)
    assert str(caught.value).startswith(said)


def test_help_is_given_and_nothing_graded(rubric: Rubric, capsys: pytest.CaptureFixture[str]) -> None:
    """`%grade -h` prints how to use it, and does not end the notebook."""
    assert understand("-h", SPEC, rubric) is None
    assert "%grade flatten_images" in capsys.readouterr().out


def test_every_part_has_checks_of_its_own(rubric: Rubric) -> None:
    """A part that is asked for alone leaves out the modules of all others, and no more."""
    modules = set(SPEC.folder.glob("test_*.py"))
    for part in rubric.parts:
        options = list(Asked((part.name,)).options(SPEC))
        ignored = {option.removeprefix("--ignore=") for option in options if option.startswith("--ignore=")}
        (left,) = modules - {path for path in modules if str(path) in ignored}
        assert f'part("{part.name}")' in left.read_text(encoding="utf-8")


def test_the_training_is_timed_only_where_that_is_asked_for() -> None:
    """Timing takes seconds: `%grade` leaves it out, `%grade throughput` is nothing but timing."""
    timed = [Asked(("throughput",)), Asked(("model", "throughput")), Asked(timing=True)]
    assert all("benchmark" in asked.options(SPEC) for asked in timed)
    assert not any("benchmark" in asked.options(SPEC) for asked in (Asked(), Asked(("training",))))
