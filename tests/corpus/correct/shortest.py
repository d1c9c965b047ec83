import torch as t, matplotlib.figure as f, torchvision as v
from torch.utils.data import DataLoader as D
def load_mnist(root, train, download=False): return v.datasets.MNIST(root, train, v.transforms.ToTensor(), None, download)
def make_data_loader(dataset, batch_size=100): return D(dataset, batch_size, True, drop_last=True)
def flatten_images(images): return images.flatten(1)
def build_model(): return t.nn.Linear(784, 10)
def build_criterion(): return t.nn.CrossEntropyLoss()
def build_optimizer(model, learning_rate=.1): return t.optim.SGD(model.parameters(), learning_rate)
def train_epoch(model, data_loader, criterion, optimizer, device):
    c = []
    for x, y in data_loader:
        l = criterion(model(flatten_images(x.to(device))), y.to(device)); optimizer.zero_grad(); l.backward(); optimizer.step(); c += [l.item()]
    return sum(c) / len(c)
def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    c = []
    for e in range(training_epochs): c += [train_epoch(model, data_loader, criterion, optimizer, device)]; print(f"Epoch: {e+1:04} cost = {c[e]:.9f}")
    print("Learning finished"); return c
@t.no_grad()
def evaluate(model, dataset, device): return sum((model(flatten_images(x.to(device))).argmax(1) == y.to(device)).sum().item() for x, y in D(dataset, 99)) / len(dataset)
@t.no_grad()
def predict(model, image, device): return model(flatten_images(image[None].to(device))).argmax().item()
def show_prediction(image, label, prediction): g = f.Figure(); a = g.subplots(); a.imshow(image[0], "Greys", interpolation="nearest"); a.set_title(f"{label} {prediction}"); return g
