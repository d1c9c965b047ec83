import torch
import torch.nn as nn
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt
import random


def main():
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(777)
    learning_rate = 0.1
    training_epochs = 15
    batch_size = 100

    mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
    mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
    data_loader = torch.utils.data.DataLoader(
        dataset=mnist_train, batch_size=batch_size, shuffle=True, drop_last=True)

    linear = nn.Linear(784, 10, bias=True).to(device)
    criterion = nn.CrossEntropyLoss().to(device)
    optimizer = torch.optim.SGD(linear.parameters(), lr=learning_rate)

    for epoch in range(training_epochs):
        avg_cost = 0
        total_batch = len(data_loader)
        for X, Y in data_loader:
            X = X.view(-1, 28 * 28).to(device)
            Y = Y.to(device)
            optimizer.zero_grad()
            hypothesis = linear(X)
            cost = criterion(hypothesis, Y)
            cost.backward()
            optimizer.step()
            avg_cost += cost / total_batch
        print("Epoch: %04d, cost = %.9f" % (epoch + 1, avg_cost))

    with torch.no_grad():
        X_test = mnist_test.data.view(-1, 28 * 28).float().div(255).to(device)
        Y_test = mnist_test.targets.to(device)
        prediction = linear(X_test)
        accuracy = (prediction.argmax(1) == Y_test).float().mean()
        print("Accuracy: ", accuracy.item())

        r = random.randint(0, len(mnist_test) - 1)
        single_prediction = linear(X_test[r : r + 1])
        print("Label: ", Y_test[r].item(), "Prediction: ", single_prediction.argmax(1).item())
        plt.imshow(mnist_test.data[r], cmap="Greys", interpolation="nearest")
        plt.show()


if __name__ == "__main__":
    main()
