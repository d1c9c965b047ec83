import random
import torch
from torch import nn, optim
import torch.nn.functional as F
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor
import matplotlib.pyplot as plt

random.seed(7)
torch.manual_seed(7)

train_set = MNIST(root="MNIST_data", train=True, transform=ToTensor(), download=True)
test_set = MNIST(root="MNIST_data", train=False, transform=ToTensor(), download=True)
loader = DataLoader(dataset=train_set, batch_size=100, shuffle=True, drop_last=True)


class MnistClassifier(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.linear(x)


model = MnistClassifier(784, 10)
optimizer = optim.SGD(model.parameters(), lr=1e-1)
nb_epochs = 15

for epoch in range(nb_epochs + 1):
    cost_sum = 0
    for x_train, y_train in loader:
        x_train = x_train.view(-1, 28 * 28)
        prediction = model(x_train)
        cost = F.cross_entropy(prediction, y_train)

        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        cost_sum += cost
    print("Epoch {:4d}/{} Cost: {:.6f}".format(epoch, nb_epochs, cost_sum / len(loader)))

# 검증할 때는 기울기를 계산하지 않는다
with torch.no_grad():
    x_test = test_set.data.view(-1, 28 * 28).float()
    x_test = x_test / 255
    y_test = test_set.targets

    hypothesis = model(x_test)
    is_correct = torch.argmax(hypothesis, dim=1) == y_test
    accuracy = torch.mean(is_correct.float())
    print(accuracy.item())

    k = random.randint(0, len(test_set) - 1)
    x_one = x_test[k : k + 1]
    print("label", y_test[k].item())
    print("prediction", torch.argmax(model(x_one), dim=1).item())
    plt.imshow(x_one.view(28, 28), cmap="Greys", interpolation="nearest")
    plt.show()
