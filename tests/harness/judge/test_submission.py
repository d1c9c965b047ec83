"""A submission as the checks see it: whatever a worker answers, a call ends in evidence or in a failure."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graders.harness.base.errors import CheckFailed, Unloadable, Unwritten
from graders.harness.base.model import Where
from graders.harness.judge.submission import MAX_CRASHES, MAX_PATCHED
from graders.harness.link.transport import WorkerGone
from graders.harness.worker.wire import MAX_BROKEN

SETTINGS = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def failure_of(lab, function="f"):
    """Return the failure of a call that must fail."""
    with pytest.raises(CheckFailed) as caught:
        lab.call(function)
    return caught.value.failure


def changed(reply, path, value):
    """Return a copy of a reply in which the entry at `path` is `value`."""
    if not path:
        return value
    copy = list(reply) if isinstance(reply, list) else dict(reply)
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    return copy


# ---- what is there to be called


def test_unwritten_function_needs_no_worker(open_script, script):
    """An unwritten function is told without starting anything."""
    seen = script()
    lab = open_script(seen, "def f():\n    raise NotImplementedError\n")
    with pytest.raises(Unwritten):
        lab.call("f")
    assert seen.started == 0


def test_file_with_a_syntax_error_needs_no_worker(open_script, script):
    """A file that is no Python is told without starting anything."""
    seen = script()
    with pytest.raises(Unloadable):
        open_script(seen, "def f(:\n").call("f")
    assert seen.started == 0


def test_missing_function_is_told(open_script, script):
    """A function that is nowhere in the file is missing."""
    failure = failure_of(open_script(script()), "other_name")
    assert (failure.key, failure.params["function"], failure.params["file"]) == ("missing", "other_name", "lab.py")


def test_misspelt_function_is_offered_with_its_place(open_script, script):
    """A function with a name like it is offered, with the place of that one."""
    lab = open_script(script(), "\ndef flatten_image(x):\n    return x\n")
    failure = failure_of(lab, "flatten_images")
    assert (failure.key, failure.params["similar"]) == ("missing_but_similar", "flatten_image")
    assert failure.where == Where("lab.py", 2)


def test_function_that_its_decorator_took_away_is_not_said_to_be_missing(open_script, script):
    """A decorator that returns nothing leaves None behind a function that is there to be read; deleted, it is not."""
    failure = failure_of(open_script(script(), "@d\ndef other_name(x):\n    return x\n"), "other_name")
    assert (failure.key, failure.where) == ("decorated_away", Where("lab.py", 2))
    deleted = "@d\ndef other_name(x):\n    return x\ndel other_name\n"
    assert failure_of(open_script(script(), deleted), "other_name").key == "missing"


def test_function_that_is_no_def_can_be_called(open_script, script, good_reply):
    """What is callable after the import counts, however it was made."""
    loaded = {"functions": {"f": None}, "stdout": ""}
    lab = open_script(script(call=good_reply, load=loaded), "f = abs\n")
    assert lab.call("f").value == 1


def test_untouched_submission_starts_no_worker_ahead(open_script, script):
    """Nothing is started for a file in which nothing can be called."""
    seen = script()
    open_script(seen, "def f():\n    pass\n").submission.start(["f"])
    assert seen.started == 0


# ---- evidence


def test_evidence_says_what_was_asked(open_script, script, good_reply):
    """Evidence names the function with its arguments in few words."""
    assert open_script(script(call=good_reply)).call("f", [1, 2.5], b="x").asked == "f([1, 2.5], b='x')"


def test_evidence_points_to_the_return(open_script, script, good_reply):
    """The place of a value is the only return, the place beside it the function's begin."""
    evidence = open_script(script(call=good_reply)).call("g")
    assert (evidence.where, evidence.beside.where) == (Where("lab.py", 5), Where("lab.py", 4))


def test_unfinished_function_of_the_students_is_unwritten(open_script, script):
    """NotImplementedError raised in a function of the file names that function."""
    raised = {"type": "NotImplementedError", "text": "", "where": ["lab.py", 5], "function": "g"}
    text = "def f():\n    return 1\n\ndef g():\n    if later: raise NotImplementedError\n"
    with pytest.raises(Unwritten) as caught:
        open_script(script(call={"raised": raised}), text).call("f")
    assert (caught.value.function, caught.value.where) == ("g", Where("lab.py", 5))


def test_not_implemented_by_torch_in_a_students_line_is_a_failure(open_script, script):
    """What a line asks of PyTorch, which cannot do it, is no sign that the function is not written."""
    raised = {"type": "NotImplementedError", "text": "not for 'Bool'", "where": ["lab.py", 5], "function": "g"}
    assert failure_of(open_script(script(call={"raised": raised}))).key == "raised"


def test_not_implemented_elsewhere_is_a_failure(open_script, script):
    """NotImplementedError out of torch is an exception like any other."""
    raised = {"type": "NotImplementedError", "text": "no kernel", "where": ["lab.py", 2], "function": "<lambda>"}
    assert failure_of(open_script(script(call={"raised": raised}))).key == "raised"


def test_leftover_of_a_notebook_is_told_as_such(open_script, script):
    """get_ipython() is what %magic becomes outside of notebooks; whoever never wrote it cannot know."""
    raised = {
        "type": "NameError",
        "text": "name 'get_ipython' is not defined",
        "where": ["lab.py", 3],
        "function": None,
    }
    with pytest.raises(Unloadable) as caught:
        open_script(script(load={"raised": raised})).call("f")
    assert caught.value.failure.key == "notebook_code"


@pytest.mark.parametrize("text", ["Found no NVIDIA driver on your system.", "Torch not compiled with CUDA enabled"])
def test_missing_gpu_is_told_as_such(open_script, script, text):
    """Drivers are what torch to install; the contract gives a device to use."""
    raised = {"type": "RuntimeError", "text": text, "where": ["lab.py", 2], "function": "f"}
    assert failure_of(open_script(script(call={"raised": raised}))).key == "no_device"


# ---- deaths


def test_crash_is_tried_again_a_few_times_only(open_script, script):
    """A function that crashes is not called for ever."""
    seen = script(call=WorkerGone("crashed", "SIGSEGV"))
    lab = open_script(seen)
    for _ in range(MAX_CRASHES + 3):
        assert failure_of(lab).key == "crashed"
    assert seen.started == MAX_CRASHES


def test_timeout_is_waited_for_once(open_script, script):
    """A function that hangs costs its limit once."""
    seen = script(call=WorkerGone("timeout", "20"))
    lab = open_script(seen)
    for _ in range(3):
        assert failure_of(lab).key == "timeout"
    assert seen.started == 1


def test_death_of_one_function_is_not_held_against_another(open_script, script, good_reply):
    """A function is called though another one hung."""
    seen = script(call=WorkerGone("timeout", "20"))
    lab = open_script(seen)
    failure_of(lab, "f")
    seen.call = good_reply
    assert lab.call("g").value == 1


def test_hang_in_a_probe_is_waited_for_once(open_script, script):
    """What a function returned and hung when used is not waited for again and again."""
    seen = script(call=WorkerGone("timeout", "20"))
    lab = open_script(seen)
    for _ in range(3):
        with pytest.raises(CheckFailed):
            lab.submission.probe("double", 1, function="f")
    assert seen.started == 1


# ---- forged answers

PATHS = [
    ("value",),
    ("stdout",),
    ("grad_enabled",),
    ("transcript",),
    ("transcript", 0),
    *[("transcript", 0, key) for key in ("name", "where", "count", "shapes", "dtypes", "low", "high")],
    ("transcript", 0, "where", 1),
    ("transcript", 0, "shapes", 0),
]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["$", "id", "a"]), inner, max_size=3),
    max_leaves=5,
)


@SETTINGS
@given(st.sampled_from(PATHS), ODD)
@example(("transcript", 0, "where"), [])
def test_forged_answer_is_evidence_or_a_failure(open_script, script, good_reply, path, value):
    """Whatever stands in an answer counts against the submission, never against the harness."""
    lab, keys = open_script(script(call=changed(good_reply, path, value))), set()
    try:
        lab.call("f")
    except CheckFailed as failed:
        keys.add(failed.failure.key)
    assert keys <= {"unreadable"}


@pytest.mark.parametrize(("path", "value"), [(("value",), {"$": "odd"}), (("transcript",), 5), (("transcript", 0), {})])
def test_malformed_answer_is_unreadable(open_script, script, good_reply, path, value):
    """An answer that an honest worker does not write fails the call."""
    assert failure_of(open_script(script(call=changed(good_reply, path, value)))).key == "unreadable"


DEEP: list[Any] = reduce(lambda inner, _: [inner], range(5000), [])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("transcript", 0, "count"), math.inf),
        (("transcript", 0, "low"), 10**400),
        (("value",), {"$": "handle", "id": math.inf, "kinds": []}),
        (("stdout",), DEEP),
    ],
    ids=["infinite_count", "bound_beyond_float", "infinite_handle", "deep_stdout"],
)
def test_answer_that_overflows_is_unreadable(open_script, script, good_reply, path, value):
    """Numbers and nesting beyond Python's own limits fail the call, not the harness."""
    assert failure_of(open_script(script(call=changed(good_reply, path, value)))).key == "unreadable"


HALF_A_PLACE = {"type": "E", "text": "", "where": ["lab.py"], "function": None}


@pytest.mark.parametrize("raised", [5, "text", [], {}, HALF_A_PLACE])
def test_malformed_exception_is_unreadable(open_script, script, raised):
    """An exception that an honest worker would not report fails the call."""
    assert failure_of(open_script(script(call={"raised": raised}))).key == "unreadable"


@pytest.mark.parametrize("loaded", [{}, {"functions": 5}, {"functions": {"f": 5}}, {"functions": {"f": ["a", "b"]}}])
def test_malformed_answer_to_the_import_is_unloadable(open_script, script, loaded):
    """An import whose answer cannot be read fails the submission as a whole."""
    with pytest.raises(Unloadable):
        open_script(script(load=loaded)).call("f")


@pytest.mark.parametrize("raised", [5, "text", {}, HALF_A_PLACE])
def test_malformed_exception_at_import_is_unloadable(open_script, script, raised):
    """An exception at import that an honest worker would not report fails the submission as a whole."""
    with pytest.raises(Unloadable):
        open_script(script(load={"raised": raised})).call("f")


def test_class_name_cannot_move_the_cursor(open_script, script):
    """Control characters in the name of an exception's class do not reach the terminal."""
    raised = {"type": "E\x1b[2J", "text": "", "where": None, "function": None}
    assert "\x1b" not in failure_of(open_script(script(call={"raised": raised}))).params["type"]


def test_unreadable_answer_is_tried_again_a_few_times_only(open_script, script):
    """It costs a new worker each time, as a crash does."""
    seen = script(call={"value": 10**399, "stdout": "", "transcript": [], "grad_enabled": True})
    lab = open_script(seen)
    for _ in range(MAX_CRASHES + 3):
        assert failure_of(lab).key == "unreadable"
    assert seen.started == MAX_CRASHES


# ---- too much


@pytest.mark.parametrize(
    ("name", "flood"),
    [
        ("patched", [["torch.relu", None]] * 20_000),
        ("transcript", 20_000),
        ("stdout", "x" * 2_000_000),
        ("changed", [0] * 20_000),
    ],
)
def test_flood_beside_a_value_is_unreadable(open_script, script, good_reply, name, flood):
    """No worker of ours says that much, however much a submission does."""
    flood = good_reply["transcript"] * flood if name == "transcript" else flood
    assert failure_of(open_script(script(call={**good_reply, name: flood}))).key == "unreadable"


def test_flood_of_functions_is_unloadable(open_script, script):
    """No module has so many."""
    loaded = {"functions": {f"f{number}": None for number in range(50_000)}, "stdout": ""}
    with pytest.raises(Unloadable):
        open_script(script(load=loaded)).call("f")


def test_patched_names_are_told_of_up_to_a_number(open_script, script, good_reply):
    """A worker that claims other ones with every reply makes the report no longer than that."""
    seen = script()
    lab = open_script(seen)
    for turn in range(30):
        names = [[f"torch.n{turn}_{number}", ["lab.py", 1]] for number in range(MAX_BROKEN)]
        seen.call = {**good_reply, "patched": names}
        lab.call("f")
    assert len(lab.submission.patched) == MAX_PATCHED


@pytest.mark.parametrize("number", [True, 2**63, 10**399, 1.0, "1", None, [1], math.inf, math.nan])
@pytest.mark.parametrize("path", [("transcript", 0, "count"), ("transcript", 0, "where", 1), ("changed", 0)])
def test_whole_number_is_one_that_a_worker_writes(open_script, script, good_reply, path, number):
    """What is none, or has 400 digits, is not taken for one: neither a count, nor a line, nor a place."""
    reply = changed({**good_reply, "changed": [0]}, path, number)
    assert failure_of(open_script(script(call=reply))).key == "unreadable"
