import torch
import torchvision
from torch import nn
from torchvision import transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(28 * 28, 10)

    def forward(self, x):
        return self.fc(x)


class Trainer:
    def __init__(self, net, batches, held_out, cost_of, sgd, device):
        self.net = net.to(device)
        self.batches = batches
        self.held_out = held_out
        self.cost_of = cost_of
        self.sgd = sgd
        self.device = device

    def once_through(self):
        self.net.train()
        total = 0.0
        for pixels, digits in self.batches:
            pixels, digits = pixels.to(self.device), digits.to(self.device)
            pixels = pixels.view(-1, 28 * 28)
            scores = self.net(pixels)
            cost = self.cost_of(scores, digits)
            self.sgd.zero_grad()
            cost.backward()
            self.sgd.step()
            total += cost.item()
        return total / len(self.batches)

    def accuracy(self):
        self.net.eval()
        hits, seen = 0, 0
        with torch.no_grad():
            for pixels, digits in self.held_out:
                scores = self.net(pixels.view(-1, 28 * 28).to(self.device))
                hits += (scores.argmax(1) == digits.to(self.device)).sum().item()
                seen += len(digits)
        return hits / seen

    def run(self, times):
        for i in range(times):
            cost = self.once_through()
            print(f"{i + 1}/{times} cost {cost:.4f} accuracy {self.accuracy():.4f}")


def main():
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    to_tensor = transforms.ToTensor()
    train_set = torchvision.datasets.MNIST("./data", train=True, transform=to_tensor, download=True)
    test_set = torchvision.datasets.MNIST("./data", train=False, transform=to_tensor, download=True)
    train_loader = torch.utils.data.DataLoader(train_set, batch_size=100, shuffle=True, drop_last=True)
    test_loader = torch.utils.data.DataLoader(test_set, batch_size=100, shuffle=False)
    net = Net()
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    trainer = Trainer(net, train_loader, test_loader, nn.CrossEntropyLoss(), sgd, device)
    trainer.run(15)


if __name__ == "__main__":
    main()
