import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt
import numpy as np

cfg = {"epochs": 10, "batch": 100, "lr": 0.1}

tf = transforms.Compose([transforms.ToTensor()])
train_ds = dsets.MNIST("MNIST_data/", train=True, transform=tf, download=True)
test_ds = dsets.MNIST("MNIST_data/", train=False, transform=tf, download=True)
train_dl = torch.utils.data.DataLoader(train_ds, batch_size=cfg["batch"], shuffle=True, drop_last=True)

layer = torch.nn.Linear(784, 10)
torch.nn.init.xavier_uniform_(layer.weight)
model = torch.nn.Sequential(layer)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=cfg["lr"])

history = []
for epoch in range(cfg["epochs"]):
    losses = []
    for xb, yb in train_dl:
        xb = xb.reshape(len(xb), -1)
        logits = model(xb)
        loss = criterion(logits, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history.append(np.mean(losses))
    print("epoch %d: %.4f" % (epoch, history[-1]))

x_all = test_ds.data.reshape(-1, 784) / 255
with torch.no_grad():
    answers = model(x_all).argmax(1)
accuracy = (answers == test_ds.targets).sum().item() / len(test_ds)
print("accuracy = {:.4f}".format(accuracy))

n = np.random.randint(len(test_ds))
print("label:", test_ds.targets[n].item(), "prediction:", answers[n].item())
plt.imshow(test_ds.data[n].numpy(), cmap="Greys")
plt.show()
