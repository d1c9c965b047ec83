import random

import matplotlib.pyplot as plt
import torch
import torch.optim as optim
import torchvision.datasets as dsets
import torchvision.transforms as transforms

device = "cuda" if torch.cuda.is_available() else "cpu"
random.seed(777)
torch.manual_seed(777)

training_epochs = 15
batch_size = 100

mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(dataset=mnist_train, batch_size=batch_size, shuffle=True, drop_last=True)

W = torch.zeros((784, 10), requires_grad=True, device=device)
b = torch.zeros(10, requires_grad=True, device=device)
print(W.shape, b.shape)

criterion = torch.nn.CrossEntropyLoss().to(device)
optimizer = optim.SGD([W, b], lr=0.1)

for epoch in range(training_epochs):
    avg_cost = 0
    total_batch = len(data_loader)
    for X, Y in data_loader:
        X = X.view(-1, 28 * 28).to(device)
        Y = Y.to(device)
        hypothesis = X.matmul(W) + b
        cost = criterion(hypothesis, Y)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        avg_cost += cost / total_batch
    print("Epoch:", "%04d" % (epoch + 1), "cost =", "{:.9f}".format(avg_cost))

print("Learning finished", W.abs().mean().item(), b)

with torch.no_grad():
    X_test = mnist_test.test_data.view(-1, 28 * 28).float().to(device) / 255
    Y_test = mnist_test.test_labels.to(device)
    prediction = X_test.matmul(W) + b
    correct_prediction = torch.argmax(prediction, 1) == Y_test
    accuracy = correct_prediction.float().mean()
    print("Accuracy:", accuracy.item())

    r = random.randint(0, len(mnist_test) - 1)
    X_single_data = mnist_test.test_data[r:r + 1].view(-1, 28 * 28).float().to(device)
    Y_single_data = mnist_test.test_labels[r:r + 1].to(device)
    print("Label:", Y_single_data.item())
    single_prediction = X_single_data.matmul(W) + b
    print("Prediction:", torch.argmax(single_prediction, 1).item())
    plt.imshow(mnist_test.test_data[r:r + 1].view(28, 28), cmap="Greys", interpolation="nearest")
    plt.show()
