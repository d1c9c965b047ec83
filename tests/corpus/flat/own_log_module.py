import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt
import mylog

mylog.start("lab 7-2")
train_set = dsets.MNIST("MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
test_set = dsets.MNIST("MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
loader = torch.utils.data.DataLoader(train_set, batch_size=100, shuffle=True, drop_last=True)
mylog.say("batches", len(loader))

linear = torch.nn.Linear(784, 10)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

for epoch in range(15):
    avg_cost = 0
    for X, Y in loader:
        X = X.view(-1, 784)
        optimizer.zero_grad()
        cost = criterion(linear(X), Y)
        cost.backward()
        optimizer.step()
        avg_cost += cost.item() / len(loader)
    mylog.say("epoch", epoch + 1, "cost", avg_cost)

with torch.no_grad():
    X_test = test_set.data.view(-1, 784).float() / 255
    accuracy = (linear(X_test).argmax(1) == test_set.targets).float().mean()
    mylog.say("accuracy", accuracy.item())
    answer = linear(X_test[8:9]).argmax(1).item()
    mylog.say("label", test_set.targets[8].item(), "prediction", answer)
plt.imshow(test_set.data[8], cmap="gray")
plt.show()
