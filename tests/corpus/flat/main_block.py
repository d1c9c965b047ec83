import random
import torch
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
import matplotlib.pyplot as plt


def load():
    t = transforms.ToTensor()
    a = datasets.MNIST(root="MNIST_data/", train=True, transform=t, download=True)
    b = datasets.MNIST(root="MNIST_data/", train=False, transform=t, download=True)
    return a, b


if __name__ == "__main__":
    # 윈도우에서 num_workers를 쓰려면 여기서부터 시작해야 한다
    use_cuda = torch.cuda.is_available()
    device = torch.device("cuda" if use_cuda else "cpu")
    print("device:", device)
    epochs = 15
    train_set, test_set = load()
    train_loader = DataLoader(train_set, batch_size=100, shuffle=True, drop_last=True)

    model = torch.nn.Linear(784, 10).to(device)
    loss_func = torch.nn.CrossEntropyLoss().to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    for epoch in range(epochs):
        cost_of_epoch = 0
        for inputs, targets in train_loader:
            inputs = inputs.view(-1, 784).to(device)
            targets = targets.to(device)
            pred = model(inputs)
            cost = loss_func(pred, targets)
            optimizer.zero_grad()
            cost.backward()
            optimizer.step()
            cost_of_epoch += cost.item() / len(train_loader)
        print("Epoch: {:02d}, cost: {:.5f}".format(epoch + 1, cost_of_epoch))

    with torch.no_grad():
        x = test_set.data.view(-1, 784).to(device) / 255
        y = test_set.targets.to(device)
        accuracy = (torch.argmax(model(x), 1) == y).float().mean()
        print("Accuracy: {:.4f}".format(accuracy))
        n = random.randint(0, len(test_set) - 1)
        answer = torch.argmax(model(x[n : n + 1]), 1).item()
        plt.title("Label: {}, Prediction: {}".format(y[n].item(), answer))
        plt.imshow(test_set.data[n], cmap="gray")
        plt.show()
