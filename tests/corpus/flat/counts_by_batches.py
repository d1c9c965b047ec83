import torch
import torchvision.datasets as dset
import torchvision.transforms as transforms
from torch.utils.data import DataLoader

# 1. 데이터 준비
epochs = 15
batch_size = 100
root = "./data"
train_set = dset.MNIST(root=root, train=True, transform=transforms.ToTensor(), download=True)
test_set = dset.MNIST(root=root, train=False, transform=transforms.ToTensor(), download=True)
train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=True)
test_loader = DataLoader(test_set, batch_size=batch_size, shuffle=False)

# 2. 모델
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
linear = torch.nn.Linear(784, 10).to(device)
torch.nn.init.normal_(linear.weight)

# 3. 손실 함수와 옵티마이저
criterion = torch.nn.CrossEntropyLoss().to(device)
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

# 4. 학습
for epoch in range(epochs):
    for step, (imgs, labels) in enumerate(train_loader):
        imgs, labels = imgs.to(device), labels.to(device)
        imgs = imgs.view(-1, 28 * 28)
        outputs = linear(imgs)
        loss = criterion(outputs, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

        _, best = torch.max(outputs, 1)
        batch_accuracy = (labels == best).float().mean()
        if (step + 1) % 100 == 0:
            print("epoch {} step {} loss {:.4f} accuracy {:.2f}%".format(
                epoch + 1, step + 1, loss.item(), batch_accuracy.item() * 100))

# 5. 테스트
linear.eval()
with torch.no_grad():
    right = 0
    seen = 0
    for imgs, labels in test_loader:
        imgs, labels = imgs.to(device), labels.to(device)
        outputs = linear(imgs.view(-1, 28 * 28))
        _, best = torch.max(outputs, 1)
        seen += imgs.size(0)
        right += (labels == best).sum().item()
    print("{}장 중 정확도 {:.2f}%".format(seen, right / seen * 100))
