"""The rubric: what is right is read, and every mistake is told with its file and its key."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from graders.harness.base.errors import ConfigurationError
from graders.harness.base.limits import Limits
from graders.harness.judge.rubric import load_rubric
from graders.spec import SPEC

MARK = "pytest.mark.part"
GRADERS = Path(__file__).parents[3] / "graders"
RIGHT = """

[lab]
name = "tiny"
file = "lab.py"

[limits]
call_seconds = 5

[thresholds]
minimum = 0.5

[parts.alpha]
points = 6
functions = ["f"]
[parts.alpha.checks]
test_first = 1
test_second = 2.5

[parts.beta]
points = 4
[parts.beta.checks]
test_third = 1
"""
TIERS_OF = "[tiers]\nspeed = {}\n[parts.beta]"
RANGES = {"minimum": (0.0, 1.0)}


@pytest.fixture
def load(tmp_path):
    """Return a function that writes a rubric with one text replaced, and reads it."""

    def make(old: str = "", new: str = ""):
        assert old in RIGHT
        path = tmp_path / "rubric.toml"
        path.write_text(RIGHT.replace(old, new, 1), encoding="utf-8")
        return load_rubric(path, RANGES, ["speed"] if "[tiers]" in new else [])

    return make


@pytest.fixture(scope="module")
def committed():
    """Return the rubric of this repository."""
    return load_rubric(GRADERS / "rubric.toml", SPEC.thresholds, SPEC.tiers)


def test_rubric_is_read(load):
    """Names, limits, thresholds, points and weights are what the file says."""
    rubric = load()
    assert (rubric.lab, rubric.file) == ("tiny", "lab.py")
    assert rubric.thresholds == {"minimum": 0.5}
    assert [(part.name, part.points) for part in rubric.parts] == [("alpha", 6), ("beta", 4)]
    assert rubric.part("alpha").checks == {"test_first": 1, "test_second": 2.5}
    assert rubric.functions == ("f",)


def test_limits_have_defaults(load):
    """A limit that is not given is the default, one that is given is not."""
    assert load().limits == Limits(Limits().start_seconds, 5, Limits().memory_megabytes)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[lab]", "[other]\n[lab]", "other"),
        ('name = "tiny"', 'name = "tiny"\nnick = "t"', "lab.nick"),
        ("call_seconds = 5", "call_second = 5", "limits.call_second"),
        ("minimum = 0.5", "minimum = 0.5\nmaximum = 1", "thresholds.maximum"),
        ('functions = ["f"]', 'function = ["f"]', "parts.alpha.function"),
    ],
    ids=["section", "lab", "limit", "threshold", "part"],
)
def test_unknown_key_is_named(load, old, new, key):
    """A key that nobody reads is refused by its name, so that a slip does not go unnoticed."""
    with pytest.raises(ConfigurationError, match=rf"rubric\.toml: {key}: is unknown"):
        load(old, new)


def test_a_near_name_is_told(load):
    """What a slip was meant for, behind all that there is."""
    with pytest.raises(ConfigurationError, match=r"limits\.call_second: .*; did you mean call_seconds\?$"):
        load("call_seconds = 5", "call_second = 5")
    with pytest.raises(ConfigurationError) as raised:
        load().without(["alfa"])
    assert str(raised.value) == "--without alfa: there is no such part; there are: alpha, beta; did you mean alpha?"


def test_a_byte_order_mark_is_read(tmp_path):
    """As Windows' editors write it."""
    path = tmp_path / "rubric.toml"
    path.write_text(RIGHT.strip(), encoding="utf-8-sig")
    assert load_rubric(path, RANGES).lab == "tiny"


@pytest.mark.parametrize(
    ("old", "key"),
    [
        ('name = "tiny"', "lab.name"),
        ('file = "lab.py"', "lab.file"),
        ("minimum = 0.5", "thresholds.minimum"),
        ("points = 6", "parts.alpha.points"),
    ],
)
def test_missing_key_is_named(load, old, key):
    """A key that must be there is named when it is not."""
    with pytest.raises(ConfigurationError, match=rf"rubric\.toml: {key}: is missing"):
        load(old)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('name = "tiny"', "name = 5", "lab.name"),
        ('name = "tiny"', 'name = ""', "lab.name"),
        ("points = 6", 'points = "6"', "parts.alpha.points"),
        ("points = 6", "points = true", "parts.alpha.points"),
        ("test_first = 1", "test_first = true", "parts.alpha.checks.test_first"),
        ("call_seconds = 5", "call_seconds = false", "limits.call_seconds"),
        ("minimum = 0.5", "minimum = [0.5]", "thresholds.minimum"),
        ('functions = ["f"]', 'functions = "f"', "parts.alpha.functions"),
        ('functions = ["f"]', "functions = [1]", "parts.alpha.functions"),
        ("[parts.beta.checks]\ntest_third = 1", 'checks = "test_third"', "parts.beta.checks"),
    ],
)
def test_value_of_the_wrong_type_is_named(load, old, new, key):
    """A value of another type, a bool in the place of a number above all, is refused."""
    with pytest.raises(ConfigurationError, match=rf"rubric\.toml: {key}: must be"):
        load(old, new)


@pytest.mark.parametrize(("old", "new"), [("accuracy_epochs = 2 ", "accuracy_epochs = 2.5"), ("= 8192 ", "= 0.5 ")])
def test_part_of_a_count_is_refused(tmp_path, old, new):
    """What is counted, such as epochs, is a whole number: half an epoch is refused, not cut off."""
    text = (GRADERS / "rubric.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "rubric.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="must be a whole number"):
        load_rubric(path, SPEC.thresholds)


@pytest.mark.parametrize("section", ["lab", "limits", "thresholds", "parts"])
def test_section_that_is_no_table_is_named(tmp_path, section):
    """A plain value in the place of a section is refused."""
    sections = [text for text in RIGHT.split("\n[") if text.partition("]")[0].partition(".")[0] != section]
    path = tmp_path / "rubric.toml"
    path.write_text(f"{section} = 5\n" + "\n[".join(["", *filter(str.strip, sections)]), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"rubric\.toml: {section}: must be a table"):
        load_rubric(path, RANGES)


def test_part_that_is_no_table_is_named(load):
    """A plain value in the place of a part is refused."""
    with pytest.raises(ConfigurationError, match=r"parts\.gamma: must be a table"):
        load("[parts.alpha]", "[parts]\ngamma = 5\n[parts.alpha]")


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "-0.1", "1.1"])
def test_number_out_of_range_is_named_with_its_range(load, number):
    """NaN, infinities and numbers beyond either end are refused with the range."""
    with pytest.raises(ConfigurationError, match=r"thresholds\.minimum: must be between 0 and 1, not"):
        load("minimum = 0.5", f"minimum = {number}")


@pytest.mark.parametrize("number", ["0", "1"])
def test_ends_of_a_range_are_in_it(load, number):
    """Both ends of a range are allowed."""
    assert load("minimum = 0.5", f"minimum = {number}").thresholds["minimum"] == int(number)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("call_seconds = 5", "call_seconds = 0", "limits.call_seconds"),
        ("call_seconds = 5", "memory_megabytes = -1", "limits.memory_megabytes"),
        ("points = 6", "points = -1", "parts.alpha.points"),
        ("points = 6", "points = nan", "parts.alpha.points"),
        ("test_first = 1", "test_first = -1", "parts.alpha.checks.test_first"),
    ],
)
def test_senseless_number_is_named(load, old, new, key):
    """Negative points, weights and limits are refused."""
    with pytest.raises(ConfigurationError, match=rf"{key}: must be between"):
        load(old, new)


def test_checks_that_an_outlined_file_is_not_asked_are_read(load):
    """They are names of checks of the parts; without the list every check is asked."""
    assert load().not_asked_outlined == set()
    assert load("[parts.alpha]", '[outlined]\nnot_asked = ["test_second"]\n[parts.alpha]').not_asked_outlined == {
        "test_second"
    }


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ('"test_second"', "must be a list of names of checks"),
        ("[1]", "must be a list of names of checks"),
        ('["test_fourth"]', "test_fourth: there is no such check"),
        ('["test_third"]', r"leaves nothing of parts\.beta"),
    ],
)
def test_wrong_list_of_what_is_not_asked_is_named(load, value, problem):
    """A slip in a name would ask a script what nobody wants to ask it; a part without checks has no points to give."""
    with pytest.raises(ConfigurationError, match=rf"rubric\.toml: outlined\.not_asked: {problem}"):
        load("[parts.alpha]", f"[outlined]\nnot_asked = {value}\n[parts.alpha]")


def test_rubric_without_parts_is_refused(tmp_path):
    """There must be something to grade."""
    path = tmp_path / "rubric.toml"
    path.write_text(RIGHT.partition("[parts")[0], encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"rubric\.toml: parts: "):
        load_rubric(path, RANGES)


def test_part_without_checks_is_refused(load):
    """A part's points must be to be had."""
    with pytest.raises(ConfigurationError, match=r"parts\.beta\.checks: "):
        load("test_third = 1")


def test_weights_must_not_all_be_zero(load):
    """Points cannot be split over weights that are all zero."""
    with pytest.raises(ConfigurationError, match=r"parts\.beta\.checks: must not all weigh 0"):
        load("test_third = 1", "test_third = 0")


@pytest.mark.parametrize("content", [b"[lab", b"\xff\xfe"], ids=["half", "no_utf8"])
def test_file_that_is_no_toml_is_told(tmp_path, content):
    """A file that cannot be parsed is named, with the parser's own words."""
    path = tmp_path / "rubric.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"rubric\.toml: is no TOML: "):
        load_rubric(path, RANGES)


def test_missing_file_is_told(tmp_path):
    """A rubric that is not there is named."""
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: cannot be read"):
        load_rubric(tmp_path / "nowhere.toml", RANGES)


# ---- this lab's own


def test_points_of_this_lab_add_up(committed):
    """The lab is worth 100 points."""
    assert sum(part.points for part in committed.parts) == 100


def test_checks_of_this_lab_are_its_test_functions(committed):
    """The rubric names every test function of the checks, in its part, and no other."""
    found: dict[str, list[str]] = {}
    for path in sorted(GRADERS.glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        marks = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == MARK]
        part = ast.literal_eval(marks[0].args[0])
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        found[part] = [node.name for node in functions if node.name.startswith("test_")]
    assert {part: sorted(checks) for part, checks in found.items()} == {
        part.name: sorted(part.checks) for part in committed.parts
    }


def test_functions_of_this_lab_are_those_of_the_template(committed):
    """The rubric asks for functions that the students' template has, each in one part."""
    template = ast.parse((GRADERS.parent / "student_template" / "lab.py").read_text(encoding="utf-8"))
    assert set(committed.functions) <= {node.name for node in template.body if isinstance(node, ast.FunctionDef)}
    assert len(set(committed.functions)) == len(committed.functions)


# ---- tiers


def test_tiers_are_values_and_shares(load):
    """A list of [value, share], the best first."""
    rubric = load("[parts.beta]", TIERS_OF.format("[[0.9, 1.0], [0.5, 0.4]]"))
    assert rubric.tiers == {"speed": ((0.9, 1.0), (0.5, 0.4))}


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("[]", "must be a list of"),
        ("[0.9, 1.0]", "must be a list of"),
        ("[[0.9]]", "must be a list of"),
        ("[[0.9, 0.8]]", "must begin with share 1"),
        ("[[0.9, 1], [0.9, 0.5]]", "must begin with share 1 and fall"),
        ("[[0.9, 1], [0.5, 1]]", "must begin with share 1 and fall"),
        ("[[0.9, 1], [0.5, 2]]", "must be between 0 and 1"),
        ('[["fast", 1]]', "must be a number"),
    ],
)
def test_tiers_that_make_no_sense_are_refused(load, rows, problem):
    """Each error names its key."""
    with pytest.raises(ConfigurationError, match=rf"tiers\.speed: {problem}"):
        load("[parts.beta]", TIERS_OF.format(rows))


def test_unknown_tiers_are_refused(load):
    """A lab knows its tiers by name."""
    with pytest.raises(ConfigurationError, match=r"tiers\.height: is unknown"):
        load("[parts.beta]", "[tiers]\nheight = [[1, 1]]\n[parts.beta]")
