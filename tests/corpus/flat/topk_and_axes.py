import torch
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
import matplotlib.pyplot as plt

bs, epochs, eta = 50, 6, 0.1
tr = datasets.MNIST("~/data", train=True, download=True, transform=transforms.ToTensor())
te = datasets.MNIST("~/data", train=False, download=True, transform=transforms.ToTensor())
dl_tr = DataLoader(tr, bs, True, drop_last=True)
dl_te = DataLoader(te, 500)

f = torch.nn.Linear(in_features=784, out_features=10, bias=True)
L = torch.nn.CrossEntropyLoss(reduction="mean")
sgd = torch.optim.SGD(f.parameters(), eta)

for k in range(epochs):
    acc_loss = 0.
    for b, (u, v) in enumerate(dl_tr):
        u = u.flatten(start_dim=1)
        sgd.zero_grad(set_to_none=True)
        l = L(f(u), v)
        l.backward()
        sgd.step()
        acc_loss += float(l)
    print("epoch", k, "loss", acc_loss / (b + 1))

good = 0
with torch.no_grad():
    for u, v in dl_te:
        _, top = f(u.flatten(start_dim=1)).topk(1, dim=1)
        good += int((top.squeeze(1) == v).sum())
print("accuracy {:.2%}".format(good / len(te)))

u, v = te[1]
with torch.no_grad():
    top = f(u.flatten(start_dim=1)).topk(1).indices.item()
fig, ax = plt.subplots(figsize=(3, 3))
ax.imshow(u[0], cmap="Greys", interpolation="nearest")
ax.set_title("Label: %d   Prediction: %d" % (v, top))
ax.axis("off")
plt.show()
