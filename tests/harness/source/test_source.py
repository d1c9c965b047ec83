"""A submission's file before anything of it runs."""

from __future__ import annotations

import textwrap
import zipfile

import pytest

from graders.harness.base.errors import ConfigurationError, Unloadable
from graders.harness.base.model import Where
from graders.harness.source.reading import MAX_SOURCE
from graders.harness.source.source import MAX_LINE, Source, _shown


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a lab.py, of text or of bytes, and finds it."""

    def make(content: str | bytes) -> Source:
        data = textwrap.dedent(content).encode() if isinstance(content, str) else content
        (tmp_path / "lab.py").write_bytes(data)
        return Source.find(tmp_path, "lab.py")

    return make


def failure_of(source: Source):
    """Return why a file cannot be loaded."""
    with pytest.raises(Unloadable) as caught:
        _ = source.tree
    return caught.value.failure


@pytest.mark.parametrize(
    "body",
    [
        "raise NotImplementedError",
        "raise NotImplementedError()",
        "raise NotImplementedError('later')",
        "'A docstring.'\n    raise NotImplementedError",
        "'A docstring.'",
        "pass",
        "...",
        "'A docstring.'\n    pass\n    ...",
    ],
)
def test_placeholder_is_unwritten(read, body):
    """A docstring, pass, `...` and raise NotImplementedError are no body."""
    assert read(f"def f(x):\n    {body}\n").is_unwritten("f")


@pytest.mark.parametrize(
    "body",
    [
        "return None",
        "raise ValueError",
        "raise",
        "x = 1\n    raise NotImplementedError",
        "if x:\n        raise NotImplementedError",
    ],
)
def test_any_other_body_is_written(read, body):
    """A body with one statement of its own counts as written."""
    assert not read(f"def f(x):\n    {body}\n").is_unwritten("f")


def test_decorated_function_is_written(read):
    """A decorator may bring the body, so what it decorates is called."""
    assert not read("@decorate\ndef f():\n    raise NotImplementedError\n").is_unwritten("f")


def test_missing_function_is_not_unwritten(read):
    """A function that is not there is missing, which is another failure."""
    assert not read("x = 1\n").is_unwritten("f")


@pytest.mark.parametrize(("first", "second", "unwritten"), [("pass", "return 1", False), ("return 1", "pass", True)])
def test_last_definition_counts(read, first, second, unwritten):
    """Of two definitions of a name the later one is judged."""
    assert read(f"def f():\n    {first}\n\ndef f():\n    {second}\n").is_unwritten("f") is unwritten


@pytest.mark.parametrize(
    "statement",
    [
        "f = make()",
        "f: object = make()",
        "a, (f, b) = make()",
        "from other import f",
        "from m import g as f",
        "class f: ...",
    ],
)
def test_name_bound_again_is_written(read, statement):
    """A later assignment, import or class takes the name from an unwritten function."""
    assert not read(f"def f():\n    pass\n\n{statement}\n").is_unwritten("f")


def test_method_is_no_function_of_the_lab(read):
    """Only what stands at the top level counts."""
    assert read("class A:\n    def f(self):\n        return 1\n").where("f") is None


def test_place_of_a_function_is_its_def(read):
    """A function is at the line of its `def`, in its file."""
    assert read("import os\n\n\ndef f():\n    return 1\n").where("f") == Where("lab.py", 4)


def test_only_return_is_where_it_returned(read):
    """A function with one return statement returned there, whatever the functions inside it return."""
    source = read("def f():\n    def g():\n        return 1\n    h = lambda: 2\n    return g\n")
    assert source.where_returned("f") == Where("lab.py", 5)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Net.forward() takes 1 positional argument but 2 were given", 2),
        ("build.<locals>.<lambda>() missing 1 required positional argument: 'y'", 7),
        ("build.<locals>.two() missing 1 required positional argument: 'y'", 5),
        ("build() got an unexpected keyword argument 'x'", 4),
    ],
)
def test_who_was_called_wrongly_has_a_place(read, said, line):
    """What Python names as called with other arguments than it takes is found by that name, wherever it stands."""
    source = read(
        """\
        class Net:
            def forward(x):
                return x
        def build():
            def two(x, y):
                return x
            return lambda x, y: two(x, y)
        """
    )
    assert source.where_called(said) == Where("lab.py", line)


@pytest.mark.parametrize(
    "said",
    [
        "Linear.forward() takes 2 positional arguments but 3 were given",
        "f.<locals>.<lambda>() missing 1 required positional argument: 'y'",
        "twice() missing 1 required positional argument: 'y'",
        "f() returned NULL",
    ],
)
def test_who_was_called_wrongly_is_not_guessed(read, said):
    """Of two that bear one name neither is pointed to, nor anything for what is not the file's."""
    twice = "if f:\n    def twice(x):\n        pass\nelse:\n    def twice(y):\n        pass\n"
    source = read(f"def f():\n    return [lambda x: x, lambda y: y]\n{twice}")
    assert source.where_called(said) is None


def test_several_returns_point_to_the_def(read):
    """A function with several return statements is pointed to as a whole."""
    source = read("def f(x):\n    if x:\n        return 1\n    return 2\n")
    assert source.where_returned("f") == Where("lab.py", 1)


def test_similar_name_is_found(read):
    """A slip of a name is recognised."""
    assert read("def flatten_image(x):\n    return x\n").similar("flatten_images") == "flatten_image"


def test_dissimilar_name_is_not_offered(read):
    """A name that has nothing in common is no slip."""
    assert read("def main():\n    return 1\n").similar("flatten_images") is None


@pytest.mark.parametrize(
    ("body", "untouched"), [("pass", True), ("return 1", False)], ids=["nothing_written", "one_written"]
)
def test_submission_is_untouched_while_nothing_is_written(read, body, untouched):
    """One written function is enough for a worker to be started."""
    assert read(f"def f():\n    pass\n\ndef g():\n    {body}\n").is_untouched(["f", "g"]) is untouched


def test_file_that_is_no_python_is_untouched(read):
    """Nothing of a file with a syntax error can be called."""
    assert read("def f(:\n").is_untouched(["f"])


def test_syntax_error_is_told_with_its_line(read):
    """A syntax error names file and line."""
    failure = failure_of(read("x = 1\ny = (\n"))
    assert (failure.key, failure.where) == ("syntax_error", Where("lab.py", 2))


def test_null_bytes_are_no_python(read):
    """A file with null bytes cannot be loaded."""
    assert failure_of(read(b"x = 1\x00\n")).key in ("syntax_error", "unreadable_source")


def test_other_encoding_is_told(read):
    """Korean text in a legacy encoding, undeclared, cannot be loaded."""
    assert failure_of(read("x = '손글씨'\n".encode("cp949"))).key == "not_utf8"


def test_declared_encoding_is_honoured(read):
    """A file that declares its encoding is read in it."""
    content = "# -*- coding: cp949 -*-\nx = '손글씨'\ndef f():\n    return x\n".encode("cp949")
    assert read(content).where("f") == Where("lab.py", 3)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfdef f():\n    return 1\n", b"def f():\r\n    return 1\r\n"])
def test_files_from_windows_are_read(read, content):
    """A byte order mark and CRLF line ends are no errors."""
    source = read(content)
    assert source.where_returned("f") == Where("lab.py", 2)
    assert source.line(Where("lab.py", 2)) == "return 1"


def test_expression_nested_beyond_the_parser_is_told(read):
    """A file that the parser cannot take cannot be loaded, and nothing else happens."""
    assert failure_of(read("x = " + "(" * 100_000 + ")" * 100_000)).key in ("syntax_error", "unreadable_source")


def test_enormous_file_is_refused(read):
    """A file far beyond any lab is not parsed."""
    assert failure_of(read(b"#" * (MAX_SOURCE + 1))).key == "source_too_large"


def test_missing_file_is_told_with_what_is_there(tmp_path):
    """A folder without lab.py and with several notebooks cannot be loaded, and what may be the lab is named."""
    for name in ("Lab7.py", "a.ipynb", "b.ipynb", "notes.txt"):
        (tmp_path / name).write_text("")
    failure = failure_of(Source.find(tmp_path, "lab.py"))
    assert (failure.key, failure.params["found"]) == ("no_file", "Lab7.py, a.ipynb, b.ipynb")


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("# 손글씨\nx = 1\n".encode("utf-16"), "not_utf8"),  # Notepad's "Unicode", and PowerShell's >
        ("# digits\nx = 1\n".encode("utf-16-le"), "not_utf8"),
        ("x = 'C:\\Users\\me'\n", "syntax_error"),  # an escape, which has a unicode error too
        ("import torch\n%matplotlib inline\n", "notebook_line"),
        ("!pip install torch\n", "notebook_line"),
        ("x = 1\n<<<<<<< HEAD\ny = 1\n=======\ny = 2\n>>>>>>> main\n", "merge_conflict"),
        ('{"cells": [{"cell_type": "code", "execution_count": null}], "nbformat": 4}', "renamed_notebook"),
        ("for x in y\n    pass\n", "syntax_error"),
    ],
)
def test_beginners_slip_has_words_of_its_own(read, content, key):
    """What Python says of such a file tells a beginner nothing, or the wrong thing."""
    assert failure_of(read(content)).key == key


def test_ending_that_the_system_hides_is_told(tmp_path):
    """Notepad saves lab.py as lab.py.txt and Windows shows it as lab.py."""
    (tmp_path / "lab.py.txt").write_text("x = 1\n")
    assert failure_of(Source.find(tmp_path, "lab.py")).params["found"] == "lab.py.txt"


def test_folder_that_holds_only_a_folder_is_looked_through(tmp_path):
    """A lab one folder deeper is graded, as in an archive, and is still the one's whose folder it is."""
    inner = tmp_path / "kim" / "week7" / "lab"
    inner.mkdir(parents=True)
    (tmp_path / "kim" / "__MACOSX").mkdir()
    (inner / "lab.py").write_text("def f():\n    return 1\n")
    source = Source.find(tmp_path / "kim", "lab.py")
    assert (source.where("f"), source.owner("lab.py")) == (Where("lab.py", 1), "kim")
    assert (source.visible, source.name) == (inner, f"{(tmp_path / 'kim').as_posix()}/week7/lab")


def test_link_to_a_folder_is_not_looked_through(tmp_path):
    """A lab that lies outside of the submission is nobody's."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "lab.py").write_text("x = 1\n")
    (tmp_path / "kim").mkdir()
    (tmp_path / "kim" / "week7").symlink_to(tmp_path / "other", target_is_directory=True)
    assert failure_of(Source.find(tmp_path / "kim", "lab.py")).key == "no_file"


def test_labs_deeper_down_are_told(tmp_path):
    """Where it is not clear which lab is meant, both are named."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lab.py").write_text(f"{name} = 1\n")
    failure = failure_of(Source.find(tmp_path, "lab.py"))
    assert (failure.key, failure.params["found"]) == ("several_labs", "a/lab.py, b/lab.py")


@pytest.mark.parametrize("content", ["", "\n\n", "# to be written\n"])
def test_empty_file_is_told_once(read, content):
    """A file without a statement fails as a whole."""
    with pytest.raises(Unloadable) as caught:
        _ = read(content).tree
    assert caught.value.failure.key == "empty_file"


def test_folder_in_place_of_the_file_is_told(tmp_path):
    """A folder that is called lab.py is no file."""
    (tmp_path / "lab.py").mkdir()
    assert failure_of(Source.find(tmp_path, "lab.py")).key == "no_file"


def test_path_of_one_file_is_a_submission(tmp_path):
    """A submission can be a file of any name."""
    (tmp_path / "mine.py").write_text("def f():\n    return 1\n")
    assert Source.find(tmp_path / "mine.py", "lab.py").where("f") == Where("mine.py", 1)


def test_path_that_is_not_there_is_a_wrong_option(tmp_path):
    """A path where nothing is fails before any check."""
    with pytest.raises(ConfigurationError, match="no such file or folder"):
        Source.find(tmp_path / "nowhere", "lab.py")


def test_line_is_fit_to_be_shown(read):
    """A student's line is shown without control characters and cut to a readable length."""
    line = read("x = '\x1b[31m" + "y" * 500 + "'\n").line(Where("lab.py", 1))
    assert line.startswith("x = '[31my")
    assert len(line) == 160


@pytest.mark.parametrize("where", [None, Where("lab.py", 0), Where("lab.py", 99), Where("gone.py", 1)])
def test_place_that_does_not_exist_has_no_line(read, where):
    """A place beyond the file shows nothing and raises nothing."""
    assert read("x = 1\n").line(where) == ""


def test_line_comes_from_the_submission_only(read, tmp_path):
    """A place outside the submission's folder shows nothing, whatever the worker says."""
    source = read("x = 1\n")
    (tmp_path.parent / "secret.txt").write_text("hidden label\n")
    assert source.line(Where("../secret.txt", 1)) == ""


def test_place_with_an_impossible_name_has_no_line(read):
    """A file name that no system has shows nothing and raises nothing."""
    assert read("x = 1\n").line(Where("lab\x00.py", 1)) == ""


@pytest.mark.parametrize(
    ("given", "owner"), [("anna", "anna"), ("anna/lab.py", "anna"), ("ben.py", "ben"), ("cho.zip", "cho")]
)
def test_owner_is_read_off_the_name(tmp_path, given, owner):
    """A folder, the file in it, a file of another name and an archive are called after the student."""
    (tmp_path / "anna").mkdir()
    for name in ("anna/lab.py", "ben.py"):
        (tmp_path / name).write_text("x = 1\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "cho.zip", "w") as packed:
        packed.writestr("lab.py", "x = 1\n")
    assert Source.find(tmp_path / given, "lab.py").owner("lab.py") == owner


def test_a_line_of_two_million_letters_is_shown_by_its_beginning(tmp_path):
    """Going through all of it for each of 60 checks took minutes: the rest is cut off before anything else."""
    (tmp_path / "lab.py").write_text("x = '" + "a" * (2**20) + "'\n")
    shown = Source.find(tmp_path, "lab.py").line(Where("lab.py", 1))
    assert shown == "x = '" + "a" * (MAX_LINE - 5)

    class Counted(str):
        """Text that must not be gone through."""

        __slots__ = ()

        def __getitem__(self, key):
            return str(super().__getitem__(key))

        def expandtabs(self, tabsize=8):
            raise AssertionError("all of it")

    assert _shown(Counted("a" * 2**20)) == "a" * MAX_LINE
