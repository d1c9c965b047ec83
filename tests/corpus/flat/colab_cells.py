# %% [markdown]
# # Lab 7-2 MNIST
# 구글 코랩에서 실행했습니다.
# %%
#> !nvidia-smi
from google.colab import drive
drive.mount("/content/drive")
# %%
#> %matplotlib inline
import random
import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt
# %%
device = "cuda" if torch.cuda.is_available() else "cpu"
device
# %%
training_epochs = 15
batch_size = 100
# %%
mnist_train = dsets.MNIST(root="/content/drive/MyDrive/MNIST_data", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="/content/drive/MyDrive/MNIST_data", train=False, transform=transforms.ToTensor(), download=True)
len(mnist_train), len(mnist_test)
# %%
data_loader = torch.utils.data.DataLoader(dataset=mnist_train, batch_size=batch_size, shuffle=True, drop_last=True)
# %%
images, labels = next(iter(data_loader))
images.shape
# %%
plt.imshow(images[0].view(28, 28))
# %%
linear = torch.nn.Linear(784, 10).to(device)
criterion = torch.nn.CrossEntropyLoss().to(device)
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)
# %% [markdown]
# ## 학습
# %%
#> %%time
for epoch in range(training_epochs):
    avg_cost = 0
    total_batch = len(data_loader)
    for X, Y in data_loader:
        X = X.view(-1, 28 * 28).to(device)
        Y = Y.to(device)
        optimizer.zero_grad()
        hypothesis = linear(X)
        cost = criterion(hypothesis, Y)
        cost.backward()
        optimizer.step()
        avg_cost += cost / total_batch
    print("Epoch:", epoch + 1, "cost =", avg_cost.item())
# %% [markdown]
# ## 테스트
# %%
with torch.no_grad():
    X_test = mnist_test.data.view(-1, 28 * 28).float().to(device) / 255
    Y_test = mnist_test.targets.to(device)
    prediction = linear(X_test)
    accuracy = (torch.argmax(prediction, 1) == Y_test).float().mean()
    print("Accuracy:", accuracy.item())
# %%
r = random.randint(0, len(mnist_test) - 1)
with torch.no_grad():
    single_prediction = linear(X_test[r:r + 1])
print("Label:", Y_test[r].item())
print("Prediction:", torch.argmax(single_prediction, 1).item())
plt.imshow(mnist_test.data[r], cmap="Greys", interpolation="nearest")
plt.show()
# %%
