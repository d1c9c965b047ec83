import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

batch_size = 100
mnist_train = dsets.MNIST("MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST("MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(mnist_train, batch_size=batch_size, shuffle=True, drop_last=True)

# 테스트 데이터는 미리 준비해 둔다
X_test = mnist_test.data.view(-1, 784).float() / 255
Y_test = mnist_test.targets

linear = torch.nn.Linear(784, 10)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

accuracies = []
for epoch in range(15):
    avg_cost = 0
    total_batch = len(data_loader)
    for X, Y in data_loader:
        X = X.view(-1, 784)
        optimizer.zero_grad()
        hypothesis = linear(X)
        cost = criterion(hypothesis, Y)
        cost.backward()
        optimizer.step()
        avg_cost += cost / total_batch

    with torch.no_grad():
        prediction = linear(X_test)
        correct = torch.argmax(prediction, 1) == Y_test
        accuracy = correct.float().mean()
        accuracies.append(accuracy.item())
    print(f"epoch {epoch + 1:02d}  cost {avg_cost:.6f}  accuracy {accuracy.item():.4f}")

plt.plot(accuracies)
plt.show()

with torch.no_grad():
    answer = linear(X_test[10:11]).argmax(1).item()
print("Label:", Y_test[10].item(), "Prediction:", answer)
plt.imshow(X_test[10].view(28, 28), cmap="Greys")
plt.show()
