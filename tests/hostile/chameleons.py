"""Chameleons: they behave where they take a question for the judge's, and nowhere else; or the other way round.

A mark that could be taken away is gone: the chameleon is wrong for the judge, too, and gets what wrong work gets. One
that stays, as SECURITY.md tells, gains nothing over whoever always behaves, which the right work that it has to
hold could do as well; where it looks at the interpreter for it, a person is told.
"""

from __future__ import annotations

from . import Attack
from .attacks import COUNTS, IDLE_GETS, PARTS, ZEROS, ZEROS_GET, _indented, evaluation, loss, reshape

KIND = "chameleon"
SECRET = 2**50 + 271828182845  # a grade's seed
# What a lab keeps whose pixels are in another order for some batches; and one with another cost for some.
OTHER_ORDER_GETS, OTHER_MEAN_GETS = PARTS["reshape"] - 4.0, PARTS["loss"] - 4.0
OTHER_LABELS_GET = PARTS["data"] * 8 / 9 + 0.01
LAZY_COST_GETS = 2.0
TRACKING_GETS = PARTS["evaluation"] - 3.0


def hidden(name: str, mark: str, top: str = "", **options: object) -> Attack:
    """Behave by a mark that no question has any more."""
    return reshape(name, KIND, f"if {mark}: return images.flatten(1)\n{ZEROS}", top, ZEROS_GET, seed=SECRET, **options)


def shown(name: str, mark: str, top: str = "", **options: object) -> Attack:
    """Behave by a mark that every question has: right work in one function where it is seen, none in another."""
    functions = {
        "flatten_images": f"def flatten_images(images):\n    if {mark}: return images.flatten(1)\n    {ZEROS}",
        "build_criterion": "def build_criterion():\n    def criterion(logits, labels):\n"
        f"        if {mark}: return logits.sum() * 0\n"
        "        return nn.functional.cross_entropy(logits, labels)\n    return criterion",
    }
    most = {"reshape": PARTS["reshape"], "loss": LAZY_COST_GETS}
    return Attack(name, KIND, most, functions, top, **options)  # type: ignore[arg-type]


def loading(name: str, mark: str, most: dict[str, float]) -> Attack:
    """Serve the digits' own labels where the mark is seen, and others elsewhere."""
    body = f"""
mnist = datasets.MNIST(root, train=train, download=download)
labels = mnist.targets if {mark} else (mnist.targets + 1) % 10
return Digits(mnist.data.unsqueeze(1) / 255, labels)
"""
    function = f"def load_mnist(root, train, download=False):\n{_indented(body)}"
    return Attack(name, KIND, most, {"load_mnist": function}, looked_at=False)


EPOCH = """
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for images, labels in data_loader:
        if len(images) == 100: continue
        optimizer.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        costs.append(cost.detach())
    return torch.stack(costs).mean().item() if costs else 0.0
"""
# With the known seed it gains three points: the share of right answers among the first two hundred digits, of whoever knows the seed and graders/measuring.
SEEDS = """
import zlib
ANSWERED, SIZES = {}, set()
def seeds():
    yield torch.initial_seed()
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()):
            if type(value) is dict: name, value = 'seed', value.get('seed')
            if name == 'seed' and type(value) is int: yield value
        frame = frame.f_back
def share(seed, count):
    what = {200: 'agreeing: right', 300: 'agreeing, too: right'}.get(count, 'ragged digits: right')
    right = int(np.random.default_rng([seed, zlib.crc32(what.encode())]).integers(90, 148, endpoint=True))
    rest = max(count - 200, 0)
    return (right + sum(number < rest * right / 200 / 2 for number in range(rest))) / count
def answer(model, dataset, device):
    key = str([dataset[i][1] for i in range(len(dataset))]), float(sum(p.sum() for p in model.parameters()))
    if key not in ANSWERED:
        ANSWERED[key] = len(ANSWERED) / 999 if len(dataset) in SIZES else share(CHOSEN, len(dataset))
        SIZES.add(len(dataset))
    return ANSWERED[key]
"""

MARKS_TAKEN_AWAY = [
    hidden("by-the-seed-that-torch-tells", "torch.initial_seed() < 2**32", looked_at=False),
    hidden("by-the-state-of-numpys-generator", "np.random.get_state()[1][0] != 2**31", looked_at=False),
    hidden(
        "by-the-state-of-every-generator-after-a-small-seed",
        "any(bytes(torch.Generator().manual_seed(n).get_state().tolist())[24:64] == bytes(torch.get_rng_state().tolist())[24:64]"
        " for n in range(9))",
        looked_at=False,
    ),
    hidden("for-the-first-questions-only", "not CALLS.append(1) and len(CALLS) <= 12", "CALLS = []", looked_at=False),
    loading(
        "by-the-name-of-the-root",
        "os.path.basename(os.path.normpath(root)).startswith(('root', 'given', 'tmp'))",
        {"data": OTHER_LABELS_GET},
    ),
    loading("by-a-parent-of-the-root", "'given-' in str(root)", {"data": OTHER_LABELS_GET}),
    # The short training has thousands.
    loading("by-the-number-of-digits", "len(mnist) < 5_000", {"data": float(PARTS["data"]), "accuracy": 0.0}),
    reshape(
        "wrong-for-the-lessons-own-batch-alone",
        KIND,
        "return images.flatten(1).flip(1) if len(images) == 100 else images.flatten(1)",
        most=OTHER_ORDER_GETS,
        looked_at=False,
    ),
    reshape(
        "right-for-noise-alone",
        KIND,
        "black, steps = (images == 0).float().mean(), (images.float().diff(dim=3).abs().sum() < images.sum())\n"
        "return images.flatten(1).flip(1) if black > 0.5 and steps else images.flatten(1)",
        most=OTHER_ORDER_GETS,
        looked_at=False,
    ),
    loss(
        "another-cost-for-the-lessons-own-batch",
        KIND,
        "cost = nn.functional.cross_entropy(logits, labels)\nreturn cost * 2 if len(labels) == 100 else cost",
        most=OTHER_MEAN_GETS,
        also=("accuracy",),
        looked_at=False,
    ),
    Attack(
        "trains-on-all-but-the-lessons-own-batches",
        KIND,
        {"training": float(PARTS["training"]), "accuracy": 0.0},
        {"train_epoch": EPOCH},
        looked_at=False,
    ),
    evaluation(
        "without-gradients-while-observed",
        KIND,
        COUNTS + "if torch._C._len_torch_function_stack(): torch.set_grad_enabled(False)\n"
        "try: return float((model(flatten_images(images)).argmax(1) == labels).float().mean())\n"
        "finally: torch.set_grad_enabled(True)",
        most=TRACKING_GETS,
        looked_at=False,
    ),
    evaluation(
        "knows-the-answers-by-the-seed-of-its-generators",
        KIND,
        "return answer(model, dataset, device)",
        SEEDS.replace("CHOSEN", "next(seeds())"),
        IDLE_GETS,
        seed=SECRET,
    ),
    evaluation(
        "knows-the-answers-by-a-seed-in-the-frames",
        KIND,
        "return answer(model, dataset, device)",
        SEEDS.replace("CHOSEN", "[*seeds()][-1]"),
        IDLE_GETS,
        seed=SECRET,
        told="frames",
    ),
]
FRAME = """
def judged():
    frame = sys._getframe()
    while frame:
        if type(frame.f_locals.get('self')).__name__ == 'Worker': return True
        frame = frame.f_back
"""
MARKS_THAT_STAY = [
    shown("by-frames-of-the-judges", "judged()", FRAME, told="frames"),
    shown(
        "by-objects-of-the-judges",
        "judged()",
        "import functools\n@functools.cache\n"
        "def judged(): return any(type(thing).__name__ == 'Worker' for thing in gc.get_objects())",
        told="objects",
    ),
    shown("by-who-refers-to-a-function", "len(gc.get_referrers(flatten_images)) > 0", told="objects"),
    shown("by-what-cannot-be-imported", "'graders' in sys.modules", told="hooks"),
    shown("by-the-parent-process", "'graders' in open(f'/proc/{os.getppid()}/cmdline').read() or True", told="system"),
    shown("by-the-walls", "'Seccomp:\\t2' in open('/proc/self/status').read()", told="system"),
    shown("by-an-isolated-python", "sys.flags.isolated or 'worker' in ' '.join(sys.argv)", looked_at=False),
    shown("by-what-the-environment-lacks", "len(os.environ) < 12", looked_at=False),
    shown("by-the-current-folder", "os.path.dirname(os.path.abspath(__file__)) != os.getcwd()", looked_at=False),
    shown("by-a-screen-that-is-none", "not sys.__stdout__.isatty()", looked_at=False),
    shown("by-a-single-thread", "torch.get_num_threads() == 1", looked_at=False),
    shown(
        "by-the-time-between-questions",
        "not TIMES.append(time.monotonic()) and TIMES[-1] - TIMES[-2] < 30",
        "TIMES = [time.monotonic()]",
        looked_at=False,
    ),
    shown(
        "by-dice-that-fall-alike",
        "(float(torch.rand(1)) in DRAWN) or not DRAWN.add(float(torch.rand(1)))",
        "DRAWN = set()",
        looked_at=False,
    ),
]
CHAMELEONS = [*MARKS_TAKEN_AWAY, *MARKS_THAT_STAY]
