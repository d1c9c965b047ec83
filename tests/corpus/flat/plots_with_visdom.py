import torch
import torch.nn as nn
import torchvision
import torchvision.transforms as transforms
import matplotlib.pyplot as plt
import visdom

vis = visdom.Visdom()
vis.close(env="main")
loss_plot = vis.line(Y=torch.zeros(1), opts=dict(title="loss_tracker", legend=["loss"], showlegend=True))


def loss_tracker(plot, loss_value, num):
    vis.line(X=num, Y=loss_value, win=plot, update="append")


device = "cuda" if torch.cuda.is_available() else "cpu"
mnist_train = torchvision.datasets.MNIST("MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = torchvision.datasets.MNIST("MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(mnist_train, batch_size=100, shuffle=True, drop_last=True)

linear = nn.Linear(784, 10).to(device)
criterion = nn.CrossEntropyLoss().to(device)
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)
epochs = 15

for epoch in range(epochs):
    avg_cost = 0
    for X, Y in data_loader:
        X = X.view(-1, 784).to(device)
        Y = Y.to(device)
        optimizer.zero_grad()
        cost = criterion(linear(X), Y)
        cost.backward()
        optimizer.step()
        avg_cost += cost.item() / len(data_loader)
    print("[Epoch:{}] cost = {}".format(epoch + 1, avg_cost))
    loss_tracker(loss_plot, torch.Tensor([avg_cost]), torch.Tensor([epoch]))
print("Learning Finished!")

with torch.no_grad():
    X_test = mnist_test.data.view(len(mnist_test), 784).float().to(device) / 255
    Y_test = mnist_test.targets.to(device)
    prediction = linear(X_test)
    correct_prediction = torch.argmax(prediction, 1) == Y_test
    accuracy = correct_prediction.float().mean()
    print("Accuracy:", accuracy.item())

image, label = mnist_test[11]
print(label, linear(image.view(-1, 784).to(device)).argmax(1).item())
plt.imshow(image[0], cmap="Greys")
plt.show()
