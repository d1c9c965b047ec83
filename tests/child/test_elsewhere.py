"""Student code with the model on a device that is only pretended: what is right on a GPU works, what is not raises."""

from __future__ import annotations

import sys
import textwrap
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from graders.child import elsewhere, standins
from graders.measuring import inputs, measure, oracle
from graders.measuring.throughput import affine, drawn_start

START = drawn_start(np.random.default_rng(0))
BATCHES = inputs.training_batches(0, 2)
IMAGES, LABELS = (torch.from_numpy(np.concatenate(column)) for column in zip(*BATCHES, strict=True))
ANSWERS = affine(START).logits(oracle.flatten(IMAGES.numpy())).argmax(axis=1)
DATASET = list(zip(IMAGES, LABELS.tolist(), strict=True))

LOOP = """
def train_epoch(model, data_loader, criterion, optimizer, device):
    total = 0.0
    for images, labels in data_loader:
        {images}
        {labels}
        optimizer.zero_grad()
        cost = criterion(model(flatten_images(images)), labels)
        cost.backward()
        optimizer.step()
        {total}
    return {returned}
"""
FUNCTIONAL = """
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for images, labels in data_loader:
        rows, labels = flatten_images(images.to(device)), labels.to(device)
        ask = lambda values: criterion(torch.func.functional_call(model, values, (rows,)), labels)
        own = dict(model.named_parameters())
        gradients, cost = torch.func.grad_and_value(ask)({name: value.detach() for name, value in own.items()})
        for name, value in own.items():
            value.grad = gradients[name]
        optimizer.step()
        costs.append(cost.item())
    return sum(costs) / len(costs)
"""
IMAGES_LINE, LABELS_LINE = "images = images.to(device)", "labels = labels.to(device)"
TOTAL, MEAN = "total += cost.item()", "total / len(data_loader)"


def loop(images: str = IMAGES_LINE, labels: str = LABELS_LINE, total: str = TOTAL, returned: str = MEAN) -> str:
    return LOOP.format(images=images, labels=labels, total=total, returned=returned)


def evaluate(body: str) -> str:
    return (
        "@torch.no_grad()\ndef evaluate(model, dataset, device):\n" + textwrap.indent(body.strip("\n"), "    ") + "\n"
    )


def predict(body: str) -> str:
    return "def predict(model, image, device):\n" + textwrap.indent(body.strip("\n"), "    ") + "\n"


RIGHT = {
    "to": loop(),
    "keywords": loop("images = images.to(device=device, non_blocking=True)", "labels = labels.to(device=device)"),
    "to the parameters' device": loop("images = images.to(next(model.parameters()).device)"),
    "to a parameter": loop("images = images.to(next(model.parameters()))"),
    "its text": loop("images = images.to(str(device))", "labels = labels.to(torch.device(str(device)))"),
    "its type": loop("images = images.to(device.type)", "labels = labels.to(torch.device(device))"),
    "only on a GPU": loop("images = images.to(device)\n        if device.type == 'cuda': torch.cuda.synchronize()"),
    "pinned only for a GPU": loop("images = (images.pin_memory() if device.type == 'cuda' else images).to(device)"),
    "made there": loop("images = torch.tensor(images.tolist(), device=device)"),
    "as_tensor": loop("images = torch.as_tensor(images, device=device)"),
    "empty and copied": loop("images = torch.empty(images.shape, device=device).copy_(images)"),
    "new tensor": loop(labels="labels = images.new_tensor(labels.tolist(), dtype=torch.int64)"),
    "a device as context": loop("with device: images = torch.tensor(images.tolist())"),
    "set as default": loop("torch.set_default_device(device); images = torch.tensor(images.tolist())"),
    "float of the cost": loop(total="total += float(cost)"),
    "tolist": loop(total="total += cost.detach().tolist()"),
    "numpy by the CPU": loop(total="total += cost.detach().cpu().numpy().item()"),
    "a cost moved": loop(total="total += cost.detach().to('cpu').item()"),
    "numpy by force": loop(total="total += cost.numpy(force=True).item()"),
    "summed there": loop(
        total="total = total + cost.detach()", returned="(total / torch.tensor(2.0, device=device)).item()"
    ),
    "accumulator there": loop(total="total += cost.detach()", returned="total.item() / len(data_loader)").replace(
        "total = 0.0", "total = torch.zeros((), device=device)"
    ),
    "a number of the CPU's among them": loop(
        total="total = torch.tensor(0.0) + total + cost.detach()", returned="total.item() / 2"
    ),
    "the model moved again": loop("model.to(device); images = images.to(device)"),
    "gradient by hand": loop(total="total += cost.item()").replace(
        "        optimizer.step()\n",
        "        with torch.no_grad():\n            for p in model.parameters(): p -= 0.1 * p.grad\n",
    ),
    "data set by hand": loop().replace(
        "        optimizer.step()\n", "        for p in model.parameters(): p.data = p.data - 0.1 * p.grad\n"
    ),
    "data changed by hand": loop().replace(
        "        optimizer.step()\n", "        for p in model.parameters(): p.data.sub_(0.1 * p.grad)\n"
    ),
    "torch.func": FUNCTIONAL,
    "all at once": evaluate(
        "images = torch.stack([image for image, _ in dataset]).to(device)\n"
        "labels = torch.tensor([label for _, label in dataset], device=device)\n"
        "return (model(flatten_images(images)).argmax(1) == labels).float().mean().item()"
    ),
    "answers brought back": evaluate(
        "images = torch.stack([image for image, _ in dataset]).to(device)\n"
        "labels = torch.tensor([label for _, label in dataset])\n"
        "answers = model(flatten_images(images)).argmax(1).cpu()\n"
        "return float((answers == labels).float().mean())"
    ),
    "NumPy at the end": evaluate(
        "import numpy as np\nimages = torch.stack([image for image, _ in dataset]).to(device)\n"
        "answers = model(flatten_images(images)).argmax(1).cpu().numpy()\n"
        "return float(np.mean(answers == np.array([label for _, label in dataset])))"
    ),
    "one by one": evaluate(
        "right = 0\nfor image, label in dataset:\n"
        "    right += int(model(flatten_images(image[None].to(device))).argmax() == torch.tensor(label))\n"
        "return right / len(dataset)"
    ),
    "in threads": evaluate(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def right(item):\n    with torch.no_grad():\n"
        "        return model(flatten_images(item[0][None].to(device))).argmax().item() == item[1]\n"
        "with ThreadPoolExecutor(2) as pool: return sum(pool.map(right, dataset)) / len(dataset)"
    ),
    "in inference mode": evaluate(
        "with torch.inference_mode():\n"
        "    images = torch.stack([image for image, _ in dataset]).to(device=device)\n"
        "    labels = torch.tensor([label for _, label in dataset]).to(device)\n"
        "    return (model(flatten_images(images)).argmax(1) == labels).sum().item() / len(dataset)"
    ),
    "a copy on the CPU": evaluate(
        "import copy\ntwin = copy.deepcopy(model).cpu()\n"
        "images = torch.stack([image for image, _ in dataset])\n"
        "labels = torch.tensor([label for _, label in dataset])\n"
        "return (twin(flatten_images(images)).argmax(1) == labels).float().mean().item()"
    ),
    "indexed by labels": evaluate(
        "images = torch.stack([image for image, _ in dataset]).to(device)\n"
        "labels = torch.tensor([label for _, label in dataset])\n"
        "logits = model(flatten_images(images))\n"
        "return (logits[torch.arange(len(labels)), labels] == logits.amax(1)).float().mean().item()"
    ),
    "int": predict("return int(model(flatten_images(image[None].to(device))).argmax())"),
    "index": predict("return model(flatten_images(image.to(device).unsqueeze(0))).argmax(1)[0].item()"),
    "softmax and max": predict(
        "model.eval()\nwith torch.inference_mode():\n"
        "    scores = model(flatten_images(image.unsqueeze(0).to(device)))\n"
        "    return torch.max(torch.softmax(scores, 1), 1)[1].cpu().numpy().tolist()[0]"
    ),
}

MET, ARRAY = "Expected all tensors to be on the same device", "device type tensor to numpy"
WRONG = {
    "images dropped": (loop("images.to(device)"), MET, {("moved", "float32"), ("left", "float32")}),
    "labels dropped": (loop(labels="labels.to(device)"), MET, {("moved", "int64"), ("left", "int64")}),
    "no device": (loop("pass", "pass"), MET, {("left", "float32")}),
    "labels left": (loop(labels="pass"), MET, {("moved", "float32"), ("left", "int64")}),
    "images left": (loop("pass"), MET, {("moved", "int64"), ("left", "float32")}),
    "the CPU by name": (loop("images = images.to('cpu')"), MET, {("other", "float32"), ("left", "float32")}),
    "another device": (
        loop("images = images.to(torch.device('cuda' if torch.cuda.is_available() else 'cpu'))"),
        MET,
        {("other", "float32")},
    ),
    "total on the CPU": (
        loop().replace("total = 0.0", "total = torch.zeros(1)").replace(TOTAL, "total += cost.detach()"),
        MET,
        set(),
    ),
    "scalar total on the CPU": (
        loop().replace("total = 0.0", "total = torch.tensor(0.0)").replace(TOTAL, "total += cost.detach()"),
        MET,
        set(),
    ),
    "numpy of the cost": (loop(total="total += cost.detach().numpy()"), ARRAY, set()),
    "an array of the cost": (loop(total="import numpy as np; total += np.asarray(cost.detach())"), ARRAY, set()),
    "compared with labels of the CPU's": (
        evaluate(
            "images = torch.stack([image for image, _ in dataset]).to(device)\n"
            "labels = torch.tensor([label for _, label in dataset])\n"
            "return (model(flatten_images(images)).argmax(1) == labels).float().mean().item()"
        ),
        MET,
        {("moved", "float32"), ("left", "int64")},
    ),
    "in inference mode": (
        evaluate(
            "with torch.inference_mode():\n    images = torch.stack([image for image, _ in dataset])\n"
            "    return model(flatten_images(images)).argmax(1).sum().item()"
        ),
        MET,
        {("left", "float32")},
    ),
    "image left": (predict("return int(model(flatten_images(image[None])).argmax())"), MET, {("left", "float32")}),
    "image dropped": (
        predict("image.to(device)\nreturn int(model(flatten_images(image[None])).argmax())"),
        MET,
        {("moved", "float32"), ("left", "float32")},
    ),
    "numpy of the answer": (
        predict("return int(model(flatten_images(image[None].to(device))).argmax().numpy())"),
        ARRAY,
        set(),
    ),
}


def asked(source: str, monkeypatch: pytest.MonkeyPatch, place: elsewhere.Place) -> tuple[Any, Any]:
    """Ask the one function of a text with the model elsewhere; returns the answer and the right one."""
    lab = ModuleType("lab")
    vars(lab).update(torch=torch, flatten_images=standins.flatten_images)
    exec(source, vars(lab))
    monkeypatch.setitem(sys.modules, "lab", lab)
    model, start = standins.build_model(), torch.from_numpy(START)
    if "train_epoch" in vars(lab):
        cost, end, _ = elsewhere.epoch_elsewhere(
            place, model, start, IMAGES, LABELS, inputs.STEP_BATCH, measure.LEARNING_RATE
        )
        right = oracle.train(affine(START), BATCHES, measure.LEARNING_RATE)
        moved = np.concatenate([right.model.weights.ravel(), right.model.bias])
        assert type(end) is torch.Tensor
        np.testing.assert_allclose(end.numpy(), moved, atol=measure.WEIGHT_ATOL)
        return cost, right.cost
    if "evaluate" in vars(lab):
        got, _ = elsewhere.answer_elsewhere(place, model, start, "evaluate", DATASET)
        return got, float(np.mean(LABELS.numpy() == ANSWERS))
    got, _ = elsewhere.answer_elsewhere(place, model, start, "predict", IMAGES[0])
    return got, int(ANSWERS[0])


@pytest.mark.parametrize("style", RIGHT)
def test_what_is_right_on_a_gpu_works_on_a_pretended_one(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It returns Python's numbers, the right ones, and leaves no default device behind."""
    got, right = asked(RIGHT[style], monkeypatch, elsewhere.elsewhere(pretended=True))
    assert type(got) is type(right)
    assert got == pytest.approx(right, abs=measure.COST_ATOL)
    assert torch.get_default_device() == torch.device("cpu")
    assert torch.zeros(1).device.type == "cpu"


@pytest.mark.parametrize("slip", WRONG)
def test_what_a_gpu_refuses_is_refused(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is torch's own, and what led to it was noted."""
    source, text, noted = WRONG[slip]
    place = elsewhere.elsewhere(pretended=True)
    with pytest.raises((RuntimeError, TypeError), match=text):
        asked(source, monkeypatch, place)
    assert noted <= {(kind, dtype) for kind, dtype, _ in elsewhere.happened(place)}


def test_a_device_of_torchs_own_is_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU is taken where there is one, and nothing comes between it and the work; another device stands in here."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert elsewhere.elsewhere(pretended=False).device == torch.device("cuda")
    assert elsewhere.elsewhere(pretended=True).device == elsewhere.PRETENDED
    monkeypatch.undo()
    assert elsewhere.elsewhere(pretended=False).device == elsewhere.PRETENDED or torch.cuda.is_available()
    place = elsewhere.Place(torch.device("cpu"))
    cost, right = asked(RIGHT["to"], monkeypatch, place)
    assert cost == pytest.approx(right, abs=measure.COST_ATOL)
    assert elsewhere.happened(place) == []


def test_model_that_is_moved_away_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what was moved there and back meanwhile."""
    for line, noted in (("model.cpu(); model.to(device)", 0), ("model.cpu()", 2)):
        place = elsewhere.elsewhere(pretended=True)
        asked(predict(f"{line}\nreturn int(model(image.to(next(model.parameters()))).argmax())"), monkeypatch, place)
        assert sum(kind == "model" for kind, _, _ in elsewhere.happened(place)) == noted


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.parametrize("slip", WRONG)
def test_a_gpu_refuses_what_the_pretended_one_does(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pretended device is no stricter than a GPU, and its errors are those of one."""
    source, text, _ = WRONG[slip]
    if "'cpu'" in source and "cuda.is_available" in source:
        pytest.skip("right where the GPU is the only device")
    with pytest.raises((RuntimeError, TypeError), match=text):
        asked(source, monkeypatch, elsewhere.elsewhere(pretended=False))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.parametrize("style", RIGHT)
def test_what_works_on_the_pretended_device_works_on_a_gpu(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No style is called right that a GPU refuses."""
    got, right = asked(RIGHT[style], monkeypatch, elsewhere.elsewhere(pretended=False))
    assert got == pytest.approx(right, abs=measure.COST_ATOL)
