"""`python -m graders mistakes`: from a check to its clues, and from these to the mistakes that they can name."""

from __future__ import annotations

import io
import re

import pytest

from graders.__main__ import main
from graders.commands.teacher.mistakes import table
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.messages import Messages
from graders.harness.judge.rubric import load_rubric
from graders.spec import SPEC

HEAD = re.compile(r"(\w+): (test_\w+), ")
PARTS = load_rubric(SPEC.folder / "rubric.toml", SPEC.thresholds, SPEC.tiers).parts


@pytest.fixture(scope="module")
def whole() -> str:
    """Return the whole table."""
    return table(SPEC)


def heads(text: str) -> list[tuple[str, ...]]:
    """Return the parts and checks of a table, in its order."""
    return [found.groups() for line in text.splitlines() if (found := HEAD.match(line))]


def test_every_check_of_the_rubric_is_told_in_its_order(whole):
    """A check without a clue is there, too."""
    assert heads(whole) == [(part.name, check) for part in PARTS for check in part.checks]
    assert whole.count("no clue") == 1  # how accurate a short training is has many reasons


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_mistake_is_told_with_its_title(language):
    """Each stands in a line of its own below its clue."""
    lines = {" ".join(line.split()) for line in table(SPEC, language).splitlines() if line.startswith("    ")}
    entries = Messages.of_lab(SPEC.folder, language).titles("mistakes")
    names = {mistake.name for clue in SPEC.clues() for mistake in clue.mistakes} | {
        rule.name for rule in SPEC.crashes()
    }
    assert lines == {f"{name} {entries[name]}" for name in names}


def test_a_check_has_all_its_clues_and_no_others(whole):
    """A clue is the look that it takes; which mistakes stand below it is its own affair."""
    blocks = {found[2]: block for block in whole.split("\n\n") if (found := HEAD.match(block))}
    for part in PARTS:
        for check in part.checks:
            looks = [clue.look for clue in SPEC.clues() if check in clue.checks]
            told = [line.split()[0] for line in blocks[check].splitlines() if re.match(r"  graders\.", line)]
            assert told == [f"{look.__module__}.{look.__qualname__}" for look in looks]


def test_a_clue_that_is_asked_last_or_knows_pairs_says_so():
    """And a mistake that shows in two ways is told once."""
    assert "rows.look (followed where no other clue explains anything)" in table(SPEC, "en", "test_the_dtype_is_kept")
    cost = table(SPEC, "en", "test_cost_is_a_scalar")
    assert "cost.look (two of its mistakes are named together, too)" in cost
    assert cost.count("binary-cross-entropy ") == 1


def test_one_check_or_one_part_can_be_asked_for(whole):
    """What is told of it is what the whole table tells."""
    for wanted in ("test_the_dtype_is_kept", "loss"):
        text = table(SPEC, "en", wanted)
        assert text in whole
        assert {wanted in head for head in heads(text)} == {True}


@pytest.mark.parametrize(
    ("wanted", "hint"), [("test_dtype_is_kept", "did you mean test_the_dtype_is_kept"), ("xyz", "parts are data, ")]
)
def test_an_unknown_check_is_told_with_what_there_is(wanted, hint, monkeypatch, capsys):
    """The command says so in one line and exits with 2."""
    with pytest.raises(ConfigurationError, match=hint):
        table(SPEC, "en", wanted)
    monkeypatch.setattr("sys.argv", ["graders", "mistakes", wanted])
    assert main() == 2
    assert hint in capsys.readouterr().err


def test_it_is_a_command(monkeypatch):
    """Language and check are given as arguments; Korean comes as UTF-8 whatever the terminal's encoding is."""
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="cp1252"))
    monkeypatch.setattr("sys.argv", ["graders", "mistakes", "reshape", "--language", "ko"])
    assert main() == 0
    assert written.getvalue().decode("utf-8") == table(SPEC, "ko", "reshape")
