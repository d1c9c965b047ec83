"""The worker: what a call sends back, and how little one call leaves behind for the next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from graders.harness.base.errors import CheckFailed, HarnessFault, Unloadable, Unwritten
from graders.harness.base.model import Handle, NumpyScalar, TensorValue, Where
from graders.harness.link.excerpt import excerpt
from graders.harness.worker.recorder import MAX_LINE
from graders.harness.worker.wire import MAX_STDOUT, MAX_TEXT

LAB = """
import os, random, sys
import numpy as np
import torch


def echo(value):
    return value


def keywords(a, *, b=2):
    return [a, b]


def tensors():
    return {
        "half": torch.zeros(2, 0, dtype=torch.float16),
        "scalar": torch.tensor(7),
        "leaf": torch.ones(3, requires_grad=True),
        "view": torch.arange(6).reshape(2, 3).T,
        "brain": torch.tensor([1.5], dtype=torch.bfloat16),
        "flags": torch.tensor([True, False]),
    }


def numpy_values():
    return [np.float32(0.5), np.int64(3), np.arange(3), np.array(["text"])]


def big():
    return 2**80


def endless():
    value = []
    value.append(value)
    return value


def linear():
    return torch.nn.Linear(2, 1)


def weights(model):
    return [parameter.detach() for parameter in model.parameters()]


def outer(value):
    return inner(value)


def inner(value):
    raise ValueError(f"bad {value}")  # raises


def in_library():
    return torch.zeros(2) @ torch.zeros(3)  # raises in torch


def speak(count):
    print("x" * count)
    for _ in range(count // 10):
        print("123456789")
    print("end")


def resizes(first, second):
    second.resize_(second.shape[0], 4)


def multiplies(first, second):
    second *= 2


def retypes(first, second):
    second.data = second.data.double()


def moves(first, second):
    second.data = second.data.bfloat16()  # which NumPy has not


def looks_only(first, second):
    second = second.view(2, 4).requires_grad_() * 2
    first.requires_grad_()
    second -= first.sum()
    return torch.zeros(1)


def hides(first, second):
    class Honest(torch.Tensor):
        def detach(self):
            return torch.zeros(2, 2, 2)

        numpy = __torch_function__ = detach
    second += 1
    torch.Tensor.detach, torch.Tensor.numpy = Honest.detach, Honest.numpy
    np.array_equal = lambda *_: True
    second.__class__ = Honest


def reconfigures(encoding):
    sys.stdout.reconfigure(encoding=encoding, line_buffering=True)
    print("한글 ok")
    return [sys.stdout.encoding, sys.stdout.writable(), sys.stdout.isatty(), sys.stdout.closed]


def wraps():
    import io
    print("before")
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
    print("한글")


def detaches():
    import io
    print("before")
    sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding="utf-8")
    print("after")


def closes():
    print("before")
    sys.stdout.close()


def prints_bytes():
    print("text")
    sys.stdout.flush()
    sys.stdout.buffer.write("한글\\n".encode())


def prints_odd():
    print("\\ud800", end="")


def bypass(count):
    for _ in range(count):
        os.write(1, b"o" * 2**20)
        os.write(2, b"e" * 2**20)
    return "done"


def draw():
    return [random.random(), float(np.random.rand()), torch.rand(1)]


def what_generators_tell():
    return [torch.initial_seed(), int(np.random.get_state()[1][0])]


def seeds_torch():
    torch.manual_seed(777)


def other_defaults():
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")


def defaults():
    made = torch.zeros(1)
    return [str(made.dtype), made.device.type]


def grad_off():
    torch.set_grad_enabled(False)


def grad_off_and_raise():
    torch.set_grad_enabled(False)
    raise ValueError


def grad_is_on():
    return torch.is_grad_enabled()


def endless_range(x):
    return torch.exp(torch.log(x * 0))


def observed():
    x = torch.tensor([-1.0, 2.0, 3.0])
    for _ in range(3):
        y = torch.relu(x)  # relu here
    with torch.no_grad():
        y = y + 1  # adds here
    return y


def tracks():
    w = torch.ones(2, requires_grad=True)
    return (w * 2).detach()


def helper():
    return "own"


def uses_helper():
    return helper()


class Silent(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def unspeakable():
    raise Silent


def exits():
    sys.exit(3)


def deep(n=0):
    return deep(n + 1)


def long_text():
    raise ValueError("x" * 10_000)


def addresses():
    raise ValueError(object())


def colours():
    raise ValueError("\\x1b[2J red")


def not_written_inside():
    return helper_unwritten()


def helper_unwritten():
    if True:
        raise NotImplementedError


def environment():
    return sorted(os.environ)


def place():
    return [os.getcwd(), os.environ["HOME"], os.path.isdir(os.getcwd())]


def path_of(name):
    return sys.modules[name].__file__


def write_file():
    with open("left.txt", "w") as file:
        file.write("x")
    return os.path.abspath("left.txt")


def interrupt():
    raise KeyboardInterrupt


def generator_exit():
    raise GeneratorExit


def reads_stdin():
    return sys.stdin.read()
"""


@pytest.fixture(scope="module")
def lab(open_lab):
    """Return the lab above with a worker that the tests of this module share."""
    return open_lab(LAB)


def place_of(comment: str) -> Where:
    """Return the place of the line with that comment."""
    return Where("lab.py", 1 + LAB[: LAB.index(comment)].count("\n"))


def failure_of(lab, function, *args):
    """Return the failure of a call that must fail."""
    with pytest.raises(CheckFailed) as caught:
        lab.call(function, *args)
    return caught.value.failure


# ---- values


@pytest.mark.parametrize("value", [None, 1, 1.5, "text", [1, (2, {"a": None})], True])
def test_plain_value_goes_there_and_back(lab, value):
    """A plain value reaches the function and comes back with its type."""
    got = lab.call("echo", value).value
    assert (type(got), got) == (type(value), value)


def test_keyword_arguments_reach_the_function(lab):
    """Arguments given by name arrive by name."""
    assert lab.call("keywords", 1, b=5).value == [1, 5]


@pytest.mark.parametrize(
    ("name", "dtype", "shape"),
    [
        ("half", "float16", (2, 0)),
        ("scalar", "int64", ()),
        ("leaf", "float32", (3,)),
        ("view", "int64", (3, 2)),
        ("brain", "bfloat16", (1,)),
        ("flags", "bool", (2,)),
    ],
)
def test_tensor_keeps_dtype_and_shape(lab, name, dtype, shape):
    """A returned tensor arrives with its dtype's name and its shape."""
    got = lab.call("tensors").value[name]
    assert (got.dtype, got.shape) == (dtype, shape)


def test_tensor_keeps_its_values(lab):
    """A transposed view arrives with the numbers it showed, a bfloat16 with its number."""
    got = lab.call("tensors").value
    np.testing.assert_array_equal(got["view"].array, np.arange(6).reshape(2, 3).T)
    np.testing.assert_array_equal(got["brain"].array, [1.5])


def test_tensor_says_whether_it_requires_a_gradient(lab):
    """requires_grad of a returned tensor is reported as it was."""
    got = lab.call("tensors").value
    assert [got["leaf"].requires_grad, got["view"].requires_grad] == [True, False]


def test_sent_tensor_arrives_as_a_tensor(lab):
    """A tensor that the judge sends keeps dtype, shape, values and requires_grad in the worker."""
    sent = TensorValue(np.array([[1.0, 2.0]]), "float64", requires_grad=True)
    got = lab.call("echo", sent).value
    assert (got.dtype, got.shape, got.requires_grad, got.array.tolist()) == ("float64", (1, 2), True, [[1.0, 2.0]])


def test_numpy_values_are_told_from_plain_ones(lab):
    """NumPy scalars, arrays of numbers and arrays of anything else arrive as what they are."""
    half, three, array, texts = lab.call("numpy_values").value
    assert (half, three) == (NumpyScalar("float32", 0.5), NumpyScalar("int64", 3.0))
    assert array.tolist() == [0, 1, 2]
    assert isinstance(texts, Handle)


def test_huge_integer_stays_in_the_worker(lab):
    """An integer beyond 64 bits is a handle to the judge."""
    assert lab.call("big").value.type_name == "int"


def test_value_without_end_fails_its_call_only(lab):
    """A list that contains itself fails the call that returned it, and no later one."""
    assert failure_of(lab, "endless").params["type"] == "WireError"
    assert lab.call("echo", 1).value == 1


def test_kept_value_stays_in_the_worker(lab):
    """With `keep`, even a number comes back as a handle."""
    kept = lab.call("echo", 5, keep=True).value
    assert isinstance(kept, Handle)
    assert lab.submission.probe("double", kept, function="echo").value == 10


@pytest.mark.parametrize(
    ("function", "changed"),
    [
        ("resizes", (1,)),
        ("multiplies", (1,)),
        ("retypes", (1,)),
        ("moves", (1,)),
        ("looks_only", ()),
    ],
)
def test_a_tensor_that_was_changed_in_place_is_told_of(lab, function, changed):
    """Another shape, type or content counts; a view, or a gradient that is wanted of it, does not."""
    given = TensorValue.of(np.full((2, 2), np.nan, np.float32)), TensorValue.of(np.ones((2, 2, 2), np.float32))
    assert lab.call(function, *given).changed == changed
    assert lab.call("draw").changed == ()  # nothing was given


def test_a_change_in_place_cannot_be_hidden_by_other_functions(open_lab):
    """What compares is what torch and NumPy had before the submission was loaded."""
    given = TensorValue.of(np.ones(2, np.float32)), TensorValue.of(np.zeros((2, 2, 2), np.float32))
    assert open_lab(LAB).call("hides", *given).changed == (1,)


# ---- handles


def test_handle_stays_usable_over_calls(lab):
    """A model made by one call is the same model for the next ones."""
    model = lab.call("linear").value
    first, second = (lab.call("weights", model).value[0].array.tolist() for _ in range(2))
    assert first == second


def test_handle_names_the_classes_it_is_of(lab):
    """A handle tells its class and all its base classes."""
    model = lab.call("linear").value
    assert model.type_name == "Linear"
    assert "torch.nn.modules.module.Module" in model.kinds


def test_handles_are_not_mixed_up(lab):
    """Two objects get two handles."""
    first, second = lab.call("echo", 1, keep=True).value, lab.call("echo", 2, keep=True).value
    assert [lab.call("echo", handle).value for handle in (first, second)] == [1, 2]


def test_handle_dies_with_its_worker(open_lab):
    """A handle of an earlier worker is refused by the judge itself."""
    lab = open_lab("def f(value=None):\n    return object()\n")
    old = lab.call("f").value
    lab.launcher.close()
    with pytest.raises(HarnessFault, match="earlier worker"):
        lab.call("f", old)


# ---- exceptions


def test_exception_carries_the_innermost_line_of_the_student(lab):
    """The place is the line that raised, not the one that called."""
    failure = failure_of(lab, "outer", 7)
    assert (failure.params["type"], failure.params["text"]) == ("ValueError", "bad 7")
    assert failure.where == place_of("# raises\n")


def test_exception_inside_a_library_points_to_the_line_of_the_student(lab):
    """Where torch raised, the place is the student's line that called it."""
    assert failure_of(lab, "in_library").where == place_of("# raises in torch\n")


def test_exception_without_a_text_is_still_told(lab):
    """An exception whose __str__ raises is reported by its type."""
    assert failure_of(lab, "unspeakable").params.items() >= {"type": "Silent", "text": "", "said": ""}.items()


def test_exit_in_a_function_fails_its_call_only(lab):
    """sys.exit ends the call, not the worker."""
    generation = lab.launcher.generation
    failure = failure_of(lab, "exits")
    assert (failure.key, failure.params["type"], failure.params["text"]) == ("exit_call", "SystemExit", "3")
    lab.call("echo", 1)
    assert lab.launcher.generation == generation


@pytest.mark.parametrize(
    ("function", "kind"), [("interrupt", "KeyboardInterrupt"), ("generator_exit", "GeneratorExit")]
)
def test_exception_beyond_exception_fails_its_call_only(lab, function, kind):
    """What is no Exception is reported like one."""
    assert failure_of(lab, function).params["type"] == kind


def test_deep_recursion_fails_its_call_only(lab):
    """A function that calls itself for ever raises RecursionError, and the worker goes on."""
    generation = lab.launcher.generation
    assert failure_of(lab, "deep").params["type"] == "RecursionError"
    assert (lab.call("echo", 1).value, lab.launcher.generation) == (1, generation)


def test_long_text_of_an_exception_is_cut(lab):
    """An exception's text is kept to a readable length."""
    assert len(failure_of(lab, "long_text").params["text"]) == MAX_TEXT + 1


def test_addresses_are_taken_out_of_texts(lab):
    """Two runs say the same: no object's address is shown."""
    assert failure_of(lab, "addresses").params["text"] == "<object object at 0x…>"


def test_control_characters_are_taken_out_of_texts(lab):
    """An exception's text cannot move the terminal's cursor."""
    assert failure_of(lab, "colours").params["text"] == "\\x1b[2J red"


def test_unfinished_function_inside_a_call_is_named(lab):
    """NotImplementedError out of one of the student's functions means that one is unwritten."""
    with pytest.raises(Unwritten) as caught:
        lab.call("not_written_inside")
    assert caught.value.function == "helper_unwritten"


def test_import_that_raises_is_unloadable(open_lab):
    """An exception at import is told with its line, for the submission as a whole."""
    lab = open_lab("x = 1\n\nraise KeyError('gone')\ndef f():\n    return 1\n")
    with pytest.raises(Unloadable) as caught:
        lab.call("f")
    failure = caught.value.failure
    assert (failure.key, failure.params["type"], failure.where) == ("raised_at_import", "KeyError", Where("lab.py", 3))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_that_ends_on_import_ends_alone(open_lab):
    """Only the worker's own end is made an exception, and only while the submission is loaded."""
    text = "import os\nfrom os import _exit\nif os.fork() == 0:\n    _exit(0)\nos.wait()\n"
    lab = open_lab(f"{text}def f():\n    return 1\ndef g():\n    _exit(0)\n")
    assert lab.call("f").value == 1
    assert failure_of(lab, "g").key == "crashed"


@pytest.mark.parametrize(
    ("code", "key", "line"),
    [
        ("def g(x: nn.Module):\n    pass\n", "unknown_at_import", 1),  # to move it elsewhere would be no help
        ("class A:\n    size = int.maximum\n", "unknown_at_import", 2),
        ("from json import lods\n", "unknown_at_import", 1),
        ("def g():\n    return x\n\n\ng()\n", "called_at_import", 2),
        ("import sys\ndef g():\n    sys.exit()\nclass A:\n    size = g()\n", "called_at_import", 3),
        ("open('notes.txt')\n", "raised_at_import", 1),
        ("import os\n\nos._exit(3)\n", "raised_at_import", 3),
        ("import os\nos.abort()\n", "raised_at_import", 2),
        ("import os\nimport signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "raised_at_import", 3),
        ("from os import _exit\ndef g():\n    _exit(0)\n\ng()\n", "called_at_import", 3),
    ],
)
def test_what_runs_on_import_is_told_from_what_is_misspelt(open_lab, code, key, line):
    """Only code that a student can put under __main__ is told to go there, by the line that calls it."""
    with pytest.raises(Unloadable) as caught:
        open_lab(f"{code}def f():\n    return 1\n").call("f")
    failure = caught.value.failure
    assert (failure.key, failure.where) == (key, Where("lab.py", line))
    if key == "called_at_import":
        assert failure.params["place"] == Where("lab.py", 5)


def test_exit_at_import_is_unloadable(open_lab):
    """sys.exit on import is told like an exception."""
    lab = open_lab("import sys\nsys.exit('bye')\ndef f():\n    return 1\n")
    with pytest.raises(Unloadable) as caught:
        lab.call("f")
    expected = {"type": "SystemExit", "text": "bye", "said": ": bye", "place": None}
    assert caught.value.failure.params.items() >= expected.items()


def test_missing_module_is_told_by_its_name(open_lab):
    """Importing what is not installed is a failure of its own kind."""
    lab = open_lab("import no_such_module_anywhere\ndef f():\n    return 1\n")
    with pytest.raises(Unloadable) as caught:
        lab.call("f")
    assert caught.value.failure.key == "module_missing"


# ---- output


def test_prints_are_captured(lab):
    """What a function prints comes with its evidence."""
    assert lab.call("speak", 3).stdout == "xxx\nend\n"


def test_prints_are_capped(lab):
    """Of endless prints the beginning and the end are kept, of endless lines the beginning."""
    first, *middle, last = lab.call("speak", MAX_STDOUT * 5).stdout.splitlines()
    assert (first, last) == ("x" * MAX_LINE, "end")
    assert len(set(middle) - {"123456789"}) <= 1  # where beginning and end meet
    assert MAX_STDOUT <= sum(len(line) + 1 for line in middle) <= 3 * MAX_STDOUT


def test_prints_of_one_call_are_not_those_of_the_next(lab):
    """Each call's evidence has its own prints."""
    lab.call("speak", 3)
    assert lab.call("echo", 1).stdout == ""


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16"])
def test_output_is_a_text_stream_that_can_be_reconfigured(lab, encoding):
    """As Windows' users do, so that Korean can be printed; what is printed is read all the same."""
    seen = lab.call("reconfigures", encoding)
    assert seen.value == [encoding, True, False, False]
    assert seen.stdout == "한글 ok\n"


@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("wraps", "before\n한글\n"),
        ("detaches", "before\nafter\n"),
        ("closes", "before\n"),
        ("prints_bytes", "text\n한글\n"),
        ("prints_odd", "\ud800"),
    ],
)
def test_output_may_be_wrapped_anew_and_closed(lab, function, text):
    """What was printed on the way is kept, and the next call prints as ever."""
    assert lab.call(function).stdout == text
    assert lab.call("speak", 3).stdout == "xxx\nend\n"


def test_output_beside_python_does_not_disturb_the_protocol(lab):
    """Fifty megabytes written straight to stdout and stderr leave the answer readable."""
    generation = lab.launcher.generation
    assert lab.call("bypass", 25).value == "done"
    assert lab.launcher.generation == generation


def test_stdin_is_empty(lab):
    """A function that reads stdin gets nothing, above all no request of the judge's."""
    assert lab.call("reads_stdin").value == ""


# ---- one start for every call


def test_same_seed_draws_the_same_numbers(lab):
    """Python's, NumPy's and torch's generators start alike for the same seed."""
    first, second = (lab.call("draw", seed=5).value for _ in range(2))
    assert first[:2] == second[:2]
    assert first[2].array == second[2].array


def test_another_seed_draws_other_numbers(lab):
    """All three generators depend on the seed."""
    first, second = (lab.call("draw", seed=seed).value for seed in (5, 6))
    assert [a != b for a, b in zip(first[:2], second[:2], strict=True)] == [True, True]
    assert first[2].array != second[2].array


def test_generators_tell_what_those_of_a_fresh_process_do(open_lab, lab):
    """Neither the seed that they were started from, nor that anybody has seeded them; nor another seed a call."""
    fresh = open_lab(LAB)
    first, second, other = (fresh.call("what_generators_tell", seed=seed).value for seed in (5, 5, 6))
    assert first == second == other
    assert first[0] > 2**48
    assert first[1] == 2**31


def test_a_seed_of_the_submissions_own_goes_on_being_told(open_lab):
    """What it draws hangs on ours; what torch says is what it would say anywhere."""
    fresh = open_lab(LAB)
    fresh.call("seeds_torch", seed=5)
    assert fresh.call("what_generators_tell", seed=5).value[0] == 777


def test_grad_mode_left_off_is_reported(lab):
    """A function that leaves gradients off is caught at it, one that does not is not."""
    assert lab.call("grad_off").grad_enabled_after is False
    assert lab.call("echo", 1).grad_enabled_after is True


def test_default_dtype_and_device_are_the_next_calls_own(lab):
    """What a submission prefers reaches neither the probes nor what stands in for others' functions."""
    lab.call("other_defaults")
    assert lab.call("defaults").value == ["torch.float32", "cpu"]


@pytest.mark.parametrize("function", ["grad_off", "grad_off_and_raise"])
def test_grad_mode_left_off_is_repaired_for_the_next_call(lab, function):
    """The next call starts with gradients on."""
    try:
        lab.call(function)
    except CheckFailed:
        assert function == "grad_off_and_raise"
    assert lab.call("grad_is_on").value is True


def test_standin_takes_the_place_of_a_function_for_one_call(lab):
    """A stand-in is used by the student's other functions during its call, and never after."""
    with_standin = lab.call("uses_helper", standins=["helper"]).value
    assert (with_standin, lab.call("uses_helper").value) == ("stand-in", "own")


# ---- the transcript


def test_transcript_is_empty_unless_asked_for(lab):
    """Observing costs time, so nobody observes unasked."""
    assert lab.call("observed").transcript == ()


def test_transcript_folds_equal_calls_of_one_line(lab):
    """The same call of the same line is told once, with its count."""
    lines = lab.call("observed", observe=True).transcript
    assert [(line.name, line.count) for line in lines if line.name == "relu"] == [("relu", 3)]


def test_transcript_tells_the_line_of_the_student(lab):
    """Each call is told with the student's line that made it."""
    lines = {line.name: line.where for line in lab.call("observed", observe=True).transcript}
    assert lines["relu"] == place_of("# relu here\n")
    assert lines["add"] == place_of("# adds here\n")


def test_transcript_tells_the_grad_mode(lab):
    """Each call is told with the grad mode it ran under."""
    modes = {line.name: line.grad_enabled for line in lab.call("observed", observe=True).transcript}
    assert (modes["relu"], modes["add"]) == (True, False)


def test_transcript_tells_the_range_of_values(lab):
    """Each call is told with the range of its first tensor."""
    line = next(line for line in lab.call("observed", observe=True).transcript if line.name == "relu")
    assert (line.low, line.high, line.shapes, line.dtypes) == (-1.0, 3.0, ((3,),), ("torch.float32",))


def test_numbers_without_end_have_no_range(lab):
    """A logarithm of 0 on the way is told of like any call."""
    seen = lab.call("endless_range", TensorValue.of(np.ones(3, np.float32)), observe=True).transcript
    ranges = {line.name: (line.low, line.high) for line in seen}
    assert (ranges["log"], ranges["exp"]) == ((0.0, 0.0), (None, None))


def test_transcript_tells_what_hangs_on_a_graph(lab):
    """A result that tracks gradients is told from one that was detached."""
    tracks = {line.name: line.tracks_gradients for line in lab.call("tracks", observe=True).transcript}
    assert (tracks["mul"], tracks["detach"]) == (True, False)


# ---- the surroundings


def test_environment_holds_no_token(open_lab, monkeypatch):
    """A token of the judge's environment is not in the worker's, in a fresh process or in a forked one."""
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    lab = open_lab(LAB)
    names = lab.call("environment").value
    assert "OMP_NUM_THREADS" in names
    assert not {"SECRET_TOKEN", "PYTHONPATH"} & set(names)


def test_worker_lives_in_a_folder_of_its_own(lab):
    """The working folder and the home folder are the worker's scratch folder."""
    here, home, exists = lab.call("place").value
    assert exists
    assert here == home
    assert Path(here).name.startswith("grading-")


def test_scratch_folder_goes_with_the_worker(open_lab):
    """After close, nothing that the student wrote into the working folder is left."""
    lab = open_lab(LAB)
    left = Path(lab.call("write_file").value)
    assert left.exists()
    lab.submission.close()
    assert not left.parent.exists()


@pytest.mark.parametrize("name", ["random", "torch", "numpy", "colorsys"])
def test_file_beside_the_submission_takes_no_place_of_a_module(open_lab, name):
    """A file named like a module in the submission's folder is not imported in its place."""
    text = "import colorsys, random, torch, numpy\ndef f(name):\n    return __import__('sys').modules[name].__file__\n"
    lab = open_lab(text, fresh=name == "random", **{name: "raise RuntimeError('imported in place of the real one')"})
    assert Path(lab.call("f", name).value).parent != lab.submission.source.path.parent


def test_modules_of_the_grader_are_out_of_sight(open_lab):
    """Student code can import neither the grader nor the lab's probes, and finds neither among the modules."""
    lab = open_lab(
        """
        import sys
        def known(): return [name for name in sys.modules if name.startswith("graders.")]
        def imports(name):
            try: __import__(name)
            except ImportError: return False
            return True
        """
    )
    assert lab.call("known").value == []
    assert not any(
        lab.call("imports", name).value for name in ("graders", "graders.child.standins", "graders.measuring.oracle")
    )


def test_standin_comes_alone():
    """A stand-in brings what it needs and no other stand-in."""
    standins = Path(__file__).parents[3] / "graders" / "child" / "standins.py"
    text = excerpt(standins, "train_epoch")
    assert "def flatten_images" in text
    assert "def build_criterion" not in text
    assert "class MnistFiles" in excerpt(standins, "load_mnist")


@pytest.mark.parametrize("name", ["torch.allclose", "torch.Tensor.view", "builtins.divmod", "builtins.all"])
def test_what_takes_the_place_of_others_functions_is_noted(open_lab, name):
    """The report names what was patched, and the line of what is there instead."""
    lab = open_lab(f"import builtins, torch\ndef mine(*a): return 1\ndef f():\n    {name} = mine\n    return 1\n")
    lab.call("f")
    assert [(s.what, s.where) for s in lab.submission.patched] == [(name, Where("lab.py", 2))]


def test_honest_code_patches_nothing(open_lab):
    """Settings are no functions."""
    text = "import torch\ntorch.backends.cudnn.deterministic = True\ndef f():\n    torch.manual_seed(1)\n    return 1\n"
    lab = open_lab(text)
    lab.call("f")
    assert list(lab.submission.patched) == []


def test_tensor_that_lies_about_itself_shows_its_bytes(open_lab):
    """Shape and dtype are those of the storage, whatever a subclass says."""
    lab = open_lab(
        """
        import torch
        class Liar(torch.Tensor):
            @property
            def shape(self): return torch.Size([7])
            @property
            def dtype(self): return torch.int8
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None): return 1
        def f(): return torch.zeros(2, 3).as_subclass(Liar)
        """
    )
    value = lab.call("f").value
    assert (value.shape, value.dtype) == ((2, 3), "float32")


def test_file_beside_the_submission_can_be_imported(open_lab):
    """A helper file of the student's own is found."""
    lab = open_lab("import my_own_helper\ndef f():\n    return my_own_helper.x\n", my_own_helper="x = 5\n")
    assert lab.call("f").value == 5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's private memory")
def test_memory_limit_fails_the_one_call_that_asks_too_much(open_lab):
    """A huge allocation raises in its own call, and the worker goes on."""
    text = "import torch\ndef f(n):\n    return torch.zeros(n, dtype=torch.uint8).numel()\n"
    lab = open_lab(text, memory=1500)
    lab.call("f", 2**20)
    generation = lab.launcher.generation
    assert failure_of(lab, "f", 8 * 2**30).params["type"] == "RuntimeError"
    assert (lab.call("f", 10).value, lab.launcher.generation) == (10, generation)


EVIDENCE = """
import sys
from functools import partial
from pathlib import Path
import numpy as np
from graders.harness.link.launcher import Launcher, Target, transport_for
from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import TensorValue
from graders.harness.base.limits import Limits
from graders.harness.source.source import Source
from graders.harness.judge.submission import Submission

nursery = Path(sys.argv[3]) if sys.argv[3:] else None

def seen(isolation):
    source, limits = Source.find(Path(sys.argv[1]), "lab.py"), Limits(120, 60)
    target = Target(source.path, Path(sys.argv[2]), source.visible)
    launcher = Launcher(target, limits, partial(transport_for, isolation, nursery=nursery))
    submission = Submission(source, launcher, limits)
    calls = [submission.call(name, seed=3, observe=name == "observed") for name in ("draw", "tensors", "observed")]
    calls.append(submission.call("echo", TensorValue.of(np.arange(3))))
    try:
        submission.call("outer", 7)
    except CheckFailed as failed:
        calls.append(failed.failure)
    submission.close()
    return repr(calls)

one, other = seen("process"), seen("none")
assert one == other, (one, other)
"""


def test_no_isolation_gives_the_same_evidence(lab, nursery_socket):
    """Isolation "none" answers as a process does, to the last digit and line."""
    source = lab.submission.source.path
    probes = source.parent / "probes" / "probes.py"
    command = [
        sys.executable,
        "-c",
        EVIDENCE,
        str(source),
        str(probes),
        *([str(nursery_socket)] if nursery_socket else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])
    assert (done.returncode, done.stderr) == (0, "")
