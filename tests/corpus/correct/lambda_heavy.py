"""Everything that fits in an expression is a lambda."""
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

load_mnist = lambda root, train, download=False: MNIST(root, train, ToTensor(), download=download)
make_data_loader = lambda dataset, batch_size=100: DataLoader(dataset, batch_size, shuffle=True, drop_last=True)
flatten_images = lambda images: images.flatten(1)
build_model = lambda: nn.Linear(784, 10)
build_criterion = lambda: (lambda logits, labels: nn.functional.cross_entropy(logits, labels))
build_optimizer = lambda model, learning_rate=0.1: torch.optim.SGD(model.parameters(), learning_rate)
mean = lambda numbers: (lambda kept: sum(kept) / len(kept))(list(numbers))
step = lambda cost, optimizer: (optimizer.zero_grad(), cost.backward(), optimizer.step(), cost.item())[-1]
logits_of = lambda model, images, device: model(flatten_images(images.to(device)))

train_epoch = lambda model, data_loader, criterion, optimizer, device: mean(
    step(criterion(logits_of(model, images, device), labels.to(device)), optimizer) for images, labels in data_loader
)
say = lambda epoch, cost: (print(f"Epoch: {epoch:04d} cost = {cost:.9f}"), cost)[1]
train = lambda model, data_loader, criterion, optimizer, device, training_epochs=15: (
    [
        say(epoch, train_epoch(model, data_loader, criterion, optimizer, device))
        for epoch in range(1, 1 + training_epochs)
    ],
    print("Learning finished"),
)[0]
evaluate = torch.no_grad()(
    lambda model, dataset, device: sum(
        (logits_of(model, images, device).argmax(1) == labels.to(device)).sum().item()
        for images, labels in DataLoader(dataset, batch_size=250)
    )
    / len(dataset)
)
predict = torch.no_grad()(lambda model, image, device: logits_of(model, image[None], device).argmax().item())


def show_prediction(image, label, prediction):
    figure = Figure()
    (lambda axes: (axes.imshow(image[0], cmap="Greys", interpolation="nearest"), axes.set_title(f"{label} {prediction}")))(
        figure.subplots()
    )
    return figure
