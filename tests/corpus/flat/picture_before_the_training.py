import random
import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

batch_size = 100
mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(mnist_train, batch_size=batch_size, shuffle=True, drop_last=True)

# 데이터가 어떻게 생겼는지 한 장 보기
r = random.randint(0, len(mnist_test) - 1)
print("Label:", mnist_test.targets[r].item())
plt.imshow(mnist_test.data[r], cmap="Greys", interpolation="nearest")
plt.show()

linear = torch.nn.Linear(784, 10)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

for epoch in range(15):
    avg_cost = 0
    for X, Y in data_loader:
        X = X.view(-1, 28 * 28)
        optimizer.zero_grad()
        cost = criterion(linear(X), Y)
        cost.backward()
        optimizer.step()
        avg_cost += cost / len(data_loader)
    print(f"Epoch: {epoch + 1:04d}, cost={avg_cost:.9f}")

with torch.no_grad():
    X_test = mnist_test.data.view(-1, 28 * 28).float() / 255
    correct_prediction = torch.argmax(linear(X_test), 1) == mnist_test.targets
    print("Accuracy:", correct_prediction.float().mean().item())
