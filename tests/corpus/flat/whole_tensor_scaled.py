# 7주차 과제: MNIST 소프트맥스 분류
import random

import matplotlib.pyplot as plt
import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(1234)  # 결과를 똑같이 재현하려고

training_epochs = 15
batch_size = 100

mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)

data_loader = torch.utils.data.DataLoader(
    dataset=mnist_train, batch_size=batch_size, shuffle=True, drop_last=True
)

linear = torch.nn.Linear(784, 10, bias=True).to(device)
criterion = torch.nn.CrossEntropyLoss().to(device)  # softmax는 이 안에서 계산된다
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

for epoch in range(training_epochs):
    avg_cost = 0
    total_batch = len(data_loader)

    for X, Y in data_loader:
        X = X.view(-1, 28 * 28).to(device)  # [100, 1, 28, 28] -> [100, 784]
        Y = Y.to(device)

        optimizer.zero_grad()
        hypothesis = linear(X)
        cost = criterion(hypothesis, Y)
        cost.backward()
        optimizer.step()

        avg_cost += cost / total_batch

    print("Epoch:", "%04d" % (epoch + 1), "cost =", "{:.9f}".format(avg_cost))

print("학습 끝")

with torch.no_grad():
    X_test = mnist_test.test_data.view(-1, 28 * 28).float().to(device) / 255
    Y_test = mnist_test.test_labels.to(device)

    prediction = linear(X_test)
    correct_prediction = torch.argmax(prediction, 1) == Y_test
    accuracy = correct_prediction.float().mean()
    print("Accuracy:", accuracy.item())

    r = random.randint(0, len(mnist_test) - 1)
    X_single = mnist_test.test_data[r : r + 1].view(-1, 28 * 28).float().to(device) / 255
    Y_single = mnist_test.test_labels[r : r + 1].to(device)

    print("정답:", Y_single.item())
    print("예측:", torch.argmax(linear(X_single), 1).item())
    plt.imshow(mnist_test.test_data[r : r + 1].view(28, 28), cmap="Greys", interpolation="nearest")
    plt.show()
