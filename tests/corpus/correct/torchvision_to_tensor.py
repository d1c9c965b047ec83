"""The lesson's own way: ToTensor decodes every image when it is asked for."""
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets as dsets
from torchvision import transforms
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def load_mnist(root, train, download=False):
    return dsets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    data_loader = torch.utils.data.DataLoader(dataset=dataset,
                                              batch_size=batch_size,
                                              shuffle=True,
                                              drop_last=True)
    return data_loader


def flatten_images(images):
    return images.view(-1, 28 * 28)


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    avg_cost = 0
    total_batch = len(data_loader)
    for X, Y in data_loader:
        X = flatten_images(X).to(device)
        Y = Y.to(device)

        optimizer.zero_grad()
        hypothesis = model(X)
        cost = criterion(hypothesis, Y)
        cost.backward()
        optimizer.step()

        avg_cost += cost.item() / total_batch
    return avg_cost


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        costs.append(avg_cost)
        print('Epoch:', '%04d' % (epoch + 1), 'cost =', '{:.9f}'.format(avg_cost))
    print('Learning finished')
    return costs


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=256):
            guesses = model(flatten_images(images.to(device))).argmax(dim=1)
            correct += (guesses == labels.to(device)).sum().item()
    return correct / len(dataset)


def predict(model, image, device):
    single_prediction = model(image.view(-1, 28 * 28).to(device))
    return torch.argmax(single_prediction, 1).item()


def show_prediction(image, label, prediction):
    fig = plt.figure()
    plt.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    plt.title('Label: {} Prediction: {}'.format(label, prediction))
    return fig


def main():
    torch.manual_seed(777)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data_loader = make_data_loader(load_mnist("MNIST_data", train=True, download=True))
    test_set = load_mnist("MNIST_data", train=False, download=True)
    model = build_model().to(device)
    train(model, data_loader, build_criterion(), build_optimizer(model), device)
    print("Accuracy:", evaluate(model, test_set, device))
    image, label = test_set[0]
    show_prediction(image, label, predict(model, image, device)).savefig("prediction.png")


if __name__ == "__main__":
    main()
