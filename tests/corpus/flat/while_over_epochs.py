import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

train_set = dsets.MNIST("MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
test_set = dsets.MNIST("MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
loader = torch.utils.data.DataLoader(train_set, batch_size=100, shuffle=True, drop_last=True)

model = torch.nn.Linear(784, 10)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

epoch = 0
while epoch < 15:
    cost_list = []
    for X, Y in loader:
        X = X.view(-1, 784)
        cost = criterion(model(X), Y)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        cost_list.append(cost.item())
    epoch += 1
    print(epoch, torch.tensor(cost_list).mean().item())

with torch.no_grad():
    X_test = test_set.data.view(-1, 784).float() / 255
    acc = (model(X_test).argmax(1) == test_set.targets).float().mean().item()
print("정확도: %.4f" % acc)

i = 77
with torch.no_grad():
    print("정답", test_set.targets[i].item(), "예측", model(X_test[i].view(1, 784)).argmax(1).item())
plt.imshow(X_test[i].view(28, 28))
plt.show()
