# -*- coding: utf-8 -*-
import torch
import torch.nn as nn
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

device = "cpu"  # 노트북에 그래픽 카드가 없음
root = r"C:\Users\minsu\Desktop\AI\MNIST_data"

mnist_train = dsets.MNIST(root=root, train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root=root, train=False, transform=transforms.ToTensor(), download=True)
loader = torch.utils.data.DataLoader(mnist_train, batch_size=100, shuffle=True, drop_last=True)

model = nn.Linear(784, 10)
model = model.to(device)
cost_function = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for e in range(15):
    s = 0
    for X, Y in loader:
        X = torch.flatten(X, start_dim=1).to(device)
        Y = Y.to(device)
        H = model(X)
        J = cost_function(H, Y)
        optimizer.zero_grad()
        J.backward()
        optimizer.step()
        s = s + J.item()
    print(e + 1, s / len(loader))

test_loader = torch.utils.data.DataLoader(mnist_test, batch_size=len(mnist_test))
with torch.no_grad():
    for X, Y in test_loader:
        X = torch.flatten(X, start_dim=1).to(device)
        Y = Y.to(device)
        H = model(X)
        ok = H.argmax(dim=1) == Y
        print("정확도 =", ok.float().mean().item())

img, lab = mnist_test[42]
with torch.no_grad():
    h = model(torch.flatten(img, start_dim=1).to(device))
print("정답 =", lab, "예측 =", h.argmax().item())
plt.imshow(img.reshape(28, 28), cmap="gray")
plt.show()
