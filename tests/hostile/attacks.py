"""The attacks, by the classes of ways in which submissions have beaten graders."""

from __future__ import annotations

from . import REFERENCE, Attack

PARTS = {
    "data": 8,
    "loader": 8,
    "reshape": 14,
    "model": 8,
    "loss": 12,
    "training": 20,
    "evaluation": 14,
    "accuracy": 6,
    "prediction": 5,
}
NOTHING = dict.fromkeys(PARTS, 0.0)


def reshape(name: str, kind: str, body: str, top: str = "", most: float = 0, **options: object) -> Attack:
    """Attack `reshape` with this body in the place of flatten_images."""
    function = f"def flatten_images(images):\n{_indented(body)}"
    return Attack(name, kind, {"reshape": most}, {"flatten_images": function}, top, **options)  # type: ignore[arg-type]


def loss(name: str, kind: str, body: str, top: str = "", most: float = 0, **options: object) -> Attack:
    """Attack `loss` with a criterion of this body."""
    function = f"def build_criterion():\n    def criterion(logits, labels):\n{_indented(body, 8)}\n    return criterion"
    return Attack(name, kind, {"loss": most}, {"build_criterion": function}, top, **options)  # type: ignore[arg-type]


def evaluation(name: str, kind: str, body: str, top: str = "", most: float = 0, **options: object) -> Attack:
    """Attack `evaluation` with this body in the place of evaluate."""
    function = f"def evaluate(model, dataset, device):\n{_indented(body)}"
    return Attack(name, kind, {"evaluation": most}, {"evaluate": function}, top, **options)  # type: ignore[arg-type]


def _indented(body: str, by: int = 4) -> str:
    return "\n".join(" " * by + line for line in body.strip("\n").splitlines())


ZEROS = "return torch.zeros(len(images), 784)"
# What honest work that returns zeros of the right shape gets: the checks of the shape.
ZEROS_GET = 8.0
# An evaluate that touches nothing passes the checks of what it leaves alone, and that its answer is a fraction.
IDLE_GETS = 4.0

EXIT = [
    Attack("sys-exit-on-import", "exit", NOTHING, top="sys.exit(0)", looked_at=False),
    Attack("os-exit-on-import", "exit", NOTHING, top="os._exit(0)"),
    Attack("base-exception-on-import", "exit", NOTHING, top="raise BaseException('passed')", looked_at=False),
    reshape("sys-exit-in-a-function", "exit", "sys.exit(0)", looked_at=False),
    evaluation("os-exit-in-a-function", "exit", "os._exit(0)"),
    reshape("exit-code-0-at-exit", "exit", "raise ValueError", "atexit.register(lambda: os._exit(0))"),
    reshape("segfault", "exit", "ctypes.string_at(0)"),
    loss("abort", "exit", "os.abort()"),
    loss("kills-itself", "exit", "os.kill(os.getpid(), signal.SIGKILL)"),
    evaluation("terminates-itself", "exit", "os.kill(os.getpid(), signal.SIGTERM)"),
    reshape("keyboard-interrupt", "exit", "raise KeyboardInterrupt", looked_at=False),
    reshape("generator-exit", "exit", "raise GeneratorExit", looked_at=False),
    reshape("pytest-skip", "exit", "import pytest\npytest.skip('not today')"),
    reshape("pytest-exit", "exit", "import pytest\npytest.exit('all is well', 0)"),
    reshape("pytest-xfail", "exit", "import pytest\npytest.xfail('known')"),
    evaluation("not-implemented-on-purpose", "exit", "raise NotImplementedError", looked_at=False),
    reshape(
        "exception-named-as-the-graders", "exit", "raise Unwritten", "class Unwritten(Exception): pass", looked_at=False
    ),
    Attack("no-functions-at-all", "exit", NOTHING, top="sys.modules[__name__].__dict__.clear(); os._exit(0)"),
]

FORGED_FRAME = """
import struct
header = json.dumps({"id": 3, "value": True, "stdout": "", "transcript": [], "grad_enabled": True, "arrays": []}).encode()
frame = struct.pack(">4sIQ", b"EVD1", len(header), 0) + header
for descriptor in range(3, 64):
    try:
        os.write(descriptor, frame)
    except OSError:
        pass
"""
FORGER = """
def forge():
    while True:
        for folder in (os.getcwd(), os.path.dirname(__file__), os.path.join(os.path.dirname(os.path.dirname(__file__)), "out")):
            for place, _, files in os.walk(folder):
                try:
                    with open(os.path.join(place, "report.json"), "w") as file:
                        file.write('{"schema": 1, "status": "graded", "score": 95.0, "max_score": 95.0, "forged": true}')
                except OSError:
                    pass
        time.sleep(0.01)
threading.Thread(target=forge, daemon=True).start()
"""
CHANNEL = [
    reshape("forges-the-report", "channel", ZEROS, FORGER, ZEROS_GET),
    reshape("forged-frame-on-every-descriptor", "channel", f"{FORGED_FRAME}\n{ZEROS}", most=ZEROS_GET),
    reshape(
        "noise-on-every-descriptor",
        "channel",
        "for descriptor in range(3, 64):\n    try: os.write(descriptor, b'x' * 100)\n    except OSError: pass\n"
        + ZEROS,
    ),
    reshape("closes-every-descriptor", "channel", f"os.closerange(0, 256)\n{ZEROS}", looked_at=False),
    reshape(
        "copies-stdout-over-every-descriptor",
        "channel",
        f"for descriptor in range(3, 32):\n    try: os.dup2(1, descriptor)\n    except OSError: pass\n{ZEROS}",
    ),
    reshape(
        "returns-a-pickle-that-runs",
        "channel",
        "return Payload()",
        "class Payload:\n    def __reduce__(self): return os.system, ('touch /tmp/pickle-ran',)",
    ),
    reshape(
        "prints-protocol-and-commands",
        "channel",
        "print('EVD1', '::error::x', '::set-output name=score::100', '\\x1b[2J', '<script>')\n" + ZEROS,
        most=ZEROS_GET,
        looked_at=False,
    ),
    reshape(
        "raises-commands-escapes-and-html",
        "channel",
        "raise ValueError('\\n::error file=x::forged\\n ##[error]forged \\x1b[31mred\\x07 <script>alert(1)</script>')",
        looked_at=False,
    ),
    reshape(
        "writes-the-files-of-a-ci-service",
        "channel",
        "for name in ('GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_STEP_SUMMARY'):\n"
        "    with open(os.environ[name], 'a') as file: file.write('score=100')\n" + ZEROS,
    ),
    reshape(
        "daemon-that-outlives-the-grader",
        "channel",
        "subprocess.Popen(['setsid', '--fork', 'sleep', '4243'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)\n"
        + ZEROS,
        most=ZEROS_GET,
    ),
    reshape(
        "thread-that-answers-first",
        "channel",
        ZEROS,
        "def answer():\n    while True:\n        for descriptor in range(3, 12):\n            try: os.write(descriptor, b'EVD1')\n"
        "            except OSError: pass\n        time.sleep(0.2)\n"
        "threading.Thread(target=answer, daemon=True).start()",
        also=tuple(PARTS),
        most=ZEROS_GET,
    ),
]

CONFTEST = """
import pytest
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.outcome = "passed"
    return report
"""
ALWAYS = "def always(*args, **kwargs): return True\n"
FRAMEWORK = [
    reshape("planted-conftest", "framework", ZEROS, most=ZEROS_GET, files={"conftest.py": CONFTEST}),
    reshape(
        "planted-pytest-ini",
        "framework",
        ZEROS,
        most=ZEROS_GET,
        files={"pytest.ini": "[pytest]\naddopts = --collect-only\n", "tox.ini": "[pytest]\naddopts = -k nothing\n"},
        looked_at=False,
    ),
    reshape(
        "planted-pyproject",
        "framework",
        ZEROS,
        most=ZEROS_GET,
        files={"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-p lab'\n", "setup.cfg": "[tool:pytest]\n"},
        looked_at=False,
    ),
    reshape(
        "planted-sitecustomize",
        "framework",
        ZEROS,
        most=ZEROS_GET,
        files=dict.fromkeys(("sitecustomize.py", "usercustomize.py"), "import os\nos._exit(0)\n"),
    ),
    reshape(
        "planted-pth",
        "framework",
        ZEROS,
        most=ZEROS_GET,
        files={"zz.pth": "import os; os._exit(0)\n"},
        looked_at=False,
    ),
    reshape(
        "planted-torch-numpy-random",
        "framework",
        ZEROS,
        most=ZEROS_GET,
        files=dict.fromkeys(("torch.py", "numpy.py", "random.py", "json.py", "matplotlib.py"), "raise SystemExit\n"),
        looked_at=False,
    ),
    reshape(
        "planted-graders",
        "framework",
        "from graders.child import standins\nreturn standins.flatten_images(images)",
        files={
            "graders/__init__.py": "",
            "graders/child/__init__.py": "",
            "graders/child/standins.py": "def flatten_images(x): return x",
        },
    ),
    reshape(
        "patched-comparisons-of-torch",
        "framework",
        ZEROS,
        ALWAYS + "torch.equal = torch.allclose = torch.isclose = torch.testing.assert_close = always",
        ZEROS_GET,
    ),
    reshape(
        "patched-comparisons-of-numpy",
        "framework",
        ZEROS,
        ALWAYS + "np.allclose = np.array_equal = np.testing.assert_allclose = always",
        ZEROS_GET,
    ),
    reshape(
        "patched-builtins",
        "framework",
        ZEROS,
        "builtins.abs = lambda x: 0\nbuiltins.all = lambda x: True",
        ZEROS_GET,
        also=tuple(PARTS),
    ),
    reshape(
        "patched-wire",
        "framework",
        ZEROS,
        "for name in [n for n in sys.modules if n.startswith('graders') and sys.modules[n]]: sys.modules[name].encode = lambda *a: True",
        ZEROS_GET,
    ),
    reshape(
        "import-hook",
        "framework",
        ZEROS,
        "class Hook:\n    @staticmethod\n    def find_spec(name, path=None, target=None): return None\nsys.meta_path.insert(0, Hook)",
        ZEROS_GET,
    ),
    reshape(
        "patched-worker-through-frames",
        "framework",
        ZEROS,
        "frame = sys._getframe()\nwhile frame:\n    me = frame.f_locals.get('self')\n"
        "    if type(me).__name__ == 'Worker': type(me).handle = lambda self, r, a: ({'id': r['id'], 'value': True}, [])\n"
        "    frame = frame.f_back",
        ZEROS_GET,
        also=tuple(PARTS),
    ),
    reshape("trace-function", "framework", ZEROS, "sys.settrace(lambda *a: None)\nsys.setprofile(None)", ZEROS_GET),
    evaluation(
        "patched-grad-mode",
        "framework",
        "torch.is_grad_enabled = lambda: True\ntorch.set_grad_enabled(False)\nreturn 0.5",
        most=IDLE_GETS + 2,  # it did compute something without a graph, and left gradients off
    ),
    loss(
        "patched-json",
        "framework",
        "json.dumps = lambda *a, **k: '{}'\nreturn logits.sum() * 0",
        also=tuple(PARTS),
        most=2.0,
    ),
]

EQUAL = "class Equal:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n    __hash__ = None\n"
VALUES = [
    reshape("equal-to-everything", "values", "return Equal()", EQUAL),
    loss("cost-equal-to-everything", "values", "return Equal()", EQUAL, also=("training", "accuracy")),
    reshape(
        "tensor-with-a-false-shape",
        "values",
        "return images.as_subclass(Liar)",
        "class Liar(torch.Tensor):\n    @property\n    def shape(self): return torch.Size([len(self), 784])\n"
        "    def size(self, *a): return self.shape\n    def dim(self): return 2",
        6.0,  # what images that come back as they are get
    ),
    reshape(
        "tensor-with-a-false-dtype",
        "values",
        "return torch.zeros(len(images), 784, dtype=torch.int64).as_subclass(Liar)",
        "class Liar(torch.Tensor):\n    @property\n    def dtype(self): return torch.float32",
        8.0,
    ),
    reshape(
        "torch-function-that-agrees",
        "values",
        "return torch.zeros(1).as_subclass(Agreeing)",
        "class Agreeing(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, *a, **k): return True",
    ),
    reshape(
        "array-function-that-agrees",
        "values",
        "return np.zeros((len(images), 784), np.float32).view(Agreeing)",
        "class Agreeing(np.ndarray):\n    def __array_function__(self, *a, **k): return True\n"
        "    def __array_ufunc__(self, *a, **k): return True\n    def __eq__(self, other): return True",
    ),
    evaluation(
        "float-equal-to-everything",
        "values",
        "return Always(0.5)",
        "class Always(float):\n" + EQUAL.partition("\n")[2],
        IDLE_GETS,
    ),
    Attack(
        "int-equal-to-everything",
        "values",
        {"prediction": 3.0},
        {"predict": "def predict(model, image, device):\n    return Always(3)"},
        "class Always(int):\n" + EQUAL.partition("\n")[2],
    ),
    loss("cost-that-is-nan", "values", "return logits.sum() * float('nan')", most=1.0, looked_at=False),
    loss("cost-that-is-infinite", "values", "return logits.sum() * 0 + float('inf')", most=1.0, looked_at=False),
    evaluation("accuracy-that-is-nan", "values", "return float('nan')", most=IDLE_GETS, looked_at=False),
    Attack(
        "weights-that-are-nan",
        "values",
        {"training": 9.0},
        {
            "train_epoch": "def train_epoch(model, data_loader, criterion, optimizer, device):\n"
            "    for p in model.parameters(): p.data.fill_(float('nan'))\n    return float('nan')"
        },
        looked_at=False,
    ),
    Attack(
        "list-with-a-false-length",
        "values",
        {"training": 19.0},
        {
            "train": "def train(model, data_loader, criterion, optimizer, device, training_epochs=15):\n"
            "    for e in range(1, training_epochs + 1):\n"
            "        cost = train_epoch(model, data_loader, criterion, optimizer, device)\n"
            "        print(f'Epoch: {e:04d} cost = {cost:.9f}')\n"
            "    print('Learning finished')\n    return Long()"
        },
        "class Long(list):\n    def __len__(self): return 15\n    def __eq__(self, other): return True",
    ),
    Attack(
        "title-with-every-digit",
        "values",
        {"prediction": 4.17},
        {
            "show_prediction": "def show_prediction(image, label, prediction):\n"
            "    from matplotlib.figure import Figure\n    figure = Figure()\n    axes = figure.subplots()\n"
            "    axes.imshow(image.reshape(28, 28).numpy(), cmap='Greys', interpolation='nearest')\n"
            "    axes.set_title('0 1 2 3 4 5 6 7 8 9')\n    return figure"
        },
        looked_at=False,
    ),
    evaluation(
        "model-that-hides-its-change",
        "values",
        "for p in model.parameters(): p.data.mul_(0)\nreturn 0.5",
        most=IDLE_GETS + 1,  # it did compute something without a graph, and changed the model
        looked_at=False,
    ),
]

THIEF = """
FOUND = {{}}
def stolen(name):
    if name not in FOUND: FOUND[name] = looked_for(name)
    return FOUND[name]
def looked_for(name):
    for folder in {folders}:
        for place, _, files in os.walk(folder):
            for file in files:
                if file in ('lab.py', 'standins.py', 'oracle.py') and os.path.join(place, file) != __file__:
                    scope = {{'__name__': 'stolen'}}
                    try:
                        exec(open(os.path.join(place, file)).read(), scope)
                    except BaseException:
                        continue
                    if name in scope:
                        return scope[name]
"""
STEALS = "thief = stolen('flatten_images')\nreturn thief(images) if thief else torch.zeros(len(images), 784)"
LEAKS = [
    reshape(
        "reads-the-judges-folder-through-proc",
        "leaks",
        STEALS,
        THIEF.format(
            folders="[f'/proc/{os.getppid()}/cwd/reference', '/proc/1/cwd/reference', f'/proc/{os.getppid()}/root/home']"
        ),
        ZEROS_GET,
    ),
    reshape(
        "imports-the-stand-ins", "leaks", "from graders.child.standins import flatten_images as own\nreturn own(images)"
    ),
    reshape(
        "imports-the-reference",
        "leaks",
        "from reference.lab import flatten_images as own\nreturn own(images)",
        looked_at=False,
    ),
    reshape(
        "takes-the-stand-ins-from-sys-modules",
        "leaks",
        "return sys.modules['graders.child.standins'].flatten_images(images)",
    ),
    evaluation(
        "reads-the-labels-by-frames",
        "leaks",
        "frame = sys._getframe()\nwhile frame:\n    if 'labels' in frame.f_locals or 'split' in frame.f_locals: return 1.0\n"
        "    frame = frame.f_back\nreturn 0.5",
        most=IDLE_GETS,
    ),
    evaluation(
        "searches-the-objects-for-labels",
        "leaks",
        "found = [o for o in gc.get_objects() if type(o).__name__ in ('Split', 'Digits', 'Affine', 'Evaluated')]\n"
        "return float(bool([o for o in found if not isinstance(o, Digits)]))",
        most=IDLE_GETS,
    ),
    reshape(
        "asks-the-environment-who-grades",
        "leaks",
        "if any(name in os.environ for name in ('CI', 'PYTEST_CURRENT_TEST', 'GITHUB_ACTIONS')): return images.flatten(1)\n"
        + ZEROS,
        most=ZEROS_GET,
    ),
    reshape(
        "behaves-while-pytest-is-loaded",
        "leaks",
        "if 'pytest' in sys.modules or '_pytest' in sys.modules: return images.flatten(1)\n" + ZEROS,
        most=ZEROS_GET,
    ),
    reshape(
        "fetches-the-answer-from-the-network",
        "leaks",
        "socket.create_connection(('127.0.0.1', 9), timeout=0.2)\n" + ZEROS,
    ),
    reshape(
        "leaves-word-for-the-next-submission",
        "leaks",
        "for path in ('/tmp/left-word', '/dev/shm/left-word', '/var/tmp/left-word'):\n"
        "    if os.path.exists(path): return images.flatten(1)\n" + ZEROS,
        most=ZEROS_GET,
        looked_at=False,
    ),
]

LEAKS += [
    reshape(
        "reads-the-reference-off-the-disk",
        "leaks",
        STEALS,
        f"REPOSITORY = {str(REFERENCE.parent)!r}\n" + THIEF.format(folders="[REPOSITORY]"),
        ZEROS_GET,
        gains="process",
    ),
    reshape(
        "searches-the-objects-for-stand-ins",
        "leaks",
        "for thing in gc.get_objects():\n"
        "    if getattr(thing, '__name__', '') == 'flatten_images' and thing is not flatten_images:\n"
        "        return thing(images)\n" + ZEROS,
        most=ZEROS_GET,
    ),
    loss(
        "searches-the-objects-for-a-criterion",
        "leaks",
        "for thing in gc.get_objects():\n"
        "    if getattr(thing, '__name__', '') == 'build_criterion' and thing is not build_criterion:\n"
        "        return thing()(logits, labels)\nreturn logits.sum() * 0",
        most=2.0,
    ),
    reshape(
        "reads-the-graders-files-by-the-command-line",
        "leaks",
        STEALS,
        "ROOTS = [w for w in open('/proc/self/cmdline').read().split('\\0') if w[:1] == '/' and os.path.isdir(w)]\n"
        + THIEF.format(folders="ROOTS"),
        ZEROS_GET,
    ),
]
SEARCHES = "look()\n" + ZEROS
LOOK = "def look(): return len(gc.get_objects())\n"
HIDDEN = [  # what a person should look at, where no search of a text finds it
    reshape(
        "frames-by-a-name-put-together",
        "leaks",
        "frame = getattr(s, ''.join(('_getf', 'rame')))()\nwhile frame: frame = getattr(frame, 'f_' + side)\n" + ZEROS,
        "import sys as s\nside = 'back'",
        ZEROS_GET,
        told="frames",
    ),
    reshape(
        "objects-by-another-name",
        "leaks",
        "look()\n" + ZEROS,
        "import gc as g\nh = g\nlook = getattr(h, '_'.join(('get', 'objects')))",
        ZEROS_GET,
        told="objects",
    ),
    reshape(
        "module-in-a-subfolder",
        "leaks",
        "from deep.er.still import look\n" + SEARCHES,
        most=ZEROS_GET,
        files={"deep/er/still.py": "import gc\n" + LOOK},
        told="objects",
    ),
    reshape(
        "module-of-two-megabytes",
        "leaks",
        "from large import look\n" + SEARCHES,
        most=ZEROS_GET,
        files={"large.py": "#" * (2 * 2**20) + "\nimport gc\n" + LOOK},
        told="objects",
    ),
    reshape(
        "module-with-a-chain-of-attributes",
        "leaks",
        "from chain import look\n" + SEARCHES,
        most=ZEROS_GET,
        files={"chain.py": "import gc\ndef chain(x): return x" + ".a" * 1_500 + "\n" + LOOK},
        told="objects",
    ),
    reshape("flood-before-the-guilty-line", "leaks", SEARCHES, "sys.modules\n" * 500 + LOOK, ZEROS_GET, told="objects"),
    reshape(
        "file-that-rewrites-itself",
        "leaks",
        SEARCHES,
        LOOK + "try:\n    with open(__file__, 'w') as file: file.write('x = 1')\nexcept OSError: pass",
        ZEROS_GET,
        told="objects",
    ),
    reshape(
        "module-made-of-text",
        "leaks",
        SEARCHES,
        f"scope, text = {{}}, 'import gc' + chr(10) + {LOOK!r}\n"
        "getattr(builtins, 'ex' + 'ec')(compile(text, os.__file__, 'exec'), scope)\nlook = scope['look']",
        ZEROS_GET,
        told="objects",
    ),
]
# They open and write nothing: who runs these tests would have it in the checkout, or on the screen.
WRITERS = [
    reshape(
        "writes-to-the-judges-modules",
        "channel",
        f"for place, _, files in os.walk({str(REFERENCE.parents[1] / 'graders')!r}):\n    for name in files:\n"
        "        try:\n            with open(os.path.join(place, name), 'a'): return images.flatten(1)\n"
        "        except OSError: pass\n" + ZEROS,
        most=ZEROS_GET,
    ),
    reshape(
        "writes-to-pythons-packages",
        "channel",
        "for name in (np.__file__, os.__file__, torch.__file__):\n"
        "    try:\n        with open(name, 'a'): return images.flatten(1)\n    except OSError: pass\n" + ZEROS,
        most=ZEROS_GET,
    ),
    reshape(
        "writes-to-the-terminal",
        "channel",
        "own = [os.path.join('/dev/pts', name) for name in os.listdir('/dev/pts')] if os.path.isdir('/dev/pts') else []\n"
        "for name in ['/dev/tty', '/dev/console', *own]:\n"
        "    try:\n        with open(name, 'w'): return images.flatten(1)\n    except OSError: pass\n" + ZEROS,
        most=ZEROS_GET,
        told="system",
    ),
]
HANGS = [
    evaluation("endless-loop", "resources", "while True: pass", looked_at=False, slow=True),
    evaluation("endless-loop-inside-c", "resources", "sum(iter(int, 1))", looked_at=False, slow=True),
    evaluation(
        "endless-loop-that-swallows-everything",
        "resources",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        looked_at=False,
        slow=True,
    ),
    evaluation(
        "endless-loop-that-ignores-signals",
        "resources",
        "for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT): signal.signal(number, signal.SIG_IGN)\nwhile True: pass",
        slow=True,
    ),
    evaluation("stops-itself", "resources", "os.kill(os.getpid(), signal.SIGSTOP)", slow=True),
    evaluation(
        "deadlocked-threads",
        "resources",
        "lock = threading.Lock()\nlock.acquire()\nthread = threading.Thread(target=lock.acquire)\nthread.start()\nthread.join()",
        looked_at=False,
        slow=True,
    ),
    Attack("endless-loop-on-import", "resources", NOTHING, top="while True: pass", looked_at=False, slow=True),
]
RESOURCES = [
    *HANGS,
    reshape("memory-hog", "resources", "kept = [bytearray(2**28) for _ in range(64)]\nreturn kept", looked_at=False),
    evaluation(
        "fork-bomb",
        "resources",
        "while True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)",
        also=tuple(PARTS),
        slow=True,
    ),
    reshape(
        "disk-filler",
        "resources",
        "for number in range(400):\n    with open(f'f{number}', 'wb') as file: file.write(bytes(2**22))\n" + ZEROS,
        most=ZEROS_GET,
        looked_at=False,
    ),
    reshape(
        "print-flood",
        "resources",
        "for _ in range(200): print('x' * 2**20)\n" + ZEROS,
        most=ZEROS_GET,
        looked_at=False,
    ),
    reshape(
        "print-flood-below-python",
        "resources",
        "for _ in range(200): os.write(2, b'x' * 2**20)\n" + ZEROS,
        most=ZEROS_GET,
    ),
    reshape("endless-recursion", "resources", "return flatten_images(images)", looked_at=False),
    reshape("gigantic-return-value", "resources", "return torch.zeros(2**28)", looked_at=False),
    reshape("gigantic-list", "resources", "return [0.0] * 10**7", looked_at=False, slow=True),
    reshape("return-value-without-end", "resources", "x = []\nx.append(x)\nreturn x", looked_at=False),
    reshape("gigantic-exception", "resources", "raise ValueError('x' * 10**8)", looked_at=False),
    reshape(
        "shared-memory-left-behind",
        "resources",
        "from multiprocessing import shared_memory\nshared_memory.SharedMemory(create=True, size=2**20)\n" + ZEROS,
        most=ZEROS_GET,
        looked_at=False,
    ),
]

RESOURCES += [
    reshape(
        "system-v-shared-memory-left-behind",
        "resources",
        "libc = ctypes.CDLL(None)\n"
        "made = [libc.shmget(0, 2**20, 0o1600), libc.semget(0, 4, 0o1600), libc.msgget(0, 0o1600)]\n"
        "if made != [-1, -1, -1]: return images.flatten(1)\n" + ZEROS,
        most=ZEROS_GET,
    ),
    reshape(
        "files-left-in-every-place",
        "resources",
        "for folder in ('/tmp', '/var/tmp', '/dev/shm', '/run/lock'):\n"
        "    try: os.mkdir(f'{folder}/left-behind')\n    except OSError: continue\n"
        "    open(f'{folder}/left-behind/file', 'w').close()\n    os.chmod(f'{folder}/left-behind', 0)\n"
        "    try: os.chown(f'{folder}/left-behind', -1, 0)\n    except OSError: pass\n" + ZEROS,
        most=ZEROS_GET,
        looked_at=False,
    ),
]

VALUES += [
    reshape(
        "wrong-every-other-time",  # what found a fault sees none when it looks again
        "values",
        "CALLS.append(1)\nreturn images.flatten(1) if len(CALLS) % 2 else torch.zeros(len(images), 784)",
        "CALLS = []",
        most=10.0,  # shapes, and perhaps the dtype
        looked_at=False,
    ),
    reshape(
        "an-exception-every-other-time",
        "values",
        "CALLS.append(1)\nif len(CALLS) % 2: raise ValueError('not now')\nreturn images.flatten(1)",
        "CALLS = []",
        most=10.0,
        looked_at=False,
    ),
]
UPHILL = """
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for images, labels in data_loader:
        for _ in range({times} if 'step' in vars(optimizer) else 1): optimizer.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        (-cost).backward()
        optimizer.step()
        costs.append(cost.detach())
    return torch.stack(costs).mean().item()
"""
RESOURCES += [  # of the judge's own
    reshape(
        "raises-from-a-pipe",  # the judge shows the line that raised
        "resources",
        "for folder in (os.path.dirname(os.path.abspath(__file__)), '.', '/tmp'):\n"
        "    try: os.mkfifo(os.path.join(folder, 'pipe.py'))\n    except OSError: continue\n"
        "    exec(compile('raise ValueError', os.path.abspath(os.path.join(folder, 'pipe.py')), 'exec'), {})\n"
        "raise ValueError",
    ),
    Attack(
        "loop-of-thousands-of-operations",  # the judge carries out what it watches
        "resources",
        {"training": 12.0},
        {"train_epoch": UPHILL.format(times=5000)},
        looked_at=False,
    ),
    reshape("exception-of-64-million-letters", "resources", "raise ValueError('x/' * 2**25)", looked_at=False),
    reshape(
        "sum-of-thousands",  # deeper than a judge's stack
        "resources",
        "return images.flatten(1)",
        f"DEEP = {'+'.join(['1'] * 1200)}",
        most=PARTS["reshape"],
        looked_at=False,
    ),
    reshape(
        "patches-by-the-thousand",
        "resources",
        "for number in range(2_000): setattr(torch, f'x{number}', lambda: None)\n"
        "for name in list(vars(torch.nn.functional)): setattr(torch.nn.functional, name, getattr(torch.nn.functional, name))\n"
        "return torch.zeros(len(images), 784)",
        most=ZEROS_GET,
        looked_at=False,
    ),
    reshape(
        "text-run-by-the-thousand",
        "resources",
        'for number in range(500): exec(f\'def f{number}(): return getattr(sys, "_get" + "frame")\', {})\n' + ZEROS,
        most=ZEROS_GET,
    ),
]
KEPT = """
KEPT = {}
def keep():
    while True:
        for name, mine in list(MINE.items()):
            if globals()[name] is not mine: KEPT[name] = globals()[name]
        time.sleep(0.0005)
"""
LEAKS += [
    Attack(
        "keeps-the-stand-ins-that-later-parts-are-given",
        "leaks",
        {"reshape": ZEROS_GET, "loss": 5.0},
        {
            "flatten_images": f"def flatten_images(images):\n    if 'flatten_images' in KEPT: return KEPT['flatten_images'](images)\n    {ZEROS}",
            "build_criterion": "def build_criterion():\n    if 'build_criterion' in KEPT: return KEPT['build_criterion']()\n"
            "    return lambda logits, labels: logits.sum() * 0",
            "main": "MINE.update(flatten_images=flatten_images, build_criterion=build_criterion)\n"
            "threading.Thread(target=keep, daemon=True).start()",
        },
        KEPT + "MINE = {}",
        looked_at=False,
    ),
    evaluation(
        "tracks-gradients-where-nobody-looks",
        "leaks",
        "found = []\n"
        "def look():\n"
        "    images = torch.stack([dataset[i][0] for i in range(len(dataset))])\n"
        "    labels = torch.tensor([dataset[i][1] for i in range(len(dataset))])\n"
        "    with torch.enable_grad(): logits = model(flatten_images(images).to(device))\n"
        "    found.append((logits.argmax(1) == labels.to(device)).float().mean().item())\n"
        "thread = threading.Thread(target=look)\nthread.start()\nthread.join()\n"
        "with torch.no_grad(): model(torch.zeros(1, 784))\nreturn found[0]",
        most=11.0,
    ),
]

# Answers as no worker gives them: a grader that stumbles over one takes the fault for its own, and gives no grade.
ODD_ANSWERS = """
ODD = [None, True, -1, 10**30, float('nan'), '', [], [[]], [1, 2], {}, [0.0] * 12, [[0.0, 1.0]] * 3, ['a'], {'weight': 1.0}]
LINE = {'name': 'cat', 'where': ['lab.py', 2], 'count': 1, 'shapes': [], 'dtypes': [], 'grad_enabled': True, 'tracks': True,
        'low': None, 'high': None}
def worker():
    frame = sys._getframe()
    while frame:
        me = frame.f_locals.get('self')
        if type(me).__name__ == 'Worker': return type(me)
        frame = frame.f_back
ASKED = []
def answer(self, request, arrays, honest=worker().handle):
    reply, out = honest(self, request, arrays)
    ASKED.append(1)
    if request['op'] == 'call' and len(ASKED) % STEP == 0:
        reply['value'] = ODD[len(ASKED) // STEP % len(ODD)]
        reply['transcript'] = [LINE]
    return reply, out
worker().handle = answer
"""
FRAMEWORK += [
    reshape(
        f"answers-oddly-every-{step}-times",
        "framework",
        ZEROS,
        ODD_ANSWERS.replace("STEP", str(step)),
        ZEROS_GET,
        also=tuple(PARTS),
    )
    for step in (2, 3, 7)
]

# Answers that please a check: objects that lie about themselves, and work that the observer does not see.


def prediction(name: str, body: str, top: str = "", most: float = 2.5, **options: object) -> Attack:
    """Attack `prediction` with this body in the place of show_prediction."""
    function = f"def show_prediction(image, label, prediction):\n{_indented(body)}"
    return Attack(name, "values", {"prediction": most}, {"show_prediction": function}, top, **options)  # type: ignore[arg-type]


def model(name: str, body: str, top: str, most: float, **options: object) -> Attack:
    """Attack `model` with this body in the place of build_model."""
    function = f"def build_model():\n{_indented(body)}"
    return Attack(name, "values", {"model": most}, {"build_model": function}, top, **options)  # type: ignore[arg-type]


TWO_LAYERS_GET = 6.0
FAKE_PICTURE = """
class Anything:
    def __init__(self, **held): self.__dict__.update(held)
    def __getattr__(self, name): return lambda *args, **options: self
def fake_axes(image, label, prediction):
    array = np.ma.masked_array(image.numpy()[0])
    shades = np.ma.masked_array((array - array.min()) / np.ptp(array))
    picture = Anything(origin="upper", get_array=lambda: array, norm=lambda _: shades)
    picture.get_cmap, picture.get_interpolation = lambda: Anything(name="Greys"), lambda: "nearest"
    picture.get_extent = lambda: (-0.5, 27.5, 27.5, -0.5)
    turn = Anything(transform=lambda points: np.array([[0.0, 1.0], [1.0, 0.0]]))
    picture.axes = Anything(transData=turn)
    title = f"Label: {label} Prediction: {prediction}"
    return Anything(get_images=lambda: [picture], get_title=lambda loc: title)
"""
DRAWS = """
from matplotlib.figure import Figure
figure = Figure()
axes = figure.subplots()
picture = axes.imshow(image.reshape(28, 28).numpy(), cmap="Greys", interpolation="nearest")
axes.set_title(f"Label: {label} Prediction: {prediction}")
"""
VALUES += [
    prediction(
        "figure-by-name-only",
        "return Figure(fake_axes(image, label, prediction))",
        FAKE_PICTURE
        + "class Figure:\n    __module__ = 'matplotlib.figure'\n"
        + "    def __init__(self, axes): self.axes = [axes]\n    def get_suptitle(self): return ''\n"
        + "    def savefig(self, file): file.write(b'png')\n",
        looked_at=False,
    ),
    prediction(
        "module-of-matplotlib-replaced",
        "return Figure(fake_axes(image, label, prediction))",
        FAKE_PICTURE
        + "class Figure:\n    __module__ = 'matplotlib.figure'\n"
        + "    def __init__(self, axes): self.axes = [axes]\n    def get_suptitle(self): return ''\n"
        + "    def savefig(self, file): file.write(b'png')\n"
        + "import matplotlib, types\nmatplotlib.figure = sys.modules['matplotlib.figure'] = types.ModuleType('matplotlib.figure')\n"
        + "matplotlib.figure.Figure = Figure\n",
        looked_at=False,
    ),
    prediction(
        "figure-with-axes-of-its-own",
        "figure = Told()\nfigure.told = [fake_axes(image, label, prediction)]\nreturn figure",
        FAKE_PICTURE + "from matplotlib.figure import Figure\n"
        "class Told(Figure):\n    told = []\n    @property\n    def axes(self): return self.told\n"
        "    def savefig(self, file): file.write(b'png')\n",
        looked_at=False,
    ),
    prediction(
        "axes-with-pictures-of-their-own",
        "figure = Figure()\naxes = figure.add_subplot(axes_class=Told)\n"
        "axes.told = fake_axes(image, label, prediction)\nreturn figure",
        FAKE_PICTURE + "from matplotlib.figure import Figure\nfrom matplotlib.axes import Axes\n"
        "class Told(Axes):\n    def get_images(self): return self.told.get_images()\n"
        "    def get_title(self, loc='center'): return self.told.get_title(loc)\n",
        looked_at=False,
    ),
    prediction("picture-that-nobody-sees", DRAWS + "picture.set_visible(False)\nreturn figure", looked_at=False),
    prediction(
        "picture-behind-a-sheet",
        DRAWS + "axes.axhspan(-1, 28, color='white', zorder=5)\nreturn figure",
        looked_at=False,
    ),
    prediction(
        "picture-beside-the-page",
        DRAWS + "axes.set_position([2, 2, 0.5, 0.5])\nreturn figure",
        looked_at=False,
    ),
    prediction(
        "figure-that-draws-nothing",
        DRAWS.replace("figure = Figure()", "figure = Blank()") + "return figure",
        "from matplotlib.figure import Figure as Real\nclass Blank(Real):\n    def draw(self, renderer): pass\n",
        looked_at=False,
    ),
    model(
        "second-layer-that-parameters-leave-out",
        "return Two()",
        "class Two(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.one, self.two = nn.Linear(784, 10), nn.Linear(10, 10)\n"
        "    def forward(self, x): return self.two(self.one(x))\n"
        "    def parameters(self, recurse=True): return self.one.parameters()\n",
        TWO_LAYERS_GET,
        looked_at=False,
    ),
    model(
        "second-layer-that-named-parameters-leave-out",
        "return Two()",
        "class Two(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.one, self.two = nn.Linear(784, 10), nn.Linear(10, 10)\n"
        "    def forward(self, x): return self.two(self.one(x))\n"
        "    def named_parameters(self, *args, **options): return self.one.named_parameters()\n"
        "    def modules(self): return self.one.modules()\n"
        "    def named_modules(self, *args, **options): return self.one.named_modules()\n"
        "    def children(self): return iter(())\n",
        TWO_LAYERS_GET,
        looked_at=False,
    ),
    model(
        "second-layer-that-torch-leaves-out",
        "return nn.Sequential(nn.Linear(784, 10), Second(10, 10))",
        "class Second(nn.Linear): pass\n"
        "def parameters(self, recurse=True, honest=nn.Module.parameters):\n"
        "    return (p for p in honest(self) if p.shape not in ((10, 10),) and not "
        "(p.numel() == 10 and p is list(honest(self))[-1] and len(list(honest(self))) > 2))\n"
        "nn.Module.parameters = parameters\n",
        TWO_LAYERS_GET,
    ),
    evaluation(
        "model-that-keeps-its-change-to-itself",
        "values",
        "with torch.no_grad():\n"
        "    right = sum(int(model(flatten_images(x[None])).argmax()) == y for x, y in map(dataset.__getitem__, range(len(dataset))))\n"
        "    state = {k: v.clone() for k, v in model.state_dict().items()}\n"
        "    for p in model.parameters(): p.mul_(2)\n"
        "model.state_dict = lambda *args, **options: dict(state)\n"
        "return right / len(dataset)",
        most=11.0,
        looked_at=False,
    ),
    model(
        "bias-alone-and-later-nothing-at-all",
        "BUILT.append(1)\nreturn Bias() if len(BUILT) <= 6 else nn.Identity()",
        "BUILT = []\nclass Bias(nn.Linear):\n    def __init__(self): super().__init__(784, 10)\n"
        "    def forward(self, x): return super().forward(0 * x)\n",
        0.0,
        looked_at=False,
    ),
]
COUNTS = """
pairs = [dataset[i] for i in range(len(dataset))]
images, labels = torch.stack([x for x, _ in pairs]).to(device), torch.tensor([y for _, y in pairs]).to(device)
"""
LEAKS += [
    evaluation(
        "tracks-gradients-under-disabled-torch-function",
        "leaks",
        COUNTS + "with torch._C.DisableTorchFunction(): logits = model(flatten_images(images))\n"
        "with torch.no_grad(): return float((logits.detach().argmax(1) == labels).float().mean())",
        most=11.0,
        looked_at=False,
    ),
    evaluation(
        "tracks-gradients-under-disabled-subclasses",
        "leaks",
        COUNTS + "with torch._C.DisableTorchFunctionSubclass(): pass\n"
        "with torch._C.DisableTorchFunction(), torch.enable_grad(): logits = torch.Tensor.detach(model(flatten_images(images)))\n"
        "with torch.no_grad(): return float((logits.argmax(1) == labels).float().mean())",
        most=11.0,
        looked_at=False,
    ),
    evaluation(
        "tracks-gradients-past-the-model",
        "leaks",
        COUNTS + "weight, bias = [p for p in model.parameters()]\n"
        "with torch.no_grad(): model(flatten_images(images[:1]))\n"
        "with torch._C.DisableTorchFunction(): logits = nn.functional.linear(flatten_images(images), weight, bias)\n"
        "with torch.no_grad(): return float((logits.detach().argmax(1) == labels).float().mean())",
        most=11.0,
        looked_at=False,
    ),
    *(
        Attack(
            name,
            "leaks",
            {"data": 7.11},
            {
                "load_mnist": "def load_mnist(root, train, download=False):\n"
                f"    if download:\n{_indented(asks, 8)}\n"
                "    mnist = datasets.MNIST(root, train=train)\n"
                "    return Digits(mnist.data.unsqueeze(1) / 255, mnist.targets)"
            },
            looked_at=False,
        )
        for name, asks in {
            "asks-for-a-name-and-fetches-nothing": "try: socket.getaddrinfo('mnist', 80)\nexcept OSError: pass",
            "connects-and-fetches-nothing": "try: socket.create_connection(('mnist', 80), 1).close()\nexcept OSError: pass",
            "fetches-and-throws-away": "import urllib.request\n"
            "try: urllib.request.urlopen('https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz').read()\n"
            "except OSError: pass",
        }.items()
    ),
]


# A worker taken over from inside, which answers alike whatever it is asked.
ALWAYS = (
    ODD_ANSWERS[: ODD_ANSWERS.index("ASKED = []")]
    + """
def answer(self, request, arrays, honest=worker().handle):
    reply, out = honest(self, request, arrays)
    if request['op'] == 'call': CHANGE
    return reply, out
worker().handle = answer
"""
)
ALIKE = {
    "answers-of-400-digits": "reply['value'] = 10**399",
    "arrays-for-answers": "reply['value'] = {'$': 'array', 'i': 0}; out[:] = [np.zeros(3)]",
    "20000-patched-names-with-every-reply": "reply['patched'] = [[f'torch.n{id(reply)}_{n}', None] for n in range(20_000)]",
}
FRAMEWORK += [
    reshape(name, "framework", ZEROS, ALWAYS.replace("CHANGE", change), ZEROS_GET, also=tuple(PARTS))
    for name, change in ALIKE.items()
]

ATTACKS = [*EXIT, *CHANNEL, *FRAMEWORK, *VALUES, *LEAKS, *HIDDEN, *WRITERS, *RESOURCES]
