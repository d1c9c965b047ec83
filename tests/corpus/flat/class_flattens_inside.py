import torch
import torch.nn as nn
import torchvision
import torchvision.transforms as T
import matplotlib.pyplot as plt


class SoftmaxRegression(nn.Module):
    def __init__(self):
        super(SoftmaxRegression, self).__init__()
        self.fc = nn.Linear(28 * 28, 10)

    def forward(self, x):
        x = x.view(-1, 28 * 28)
        return self.fc(x)


num_epochs, lr = 8, 0.1
train = torchvision.datasets.MNIST("mnist", train=True, download=True, transform=T.ToTensor())
test = torchvision.datasets.MNIST("mnist", train=False, download=True, transform=T.ToTensor())
loader = torch.utils.data.DataLoader(train, batch_size=100, shuffle=True, drop_last=True)
test_loader = torch.utils.data.DataLoader(test, batch_size=1000)

model = SoftmaxRegression()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=lr)

for epoch in range(num_epochs):
    model.train()
    epoch_loss = 0
    for data, target in loader:
        optimizer.zero_grad()
        loss = criterion(model(data), target)
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item() / len(loader)
    print("Epoch", epoch + 1, "loss:", round(epoch_loss, 4))

model.eval()
hits = 0
with torch.no_grad():
    for data, target in test_loader:
        hits += model(data).argmax(1).eq(target).sum().item()
print("Accuracy: {:.1f}%".format(100.0 * hits / len(test)))

image, label = test[7]
with torch.no_grad():
    predicted = model(image.unsqueeze(0)).argmax(1).item()
plt.imshow(image.squeeze(), cmap="gray_r")
plt.title(f"true {label} / predicted {predicted}")
plt.show()
