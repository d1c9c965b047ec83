def load_mnist(root, train, download=False):
    from torchvision import datasets, transforms

    return datasets.MNIST(root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    from torch.utils.data import DataLoader

    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    from torch import flatten

    return flatten(images, start_dim=1)


def build_model():
    from torch.nn import Linear

    return Linear(784, 10)


def build_criterion():
    from torch.nn.functional import cross_entropy

    return cross_entropy


def build_optimizer(model, learning_rate=0.1):
    from torch.optim import SGD

    return SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    from statistics import mean

    costs = []
    for images, labels in data_loader:
        optimizer.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return mean(costs)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    for epoch in range(1, training_epochs + 1):
        costs.append(train_epoch(model, data_loader, criterion, optimizer, device))
        print(f"Epoch: {epoch:04d} cost = {costs[-1]:.9f}")
    print("Learning finished")
    return costs


def evaluate(model, dataset, device):
    from torch import no_grad
    from torch.utils.data import DataLoader

    with no_grad():
        correct = 0
        for images, labels in DataLoader(dataset, batch_size=1000):
            correct += (model(flatten_images(images.to(device))).argmax(dim=1) == labels.to(device)).sum().item()
        return correct / len(dataset)


def predict(model, image, device):
    from torch import no_grad

    with no_grad():
        return model(flatten_images(image.unsqueeze(0).to(device))).argmax().item()


def show_prediction(image, label, prediction):
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.imshow(image.squeeze(0), "Greys", interpolation="nearest")
    axes.set_title(f"Label: {label} Prediction: {prediction}")
    return figure
