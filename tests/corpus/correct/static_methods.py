"""Static methods, bound to the names that the lab asks for."""
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Data:
    @staticmethod
    def load(root, train, download=False):
        return datasets.MNIST(root, train=train, transform=transforms.ToTensor(), download=download)

    @staticmethod
    def batches(dataset, batch_size=100):
        return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)

    @staticmethod
    def rows(images):
        return images.flatten(start_dim=1)


class Learner:
    @staticmethod
    def model():
        return torch.nn.Linear(784, 10)

    @staticmethod
    def criterion():
        return F.cross_entropy

    @staticmethod
    def optimizer(model, learning_rate=0.1):
        return torch.optim.SGD(model.parameters(), lr=learning_rate)

    @classmethod
    def epoch(cls, model, data_loader, criterion, optimizer, device):
        return sum(cls.step(model, batch, criterion, optimizer, device) for batch in data_loader) / len(data_loader)

    @staticmethod
    def step(model, batch, criterion, optimizer, device):
        images, labels = (tensor.to(device) for tensor in batch)
        cost = criterion(model(Data.rows(images)), labels)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        return cost.item()

    @classmethod
    def train(cls, model, data_loader, criterion, optimizer, device, training_epochs=15):
        costs = []
        for epoch in range(training_epochs):
            costs.append(cls.epoch(model, data_loader, criterion, optimizer, device))
            print("Epoch: {:04d} cost = {:.9f}".format(epoch + 1, costs[epoch]))
        print("Learning finished")
        return costs


class Examiner:
    @staticmethod
    def evaluate(model, dataset, device):
        with torch.no_grad():
            right = [
                (model(Data.rows(images.to(device))).argmax(1) == labels.to(device)).sum().item()
                for images, labels in DataLoader(dataset, 400)
            ]
        return sum(right) / len(dataset)

    @staticmethod
    def predict(model, image, device):
        with torch.no_grad():
            return model(Data.rows(image.unsqueeze(0)).to(device)).argmax().item()

    @staticmethod
    def show(image, label, prediction):
        from matplotlib.figure import Figure

        figure = Figure()
        axes = figure.add_subplot(1, 1, 1)
        axes.imshow(image.reshape(28, 28).tolist(), cmap="Greys", interpolation="nearest")
        axes.set_title(f"Prediction: {prediction} (label: {label})")
        return figure


load_mnist, make_data_loader, flatten_images = Data.load, Data.batches, Data.rows
build_model, build_criterion, build_optimizer = Learner.model, Learner.criterion, Learner.optimizer
train_epoch, train = Learner.epoch, Learner.train
evaluate, predict, show_prediction = Examiner.evaluate, Examiner.predict, Examiner.show
