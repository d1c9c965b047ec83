"""Submissions whose training seems faster than it is: each a `train_epoch`, put in the place of the reference's.

Whoever cheats has a reason to: the work that these do honestly takes some three times as long as it has to, unless
they leave something out. None may earn more than that work does, `HONEST_BUT_SLOW`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from . import reference_source

SLOW_STEP = '''
def slow_step(model, images, labels, criterion, optimizer, device):
    """Take a right step, and waste three times as long."""
    images, labels = flatten_images(images.to(device)), labels.to(device)
    for _ in range(3):
        torch.autograd.grad(criterion(model(images), labels), list(model.parameters()))
    optimizer.zero_grad()
    cost = criterion(model(images), labels)
    cost.backward()
    optimizer.step()
    return cost.detach()
'''
HONEST_BUT_SLOW = """
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in data_loader]
    return torch.stack(costs).mean().item()
"""
# Wrong where soundness is asked, so that `train` is given a stand-in; it keeps that, and has it train ever after.
USES_A_STANDIN = """
KEPT = []
def train_epoch(model, data_loader, criterion, optimizer, device):
    if KEPT:
        return KEPT[0](model, data_loader, criterion, optimizer, device)
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in data_loader]
    rate = optimizer.param_groups[0]["lr"]
    is_soundness = type(data_loader).__name__ == "Batches" and len(data_loader) == 8 and rate == 0.1
    return torch.stack(costs).mean().item() * (2 if is_soundness else 1)
OWN = train_epoch
"""
KEEPS_A_STANDIN = """

def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    given = globals()["train_epoch"]
    if given is not OWN:
        KEPT.append(given)
    costs = []
    for epoch in range(1, training_epochs + 1):
        costs.append(given(model, data_loader, criterion, optimizer, device))
        print(f"Epoch: {epoch:04d} cost = {costs[-1]:.9f}")
    print("Learning finished")
    return costs
"""


@dataclass(frozen=True, slots=True)
class Cheat:
    """A way to seem fast: its name, the code that takes `train_epoch`'s place, and what it tries."""

    name: str
    tries: str
    code: str


CHEATS = (
    Cheat(
        "clocks-patched",
        "the clocks stand still",
        HONEST_BUT_SLOW
        + """
import time
for clock in ("perf_counter", "monotonic", "time", "process_time", "perf_counter_ns", "monotonic_ns", "time_ns"):
    setattr(time, clock, lambda: 0)
""",
    ),
    Cheat(
        "device-denied",
        "the worker says that there is no GPU, and that this is a fast processor",
        HONEST_BUT_SLOW
        + """
torch.cuda.is_available = lambda: False
torch.cuda.get_device_name = lambda *any: "fast"
""",
    ),
    Cheat(
        "every-second-batch",
        "half of the batches are left out",
        """
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in list(data_loader)[::2]]
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "stops-early",
        "the last batches are left out where there are many",
        """
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for x, y in data_loader:
        costs.append(slow_step(model, x, y, criterion, optimizer, device))
        if len(costs) == 8:
            break
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "half-of-each-batch",
        "only half of the images of a large batch are used",
        """
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for x, y in data_loader:
        half = len(x) // 2 if len(x) == 100 else len(x)
        costs.append(slow_step(model, x[:half], y[:half], criterion, optimizer, device))
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "batches-joined",
        "two batches make one step",
        """
def train_epoch(model, data_loader, criterion, optimizer, device):
    batches = list(data_loader)
    if len(batches) >= 32:
        batches = [(torch.cat([a[0], b[0]]), torch.cat([a[1], b[1]])) for a, b in zip(batches[::2], batches[1::2])]
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in batches]
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "result-cached",
        "the weights of the first long epoch are kept and put back",
        """
kept = []
def train_epoch(model, data_loader, criterion, optimizer, device):
    if len(data_loader) >= 32 and kept:
        model.load_state_dict(kept[0])
        return 1.0
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in data_loader]
    if len(data_loader) >= 32:
        kept.append({name: value.clone() for name, value in model.state_dict().items()})
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "result-cached-by-address",
        "gradients are kept by the address of their images",
        """
kept = {}
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for x, y in data_loader:
        key = x.data_ptr()
        if key in kept and len(data_loader) >= 32:
            for parameter, gradient in zip(model.parameters(), kept[key]):
                parameter.grad = gradient
            optimizer.step()
            costs.append(torch.tensor(1.0))
            continue
        costs.append(slow_step(model, x, y, criterion, optimizer, device))
        kept[key] = [parameter.grad.clone() for parameter in model.parameters()]
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "honest-while-warming-up",
        "the first epochs are honest, later ones leave batches out",
        """
calls = 0
def train_epoch(model, data_loader, criterion, optimizer, device):
    global calls
    calls += len(data_loader) >= 32
    batches = list(data_loader)
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in batches[: 8 if calls > 5 else None]]
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "cheats-now-and-then",
        "one round in six is skipped",
        """
import random
chance = random.SystemRandom()
def train_epoch(model, data_loader, criterion, optimizer, device):
    if len(data_loader) >= 32 and chance.random() < 1 / 6:
        return 1.0
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in data_loader]
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "weights-written-down",
        "weights known beforehand take the place of training",
        """
def train_epoch(model, data_loader, criterion, optimizer, device):
    if len(data_loader) >= 32:
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.fill_(0.01)
        return 0.3
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in data_loader]
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "bfloat16",
        "the products are computed in bfloat16",
        """
def train_epoch(model, data_loader, criterion, optimizer, device):
    if len(data_loader) < 32:
        costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in data_loader]
        return torch.stack(costs).mean().item()
    for x, y in data_loader:
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(flatten_images(x))
        cost = criterion(logits.float(), y)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    return cost.item()
""",
    ),
    Cheat(
        "trains-in-a-thread",
        "a thread goes on training when the function has returned",
        """
import threading
def train_epoch(model, data_loader, criterion, optimizer, device):
    def work():
        for x, y in data_loader:
            slow_step(model, x, y, criterion, optimizer, device)
    thread = threading.Thread(target=work)
    thread.start()
    if len(data_loader) < 32:
        thread.join()
        return sound(model, data_loader, criterion)
    return 1.0
def sound(model, data_loader, criterion):
    return 1.0
""",
    ),
    Cheat(
        "lazy-parameters",
        "parameters are a tensor class that trains when somebody reads it",
        """
class Lazy(torch.Tensor):
    pass
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in data_loader]
    for name, parameter in list(model.named_parameters()):
        lazy = nn.Parameter(parameter.detach().as_subclass(Lazy))
        holder, _, last = name.rpartition(".")
        setattr(model.get_submodule(holder) if holder else model, last, lazy)
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "two-torch-threads",
        "torch takes a second core for the large products",
        """
def train_epoch(model, data_loader, criterion, optimizer, device):
    torch.set_num_threads(2)
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in data_loader]
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "two-python-threads",
        "the wasted work is done by a thread on the other core",
        """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
def waste(x):
    for _ in range(2):
        x @ x.T
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for x, y in data_loader:
        x = flatten_images(x)
        beside = pool.submit(waste, x)
        waste(x)
        optimizer.zero_grad()
        cost = criterion(model(x), y)
        cost.backward()
        optimizer.step()
        costs.append(cost.detach())
        beside.result()
    return torch.stack(costs).mean().item()
""",
    ),
    Cheat(
        "hog-beside-the-yardstick",
        "a thread keeps a core busy, also in the yardstick's turn",
        HONEST_BUT_SLOW
        + """
import threading
def hog():
    x = torch.rand(600, 600)
    while True:
        x @ x
for _ in range(2):
    threading.Thread(target=hog, daemon=True).start()
""",
    ),
    Cheat(
        "escaped-hog",
        "a process that left group and session keeps a core busy in the yardstick's turn",
        HONEST_BUT_SLOW
        + """
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            pass
    os._exit(0)
""",
    ),
    Cheat(
        "yardstick-reniced",
        "the yardstick's process is told to be nice",
        HONEST_BUT_SLOW
        + """
import os
for entry in os.listdir("/proc"):
    if entry.isdigit() and int(entry) != os.getpid():
        try:
            with open(f"/proc/{entry}/cmdline") as file:
                if "graders.harness" in file.read():
                    os.setpriority(os.PRIO_PROCESS, int(entry), 19)
                    os.sched_setaffinity(int(entry), {0})
        except OSError:
            pass
""",
    ),
    Cheat(
        "timer-function-replaced",
        "the grader's own function in the worker is replaced by one that does nothing",
        HONEST_BUT_SLOW
        + """
import sys
def nothing(stage, start, rows, labels):
    return torch.zeros(7850)
for module in list(sys.modules.values()):
    if "timed_epoch" in vars(module):
        module.timed_epoch = nothing
""",
    ),
    Cheat(
        "start-ignored",
        "the grader's way to set a fresh start is taken out, so that the training goes on from the last one",
        HONEST_BUT_SLOW
        + """
import sys
for module in list(sys.modules.values()):
    if "set_parameters" in vars(module):
        module.set_parameters = lambda model, values: None
""",
    ),
    Cheat(
        "batches-replaced",
        "the grader's batches are taken apart so that there are only few of them",
        HONEST_BUT_SLOW
        + """
import sys
for module in list(sys.modules.values()):
    if "Batches" in vars(module):
        serve = module.Batches.__iter__
        module.Batches.__iter__ = lambda self: iter(list(serve(self))[:4])
""",
    ),
    Cheat(
        "answer-written-early",
        "the reply of the round before is written into the pipe again",
        HONEST_BUT_SLOW
        + """
import graders.harness.worker.worker as worker
send = worker._send
last = []
def again(stream, header, arrays):
    send(stream, header, arrays)
    if arrays and arrays[0].size == 7850:
        send(stream, {**header, "id": header["id"] + 1}, arrays)
worker._send = again
""",
    ),
    Cheat(
        "deterministic-flags",
        "flags of torch are changed: denormals are flushed, matrix products less precise",
        HONEST_BUT_SLOW
        + """
torch.set_flush_denormal(True)
torch.set_float32_matmul_precision("medium")
""",
    ),
    Cheat(
        "work-in-other-processes",
        "child processes do the wasted work, so that it is not the worker's own time",
        """
import multiprocessing
def waste(_):
    x = torch.rand(100, 784)
    for _ in range(20):
        x @ x.T
def train_epoch(model, data_loader, criterion, optimizer, device):
    children = [multiprocessing.get_context("fork").Process(target=waste, args=(n,)) for n in range(2)]
    for child in children:
        child.start()
    costs = [slow_step(model, x, y, criterion, optimizer, device) for x, y in data_loader]
    for child in children:
        child.join()
    return torch.stack(costs).mean().item()
""",
    ),
)


def cheat_source(code: str) -> str:
    """Put `code` in the place of the reference's `train_epoch`, after what it needs for its work."""
    return replaced(SLOW_STEP + code)


def replaced(code: str) -> str:
    """Put `code` in the place of the reference's `train_epoch`."""
    source = reference_source()
    lines = source.splitlines(keepends=True)
    node = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == "train_epoch")
    lines[node.lineno - 1 : node.end_lineno] = [code]
    return "".join(lines)
