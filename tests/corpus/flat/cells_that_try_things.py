# %%
import torch, torchvision
import torch.nn as nn
from torchvision import transforms
import matplotlib.pyplot as plt
# %%
x = torch.zeros(2, 3)
x.view(3, 2)
# %%
train = torchvision.datasets.MNIST("data", train=True, transform=transforms.ToTensor(), download=True)
test = torchvision.datasets.MNIST("data", train=False, transform=transforms.ToTensor(), download=True)
# %%
help(nn.Linear)
# %%
loader = torch.utils.data.DataLoader(train, batch_size=100, shuffle=True, drop_last=True)
test_loader = torch.utils.data.DataLoader(test, batch_size=100)
# %%
for batch in loader:
    xs, ys = batch
    print(xs.size(), ys.size(), xs.min(), xs.max())
    break
# %%
net = nn.Linear(784, 10)
net(xs.view(-1, 784)).shape
# %%
ce = nn.CrossEntropyLoss()
ce(net(xs.view(-1, 784)), ys)
# %%
opt = torch.optim.SGD(net.parameters(), lr=0.1)
# %%
for epoch in range(15):
    mean_cost = 0
    for xs, ys in loader:
        opt.zero_grad()
        cost = ce(net(xs.view(-1, 784)), ys)
        cost.backward()
        opt.step()
        mean_cost += cost.item() / len(loader)
    print(epoch, mean_cost)
# %%
correct = 0
with torch.no_grad():
    for xs, ys in test_loader:
        correct += (net(xs.view(-1, 784)).argmax(dim=1) == ys).sum().item()
accuracy = correct / len(test)
accuracy
# %%
image, label = test[0]
net(image.view(-1, 784)).argmax(1).item(), label
# %%
plt.imshow(image[0])
