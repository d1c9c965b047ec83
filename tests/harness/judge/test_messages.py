"""Messages: every key that is used has words, every word is used, and every field can be filled."""

from __future__ import annotations

import ast
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest

from graders.harness.base.errors import ConfigurationError, HarnessFault
from graders.harness.base.model import Where, Word
from graders.harness.judge.messages import ROWS, Messages
from graders.harness.judge.rubric import load_rubric
from graders.harness.walls.plan import Excess
from graders.spec import SPEC

GRADERS = Path(__file__).parents[3] / "graders"
FOLDERS = [GRADERS / "harness" / "messages", GRADERS / "messages"]
KEY_ARGUMENT = {"fail": 1, "that": 2, "Failure": 0, "WorkerGone": 0}  # which argument of each is a message's key
FIELDS_OF_WORKER_GONE = {"text"}


def name_of(node: ast.expr) -> str:
    """Return the last name of what is called."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def texts_in(node: ast.AST) -> set[str]:
    """Return the texts that an expression can be: itself, or either branch of a conditional."""
    if isinstance(node, ast.IfExp):
        return texts_in(node.body) | texts_in(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def assigned(function: ast.AST, name: str) -> list[ast.expr]:
    """Return what a function assigns to a name."""
    nodes = [n for n in ast.walk(function) if isinstance(n, ast.Assign) and name_of(n.targets[0]) == name]
    return [node.value for node in nodes]


def dict_keys(node: ast.expr, function: ast.AST) -> set[str]:
    """Return the keys of a dict literal, or of the one that a name stands for in the function."""
    literals = assigned(function, node.id) if isinstance(node, ast.Name) else [node]
    keys = [key for literal in literals if isinstance(literal, ast.Dict) for key in literal.keys if key is not None]
    return {ast.literal_eval(key) for key in keys}


def uses() -> list[tuple[str, set[str], str]]:
    """Return key, fields and place of every failure that the code can say."""
    found = [(excess.value, FIELDS_OF_WORKER_GONE, "plan.py") for excess in Excess]
    for path in sorted(GRADERS.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for function in functions:
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                at = KEY_ARGUMENT.get(name_of(call.func))
                if at is None or len(call.args) <= at:
                    continue
                given = call.args[at]
                values = assigned(function, given.id) if isinstance(given, ast.Name) else [given]
                keys = set().union(*(texts_in(value) for value in values))
                found += [(key, fields(call, function), f"{path.name}:{call.lineno}") for key in sorted(keys)]
    return found


def fields(call: ast.Call, function: ast.AST) -> set[str]:
    """Return the fields that a call fills."""
    if name_of(call.func) == "WorkerGone":
        return FIELDS_OF_WORKER_GONE
    if name_of(call.func) == "Failure":
        return dict_keys(call.args[1], function) if len(call.args) > 1 else set()
    named = {keyword.arg for keyword in call.keywords if keyword.arg not in (None, "where")}
    spread = [dict_keys(keyword.value, function) for keyword in call.keywords if keyword.arg is None]
    return named.union(*spread)


def placeholders(entry: dict[str, str]) -> set[str]:
    """Return the fields that the texts of an entry ask for."""
    return {field for text in entry.values() for _, field, _, _ in string.Formatter().parse(text) if field}


USES = uses()


@pytest.fixture(scope="module")
def tables():
    """Return all messages, the engine's and the lab's in one table."""
    table: dict[str, dict[str, Any]] = {}
    for folder in FOLDERS:
        for path in sorted((folder / "en").glob("*.toml")):
            for section, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
                table.setdefault(section, {}).update(entries)
    return table


@pytest.fixture(scope="module")
def rubric():
    """Return the rubric of this repository."""
    return load_rubric(GRADERS / "rubric.toml", SPEC.thresholds, SPEC.tiers)


def test_uses_are_found():
    """The search of the code finds direct, conditional and keyword uses; else the tests below would prove nothing."""
    keys = {key for key, _, _ in USES}
    assert {"plain", "void", "unwritten", "blocked", "missing_but_similar", "timeout", "accuracy_low"} <= keys


# `unsound` is caught where it is raised: soundness is a yes or no, and nobody is told why.
NEVER_SHOWN = {"unsound"}


def test_every_failure_has_words(tables):
    """Whatever key the code fails with, there is a message for it."""
    assert {key for key, _, _ in USES} - set(tables["failures"]) - NEVER_SHOWN == set()


def test_no_message_is_stale(tables):
    """Every failure that has words can happen."""
    assert set(tables["failures"]) - {key for key, _, _ in USES} == set()


@pytest.mark.parametrize(("key", "given", "place"), USES, ids=[f"{key}-{place}" for key, _, place in USES])
def test_placeholders_can_be_filled(tables, key, given, place):
    """A failure brings all the fields that its message asks for."""
    assert placeholders(tables["failures"].get(key, {})) <= given


def test_failure_has_only_rows_that_are_shown(tables):
    """A text under a name that nobody reads is a slip."""
    for key, entry in tables["failures"].items():
        assert set(entry) <= {*ROWS, "hint"}, key


def test_every_check_has_its_words(tables, rubric):
    """Each check of the rubric has a title, a why and a hint, and no check has them in vain."""
    checks = {name for part in rubric.parts for name in part.checks}
    assert checks == set(tables["checks"])
    for name, entry in tables["checks"].items():
        assert sorted(key for key in entry if entry[key].strip()) == ["hint", "title", "why"], name


def test_words_of_a_check_have_no_fields(tables):
    """The words of a check stand for any of its failures, so nothing is filled in."""
    for name, entry in tables["checks"].items():
        assert placeholders(entry) == set(), name


def test_every_part_has_a_title(tables, rubric):
    """The table's first column has a word for each part."""
    assert {part.name for part in rubric.parts} == set(tables["parts"])


def test_every_note_is_used(tables):
    """No note is left that nobody shows."""
    lab = (GRADERS / "test_9_throughput.py", GRADERS / "measuring" / "devices.py")
    engine = (GRADERS / "harness" / "render" / "telling.py", GRADERS / "harness" / "base" / "words.py")
    shown = (*engine, *lab, GRADERS / "commands" / "teacher" / "grades" / "pages.py")
    code = "".join(path.read_text(encoding="utf-8") for path in shown)
    families = ("data_", "isolation_", "suspicion_")  # the rest of their names comes from the report
    notes = {next((f for f in families if name.startswith(f)), name) for name in tables["notes"]}
    assert [name for name in sorted(notes) if f'"{name}' not in code and f"'{name}{{" not in code] == []


# ---- reading them


@pytest.fixture
def messages(tmp_path):
    """Return messages of two folders, the second adding to the first."""
    for name, text in {
        "one": '[failures.a]\ngot = "{x} and {y}"\n[labels]\ngot = "got"\n',
        "two": '[failures.b]\ngot = "b"\n[labels]\nwhy = "why"\n',
    }.items():
        (tmp_path / name / "en").mkdir(parents=True)
        (tmp_path / name / "en" / "words.toml").write_text(text, encoding="utf-8")
    return Messages([tmp_path / "one", tmp_path / "two"], "en")


def test_later_folder_adds_to_an_earlier_one(messages):
    """Sections of both folders become one."""
    assert messages.section("labels") == {"got": "got", "why": "why"}
    assert messages.entry("failures", "b", {}) == {"got": "b"}


def test_fields_are_filled_in(messages):
    """Texts are filled with what the failure brings, which is not itself taken for a template."""
    assert messages.entry("failures", "a", {"x": 1, "y": "{z}"}) == {"got": "1 and {z}"}


def test_message_that_does_not_exist_is_our_fault(messages):
    """A key without words is a fault of the grader's that names the key."""
    with pytest.raises(HarnessFault, match=r"failures\.none"):
        messages.entry("failures", "none", {})


def test_field_that_nobody_brings_is_our_fault(messages):
    """A field that cannot be filled is a fault of the grader's that names the text."""
    with pytest.raises(HarnessFault, match=r"failures\.a\.got"):
        messages.entry("failures", "a", {"x": 1})


def test_missing_language_is_told_with_those_there_are(tmp_path):
    """A language without messages is a wrong option, told with the languages there are."""
    with pytest.raises(ConfigurationError, match=r"--language xx: .* en"):
        Messages(FOLDERS, "xx")


def test_broken_messages_are_told(tmp_path):
    """A file of messages that is no TOML is named."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "words.toml").write_text("[labels", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"words\.toml: is no TOML"):
        Messages([tmp_path], "en")


def test_text_that_a_translation_lacks_is_english(tmp_path):
    """A translation that is behind shows English where it has nothing, and stops no grading."""
    both, one = '[failures.a]\ngot = "a"\n[failures.b]\ngot = "b"\n', '[failures.a]\ngot = "ä"\n'
    for language, text in {"en": both, "xx": one}.items():
        (tmp_path / language).mkdir()
        (tmp_path / language / "words.toml").write_text(text, encoding="utf-8")
    messages = Messages([tmp_path], "xx")
    assert messages.entry("failures", "a", {}) == {"got": "ä"}
    assert messages.entry("failures", "b", {}) == {"got": "b"}


@pytest.mark.parametrize(("language", "said"), [("en", "exit code 7"), ("ko", "종료 코드 7")])
def test_word_within_a_message_is_in_its_language(language, said):
    """What a message fills in is translated with it where it is a word, and stays as it is where it is none."""
    messages = Messages(FOLDERS, language)
    assert said in messages.entry("failures", "crashed", {"text": Word("exit_code", {"code": 7})})["got"]
    assert "SIGSEGV" in messages.entry("failures", "crashed", {"text": "SIGSEGV"})["got"]


def words_used() -> set[str]:
    """Return the key of every Word that the code makes, where it stands there as a text."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(GRADERS.rglob("*.py"))]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return set().union(*(texts_in(call.args[0]) for call in calls if name_of(call.func) == "Word" and call.args))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_word_has_its_text(language):
    """Every word that the code fills in has a text."""
    assert len(words_used()) > 3
    assert words_used() - Messages(FOLDERS, language).section("words").keys() == set()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_running_notebook_has_words_of_its_own(tables, language):
    """Each takes the place of words that others read, with rows that are shown and fields that can be filled."""
    said = Messages(FOLDERS, language, running=True)
    for key, text in tables["running"].items():
        if isinstance(text, str):
            assert key in tables["notes"]
            assert said.section("notes")[key] == said.section("running")[key]
            continue
        assert key in tables["failures"]
        assert set(text) <= {*ROWS, "hint"}
        assert all(placeholders(text) <= given for used, given, _ in USES if used == key)
        assert said.section("failures")[key] == said.section("running")[key]


def test_a_cell_is_an_input_in_a_running_notebook_only():
    """A saved notebook's cells are counted, a running one's are In [n]."""
    place = Where("lab.ipynb", 3, 7)
    assert Messages(FOLDERS, "en").words.placed(place) == "lab.ipynb, cell 7, line 3"
    assert Messages(FOLDERS, "en", running=True).words.placed(place) == "In [7], line 3"
    assert Messages(FOLDERS, "ko", running=True).words.placed(place) == "In [7] 3번째 줄"
