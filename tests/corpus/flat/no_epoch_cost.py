import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(dataset=mnist_train, batch_size=100, shuffle=True, drop_last=True)

linear = torch.nn.Linear(784, 10)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

for epoch in range(15):
    for X, Y in data_loader:
        optimizer.zero_grad()
        criterion(linear(X.view(-1, 784)), Y).backward()
        optimizer.step()
    print("epoch", epoch + 1, "done")

with torch.no_grad():
    X_test = mnist_test.data.view(-1, 784).float() / 255
    Y_test = mnist_test.targets
    accuracy = (linear(X_test).argmax(1) == Y_test).float().mean()
    print("Accuracy:", accuracy.item())
    print("Label:", Y_test[0].item(), "Prediction:", linear(X_test[0:1]).argmax(1).item())
    plt.imshow(mnist_test.data[0], cmap="Greys")
    plt.show()
